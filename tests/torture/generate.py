# SPDX-License-Identifier: GPL-2.0
"""Writes a program: some files of what kernel code is made of.

All numbers that a program stores are masked to 20 bits, so that no word of its
data looks like an address of the machine by chance.
"""
from __future__ import annotations

import random

from ir import Enum, Enumerator, Func, Member, Program, Row, Struct, Unit, Var

WORDS = "inode sock page queue timer slab ring node link port disk tty mount pipe".split()
LOCALS = "count last state seen total".split()
VERBS = "update check flush start stop scan probe merge drain settle".split()
MASK = "0xfffff"


class Writer:
    """Adds things to a file of a program."""

    def __init__(self, prog: Program, unit: Unit, word: str, rng: random.Random) -> None:
        self.prog, self.unit, self.word, self.rng = prog, unit, word, rng
        self.calls: list[str] = []
        self.used: set[str] = set()

    def name(self, what: str) -> str:
        name, n = f"{self.word}_{what}", 1
        while name in self.used:
            n += 1
            name = f"{self.word}_{what}{n}"
        self.used.add(name)
        return name

    def number(self, most: int = 60) -> str:
        return "{c:%d}" % self.rng.randint(1, most)

    def compare(self) -> str:
        return "{o:%s}" % self.rng.choice(["<", ">", "<=", ">=", "==", "!="])

    def noise(self, *names: str) -> str:
        """An expression of whole numbers."""
        r = self.rng
        a, b = r.choice(names), r.choice(names)
        return r.choice([f"({a} + {self.number()})", f"({a} ^ {self.number(255)})",
                         f"({a} * {self.number(9)} + {b})", f"(({a} >> 3) - {b})",
                         f"({a} & {b}) + {self.number()}", f"(int)noise({self.number()})"])

    def var(self, what: str, type_: str = "int", **more: object) -> int:
        v = Var(self.prog.uid(), self.name(what), type_, **more)  # type: ignore[arg-type]
        self.unit.items.append(v)
        return v.uid

    def func(self, what: str, params: list[tuple[str, str]], body: list[str],
             **more: object) -> int:
        """Each function has r, which begins as its last parameter."""
        last = params[-1][1]
        if not more.get("init"):
            more.setdefault("attr", self.rng.choice(["", "noinline"]))
        text = [f"int r = {last};"] + body + ["return r;"]
        f = Func(self.prog.uid(), self.name(what), params, text, **more)  # type: ignore[arg-type]
        self.unit.items.append(f)
        return f.uid

    def local(self, func: int, name: str, init: str = "") -> int:
        v = Var(self.prog.uid(), name, "int", init)
        f = self.prog.func(func)
        assert f
        f.statics.append(v)
        return v.uid

    def insert(self, func: int, lines: list[str]) -> None:
        f = self.prog.func(func)
        assert f
        f.body[1:1] = lines

    def call(self, func: int, arg: str = "") -> None:
        self.calls.append(f"r += @{func}({arg or self.noise('n', 'r')});")

    def struct(self, what: str, members: list[Member]) -> int:
        s = Struct(self.prog.uid(), self.name(what), members)
        self.prog.structs.append(s)
        return s.uid

    def member(self, name: str, type_: str, **more: int) -> Member:
        return Member(self.prog.uid(), name, type_, **more)

    def enum(self, what: str, values: list[str], named: bool, first: int = 0) -> Enum:
        up = self.word.upper()
        e = Enum(self.prog.uid(), self.name(what) if named else "",
                 [Enumerator(self.prog.uid(), f"{up}_{v}") for v in values], first)
        self.prog.enums.append(e)
        return e

    def static_lines(self, func: int, arg: str) -> None:
        """A static local of a name that others have too, written and read."""
        f = self.prog.func(func)
        assert f
        free = [n for n in LOCALS if n not in [v.name for v in f.statics]]
        v = self.local(func, self.rng.choice(free), str(self.rng.choice([0, 0, 3])))
        self.insert(func, [f"@{v} = (@{v} + {arg} + {self.number()}) & {MASK};",
                           f"if (@{v} {self.compare()} {self.number()}) r ^= @{v};",
                           f"r += @{v};"])


