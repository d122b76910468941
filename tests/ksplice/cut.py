#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Cuts each command that changes something off, at each of its system calls.

cut.py kill|fail, run by tests/host/ksplice-cut.sh.

kill: SIGKILL at a system call. What is there is the old or the new, and the
next run reads it; what is applied has its mark.
fail: a call that changes something fails with ENOSPC, EIO, EROFS. The same; and
an exit code of 0 is right.

KSPL_CUTS=all: each of them, else those that matter most and a few others, by
KSPL_SEED.
"""
import os
import random
import re
import sys
from typing import Callable, NamedTuple

import machine as m

ALL = os.environ.get("KSPL_CUTS") == "all"
FEW = 6
CHANGES = ("openat", "write", "fsync", "renameat", "unlinkat", "mkdirat",
           "fchmod", "flock", "clone", "fork", "vfork")
FAILS = ("openat", "write", "fsync", "renameat", "unlinkat", "mkdirat",
         "fchmod")
ERRORS = ("ENOSPC", "EIO", "EROFS")

with open("fix-foo.ko", "rb") as ko:
    OLD = ko.read()
with open("fix-foo-new.ko", "rb") as ko:
    NEW = ko.read()


class Cut(NamedTuple):
    call: str
    number: int
    text: str


def install_old() -> None:
    m.new_machine()
    assert m.ksplice("install", "fix-foo.ko").returncode == 0


def nothing() -> None:
    m.new_machine()


def all_applied() -> None:
    install_old()
    assert m.ksplice("install", "--now", "fix-bar.ko").returncode == 0
    assert m.ksplice("apply", "fix-foo").returncode == 0


def both_installed() -> None:
    install_old()
    assert m.ksplice("install", "fix-bar.ko").returncode == 0


def both_held() -> None:
    all_applied()
    m.new_kernel()


def file_is(*which: bytes | None) -> bool:
    return m.stored("fix-foo") in which


class Command(NamedTuple):
    args: tuple[str, ...]
    before: Callable[[], None]
    ok: Callable[[], bool]		# the old or the new
    new: Callable[[], bool]		# the new
    marks: bool = True			# what is applied keeps its mark


COMMANDS = (
    Command(("install", "fix-foo.ko"), nothing,
            lambda: file_is(None, OLD), lambda: file_is(OLD)),
    Command(("install", "fix-foo-new.ko"), install_old,
            lambda: file_is(OLD, NEW), lambda: file_is(NEW)),
    Command(("uninstall", "fix-foo"), install_old,
            lambda: file_is(None, OLD), lambda: file_is(None)),
    Command(("apply", "fix-foo"), install_old,
            lambda: file_is(OLD), lambda: m.applied("fix-foo")),
    Command(("load-installed",), both_installed,
            lambda: file_is(OLD),
            lambda: m.applied("fix-foo") and m.applied("fix-bar")),
    Command(("undo", "fix-foo"), all_applied,
            lambda: file_is(OLD), lambda: not m.state("fix-foo")),
    Command(("unhold", "fix-foo"), both_held,
            lambda: m.marked("fix-bar"), lambda: not m.marked("fix-foo")),
    Command(("settle", "--now"), all_applied, lambda: file_is(OLD),
            lambda: not m.marked("fix-foo") and not m.marked("fix-bar"),
            marks=False),
)


def calls(command: Command) -> list[Cut]:
    """What it calls, from where it looks at the machine."""
    command.before()
    done = m.ksplice(*command.args, wrap=("strace", "-qq", "-o", "trace"))
    assert done.returncode == 0, done.stdout
    assert command.new(), command.args
    numbers: dict[str, int] = {}
    found, begun = [], False
    with open("trace") as trace:
        for line in trace:
            name = re.match(r"(\w+)\(", line)
            if not name:
                continue
            call = name[1]
            numbers[call] = numbers.get(call, 0) + 1
            begun = begun or call == "openat2" or ".ko" in line
            if begun:
                found.append(Cut(call, numbers[call], line.strip()[:100]))
    return found


def choose(cuts: list[Cut], kinds: tuple[str, ...], few: int) -> list[Cut]:
    """All that change something; an open that only reads does not."""
    if ALL:
        return cuts
    some = [c for c in cuts if c.call in kinds and
            (c.call != "openat" or "O_CREAT" in c.text) and
            not re.match(r"write\([12],", c.text)]
    rest = [c for c in cuts if c not in some]
    return some + random.sample(rest, min(few, len(rest)))


def holds(command: Command) -> str:
    """What is not as it must be, whenever it was cut off"""
    if not command.ok():
        return "neither the old nor the new"
    for name in m.NAMES:
        if command.marks and m.applied(name) and not m.marked(name):
            return name + " is applied, and a crash would not be remembered"
    m.status()
    return ""


def works_after(command: Command) -> str:
    """The machine goes down now; what was applied is held back, all is read."""
    was = [n for n in m.NAMES if m.applied(n) and m.stored(n) and m.marked(n)]
    m.new_kernel()
    held = [h["name"] for h in m.status()["held_back"]]
    if not set(was) <= set(held):
        return "%s was applied, and %s is held back" % (was, held)
    done = m.ksplice("load-installed")
    if done.returncode not in (0, 3, 4) or any(m.applied(n) for n in was):
        return "the next boot: %d %s" % (done.returncode, done.stdout)
    done = m.ksplice("install", "fix-foo.ko")
    if done.returncode or not file_is(OLD) or m.left_over():
        return "install afterwards: %s %s" % (done.stdout, m.left_over())
    return ""


def kill(command: Command, cut: Cut) -> str:
    command.before()
    m.ksplice(*command.args, wrap=(
        "strace", "-qq", "-o", "/dev/null", "-e",
        "inject=%s:signal=KILL:when=%d" % (cut.call, cut.number)))
    return holds(command) or works_after(command)


def fail(command: Command, cut: Cut, error: str) -> str:
    command.before()
    done = m.ksplice(*command.args, wrap=(
        "strace", "-qq", "-o", "/dev/null", "-e",
        "inject=%s:error=%s:when=%d" % (cut.call, error, cut.number)))
    if done.returncode == 0 and not command.new():
        return "exit code 0, and it is not done: " + done.stdout
    if done.returncode not in range(5):
        return "exit code %d: %s" % (done.returncode, done.stdout)
    return holds(command) or works_after(command)


def tries(command: Command, what: str) -> list[tuple]:
    cuts = calls(command)
    if what == "kill":
        return [(kill, c) for c in choose(cuts, CHANGES, FEW)]
    cuts = [c for c in choose(cuts, FAILS, 0) if c.call in FAILS]
    if ALL:
        return [(fail, c, e) for c in cuts for e in ERRORS]
    return [(fail, c, random.choice(ERRORS)) for c in cuts]


def main() -> None:
    what = sys.argv[1]
    random.seed(int(os.environ.get("KSPL_SEED", "1")))
    bad = 0
    for number, command in enumerate(COMMANDS, 1):
        wrong, n = [], 0
        for function, *args in tries(command, what):
            n += 1
            result = function(command, *args)
            if result:
                wrong.append("%s: %s" % (args, result))
        for line in wrong:
            print("# " + line.replace("\n", "\n#   "))
        bad += bool(wrong)
        print("%sok %d %s, %s at %d system calls" % (
            "not " if wrong else "", number, " ".join(command.args), what, n),
            flush=True)
    print("1..%d" % len(COMMANDS))
    sys.exit(bool(bad))


main()
