# SPDX-License-Identifier: GPL-2.0
"""Where the functions of a C file begin and end, as the kernel's style has them.

A body begins with a { at a line's begin, or at the end of a line that begins a
definition, and ends with a } at a line's begin.  What is not written so is not
found, and its lines count as outside of functions.
"""
import re
from dataclasses import dataclass

from release import ctext

_STRING = re.compile(r'\\["\'\\]|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'')
_CALL = re.compile(r"\b([A-Za-z_]\w*)[ \t\n]*\(")
_NO_FUNCTION = re.compile(r"(struct|union|enum|typedef)\b[^()]*\Z|extern\s*\Z")
# What may stand with parentheses before or behind a function's name
_ATTRIBUTES = re.compile(
    r"__(attribute__|attribute|printf|scanf|strftime|acquires|releases|must_hold|cond_acquires|cond_lock|aligned|"
    r"section|no_sanitize|alloc_size|malloc|nonnull|realloc_size|counted_by|diagnose_as|guarded_by|bpf_kfunc)\Z"
    r"|noinstr\Z|DECLARE_.*\Z")
_CLONES = frozenset(("cold", "part", "isra", "constprop", "localalias", "lto_priv", "llvm"))


@dataclass
class Extent:
    """A function's lines, from 1, from the line where its definition begins."""
    name: str
    first: int
    last: int
    macro: bool     # the name is an argument of a macro, such as SYSCALL_DEFINE1()

    def is_called(self, name: str) -> bool:
        """Can a function that the compiler made have come of it?"""
        return name == self.name or self.macro and name.endswith("_" + self.name)


def plain_name(symbol: str) -> str:
    """A symbol's name without what the compiler has put behind it."""
    parts = symbol.split(".")
    end = at = len(parts)
    while at > 1:
        at -= 1
        if parts[at] in _CLONES:
            end = at    # with the numbers behind it
        elif not parts[at].isdecimal():
            break
    return ".".join(parts[:end])


def _name_of(head: str) -> tuple[str, bool]:
    """The name that a definition up to its { defines; '' if that is no function."""
    flat = _STRING.sub(lambda m: m[0] if m[0][0] == "\\" else '""', head)
    if "=" in re.sub(r"\([^()]*\)", "", flat) or _NO_FUNCTION.match(flat.strip()):
        return "", False
    for match in _CALL.finditer(flat):
        name = match.group(1)
        if _ATTRIBUTES.match(name):
            continue
        if name.upper() == name and any(c.isalpha() for c in name):
            argument = re.match(r"\s*([A-Za-z_]\w*)", flat[match.end():])
            return (argument.group(1), True) if argument else ("", False)
        return name, False
    return "", False


def functions(text: str) -> list[Extent]:
    """The functions of a file, in their order."""
    lines = ctext.without_comments(text).split("\n")
    found: list[Extent] = []
    start = 0       # where the definition at hand begins
    inside = None   # ... and its name, once its body has begun
    directive = False   # a #define goes on
    for number, line in enumerate(lines):
        bare = line.rstrip()
        if directive or bare.startswith("#"):
            directive = bare.endswith("\\")
            if inside is None:
                start = number + 1
            continue
        if inside is not None:
            if bare.startswith("}"):
                if inside[0]:
                    found.append(Extent(inside[0], start + 1, number + 1, inside[1]))
                inside = None
                start = number + 1
            continue
        if not bare:
            start = number + 1
        elif bare[0] == "{" or not bare[0].isspace() and bare.endswith("{"):
            inside = _name_of("\n".join([*lines[start:number], bare[:-1] if bare[0] != "{" else ""]))
        elif not bare[0].isspace() and bare[-1] == "}" and re.search(r"\)\s*\{.*\}\Z", bare):
            name, macro = _name_of("\n".join([*lines[start:number], bare[:bare.index("{")]]))
            if name:
                found.append(Extent(name, start + 1, number + 1, macro))
            start = number + 1
        elif bare[-1] in ";}":
            start = number + 1
    return found
