# SPDX-License-Identifier: GPL-2.0
"""What is known of an update: of kspl-build's report, and of kspl-objdiff's of what was made.

Both are JSON and may lack any member: a report is also written of what failed early.
"""
import posixpath
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Optional

from release.hunks import Span

from . import csource
from .source import Piece, Pieces

Json = dict[str, Any]

# What a function of the update can be, and what kspl-objdiff's report calls the list
LISTS = {"replaced": "replaced", "new": "new", "copied": "copied", "in_place": "in_place", "gone": "gone",
         "data_changed": "changed"}
# Those whose code is shown
HAVE_CODE = ("replaced", "new", "copied", "gone")


@dataclass
class Message:
    """What a patch says of itself."""
    patch: int      # which one, from 1
    subject: str
    ids: list[str]


@dataclass
class Stop:
    """A piece of old code in which no thread may be."""
    name: str
    size: int
    kind: str


@dataclass
class Compared:
    """What of a function's old code is compared with memory."""
    size: int = 0
    relocs: int = 0
    sites: int = 0


@dataclass
class Function:
    """A function or variable of the update, or one that is not in it."""
    name: str
    object: str
    state: str      # replaced, new, copied, in_place, gone, changed, left_out, refused
    kind: str = "function"
    old_size: Optional[int] = None
    size: Optional[int] = None
    cause: str = ""
    reason: str = ""
    way_out: str = ""
    fix: int = 0    # 0: of none
    also: list[int] = field(default_factory=list)       # other fixes that change it
    inlines: list[str] = field(default_factory=list)    # changed functions that it has in itself
    pieces: list[Piece] = field(default_factory=list)
    compared: Optional[Compared] = None
    stops: list[Stop] = field(default_factory=list)
    codes: list[tuple[str, list[tuple[str, str]]]] = field(default_factory=list)    # parts: name, rows (see show.py)

    @property
    def path(self) -> str:
        """The file that its object is compiled from."""
        return path_of(self.object)


@dataclass
class Fix:
    """A patch, or a group of changes of a release."""
    number: int
    title: str
    fate: str = "taken"
    reason: str = ""
    ids: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    functions: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    evidence: list[str] = field(default_factory=list)


@dataclass
class Update:
    """All of it."""
    report: Json
    inspect: Json
    fixes: list[Fix] = field(default_factory=list)
    functions: list[Function] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)

    @property
    def is_release(self) -> bool:
        """Were the fixes found in a release?"""
        return bool(rows(self.report.get("fixes")))

    @property
    def is_made(self) -> bool:
        """Is there an update?"""
        return self.report.get("exit") == 0


def path_of(name: str) -> str:
    """Of an object's name, the C file's."""
    path = posixpath.normpath(name)
    return path[:-2] + ".c" if path.endswith(".o") else path


def texts(value: Any) -> list[str]:
    """The strings of a list, if it is one."""
    return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []


def rows(value: Any) -> list[Json]:
    """The objects of a list, if it is one."""
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []


def words(value: Any) -> str:
    """A string, whatever there is."""
    return value if isinstance(value, str) else "" if value is None else str(value)


