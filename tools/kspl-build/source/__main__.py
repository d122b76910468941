# SPDX-License-Identifier: GPL-2.0
"""kspl-build's requests, in JSON on stdin; the answer is JSON on stdout.

Each request has "op"; paths of sources are relative to their tree.

{"op": "old_types", "source": DIR, "new": DIR, "out": DIR, "items": DIR, "undo": FILE,
 "new_enums": true or false, "paths": [PATHS]}
    Puts files of new into out, over the type definitions of source; see oldtypes.py.
    undo has lines "PATH KEY" of what can't be had that way.  items/PATH gets lines
    "FIRST LAST KEY" of what is in out/PATH, to find out which definition the compiler
    does not like.
    -> {}
{"op": "audit", "patch": FILE, "out": FILE}
    out gets what a reader may take for a part of the patch, see audit.py.  Of one with
    a NUL, where a program ends the line and another does not, it gets only nul|LINE.
    -> {}
{"op": "relines", "source": DIR, "from": DIR, "to": DIR, "diffs": DIR, "paths": [PATHS]}
    Puts files of from into to, unchanged lines with the numbers that they have in
    source; see relines.py.  diffs has the file N, from 0, for the Nth path: what diff
    says between the source's and from's.
    -> {}
{"op": "commands", "lines": FILE, "source": DIR, "out": FILE}
    lines is what 'make -n vmlinux modules' prints; out gets "OBJECT<tab>FILE<tab>COMMAND"
    for each object that is compiled from FILE.
    -> {"objects": HOW MANY}
{"op": "includes", "files": FILE, "lines": FILE, "out": FILE}
    files lists every file of the source and what is generated from it, lines has
    "INCLUDER:#include <what>", as grep prints it; out gets the graph, see includes.py.
    -> {}
{"op": "includers", "files": FILE, "graph": FILE, "out": FILE}
    out gets the files that FILE lists, and every path that includes one of them,
    directly or through others.
    -> {}
{"op": "dependents", "files": FILE, "lines": FILE, "source": DIR, "build": DIR, "out": FILE}
    files lists those of a patch, new ones with ? before them; lines has what the saved
    commands contain, "COMMAND:TEXT".  out gets "COMMAND|FILE" for each of the files that
    a command read; see records.py.
    -> {}
{"op": "blamed", "source": DIR, "view": NAME, "items": DIR, "logs": [FILES], "out": FILE}
    logs have what a compiler says of objects in that view, and items the definitions of
    its files, as old_types lists them.  out gets "PATH KEY" of each definition that did
    not compile; see messages.py.
    -> {}

Exits with 1 and one line on stderr if a file can't be read or written.
"""
from __future__ import annotations

import json
import os
import sys

from . import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def do_old_types(request: dict[str, Any]) -> dict[str, Any]:
    """New files over old types."""
    from .oldtypes import Merger  # pylint: disable=import-outside-toplevel
    undone: dict[str, set[str]] = {}
    for line in text.read(request["undo"]):
        path, _, key = line.partition(" ")
        undone.setdefault(path, set()).add(key)
    for path in request["paths"]:
        merger = Merger(text.read(os.path.join(request["source"], path)),
                        text.read(os.path.join(request["new"], path)),
                        request["new_enums"], undone.get(path, set()))
        text.write(os.path.join(request["out"], path), merger.lines)
        text.write(os.path.join(request["items"], path), merger.where)
    return {}


def do_audit(request: dict[str, Any]) -> dict[str, Any]:
    """The second reading of a patch."""
    from .audit import Audit  # pylint: disable=import-outside-toplevel
    lines = text.read(request["patch"])
    nul = [number for number, line in enumerate(lines, 1) if "\0" in line]
    text.write(request["out"], [f"nul|{nul[0]}"] if nul else Audit(lines).out)
    return {}


def do_relines(request: dict[str, Any]) -> dict[str, Any]:
    """Files with the line numbers of the source."""
    from . import relines  # pylint: disable=import-outside-toplevel
    for number, path in enumerate(request["paths"]):
        patched = text.read(os.path.join(request["from"], path))
        diff = text.read(os.path.join(request["diffs"], str(number)))
        if not diff or relines.has_raw_string(patched):
            text.copy(os.path.join(request["from"], path), os.path.join(request["to"], path))
            continue
        found = relines.keep_numbers(diff, patched)
        if not relines.only_adds(found, patched):
            raise OSError(f"the lines of {path} changed while they got numbers")
        text.write(os.path.join(request["to"], path), found)
    return {}


def do_commands(request: dict[str, Any]) -> dict[str, Any]:
    """What kbuild would run."""
    from .commands import commands  # pylint: disable=import-outside-toplevel
    found = list(commands(text.stream(request["lines"]), request["source"] + "/"))
    text.write(request["out"], found)
    return {"objects": len(found)}


def do_includes(request: dict[str, Any]) -> dict[str, Any]:
    """Which file includes which."""
    from .includes import graph  # pylint: disable=import-outside-toplevel
    text.write(request["out"], list(graph(text.read(request["files"]), text.stream(request["lines"]))))
    return {}


def do_includers(request: dict[str, Any]) -> dict[str, Any]:
    """Which files may see some others."""
    from .includes import includers  # pylint: disable=import-outside-toplevel
    text.write(request["out"], includers(text.read(request["files"]), text.stream(request["graph"])))
    return {}


def do_dependents(request: dict[str, Any]) -> dict[str, Any]:
    """Which commands read files of a patch."""
    from .records import dependents  # pylint: disable=import-outside-toplevel
    text.write(request["out"], dependents(text.read(request["files"]), text.stream(request["lines"]),
                                          request["source"], request["build"]))
    return {}


def do_blamed(request: dict[str, Any]) -> dict[str, Any]:
    """Which definitions a compiler does not like."""
    from .messages import Items, blamed  # pylint: disable=import-outside-toplevel
    text.write(request["out"], blamed(request["logs"], Items(request["items"]), request["source"], request["view"]))
    return {}


OPS = {"old_types": do_old_types, "audit": do_audit, "relines": do_relines, "commands": do_commands,
       "includes": do_includes, "includers": do_includers, "dependents": do_dependents,
       "blamed": do_blamed}


def main() -> int:
    """One request."""
    try:
        request = json.load(sys.stdin)
        answer = OPS[request["op"]](request)
    except OSError as error:
        print(error, file=sys.stderr)
        return 1
    json.dump(answer, sys.stdout)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
