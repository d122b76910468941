# SPDX-License-Identifier: GPL-2.0
"""How much that does not change uses a name or a member.

If a function that a hundred files call meant something else than before, these
would change, too. So what many unchanged files use binds no two changes alone.
"""
import os
import re
import subprocess
from collections import defaultdict
from typing import Iterable

# More unchanged files than these, and a name is everybody's
POPULAR = 16

_TOPS = ("arch/x86", "block", "crypto", "fs", "include", "init", "io_uring", "ipc", "kernel", "lib", "mm",
         "net", "security", "virt")
# What stands before a member; what a variable is declared as
_MEMBER = re.compile(r"(\w+)(?:\[[^]\n]*\]|\))?\s*(?:->|\.)\s*([A-Za-z_]\w*)")
_DECLARED = re.compile(r"struct\s+(\w+)\s+(?:\*|const\b|__\w+\s|\s)*(\w+)")


class Usage:
    """Counts, in the old tree, the files that do not differ."""

    def __init__(self, root: str, differing: Iterable[str]) -> None:
        self.root = root
        self.differing = set(differing)
        parts = {"/".join(os.path.dirname(p).split("/")[:2]) for p in self.differing}
        self.places = sorted(p for p in {*_TOPS, *(p for p in parts if p.split("/")[0] not in _TOPS)}
                             if p and os.path.isdir(os.path.join(root, p)))
        self._names: dict[str, int] = {}
        self._files: dict[str, list[str]] = {}
        self._members: dict[str, set[tuple[str, str]]] = {}
        self._declared: dict[str, set[tuple[str, str]]] = {}

    def _grep(self, words: set[str]) -> dict[str, set[str]]:
        """The unchanged files that have each of some words."""
        found: dict[str, set[str]] = defaultdict(set)
        if not words or not self.places:
            return found
        done = subprocess.run(
            ["grep", "-rowF", "--include=*.[chS]", "-f", "-", "--", *self.places], cwd=self.root,
            input="\n".join(sorted(words)), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            encoding="latin-1", check=False)
        for line in done.stdout.splitlines():
            path, _, word = line.rpartition(":")
            if path not in self.differing:
                found[word].add(path)
        return found

    def look(self, names: set[str], structs: set[str]) -> None:
        """Looks for names and structs that will be asked for."""
        found = self._grep({n for n in names | structs if n})
        for name in names:
            self._names[name] = len(found.get(name, ()))
        for name in structs:
            self._files[name] = sorted(found.get(name, ()))

    def is_popular(self, name: str) -> bool:
        """Do many unchanged files have it?"""
        return self._names.get(name, 0) > POPULAR

    def is_popular_member(self, struct: str, member: str, of_type: set[str]) -> bool:
        """Do many unchanged files use a member? of_type: members that are such a struct."""
        count = 0
        for path in self._files.get(struct, ()):
            variables = of_type | {name for kind, name in self._declared_in(path) if kind == struct}
            count += any(m == member and base in variables for base, m in self._members_in(path))
            if count > POPULAR:
                return True
        return False

    def _declared_in(self, path: str) -> set[tuple[str, str]]:
        self._read(path)
        return self._declared[path]

    def _members_in(self, path: str) -> set[tuple[str, str]]:
        self._read(path)
        return self._members[path]

    def _read(self, path: str) -> None:
        if path not in self._members:
            with open(os.path.join(self.root, path), encoding="latin-1") as file:
                text = file.read()
            self._members[path] = set(_MEMBER.findall(text))
            self._declared[path] = set(_DECLARED.findall(text))
