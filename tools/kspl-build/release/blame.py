# SPDX-License-Identifier: GPL-2.0
"""Which fix is to blame for what can't be taken."""
import json
import os
import re
import subprocess
from dataclasses import dataclass
from typing import Any, Iterable, Optional

from . import ctags
from .facts import File, Side
from .fate import leave_out, plain
from .model import OPEN, Fix, Hunk, Left, Release, read_text

_SUFFIX = re.compile(r"(\.(isra|part|constprop|cold|llvm|lto_priv)\b.*|\.\d+)$")
_WORD = re.compile(r"[A-Za-z_]\w*")
_PLAIN = re.compile(r"^([^ :]+):(\d+):(?:\d+:)? (?:fatal )?error: (.*)")
_QUOTED = re.compile("[‘`']([A-Za-z_][A-Za-z0-9_]*)['’]|‘(?:struct|union|enum) ([A-Za-z_][A-Za-z0-9_]*)’")


def base(name: str) -> str:
    """A function's name in the source."""
    return _SUFFIX.sub("", name.removeprefix("__pfx_"))


@dataclass
class Object:
    """A translation unit."""
    name: str
    source: str             # its file
    files: list[str]        # those of it that differ
    sure: bool = True       # the compiler has said which these are; else they are all


@dataclass
class Error:
    """Something that the compiler does not take."""
    message: str
    places: list[tuple[str, int]]


def _places(data: Any) -> Iterable[tuple[str, int]]:
    """All files and lines that a diagnostic of gcc names."""
    if isinstance(data, dict):
        if isinstance(data.get("file"), str) and isinstance(data.get("line"), int):
            yield data["file"], data["line"]
        for value in data.values():
            yield from _places(value)
    elif isinstance(data, list):
        for value in data:
            yield from _places(value)


def errors(log: str) -> list[Error]:
    """What a compiler said: gcc's diagnostics in JSON, or lines as people read them."""
    found = []
    for line in log.splitlines():
        if line.startswith("["):
            try:
                items = json.loads(line)
            except ValueError:
                continue
            found += [Error(str(d.get("message", "")), list(_places([d])))
                      for d in items if isinstance(d, dict) and "error" in str(d.get("kind"))]
            continue
        match = _PLAIN.match(line)
        if match:
            found.append(Error(match.group(3), [(match.group(1), int(match.group(2)))]))
    return found


class Blame:
    """Knows the files that differ, and who made what in them."""

    def __init__(self, release: Release, files: dict[str, File]) -> None:
        self.release = release
        self.files = files
        self.fix_by_hunk = {n: f for f in release.fixes for n in f.hunks}
        # what is in the tree that was judged, whatever is decided meanwhile
        self.in_tree = {f.number for f in release.fixes if f.fate == OPEN}

    def _open(self, hunks: Iterable[Hunk]) -> list[Fix]:
        """The fixes of hunks that are in the tree."""
        found: list[Fix] = []
        for hunk in hunks:
            fix = self.fix_by_hunk[hunk.number]
            if fix.number in self.in_tree and not plain(hunk) and fix not in found:
                found.append(fix)
        return found

    def _hunks(self, paths: Iterable[str]) -> list[Hunk]:
        wanted = set(paths)
        return [h for h in self.release.hunks if h.path in wanted]

    def _named(self, paths: Iterable[str], name: str) -> list[Hunk]:
        return [h for h in self._hunks(paths) if name in h.functions + h.tables + h.names]

    def _definition(self, paths: Iterable[str], name: str) -> Optional[tuple[Side, ctags.Definition]]:
        for path in paths:
            for side in (self.files[path].new, self.files[path].old):
                found = ctags.find((d for d in side.top if d.kind in ("function", "macro", "variable")), name)
                if found:
                    return side, found
        return None

    def of_name(self, unit: Object, name: str, unchanged: dict[str, Side]) -> list[Fix]:
        """Who changed a function or variable: itself, or what it is made of."""
        name = base(name)
        own = self._definition([*unit.files], name)
        direct = self._open(self._named(unit.files, own[1].name if own else name))
        if direct:
            return direct
        if own is None and unit.source in unchanged:
            side = unchanged[unit.source]
            item = ctags.find(side.top, name)
            own = (side, item) if item else None
        if own is None:
            return []
        return self._parts(unit, own, unchanged)

    def _parts(self, unit: Object, own: tuple[Side, ctags.Definition], unchanged: dict[str, Side]) -> list[Fix]:
        seen: set[str] = {own[1].name}
        todo = set(own[0].text(own[1].first, own[1].last))
        found: list[Fix] = []
        while todo:
            name = todo.pop()
            if name in seen:
                continue
            seen.add(name)
            found += [f for f in self._open(self._named(unit.files, name)) if f not in found]
            part = self._definition(unit.files, name)
            if part is None and unit.source in unchanged:
                item = ctags.find(unchanged[unit.source].top, name)
                part = (unchanged[unit.source], item) if item else None
            if part and part[1].kind in ("function", "macro"):
                todo |= set(part[0].text(part[1].first, part[1].last)) - seen
        return found

    def of_object(self, unit: Object) -> list[Fix]:
        """Who changed an object: in its own file, else in what it includes."""
        found = self._open(self._hunks([unit.source]))
        if found or unit.sure:
            return found or self._open(self._hunks(unit.files))
        words = set(_WORD.findall(read_text(os.path.join(self.release.source, unit.source))))
        return self._open(h for h in self._hunks(unit.files) if not words.isdisjoint(h.words))

    def of_error(self, unit: Object, error: Error) -> list[Fix]:
        """Who wrote a line that does not compile, or made it so."""
        found: list[Fix] = []
        for path, line in error.places:
            path = self._relative(path)
            for first, last, number in self.release.origin.get(path, []):
                if first <= line <= last:
                    found += [f for f in self._open([self.release.hunks[number]]) if f not in found]
        if found:
            return found
        for match in _QUOTED.finditer(error.message):
            name = match.group(1) or match.group(2)
            found += [f for f in self._open(self._named(unit.files, name)) if f not in found]
        return found

    def _relative(self, path: str) -> str:
        return os.path.normpath(path).removeprefix(self.release.source.rstrip("/") + "/").removeprefix("./")