def counters(w: Writer) -> None:
    total = w.var(w.rng.choice(["total", "sum", "events"]))
    for _ in range(w.rng.randint(1, 3)):
        f = w.func(w.rng.choice(VERBS), [("int", "a")], [
            f"@{total} = (@{total} + {w.noise('a', 'r')}) & {MASK};",
            f"if (@{total} {w.compare()} {w.number(4000)}) r = {w.noise('a', 'r')};",
            f"r ^= @{total};"], static=w.rng.random() < 0.7,
            attr=w.rng.choice(["", "noinline"]))
        for _ in range(w.rng.randint(0, 2)):
            w.static_lines(f, "a")
        w.call(f)


def config(w: Writer) -> None:
    members = [w.member("n", "int"), w.member("max", "int"), w.member("on", "char"),
               w.member("rate", "short")]
    w.rng.shuffle(members)
    s = w.struct("conf", members)
    by = {m.name: m.uid for m in members}
    v = w.var("settings", f"S{s}", init="{ .@%d = {c:%d} }" % (by["max"], w.rng.randint(3, 40)))
    f = w.func("tune", [("int", "a")], [
        f"@{v}.@{by['n']} = (@{v}.@{by['n']} + {w.number()}) & {MASK};",
        f"if (@{v}.@{by['n']} > @{v}.@{by['max']}) @{v}.@{by['max']} = (@{v}.@{by['max']} * 2 + {w.number()}) & {MASK};",
        f"@{v}.@{by['on']} = a & 7;",
        f"r += @{v}.@{by['max']} + @{v}.@{by['on']} * {w.number(9)};"])
    g = w.func("rate", [("int", "a")], [
        f"@{v}.@{by['rate']} = (@{v}.@{by['rate']} + a) & 0x3fff;",
        f"r ^= @{v}.@{by['rate']} + @{v}.@{by['n']};"])
    w.call(f)
    w.call(g)


def percpu(w: Writer) -> None:
    v = w.var("stat", count=4)
    f = w.func("cpu", [("int", "a")], [
        f"@{v}[a & 3] = (@{v}[a & 3] + {w.noise('a', 'r')}) & {MASK};",
        f"r += @{v}[(a + {w.number(3)}) & 3];"])
    w.call(f)


def locking(w: Writer) -> None:
    lock, unlock = (f.uid for f in w.prog.inlines[:2])
    s = next(s for s in w.prog.structs if s.name == "lock")
    v = w.var("lock", f"S{s.uid}")
    data = w.var("guarded")
    f = w.func("locked", [("int", "a")], [
        f"@{lock}(&@{v});", f"@{data} = (@{data} ^ {w.noise('a', 'r')}) & {MASK};",
        f"r += @{data};", f"@{unlock}(&@{v});"])
    w.call(f)


def clones(w: Writer) -> None:
    """Helpers that become isra and constprop clones."""
    members = [w.member("x", "int"), w.member("y", "int"), w.member("z", "long")]
    s = w.struct("geom", members)
    x, y, z = (m.uid for m in members)
    v = w.var("area", f"S{s}", init="{ .@%d = 3 }" % y)
    helper = w.func("measure", [(f"P:struct @{s} *%s", "p"), ("int", "mode"), ("int", "a")], [
        f"r += p->@{x} * {w.number(9)};",
        f"if (mode > 1) r ^= p->@{y} + {w.number()};"], attr="noinline")
    one = w.func("grow", [("int", "a")], [
        f"@{v}.@{x} = (@{v}.@{x} + a) & {MASK};",
        f"r += @{helper}(&@{v}, {w.rng.choice([1, 2])}, a + {w.number()});"], attr="noinline")
    two = w.func("shrink", [("int", "a")], [
        f"@{v}.@{y} = (@{v}.@{y} + {w.number()} + (int)@{v}.@{z}) & {MASK};",
        f"@{v}.@{z} = r & {MASK};",
        f"r -= @{helper}(&@{v}, {w.rng.choice([1, 2])}, a);"], attr="noinline")
    w.call(one)
    w.call(two)


