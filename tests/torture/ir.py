# SPDX-License-Identifier: GPL-2.0
"""A program as torture sees it: things with a number that outlives every patch.

Statements refer to variables, functions, types and members by number (@12), so
a patch that renames or moves a thing leaves its number, and two versions of a
program are related by numbers alone. That relation is the map by which the
state of a running old version becomes that of the new one.
"""
from __future__ import annotations

import copy
import itertools
import re
from dataclasses import dataclass, field
from typing import Iterator, Union

TOKEN = re.compile(r"@(\d+)|\{c:(-?\d+)\}|\{o:([^}]+)\}")
POINTER = 8


numbers = itertools.count(1)


def start_numbers() -> None:
    """A program is to be the same each time it is made."""
    global numbers
    numbers = itertools.count(1)


@dataclass
class Enumerator:
    uid: int
    name: str


@dataclass
class Enum:
    """name is "" for an unnamed one; values count from first."""
    uid: int
    name: str
    values: list[Enumerator]
    first: int = 0


@dataclass
class Member:
    """fresh: what it holds in objects that post has made; enum: whose values."""
    uid: int
    name: str
    type: str
    fresh: int = 0
    enum: int = 0


@dataclass
class Struct:
    uid: int
    name: str
    members: list[Member]


@dataclass
class Row:
    uid: int
    cells: list[str]


@dataclass
class Var:
    """rows: of a constant table; a table without brackets has one."""
    uid: int
    name: str
    type: str
    init: str = ""
    const: bool = False
    static: bool = True
    count: int = 0
    rows: list[Row] = field(default_factory=list)
    enum: int = 0


@dataclass
class Func:
    """fixed: has a name or a form that others count on."""
    uid: int
    name: str
    params: list[tuple[str, str]]
    body: list[str]
    static: bool = True
    attr: str = ""
    init: bool = False
    fixed: bool = False
    ret: str = "int"
    statics: list[Var] = field(default_factory=list)


Item = Union[Var, Func]


@dataclass
class Unit:
    label: str
    items: list[Item]

    def funcs(self) -> list[Func]:
        return [i for i in self.items if isinstance(i, Func)]

    def vars(self) -> list[Var]:
        return [i for i in self.items if isinstance(i, Var)]


@dataclass
class Program:
    enums: list[Enum] = field(default_factory=list)
    structs: list[Struct] = field(default_factory=list)
    inlines: list[Func] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)

    @staticmethod
    def uid() -> int:
        """Of no two things, in whichever version they are."""
        return next(numbers)

    def copy(self) -> Program:
        return copy.deepcopy(self)

    def all_funcs(self) -> Iterator[tuple[Unit, Func]]:
        for unit in self.units:
            for func in unit.funcs():
                yield unit, func

    def all_vars(self) -> Iterator[tuple[Unit, Func | None, Var]]:
        """All but those of inline functions."""
        for unit in self.units:
            for item in unit.items:
                if isinstance(item, Var):
                    yield unit, None, item
                else:
                    for var in item.statics:
                        yield unit, item, var

    def struct(self, uid: int) -> Struct:
        return next(s for s in self.structs if s.uid == uid)

    def enum(self, uid: int) -> Enum:
        return next(e for e in self.enums if e.uid == uid)

    def func(self, uid: int) -> Func | None:
        return next((f for _, f in self.all_funcs() if f.uid == uid), None)

    def names(self) -> dict[int, str]:
        names: dict[int, str] = {}
        for enum in self.enums:
            names[enum.uid] = enum.name
            names.update((v.uid, v.name) for v in enum.values)
        for struct in self.structs:
            names[struct.uid] = struct.name
            names.update((m.uid, m.name) for m in struct.members)
        for func in self.inlines + [f for _, f in self.all_funcs()]:
            names[func.uid] = func.name
            names.update((v.uid, v.name) for v in func.statics)
        for unit in self.units:
            names.update((v.uid, v.name) for v in unit.vars())
        return names


