#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Runs trials: a program, versions of it that patches made, and between two of
them an update that our tools make, in the machine. Results are JSON lines.
"""
from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import struct
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator

import ir
from generate import generate, rest_of_kernel
from mutate import BY_NAME, mutate
from plan import the_map

HERE = Path(__file__).resolve().parent
TOP = HERE.parent.parent
LOCALS = TOP / "build/torture/locals"
MACHINE = Path(os.environ.get("TORTURE_MACHINE", TOP / "build/torture/machine"))
# As tests/objdiff/run.sh; signed numbers wrap around, as in the kernel
FLAGS = """-std=gnu11 -O2 -ffreestanding -fno-pie -fno-pic -mcmodel=kernel -mno-red-zone
 -fno-asynchronous-unwind-tables -fno-common -fno-strict-aliasing -fno-strict-overflow
 -fno-stack-protector -mno-sse -falign-functions=16 -fno-jump-tables -fcf-protection=branch
 -ffunction-sections -fdata-sections -pg -mfentry -fpatchable-function-entry=16,16 -w
 -fno-ipa-icf -mrecord-mcount -g -gdwarf-4""".split()
CC = os.environ.get("CC", "gcc")
EXPORTS = "__fentry__ trace noise zalloc zfree sleep_here memset memcpy".split()
STEPS = 60
VERSIONS = 9

Result = dict[str, Any]


class Broken(Exception):
    """The program, or torture itself, is no good."""


@dataclass
class Version:
    prog: ir.Program
    texts: dict[str, str]
    kinds: list[str]
    parent: int


class Bench:
    """A directory for one program: its versions' files and objects."""

    def __init__(self, where: Path, tool: str) -> None:
        self.where, self.tool = where, tool
        self.built: dict[str, Path] = {}
        self.found: dict[Path, dict[tuple[str, str], str]] = {}
        self.write("symvers", "".join(f"0x0\t{s}\tvmlinux\tEXPORT_SYMBOL\t\n" for s in EXPORTS))

    def write(self, name: str, text: str) -> Path:
        path = self.where / name
        path.write_text(text)
        return path

    def compile(self, label: str, text: str) -> Path | None:
        """Of one text one object; None if it does not compile."""
        digest = hashlib.sha1(f"{label}\n{text}".encode()).hexdigest()[:10]
        if digest not in self.built:
            out = self.where / f"{label}-{digest}.o"
            source = self.write(f"{label}-{digest}.c", text)
            link = self.where / digest / f"{label}.c"
            link.parent.mkdir()
            link.symlink_to(source)
            p = subprocess.run([CC, *FLAGS, "-c", "-o", out, f"{label}.c"], cwd=link.parent,
                               capture_output=True, text=True, check=False)
            if p.returncode:
                self.write(f"{label}-{digest}.log", p.stderr)
            self.built[digest] = out
        return self.built[digest] if self.built[digest].exists() else None

    def locals(self, path: Path) -> dict[tuple[str, str], str]:
        """The symbols of static locals, by function and name."""
        if path not in self.found:
            p = subprocess.run([LOCALS, path], capture_output=True, text=True, check=True)
            words = [line.split() for line in p.stdout.splitlines()]
            self.found[path] = {(w[0], w[1]): w[2] for w in words}
        return self.found[path]


def render(prog: ir.Program) -> dict[str, str]:
    texts = {u.label: ir.render_unit(prog, u) for u in prog.units}
    return {"reg": rest_of_kernel(len(prog.units)), **texts}


def loaded_parts(path: Path) -> list[tuple[Any, ...]]:
    """All of an object but its debug info, as kspl-build compares two."""
    data = path.read_bytes()
    shoff, = struct.unpack_from("<Q", data, 40)
    n, names_at = struct.unpack_from("<HH", data, 60)
    heads = [struct.unpack_from("<IIQQQQIIQQ", data, shoff + 64 * i) for i in range(n)]
    strings = heads[names_at][4]

    def name(h: tuple[int, ...]) -> str:
        return data[strings + h[0]:data.index(b"\0", strings + h[0])].decode()
    out: list[tuple[Any, ...]] = []
    for h in heads:
        if h[1] in (2, 3, 4) or ".debug" in name(h):    # symbols, strings, relocations
            continue
        out.append((name(h), h[1], h[2], h[5], b"" if h[1] == 8 else data[h[4]:h[4] + h[5]]))
    relocs = [relocations(data, h, heads, name) for h in heads
              if h[1] == 4 and ".debug" not in name(h)]
    return out + sorted(relocs)


