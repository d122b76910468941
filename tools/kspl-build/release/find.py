# SPDX-License-Identifier: GPL-2.0
"""From two trees to the fixes between them."""
import os
from typing import Iterable

from . import ctags, evidence, fate, hunks
from .facts import Facts, File, Members, Reader, read_files
from .model import Fix, Hunk, Release


def _ends(file: File, span: hunks.Span) -> Iterable[int]:
    """Where definitions end that the span brings or takes away."""
    side = file.old if span.old_count else file.new
    return (d.last for d in side.top)


def _spans(release: Release, file: File) -> list[hunks.Span]:
    found = hunks.diff(os.path.join(release.source, file.path), os.path.join(release.to, file.path))
    return [part for span in found for part in hunks.cut(span, _ends(file, span))]


def find_hunks(release: Release, files: dict[str, File]) -> None:
    """All that differs, in small pieces."""
    for path in sorted(files):
        whole = "new" if path in release.new else "gone" if path in release.gone else ""
        if whole:
            counts = [release.old_text(path).count("\n") + 1, release.new_text(path).count("\n") + 1]
            spans = [hunks.Span(0, counts[0] if whole == "gone" else 0, 0, counts[1] if whole == "new" else 0)]
        else:
            spans = _spans(release, files[path])
        for span in spans:
            release.hunks.append(Hunk(len(release.hunks), path, span, whole=whole))


def _is_dir(root: str, path: str) -> bool:
    return os.path.isdir(os.path.join(root, path))


def _headers(release: Release, files: dict[str, File]) -> list[str]:
    """The headers whose structs are looked at."""
    found: set[str] = set()
    for top in ("include", "arch/x86/include"):
        for where, dirs, names in os.walk(os.path.join(release.source, top)):
            dirs[:] = [d for d in dirs if d not in ("dt-bindings",)]
            found |= {os.path.relpath(os.path.join(where, n), release.source) for n in names if n.endswith(".h")}
    for place in {os.path.dirname(p) for p in files}:
        if _is_dir(release.source, place):
            found |= {os.path.join(place, n) for n in os.listdir(os.path.join(release.source, place))
                      if n.endswith(".h")}
    return sorted(found)


def read_members(release: Release, files: dict[str, File]) -> Members:
    """The members of the structs of both trees, as far as they may matter."""
    members = Members()
    for file in files.values():
        members.add(file.new.items)
        members.add(file.old.items)
    members.add(ctags.read(release.source, _headers(release, files), "--kinds-C=m"))
    return members


def find(release: Release) -> None:
    """Fills in the hunks, what joins them, the fixes, and what is known of these at once."""
    paths = sorted({*release.files, *release.new, *release.gone})
    files = read_files(release, paths)
    find_hunks(release, files)
    members = read_members(release, files)
    reader = Reader(files, members)
    facts: list[Facts] = [reader.read(h) for h in release.hunks]
    fate.look(release.hunks, files)
    found = evidence.Evidence(facts, files, members, release.source)
    groups = found.find()
    for hunk in release.hunks:
        if hunk.in_header and not fate.plain(hunk):
            hunk.words = sorted(found.carried([*hunk.functions, *hunk.tables, *hunk.names]))
    release.joins = groups.joins
    release.fixes = [Fix(n, group) for n, group in enumerate(groups.all(), 1)]
    fate.decide(release)
