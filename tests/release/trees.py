#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""trees.py write DIR CASE... | trees.py check REPORT.json CASE...

Two small source trees from descriptions of what is changed in them, and whether
kspl-build made of each what it should.

A case is a text of files, each begun by "file PATH". Their lines begin with a
blank, or with - or + if they are in the old or the new tree only. Files that are
not compiled begin with "unbuilt PATH". drivers/NAME.c is a module; one that begins
with away_ is not loaded. What is to become of functions and variables:

  taken: A B          in one fix, which is taken
  left_out: A B       in one fix, which is left out
  without_effect: A   in one that does nothing here
  apart: A B          in different fixes
  none: A             in no fix
  code: A WORD        the reason of its fix
  parts: A MODULE     the update has a part for the module
"""
import json
import os
import subprocess
import sys
from dataclasses import dataclass, field

BASE = """\
#define NULL ((void *)0)
#define __init __attribute__((section(".init.text"), cold))
#define noinline __attribute__((noinline))
typedef unsigned long long u64;
extern int printk(const char *text, ...);
extern int base_weak(void) __attribute__((weak));
extern void mutex_lock(int *lock);
extern void mutex_unlock(int *lock);
"""
WORDS = ("taken", "left_out", "without_effect", "apart", "none", "code", "parts")


@dataclass
class Case:
    """One description."""
    name: str
    old: dict[str, str] = field(default_factory=dict)
    new: dict[str, str] = field(default_factory=dict)
    unbuilt: set[str] = field(default_factory=set)
    expect: list[tuple[str, list[str]]] = field(default_factory=list)


def read(path: str) -> Case:
    """A description."""
    case = Case(os.path.basename(path))
    at = ""
    with open(path, encoding="utf-8") as file:
        for line in file:
            word, _, rest = line.rstrip("\n").partition(" ")
            if word in ("file", "unbuilt"):
                at = rest
                if word == "unbuilt":
                    case.unbuilt.add(at)
            elif word.rstrip(":") in WORDS and word.endswith(":"):
                case.expect.append((word[:-1], rest.split()))
            elif at and line[0] in " -+":
                for side, other in ((case.old, "+"), (case.new, "-")):
                    if line[0] != other:
                        side[at] = side.get(at, "") + line[1:]
    return case


def _compile(root: str, path: str) -> None:
    """As kbuild saves how an object was compiled, and of what."""
    source, build = os.path.join(root, "src"), os.path.join(root, "bld")
    out = path[:-2] + ".o"
    flags = f"-D__KERNEL__ -O2 -fno-inline-small-functions -I{source}/include"
    if path.startswith("drivers/"):
        flags += f" -DMODULE -DKBUILD_MODNAME='\"{os.path.basename(path)[:-2]}\"'"
        with open(os.path.join(build, "modules.order"), "a", encoding="utf-8") as file:
            file.write(out + "\n")
    deps = subprocess.run(["gcc", "-MM", "-D__KERNEL__", f"-I{source}/include", f"{source}/{path}"], check=True,
                          stdout=subprocess.PIPE, encoding="utf-8").stdout.replace("\\\n", " ").split()[1:]
    os.makedirs(os.path.join(build, os.path.dirname(path)), exist_ok=True)
    with open(os.path.join(build, os.path.dirname(path), f".{os.path.basename(out)}.cmd"), "w",
              encoding="utf-8") as file:
        file.write(f"savedcmd_{out} := gcc -Wp,-MMD,{out}.d {flags} -c -o {out} {source}/{path}\n\n"
                   f"source_{out} := {source}/{path}\n\ndeps_{out} := \\\n"
                   + "".join(f"  {d} \\\n" for d in deps) + "\n")


def write(root: str, cases: list[Case]) -> None:
    """Both trees, src and src2, and in bld what a build would have left."""
    for case in cases:
        for name, side in (("src", case.old), ("src2", case.new)):
            for path, text in [*side.items(), ("include/linux/base.h", BASE)]:
                place = os.path.join(root, name, path)
                os.makedirs(os.path.dirname(place), exist_ok=True)
                with open(place, "w", encoding="utf-8") as file:
                    file.write(text)
    for case in cases:
        for path in case.old:
            if path.endswith(".c") and path not in case.unbuilt:
                _compile(root, path)
    with open(os.path.join(root, "modules"), "w", encoding="utf-8") as file:
        for name in sorted({os.path.basename(p)[:-2] for c in cases for p in c.old if p.startswith("drivers/")}):
            if not name.startswith("away_"):
                file.write(f"{name} 4096 0 - Live 0x0\n")


def _fate(fixes: list[dict], word: str, names: list[str]) -> str:
    """What is wrong with a fix, or nothing."""
    found = {n: [f for f in fixes if n in f["functions"] + f["others"]] for n in names}
    missing = [n for n in names if not found[n]]
    if missing:
        return f"{missing[0]} is in no fix"
    numbers = {f["fix"] for n in names for f in found[n]}
    if word == "apart":
        return "" if len(numbers) == len(names) else "they are in one fix"
    if len(numbers) != 1:
        return f"they are in {len(numbers)} fixes"
    fate = found[names[0]][0]["fate"]
    return "" if fate == word else f"it is {fate}: {found[names[0]][0]['reason']}"


def _wrong(report: dict, word: str, names: list[str]) -> str:
    fixes = report["fixes"]
    if word == "none":
        found = [f for f in fixes if names[0] in f["functions"] + f["others"]]
        return f"it is in fix {found[0]['fix']}" if found else ""
    if word == "code":
        found = [f["code"] for f in fixes if names[0] in f["functions"] + f["others"]]
        return "" if found == [names[1]] else f"its code is {found}"
    if word == "parts":
        found = [o["source"] for o in report["objdiff"]["objects"] if o["replaced"] and names[1] in o["source"]]
        return "" if found else "there is none"
    return _fate(fixes, word, names)


def check(report: dict, cases: list[Case]) -> int:
    """Says of each case whether all of it is right; how many are not."""
    bad = 0
    replaced = {u["name"] for o in report["objdiff"]["objects"] for u in o["replaced"]}
    for number, case in enumerate(cases, 1):
        wrong = [f"{word}: {' '.join(names)}: {w}" for word, names in case.expect
                 if (w := _wrong(report, word, names))]
        out = [n for w, names in case.expect if w in ("left_out", "without_effect") for n in names]
        wrong += [f"{n} is replaced all the same" for n in out if n in replaced]
        for text in wrong:
            print(f"# {text}")
        print(f"{'not ok' if wrong else 'ok'} {number} {case.name}")
        bad += bool(wrong)
    print(f"1..{len(cases)}")
    return bad


def main() -> int:
    """See above."""
    cases = [read(p) for p in sys.argv[3:]]
    if sys.argv[1] == "write":
        write(sys.argv[2], cases)
        return 0
    with open(sys.argv[2], encoding="utf-8") as file:
        return min(check(json.load(file), cases), 1)


if __name__ == "__main__":
    sys.exit(main())
