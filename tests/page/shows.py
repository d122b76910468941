#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""shows.py PAGE REGEX...: are these, one after the other, in the words of a page?

The words are those that a reader sees who obeys no script.
"""
import html.parser
import re
import sys


class Words(html.parser.HTMLParser):
    """A page's text, without its style and its script."""

    def __init__(self) -> None:
        super().__init__()
        self.code = 0
        self.text = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.code += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self.code -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        self.text += "" if self.code else data


def main() -> int:
    """0 if they are."""
    words = Words()
    with open(sys.argv[1], encoding="utf-8") as file:
        words.feed(file.read())
    at = 0
    for want in sys.argv[2:]:
        found = re.compile(want, re.MULTILINE).search(words.text, at)
        if not found:
            print(f"{words.text}\nexpected: {want}")
            return 1
        at = found.end()
    return 0


if __name__ == "__main__":
    sys.exit(main())
