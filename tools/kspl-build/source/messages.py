# SPDX-License-Identifier: GPL-2.0
"""Which definitions a compiler does not like, by its messages.

Of these, what is in a header can be taken from the new header, or left out (see
oldtypes.py).  In the view "kept", functions of a source file and tables can be, too.
"""
from __future__ import annotations

import re

from . import text

_PLACE = r"([^ :]+):([0-9]+):([0-9]+): "
_ERROR = re.compile(_PLACE + r"(error|fatal error): ")
_OTHER = re.compile(_PLACE + r"(warning|note): ")
_EXPANSION = re.compile(_PLACE + r"note: in (expansion of macro|definition of macro)")
_SHOWN = re.compile(r" *[0-9]+ \| ")
_POINTER = re.compile(r"error: initialization of .* from incompatible pointer")
_NAME = re.compile(r"[A-Za-z_0-9]+")
_FUNCTION_OR_TABLE = re.compile(r"function |other [^=]*=")


class Items:
    """Where the definitions of the files of a view are, as oldtypes has listed them."""

    def __init__(self, directory: str) -> None:
        self._directory = directory
        self._known: dict[str, list[tuple[int, int, str]]] = {}

    def _of(self, path: str) -> list[tuple[int, int, str]]:
        if path not in self._known:
            found: list[tuple[int, int, str]] = []
            self._known[path] = found
            try:
                lines = text.read(f"{self._directory}/{path}")
            except OSError:
                lines = []      # the view has no such file
            for line in lines:
                first, last, key = line.split(" ", 2)
                found.append((int(first), int(last), key))
        return self._known[path]

    def key(self, path: str, line: int) -> str:
        """The definition that has this line, or ""."""
        for first, last, key in self._of(path):
            if first <= line <= last:
                return key
        return ""


class Log:
    """What a compiler says of one object."""

    def __init__(self, items: Items, source: str, view: str) -> None:
        self.found: list[tuple[str, str]] = []      # path, key
        self._items = items
        self._source = source
        self._kept = view == "kept"
        self._at: tuple[str, int] | None = None     # of the error at hand
        self._conflict = False
        self._column = 0

    def _place(self, match: re.Match[str]) -> tuple[str, int]:
        return match.group(1).removeprefix(self._source + "/"), int(match.group(2))

    def _flush(self) -> None:
        if self._at:
            path, line = self._at
            key = self._items.key(path, line)
            if key and (path.endswith(".h") or (self._kept and _FUNCTION_OR_TABLE.match(key))):
                self.found.append((path, key))
        self._at = None

    def _error(self, match: re.Match[str]) -> None:
        self._flush()
        self._at = self._place(match)
        self._conflict = self._kept and "conflicting types for" in match.string
        self._column = int(match.group(3)) if self._kept and _POINTER.search(match.string) else 0

    def _shown(self, line: str) -> None:
        """A function of another type than the pointer in a table that stays."""
        name = _NAME.match(line.split("|", 1)[1], self._column)
        if name and self._at:
            self.found.append((self._at[0], "function " + name.group()))
            self._at = None
        self._column = 0

    def _declared(self, line: str) -> None:
        """In a header, what is declared there in another way than it is left."""
        match = _OTHER.match(line)
        if match and match.group(1).endswith(".h"):
            path, number = self._place(match)
            key = self._items.key(path, number)
            if key:
                self.found.append((path, key))

    def take(self, line: str) -> None:
        """The next line."""
        error = _ERROR.match(line)
        if error:
            self._error(error)
            return
        if self._column and _SHOWN.match(line):
            self._shown(line)
            return
        if self._conflict and ": note: previous declaration of" in line:
            self._declared(line)
        expansion = _EXPANSION.match(line) if "expansion" in line else None
        if expansion and self._at:
            self._at = self._place(expansion)
        if _OTHER.match(line) and "expansion" not in line:
            self._flush()

    def end(self) -> list[tuple[str, str]]:
        """All that was found."""
        self._flush()
        return self.found


def blamed(logs: list[str], items: Items, source: str, view: str) -> list[str]:
    """Of files with messages, "PATH KEY" of each definition that did not compile."""
    found: set[str] = set()
    for path in logs:
        log = Log(items, source, view)
        for line in text.read(path):
            log.take(line)
        found.update(f"{where} {key}" for where, key in log.end())
    return sorted(found)
