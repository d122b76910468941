# SPDX-License-Identifier: GPL-2.0
"""Files as lines.  Each byte is one character, whatever it stands for."""
from __future__ import annotations

import os
import re
from collections.abc import Iterator

_BLANKS = re.compile(r"[ \t\n]+")


def read(path: str) -> list[str]:
    """The lines of a file, without their ends; the last one may have none."""
    with open(path, "rb") as file:
        lines = file.read().decode("latin-1").split("\n")
    if not lines[-1]:
        lines.pop()
    return lines


def stream(path: str) -> Iterator[str]:
    """The same, one by one: of a pipe, or a file of many."""
    with open(path, "rb") as file:
        for line in file:
            yield line.decode("latin-1").removesuffix("\n")


def _put(path: str, content: bytes) -> None:
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)


def write(path: str, lines: list[str]) -> None:
    """Writes lines, each with its end."""
    _put(path, "".join(line + "\n" for line in lines).encode("latin-1"))


def copy(source: str, path: str) -> None:
    """The same, byte by byte."""
    with open(source, "rb") as file:
        _put(path, file.read())


def words(line: str) -> list[str]:
    """What blanks are between; of ASCII, not what Unicode takes for blanks."""
    return [word for word in _BLANKS.split(line) if word]


def lower(line: str) -> str:
    """The letters of ASCII, and no others."""
    return line.encode("latin-1").lower().decode("latin-1")
