# SPDX-License-Identifier: GPL-2.0
"""Before and after, as source and as disassembly.

Both are one text, in which lines that are gone have a - and new ones a +.
"""
import itertools
from dataclasses import dataclass
from typing import Iterable, Optional, Sequence

from release.hunks import Span

from . import align
from .listing import Code, Insn
from .markup import Content, Html, element
from .source import Piece, Text

Row = tuple[str, str]   # ' ', '-', '+' or '@' (a place), and the line

_BEGINNINGS = (60, 30, 15)  # lines that are shown where not all fit
_ALL = 50      # functions that have no more lines are shown from begin to end


def marked(rows: Iterable[Row]) -> Html:
    """Rows as an element; lines of a kind that follow one another are one element."""
    parts: list[Content] = []
    for kind, group in itertools.groupby(rows, key=lambda row: row[0]):
        lines = "".join(f"{kind if kind != '@' else ''}{line}\n" for _, line in group)
        if kind == " ":
            parts.append(lines)
        else:
            parts.append(element({"-": "del", "+": "ins", "@": "b"}[kind], lines))
    return element("pre", *parts)


# --- source -------------------------------------------------------------------

def _around(piece: Piece, context: int, names: Optional[set[str]]) -> tuple[int, int]:
    """Which lines of the old text are shown with a piece: from, to (not included)."""
    span = piece.span
    end = span.old + span.old_count
    first, last = max(span.old - context, 0), min(end + context, len(piece.old.lines))
    for extent in piece.old.extents:
        if names is None or extent.name not in names or \
                not extent.first <= span.old + (span.old_count != 0) <= extent.last:
            continue
        if extent.last - extent.first < _ALL:
            return extent.first - 1, max(extent.last, end)
        return max(first, extent.first - 1), max(min(last, extent.last), end)
    return first, last


def _window(old: Text, new: Text, spans: list[Span], first: int, last: int) -> list[Row]:
    """Lines first to last of the old text with what the spans make of them."""
    rows: list[Row] = []
    at = first
    for span in spans:
        rows += [(" ", line) for line in old.lines[at:span.old]]
        rows += [("-", line) for line in old.lines[span.old:span.old + span.old_count]]
        rows += [("+", line) for line in new.lines[span.new:span.new + span.new_count]]
        at = span.old + span.old_count
    return [*rows, *((" ", line) for line in old.lines[at:last])]


def _windows(pieces: list[Piece], context: int, names: Optional[set[str]]) -> list[tuple[int, int]]:
    """The lines of a file that are shown: those around pieces, and no change that is shown in part."""
    found: list[tuple[int, int]] = []
    for piece in pieces:
        first, last = _around(piece, context, names)
        for span in piece.beside:
            if span.old < last and span.old + span.old_count > first:
                first, last = min(first, span.old), max(last, span.old + span.old_count)
        if found and first <= found[-1][1]:
            first, last = min(first, found[-1][0]), max(last, found.pop()[1])
        found.append((first, last))
    return found


def source_rows(pieces: Iterable[Piece], context: int, names: Optional[set[str]] = None) -> list[Row]:
    """Pieces with the lines around them.

    names: of functions, which are shown whole if they are short, and beyond whose end nothing is.
    """
    rows: list[Row] = []
    ordered = sorted(pieces, key=lambda p: (p.path, p.fix, p.span.old, p.span.new))
    for (path, _), same in itertools.groupby(ordered, key=lambda p: (p.path, p.fix)):
        of_file = list(same)
        old, new, beside = of_file[0].old, of_file[0].new, of_file[0].beside
        for first, last in _windows(of_file, context, names):
            spans = [s for s in beside if first <= s.old and s.old + s.old_count <= last]
            rows.append(("@", f"{path}:{first + 1}"))
            rows += _window(old, new, spans, first, last)
    return rows


# --- disassembly --------------------------------------------------------------

@dataclass
class _Pair:
    """An instruction before, after, or both."""
    old: Optional[Insn]
    new: Optional[Insn]


