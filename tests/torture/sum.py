#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Sums results of torture: sum.py FILE...; exit code 1 if anything was wrong."""
from __future__ import annotations

import json
import sys
from collections import Counter
from typing import Any


def kinds_of(r: dict[str, Any]) -> str:
    return " + ".join(sorted(set(r["kinds"])))


def print_counts(title: str, counts: Counter[str], of: int) -> None:
    if counts:
        print(title)
    for what, n in counts.most_common():
        print(f"  {n:6} {100 * n / max(of, 1):5.1f} %  {what}")


def refusals(counted: list[dict[str, Any]]) -> Counter[str]:
    c: Counter[str] = Counter()
    for r in counted:
        if r["verdict"] == "refused":
            c[" ".join(r["codes"])] += 1
        elif r["verdict"] == "no load":
            c["at load: " + r["load"].split(":")[0]] += 1
        elif r["verdict"] == "busy":
            c["somebody was always inside"] += 1
    return c


def main(paths: list[str]) -> int:
    results = [json.loads(line) for p in paths for line in open(p, encoding="ascii")]
    counted = [r for r in results if r["counts"]]
    wrong = [r for r in results if r.get("wrong")]
    made = [r for r in counted if r["verdict"] == "made"]
    print(f"{len(results)} trials, of which {len(counted)} count; "
          f"{100 * len(made) / max(len(counted), 1):.1f} % of these accepted")
    undone = [r for r in made if r["undone"]]
    print(f"{len(undone)} were taken back; {sum(r['verdict'] == 'broken' for r in results)} broken")
    print_counts("refused:", refusals(counted), len(counted))
    print_counts("wrong:", Counter(r["wrong"] for r in wrong), len(counted))
    print_counts("wrong, by kinds of patches:", Counter(map(kinds_of, wrong)), len(counted))
    for r in wrong[:20]:
        print(f"  tests/torture/one {r['seed']} {r['trial']} {r.get('options', '')}  # {r['wrong']}: {kinds_of(r)}")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
