# SPDX-License-Identifier: GPL-2.0
"""C text without comments, as tokens."""
import re

# A quote behind a backslash begins nothing: as one that has no end, each of them would
# have the rest of the line read again.
_COMMENT = re.compile(
    r'\\["\'\\]|//[^\n]*|/\*.*?(?:\*/|\Z)|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)
_TOKEN = re.compile(
    r'"(?:\\.|[^"\\\n])*"?|\'(?:\\.|[^\'\\\n])*\'?|[A-Za-z_]\w*|\d[\w.]*'
    r'|->|\+\+|--|<<=|>>=|<<|>>|[-+*/%&|^!=<>]=|&&|\|\||##|\S')
_NAME = re.compile(r"[A-Za-z_]\w*\Z")

KEYWORDS = frozenset("""
auto bool break case char const continue default do double else enum extern false
float for goto if inline int long register return short signed sizeof static struct
switch true typedef typeof union unsigned void volatile while NULL u8 u16 u32 u64 s8
s16 s32 s64 __u8 __u16 __u32 __u64 size_t ssize_t loff_t gfp_t likely unlikely define
undef include ifdef ifndef endif elif defined pragma __init __exit __user __iomem
__force __must_check __always_inline noinline __maybe_unused READ_ONCE WRITE_ONCE
""".split())


def without_comments(text: str) -> str:
    """The text with its line ends, and a blank in place of each comment."""
    def blank(match: re.Match[str]) -> str:
        found = match.group()
        if found.startswith("/"):
            return " " + "\n" * found.count("\n")
        return found
    return _COMMENT.sub(blank, text)


def tokens(text: str) -> list[str]:
    """The tokens of a text that has no comments."""
    return _TOKEN.findall(text)


def line_tokens(text: str) -> list[list[str]]:
    """The tokens of each line, comments left out."""
    return [tokens(line) for line in without_comments(text).split("\n")]


def is_name(token: str) -> bool:
    """Can it be something's name?"""
    return _NAME.match(token) is not None and token not in KEYWORDS


def names(toks: list[str]) -> set[str]:
    """The names among tokens."""
    return {t for t in toks if is_name(t)}