def objects(w: Writer) -> None:
    """Objects that live on, with operations, a state, a mark and a table entry."""
    state = w.enum("state", ["IDLE", "BUSY", "DRAIN", "DEAD"], True)
    mark = w.enum("", ["COLD", "WARM", "HOT"], False, w.rng.choice([0, 1]))
    info_m = [w.member("weight", "int"), w.member("limit", "int")]
    info = w.struct("info", info_m)
    ops = w.struct("ops", [])
    obj_m = [w.member("next", "P:struct @OBJ *%s"), w.member("ops", f"P:const struct @{ops} *%s"),
             w.member("info", f"P:const struct @{info} *%s"), w.member("id", "int"),
             w.member("kind", "char"), w.member("st", f"E{state.uid}", enum=state.uid),
             w.member("mark", "int", enum=mark.uid), w.member("val", "int"),
             w.member("u", "R4:union { int n; short half; unsigned char b[4]; } %s")]
    obj = w.struct("obj", obj_m)
    obj_m[0].type = f"P:struct @{obj} *%s"
    fn = f"P:int (*%s)(struct @{obj} *, int)"
    ops_m = [w.member("get", fn), w.member("set", fn), w.member("peek", fn)]
    w.prog.struct(ops).members[:] = ops_m
    w.prog.structs.sort(key=lambda s: s.uid != ops and s.uid != info and 1)
    write_objects(w, obj, {m.name: m.uid for m in obj_m}, info, info_m, ops,
                  {m.name: m.uid for m in ops_m}, state, mark)


def methods(w: Writer, obj: int, m: dict[str, int], info: list[Member]) -> dict[str, list[int]]:
    p = [(f"P:struct @{obj} *%s", "o"), ("int", "a")]
    out: dict[str, list[int]] = {}
    for kind in ("get", "set", "peek"):
        for _ in range(2):
            out.setdefault(kind, []).append(w.func(kind, p, [
                f"r += o->@{m['val']} * {w.number(9)} + o->@{m['id']};",
                f"o->@{m['val']} = ({w.noise('a', 'r')}) & {MASK};" if kind != "peek" else
                f"r ^= o->@{m['info']}->@{info[1].uid} + {w.number()};"]))
    return out


def write_objects(w: Writer, obj: int, m: dict[str, int], info: int, info_m: list[Member],
                  ops: int, om: dict[str, int], state: Enum, mark: Enum) -> None:
    fns = methods(w, obj, m, info_m)
    pick = w.rng.choice
    tables = []
    for name in ("ops", "alt_ops"):
        cells = [f".@{om['get']} = @{pick(fns['get'])}", f".@{om['set']} = @{pick(fns['set'])}"]
        if w.rng.random() < 0.4:
            cells.append(f".@{om['peek']} = @{fns['peek'][0]}")
        tables.append(w.var(name, f"S{ops}", const=True, rows=[Row(w.prog.uid(), cells)]))
    rows = [Row(w.prog.uid(), [w.number(), w.number()]) for _ in range(4)]
    infos = w.var("infos", f"S{info}", const=True, count=4, rows=rows)
    head, n = w.var("list", f"P:struct @{obj} *%s"), w.var("nr")
    mode = w.var("mode", f"E{state.uid}", enum=state.uid)
    st, mk = state.values, mark.values
    create = w.func("create", [("int", "a")], [
        f"struct @{obj} *o;", f"if (@{n} >= {{c:9}}) return {w.number()};",
        f"o = zalloc({obj}, sizeof(*o));",
        f"o->@{m['ops']} = a & 1 ? &@{tables[0]} : &@{tables[1]};",
        f"o->@{m['info']} = &@{infos}[a & 3];", f"o->@{m['id']} = a & 255;",
        f"o->@{m['mark']} = @{pick(mk).uid};", f"o->@{m['st']} = @{pick(st).uid};",
        f"o->@{m['next']} = @{head};", f"@{head} = o;", f"@{n}++;"])
    destroy = w.func("destroy", [("int", "a")], [
        f"struct @{obj} *o = @{head};", f"if (!o || @{n} < {{c:4}}) return {w.number()};",
        f"@{head} = o->@{m['next']};", f"@{n}--;", f"r += o->@{m['val']};", "zfree(o);"])
    advance = w.func("advance", [(f"P:struct @{obj} *%s", "o"), ("int", "a")], [
        f"if (o->@{m['st']} == @{st[0].uid}) o->@{m['st']} = @{st[1].uid}; "
        f"else if (o->@{m['st']} == @{st[1].uid}) o->@{m['st']} = a & 1 ? @{st[2].uid} : @{st[3].uid}; "
        f"else if (o->@{m['st']} == @{st[2].uid}) o->@{m['st']} = @{st[0].uid};",
        f"if (o->@{m['st']} == @{st[3].uid}) r += {w.number()};",
        f"if (o->@{m['mark']} == @{mk[1].uid}) o->@{m['mark']} = @{mk[2].uid}; "
        f"else if (o->@{m['mark']} == @{mk[2].uid}) r ^= {w.number()};",
        f"o->@{m['u']}.n = r & {MASK};", f"o->@{m['kind']} = a & 31;"])
    walk = w.func("walk", [("int", "a")], [
        f"struct @{obj} *o;",
        f"for (o = @{head}; o; o = o->@{m['next']}) {{ "
        f"r += o->@{m['ops']}->@{om['get']}(o, a); "
        f"if (o->@{m['ops']} == &@{tables[0]}) r ^= {w.number(255)}; "
        f"if (o->@{m['ops']}->@{om['peek']}) r += o->@{m['ops']}->@{om['peek']}(o, a); "
        f"r += o->@{m['info']}->@{info_m[0].uid} * {w.number(9)}; "
        f"r += @{advance}(o, a + o->@{m['kind']}); }}",
        f"if (@{mode} == @{st[1].uid}) r += {w.number()};"])
    change = w.func("change", [("int", "a")], [
        f"if (@{head}) r += @{head}->@{m['ops']}->@{om['set']}(@{head}, a);",
        f"@{mode} = a & 3 ? @{st[1].uid} : @{st[3].uid};",
        f"if (@{head} && @{head}->@{m['st']} == @{st[2].uid}) r ^= @{head}->@{m['u']}.b[1];"])
    for f in (create, walk, change, destroy):
        w.call(f)


