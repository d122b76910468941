# SPDX-License-Identifier: GPL-2.0
"""What a hunk defines, mentions, reads and writes."""
import re
from dataclasses import dataclass, field
from typing import Iterable, Optional

from . import ctags, ctext
from .ctags import Definition
from .model import Hunk, Release

READ, WRITE, ADDRESS = "read", "write", "address"

_ASSIGN = frozenset(("=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=", "++", "--"))
_DEFINING = re.compile(r"[A-Z_0-9]*(?:DEFINE|DECLARE|LIST_HEAD|WAIT_QUEUE_HEAD)[A-Z_0-9]*\Z")
_QUALIFIERS = frozenset("* const volatile __user __iomem __rcu __percpu __force restrict".split())

Member = tuple[str, str]        # struct ("": not known), member


@dataclass
class Members:
    """The members of all structs that were looked at."""
    type_of: dict[Member, str] = field(default_factory=dict)
    owners: dict[str, set[str]] = field(default_factory=dict)
    returned: dict[str, str] = field(default_factory=dict)      # by functions

    def add(self, items: Iterable[Definition]) -> None:
        """Learns from definitions."""
        for item in items:
            if item.kind == "member" and item.scope:
                self.type_of.setdefault((item.scope, item.name), item.type)
                self.owners.setdefault(item.name, set()).add(item.scope)
            elif item.kind in ("function", "prototype") and item.type:
                self.returned.setdefault(item.name, item.type)

    def owner_of(self, base: str, name: str) -> str:
        """The struct whose member is meant; '' if that is not known."""
        if base and (base, name) in self.type_of:
            return base
        owners = self.owners.get(name, set())
        return next(iter(owners)) if len(owners) == 1 else ""


@dataclass
class Uses:
    """How a text uses members and variables: which, and in which ways."""
    members: dict[Member, list[str]] = field(default_factory=dict)
    names: dict[str, list[str]] = field(default_factory=dict)
    called: set[str] = field(default_factory=set)
    through: set[Member] = field(default_factory=set)       # members that are called

    def add(self, other: "Uses") -> None:
        """What both do."""
        for member, modes in other.members.items():
            self.members.setdefault(member, []).extend(modes)
        for name, modes in other.names.items():
            self.names.setdefault(name, []).extend(modes)
        self.called |= other.called
        self.through |= other.through


def variables(tokens: list[str]) -> dict[str, str]:
    """The struct of each variable and argument that a text declares."""
    found: dict[str, str] = {}
    for i, token in enumerate(tokens[:-1]):
        if token not in ("struct", "union") or not ctext.is_name(tokens[i + 1]):
            continue
        j = i + 2
        while j < len(tokens):
            while j < len(tokens) and tokens[j] in _QUALIFIERS:
                j += 1
            if j >= len(tokens) or not ctext.is_name(tokens[j]):
                break
            found.setdefault(tokens[j], tokens[i + 1])
            j += 1
            # past an initial value, to the next of the same declaration
            depth = 0
            while j < len(tokens) and tokens[j] != ";" and not (depth == 0 and tokens[j] in ",){"):
                depth += (tokens[j] in "([{") - (tokens[j] in ")]}")
                j += 1
            if j >= len(tokens) or tokens[j] != ",":
                break
            j += 1
    return found


def _closing(tokens: list[str], at: int) -> int:
    """Behind the bracket that closes the one at a place."""
    depth = 0
    while at < len(tokens):
        depth += (tokens[at] in "([") - (tokens[at] in ")]")
        at += 1
        if not depth:
            break
    return at


def _mode(tokens: list[str], start: int, end: int) -> str:
    """How the expression tokens[start:end] is used."""
    before = tokens[start - 1] if start else ""
    while end < len(tokens) and tokens[end] == "[":
        end = _closing(tokens, end)
    after = tokens[end] if end < len(tokens) else ""
    if after in _ASSIGN or before in ("++", "--"):
        return WRITE
    if before == "(" and start > 1 and tokens[start - 2] == "WRITE_ONCE":
        return WRITE
    if before == "&" and (start < 2 or not re.match(r"[\w)\]]", tokens[start - 2])):
        return ADDRESS
    return READ