def boot_symbols(path: str, module: bool) -> set[str]:
    """Functions and variables of an object that are gone after boot."""
    done = subprocess.run(["objdump", "-t", "--", path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          encoding="utf-8", errors="replace", check=False)
    gone = (".init.",) if module else (".init.", ".exit.")
    found = set()
    for line in done.stdout.splitlines():
        fields = line.split()
        if len(fields) > 3 and any(f.startswith(gone) for f in fields[1:-1]):
            found.add(base(fields[-1]))
    return found


def _side(release: Release, path: str) -> Side:
    return Side(path, release.old_text(path), list(ctags.read(release.source, [path])))


class Judge:
    """One round: what was refused, and whose fault that is."""

    def __init__(self, release: Release, files: dict[str, File], objects: dict[str, Object]) -> None:
        self.release = release
        self.blame = Blame(release, files)
        self.objects = objects
        self.files = files
        self.unchanged: dict[str, Side] = {}
        self.out: list[Fix] = []
        self.nobody: list[str] = []

    def _leave(self, fixes: list[Fix], code: str, reason: str) -> None:
        for fix in fixes:
            leave_out(fix, code, reason)
            if fix not in self.out:
                self.out.append(fix)

    def _unit(self, name: str) -> Object:
        unit = self.objects[name]
        if unit.source not in self.files and unit.source not in self.unchanged:
            self.unchanged[unit.source] = _side(self.release, unit.source)
        return unit

    def failed(self, name: str, log: str) -> None:
        """An object that does not compile."""
        unit = self._unit(name)
        found = errors(log)
        fixes: list[Fix] = []
        for error in found:
            fixes += [f for f in self.blame.of_error(unit, error) if f not in fixes]
        message = found[0].message if found else (log.strip().splitlines() or ["nothing was said"])[-1]
        self._whole(unit, fixes, "does_not_compile",
                    f"{name} does not compile with it and without what is left out: {message[:160]}")

    def refused(self, name: str, code: str, reason: str) -> None:
        """An object of which nothing can be taken."""
        self._whole(self._unit(name), [], code, f"{name}: {reason}")

    def _whole(self, unit: Object, fixes: list[Fix], code: str, reason: str) -> None:
        fixes = fixes or self.blame.of_object(unit)
        if fixes:
            self._leave(fixes, code, reason)
        else:
            self.nobody.append(reason)

    def objdiff(self, report: dict[str, Any]) -> None:
        """What kspl-objdiff left out, and what stays although it changed."""
        left = [x for x in report.get("left_out", []) if x.get("code") != "needs_refused"]
        for item in left or report.get("left_out", []):
            self._left(item)
        for item in report.get("refusals", []):
            self._left({**item, "kind": "function"})
        for unit in report.get("objects", []):
            copied = {d["name"] for key in ("copied", "replaced") for d in unit.get(key, [])}
            for data in unit.get("data_changed", []):
                if data["name"] not in copied:
                    self._table(unit["source"], data["name"])

    def _left(self, item: dict[str, Any]) -> None:
        source, what = item["source"], item["what"]
        if source not in self.objects:
            self.nobody.append(f"{source}: {what}: {item['reason']}")
            return
        unit = self._unit(source)
        fixes = self.blame.of_name(unit, what, self.unchanged) or self.blame.of_object(unit)
        reason = f"{source}: {what}: {item['reason']}"
        if not fixes:
            self.nobody.append(reason)
            return
        self._leave(fixes, item["code"], reason)
        self.release.left.append(Left(source, what, item.get("kind", "function"), item["code"], item["reason"],
                                      item.get("way_out", ""), fixes[0].number))

    def _table(self, source: str, name: str) -> None:
        if source not in self.objects:
            return
        unit = self._unit(source)
        fixes = self.blame.of_name(unit, name, self.unchanged) or self.blame.of_object(unit)
        if not fixes:
            self.nobody.append(f"{source}: {name} has other values, and does not change in the running kernel")
        self._leave(fixes, "table_half", f"{source}: {name} is a part of it, and does not change in the running"
                    " kernel: it has other values")

    def boot(self, name: str, gone: set[str]) -> None:
        """A fix of which something of this object ran at boot, and something else can run."""
        unit = self._unit(name)
        for hunk in self.release.hunks:
            fix = self.blame.fix_by_hunk[hunk.number]
            if hunk.path != unit.source or fix.fate != OPEN or plain(hunk):
                continue
            done = [n for n in hunk.functions + hunk.tables if n in gone and n not in hunk.boot]
            hunk.boot += done
            if done and not self._all_boot(fix):
                self._leave([fix], "boot_half", f"{hunk.path}: {done[0]} is a part of it, which only runs at boot:"
                            " the running kernel ran the old code")

    def _all_boot(self, fix: Fix) -> bool:
        hunks = [self.release.hunks[n] for n in fix.hunks]
        return all(plain(h) or h.boot and all(n in h.boot for n in h.functions + h.tables) for h in hunks)
