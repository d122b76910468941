# SPDX-License-Identifier: GPL-2.0
"""Patches of the kinds that fixes are made of.

Each takes a program apart and puts it together again a little differently; what
stays the same thing keeps its number, which is the map from old to new state.
It returns False if the program has nothing for it.
"""
from __future__ import annotations

import copy
import random
import re
from typing import Callable

from generate import MASK, VERBS
from ir import (Enumerator, Func, Item, Member, Program, Row, Struct, TOKEN, Unit, Var,
                item_text, refs, render_func, render_var)

Mutator = Callable[[Program, random.Random], bool]


def bodies(prog: Program, init: bool = False) -> list[Func]:
    return [f for _, f in prog.all_funcs() if f.init == init]


def plain_funcs(prog: Program) -> list[tuple[Unit, Func]]:
    """Those whose body is declarations, statements, return r."""
    return [(u, f) for u, f in prog.all_funcs() if not f.init and f.ret == "int" and
            not f.fixed and f.body[0].startswith("int r = ") and f.body[-1] == "return r;"]


def first_statement(func: Func) -> int:
    """Behind the declarations."""
    n = 0
    while re.match(r"(int r = |struct @\d+ \*o)", func.body[n]):
        n += 1
    return n


def sub_one(func: Func, rng: random.Random, group: int, new: Callable[[str], str]) -> bool:
    """Changes one token of a body."""
    places = [(i, m) for i, s in enumerate(func.body) for m in TOKEN.finditer(s)
              if m.group(group) is not None]
    if not places:
        return False
    i, m = rng.choice(places)
    s = func.body[i]
    func.body[i] = s[:m.start()] + new(m.group(group)) + s[m.end():]
    return True


def any_of(prog: Program, rng: random.Random, funcs: list[Func],
           change: Callable[[Func], bool]) -> bool:
    rng.shuffle(funcs)
    return any(change(f) for f in funcs)


def all_text(prog: Program) -> str:
    return "\n".join([item_text(i) for u in prog.units for i in u.items] +
                     [render_func(f) for f in prog.inlines])


def address_taken(prog: Program, uid: int) -> bool:
    pattern = re.compile(rf"@{uid}(?!\d|\()")
    return any(pattern.search(s) for f in bodies(prog) + bodies(prog, True) for s in f.body) or \
        any(pattern.search(c) for _, _, v in prog.all_vars() for r in v.rows for c in r.cells)


def word(unit: Unit) -> str:
    return next(i.name for i in unit.items if isinstance(i, Func)).split("_")[0]


def fresh_name(prog: Program, unit: Unit, rng: random.Random, what: str = "") -> str:
    return f"{word(unit)}_{what or rng.choice(VERBS)}{prog.uid()}"


def add_var(prog: Program, unit: Unit, func: Func, var: Var) -> None:
    unit.items.insert(unit.items.index(func), var)


# Code alone

def constant(prog: Program, rng: random.Random) -> bool:
    def change(old: str) -> str:
        return "{c:%d}" % (int(old) + rng.choice([1, -1, 2, 7, 64]))
    return any_of(prog, rng, bodies(prog), lambda f: sub_one(f, rng, 2, change))


def condition(prog: Program, rng: random.Random) -> bool:
    def change(old: str) -> str:
        return "{o:%s}" % rng.choice([o for o in ["<", ">", "<=", ">=", "==", "!="] if o != old])
    return any_of(prog, rng, bodies(prog), lambda f: sub_one(f, rng, 3, change))


def insert(prog: Program, rng: random.Random, statement: str) -> bool:
    funcs = plain_funcs(prog)
    _, func = rng.choice(funcs)
    at = rng.randint(first_statement(func), len(func.body) - 1)
    func.body.insert(at, statement)
    return True


def added_check(prog: Program, rng: random.Random) -> bool:
    return insert(prog, rng, "if ((r & {c:%d}) == {c:%d}) return r + {c:%d};" % (
        rng.choice([7, 15, 31]), rng.randint(0, 7), rng.randint(1, 99)))