def _base(tokens: list[str], end: int, types: dict[str, str], members: Members) -> str:
    """The struct that (...) is, which ends before a place: a cast, a call, or brackets."""
    depth, at = 0, end
    while at > 0:
        at -= 1
        depth += (tokens[at] == ")") - (tokens[at] == "(")
        if not depth:
            break
    inner = tokens[at + 1:end - 1]
    for word, name in zip(inner, inner[1:]):
        if word in ("struct", "union") and ctext.is_name(name):
            return name
    before = tokens[at - 1] if at else ""
    if ctext.is_name(before):
        return members.returned.get(before, "")
    known = [t for t in inner if ctext.is_name(t)]
    return types.get(known[0], "") if len(known) == 1 else ""


def _chain(tokens: list[str], start: int, base: str, members: Members) -> tuple[list[Member], list[tuple[int, int]], int]:
    """The members of a->b[i].c, what stands in brackets, and where it ends."""
    chain: list[Member] = []
    inner: list[tuple[int, int]] = []
    at = start + 1
    while at + 1 < len(tokens):
        behind = at
        while behind < len(tokens) and tokens[behind] == "[":
            behind = _closing(tokens, behind)
        if behind + 1 >= len(tokens) or tokens[behind] not in ("->", ".") or \
                not re.match(r"[A-Za-z_]", tokens[behind + 1]):
            break
        if behind > at:
            inner.append((at, behind))
        name = tokens[behind + 1]
        struct = members.owner_of(base, name)
        chain.append((struct, name))
        base = members.type_of.get((struct, name), "")
        at = behind + 2
    return chain, inner, at


def uses(tokens: list[str], types: dict[str, str], members: Members, inside: str = "") -> Uses:
    """What an expression, or the text of a function, does with what.

    types: of its variables; inside: the struct that a { .member = } is of.
    """
    found = Uses()
    i = 0
    while i < len(tokens):
        token = tokens[i]
        if token == "." and i + 1 < len(tokens) and (i == 0 or tokens[i - 1] in "{,"):
            if inside and ctext.is_name(tokens[i + 1]):
                # who is called through a table is asked for elsewhere
                value = tokens[i + 3:i + 5]
                calls = value[1:] in ([","], ["}"]) and ctext.is_name(value[0]) and value[0].upper() != value[0]
                found.members.setdefault((inside, tokens[i + 1]), []).append(READ if calls else WRITE)
            i += 2
            continue
        if not ctext.is_name(token) and token not in (")", "]"):
            i += 1
            continue
        base = types.get(token, "") if token != ")" else _base(tokens, i + 1, types, members)
        chain, inner, j = _chain(tokens, i, base, members)
        mode = _mode(tokens, i, j)
        for n, member in enumerate(chain):
            found.members.setdefault(member, []).append(mode if n == len(chain) - 1 else READ)
        called = j < len(tokens) and tokens[j] == "("
        if chain and called:
            found.through.add(chain[-1])
        for first, last in inner:
            found.add(uses(tokens[first:last], types, members))
        if ctext.is_name(token):
            if not chain and called:
                found.called.add(token)
            found.names.setdefault(token, []).append(mode if not chain else READ)
        i = j
    return found


_TYPES = frozenset("int char long short unsigned signed bool void u8 u16 u32 u64 s8 s16 s32 s64 size_t ssize_t"
                   " loff_t __u8 __u16 __u32 __u64 gfp_t float double".split())


def local_names(tokens: list[str]) -> set[str]:
    """Variables and arguments that a function has of its own, as far as it looks so."""
    found = set()
    if tokens[:2] == ["#", "define"] and tokens[3:4] == ["("]:
        found |= ctext.names(tokens[4:_closing(tokens, 3)])
    for i, token in enumerate(tokens[:-1]):
        if not i or not ctext.is_name(token) or tokens[i + 1] not in (";", "=", ",", ")", "["):
            continue
        at = i - 1
        while at > 0 and tokens[at] == "*":
            at -= 1
        if tokens[at] in _TYPES:
            found.add(token)
        elif ctext.is_name(tokens[at]) and at and (
                tokens[at - 1] in (";", "{", "}", "const", "struct", "enum", "union", "static", "volatile", "(", ",")):
            found.add(token)
        elif tokens[i - 1] == "," and found:
            # int a, b;
            before = [t for t in tokens[max(0, i - 12):i] if t in (";", "{", "}", "(", ")")]
            if before and before[-1] in (";", "{", "}") and tokens[i - 2] in found:
                found.add(token)
    return found


@dataclass
class Body:
    """A definition that a hunk is in, as it was and as it is to be."""
    path: str
    name: str
    kind: str
    static: bool
    old: Optional[Definition] = None
    new: Optional[Definition] = None
    uses: list[Uses] = field(default_factory=list)
    locals: set[str] = field(default_factory=set)

    def is_local(self, name: str) -> bool:
        """Has the function a variable of that name?"""
        return name in self.locals