def relocations(data: bytes, head: tuple[int, ...], heads: list[tuple[int, ...]],
                name: Any) -> tuple[Any, ...]:
    """Each with the name of its symbol, or the section's."""
    symtab, found = heads[head[6]], []
    strings = heads[symtab[6]][4]
    for at in range(head[4], head[4] + head[5], 24):
        off, info, addend = struct.unpack_from("<QQq", data, at)
        s = struct.unpack_from("<IBBHQQ", data, symtab[4] + 24 * (info >> 32))
        what = data[strings + s[0]:data.index(b"\0", strings + s[0])] or name(heads[s[3]]).encode()
        found.append((off, info & 0xffffffff, addend, what, s[4]))
    return (name(head), tuple(found))


class Trial:
    def __init__(self, bench: Bench, name: str, pre: Version, post: Version,
                 rng: random.Random) -> None:
        self.bench, self.name, self.pre, self.post = bench, name, pre, post
        self.apply = rng.randint(12, 26)
        self.undo = self.apply + rng.randint(6, 14) if rng.random() < 0.5 else 0
        self.report: Any = {}

    def objects(self, version: Version) -> dict[str, Path]:
        out = {}
        for label, text in version.texts.items():
            path = self.bench.compile(label, text)
            if not path:
                raise Broken(f"{label} does not compile")
            out[label] = path
        return out

    def make_update(self, old_types: bool) -> int:
        """kspl-objdiff as kspl-build calls it; its exit code."""
        b = self.bench
        args = [b.tool, "create", "--name", "torture", "--release", "test", "--symvers",
                str(b.where / "symvers"), "--defined", "/dev/null", "-o", f"{b.where}/{self.name}.o", "--json",
                f"{b.where}/{self.name}.json"]
        for label in self.sources:
            args += ["--source", f"{label}.o", str(self.before[label]), str(self.after[label])]
        if old_types:
            args += self.old_types()
        (b.where / f"{self.name}.json").unlink(missing_ok=True)
        p = subprocess.run(args, capture_output=True, text=True, check=False, timeout=20)
        b.write(f"{self.name}.log", " ".join(args) + "\n" + p.stdout + p.stderr)
        try:
            self.report = json.loads((b.where / f"{self.name}.json").read_text())
        except (OSError, ValueError):
            self.report = {}
        if p.returncode < 0 or p.returncode == 1:
            raise Broken(f"kspl-objdiff: {p.returncode}: {p.stderr[-300:]}")
        return p.returncode

    def old_types(self) -> list[str]:
        """The files over the old definitions, where they compile so."""
        mixed = ir.over_old_types(self.post.prog, self.pre.prog)
        out: list[str] = []
        for unit in mixed.units:
            if unit.label not in self.sources or not ir.compiles(mixed, unit):
                continue
            path = self.bench.compile(unit.label, ir.render_unit(mixed, unit))
            if path:
                out += ["--old-types", f"{unit.label}.o", str(path)]
        return out

    def types_changed(self) -> bool:
        text = json.dumps(self.report)
        return '"types": "changed"' in text or '"type_changed"' in text or \
            '"enum_changed"' in text

    def verdict(self) -> Result:
        self.before, self.after = self.objects(self.pre), self.objects(self.post)
        self.sources = [x for x in self.before if self.pre.texts[x] != self.post.texts[x] and
                        loaded_parts(self.before[x]) != loaded_parts(self.after[x])]
        if not self.sources:
            return {"verdict": "same"}
        status = self.make_update(False)
        if status in (0, 4) and self.types_changed():
            status = self.make_update(True)
        if status == 0 and '"types": "changed"' in json.dumps(self.report):
            return {"verdict": "refused", "codes": ["types_unjudged"]}
        if status == 4:
            return {"verdict": "refused", "codes": sorted({r["code"] for r in
                                                           self.report.get("refusals", [])})}
        return {"verdict": {0: "made", 3: "same"}.get(status, f"exit {status}")}

    def plan(self, update: bool) -> Path:
        lines = [f"pre {k} {v}" for k, v in self.before.items()]
        # what stands for the rest of the kernel goes on as it is
        lines += [f"post {k} {v}" for k, v in self.after.items() if k != "reg"]
        lines += [f"steps {STEPS}", f"apply {self.apply}", f"undo {self.undo}"]
        if update:
            lines.append(f"update {self.bench.where}/{self.name}.o")
        found = ({k: self.bench.locals(v) for k, v in self.before.items()},
                 {k: self.bench.locals(v) for k, v in self.after.items()})
        lines += the_map(self.pre.prog, self.post.prog, found)
        return self.bench.write(f"{self.name}.plan", "\n".join(lines) + "\n")

    def run(self) -> Result:
        result = self.verdict()
        plan = self.plan(result["verdict"] == "made")
        p = subprocess.run([MACHINE, plan], capture_output=True, text=True, check=False, timeout=60)
        if p.returncode:
            raise Broken(f"{p.returncode}: {p.stderr[-300:]}")
        result.update(json.loads(p.stdout))
        return judge(result)