def confused(a: Program, b: Program) -> bool:
    """Has something in the one the name, at its place, that something else has in
    the other? No patch does that, and nobody could tell.
    """
    def named(p: Program) -> dict[tuple[str, int, str], int]:
        out = {(u.label, 0, i.name): i.uid for u in p.units for i in u.items}
        out.update(((u.label, f.uid if f else 0, v.name), v.uid) for u, f, v in p.all_vars())
        return out
    first, second = named(a), named(b)
    return any(second.get(k, v) != v for k, v in first.items())


# Types: int short char long, E12 S12 (an enum, a struct), R8:union { ... } %s
# (anything of 8 bytes), P:struct @12 *%s (a pointer)

SCALARS = {"int": 4, "unsigned": 4, "short": 2, "char": 1, "long": 8}


def size_align(prog: Program, type_: str) -> tuple[int, int]:
    if type_ in SCALARS:
        return SCALARS[type_], SCALARS[type_]
    if type_[0] == "E":
        return 4, 4
    if type_[0] == "P":
        return POINTER, POINTER
    if type_[0] == "R":
        n = int(type_[1:type_.index(":")])
        return n, min(n, 4)
    _, size, align = layout(prog, prog.struct(int(type_[1:])))
    return size, align


def layout(prog: Program, struct: Struct) -> tuple[dict[int, int], int, int]:
    """Offsets by member, size and alignment, as the ABI has them."""
    at, most, offsets = 0, 1, {}
    for m in struct.members:
        size, align = size_align(prog, m.type)
        at = (at + align - 1) // align * align
        offsets[m.uid] = at
        at += size
        most = max(most, align)
    return offsets, (at + most - 1) // most * most, most


def declare(type_: str, name: str, count: int = 0) -> str:
    array = f"[{count}]" if count else ""
    if type_ in SCALARS:
        return f"{'signed char' if type_ == 'char' else type_} {name}{array}"
    if type_[0] == "E":
        return f"enum @{type_[1:]} {name}{array}"
    if type_[0] == "S":
        return f"struct @{type_[1:]} {name}{array}"
    return type_[type_.index(":") + 1:] % (name + array)


# Text

PRELUDE = """typedef unsigned int u32;
#define noinline __attribute__((noinline))
#define __init __attribute__((section(".init.text"), cold)) noinline
#define NULL ((void *)0)
extern void trace(u32 v);
extern u32 noise(u32 n);
extern void *zalloc(u32 type, u32 size);
extern void zfree(void *p);
extern void sleep_here(void);
struct gops { int (*get)(int); int (*put)(int); int weight; };
extern void reg_table(const struct gops *t);
extern void reg_hook(int i, int (*hook)(int));
"""


def refs(text: str) -> set[int]:
    return {int(m.group(1)) for m in TOKEN.finditer(text) if m.group(1)}


def prototype(func: Func) -> str:
    params = ", ".join(declare(t, n) for t, n in func.params) or "void"
    attr = {"": "", "noinline": "noinline ", "inline": "inline ",
            "always": "inline __attribute__((always_inline)) "}[func.attr]
    init = "__init " if func.init else ""
    return f"{'static ' if func.static else ''}{attr}{init}{func.ret} @{func.uid}({params})"


def render_var(var: Var) -> str:
    text = ("static " if var.static else "") + ("const " if var.const else "")
    text += declare(var.type, f"@{var.uid}", var.count and max(var.count, len(var.rows)))
    if var.rows:
        rows = ["{ " + ", ".join(r.cells) + " }" for r in var.rows]
        text += " = { " + ", ".join(rows) + " }" if var.count else " = " + rows[0]
    elif var.init:
        text += f" = {var.init}"
    return text + ";"


