# SPDX-License-Identifier: GPL-2.0
"""The code of an object, as objdump prints it.

Read is what these two print, one after the other, into one file:

  objdump -dlr --inlines --no-show-raw-insn -w OBJECT
  objdump -s -j SECTION... OBJECT       (those of strings)

The object comes of somebody's patch, so objdump runs in the sandbox of the
compilers, and what it printed is no more than text here.
"""
import json
import re
from dataclasses import dataclass, field
from typing import Optional

# Of longer files nothing is read: an object of the kernel has a tenth of it
MOST = 64 << 20

_SECTION = re.compile(r"Disassembly of section (.*):\Z")
_SYMBOL = re.compile(r"([0-9a-f]{16}) <(.*)>:\Z")
_INSN = re.compile(r" *([0-9a-f]+):\t(.*)\Z")
_RELOC = re.compile(r"\t([0-9a-f]+): (R_X86_64_\w+)\t([^\t]*)")
_INLINED = re.compile(r" ?inlined by .* \(([^()]*)\)\Z")
_LABEL = re.compile(r"(.*)\(\):\Z")
_BRANCH = re.compile(r"((?:bnd |notrack |,p[nt] )*(?:j\w+|call|loop\w*|xbegin)(?:,p[nt])?) +([0-9a-f]+) <[^>]*>\Z")
_PLACE = re.compile(r"(.*?)([-+]0x[0-9a-f]+)?\Z")
_DUMP = re.compile(r" ([0-9a-f]+) ((?:(?:[0-9a-f]{2}){1,4} ){1,4})")
_DUMPED = re.compile(r"Contents of section (.*):\Z")
_RELATIVE = frozenset(("R_X86_64_PC32", "R_X86_64_PLT32", "R_X86_64_PC64", "R_X86_64_GOTPCREL",
                       "R_X86_64_GOTPCRELX", "R_X86_64_REX_GOTPCRELX"))
_SHOWN = 60     # characters of a string


@dataclass
class Insn:
    """An instruction. Where it refers to something, its text names that."""
    offset: int
    text: str
    target: Optional[int] = None    # a jump within the function: where it leads


@dataclass
class Code:
    """A function's code."""
    name: str
    section: str
    start: int      # where it begins in the section
    insns: list[Insn] = field(default_factory=list)
    inlines: set[str] = field(default_factory=set)  # functions of which it has code in itself


@dataclass
class _Raw:
    """An instruction as it was printed."""
    offset: int
    text: str
    relocs: list[tuple[int, str, str]]


class Listing:
    """What an object has, by names."""

    def __init__(self, text: str) -> None:
        self.codes: list[Code] = []
        self._raw: list[list[_Raw]] = []
        self._strings: dict[str, bytearray] = {}
        self._read(text)
        self._places = {(c.section, c.start): c.name for c in reversed(self.codes)}
        self._by_name = {c.name: c for c in reversed(self.codes)}
        self._by_section = {c.section: c for c in reversed(self.codes)}
        for code, raw in zip(self.codes, self._raw):
            self._finish(code, raw)
        self._raw = []

    def find(self, name: str) -> Optional[Code]:
        """A function by its name, or by the section of its own if objdump calls it by another."""
        return self._by_name.get(name) or self._by_section.get(".text." + name)

    def _read(self, text: str) -> None:
        section = ""
        code: Optional[Code] = None
        raw: list[_Raw] = []
        dumped: Optional[bytearray] = None
        for line in text.split("\n"):
            insn = _INSN.match(line)
            if insn and code:
                relocs = [(int(m[1], 16), m[2], m[3]) for m in _RELOC.finditer(line)]
                raw.append(_Raw(int(insn[1], 16), insn[2].split("\t")[0], relocs))
                continue
            dump = _DUMP.match(line) if dumped is not None else None
            if dump and dumped is not None:
                dumped += bytes.fromhex(dump[2])
                continue
            found = _SYMBOL.match(line)
            if found:
                code, raw = None, []
                if not re.search(r"-0x[0-9a-f]+\Z", found[2]):
                    code = Code(found[2], section, int(found[1], 16))
                    self.codes.append(code)
                    self._raw.append(raw)
                continue
            label = _LABEL.match(line) or _INLINED.match(line)
            if label and code:
                code.inlines.add(label[1])
                continue
            found = _SECTION.match(line)
            if found:
                section, code = found[1], None
            found = _DUMPED.match(line)
            if found:
                code, dumped = None, self._strings.setdefault(found[1], bytearray())

    def _finish(self, code: Code, raw: list[_Raw]) -> None:
        code.inlines.discard(code.name)
        ends = [insn.offset for insn in raw[1:]] + [raw[-1].offset if raw else 0]
        for insn, end in zip(raw, ends):
            words = insn.text.split(" # ")[0].rstrip()
            branch = _BRANCH.match(words)
            if insn.relocs:
                named = " ".join(self._reference(r, end, insn.offset) for r in insn.relocs)
                words = f"{branch[1] if branch else words}  <{named}>"
                code.insns.append(Insn(insn.offset - code.start, words))
            elif branch:
                code.insns.append(Insn(insn.offset - code.start, branch[1], int(branch[2], 16) - code.start))
            else:
                code.insns.append(Insn(insn.offset - code.start, words))

    def _reference(self, reloc: tuple[int, str, str], end: int, begin: int) -> str:
        """What a relocated field refers to, in words."""
        at, kind, place = reloc
        match = _PLACE.match(place)
        name, addend = (match[1], int(match[2] or "0", 16)) if match else (place, 0)
        if kind in _RELATIVE:
            addend += end - at if end > begin else 4
        known = self._places.get((name, addend))
        if known:
            return known
        data = self._strings.get(name)
        if data is not None and 0 <= addend < len(data):
            words = data[addend:].split(b"\0")[0].decode("utf-8", errors="replace")
            # As C writes it: a line of code is one line of the page.
            return json.dumps(words[:_SHOWN], ensure_ascii=False) + ("..." if len(words) > _SHOWN else "")
        return name + (f"{addend:+#x}" if addend else "")


def read(path: str) -> Optional[Listing]:
    """A file's listing; none if there is none, or one that no object of a kernel has."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read(MOST + 1)
    except OSError:
        return None
    return Listing(text) if 0 < len(text) <= MOST else None