def added_line(prog: Program, rng: random.Random) -> bool:
    return insert(prog, rng, "r = r * {c:%d} + {c:%d};" % (rng.choice([3, 5, 9]), rng.randint(1, 9)))


def removed_line(prog: Program, rng: random.Random) -> bool:
    """A statement that computes, and changes nothing else."""
    def change(f: Func) -> bool:
        lines = [i for i, s in enumerate(f.body) if s.startswith("r ") and "@" not in s]
        if not lines:
            return False
        del f.body[rng.choice(lines)]
        return True
    return any_of(prog, rng, [f for _, f in plain_funcs(prog)], change)


def moved_line(prog: Program, rng: random.Random) -> bool:
    def change(f: Func) -> bool:
        first, last = first_statement(f), len(f.body) - 1
        if last - first < 2 or "sleep_here();" in f.body or any("return" in s or "@" not in s and "o" in s for s in f.body[first:last]):
            return False
        i = rng.randrange(first, last - 1)
        f.body[i], f.body[i + 1] = f.body[i + 1], f.body[i]
        return True
    return any_of(prog, rng, [f for _, f in plain_funcs(prog) if f.params[0][0] == "int"], change)


def called_with_other(prog: Program, rng: random.Random) -> bool:
    """A call gets another argument."""
    def change(f: Func) -> bool:
        calls = [i for i, s in enumerate(f.body) if re.match(r"r [-+]= @\d+\(", s)]
        if not calls:
            return False
        i = rng.choice(calls)
        f.body[i] = f.body[i][:f.body[i].rindex(")")] + " + {c:%d});" % rng.randint(1, 9)
        return True
    return any_of(prog, rng, bodies(prog), change)


def removed_call(prog: Program, rng: random.Random) -> bool:
    def change(f: Func) -> bool:
        calls = [i for i, s in enumerate(f.body) if re.match(r"r [-+]= @\d+\(", s)]
        if len(calls) < 2:
            return False
        del f.body[rng.choice(calls)]
        drop_unused(prog)
        return True
    return any_of(prog, rng, bodies(prog), change)


def drop_unused(prog: Program) -> None:
    """Functions that nothing refers to any more, and what only they used."""
    while True:
        text = all_text(prog)
        dead = [(u, i) for u in prog.units for i in u.items if i.static and
                len(re.findall(rf"@{i.uid}(?!\d)", text)) < 2]
        if not dead:
            return
        for unit, item in dead:
            unit.items.remove(item)


def added_call(prog: Program, rng: random.Random) -> bool:
    unit = rng.choice(prog.units)
    callees = [f for f in unit.funcs() if not f.init and not f.fixed and
               [t for t, _ in f.params] == ["int"] and "sleep_here();" not in f.body]
    stepper = next(f for f in unit.funcs() if f.name.endswith("_step"))
    if not callees:
        return False
    stepper.body.insert(rng.randint(1, len(stepper.body) - 2),
                        f"r ^= @{rng.choice(callees).uid}(r + {{c:{rng.randint(1, 9)}}});")
    return True


def close(text: str, at: int) -> int:
    depth = 0
    for i in range(at, len(text)):
        depth += {"(": 1, ")": -1}.get(text[i], 0)
        if not depth:
            return i
    raise ValueError(text)


def more_argument(text: str, uid: int, arg: str) -> str:
    out, at = "", 0
    for m in re.finditer(rf"@{uid}\(", text):
        if m.start() < at:
            continue
        end = close(text, m.end() - 1)
        out += text[at:end] + ", " + arg
        at = end
    return out + text[at:]


def signature(prog: Program, rng: random.Random) -> bool:
    """A function gets one more parameter, and its callers pass it."""
    funcs = [f for _, f in plain_funcs(prog) if not address_taken(prog, f.uid) and
             len(f.params) < 4]
    if not funcs:
        return False
    func = rng.choice(funcs)
    name = f"x{len(func.params)}"
    func.params.append(("int", name))
    func.body.insert(len(func.body) - 1, f"r += {name} * {{c:{rng.randint(2, 9)}}};")
    for f in bodies(prog):
        f.body[:] = [more_argument(s, func.uid, "{c:%d}" % rng.randint(1, 9)) for s in f.body]
    return True


