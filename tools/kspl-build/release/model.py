# SPDX-License-Identifier: GPL-2.0
"""What is known of a release, and how that is kept on disk."""
import dataclasses
import json
import os
from dataclasses import dataclass, field
from typing import Any, Optional

from .hunks import Span

OPEN, TAKEN, LEFT_OUT, WITHOUT_EFFECT = "open", "taken", "left_out", "without_effect"


@dataclass
class Hunk:
    """The smallest piece: lines of one file that became others."""
    number: int
    path: str
    span: Span
    functions: list[str] = field(default_factory=list)  # whose text it changes
    tables: list[str] = field(default_factory=list)     # variables with a value
    types: list[str] = field(default_factory=list)      # structs, unions, enums
    names: list[str] = field(default_factory=list)      # all that it declares
    noise: bool = False     # no token of the code differs
    both: bool = False      # #include lines: the old ones stay, too
    boot: list[str] = field(default_factory=list)       # functions that only boot runs
    layout: str = ""        # a type of the running kernel that it lays out anew
    whole: str = ""         # "new" or "gone": it is the whole file
    words: list[str] = field(default_factory=list)  # of a header: names by which code has it in itself

    @property
    def in_header(self) -> bool:
        """Is it in a file that others include?"""
        return not self.path.endswith((".c", ".S"))


@dataclass
class Join:
    """Two hunks belong together, and why that is thought."""
    a: int
    b: int
    kind: str
    what: str


@dataclass
class Fix:
    """A group of hunks that is taken whole, or not."""
    number: int
    hunks: list[int]
    fate: str = OPEN
    code: str = ""
    reason: str = ""


@dataclass
class Left:
    """A function or variable that can't be had, as kspl-objdiff says."""
    source: str
    what: str
    kind: str
    code: str
    reason: str
    way_out: str
    fix: int


@dataclass
class Release:
    """Two trees, what differs, and what becomes of it."""
    source: str
    to: str
    files: list[str]
    new: list[str]
    gone: list[str]
    hunks: list[Hunk] = field(default_factory=list)
    joins: list[Join] = field(default_factory=list)
    fixes: list[Fix] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    origin: dict[str, list[list[int]]] = field(default_factory=dict)
    built: dict[str, list[str]] = field(default_factory=dict)  # file -> objects made of it
    outside: list[str] = field(default_factory=list)    # files made into what is no code of the kernel
    rounds: int = 0

    def fix_of(self, hunk: int) -> Optional[Fix]:
        """The fix that a hunk is part of."""
        for fix in self.fixes:
            if hunk in fix.hunks:
                return fix
        return None

    def chosen(self, path: str) -> list[Hunk]:
        """The hunks of a file that are in the tree, in their order."""
        out = {n for f in self.fixes if f.fate in (LEFT_OUT, WITHOUT_EFFECT) for n in f.hunks}
        return [h for h in self.hunks if h.path == path and h.number not in out]

    def old_text(self, path: str) -> str:
        """A file of the old tree, or nothing."""
        return read_text(os.path.join(self.source, path))

    def new_text(self, path: str) -> str:
        """A file of the new tree, or nothing."""
        return read_text(os.path.join(self.to, path))


def read_text(path: str) -> str:
    """A file's text, byte for byte; '' if there is none."""
    try:
        with open(path, encoding="latin-1", newline="") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def write_text(path: str, text: str) -> None:
    """The other way round."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="latin-1", newline="") as file:
        file.write(text)


def save(release: Release, path: str) -> None:
    """Writes all of it to a file, in one go."""
    with open(path + ".new", "w", encoding="utf-8") as file:
        json.dump(dataclasses.asdict(release), file)
    os.replace(path + ".new", path)


def load(path: str) -> Release:
    """Reads what save() wrote."""
    with open(path, encoding="utf-8") as file:
        data: dict[str, Any] = json.load(file)
    for hunk in data["hunks"]:
        hunk["span"] = Span(**hunk["span"])
    data["hunks"] = [Hunk(**h) for h in data["hunks"]]
    data["joins"] = [Join(**j) for j in data["joins"]]
    data["fixes"] = [Fix(**f) for f in data["fixes"]]
    data["left"] = [Left(**x) for x in data["left"]]
    return Release(**data)
