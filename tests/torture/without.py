#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Is each check of kspl-objdiff needed, and does torture see what goes wrong without?

Each without/CHECK.patch takes one check out of a copy of kspl-objdiff. Trials go on
with all these copies until each has been seen to be wrong, or N trials counted.
Prints a line for each: the check, how many trials that took, what was seen.
Exit code 1 if nothing was seen of one.
"""
from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

import drive
from drive import HERE, TOP, Bench, Result, one_trial, pairs, versions, workplace

Found = dict[str, Result]


def build(check: str) -> str:
    """A tree of which only kspl-objdiff is a copy."""
    where = TOP / "build/torture/without" / check
    shutil.rmtree(where, ignore_errors=True)
    (where / "tools").mkdir(parents=True)
    (where / "tests").mkdir()
    (where / "kernel-tree-overlay").symlink_to(TOP / "kernel-tree-overlay")
    (where / "tests/match").symlink_to(TOP / "tests/match")
    (where / "tools/lib").symlink_to(TOP / "tools/lib")
    subprocess.run(["cp", "-a", TOP / "tools/kspl-objdiff", where / "tools"], check=True)
    patch = HERE / f"without/{check}.patch"
    subprocess.run(["patch", "-s", "-p1", "-d", where, "-i", patch], check=True)
    subprocess.run(["make", "-s", "-C", where / "tools/kspl-objdiff",
                    "CFLAGS=-O2 -Wno-error"], check=True)
    return str(where / "tools/kspl-objdiff/kspl-objdiff")


def one_program(seed: int, tool: str, tools: dict[str, str]) -> tuple[int, Found]:
    """How many trials count with the whole tool, and what the others did wrong."""
    rng, counted, found = random.Random(seed), 0, {}
    made = versions(rng, drive.VERSIONS, [])
    with workplace("") as where:
        bench = Bench(where, tool)
        for a, b, kinds in pairs(made, rng):
            bench.tool = tool
            whole = one_trial(bench, seed, made[a], made[b], f"{a}-{b}", kinds)
            counted += whole["counts"]
            for check, path in tools.items():
                if check in found or whole.get("wrong"):
                    continue
                bench.tool = path
                r = one_trial(bench, seed, made[a], made[b], f"{a}-{b}", kinds)
                if r.get("wrong"):
                    found[check] = r
    return counted, found


@dataclass
class Search:
    tools: dict[str, str]
    counted: int = 0

    def take(self, result: tuple[int, Found]) -> None:
        self.counted += result[0]
        for check, r in result[1].items():
            if self.tools.pop(check, None):
                print(f"{check:20} {self.counted:6}  {r['wrong']}: {' + '.join(r['kinds'])} "
                      f"(one {r['seed']} {r['trial']})", flush=True)


def search(args: argparse.Namespace, s: Search) -> None:
    seed = args.seed
    with ProcessPoolExecutor(args.jobs) as pool:
        running: set[Future[tuple[int, Found]]] = set()
        while (s.counted < args.n and s.tools) or running:
            while s.counted < args.n and s.tools and len(running) < args.jobs:
                running.add(pool.submit(one_program, seed, args.tool, dict(s.tools)))
                seed += 1
            ready, running = wait(running, return_when=FIRST_COMPLETED)
            for f in ready:
                s.take(f.result())


def main() -> int:
    a = argparse.ArgumentParser(description=__doc__)
    a.add_argument("-n", type=int, default=2000, help="trials that count")
    a.add_argument("--seed", type=int, default=1, help="of the first program")
    a.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    a.add_argument("--tool", default=str(TOP / "tools/kspl-objdiff/kspl-objdiff"))
    a.add_argument("checks", nargs="*", help="names of patches in without/; all")
    args = a.parse_args()
    checks = args.checks or sorted(p.stem for p in Path(HERE / "without").glob("*.patch"))
    s = Search({c: build(c) for c in checks})
    search(args, s)
    for check in s.tools:
        print(f"{check:20} {s.counted:6}  nothing")
    return bool(s.tools)


if __name__ == "__main__":
    sys.exit(main())
