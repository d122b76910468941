#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Draws a terminal from what the demo printed.

usage: picture.py TRANSCRIPT >demo/demo.svg

TRANSCRIPT is what 'make demo >FILE' left. The picture shows the commands that matter,
with what they printed and what was checked; nothing in it is made up, and a command
that the transcript does not have is an error. Lines appear one after the other where
SVG is animated; elsewhere, and for readers who want no motion, all are there at once.
"""

import html
import re
import sys

# The commands to show, as regular expressions, in their order, and how many lines of
# what each printed (None: all).
SHOWN: list[tuple[str, int | None]] = [
    (r"tools/kspl-build/kspl-build ", 0),
    (r"uname -r", 2),
    (r"\(ulimit .*cp ", None),
    (r"ksplice check ", 1),
    (r"ksplice apply ", 1),
    (r"\(ulimit .*cp ", None),
    (r"ksplice undo ", 1),
    (r"\(ulimit .*cp ", None),
    (r"dmesg \| grep -E", None),
]
COLUMNS = 100
LINE, LEFT, TOP = 18, 14, 48
COLOURS = {"command": "#e6edf3", "output": "#9da7b3", "checked": "#56d364"}


def commands(transcript: list[str]) -> list[tuple[str, list[str]]]:
    """The commands that were typed, each with the lines up to the next one or an empty one."""
    found: list[tuple[str, list[str]]] = []
    inside = False
    for line in transcript:
        if re.match(r"[#$] ", line):
            found.append((line, []))
            inside = True
        elif not line.strip() or line.startswith("== "):
            inside = False
        elif inside and not re.match(r"   [^ =]|demo\.sh: ", line):
            found[-1][1].append(line)
    return found


def chosen(found: list[tuple[str, list[str]]]) -> list[tuple[str, str]]:
    """(kind, text) for each line of the picture"""
    lines: list[tuple[str, str]] = []
    at = 0
    for pattern, count in SHOWN:
        while at < len(found) and not re.match(r"[#$] " + pattern, found[at][0]):
            at += 1
        if at == len(found):
            sys.exit(f"picture.py: the transcript has no command like /{pattern}/")
        command, output = found[at]
        lines.append(("command", command))
        for line in output[:count]:
            kind = "checked" if line.startswith("   =>") else "output"
            lines.append((kind, line))
        at += 1
    return lines


def svg(lines: list[tuple[str, str]]) -> str:
    height = TOP + LINE * len(lines) + 14
    width = LEFT * 2 + int(COLUMNS * 8.43)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
        "<!-- SPDX-License-Identifier: GPL-2.0 -->",
        "<!-- Made by demo/picture.py from demo/transcript. -->",
        "<title>make demo: a fix goes into Debian's unmodified kernel, and out again</title>",
        "<style>",
        "text { font: 14px ui-monospace, Menlo, Consolas, monospace; white-space: pre }",
        *(f".{kind} {{ fill: {colour} }}" for kind, colour in COLOURS.items()),
        "@media (prefers-reduced-motion: no-preference) {",
        "  .line { animation: appear 0.2s backwards }",
        "}",
        "@keyframes appear { from { opacity: 0 } }",
        "</style>",
        f'<rect width="{width}" height="{height}" rx="8" fill="#0d1117"/>',
    ]
    for n, colour in enumerate(("#f85149", "#d29922", "#3fb950")):
        out.append(f'<circle cx="{20 + 20 * n}" cy="20" r="6" fill="{colour}"/>')
    time = 0.5
    for n, (kind, text) in enumerate(lines):
        if len(text) > COLUMNS:
            text = text[: COLUMNS - 3] + "..."
        time += 1.2 if kind == "command" else 0.4
        out.append(
            f'<text class="line {kind}" x="{LEFT}" y="{TOP + LINE * n}" xml:space="preserve" '
            f'style="animation-delay: {time:.1f}s">{html.escape(text)}</text>'
        )
    out.append("</svg>")
    return "\n".join(out) + "\n"


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: picture.py TRANSCRIPT >demo/demo.svg")
    with open(sys.argv[1], encoding="utf-8") as file:
        transcript = file.read().splitlines()
    sys.stdout.write(svg(chosen(commands(transcript))))


if __name__ == "__main__":
    main()
