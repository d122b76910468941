# SPDX-License-Identifier: GPL-2.0
"""How much of what is shown on demand fits into the page.

A page has an end (LIMIT), whatever the release.  What is shown on demand comes in
several forms, from all of it to a line that says it is cut off.  No function gets
more than another one: there is one size for all, as large as can be, and each has
the fullest form that is not larger.
"""
from bisect import bisect_right
from typing import Sequence

from .markup import Html

# Bytes of the whole page. 5 MB is what is promised; the rest is for what is
# written around the parts.
LIMIT = 4_900_000


def size(html: str) -> int:
    """In bytes of the file."""
    return len(html) if html.isascii() else len(html.encode())


def choose(blocks: Sequence[Sequence[Html]], room: int) -> list[Html]:
    """One form of each block, all together no more than room, if that can be.

    The forms of a block are in order, the fullest first; the last one is taken
    where no other fits.
    """
    sizes = [[size(form) for form in forms] for forms in blocks]

    def taken(level: int) -> list[int]:
        return [next((n for n, s in enumerate(of) if s <= level), len(of) - 1) for of in sizes]

    def total(level: int) -> int:
        return sum(of[n] for of, n in zip(sizes, taken(level)))

    levels = sorted({s for of in sizes for s in of})
    best = bisect_right(levels, room, key=total)
    level = levels[best - 1] if best else 0
    return [forms[n] for forms, n in zip(blocks, taken(level))]