def judge(r: Result) -> Result:
    """Whether the trial counts, and what is wrong."""
    if r.get("busy"):
        return {**r, "verdict": "busy", "counts": True}
    if r["post_signal"] or r["pre_signal"]:
        raise Broken(f"the program dies: {r}")
    if r.get("load"):
        r["verdict"] = "no load"
    effect = r["effect"] >= 0
    r["counts"] = effect
    wrong = ""
    if r["verdict"] == "same" and effect:
        wrong = "no change, but there is"
    elif r["verdict"] == "made":
        wrong = wrong_update(r)
    if wrong:
        r["wrong"] = wrong
        r["counts"] = True
    return r


def wrong_update(r: Result) -> str:
    if r["signal"] == 5:
        return "old code goes on"
    if r["signal"]:
        return f"signal {r['signal']}"
    if r["differs"] >= 0:
        return "after undo" if 0 < r["undone"] <= r["differs"] else "differs"
    if r["dangles"] and not r["stays"]:
        return "dangles"
    return ""


def versions(rng: random.Random, number: int, kinds: list[str]) -> list[Version]:
    ir.start_numbers()
    prog = generate(rng)
    out = [Version(prog, render(prog), [], 0)]
    while len(out) < number:
        parent = rng.randrange(len(out)) if rng.random() < 0.5 else 0
        new, done = mutate(out[parent].prog, rng, kinds)
        texts = render(new)
        if texts != out[parent].texts:
            out.append(Version(new, texts, done, parent))
        else:
            number -= rng.random() < 0.2
    return out


def path_kinds(made: list[Version], a: int, b: int) -> list[str]:
    """What lies between two versions, by way of what both were made of."""
    def up(i: int) -> list[int]:
        return [i] + up(made[i].parent) if i else [0]
    from_a, from_b = up(a), up(b)
    return [f"revert {k}" for i in from_a if i not in from_b for k in made[i].kinds] + \
        [k for i in reversed(from_b) if i not in from_a for k in made[i].kinds]


def pairs(made: list[Version], rng: random.Random) -> Iterator[tuple[int, int, list[str]]]:
    """There and back, and some that are two patches in one."""
    for i, v in enumerate(made):
        if not i:
            continue
        other = rng.randrange(len(made))
        ends = [(v.parent, i), (i, v.parent)]
        if other not in (i, v.parent) and rng.random() < 0.6 and \
                not ir.confused(v.prog, made[other].prog):
            ends.append((i, other))
        for a, b in ends:
            yield a, b, path_kinds(made, a, b)


def one_program(seed: int, tool: str, number: int, kinds: list[str], keep: str = "",
                only: str = "") -> list[Result]:
    """All trials of the program of a seed."""
    rng = random.Random(seed)
    made = versions(rng, number, kinds)
    with workplace(keep) as where:
        bench = Bench(where, tool)
        return [one_trial(bench, seed, made[a], made[b], f"{a}-{b}", what)
                for a, b, what in pairs(made, rng) if only in ("", f"{a}-{b}")]


