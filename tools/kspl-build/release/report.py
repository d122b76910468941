# SPDX-License-Identifier: GPL-2.0
"""What became of each fix."""
from typing import Any

from .fate import is_built, plain
from .model import LEFT_OUT, OPEN, TAKEN, WITHOUT_EFFECT, Fix, Hunk, Release

_HOW_MANY = 6


def functions_of(release: Release, fix: Fix) -> list[tuple[str, str]]:
    """File and name of the functions that a fix changes and that can run."""
    found = []
    for number in fix.hunks:
        hunk = release.hunks[number]
        if plain(hunk) or not is_built(release, hunk):
            continue
        found += [(hunk.path, f) for f in hunk.functions
                  if f not in hunk.boot and (hunk.path, f) not in found]
    return found


def paths_of(release: Release, fix: Fix) -> list[str]:
    """The files of a fix, those without code left out if there are others."""
    paths = [release.hunks[n].path for n in fix.hunks if not plain(release.hunks[n])] or \
        [release.hunks[n].path for n in fix.hunks]
    return sorted(set(paths))


def close(release: Release) -> None:
    """What is still in the tree has been taken."""
    for fix in release.fixes:
        if fix.fate != OPEN:
            continue
        if all(plain(release.hunks[n]) for n in fix.hunks):
            fix.fate, fix.code, fix.reason = WITHOUT_EFFECT, "no_code", "it changes no code"
        else:
            fix.fate = TAKEN


def as_json(release: Release) -> list[dict[str, Any]]:
    """The fixes, for programs; those that change no code are not told one by one."""
    joins: dict[int, list[dict[str, Any]]] = {}
    number_of = {n: f.number for f in release.fixes for n in f.hunks}
    for join in release.joins:
        joins.setdefault(number_of[join.a], []).append({
            "kind": join.kind, "what": join.what,
            "between": [_place(release, join.a), _place(release, join.b)]})
    return [{"fix": f.number, "fate": f.fate, "code": f.code, "reason": f.reason,
             "files": paths_of(release, f), "functions": [n for _, n in functions_of(release, f)],
             "others": _others(release, f), "hunks": len(f.hunks),
             "changes": [_change(release.hunks[n]) for n in f.hunks if not plain(release.hunks[n])], "joins": joins.get(f.number, [])}
            for f in release.fixes if f.code != "no_code"]


def _change(hunk: Hunk) -> dict[str, Any]:
    """Which lines become which, as a diff's header says it: from 1, or after a line."""
    span = hunk.span
    return {"path": hunk.path, "old": [span.old + (span.old_count != 0), span.old_count],
            "new": [span.new + (span.new_count != 0), span.new_count]}


def _others(release: Release, fix: Fix) -> list[str]:
    """Variables, macros, types and boot code of a fix."""
    found = []
    for number in fix.hunks:
        hunk = release.hunks[number]
        running = [n for n in hunk.functions if n not in hunk.boot and is_built(release, hunk)]
        found += [n for n in [*hunk.functions, *hunk.tables, *hunk.names] if n not in running and n not in found]
    return found


def _place(release: Release, number: int) -> str:
    hunk = release.hunks[number]
    names = hunk.functions or hunk.tables or hunk.types or hunk.names
    return f"{hunk.path}: {names[0]}" if names else f"{hunk.path}:{hunk.span.new + 1}"


def left_functions(release: Release, sources: dict[str, str]) -> list[dict[str, Any]]:
    """All functions that are left out, as kspl-objdiff lists them, each once."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for left in release.left:
        found.setdefault((sources.get(left.source, left.source), left.what), {
            "code": left.code, "source": left.source, "what": left.what, "kind": left.kind,
            "reason": left.reason, "way_out": left.way_out, "fix": left.fix})
    objects = {source: name for name, source in sources.items()}
    for fix in release.fixes:
        if fix.fate != LEFT_OUT:
            continue
        for path, name in functions_of(release, fix):
            code = fix.code if fix.code in ("type_changed", "does_not_compile") else "needs_refused"
            found.setdefault((path, name), {
                "code": code, "source": objects.get(path, path), "what": name, "kind": "function",
                "reason": f"it is part of a fix that is left out: {fix.reason}",
                "way_out": "put it into another update, together with what it needs", "fix": fix.number})
    return list(found.values())


def as_text(release: Release) -> list[str]:
    """The same for people: how many, and each that is left out."""
    fixes = [f for f in release.fixes if f.code != "no_code"]
    count = {fate: sum(f.fate == fate for f in fixes) for fate in (TAKEN, WITHOUT_EFFECT, LEFT_OUT)}
    lines = []
    left = [f for f in fixes if f.fate == LEFT_OUT]
    if left:
        lines.append("left out:")
    for fix in left:
        names = [f"{n}()" for _, n in functions_of(release, fix)]
        lines.append(f"  fix {fix.number} ({_some(paths_of(release, fix))}): {fix.reason}")
        if names:
            lines.append(f"    {_some(names)} stay{'s' if len(names) == 1 else ''} as in the running kernel")
    lines.append(f"fixes (found in the text, as groups of changes): {count[TAKEN]} taken whole,"
                 f" {count[WITHOUT_EFFECT]} without effect here, {count[LEFT_OUT]} left out")
    return lines


def _some(words: list[str]) -> str:
    shown = ", ".join(words[:_HOW_MANY])
    return shown if len(words) <= _HOW_MANY else f"{shown} and {len(words) - _HOW_MANY} more"
