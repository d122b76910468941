#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Does torture see what it is there to see? TAP.

The same program on both sides must not differ in anything. An update made for
another patch than the one it is said to be for must be caught, and so must one
that lets somebody go on in old code.
"""
from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
from typing import Callable

import drive
from drive import Bench, Trial, Version, render, workplace
from generate import generate
from ir import Func, Program
from mutate import constant_in, enum_value, member_anywhere

Check = Callable[[Bench], str]


def version(prog: Program) -> Version:
    return Version(prog, render(prog), [], 0)


def machine(trial: Trial, update: bool) -> drive.Result:
    p = subprocess.run([drive.MACHINE, trial.plan(update)], capture_output=True, text=True,
                       check=True, timeout=60)
    return drive.judge({"verdict": "made" if update else "same", **json.loads(p.stdout)})


def patched(prog: Program, func: str) -> Version:
    """With another constant in a function."""
    new = prog.copy()
    found: Func = next(f for _, f in new.all_funcs() if f.name.endswith(func))
    assert constant_in(found, random.Random(1)), func
    return version(new)


def wrong_pair(bench: Bench, made_for: Version, said: Version, pre: Version) -> drive.Result:
    """The update that makes one version, judged as if it made another."""
    real = Trial(bench, "real", pre, made_for, random.Random(3))
    if real.verdict()["verdict"] != "made":
        return {}
    trial = Trial(bench, "real", pre, said, random.Random(3))
    trial.before, trial.after = trial.objects(pre), trial.objects(said)
    return machine(trial, True)


def same_on_both_sides(bench: Bench) -> str:
    for seed in range(8):
        pre = version(generate(random.Random(seed)))
        trial = Trial(bench, f"same{seed}", pre, pre, random.Random(seed))
        trial.before = trial.after = trial.objects(pre)
        r = machine(trial, False)
        if r["effect"] >= 0:
            return f"program {seed} differs from itself at step {r['effect']}"
    return ""


def moved_state(bench: Bench) -> str:
    """A layout that changes makes no difference of its own: the state goes along."""
    for seed in range(20, 24):
        rng = random.Random(seed)
        pre = version(generate(rng))
        new = pre.prog.copy()
        for struct in new.structs:
            if not struct.name.endswith(("ops", "info")):    # rows are written in order
                struct.members.reverse()
        for enum in new.enums:
            enum.first += 3
        trial = Trial(bench, f"moved{seed}", pre, version(new), rng)
        trial.before, trial.after = trial.objects(pre), trial.objects(trial.post)
        r = machine(trial, False)
        if r["effect"] >= 0:
            return f"program {seed} with all members moved differs at step {r['effect']}"
    return ""


def another_update(bench: Bench) -> str:
    prog = generate(random.Random(1))
    r = wrong_pair(bench, patched(prog, "unit1_step"), patched(prog, "_wait"), version(prog))
    return "" if r.get("wrong") else f"not caught: {r}"


def old_code(bench: Bench) -> str:
    """Nobody waits for who sleeps in the function that was not replaced."""
    prog = generate(random.Random(2))
    pre, wait = version(prog), patched(prog, "_wait")
    for seed in range(8):
        both = patched(wait.prog, "_table_get")
        trial = Trial(bench, f"old{seed}", pre, both, random.Random(seed))
        real = Trial(bench, f"old{seed}", pre, patched(prog, "_table_get"), random.Random(seed))
        if real.verdict()["verdict"] != "made":
            return "the update was not made"
        trial.before, trial.after = trial.objects(pre), trial.objects(both)
        if machine(trial, True).get("wrong") == "old code goes on":
            return ""
    return "not caught"


def no_change(bench: Bench) -> str:
    r = drive.judge({"verdict": "same", "effect": 3, "pre_signal": 0, "post_signal": 0})
    return "" if r.get("wrong") else "not caught"


def state_changes_are_seen(bench: Bench) -> str:
    """Mutators of layouts do what they are for: the trial counts."""
    seen = 0
    for seed in range(30, 40):
        rng = random.Random(seed)
        prog = generate(rng)
        new = prog.copy()
        if (member_anywhere if seed & 1 else enum_value)(new, rng):
            trial = Trial(bench, f"state{seed}", version(prog), version(new), rng)
            trial.before, trial.after = trial.objects(trial.pre), trial.objects(trial.post)
            seen += machine(trial, False)["effect"] >= 0
    return "" if seen else "none of them had an effect"


CHECKS: list[Check] = [same_on_both_sides, moved_state, another_update, old_code, no_change,
                       state_changes_are_seen]


def main() -> int:
    a = argparse.ArgumentParser(description=__doc__)
    a.add_argument("--tool", default=str(drive.TOP / "tools/kspl-objdiff/kspl-objdiff"))
    tool, bad = a.parse_args().tool, 0
    for n, check in enumerate(CHECKS, 1):
        with workplace("") as where:
            why = check(Bench(where, tool))
        print(f"{'not ok' if why else 'ok'} {n} - {check.__name__.replace('_', ' ')}", flush=True)
        if why:
            print(f"# {why}")
            bad += 1
    print(f"1..{len(CHECKS)}")
    return bad > 0


if __name__ == "__main__":
    sys.exit(main())
