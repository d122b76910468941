# SPDX-License-Identifier: GPL-2.0
"""What the fixes change in the source, by function."""
import os
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Iterable, Optional

from release import hunks

from . import csource
from .csource import Extent


class Text:
    """A file of one of the trees, or of a step between them."""

    def __init__(self, path: str) -> None:
        self.path = path    # where it lies; '' if there is none
        self._lines: Optional[list[str]] = None
        self._extents: Optional[list[Extent]] = None

    @property
    def lines(self) -> list[str]:
        """Its lines."""
        if self._lines is None:
            text = ""
            if self.path:
                with open(self.path, encoding="utf-8", errors="replace", newline="") as file:
                    text = file.read()
            self._lines = text.split("\n")
            if self._lines[-1] == "":
                self._lines.pop()
        return self._lines

    @property
    def extents(self) -> list[Extent]:
        """Its functions."""
        if self._extents is None:
            self._extents = csource.functions("\n".join(self.lines))
        return self._extents


@dataclass
class Piece:
    """Lines of a file that a fix makes others of."""
    path: str
    fix: int
    old: Text
    new: Text
    span: hunks.Span
    beside: list[hunks.Span]    # all that the fix changes in the file, in order
    touched: list[Extent] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.path.endswith((".c", ".h", ".inc", ".def")):
            self.touched = [*_touched(self.old, self.span.old, self.span.old_count),
                            *_touched(self.new, self.span.new, self.span.new_count)]


def _touched(text: Text, first: int, count: int) -> list[Extent]:
    """The functions that have some of these lines, or a place between two of theirs."""
    if count:
        return [e for e in text.extents if e.first <= first + count and first + 1 <= e.last]
    return [e for e in text.extents if e.first <= first < e.last]


def _inside(path: str) -> bool:
    """Is it a path below a tree, wherever it came from?"""
    return bool(path) and not path.startswith("/") and ".." not in path.split("/")


def _find(roots: Iterable[str], path: str) -> str:
    """The file as the first of these trees that has it has it; no link is followed."""
    for root in filter(None, roots):
        found = os.path.join(root, path)
        if os.path.isfile(found) and os.path.realpath(found) == os.path.join(os.path.realpath(root), path):
            return found
    return ""


def _differing(path: str, fix: int, old: Text, new: Text) -> list[Piece]:
    spans = hunks.diff(old.path or os.devnull, new.path or os.devnull)
    return [Piece(path, fix, old, new, span, spans) for span in spans]


def of_steps(steps: str, old: list[str], count: int) -> list[Piece]:
    """What each of some patches changes: after patch N, the files of it are in steps/N.

    steps/N.files has their names; a file that is gone is not in steps/N.
    """
    now: dict[str, str] = {}
    found = []
    for number in range(1, count + 1):
        try:
            with open(os.path.join(steps, f"{number}.files"), encoding="utf-8", errors="replace") as file:
                names = file.read().split("\n")
        except OSError:
            break   # it could not be applied
        for path in filter(_inside, names):
            before = now[path] if path in now else _find(old, path)
            now[path] = _find([os.path.join(steps, str(number))], path)
            found += _differing(path, number, Text(before), Text(now[path]))
    return found


def of_trees(paths: Iterable[str], old: list[str], new: list[str]) -> list[Piece]:
    """What differs between two trees, in these files."""
    found = []
    for path in filter(_inside, paths):
        found += _differing(path, 0, Text(_find(old, path)), Text(_find(new, path)))
    return found


def of_fixes(changes: Iterable[tuple[int, str, hunks.Span]], old: list[str], new: list[str]) -> list[Piece]:
    """What the fixes of a release change, as kspl-build found them."""
    texts: dict[str, tuple[Text, Text]] = {}
    beside: dict[tuple[int, str], list[hunks.Span]] = defaultdict(list)
    found = []
    for fix, path, span in changes:
        if not _inside(path):
            continue
        if path not in texts:
            texts[path] = (Text(_find(old, path)), Text(_find(new, path)))
        of_file = beside[(fix, path)]
        of_file.append(span)
        found.append(Piece(path, fix, *texts[path], span, of_file))
    for of_file in beside.values():
        of_file.sort(key=lambda s: (s.old, s.new))
    return found


class Pieces:
    """All of them, and which a compiled function has."""

    def __init__(self, pieces: list[Piece]) -> None:
        self.all = pieces
        self._by_name: dict[str, list[Piece]] = defaultdict(list)
        self._by_macro: list[tuple[str, Piece]] = []
        for piece in pieces:
            for extent in piece.touched:
                self._by_name[extent.name].append(piece)
                if extent.macro:
                    self._by_macro.append((extent.name, piece))

    def _named(self, name: str) -> list[Piece]:
        found = list(self._by_name.get(name, ()))
        found += [p for n, p in self._by_macro if name.endswith("_" + n)]
        return found

    def own(self, symbol: str, path: str) -> list[Piece]:
        """What changes in the text of a function of a file, or of one of a header."""
        return _once(p for p in self._named(csource.plain_name(symbol)) if p.path == path or p.path.endswith(".h"))

    def inlined(self, names: Iterable[str], path: str) -> list[tuple[str, list[Piece]]]:
        """What changes in functions that are in others' code."""
        found = [(name, self.own(name, path)) for name in sorted(names)]
        return [(name, pieces) for name, pieces in found if pieces]


def _once(pieces: Iterable[Piece]) -> list[Piece]:
    found: list[Piece] = []
    for piece in pieces:
        if not any(piece is p for p in found):
            found.append(piece)
    return found