@contextmanager
def workplace(keep: str) -> Iterator[Path]:
    """In memory, unless it is to stay."""
    if keep:
        Path(keep).mkdir(parents=True, exist_ok=True)
        yield Path(keep)
        return
    shm = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="torture-", dir=shm) as where:
        yield Path(where)


def one_trial(bench: Bench, seed: int, pre: Version, post: Version, name: str,
              kinds: list[str]) -> Result:
    head = {"seed": seed, "trial": name, "kinds": kinds}
    trial = Trial(bench, name, pre, post, random.Random(f"{seed} {name}"))
    try:
        return {**head, **trial.run()}
    except (Broken, subprocess.TimeoutExpired) as e:
        return {**head, "verdict": "broken", "counts": False, "why": str(e)[-400:]}


def options(args: argparse.Namespace) -> str:
    """What one needs besides the seed to make the same program."""
    kinds = ["--kinds", *args.kinds] if args.kinds else []
    return " ".join([f"--versions {args.versions}"] * (args.versions != VERSIONS) + kinds)


def show(r: Result) -> None:
    if r.get("wrong") or r["verdict"] == "broken":
        print(json.dumps(r), flush=True)


def work(args: argparse.Namespace, path: Path) -> None:
    """Until so many trials count; those in the file are not done again."""
    done, counted, seed = set(), 0, args.seed
    if path.exists():
        for line in path.read_text().splitlines():
            r = json.loads(line)
            done.add(r["seed"])
            counted += r["counts"]
    started, first, wrong = time.time(), counted, False
    with path.open("a") as out, ProcessPoolExecutor(args.jobs) as pool:
        running: set[Future[list[Result]]] = set()
        while counted < args.n or running:
            while counted < args.n and len(running) < args.jobs + 1:
                if seed not in done:
                    running.add(pool.submit(one_program, seed, args.tool, args.versions, args.kinds))
                seed += 1
            ready, running = wait(running, return_when=FIRST_COMPLETED)
            for f in ready:
                for r in f.result():
                    r["options"] = options(args)
                    out.write(json.dumps(r) + "\n")
                    counted += r["counts"]
                    wrong |= "wrong" in r
                    show(r)
            out.flush()
            if args.seconds and time.time() - started > args.seconds or wrong and args.first:
                args.n = counted
    spent = time.time() - started
    print(f"{counted} trials counted, {counted - first} of them now, in {spent:.0f} s "
          f"({(counted - first) / max(spent, 1):.1f} a second)")


def tree_ids() -> str:
    """Of what a result depends on: files as they are, committed or not."""
    h = hashlib.sha1()
    for d in ("tools/kspl-objdiff", "tools/lib", "kernel-tree-overlay/kernel/ksplice",
              "kernel-tree-overlay/include/linux", "tests/torture"):
        for p in sorted((TOP / d).rglob("*")):
            if p.suffix in (".c", ".h", ".py", ".patch"):
                h.update(p.read_bytes())
    return h.hexdigest()[:16]


def main() -> int:
    a = argparse.ArgumentParser(description=__doc__)
    a.add_argument("-n", type=int, default=1000, help="trials that count")
    a.add_argument("--seed", type=int, default=1, help="of the first program")
    a.add_argument("--first", action="store_true", help="end when something is wrong")
    a.add_argument("--seconds", type=int, default=0, help="end after so long")
    a.add_argument("--versions", type=int, default=VERSIONS, help="of a program")
    a.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    a.add_argument("--kinds", nargs="*", default=[], choices=sorted(BY_NAME), metavar="KIND",
                   help="only patches of these kinds: " + " ".join(sorted(BY_NAME)))
    a.add_argument("--tool", default=str(TOP / "tools/kspl-objdiff/kspl-objdiff"))
    a.add_argument("--out", help="file for the results")
    a.add_argument("--keep", help="directory: one program, all files stay there")
    a.add_argument("--trial", default="", help="with --keep: only this one, as 0-3")
    args = a.parse_args()
    if args.keep:
        for r in one_program(args.seed, args.tool, args.versions, args.kinds, args.keep, args.trial):
            print(json.dumps(r))
        return 0
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    path = Path(args.out or cache / "ksplice/torture" / tree_ids() / f"seed-{args.seed}.jsonl")
    path.parent.mkdir(parents=True, exist_ok=True)
    work(args, path)
    print(f"results: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
