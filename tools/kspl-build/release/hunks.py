# SPDX-License-Identifier: GPL-2.0
"""What differs between two files, and a file with some of it."""
import os
import re
import subprocess
from dataclasses import dataclass
from typing import Iterable

_HEADER = re.compile(r"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


class DiffError(Exception):
    """git can't compare two files."""


@dataclass
class Span:
    """Lines old..old+old_count-1 become new..new+new_count-1; both count from 0."""
    old: int
    old_count: int
    new: int
    new_count: int


def diff(old: str, new: str) -> list[Span]:
    """What differs between two files, by their names.

    No repository has a say in it, such as the one of the current directory: its
    configuration and attributes may name a program that is given the files instead.
    """
    env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    env.update(GIT_DIR=os.devnull, GIT_CONFIG_NOSYSTEM="1", GIT_CONFIG_GLOBAL=os.devnull, GIT_ATTR_NOSYSTEM="1",
               HOME=os.devnull, XDG_CONFIG_HOME=os.devnull)
    done = subprocess.run(
        ["git", "diff", "--no-index", "--no-color", "--no-ext-diff", "--no-textconv", "--text", "-U0",
         "--diff-algorithm=histogram", "--indent-heuristic", "--", old, new],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, check=False)
    if done.returncode > 1:
        raise DiffError(f"git diff {old} {new}: {done.stderr.decode(errors='replace').strip()}")
    spans = []
    for line in done.stdout.decode(errors="replace").split("\n"):
        match = _HEADER.match(line)
        if not match:
            continue
        counts = [1 if match.group(n) is None else int(match.group(n)) for n in (2, 4)]
        # where nothing is taken or brought, git names the line before
        spans.append(Span(int(match.group(1)) - (counts[0] != 0), counts[0],
                          int(match.group(3)) - (counts[1] != 0), counts[1]))
    return spans


def cut(span: Span, ends: Iterable[int]) -> list[Span]:
    """Splits what is only brought, or only taken away, behind these lines of that side."""
    if span.old_count and span.new_count:
        return [span]
    fresh = not span.old_count
    first, count = (span.new, span.new_count) if fresh else (span.old, span.old_count)
    cuts = sorted({e for e in ends if first < e < first + count})
    parts = []
    for start, end in zip([first, *cuts], [*cuts, first + count]):
        if fresh:
            parts.append(Span(span.old, 0, start, end - start))
        else:
            parts.append(Span(start, end - start, span.new, 0))
    return parts


def apply(old: list[str], new: list[str], chosen: Iterable[tuple[int, Span, bool]]
          ) -> tuple[list[str], list[tuple[int, int, int]]]:
    """The old lines with some spans, in their order, as the new lines have them.

    Each span has a number, and whether its old lines stay besides the new ones.
    Returns, too, which lines (first, last, from 1) came with which number; where
    lines are only missing, the one before and the one behind.
    """
    out: list[str] = []
    origin: list[tuple[int, int, int]] = []
    at = 0
    for number, span, both in chosen:
        out += old[at:span.old]
        if both:
            out += old[span.old:span.old + span.old_count]
        first = len(out) + 1
        out += new[span.new:span.new + span.new_count]
        if span.new_count:
            origin.append((first, len(out), number))
        else:
            origin.append((max(first - 1, 1), first, number))
        at = span.old + span.old_count
    out += old[at:]
    return out, origin