def number(value: Any) -> Optional[int]:
    """A number from 0 on, or none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def changes(report: Json) -> list[tuple[int, str, Span]]:
    """What the fixes of a release change, where the report says so."""
    found = []
    for fix in rows(report.get("fixes")):
        for change in rows(fix.get("changes")):
            old, new = change.get("old"), change.get("new")
            if not (isinstance(old, list) and isinstance(new, list) and len(old) == len(new) == 2):
                continue
            lines = [number(n) for n in (*old, *new)]
            if None in lines:
                continue
            a, b, c, d = (n or 0 for n in lines)
            # there lines count from 1, and where there is none, it is the one before
            found.append((number(fix.get("fix")) or 0, words(change.get("path")),
                          Span(max(a - (b != 0), 0), b, max(c - (d != 0), 0), d)))
    return found


def _of_patches(report: Json, messages: list[Message]) -> list[Fix]:
    found = []
    for n, patch in enumerate(texts(report.get("patches")), 1):
        own = [m for m in messages if m.patch == n]
        title = "; ".join(m.subject for m in own if m.subject) or posixpath.basename(patch)
        found.append(Fix(n, title, "taken" if report.get("exit") == 0 else "not_taken",
                         ids=[i for m in own for i in m.ids]))
    return found


def _evidence(fix: Json) -> list[str]:
    found = []
    for one in rows(fix.get("joins")):
        places = texts(one.get("between"))
        found.append(f"{words(one.get('kind'))} {words(one.get('what'))}: {' and '.join(places)}")
    return found


def _of_release(report: Json) -> list[Fix]:
    found = []
    for fix in rows(report.get("fixes")):
        files = texts(fix.get("files"))
        title = ", ".join(files[:3]) + (f" and {len(files) - 3} more" if len(files) > 3 else "")
        found.append(Fix(number(fix.get("fix")) or 0, title, words(fix.get("fate")), words(fix.get("reason")), [],
                         files, texts(fix.get("functions")), texts(fix.get("others")), _evidence(fix)))
    return found


def _cause(unit: Json) -> str:
    """Why it is in the update: the first difference as instructions, if it has some."""
    old, new, at = words(unit.get("old_insn")), words(unit.get("new_insn")), number(unit.get("offset"))
    if old and new and at is not None:
        return f"at +{at:#x}, {new} instead of {old}"
    return words(unit.get("cause"))


def _listed(objdiff: Json) -> list[Function]:
    """What kspl-objdiff lists of each object."""
    found = []
    for of in rows(objdiff.get("objects")):
        for key, state in LISTS.items():
            for unit in rows(of.get(key)):
                found.append(Function(
                    words(unit.get("name")), words(of.get("source")), state, words(unit.get("kind")) or "function",
                    number(unit.get("old_size")), number(unit.get("size")), _cause(unit)))
    return found


def _left(objdiff: Json) -> list[Function]:
    """What can't be taken, or is not."""
    found = []
    for one in rows(objdiff.get("left_out")):
        found.append(Function(words(one.get("what")), words(one.get("source")), "left_out", words(one.get("kind")),
                              reason=words(one.get("reason")), way_out=words(one.get("way_out")),
                              fix=number(one.get("fix")) or 0))
    for one in rows(objdiff.get("refusals")):
        for name in dict.fromkeys([words(one.get("what")), *texts(one.get("also"))]):
            found.append(Function(name, words(one.get("source")), "refused", "", reason=words(one.get("reason")),
                                  way_out=words(one.get("way_out"))))
    return found


def _compare(functions: list[Function], inspect: Json) -> None:
    """What the core compares of each, and stops for."""
    units = {(words(u.get("source")), words(u.get("name"))): u for u in rows(inspect.get("units"))
             if u.get("kind") == "text"}
    stops: dict[tuple[str, str], list[Stop]] = defaultdict(list)
    for one in rows(inspect.get("replaces")):
        name = words(one.get("name"))
        stops[(words(one.get("source")), csource.plain_name(name))].append(
            Stop(name, number(one.get("size")) or 0, words(one.get("kind"))))
    told = {(f.object, csource.plain_name(f.name)) for f in functions}
    functions += [Function(name, source, "replaced") for source, name in stops if (source, name) not in told]
    for function in functions:
        if function.state not in ("replaced", "gone"):
            continue
        unit = units.get((function.object, function.name))
        if unit:
            function.compared = Compared(number(unit.get("size")) or 0, number(unit.get("relocs")) or 0,
                                         number(unit.get("sites")) or 0)
        function.stops = [s for s in stops[(function.object, csource.plain_name(function.name))]
                          if s.name == function.name or s.kind == "range"]


def read(report: Json, inspect: Json) -> Update:
    """An update, before anybody has looked at sources and objects."""
    update = Update(report, inspect)
    objdiff = report["objdiff"] if isinstance(report.get("objdiff"), dict) else {}
    update.messages = [Message(number(m.get("patch")) or 0, words(m.get("subject")), texts(m.get("fixes")))
                       for m in rows(report.get("messages"))]
    update.functions = [*_listed(objdiff), *_left(objdiff)]
    _compare(update.functions, inspect)
    update.fixes = _of_release(report) if update.is_release else _of_patches(report, update.messages)
    return update


def attribute(function: Function, pieces: Pieces, inlines: set[str], taken: set[int]) -> None:
    """Finds the fixes that a function is changed by, and what they change for it."""
    own = pieces.own(function.name, function.path)
    inlined = pieces.inlined(inlines, function.path)
    if function.state in ("replaced", "new", "copied"):
        own = [p for p in own if p.fix in taken]
        inlined = [(n, [p for p in of if p.fix in taken]) for n, of in inlined]
    function.inlines = [name for name, of in inlined if of]
    function.pieces = own + [p for _, of in inlined for p in of if not any(p is o for o in own)]
    numbers = list(dict.fromkeys(p.fix for p in [*own, *function.pieces]))
    if not function.fix and numbers:
        function.fix = numbers[0]
    function.also = [n for n in numbers if n != function.fix]
