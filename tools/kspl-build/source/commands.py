# SPDX-License-Identifier: GPL-2.0
"""What kbuild would run, from what 'make -n vmlinux modules' prints.

The command of an object is taken from what kbuild would save in the object's .cmd file: it
is the argument of fixdep, quoted for the shell and for make.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_FIXDEP = re.compile(r"; scripts/basic/fixdep [^ ]+ ([^ ]+) '")
_END = re.compile(r"' > [^ ]*\.cmd; rm -f")
_ABOVE = re.compile(r"[^/.]+/\.\./")
_HERE = re.compile(r"^(\.\.?/)+")


def source_of(command: str, source: str) -> str:
    """The file that a command compiles, as a path in the source tree."""
    words = command.split(" ; ", 1)[0].rstrip(" ").split(" ")
    path = words[-1].removeprefix(source)
    count = 1
    while count:
        path, count = _ABOVE.subn("", path, count=1)
    return _HERE.sub("", path)


def commands(lines: Iterable[str], source: str) -> Iterator[str]:
    """"OBJECT<tab>FILE<tab>COMMAND" for each object that kbuild would compile from FILE, a
    path in the source tree, of which the name ends with /."""
    for line in lines:
        found = _FIXDEP.search(line)
        end = _END.search(line, found.end()) if found else None
        if not found or not end:
            continue
        command = line[found.end():end.start()]
        for quoted, plain in (("'\\''", "'"), ("$(pound)", "#"), ("\\#", "#"), ("$$", "$")):
            command = command.replace(quoted, plain)
        yield "\t".join((found.group(1), source_of(command, source), command))