# Functions

def outlined(prog: Program, rng: random.Random) -> bool:
    """The end of a function becomes one of its own, with its static variables."""
    def change(pair: tuple[Unit, Func]) -> bool:
        unit, func = pair
        first = first_statement(func)
        if len(func.body) - first < 3 or first > 1 or "sleep_here();" in func.body:
            return False
        cut = rng.randint(first + 1, len(func.body) - 2)
        tail, head = func.body[cut:-1], func.body[:cut]
        moving = [v for v in func.statics if v.uid in refs(" ".join(tail))]
        if any(v.uid in refs(" ".join(head)) for v in moving):
            return False
        split_off(prog, unit, func, cut, moving, rng)
        return True
    pairs = plain_funcs(prog)
    rng.shuffle(pairs)
    return any(change(p) for p in pairs)


def split_off(prog: Program, unit: Unit, func: Func, cut: int, moving: list[Var],
              rng: random.Random) -> None:
    new = Func(prog.uid(), fresh_name(prog, unit, rng), func.params + [("int", "r")],
               func.body[cut:], attr=rng.choice(["", "noinline"]), statics=moving)
    func.statics = [v for v in func.statics if v not in moving]
    args = ", ".join(n for _, n in func.params)
    func.body[cut:] = [f"r = @{new.uid}({args}, r);", "return r;"]
    unit.items.insert(unit.items.index(func), new)


def merged(prog: Program, rng: random.Random) -> bool:
    """A function that one other calls becomes a part of it."""
    text = all_text(prog)
    for unit, func in rng.sample(plain_funcs(prog), len(plain_funcs(prog))):
        if len(re.findall(rf"@{func.uid}(?!\d)", text)) != 2 or any("return" in s for s in func.body[:-1]):
            continue
        for caller in unit.funcs():
            if caller.uid != func.uid and merge_into(unit, caller, func):
                return True
    return False


def merge_into(unit: Unit, caller: Func, func: Func) -> bool:
    clash = {v.name for v in caller.statics} & {v.name for v in func.statics}
    if clash or [t for t, _ in func.params] != ["int"]:
        return False
    for i, s in enumerate(caller.body):
        m = re.fullmatch(rf"r ([-+])= @{func.uid}\((.*)\);", s)
        if not m:
            continue
        inner = [re.sub(r"(?<![\w@.>])r(?!\w)", "rr", re.sub(r"(?<![\w@.>])a(?!\w)", "aa", b))
                 for b in func.body[:-1]]
        caller.body[i] = f"{{ int aa = {m.group(2)}; {' '.join(inner)} r {m.group(1)}= rr; }}"
        caller.statics += func.statics
        unit.items.remove(func)
        return True
    return False


def renamed_function(prog: Program, rng: random.Random) -> bool:
    unit, func = rng.choice(plain_funcs(prog))
    func.name = fresh_name(prog, unit, rng)
    if rng.random() < 0.7:
        func.body.insert(len(func.body) - 1, "r += {c:%d};" % rng.randint(1, 99))
    return True


def inlining(prog: Program, rng: random.Random) -> bool:
    def change(f: Func) -> bool:
        f.attr = rng.choice([a for a in ["", "noinline", "always"] if a != f.attr])
        return constant_in(f, rng)
    return any_of(prog, rng, [f for _, f in plain_funcs(prog) if f.static and
                              not address_taken(prog, f.uid)], change)


def constant_in(func: Func, rng: random.Random) -> bool:
    return sub_one(func, rng, 2, lambda old: "{c:%d}" % (int(old) + 1))


def header_inline(prog: Program, rng: random.Random) -> bool:
    return constant_in(rng.choice(prog.inlines), rng)


