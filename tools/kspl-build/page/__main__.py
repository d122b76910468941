# SPDX-License-Identifier: GPL-2.0
"""kspl-build's request, in JSON on stdin; the page goes into a file.

{"report": FILE, "inspect": FILE or "", "old": [DIRS], "new": [DIRS], "steps": DIR or "",
 "listings": FILE or "", "out": FILE}

report    what kspl-build --json writes: kspl-build(1)
inspect   what kspl-objdiff inspect --json says of the update: kspl-objdiff(1)
old, new  trees: a file is that of the first one that has it. new is not asked for
          if there are steps
steps     of patches: N/ has the files that patch N touched, as it left them, and
          N.files their names
listings  has the lines OBJECT, tab, PRE, tab, POST: what objdump printed of both
          (see listing.py)

All of that is read only, and nothing of it is believed to be more than text.  The
page says nothing of time, nor where the trees are: the same input gives the same bytes.
"""
import itertools
import json
import sys
from typing import Any, Optional

from release import hunks

from . import compose, listing, model, show, source
from .listing import Listing

Request = dict[str, Any]


def _text(path: str) -> str:
    """What a file holds; nothing, if there is none."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def _json(path: str) -> model.Json:
    """The same, if that is an object of JSON."""
    data = json.loads(_text(path) or "{}")
    return data if isinstance(data, dict) else {}


def _nowhere(value: Any, places: list[tuple[str, str]]) -> Any:
    """JSON with words in the place of directories: where a page was made, nobody has to know."""
    if isinstance(value, str):
        for place, word in places:
            value = value.replace(place, word)
        return value
    if isinstance(value, list):
        return [_nowhere(v, places) for v in value]
    if isinstance(value, dict):
        return {k: _nowhere(v, places) for k, v in value.items()}
    return value


def _places(request: Request, report: model.Json) -> list[tuple[str, str]]:
    """The directories, longer ones first, and what stands for them."""
    found = [(d, "SOURCE2") for d in request["new"]]
    found += [(model.words(report.get("build")), "BUILD"), (model.words(report.get("source")), "SOURCE")]
    return sorted(((d, w) for d, w in found if d.startswith("/") and len(d) > 1), key=lambda p: -len(p[0]))


def _pieces(request: Request, report: model.Json) -> list[source.Piece]:
    """What changes in the source."""
    old = request["old"]
    if request["steps"]:
        return source.of_steps(request["steps"], old, len(model.texts(report.get("patches"))))
    found = model.changes(report)
    if found:
        return source.of_fixes(found, old, request["new"])
    paths = [model.words(f.get("path")) for f in model.rows(report.get("files"))]
    return source.of_trees(paths, old, request["new"])


def _listings(path: str) -> dict[str, list[str]]:
    """Of each object, where its listings are, without and with the change."""
    found: dict[str, list[str]] = {}
    for line in _text(path).split("\n"):
        name, *sides = line.split("\t")
        if len(sides) == 2:
            found[name] = sides
    return found


def _look(functions: list[model.Function], sides: list[Optional[Listing]], pieces: source.Pieces,
          taken: set[int]) -> None:
    """Looks at the functions of one object: at their code, and so which fixes they belong to."""
    for function in functions:
        inlines: set[str] = set()
        for name in (function.name, function.name + ".cold"):
            old, new = (side.find(name) if side else None for side in sides)
            if function.state in ("new", "copied"):
                old = None  # a copy is no change of what it is a copy of
            for code in (old, new):
                inlines |= code.inlines if code else set()
            if function.state in model.HAVE_CODE and (old or new):
                function.codes.append((name, show.code_rows(old, new)))
        model.attribute(function, pieces, inlines, taken)


def _look_at_all(update: model.Update, pieces: source.Pieces, listings: dict[str, list[str]]) -> None:
    """The same for one object after the other: the listings of all would not fit into memory."""
    taken = {f.number for f in update.fixes if f.fate in ("taken", "not_taken")} | {0}
    update.functions.sort(key=lambda f: (f.object, f.name, f.state))
    for name, functions in itertools.groupby(update.functions, key=lambda f: f.object):
        sides = [listing.read(path) for path in listings.get(name, ())] or [None, None]
        _look(list(functions), sides, pieces, taken)


def make(request: Request) -> str:
    """The page that is asked for."""
    report = _json(request["report"])
    report = _nowhere(report, _places(request, report))
    update = model.read(report, _json(request["inspect"]))
    pieces = source.Pieces(_pieces(request, report))
    _look_at_all(update, pieces, _listings(request["listings"]))
    return compose.compose(update, pieces.all)


def main() -> int:
    """One request."""
    try:
        request = json.load(sys.stdin)
        page = make(request)
        with open(request["out"], "w", encoding="utf-8", errors="replace") as file:
            file.write(page)
    except (hunks.DiffError, OSError, ValueError, KeyError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