@dataclass
class Declared:
    """Something that others may use, and that a hunk makes another one."""
    name: str
    kind: str
    path: str
    static: bool
    struct: str = ""        # of a member


@dataclass
class Facts:
    """Of one hunk."""
    hunk: Hunk
    bodies: list[Body] = field(default_factory=list)
    declared: list[Declared] = field(default_factory=list)
    taken: Uses = field(default_factory=Uses)       # on lines that go
    brought: Uses = field(default_factory=Uses)     # on lines that come
    lines: list[tuple[str, str, str]] = field(default_factory=list)  # "-" or "+", tokens, structs
    unbalanced: bool = False                        # it has half of an #if

    def mentions(self) -> set[str]:
        """All names on its lines."""
        return self.taken.names.keys() | self.brought.names.keys()


class Side:
    """A file of one of the trees."""

    def __init__(self, path: str, text: str, items: list[Definition]) -> None:
        self.path = path
        self.tokens = ctext.line_tokens(text)
        self.items = items
        self.top = ctags.top_level(items, text)
        self.static = {d.name for d in self.top if d.static and d.kind in ("function", "variable")}
        self.variables = {d.name for d in items if d.kind in ("variable", "externvar")}
        self.types = {d.name: d.type for d in items if d.kind in ("variable", "externvar") and d.type}
        for line in self.tokens:
            self.variables |= _defined_by_macro(line)

    def text(self, first: int, last: int) -> list[str]:
        """The tokens of lines, which count from 1."""
        return [t for line in self.tokens[first - 1:last] for t in line]

    def tables(self) -> Iterable[tuple[str, str, str]]:
        """Struct, member and function of the tables of functions."""
        for item in self.top:
            if item.kind == "variable" and item.type and item.last > item.first:
                for member, name in _entries(self.text(item.first, item.last)):
                    yield item.type, member, name

    def types_in(self, item: Optional[Definition]) -> dict[str, str]:
        """What variables are, in a function."""
        if item is None:
            return self.types
        return {**self.types, **variables(self.text(item.first, item.last))}


def _entries(tokens: list[str]) -> Iterable[tuple[str, str]]:
    """Member and name of each { .member = name, }."""
    for i in range(len(tokens) - 4):
        if tokens[i] == "." and tokens[i + 2] == "=" and ctext.is_name(tokens[i + 3]) and tokens[i + 4] in (",", "}"):
            yield tokens[i + 1], tokens[i + 3]


def _defined_by_macro(line: list[str]) -> set[str]:
    """DEFINE_MUTEX(name) and the like, at the start of a line."""
    rest = line[1:] if line[:1] == ["static"] else line
    if len(rest) > 2 and rest[1] == "(" and _DEFINING.match(rest[0]):
        return ctext.names(rest[2:])
    return set()


class File:
    """A file that differs, with both sides."""

    def __init__(self, path: str, old: Side, new: Side) -> None:
        self.path = path
        self.old = old
        self.new = new


def read_files(release: Release, paths: list[str]) -> dict[str, File]:
    """Both sides of files, with their definitions."""
    sides: list[dict[str, list[Definition]]] = []
    for root, texts in ((release.source, release.old_text), (release.to, release.new_text)):
        found: dict[str, list[Definition]] = {}
        for item in ctags.read(root, [p for p in paths if texts(p)]):
            found.setdefault(item.path, []).append(item)
        sides.append(found)
    return {p: File(p, Side(p, release.old_text(p), sides[0].get(p, [])),
                    Side(p, release.new_text(p), sides[1].get(p, []))) for p in paths}


def _lines(hunk: Hunk) -> tuple[tuple[int, int], tuple[int, int]]:
    """First and last line on each side, from 1; an empty side has last < first."""
    span = hunk.span
    return ((span.old + 1, span.old + span.old_count), (span.new + 1, span.new + span.new_count))


def is_noise(hunk: Hunk, file: File) -> bool:
    """Are the tokens the same?"""
    (old, old_last), (new, new_last) = _lines(hunk)
    return file.old.text(old, old_last) == file.new.text(new, new_last)


def included(hunk: Hunk, file: File) -> list[str]:
    """The files that its #include lines name."""
    (_, _), (new, new_last) = _lines(hunk)
    return ["".join(line[2:]).strip("<>\"") for line in file.new.tokens[new - 1:new_last]
            if line[:2] == ["#", "include"]]


