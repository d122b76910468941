#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""release-report.py BUILD.json: what a release update has in it, and what not, and why

BUILD.json is kspl-build's report (--json) of an update made with --partial.
"""
import collections
import json
import sys

WORDS = {
    "type_changed": "it works with a type whose layout changed",
    "needs_new_types": "its new code needs a type that is new or has more in it",
    "needs_refused": "it belongs to one that is left out",
    "call_changed": "it calls in a new way what stays as it is",
    "enum_changed": "values of an enum changed",
    "data_changed": "it uses a variable whose initial value or size changed",
    "percpu_changed": "it uses a per-CPU variable that changed",
    "const_shared": "it uses a constant that other files may use",
    "special_changed": "its file has something that counts at boot only",
    "site_in_the_way": "the jump to it would stand where the kernel changes code itself",
    "always_busy": "some thread is always inside it",
    "unknown_section": "it needs what only the kernel's own link puts together",
    "unknown_symbol": "it needs a symbol that the running kernel does not have",
    "too_short": "there is no room for a jump",
    "set_at_boot": "it uses a new variable that boot code sets up",
    "init_ref": "it refers to boot code",
    "noinstr": "it runs where no code may be redirected",
    "ambiguous": "it uses a variable of a name that others have, too",
    "assembly": "it is assembly code",
    "does_not_compile": "it does not compile with this configuration",
    "shared": "it is a part of several modules",
}


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        build = json.load(f)
    diff = build["objdiff"]
    taken = diff["functions_replaced"] - diff["functions_carried"]
    left = [e for e in diff["left_out"] if e["kind"] == "function"]
    whole = sum(o["functions"] or 0 for o in build["left_out"])
    unknown = sum(o["functions"] is None for o in build["left_out"])
    count = taken + len(left) + whole
    touched = [o for o in diff["objects"] if o["replaced"]]
    print(f"taken     {taken} of {count} changed functions, {100 * taken / count:.1f} %,"
          f" in {len(touched)} files")
    if unknown:
        print(f"          (not counted: those of {unknown} files that do not compile here)")
    print(f"          with {diff['functions_new']} new functions")
    print(f"left out  {len(left) + whole} functions:")
    for code, n in collections.Counter(e["code"] for e in left).most_common():
        print(f"          {n:4}  {WORDS.get(code, code)}")
    for obj in build["left_out"]:
        n = obj["functions"] if obj["functions"] is not None else "unknown"
        print(f"          {obj['object']}, all of it ({n}): {WORDS.get(obj['code'], obj['reason'])}")
    files = {e["source"] for e in left}
    if files:
        print(f"          in {', '.join(sorted(files)[:12])}"
              + (f" and {len(files) - 12} more" if len(files) > 12 else ""))


main()
