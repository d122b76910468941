#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""report.py DIR PAIR OUT.json: the figures of a corpus run, as table and JSON"""
import collections
import json
import os
import sys


def load(path):
    with open(path, encoding="utf-8", errors="replace") as f:
        return json.load(f)


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as f:
            return f.read().splitlines()
    except OSError:
        return []


def reasons(update):
    """[(code, object, what, reason)]"""
    if update["code"]:
        return [(update["code"], o["object"], "", update["reason"]) for o in update["objects"]]
    found = (update["objdiff"] or {}).get("refusals", [])
    return [(r["code"], r["source"], r["what"], r["reason"]) for r in found]


def main():
    out, pair, to = sys.argv[1:]
    updates = [load(os.path.join(out, "updates", f))
               for f in sorted(os.listdir(os.path.join(out, "updates"))) if f.endswith(".json")]
    total = collections.Counter()
    refused = collections.Counter()
    views = collections.Counter()
    table, failures, refusals = [], [], []
    for up in updates:
        objects = [o["object"] for o in up["objects"]]
        diff = up["objdiff"] or {}
        if up["result"] == "no_change":
            total["no_effect"] += len(objects)
            continue
        total["objects_changed"] += len(objects)
        for o in up["objects"]:
            views[o["types"] or "-"] += 1
        result = up["result"]
        if result == "refused":
            rs = reasons(up)
            own = {r[1]: r[0] for r in reversed(rs)}
            for o in objects:
                refused[own.get(o, "needs_refused")] += 1
            total["objects_refused"] += len(objects)
            if not diff.get("functions_replaced") and not diff.get("functions_new"):
                total["data_only"] += len(objects)
            refusals += [r + (up["name"],) for r in rs]
        elif result == "failed":
            total["failed"] += len(objects)
            failures.append((up["name"], up["code"], up["reason"]))
        else:
            lines = read(os.path.join(out, "results", up["name"]))
            total["updatable"] += len(objects)
            total["updates"] += 1
            total["functions_replaced"] += diff.get("functions_replaced", 0)
            total["functions_new"] += diff.get("functions_new", 0)
            words = {line.split(" ")[0] for line in lines}
            for word in ("loaded", "applied", "undone", "unloaded", "stays"):
                total[word] += word in words
            bad = [line for line in lines if line.split(" ")[0] in ("failed", "splat", "died")]
            if bad:
                total["failed_in_vm"] += 1
                failures.append((up["name"], "vm", "; ".join(bad)))
                result = "vm: " + bad[0]
            elif "done" in words:
                result = "ok"
            else:
                result = "made, not tried"
        table.append((", ".join(objects), diff.get("functions_replaced", 0), result,
                      ",".join(sorted({o["types"] or "-" for o in up["objects"]}))))
    noise = len(read(os.path.join(out, "noise")))
    changed = total["objects_changed"]
    code = changed - total["data_only"]
    figures = {
        "pair": pair,
        "objects_changed": changed,
        "updatable": total["updatable"],
        "updatable_percent": round(100 * total["updatable"] / changed, 1) if changed else None,
        "refused_data_only": total["data_only"],
        "updatable_percent_of_code": round(100 * total["updatable"] / code, 1) if code else None,
        "refused": dict(sorted(refused.items())),
        "failed": total["failed"] + total["failed_in_vm"],
        "updates": total["updates"],
        "loaded": total["loaded"],
        "applied": total["applied"],
        "undone": total["undone"],
        "unloaded": total["unloaded"],
        "stay_loaded": total["stays"],
        "functions_replaced": total["functions_replaced"],
        "functions_new": total["functions_new"],
        "no_effect": total["no_effect"],
        "noise": noise,
        "diffed_against_themselves": len(read(os.path.join(out, "self.list"))),
        "types": dict(sorted(views.items())),
        "refusals": [dict(zip(("code", "object", "what", "reason", "update"), r)) for r in refusals],
        "failures": [dict(zip(("update", "code", "reason"), f)) for f in failures],
    }
    with open(to + ".new", "w", encoding="utf-8") as f:
        json.dump(figures, f, indent=1)
        f.write("\n")
    os.replace(to + ".new", to)
    for objects, n, result, view in sorted(table):
        print(f"{result[:60]:<18} {n:>4} functions, {view:<5} types  {objects[:110]}")
    for code, obj, what, reason, _ in refusals:
        print(f"refused {code}: {obj}: {what}: {reason}"[:220])
    for f in failures:
        print("FAILED " + ": ".join(f)[:300])
    for key, value in figures.items():
        if key not in ("refusals", "failures"):
            print(f"{key:<26} {value}")
    print(f"-> {to}")
    return 1 if figures["failed"] or noise else 0


sys.exit(main())