def is_include(hunk: Hunk, file: File) -> bool:
    """Has it nothing but #include lines?"""
    (old, old_last), (new, new_last) = _lines(hunk)
    lines = file.old.tokens[old - 1:old_last] + file.new.tokens[new - 1:new_last]
    return any(lines) and all(line[:2] == ["#", "include"] for line in lines if line)


class Reader:
    """Finds out what the hunks of a release are about."""

    def __init__(self, files: dict[str, File], members: Members) -> None:
        self.files = files
        self.members = members
        self.bodies: dict[tuple[str, str, str], Body] = {}

    def body(self, path: str, name: str, kind: str) -> Body:
        """The definition of that name, made once."""
        key = (path, name, kind)
        if key in self.bodies:
            return self.bodies[key]
        file = self.files[path]
        body = self.bodies[key] = Body(path, name, kind, False)
        for side in (file.old, file.new):
            same = [d for d in side.top if d.name == name and d.kind == kind]
            for item in same:
                body.static = body.static or (item.static and not path.endswith(".h"))
                text = side.text(item.first, item.last)
                body.uses.append(uses(text, side.types_in(item), self.members,
                                      item.type if kind == "variable" else ""))
                body.locals |= local_names(text)
            if side is file.old:
                body.old = same[0] if same else None
            else:
                body.new = same[0] if same else None
        return body

    def read(self, hunk: Hunk) -> Facts:
        """What one hunk is about."""
        file = self.files[hunk.path]
        facts = Facts(hunk)
        hunk.noise = is_noise(hunk, file)
        hunk.both = not hunk.noise and is_include(hunk, file)
        if hunk.noise or hunk.both:
            return facts
        for side, (first, last), sign in ((file.old, _lines(hunk)[0], "-"), (file.new, _lines(hunk)[1], "+")):
            if last < first:
                continue
            found = ctags.at(side.top, first, last)
            for item in found:
                self._touch(facts, side, item, first, last)
            self._scan(facts, side, found, first, last, sign)
        facts.unbalanced = self._half_conditional(file, hunk)
        hunk.names = sorted({d.name for d in facts.declared})
        return facts

    def _touch(self, facts: Facts, side: Side, item: Definition, first: int, last: int) -> None:
        path, kind = side.path, item.kind
        static = item.static and not path.endswith(".h")
        if kind in ("struct", "union", "enum"):
            facts.hunk.types += [item.name] if item.name not in facts.hunk.types else []
            if first <= item.first and item.last <= last:
                facts.declared.append(Declared(item.name, kind, path, static))
            for part in side.items:
                if part.kind in ("member", "enumerator") and part.first <= last and first <= part.last:
                    facts.declared.append(Declared(part.name, part.kind, path, static, part.scope))
            return
        if kind in ("function", "macro", "variable"):
            body = self.body(path, item.name, kind)
            if body not in facts.bodies:
                facts.bodies.append(body)
        if kind == "function" and item.name not in facts.hunk.functions:
            facts.hunk.functions.append(item.name)
        if kind == "variable" and item.name not in facts.hunk.tables:
            facts.hunk.tables.append(item.name)
        facts.declared.append(Declared(item.name, kind, path, static))

    def _scan(self, facts: Facts, side: Side, found: list[Definition], first: int, last: int, sign: str) -> None:
        into = facts.taken if sign == "-" else facts.brought
        types: dict[str, str] = dict(side.types)
        for item in found:
            types.update(side.types_in(item))
        inside = next((d.type for d in found if d.kind == "variable"), "")
        into.add(uses(side.text(first, last), types, self.members, inside))
        for number, line in enumerate(side.tokens[first - 1:last], first):
            if len(line) > 3 and line[0] != "#":
                members = uses(line, types, self.members).members
                facts.lines.append((sign, " ".join(line), ", ".join(sorted(s for s, _ in members))))
            if not ctags.at(found, number, number):
                for name in _defined_by_macro(line):
                    facts.declared.append(Declared(name, "variable", side.path, line[0] == "static"))

    @staticmethod
    def _half_conditional(file: File, hunk: Hunk) -> bool:
        for side, (first, last) in zip((file.old, file.new), _lines(hunk)):
            depth = 0
            for line in side.tokens[first - 1:max(last, first - 1)]:
                if line[:1] != ["#"] or len(line) < 2:
                    continue
                if line[1].startswith("if"):
                    depth += 1
                elif line[1] == "endif" or line[1].startswith("el"):
                    if depth < 1:
                        return True
                    depth -= line[1] == "endif"
            if depth:
                return True
        return False
