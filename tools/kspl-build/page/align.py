# SPDX-License-Identifier: GPL-2.0
"""Which lines of two texts are the same (E. W. Myers' O(ND) algorithm)."""
from typing import Hashable, Sequence

# What differs in more lines is not looked at line by line
MOST = 600

Pairs = list[tuple[int, int]]


def _trace(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[list[int]]:
    """How far each diagonal gets with 0, 1, 2, ... differences; [] if there are too many."""
    n, m = len(old), len(new)
    far = {1: 0}
    trace: list[list[int]] = []
    for d in range(min(n + m, MOST) + 1):
        row = []
        for k in range(-d, d + 1, 2):
            if k == -d or k != d and far.get(k - 1, -1) < far.get(k + 1, -1):
                x = far.get(k + 1, 0)
            else:
                x = far.get(k - 1, 0) + 1
            while x < n and x - k < m and old[x] == new[x - k]:
                x += 1
            far[k] = x
            row.append(x)
            if x >= n and x - k >= m:
                return [*trace, row]
        trace.append(row)
    return []


def _walk(trace: list[list[int]], n: int, m: int) -> Pairs:
    """Back from the end, along what is the same."""
    pairs: Pairs = []
    x, y = n, m
    for d in range(len(trace) - 1, -1, -1):
        k = x - y
        if d:
            before = trace[d - 1]

            def reach(diagonal: int, width: int = d - 1, row: list[int] = before) -> int:
                return row[(diagonal + width) // 2] if abs(diagonal) <= width else -1
            down = k == -d or k != d and reach(k - 1) < reach(k + 1)
            start = k + 1 if down else k - 1
            from_x = reach(start)
            to_x = from_x if down else from_x + 1
        else:
            start, from_x, to_x = k, 0, 0
        while x > to_x:
            x, y = x - 1, y - 1
            pairs.append((x, y))
        x, y = from_x, from_x - start
    pairs.reverse()
    return pairs


def same(old: Sequence[Hashable], new: Sequence[Hashable]) -> Pairs:
    """Pairs of positions of what is the same, in order."""
    head = 0
    while head < len(old) and head < len(new) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    n, m = len(old) - tail, len(new) - tail
    trace = _trace(old[head:n], new[head:m])
    inner = _walk(trace, n - head, m - head) if trace else []
    return [*((i, i) for i in range(head)), *((x + head, y + head) for x, y in inner),
            *((n + i, m + i) for i in range(tail))]
