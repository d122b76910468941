# SPDX-License-Identifier: GPL-2.0
"""Elements of the page.

What is shown comes from patches, symbols and messages of a compiler: anybody may
have written it.  So text is escaped here, and nowhere else: whoever makes an element
gives it plain strings, and these can't become markup.  Only what this module has
made is of the type Html, and goes into other elements as it is.
"""
import base64
import hashlib
import html
import re
from typing import Iterable, Sequence, Union


class Html(str):
    """Markup that this module has made."""


Content = Union[str, Html]

# Letters and marks that take no room, or turn text around, besides those that
# Unicode does not call printable
_FILLERS = frozenset(map(chr, (0x34f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x3164, 0xffa0, 0x2800, 0x180b, 0x180c,
                               0x180d, 0x180f, *range(0xfe00, 0xfe10), *range(0xe0100, 0xe01f0))))
_PLAIN = re.compile(r"[\n\t -~]*")


def _seen(char: str) -> str:
    if char in "\n\t" or char.isprintable() and char not in _FILLERS:
        return char
    return f"[U+{ord(char):04X}]"


def text(value: Content) -> Html:
    """Text as markup. What a reader could not see in it is named."""
    if isinstance(value, Html):
        return value
    if not _PLAIN.fullmatch(value):
        value = "".join(map(_seen, value))
    return Html(html.escape(value, quote=True))


def join(parts: Iterable[Content], between: str = "") -> Html:
    """One after the other."""
    return Html(text(between).join(map(text, parts)))


def element(name: str, /, *content: Content, **attributes: str) -> Html:
    """An element. An attribute that is a word of Python has a _ behind its name."""
    given = "".join(f' {key.rstrip("_")}="{text(str(value))}"' for key, value in attributes.items())
    return Html(f"<{name}{given}>{join(content)}</{name}>")


def empty(name: str, /, **attributes: str) -> Html:
    """An element that has no content, nor an end."""
    return Html(element(name, **attributes)[:-len(f"</{name}>")])


def gap(number: int) -> Html:
    """A place that fill() fills later. Text can't be mistaken for one: it has no <."""
    return Html(f"<template>{number}</template>")


_GAP = re.compile(r"<template>(\d+)</template>")


def fill(markup: Html, values: Sequence[Html]) -> Html:
    """Puts values into the gaps of their numbers. (A value has none.)"""
    return Html(_GAP.sub(lambda match: values[int(match[1])], markup))


def _sum(code: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()


def document(title: str, style: str, script: str, body: Html) -> Html:
    """All of a page. Only this style and this script are obeyed, and nothing is fetched."""
    for code in (style, script):
        if "</" in code or "<!--" in code:
            raise ValueError("a style or script that could end its element")
    policy = (f"default-src 'none'; style-src '{_sum(style)}'; script-src '{_sum(script)}';"
              " base-uri 'none'; form-action 'none'")
    head = join([
        empty("meta", charset="utf-8"),
        Html(f'<meta http-equiv="Content-Security-Policy" content="{policy}">'),
        empty("meta", name="viewport", content="width=device-width"),
        empty("meta", name="referrer", content="no-referrer"),
        element("title", title),
        Html(f"<style>{style}</style>"),
    ], "\n")
    return Html(f'<!DOCTYPE html>\n<html lang="en">\n<head>\n{head}\n</head>\n<body>\n{body}\n'
                f"<script>{script}</script>\n</body>\n</html>\n")