def moved_function(prog: Program, rng: random.Random) -> bool:
    """To another file, with its static variables; what it needs must be there."""
    for unit, func in rng.sample(plain_funcs(prog), len(plain_funcs(prog))):
        own = {i.uid for i in unit.items} - {func.uid}
        others = [u for u in prog.units if u is not unit]
        if refs(render_func(func)) & own or not others:
            continue
        unit.items.remove(func)
        other = rng.choice(others)
        other.items.insert(0, func)
        func.static = False
        return constant_in(func, rng)
    return False


# State

def new_static(prog: Program, rng: random.Random) -> bool:
    unit, func = rng.choice(plain_funcs(prog))
    v = Var(prog.uid(), fresh_name(prog, unit, rng, "count"), "int",
            str(rng.choice([0, 0, 5])))
    add_var(prog, unit, func, v)
    use_var(func, v, rng)
    return True


def use_var(func: Func, v: Var, rng: random.Random) -> None:
    func.body[-1:-1] = [f"@{v.uid} = (@{v.uid} + {{c:{rng.randint(1, 9)}}}) & {MASK};",
                        f"if (@{v.uid} {{o:>}} {{c:{rng.randint(3, 30)}}}) r ^= @{v.uid};"]


def new_local(prog: Program, rng: random.Random) -> bool:
    _, func = rng.choice(plain_funcs(prog))
    name = rng.choice([n for n in ["count", "last", "state", "seen", "fresh"]
                       if n not in [v.name for v in func.statics]])
    v = Var(prog.uid(), name, "int", "0")
    func.statics.insert(0, v)
    use_var(func, v, rng)
    return True


def renamed_static(prog: Program, rng: random.Random) -> bool:
    """Under another name it is the same variable; and something else changes."""
    found = [(u, f, v) for u, f, v in prog.all_vars() if not v.const and not v.rows]
    unit, owner, var = rng.choice(found)
    var.name = fresh_name(prog, unit, rng, "value") if not owner else \
        rng.choice([n for n in ["count", "prev", "seq", "hits"]
                    if n not in [v.name for v in owner.statics]])
    users = [f for f in unit.funcs() if var.uid in refs(render_func(f)) and not f.init]
    if users and rng.random() < 0.7:
        constant_in(rng.choice(users), rng)
    return True


def other_type(prog: Program, rng: random.Random) -> bool:
    """A variable gets another structure of the same size: members change places."""
    found = [(u, v) for u, _, v in prog.all_vars() if v.type[0] == "S" and not v.const]
    if not found:
        return False
    _, var = rng.choice(found)
    struct = prog.struct(int(var.type[1:]))
    if len([v for _, _, v in prog.all_vars() if v.type == var.type]) > 1 or \
            f"P:struct @{struct.uid} *" in all_params(prog):
        return swapped_members(prog, struct, rng)
    new = Struct(prog.uid(), struct.name + "2", copy.deepcopy(struct.members))
    swapped_members(prog, new, rng)
    prog.structs[prog.structs.index(struct)] = new
    var.type = f"S{new.uid}"
    return True


def all_params(prog: Program) -> str:
    return " ".join(t for _, f in prog.all_funcs() for t, _ in f.params) + \
        " ".join(t for f in prog.inlines for t, _ in f.params)


def swapped_members(prog: Program, struct: Struct, rng: random.Random) -> bool:
    pairs = [(i, k) for i, a in enumerate(struct.members) for k, b in enumerate(struct.members)
             if i < k and a.type == b.type]
    if not pairs:
        return False
    i, k = rng.choice(pairs)
    m = struct.members
    m[i], m[k] = m[k], m[i]
    return True


def moved_member(prog: Program, rng: random.Random) -> bool:
    struct = rng.choice([s for s in prog.structs if len(s.members) > 1])
    return swapped_members(prog, struct, rng)