def _pairs(old: Sequence[Insn], new: Sequence[Insn]) -> list[_Pair]:
    """Those that are the same side by side, but for where jumps lead."""
    same = align.same([i.text for i in old], [i.text for i in new])
    pairs: list[_Pair] = []
    x = y = 0
    for i, k in [*same, (len(old), len(new))]:
        pairs += [_Pair(insn, None) for insn in old[x:i]]
        pairs += [_Pair(None, insn) for insn in new[y:k]]
        if i < len(old):
            pairs.append(_Pair(old[i], new[k]))
        x, y = i + 1, k + 1
    return pairs


def _leads_elsewhere(pairs: list[_Pair]) -> list[_Pair]:
    """Splits pairs of jumps that do not lead to instructions of one pair."""
    place_old: dict[int, int] = {}
    place_new: dict[int, int] = {}
    at = len(pairs)
    for n in range(len(pairs) - 1, -1, -1):
        old, new = pairs[n].old, pairs[n].new
        if old and new:
            at = n
        if old:
            place_old[old.offset] = at
        if new:
            place_new[new.offset] = at
    found: list[_Pair] = []
    for pair in pairs:
        old, new = pair.old, pair.new
        if old and new and (old.target is None) == (new.target is None) and (
                old.target is None or new.target is None or
                place_old.get(old.target, -1) == place_new.get(new.target, -1)):
            found.append(pair)
        elif old and new:
            found += [_Pair(old, None), _Pair(None, new)]
        else:
            found.append(pair)
    return found


def _words(pair: _Pair) -> str:
    """An instruction with the place that it jumps to, before and after."""
    insn = pair.new or pair.old
    assert insn
    targets = [i.target for i in (pair.old, pair.new) if i and i.target is not None]
    if not targets:
        return insn.text
    places = [f"{t:#x}" for t in dict.fromkeys(targets)]
    return f"{insn.text} {' -> '.join(places)}"


def _row(pair: _Pair) -> Row:
    kind = " " if pair.old and pair.new else "-" if pair.old else "+"
    old, new = (f"{i.offset:x}" if i else "" for i in (pair.old, pair.new))
    return kind, f"{old:>4} {new:>4}  {_words(pair)}"


def code_rows(old: Optional[Code], new: Optional[Code]) -> list[Row]:
    """The code of a function before and after."""
    return list(map(_row, _leads_elsewhere(_pairs(old.insns if old else [], new.insns if new else []))))


def near(rows: list[Row], context: int) -> list[Row]:
    """The rows that differ, with as many around them; how many are left out is said."""
    keep = [False] * len(rows)
    for n, (kind, _) in enumerate(rows):
        if kind != " ":
            for k in range(max(n - context, 0), min(n + context + 1, len(rows))):
                keep[k] = True
    found: list[Row] = []
    left = 0
    for kept, row in zip([*keep, True], [*rows, None]):
        if not kept:
            left += 1
            continue
        if left:
            found.append(("@", f"... {left} instruction{'s' if left > 1 else ''} as before"))
            left = 0
        if row:
            found.append(row)
    return found


def first_of(rows: list[Row], count: int) -> list[Row]:
    """The first rows; that there are more is said."""
    if len(rows) <= count:
        return rows
    return [*rows[:count], ("@", f"... cut off: {len(rows) - count} more lines, so that the page stays small")]


def forms(rows: list[Row], narrower: list[list[Row]], what: str) -> list[Html]:
    """What is shown, from all of it to a line that says that it is cut off."""
    cut = element("p", f"The {what} is cut off ({len(rows)} lines), so that the page stays small: ",
                  element("a", "how to see it", href="#cut"), ".")
    tightest = narrower[-1]
    found = [marked(rows)]
    shown = len(rows)
    for fewer in [*narrower, *(first_of(tightest, count) for count in _BEGINNINGS)]:
        if len(fewer) < shown:
            found.append(marked(fewer))
            shown = len(fewer)
    return [*found, cut]