def boot(w: Writer, index: int) -> None:
    """What only boot code sets up, or registers."""
    base = w.var("base")
    get = w.func("table_get", [("int", "a")], [f"r += @{base} + {w.number()};"])
    put = w.func("table_put", [("int", "a")], [f"r ^= @{base} * {w.number(9)};"])
    cells = [f".get = @{get}", f".weight = {w.number()}"]
    if w.rng.random() < 0.5:
        cells.append(f".put = @{put}")
    t = w.var("gops", "R24:struct gops %s", const=True, rows=[Row(w.prog.uid(), cells)])
    helper = w.func("boot_value", [("int", "a")], [f"r = a * {w.number(9)} + {w.number()};"],
                    init=True)
    w.unit.items.append(Func(w.prog.uid(), f"boot_unit{index}", [], [
        f"@{base} = @{helper}({w.number()}) & {MASK};", f"reg_table(&@{t});"],
        static=False, init=True, fixed=True, ret="void"))
    w.calls.append(f"r += @{base};")
    if len(cells) == 2:
        w.call(put)


def hooks(w: Writer, index: int) -> None:
    cb = w.func("hook", [("int", "a")], [f"r = {w.noise('a', 'r')};", f"r ^= {w.number(255)};"])
    arm = w.func("arm", [("int", "a")], [f"if ((a & 7) > 5) reg_hook({index}, @{cb});"])
    w.call(arm)


def sleepers(w: Writer, index: int) -> None:
    """Somebody sleeps in it, reached by a tail call."""
    members = [w.member("key", "int"), w.member("hits", "int")]
    s = w.struct("waiter", members)
    key, hits = (m.uid for m in members)
    v, flag = w.var("waiter", f"S{s}"), w.var("flag")
    wait = w.func("wait", [(f"P:struct @{s} *%s", "p"), ("int", "a")], [
        f"r += p->@{key} + @{flag};", f"r ^= {w.number(255)};", "sleep_here();",
        f"r += @{flag} * {w.number(9)};"], attr="noinline")
    w.unit.items.append(Func(w.prog.uid(), f"unit{index}_work", [("int", "a")], [
        f"@{v}.@{hits} = (@{v}.@{hits} + 1) & 0xff;", f"return @{wait}(&@{v}, a + {w.number()});"],
        static=False, fixed=True, attr="noinline"))
    kick = w.func("kick", [("int", "a")], [
        f"@{flag} = (@{flag} + a) & 0xffff;", f"@{v}.@{key} = a & 63;", f"r += @{v}.@{hits};"])
    w.call(kick)


