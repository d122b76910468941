# SPDX-License-Identifier: GPL-2.0
"""What the commands that the kernel's build saved say they read.

Paths are as the compiler saw them: absolute, or relative to the build tree, with .. in
them.  A new file may be found in the place of any other of its name.
"""
from __future__ import annotations

import re
from collections.abc import Iterable

_COMMAND = re.compile(r"(saved)?cmd_")
_SOURCE = re.compile(r"source_[^=]*:= *")


def clean(path: str) -> str:
    """An absolute path without . and .."""
    found = [""]
    for part in path.split("/")[1:]:
        if part in ("", "."):
            continue
        if part == ".." and len(found) > 1:
            found.pop()
        else:
            found.append(part)
    return "/".join(found)


def dependents(files: list[str], lines: Iterable[str], source: str, build: str) -> list[str]:
    """"COMMAND|FILE" for each of the files that a command read; of new ones, which begin
    with ?, for each that read another of that name.  A line is COMMAND:WHAT IS SAVED."""
    code = {f"{source}/{path}": path for path in files if not path.startswith("?")}
    new = {path[path.rfind("/") + 1:].removeprefix("?"): path[1:] for path in files if path.startswith("?")}
    found = set()
    known: dict[str, str] = {}
    for line in lines:
        command, _, said = line.partition(":")
        if _COMMAND.match(said):
            continue
        if said not in known:
            path = _SOURCE.sub("", said, count=1) if said.startswith("source_") else said
            path = path.lstrip(" \t").rstrip(" \t\\")
            path = clean(path if path.startswith("/") else f"{build}/{path}")
            known[said] = code.get(path, "") or new.get(path[path.rfind("/") + 1:], "")
        if known[said]:
            found.add(f"{command}|{known[said]}")
    return sorted(found)
