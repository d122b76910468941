# SPDX-License-Identifier: GPL-2.0
"""Which modules that are not loaded a fix needs.

A module that comes later is the old one, from disk.  If a fix has a part in it,
the update gets that part, too, for when it comes.  A fix that is in such modules
alone does nothing here.
"""
import os
import re
from dataclasses import dataclass

from .fate import is_built, leave_out, plain
from .model import OPEN, WITHOUT_EFFECT, Fix, Release, read_text

_WORD = re.compile(r"[A-Za-z_]\w*")


@dataclass
class Unit:
    """An object, what it is a part of, and whether that is in the running kernel."""
    name: str
    module: str
    source: str
    loaded: bool


def wanted(release: Release, units: list[Unit]) -> list[str]:
    """The objects to be looked at: of what is loaded, and of what fixes need besides."""
    found = {u.name for u in units if u.loaded}
    absent: dict[str, list[Unit]] = {}
    for unit in units:
        if not unit.loaded:
            absent.setdefault(unit.source, []).append(unit)
    present = {u.source for u in units if u.loaded}
    if not absent:
        return sorted(found)
    for fix in release.fixes:
        if fix.fate == OPEN:
            found |= _of_fix(release, fix, absent, present)
    hunks = [release.hunks[n] for f in release.fixes if f.fate == OPEN for n in f.hunks]
    names = {w for h in hunks for w in h.words}
    if names:
        for source, there in absent.items():
            if names & set(_WORD.findall(read_text(os.path.join(release.source, source)))):
                found |= {u.name for u in there}
    return sorted(found)


def _of_fix(release: Release, fix: Fix, absent: dict[str, list[Unit]], present: set[str]) -> set[str]:
    hunks = [release.hunks[n] for n in fix.hunks if not plain(release.hunks[n])]
    live = [h for h in hunks if is_built(release, h)]
    away = [h for h in live if h.path in absent and h.path not in present]
    if not away:
        return set()
    if len(away) == len(live):
        name = absent[away[0].path][0].module
        leave_out(fix, "not_loaded", f"it is in the module {name} only, which is not loaded", WITHOUT_EFFECT)
        return set()
    return {u.name for h in away for u in absent[h.path]}
