# SPDX-License-Identifier: GPL-2.0
"""Which file includes which.

The graph has lines "PATH<tab>INCLUDER" where it is clear which file is meant: the one
beside the includer, or the first in the kernel's own include path.  Where that finds none
(an -I of one directory, say), "~NAME<tab>INCLUDER": any file of which the path ends like
that may be meant.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_DIRECTORIES = ("arch/x86/include", "arch/x86/include/generated", "include", "arch/x86/include/uapi",
                "arch/x86/include/generated/uapi", "include/uapi", "include/generated/uapi")
_WHAT = re.compile(r'(["<])([^">]*)[">]')


def clean(path: str) -> str:
    """Without . and .., as far as that is known."""
    if "./" not in path:
        return path
    found: list[str] = []
    for part in path.split("/"):
        if part == ".":
            continue
        if part == ".." and found and found[-1] != "..":
            found.pop()
        else:
            found.append(part)
    return "/".join(found)


class Resolver:
    """Finds what an #include means."""

    def __init__(self, files: Iterable[str]) -> None:
        self._files = set(files)
        self._known: dict[str, str] = {}

    def _anywhere(self, what: str) -> str:
        """In the include path, or what it may be."""
        for directory in _DIRECTORIES:
            path = clean(f"{directory}/{what}")
            if path in self._files:
                return path
        what = clean(what)
        while what.startswith("../"):
            what = what[3:]
        return "~" + what

    def meant(self, includer: str, quoted: bool, what: str) -> str:
        """The file, or ~ and how its path ends."""
        if quoted:
            path = clean(includer[:includer.rfind("/") + 1] + what)
            if path in self._files:
                return path
        if what not in self._known:
            self._known[what] = self._anywhere(what)
        return self._known[what]


def graph(files: Iterable[str], lines: Iterable[str]) -> Iterator[str]:
    """Of every file of the source and what is generated from it, and of lines
    "INCLUDER:#include <what>", as grep prints them."""
    resolver = Resolver(files)
    for line in lines:
        includer = line.partition(":")[0]
        found = _WHAT.search(line)
        if found:
            yield f"{resolver.meant(includer, found.group(1) == chr(34), found.group(2))}\t{includer}"


def _base(path: str) -> str:
    return path[path.rfind("/") + 1:]


def includers(files: Iterable[str], edges: Iterable[str]) -> list[str]:
    """The files, and every path that includes one of them, directly or through others."""
    exact: dict[str, list[str]] = {}
    loose: dict[str, list[tuple[str, str]]] = {}
    for edge in edges:
        what, _, includer = edge.partition("\t")
        if what.startswith("~"):
            loose.setdefault(_base(what[1:]), []).append((what[1:], includer))
        else:
            exact.setdefault(what, []).append(includer)
    found = list(files)
    seen = {*found, ""}
    for path in found:
        new = exact.get(path, [])
        new = new + [includer for what, includer in loose.get(_base(path), []) if ("/" + path).endswith("/" + what)]
        for includer in new:
            if includer not in seen:
                seen.add(includer)
                # the loop comes to it, too
                found.append(includer)
    return found