def new_member(prog: Program, rng: random.Random, hole: bool) -> bool:
    """Also in a hole; code that makes objects may give it a value."""
    structs = [s for s in prog.structs if s.name.endswith("_obj")]
    if not structs:
        return False
    struct = rng.choice(structs)
    fresh = rng.choice([0, 0, 7])
    name = "extra" + str(len(struct.members))
    m = Member(prog.uid(), name, "char" if hole else "int", fresh)
    at = next(i for i, k in enumerate(struct.members) if k.type == "char") + 1 if hole \
        else rng.randint(1, len(struct.members))
    struct.members.insert(at, m)
    return use_member(prog, struct, m, rng)


def use_member(prog: Program, struct: Struct, m: Member, rng: random.Random) -> bool:
    taker = [f for _, f in plain_funcs(prog) if f.params[0][0] == f"P:struct @{struct.uid} *%s"]
    maker = [f for _, f in plain_funcs(prog) if any(f"zalloc({struct.uid}," in s for s in f.body)]
    if not taker or not maker:
        return False
    p = f"o->@{m.uid}"
    rng.choice(taker).body[-1:-1] = [f"{p} = ({p} + {{c:1}}) & 63;", f"r += {p};"]
    if m.fresh:
        maker[0].body.insert(-1, f"{p} = {m.fresh};")
    return True


def member_in_hole(prog: Program, rng: random.Random) -> bool:
    return new_member(prog, rng, True)


def member_anywhere(prog: Program, rng: random.Random) -> bool:
    return new_member(prog, rng, False)


def initial_value(prog: Program, rng: random.Random) -> bool:
    found = [v for _, _, v in prog.all_vars() if re.fullmatch(r"-?\d+", v.init)]
    if not found:
        return False
    rng.choice(found).init = str(rng.randint(20, 90))
    return True


def enum_value(prog: Program, rng: random.Random) -> bool:
    """A value is put in, and something uses it."""
    if not prog.enums:
        return False
    enum = rng.choice(prog.enums)
    new = Enumerator(prog.uid(), f"{enum.values[0].name}_{len(enum.values)}")
    users = [f for _, f in plain_funcs(prog)
             if {v.uid for v in enum.values} & refs(" ".join(f.body))]
    enum.values.insert(rng.randint(0, len(enum.values)), new)
    if users and rng.random() < 0.5:
        return constant_in(rng.choice(users), rng) or True
    return True


# Constants

def tables(prog: Program, suffix: str) -> list[tuple[Unit, Var]]:
    return [(u, v) for u, _, v in prog.all_vars() if v.rows and suffix in v.name]


def ops_entry(prog: Program, rng: random.Random) -> bool:
    """Another function of the same kind."""
    found = [(u, v, i) for u, v in tables(prog, "ops") for i, c in enumerate(v.rows[0].cells)
             if re.search(r"= @\d+$", c)]
    if not found:
        return False
    unit, var, i = rng.choice(found)
    old = prog.func(int(var.rows[0].cells[i].rsplit("@", 1)[1]))
    assert old
    new = copy.deepcopy(old)
    new.uid, new.name = prog.uid(), fresh_name(prog, unit, rng)
    new.statics = []
    if old.statics:
        return False
    constant_in(new, rng)
    unit.items.insert(unit.items.index(old), new)
    var.rows[0].cells[i] = var.rows[0].cells[i].rsplit("@", 1)[0] + f"@{new.uid}"
    drop_unused(prog)
    return True


def ops_added(prog: Program, rng: random.Random) -> bool:
    """An operation that was not there."""
    for unit, var in rng.sample(tables(prog, "ops"), len(tables(prog, "ops"))):
        cells = var.rows[0].cells
        if var.type[0] == "R" and not any(".put" in c for c in cells):
            cells.append(f".put = @{cells[0].rsplit('@', 1)[1]}")
            return True
        if var.type[0] == "S" and len(cells) < 3:
            members = prog.struct(int(var.type[1:])).members
            cells.append(f".@{members[2].uid} = @{cells[0].rsplit('@', 1)[1]}")
            return True
    return False


