# SPDX-License-Identifier: GPL-2.0
"""A new file over the old type definitions.

The result is the new file, but each struct, union and enum that the old file defines,
too, is as it is there: what is new are prototypes, macros, inline functions and types
that were not there.  An enum that only got more values at its end may be taken from the
new file.

Some of it can't be had that way: such an inline function ("function NAME") is taken from
the old file, or left out if that has none; such a type ("type NAME") is taken from the
new one.

Kernel style is taken for granted: what begins in the first column begins a definition.
"""
from __future__ import annotations

import re

from . import text

_TYPE = re.compile(r"(typedef )?(struct|union|enum)[^(=;]*\{")
_STRING = re.compile(r'"([^"\\]|\\.)*"')
_CHARACTER = re.compile(r"'([^'\\]|\\.)+'")
_BLANKS = re.compile(r"[ \t]+")
_DIRECTIVE = re.compile(r"[ \t]*#")
_CONTINUED = re.compile(r"\\[ \t\v\f\r]*\Z")
_NO_TYPE_NAME = re.compile(r"(typedef|struct|union|enum|__packed|__aligned.*|____cacheline.*"
                           r"|__randomize_layout|__attribute__.*)\Z")
_PARENTHESES = re.compile(r"\([^()]*\)")
_NO_FUNCTION_NAME = re.compile(r"(__attribute__|__printf|__scanf|__aligned|__section|__malloc|__alloc_size"
                               r"|__acquires|__releases|__must_hold|__cond_.*)?\Z")


class Item:
    """A definition: its lines (from 1), a name for it, its text without comments."""

    def __init__(self, first: int, last: int, key: str, content: str) -> None:
        self.first = first
        self.last = last
        self.key = key
        self.content = content


def _is_type(content: str) -> bool:
    return bool(_TYPE.match(content))


def _type_key(content: str) -> str:
    """A name for a struct, union or enum."""
    for word in reversed(text.words(content.split("{", 1)[0])):
        if not _NO_TYPE_NAME.match(word):
            return "type " + word
    if content.startswith("typedef"):
        tail = content[content.rfind("}") + 1:]
        tail = re.sub(r" *;.*", "", tail, count=1).lstrip(" ")
        return "type " + tail[tail.rfind(" ") + 1:]
    tail = re.sub(r"^[^{]*\{ *", "", content, count=1)
    return "type {" + re.sub(r"[ =,}].*", "", tail, count=1) + "}"


def _function_name(head: str) -> str:
    """The name in front of the first parentheses that are no attribute's, or ""."""
    count = 1
    while count:
        head, count = _PARENTHESES.subn("@", head)
    for word in head.split("@")[:-1]:
        word = re.sub(r".*[ *]", "", word.removesuffix(" "), count=1)
        if not _NO_FUNCTION_NAME.match(word):
            return word
    return ""


def key_of(content: str) -> str:
    """A name for a definition, from its text without comments."""
    if _is_type(content):
        return _type_key(content)
    if "{" in content:
        name = _function_name(content.split("{", 1)[0])
        if name:
            return "function " + name
    return "other " + content[:120]


