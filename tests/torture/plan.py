# SPDX-License-Identifier: GPL-2.0
"""The map from one version's state to another's, as the machine reads it."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Iterator

from ir import Func, Program, Var, layout, size_align, unit_inlines
from mutate import address_taken


# Of each file: the symbols of static locals by function and name
Locals = dict[str, dict[tuple[str, str], str]]


@dataclass
class Place:
    """Where a variable is."""
    label: str
    var: Var
    symbol: str

    def __str__(self) -> str:
        return f"{self.label} {self.symbol}"


def places(prog: Program, found: Locals) -> dict[tuple[int, str], Place]:
    """By number; those of inline functions are in each file that has them. What
    the compiler has done away with is not there.
    """
    out: dict[tuple[int, str], Place] = {}
    for unit in prog.units:
        names, inlines = found[unit.label], unit_inlines(prog, unit)
        for func in inlines + unit.funcs():
            for v in func.statics:
                key = (v.uid, unit.label if func in inlines else "")
                if (func.name, v.name) in names:
                    out[key] = Place(unit.label, v, names[func.name, v.name])
        for v in unit.vars():
            out[v.uid, ""] = Place(unit.label, v, v.name)
    return out


# Layouts

@dataclass
class Leaf:
    off: int
    size: int
    fresh: int
    enum: int


def leaves(prog: Program, type_: str, base: int = 0) -> dict[int, Leaf]:
    """The members of a structure, those of its parts among them."""
    out: dict[int, Leaf] = {}
    struct = prog.struct(int(type_[1:]))
    offsets, _, _ = layout(prog, struct)
    for m in struct.members:
        at = base + offsets[m.uid]
        enum = m.enum or (int(m.type[1:]) if m.type[0] == "E" else 0)
        if m.type[0] == "S":
            out.update(leaves(prog, m.type, at))
        else:
            out[m.uid] = Leaf(at, size_align(prog, m.type)[0], m.fresh, enum)
    return out


def numbers(prog: Program, uid: int) -> dict[int, int]:
    enum = prog.enum(uid)
    return {v.uid: enum.first + i for i, v in enumerate(enum.values)}


def renumbered(pre: Program, post: Program, uid: int) -> list[tuple[int, int]]:
    """(old, new) of the values of an enum; [] if all stay as they are."""
    if not uid or uid not in {e.uid for e in pre.enums} & {e.uid for e in post.enums}:
        return []
    old, new = numbers(pre, uid), numbers(post, uid)
    both = [(old[v], new[v]) for v in old if v in new]
    return both if any(a != b for a, b in both) else []


def enum_step(pre: Program, post: Program, uid: int, at: int, size: int) -> list[str]:
    pairs = renumbered(pre, post, uid)
    if not pairs:
        return []
    return [f"enum {at} {size} " + " ".join(f"{a} {b}" for a, b in pairs)]


def struct_steps(pre: Program, post: Program, a: str, b: str) -> list[str]:
    """What makes of a structure of pre one of post; [] if nothing is to do."""
    old, new, steps, same = leaves(pre, a), leaves(post, b), [], True
    for uid, leaf in new.items():
        was = old.get(uid)
        if not was:
            steps.append(f"set {leaf.off} {leaf.size} {leaf.fresh}")
            same = False
            continue
        steps.append(f"copy {was.off} {leaf.off} {min(was.size, leaf.size)}")
        more = enum_step(pre, post, leaf.enum, leaf.off, leaf.size)
        same &= was.off == leaf.off and was.size == leaf.size and not more
        steps += more
    sizes = size_align(pre, a)[0], size_align(post, b)[0]
    if same and sizes[0] == sizes[1]:
        return []
    return [f"conv {sizes[0]} {sizes[1]}"] + steps


def var_steps(pre: Program, post: Program, a: Var, b: Var) -> list[str]:
    if a.type[0] == "S" and b.type[0] == "S":
        return struct_steps(pre, post, a.type, b.type)
    size = size_align(post, b.type)[0]
    more = enum_step(pre, post, b.enum, 0, size)
    if size == size_align(pre, a.type)[0] and not more:
        return []
    was = size_align(pre, a.type)[0]
    return [f"conv {was} {size}", f"copy 0 0 {min(size, was)}"] + more


def pairs(pre: Program, post: Program, found: tuple[Locals, Locals]) -> list[tuple[Place, Place]]:
    there = places(post, found[1])
    return [(a, there[key]) for key, a in places(pre, found[0]).items() if key in there]


def conversions(pre: Program, post: Program, both: list[tuple[Place, Place]]) -> Iterator[str]:
    for a, b in both:
        if a.var.const:
            continue
        steps = var_steps(pre, post, a.var, b.var)
        if steps:
            yield from steps
            yield f"convvar {a} {max(1, a.var.count)}"
    for struct in pre.structs:
        if struct.uid not in {s.uid for s in post.structs}:
            continue
        steps = struct_steps(pre, post, f"S{struct.uid}", f"S{struct.uid}")
        if steps:
            yield from steps
            yield f"convheap {struct.uid}"


# Names

def functions(pre: Program, post: Program) -> Iterator[str]:
    there = {f.uid: (u, f) for u, f in post.all_funcs()}
    for unit, func in pre.all_funcs():
        if func.uid in there and not func.init:
            u, f = there[func.uid]
            yield f"func {unit.label} {func.name} {u.label} {f.name}"


def rows(pre: Program, post: Program, a: Place, b: Place) -> Iterator[str]:
    size = size_align(pre, a.var.type)[0], size_align(post, b.var.type)[0]
    new = {r.uid: i for i, r in enumerate(b.var.rows)}
    for i, row in enumerate(a.var.rows):
        if row.uid in new:
            yield f"const {a} {b} {i * size[0]} {new[row.uid] * size[1]} {min(size)}"


def variables(pre: Program, post: Program, both: list[tuple[Place, Place]]) -> Iterator[str]:
    for a, b in both:
        if a.var.const:
            yield from rows(pre, post, a, b)
        else:
            yield f"var {a} {b}"


def signature(func: Func) -> tuple[object, ...]:
    """What a function does, whatever things are called."""
    return (func.params, func.body, [(v.uid, v.type, v.init) for v in func.statics])


def changed(pre: Program, post: Program) -> Iterator[str]:
    """Functions whose old code must not run on."""
    there = {f.uid: f for _, f in post.all_funcs()}
    for unit, func in pre.all_funcs():
        if func.init:
            continue
        new = there.get(func.uid)
        if new and signature(new) != signature(func) or \
                not new and not address_taken(pre, func.uid):
            yield f"old {unit.label} {func.name}"


def the_map(pre: Program, post: Program, found: tuple[Locals, Locals]) -> list[str]:
    """found: the static locals of both, as compiled."""
    both = pairs(pre, post, found)
    return [*functions(pre, post), *variables(pre, post, both), *changed(pre, post),
            *conversions(pre, post, both)]
