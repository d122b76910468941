# SPDX-License-Identifier: GPL-2.0
"""The old tree with the fixes that are taken."""
import os

from . import hunks
from .model import Release, read_text, write_text


def text_of(release: Release, path: str) -> tuple[str, list[list[int]]]:
    """A file of it, and which of its lines came with which hunk."""
    chosen = release.chosen(path)
    if any(h.whole == "new" for h in chosen):
        text = release.new_text(path)
        return text, [[1, text.count("\n") + 1, chosen[0].number]]
    old = release.old_text(path).split("\n")
    new = release.new_text(path).split("\n")
    out, origin = hunks.apply(old, new, ((h.number, h.span, h.both) for h in chosen if h.whole != "gone"))
    return "\n".join(out), [list(o) for o in origin]


def write(release: Release, out: str) -> list[str]:
    """Puts what differs from the old tree into a directory; the files that changed there."""
    changed = []
    for path in sorted({h.path for h in release.hunks}):
        place = os.path.join(out, path)
        text, release.origin[path] = text_of(release, path)
        if not os.path.exists(os.path.join(release.source, path)):
            same = not release.origin[path]
        else:
            same = text == release.old_text(path)
        if same and os.path.exists(place):
            os.unlink(place)
            changed.append(path)
        elif not same and (not os.path.exists(place) or read_text(place) != text):
            write_text(place, text)
            changed.append(path)
    return changed