def render_func(func: Func) -> str:
    lines = [prototype(func), "{"]
    lines += ["\t" + render_var(v) for v in func.statics]
    lines += ["\t" + s for s in func.body]
    return "\n".join(lines + ["}"])


def render_enum(enum: Enum) -> str:
    values = [f"@{v.uid}" for v in enum.values]
    values[0] += f" = {enum.first}"
    return f"enum {f'@{enum.uid} ' if enum.name else ''}{{ {', '.join(values)} }};"


def render_struct(struct: Struct) -> str:
    members = " ".join(declare(m.type, f"@{m.uid}") + ";" for m in struct.members)
    return f"struct @{struct.uid} {{ {members} }};"


def owners(prog: Program) -> dict[int, int]:
    """Of enumerators and members: whose they are."""
    own = {v.uid: e.uid for e in prog.enums for v in e.values}
    own.update((m.uid, s.uid) for s in prog.structs for m in s.members)
    return own


def needed(prog: Program, text: str) -> list[str]:
    """What of the header a text needs, in the header's order."""
    own = owners(prog)
    header = [(e.uid, render_enum(e)) for e in prog.enums]
    header += [(s.uid, render_struct(s)) for s in prog.structs]
    header += [(f.uid, render_func(f)) for f in prog.inlines]
    wanted = {own.get(u, u) for u in refs(text)}
    for uid, part in reversed(header):
        if uid in wanted:
            wanted |= {own.get(u, u) for u in refs(part)}
    return [part for uid, part in header if uid in wanted]


def unit_inlines(prog: Program, unit: Unit) -> list[Func]:
    parts = set(needed(prog, "\n".join(item_text(i) for i in unit.items)))
    return [f for f in prog.inlines if render_func(f) in parts]


def item_text(item: Item) -> str:
    return render_var(item) if isinstance(item, Var) else render_func(item)


def externs(prog: Program, unit: Unit, text: str) -> list[str]:
    used, lines = refs(text), []
    for other in prog.units:
        for item in other.items:
            if other is unit or item.static or item.uid not in used:
                continue
            if isinstance(item, Func):
                lines.append(f"extern {prototype(item)};")
            else:
                lines.append(f"extern {'const ' if item.const else ''}"
                             f"{declare(item.type, f'@{item.uid}', item.count)};")
    return lines


def render_unit(prog: Program, unit: Unit) -> str:
    """@types: whose structs and enums it is compiled with."""
    body = "\n".join(item_text(i) for i in unit.items)
    own = [prototype(f) + ";" for f in unit.funcs()]
    outside = externs(prog, unit, body)
    header = needed(prog, "\n".join([body] + outside + own))
    return plain(prog, "\n".join([PRELUDE] + header + outside + own + [body, ""]))


def plain(prog: Program, text: str) -> str:
    names = prog.names()

    def put(m: re.Match[str]) -> str:
        if m.group(1):
            return names[int(m.group(1))]
        return m.group(2) if m.group(2) is not None else m.group(3)
    return TOKEN.sub(put, text)


def over_old_types(prog: Program, old: Program) -> Program:
    """The program with the types of another version, where it has them; what then
    lacks a member or a value is as it was there.
    """
    mixed = prog.copy()
    mixed.structs = [next((copy.deepcopy(o) for o in old.structs if o.uid == s.uid), s)
                     for s in mixed.structs]
    mixed.enums = [next((copy.deepcopy(o) for o in old.enums if o.uid == e.uid), e)
                   for e in mixed.enums]
    names = mixed.names()
    for unit in mixed.units:
        for i, item in enumerate(unit.items):
            was = old.func(item.uid)
            if isinstance(item, Func) and was and not refs(item_text(item)) <= set(names):
                unit.items[i] = copy.deepcopy(was)
    return mixed


def compiles(prog: Program, unit: Unit) -> bool:
    """Is everything there that it refers to?"""
    return all(refs(item_text(i)) <= set(prog.names()) for i in unit.items)
