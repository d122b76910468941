#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Two commands at once: whatever the order, it is as if one came first.

orders.py, run by tests/host/ksplice-cut.sh: KSPL_ORDERS pairs among install,
uninstall, apply, undo and status. What is there afterwards, and both exit codes,
must be those of the one after the other, in one of the two orders.
"""
import json
import os
import random
import sys
import time

import machine as m

FILES = {"fix-foo": "fix-foo.ko", "fix-bar": "fix-bar.ko"}
COMMANDS = ("install", "install --now", "uninstall", "uninstall --now",
            "apply", "apply FILE", "undo", "status")

# What there is of each name: (installed, applied)
State = dict[str, tuple[bool, bool]]


def run(state: State, command: str, name: str) -> int:
    """What a command makes of a state, and its exit code"""
    installed, applied = state[name]
    if command == "status":
        return 0
    if command.startswith("install"):
        state[name] = True, applied or command == "install --now"
        return 0
    if command == "uninstall":
        state[name] = False, applied
        return 0 if installed else 3
    if command == "uninstall --now":
        state[name] = False, False
        return 0 if installed or applied else 3
    if command == "undo":
        state[name] = installed, False
        return 0 if applied else 3
    if applied:
        return 3
    if command == "apply" and not installed:
        return 1
    state[name] = installed, True
    return 0


def possible(before: State, pair: list[tuple[str, str]]) -> list[tuple]:
    results = []
    for order in ((0, 1), (1, 0)):
        state, codes = dict(before), [0, 0]
        for i in order:
            codes[i] = run(state, *pair[i])
        results.append((tuple(codes), state))
    return results


def arguments(command: str, name: str) -> list[str]:
    words = command.split()
    if command == "status":
        return ["status", "--json"]
    if command.startswith("install") or "FILE" in words:
        return [w for w in words if w != "FILE"] + [FILES[name]]
    return [*words, name]


def seen() -> State:
    return {n: (m.stored(n) is not None, m.applied(n)) for n in m.NAMES}


def prepare() -> State:
    m.new_machine()
    for name in m.NAMES:
        if random.random() < 0.6:
            m.ksplice("install", FILES[name])
        if random.random() < 0.4:
            m.ksplice("apply", FILES[name])
    return seen()


def together(pair: list[tuple[str, str]]) -> tuple[tuple[int, ...], list[bytes]]:
    started = []
    for command, name in pair:
        started.append(m.start(*arguments(command, name)))
        time.sleep(random.choice((0, 0, 0.005, 0.02)))
    out = [p.communicate()[0] for p in started]
    return tuple(p.returncode for p in started), out


def one_pair() -> str:
    before = prepare()
    name = random.choice(m.NAMES)
    pair = [(random.choice(COMMANDS),
             name if random.random() < 0.8 else random.choice(m.NAMES))
            for _ in range(2)]
    codes, out = together(pair)
    after = seen()
    if (codes, after) not in possible(before, pair):
        return "%s of %s: %s, then %s; %s" % (pair, before, codes, after, out)
    for n in m.NAMES:
        if m.applied(n) != m.marked(n):
            return "%s of %s: %s and its mark differ" % (pair, before, n)
    for (command, _), text in zip(pair, out):
        if command == "status":
            json.loads(text)
    return "left: %s" % m.left_over() if m.left_over() else ""


def main() -> None:
    n = int(os.environ.get("KSPL_ORDERS", "40"))
    random.seed(int(os.environ.get("KSPL_SEED", "1")))
    wrong = [w for w in (one_pair() for _ in range(n)) if w]
    for line in wrong:
        print("# " + line)
    print("%sok 1 two commands at once, %d times" % ("not " if wrong else "", n))
    print("1..1")
    sys.exit(bool(wrong))


main()