class Reader:
    """Finds the definitions of a file."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.items: list[Item] = []
        self.by_key: dict[str, Item] = {}
        self._seen: dict[str, int] = {}
        self._in_comment = False
        self._in_directive = False
        self._saved: list[int] = []     # depth where a conditional began
        self._first = 0                 # where the definition at hand began
        self._content = ""
        self._depth = 0
        self._paren = 0
        self._opened = False
        for number, line in enumerate(lines, 1):
            self._take(number, line)

    def _bare(self, line: str) -> str:
        """Without comments, strings and characters."""
        if self._in_comment:
            end = line.find("*/")
            if end < 0:
                return ""
            line = line[end + 2:]
            self._in_comment = False
        if '"' in line or "'" in line:
            line = _CHARACTER.sub("0", _STRING.sub('""', line))
        while "/*" in line:
            line, rest = line.split("/*", 1)
            if "*/" not in rest:
                self._in_comment = True
                break
            line += " " + rest.split("*/", 1)[1]
        line = _BLANKS.sub(" ", line.split("//", 1)[0])
        return line.removeprefix(" ").removesuffix(" ")

    def _directive(self, line: str) -> None:
        """A line of one for the preprocessor: of each branch the braces are its own."""
        if not self._in_directive:
            word = re.sub(r"^[ \t]*#[ \t]*", "", line)
            if word.startswith("if"):
                self._saved.append(self._depth)
            elif word.startswith("el") and self._saved:
                self._depth = self._saved[-1]
            elif word.startswith("endif") and self._saved:
                self._saved.pop()
            if self._first:
                self._content += " " + line
        self._in_directive = bool(_CONTINUED.search(line))

    def _ends(self, line: str) -> bool:
        if self._depth != 0 or self._paren > 0:
            return False
        if line.endswith(";"):
            return True
        if not line:
            return not self._opened
        return self._opened and line.endswith("}") and not _is_type(self._content)

    def _finish(self, last: int) -> None:
        key = key_of(self._content)
        self._seen[key] = self._seen.get(key, 0) + 1
        if self._seen[key] > 1:
            key += f"#{self._seen[key]}"
        item = Item(self._first, last, key, self._content)
        self.items.append(item)
        self.by_key[key] = item
        self._first = 0
        self._content = ""
        self._opened = False

    def _take(self, number: int, line: str) -> None:
        if self._in_directive or (not self._in_comment and _DIRECTIVE.match(line)):
            self._directive(line)
            return
        bare = self._bare(line)
        if not self._first:
            if not bare:
                return
            self._first = number
            self._depth = 0
            self._paren = 0
        self._content = self._content + " " + bare if self._content else bare
        self._depth += bare.count("{") - bare.count("}")
        self._paren += bare.count("(") - bare.count(")")
        if "{" in bare:
            self._opened = True
        if self._ends(bare):
            self._finish(number)


def _values(content: str) -> list[str]:
    content = re.sub(r"[ \t]", "", re.sub(r"^[^{]*\{ *", "", content, count=1))
    content = re.sub(r",?\}.*", "", content, count=1)
    return content.split(",") if content else []


def only_appended(old: str, new: str) -> bool:
    """Do the values of an enum stay, all but the last of the old ones, in their places?"""
    before, after = _values(old), _values(new)
    if any("#" in value for value in [*before, *after]) or len(after) < len(before):
        return False
    return before[:-1] == after[:max(len(before) - 1, 0)]


class Merger:
    """Puts the old definitions into the new file."""

    def __init__(self, old: list[str], new: list[str], new_enums: bool, undone: set[str]) -> None:
        self.old = Reader(old)
        self.new = Reader(new)
        self.new_enums = new_enums
        self.undone = undone
        self.lines: list[str] = []
        self.where: list[str] = []      # "FIRST LAST KEY" of each definition of the result
        self._merge()

    def _wants_old(self, item: Item) -> bool:
        old = self.old.by_key.get(item.key)
        if not item.key.startswith("type ") or not old or old.content == item.content:
            return False
        if item.key in self.undone:
            return False
        return not (self.new_enums and re.match(r"(typedef )?enum", old.content)
                    and only_appended(old.content, item.content))

    def _put(self, lines: list[str], item: Item) -> None:
        first = len(self.lines) + 1
        self.lines += lines[item.first - 1:item.last]
        self.where.append(f"{first} {len(self.lines)} {item.key}")

    def _merge(self) -> None:
        done = 0
        for item in self.new.items:
            self.lines += self.new.lines[done:item.first - 1]
            done = item.last
            if self._wants_old(item):
                self._put(self.old.lines, self.old.by_key[item.key])
            elif not item.key.startswith("type ") and item.key in self.undone:
                if item.key in self.old.by_key:
                    self._put(self.old.lines, self.old.by_key[item.key])
            else:
                self._put(self.new.lines, item)
        self.lines += self.new.lines[done:]
