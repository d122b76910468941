# SPDX-License-Identifier: GPL-2.0
"""Keeps the line numbers of unchanged code.

A patched file gets a "#line N" after every place where it has more or fewer lines than the
original, so that each unchanged line has the number it had before and __LINE__ in WARN(),
might_sleep() or lockdep compiles to the same code.  The directive names no file: __FILE__
stays.

A directive can't stand everywhere.  It waits for the end of a continued line, of a comment,
and of an open parenthesis (in a macro's arguments it would be undefined).  One in a group
that the preprocessor skips has no effect, therefore it is repeated where that group ends.

A string may go on over lines, where a directive would be a part of it, only if it is a raw
one (R"x(...)x"): then the numbers stay as they are.
"""
from __future__ import annotations

import re

_CHANGE = re.compile(r"([0-9,]+)[acd]([0-9,]+)\Z")
_RAW = re.compile(r'(^|[^A-Za-z0-9_])(u8|[uUL])?R"')
# the compiler joins lines also where blanks are behind the backslash
_CONTINUED = re.compile(r"\\[ \t\v\f\r]*\Z")
_DIRECTIVE = re.compile(r"[ \t]*#[ \t]*(.*)")
_MARKS = re.compile(r"/\*|//|[\"'()]")
_COMMENTS = re.compile(r"/\*|//")
_IN_QUOTES = {'"': re.compile(r'\\.?|"'), "'": re.compile(r"\\.?|'")}
_LINE = re.compile(r"#line [0-9]*\Z")


def has_raw_string(lines: list[str]) -> bool:
    """Is there one, or what looks like one?"""
    return any('R"' in line and _RAW.search(line) for line in lines)


def numbers(diff: list[str]) -> dict[int, int]:
    """What diff(1) found, in its plain format: of the first line after each change, in the
    patched file, the number that it had before."""
    found = {}
    for line in diff:
        change = _CHANGE.match(line)
        if change:
            old, new = (int(side.rsplit(",", 1)[-1]) for side in change.groups())
            found[new + 1] = old + 1
    return found


class Scanner:
    """Follows comments, parentheses, continuations and conditionals."""

    def __init__(self) -> None:
        self.continued = False
        self.comment = False
        self.paren = 0
        self.depth = 0
        self.pending = False        # a directive is to be written
        self._emitted = False
        self._emitted_in = 0        # the depth in which the last one was
        self._saved: dict[int, int] = {}
        self._in_directive = False
        self._quote = ""

    def is_open(self) -> bool:
        """May a directive stand before the next line?"""
        return not self.continued and not self.comment and self.paren <= 0

    def emitted(self) -> None:
        """One was written."""
        self.pending = False
        self._emitted = True
        self._emitted_in = self.depth

    def _conditional(self, word: str) -> None:
        if word.startswith("if"):
            self.depth += 1
            self._saved[self.depth] = self.paren
            return
        if not word.startswith(("else", "elif", "endif")):
            return
        # A directive written in this group may have been skipped.
        if self._emitted and self.depth > 0 and self.depth == self._emitted_in:
            self.pending = True
            if word.startswith("endif"):
                self._emitted_in -= 1
        if word.startswith("endif"):
            self.depth = max(self.depth - 1, 0)
        else:
            self.paren = self._saved.get(self.depth, 0)

    def take(self, line: str) -> None:
        """The next line."""
        was_continued = self.continued
        self.continued = bool(_CONTINUED.search(line))
        if not self.comment and not was_continued:
            found = _DIRECTIVE.match(line)
            self._in_directive = bool(found)
            if found:
                self._conditional(found.group(1))
            # kernel style: a brace in the first column ends a function
            elif line.startswith("}"):
                self.paren = 0
        directive = self._in_directive
        if not self.continued:
            self._in_directive = False
        self._marks(line, directive)
        if not self.continued:
            self._quote = ""

    def _marks(self, line: str, directive: bool) -> None:
        at = 0
        while at >= 0:
            if self.comment:
                at = self._after(line.find("*/", at))
                self.comment = at < 0
            elif self._quote:
                found = _IN_QUOTES[self._quote].search(line, at)
                at = found.end() if found else -1
                if found and found.group() == self._quote:
                    self._quote = ""
            else:
                found = (_COMMENTS if directive else _MARKS).search(line, at)
                at = found.end() if found else -1
                if found and not self._mark(found.group()):
                    return

    @staticmethod
    def _after(end: int) -> int:
        """Where it goes on behind the end of a comment, if there is one."""
        return end + 2 if end >= 0 else -1

    def _mark(self, mark: str) -> bool:
        """False if what follows is a comment up to the end of the line."""
        if mark == "/*":
            self.comment = True
        elif mark == "(":
            self.paren += 1
        elif mark == ")":
            self.paren -= 1
        elif mark != "//":
            self._quote = mark
        return mark != "//"


def keep_numbers(diff: list[str], patched: list[str]) -> list[str]:
    """The patched file, with what makes its unchanged lines keep their numbers."""
    changed = numbers(diff)
    scanner = Scanner()
    found = []
    delta = written = 0
    for number, line in enumerate(patched, 1):
        if number in changed:
            delta = changed[number] - number
            if delta != written:
                scanner.pending = True
        if scanner.pending and scanner.is_open():
            found.append(f"#line {number + delta}")
            written = delta
            scanner.emitted()
        found.append(line)
        scanner.take(line)
    return found


def only_adds(found: list[str], patched: list[str]) -> bool:
    """It adds directives, and takes nothing away."""
    return [x for x in found if not _LINE.match(x)] == [x for x in patched if not _LINE.match(x)]