def inline_lock(prog: Program) -> None:
    held, taken = Member(prog.uid(), "held", "int"), Member(prog.uid(), "taken", "int")
    s = Struct(prog.uid(), "lock", [held, taken])
    prog.structs.append(s)
    p = [(f"P:struct @{s.uid} *%s", "l")]
    prog.inlines.append(Func(prog.uid(), "lock_it", p, [
        f"if (l->@{held.uid}) trace({{c:777}});", f"l->@{held.uid} = 1;",
        f"l->@{taken.uid} = (l->@{taken.uid} + 1) & {MASK};"], attr="inline", ret="void"))
    prog.inlines.append(Func(prog.uid(), "unlock_it", p, [
        f"if (!l->@{held.uid}) trace({{c:778}});", f"l->@{held.uid} = 0;"],
        attr="inline", ret="void"))
    clamp = Func(prog.uid(), "clamp_it", [("int", "a")], [
        "int r = a;", "if (r > {c:9000}) r = {c:9000};", "r ^= {c:21};", "return r;"],
        attr="inline")
    clamp.statics.append(Var(prog.uid(), "count", "int"))
    c = clamp.statics[0].uid
    clamp.body[1:1] = [f"@{c} = (@{c} + 1) & 0xff;", f"r += @{c};"]
    prog.inlines.append(clamp)


def write_unit(prog: Program, index: int, word: str, rng: random.Random) -> None:
    unit = Unit(f"unit{index}", [])
    prog.units.append(unit)
    w = Writer(prog, unit, word, rng)
    counters(w)
    for part in rng.sample([config, percpu, locking, clones, objects, counters],
                           rng.randint(1, 3)):
        part(w)
    boot(w, index)
    if rng.random() < 0.5:
        hooks(w, index)
    sleepers(w, index)
    if rng.random() < 0.6:
        w.calls.append(f"r = @{prog.inlines[2].uid}(r);")
    rng.shuffle(w.calls)
    unit.items.append(Func(prog.uid(), f"unit{index}_step", [("int", "n")],
                           ["int r = n;"] + w.calls + ["trace(r);", "return r;"],
                           static=False, fixed=True))


def generate(rng: random.Random, units: int = 2) -> Program:
    prog = Program()
    inline_lock(prog)
    words = rng.sample(WORDS, units)
    for i, word in enumerate(words):
        write_unit(prog, i, word, rng)
    return prog


REG_C = """// what stands for the rest of the kernel: no patch touches it
typedef unsigned int u32;
struct gops { int (*get)(int); int (*put)(int); int weight; };
extern void trace(u32 v);
extern void sleep_here(void);
static const struct gops *tables[8];
static int (*hook_of[8])(int);
static int nr_tables;
void reg_table(const struct gops *t) { tables[nr_tables++ & 7] = t; }
void reg_hook(int i, int (*hook)(int)) { hook_of[i & 7] = hook; }
static void run_tables(int n)
{
	int i;

	for (i = 0; i < nr_tables; i++) {
		trace(tables[i]->get(n) + tables[i]->weight);
		if (tables[i]->put)
			trace(tables[i]->put(n));
	}
}
static void run_hooks(int n)
{
	int i;

	for (i = 0; i < 8; i++)
		if (hook_of[i])
			trace(hook_of[i](n));
}
%s
void step(int n)
{
%s	run_tables(n);
	run_hooks(n);
}
int thread(int me)
{
	int i, round = 0;

	for (;;) {
		switch (me) {
%s		}
		round++;
		for (i = 0; i <= (me + round) %% 3; i++)
			sleep_here();
	}
}
"""


def rest_of_kernel(units: int) -> str:
    protos = "".join(f"extern int unit{i}_step(int n), unit{i}_work(int a);\n"
                     for i in range(units))
    steps = "".join(f"\ttrace(unit{i}_step(n));\n" for i in range(units))
    works = "".join(f"\t\tcase {i}: trace(unit{i}_work(round)); break;\n"
                    for i in range(units))
    return REG_C % (protos, steps, works)