def table_value(prog: Program, rng: random.Random) -> bool:
    found = [v for _, v in tables(prog, "infos")] + \
        [v for _, v in tables(prog, "gops") if v.type[0] == "R"]
    if not found:
        return False
    row = rng.choice(rng.choice(found).rows)
    places = [i for i, c in enumerate(row.cells) if "{c:" in c]
    i = rng.choice(places)
    row.cells[i] = re.sub(r"\{c:(-?\d+)\}", lambda m: "{c:%d}" % (int(m.group(1)) + 3), row.cells[i])
    return True


def table_row(prog: Program, rng: random.Random) -> bool:
    found = tables(prog, "infos")
    if not found:
        return False
    var = rng.choice(found)[1]
    var.rows.insert(rng.randint(0, len(var.rows)),
                    Row(prog.uid(), ["{c:%d}" % rng.randint(1, 60), "{c:9}"]))
    return True


def new_hook(prog: Program, rng: random.Random) -> bool:
    """New code gives the kernel the address of a new function."""
    unit, func = rng.choice([p for p in plain_funcs(prog)
                             if [t for t, _ in p[1].params] == ["int"]])
    new = Func(prog.uid(), fresh_name(prog, unit, rng, "hook"), [("int", "a")],
               ["int r = a;", "r = r * {c:%d} + 1;" % rng.randint(2, 9), "return r;"])
    unit.items.insert(0, new)
    func.body.insert(-1, f"if ((a & 3) == {{c:1}}) reg_hook({rng.randint(4, 7)}, @{new.uid});")
    return True


# Boot

def boot_code(prog: Program, rng: random.Random) -> bool:
    return any_of(prog, rng, bodies(prog, True), lambda f: constant_in(f, rng))


def set_at_boot(prog: Program, rng: random.Random) -> bool:
    """A new variable that boot code sets, perhaps through a helper or elsewhere."""
    unit, func = rng.choice(plain_funcs(prog))
    v = Var(prog.uid(), fresh_name(prog, unit, rng, "limit"), "int")
    add_var(prog, unit, func, v)
    func.body.insert(-1, f"r += @{v.uid};")
    how = rng.choice(["here", "helper", "other"])
    booted = unit if how != "other" else rng.choice([u for u in prog.units if u is not unit])
    start = next(f for f in booted.funcs() if f.init and f.fixed)
    line = f"@{v.uid} = {{c:{rng.randint(5, 500)}}};"
    v.static = how != "other"
    if how == "helper":
        new = Func(prog.uid(), fresh_name(prog, unit, rng, "setup"), [], [line], ret="void",
                   attr="noinline")
        booted.items.insert(booted.items.index(start), new)
        line = f"@{new.uid}();"
        booted.items.remove(v)
        booted.items.insert(0, v)
    elif v in booted.items:
        booted.items.remove(v)
        booted.items.insert(0, v)
    start.body.append(line)
    return True


# How often each is to occur: most fixes change code alone.
MUTATORS: list[tuple[int, Mutator]] = [
    (10, constant), (8, condition), (12, added_check), (8, added_line), (4, removed_line),
    (4, moved_line), (6, called_with_other), (4, removed_call), (4, added_call), (5, signature),
    (5, outlined), (4, merged), (4, renamed_function), (4, inlining), (4, header_inline),
    (3, moved_function), (5, new_static), (5, new_local), (4, renamed_static), (2, other_type),
    (2, moved_member), (3, member_in_hole), (2, member_anywhere), (1, initial_value),
    (3, enum_value), (3, ops_entry), (2, ops_added), (2, table_value), (1, table_row),
    (2, new_hook), (2, boot_code), (3, set_at_boot),
]
BY_NAME = {m.__name__: m for _, m in MUTATORS}


def mutate(prog: Program, rng: random.Random, kinds: list[str]) -> tuple[Program, list[str]]:
    """A patched copy, and the kinds of what was done; kinds: only of these."""
    choice = [(n, m) for n, m in MUTATORS if not kinds or m.__name__ in kinds]
    weights = [n for n, _ in choice]
    new, done = prog.copy(), []
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        mutator = rng.choices([m for _, m in choice], weights)[0]
        trial = new.copy()
        if mutator(trial, rng):
            new = trial
            done.append(mutator.__name__)
    return new, done
