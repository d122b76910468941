# SPDX-License-Identifier: GPL-2.0
"""Headers of mail: what they say of the text behind them, and names in other letters."""
from __future__ import annotations

import re

from . import text

# Of these character sets each has all of ASCII, and at its place.
_AS_IT_IS = re.compile(r'|x-default=true|format="?fixed"?|delsp="?no"?|name=[^;]*'
                       r'|charset="?(us-ascii|utf-8|iso-8859-[0-9]+|windows-125[0-9]|koi8-[ru])"?')
_TYPES = re.compile(r"text/(plain|x-patch|x-diff)")
_NOT_ENCODED = re.compile(r"7bit|8bit|binary")
_DECODE = 'decode it, "git mailinfo msg patch <MAIL >info && cat info msg patch >FIX.patch"'
_WORD = re.compile(r"=\?([^?= ]+)\?([bBqQ])\?([^? ]*)\?=")
_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_QUOTED = re.compile(r"=[0-9A-Fa-f]{2}|[^\n]")


def shown_otherwise(field: str) -> list[str]:
    """Of a header of mail that says how the text is to be shown, why it is not shown as it
    stands in the file: "=20" for a blank, lines joined (format=flowed), the other part of
    two, letters that UTF-7 makes of "+AGE-"."""
    name = re.sub(r"[ \t]*:.*", "", text.lower(field), count=1)
    value = re.sub(r"^[^:]*:[ \t]*", "", field, count=1)
    value = re.sub(r"[ \t\r]+", " ", value).removesuffix(" ")
    if name == "content-transfer-encoding":
        if _NOT_ENCODED.fullmatch(text.lower(value)):
            return []
        return [f"the message is encoded ({value}), and a mail program shows another text than this file has: {_DECODE}"]
    found = []
    allowed = _TYPES
    for part in re.split(r" *; *", value) if value else []:
        if not allowed.fullmatch(text.lower(part)):
            found.append("a mail program does not show the message as it stands in this file "
                         f"({part}): {_DECODE}")
        allowed = _AS_IT_IS
    return found


def _from_base64(encoded: str) -> list[int]:
    bits = have = 0
    found = []
    for character in encoded:
        at = _BASE64.find(character)
        if at < 0:
            break
        bits = bits * 64 + at
        have += 6
        if have >= 8:
            have -= 8
            found.append(bits >> have)
            bits &= (1 << have) - 1
    return found


def _from_quoted(encoded: str) -> list[int]:
    return [int(c[1:], 16) if len(c) == 3 else 32 if c == "_" else ord(c)
            for c in _QUOTED.findall(encoded)]


def _as_text(numbers: list[int], latin: bool) -> str:
    """Numbers of bytes as text, in which nothing ends a line."""
    found = ""
    for number in numbers:
        if number < 32 or number == 127:
            found += "?"
        elif latin and number > 127:
            found += chr(192 + number // 64) + chr(128 + number % 64)
        else:
            found += chr(number)
    return found


def decoded(subject: str) -> str:
    """What a header has for letters that are not of ASCII: =?utf-8?q?f=C3=BCr?=, in base64
    too.  Of other character sets it stays as it is."""
    found = ""
    done = 0
    for match in _WORD.finditer(subject):
        between = subject[done:match.start()]
        done = match.end()
        # between two of them a blank is no part of the text
        if not found or not between or between.strip(" "):
            found += between
        charset, encoding, encoded = text.lower(match.group(1)), match.group(2), match.group(3)
        if charset not in ("utf-8", "us-ascii", "iso-8859-1"):
            found += match.group()
            continue
        numbers = _from_quoted(encoded) if encoding in "qQ" else _from_base64(encoded)
        found += _as_text(numbers, charset == "iso-8859-1")
    return found + subject[done:]
