# SPDX-License-Identifier: GPL-2.0
"""Why two hunks belong to one fix: found in the text, not known.

Each join names what it was made for.  Where the text leaves a doubt, hunks are
together: a fix that is too large costs functions, one that is too small costs a
half of a fix.
"""
import os
import subprocess
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Iterable, Iterator, Union

from . import ctags, ctext
from .facts import ADDRESS, WRITE, Declared, Facts, File, Member, Members, Uses, included, uses, variables
from .model import Join
from .usage import POPULAR, Usage

_PAIRS = [("get", "put"), ("hold", "put"), ("hold", "release"), ("get", "release"), ("grab", "put"),
          ("ref", "unref"), ("ref", "deref"), ("lock", "unlock"), ("acquire", "release"), ("inc", "dec"),
          ("add", "sub"), ("add", "del"), ("alloc", "free"), ("create", "destroy"), ("create", "free"),
          ("register", "unregister"), ("start", "stop"), ("enable", "disable"), ("begin", "end"),
          ("start", "end"), ("init", "fini"), ("init", "exit"), ("init", "destroy"), ("claim", "unclaim"),
          ("claim", "release"), ("map", "unmap"), ("pin", "unpin"), ("open", "close"), ("set", "clear"),
          ("push", "pop"), ("charge", "uncharge"), ("freeze", "thaw"), ("suspend", "resume"),
          ("attach", "detach"), ("install", "remove"), ("get", "free"), ("link", "unlink")]
# What is given and taken everywhere: what it is done to tells more
_COMMON = frozenset("""
k kv kvm kz mutex spin raw_spin read write rcu_read rcu refcount atomic atomic64 atomic_long kref
local local_irq local_bh preempt bit list hlist rb skb percpu this_cpu list_tail clear_bit test_bit
down up page folio netdev dev device module lock_sock sock sema rwsem
""".split())
_WORDS = {word for pair in _PAIRS for word in pair}
_WRAPPER_DEPTH = 2
# What more structs, or changes, than these have in common, tells little
_MANY = 8
_EVERYWHERE = ("GFP_", "PAGE_", "KERN_", "CONFIG_", "S_I", "IS_", "BITS_", "INT_MAX", "UINT_MAX", "LONG_MAX", "__")


class Groups:
    """Which hunks are together."""

    def __init__(self, count: int) -> None:
        self.up = list(range(count))
        self.joins: list[Join] = []

    def root(self, a: int) -> int:
        """The first of a group."""
        while self.up[a] != a:
            self.up[a] = self.up[self.up[a]]
            a = self.up[a]
        return a

    def join(self, a: int, b: int, kind: str, what: str) -> None:
        """Both are one; the evidence is kept if they were not."""
        x, y = self.root(a), self.root(b)
        if x != y:
            self.up[max(x, y)] = min(x, y)
            self.joins.append(Join(a, b, kind, what))

    def all(self) -> list[list[int]]:
        """The groups, each in order."""
        found: dict[int, list[int]] = defaultdict(list)
        for a in range(len(self.up)):
            found[self.root(a)].append(a)
        return list(found.values())


@dataclass
class Carrier:
    """An unchanged function or macro that may be a part of others."""
    name: str
    path: str
    local: bool             # of its own file only
    uses: Uses


@dataclass
class Reach:
    """What the definition that a hunk is in has in it, itself or through carriers."""
    names: set[str] = field(default_factory=set)
    members: set[Member] = field(default_factory=set)


class Evidence:
    """Joins hunks, by their facts."""

    def __init__(self, facts: list[Facts], files: dict[str, File], members: Members, root: str) -> None:
        self.facts = facts
        self.files = files
        self.members = members
        self.root = root
        self.groups = Groups(len(facts))
        self.carriers: dict[str, list[Carrier]] = defaultdict(list)
        self.reach: list[Reach] = []
        self.own: list[set[str]] = []       # names of a hunk's definitions, without what these reach
        self.usage = Usage(root, files)
        self._popular_members: dict[Member, bool] = {}
        self._carried_by: dict[Union[str, Member], set[str]] = defaultdict(set)

    def find(self) -> Groups:
        """All joins."""
        self._in_one_file()
        self._new_headers()
        self._find_carriers()
        self.own = [f.mentions().union(*(u.names for b in f.bodies for u in b.uses)) for f in self.facts]
        self.reach = [self._reach_of(f) for f in self.facts]
        self._look_around()
        self._declared()
        self._members()
        self._globals()
        self._through()
        self._pairs()
        self._constants()
        self._moved()
        return self.groups

    # What stands in one definition, or in one conditional

    def _in_one_file(self) -> None:
        owner: dict[tuple[str, str, str], int] = {}
        half: dict[str, int] = {}
        for n, facts in enumerate(self.facts):
            for body in facts.bodies:
                if body.kind == "variable":
                    continue
                first = owner.setdefault((body.path, body.name, body.kind), n)
                self.groups.join(first, n, "function", f"both are in {body.name}")
            if facts.unbalanced:
                first = half.setdefault(facts.hunk.path, n)
                self.groups.join(first, n, "conditional", f"an #if in {facts.hunk.path}")

    def _new_headers(self) -> None:
        fresh = [(n, f.hunk.path) for n, f in enumerate(self.facts) if f.hunk.whole == "new"]
        for n, facts in enumerate(self.facts):
            for name in included(facts.hunk, self.files[facts.hunk.path]) if fresh else ():
                for other, path in fresh:
                    if ("/" + path).endswith("/" + name):
                        self.groups.join(other, n, "include", f"one includes {path}, which is new")

    # What is not changed, but has in it what is

    def _wanted(self) -> set[str]:
        found: set[str] = set()
        for facts in self.facts:
            found |= {d.name for d in facts.declared if len(d.name) > 2}
            for side in (facts.taken, facts.brought):
                found |= {m for (_, m), modes in side.members.items() if WRITE in modes}
        return found

    def _headers(self, wanted: set[str]) -> list[str]:
        """Those that mention one of these."""
        places = {d for d in ("include", "arch/x86/include") if os.path.isdir(os.path.join(self.root, d))}
        local = {os.path.dirname(p) for p in self.files} - {""}
        if not wanted:
            return []
        done = subprocess.run(
            ["grep", "-rlwF", "--include=*.h", "-f", "-", "--", *sorted(places)], cwd=self.root,
            input="\n".join(sorted(wanted)), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            encoding="utf-8", errors="replace", check=False)
        found = set(done.stdout.split())
        for place in local:
            try:
                found |= {f"{place}/{f}" for f in os.listdir(os.path.join(self.root, place)) if f.endswith(".h")}
            except FileNotFoundError:
                continue
        return sorted(found - self.files.keys())

    def _find_carriers(self) -> None:
        wanted = self._wanted()
        changed = {(b.path, b.name) for f in self.facts for b in f.bodies}
        items: dict[str, list[ctags.Definition]] = defaultdict(list)
        for item in ctags.read(self.root, self._headers(wanted), "--kinds-C=df"):
            items[item.path].append(item)
        for path, found in items.items():
            self._carriers_of(path, _read(os.path.join(self.root, path)), found, wanted, changed)
        for path, file in self.files.items():
            for item in file.old.top:
                if item.is_code and (path, item.name) not in changed and \
                        (item.static or item.kind == "macro" or path.endswith(".h")):
                    tokens = file.old.text(item.first, item.last)
                    self._add_carrier(item, path, not path.endswith(".h"), tokens)

    def carried(self, names: Iterable[str]) -> set[str]:
        """These, and the unchanged functions and macros of headers that have them in themselves."""
        found = set(names)
        fresh = found
        while fresh:
            fresh = {c.name for cs in self.carriers.values() for c in cs
                     if c.name not in found and not c.local and not fresh.isdisjoint(c.uses.names)}
            found |= fresh
        return found

    def _carriers_of(self, path: str, text: str, items: list[ctags.Definition], wanted: set[str],
                     changed: set[tuple[str, str]]) -> None:
        lines = text.split("\n")
        for item in ctags.top_level(items, text):
            if not item.is_code or (path, item.name) in changed:
                continue
            tokens = ctext.tokens(ctext.without_comments("\n".join(lines[item.first - 1:item.last])))
            if not wanted.isdisjoint(tokens):
                self._add_carrier(item, path, False, tokens)

    def _add_carrier(self, item: ctags.Definition, path: str, local: bool, tokens: list[str]) -> None:
        found = uses(tokens, variables(tokens), self.members)
        self.carriers[item.name].append(Carrier(item.name, path, local, found))

    def _reach_of(self, facts: Facts) -> Reach:
        reach = Reach()
        for body in facts.bodies:
            for side in body.uses:
                reach.names |= side.names.keys()
                reach.members |= side.members.keys()
        reach.names |= facts.mentions()
        fresh = set(reach.names)
        for _ in range(_WRAPPER_DEPTH):
            more: set[str] = set()
            for name in fresh:
                for carrier in self.carriers.get(name, ()):
                    if carrier.local and carrier.path != facts.hunk.path:
                        continue
                    more |= carrier.uses.names.keys()
                    reach.members |= carrier.uses.members.keys()
            fresh = more - reach.names
            reach.names |= more
        return reach

    # What everybody uses

    def _look_around(self) -> None:
        names = {d.name for f in self.facts for d in f.declared if d.kind != "member"}
        structs: set[str] = set()
        for facts in self.facts:
            names |= {n for n in facts.mentions() if _is_constant(n)} | facts.taken.called | facts.brought.called
            for side in (facts.taken, facts.brought):
                names |= {n for n, modes in side.names.items() if WRITE in modes or ADDRESS in modes}
                structs |= {s for s, _ in side.members}
                names |= {m for s, m in side.members if not s}
        for name, carriers in self.carriers.items():
            for carrier in carriers:
                if carrier.local:
                    continue
                names.add(name)
                for word in carrier.uses.names:
                    self._carried_by[word].add(name)
                for member in carrier.uses.members:
                    self._carried_by[member].add(name)
        self.usage.look(names, structs)

    def _is_carried(self, what: Union[str, Member]) -> bool:
        """Does everybody use what has it in itself?"""
        carriers = self._carried_by.get(what, ())
        return len(carriers) > POPULAR or any(map(self.usage.is_popular, carriers))

    def _is_popular(self, name: str) -> bool:
        """Does everybody use it?"""
        return self.usage.is_popular(name) or self._is_carried(name)

    def _is_popular_member(self, member: Member) -> bool:
        if member not in self._popular_members:
            of_type = {name for (_, name), kind in self.members.type_of.items() if kind == member[0]}
            self._popular_members[member] = bool(member[0]) and (
                self.usage.is_popular_member(*member, of_type) or self._is_carried(member))
        return self._popular_members[member]

    def _opposite(self, a: int, b: int) -> bool:
        """Does one take away what the other brings: a call, a member, a constant?

        Of what everybody uses it takes three at once.
        """
        one, other = self._balance(a), self._balance(b)
        found = [what for what, count in one.items() if count * other.get(what, 0) < 0]
        return len(found) > 2 or any(not (self._is_popular_member(w) if isinstance(w, tuple) else self._is_popular(w))
                                     for w in found)

    def _balance(self, n: int) -> dict[Union[str, Member], int]:
        facts = self.facts[n]
        found: dict[Union[str, Member], int] = defaultdict(int)
        for side, sign in ((facts.brought, 1), (facts.taken, -1)):
            for name, modes in side.names.items():
                if name in side.called or _is_constant(name):
                    found[name] += sign * len(modes)
            for member, modes in side.members.items():
                if member[0]:
                    found[member] += sign * len(modes)
        return found

    # A name that is new, gone or means something else

    def _declared(self) -> None:
        by_name: dict[str, list[int]] = defaultdict(list)
        by_member: dict[str, list[int]] = defaultdict(list)
        for n, reach in enumerate(self.reach):
            for name in reach.names:
                by_name[name].append(n)
            for _, name in reach.members:
                by_member[name].append(n)
        for n, facts in enumerate(self.facts):
            for item in facts.declared:
                if item.kind == "member":
                    self._users_of_member(n, item, by_member.get(item.name, []))
                    continue
                users = [u for u in by_name.get(item.name, []) if self._sees(u, item)]
                popular = not item.static and self._is_popular(item.name)
                away = sum(item.name not in self.own[u] for u in users)
                for user in users:
                    # what many have in themselves without naming it is everybody's
                    distant = popular or away > POPULAR and item.name not in self.own[user]
                    if not distant or self._opposite(n, user):
                        self.groups.join(n, user, _kind_of(item), f"both concern {item.name}")
        self._same_declaration()

    def _same_declaration(self) -> None:
        """A function and its prototype, a variable and its extern."""
        first: dict[str, tuple[int, Declared]] = {}
        for n, facts in enumerate(self.facts):
            for item in facts.declared:
                if item.kind == "member" or item.static:
                    continue
                other, _ = first.setdefault(item.name, (n, item))
                self.groups.join(other, n, "name", f"both declare {item.name}")

    def _users_of_member(self, n: int, item: Declared, users: Iterable[int]) -> None:
        few = len(self.members.owners.get(item.name, ())) <= _MANY
        for other in users:
            members = self.reach[other].members
            if (item.struct, item.name) in members or ("", item.name) in members and (few or self._near(n, other)):
                self.groups.join(n, other, "member", f"{item.name} of struct {item.struct}")

    def _sees(self, n: int, item: Declared) -> bool:
        """Is it this one that the hunk mentions, and not another of that name?"""
        path = self.facts[n].hunk.path
        if path == item.path:
            return True
        if item.static and not item.path.endswith(".h"):
            return False
        file = self.files[path]
        return item.name not in file.old.static and item.name not in file.new.static

    # What is kept in the kernel's memory

    def _members(self) -> None:
        written: dict[str, list[tuple[Member, int]]] = defaultdict(list)
        address: dict[str, list[tuple[Member, int]]] = defaultdict(list)
        gone: dict[str, list[tuple[Member, int]]] = defaultdict(list)
        come: dict[str, list[tuple[Member, int]]] = defaultdict(list)
        told: dict[str, list[tuple[Member, int]]] = defaultdict(list)
        used: dict[str, list[tuple[Member, int]]] = defaultdict(list)
        for n, facts in enumerate(self.facts):
            for member in self.reach[n].members:
                used[member[1]].append((member, n))
            for member in facts.taken.members.keys() | facts.brought.members.keys():
                before, after = facts.taken.members.get(member, []), facts.brought.members.get(member, [])
                told[member[1]].append((member, n))
                if WRITE in before + after:
                    written[member[1]].append((member, n))
                if ADDRESS in before + after:
                    address[member[1]].append((member, n))
                if len(before) > len(after):
                    gone[member[1]].append((member, n))
                if len(after) > len(before):
                    come[member[1]].append((member, n))
        for one, others, verb in ((written, used, "writes"), (address, told, "locks or passes on"),
                                  (gone, come, "no longer looks at")):
            for name, found in one.items():
                for member, n in found:
                    if name in others and not self._is_popular_member(member):
                        self._join_users(n, member, others[name], verb)

    def _join_users(self, n: int, member: Member, users: Iterable[tuple[Member, int]], verb: str) -> None:
        """Joins a hunk with the users of a member, which may be the same one."""
        for other, user in users:
            if user == n or self.groups.root(user) == self.groups.root(n):
                continue
            if member[0] and other[0]:
                if member[0] != other[0]:
                    continue
            elif not self._near(n, user) and (len(self.members.owners.get(member[1], ())) > _MANY or
                                              self.usage.is_popular(member[1])):
                continue
            struct = member[0] or other[0]
            self.groups.join(n, user, "member", f"one {verb} {member[1]}{f' of struct {struct}' if struct else ''},"
                             " the other uses it")

    def _near(self, a: int, b: int) -> bool:
        """In one directory, or one common header: where many structs have a member of that name."""
        one, other = self.facts[a].hunk.path, self.facts[b].hunk.path
        return one == other or os.path.dirname(one) == os.path.dirname(other) and "include" not in one.split("/")

    def _globals(self) -> None:
        written: dict[tuple[str, str], list[int]] = defaultdict(list)
        used: dict[tuple[str, str], list[int]] = defaultdict(list)
        for n, facts in enumerate(self.facts):
            for key in self._variables_of(facts, self.own[n]):
                used[key].append(n)
            for key in self._variables_of(facts, facts.mentions()):
                modes = facts.taken.names.get(key[1], []) + facts.brought.names.get(key[1], [])
                if (WRITE in modes or ADDRESS in modes) and (key[0] or not self._is_popular(key[1])):
                    written[key].append(n)
        for key, hunks in written.items():
            for n in hunks:
                for other in used[key]:
                    self.groups.join(n, other, "global", f"one changes the variable {key[1]}, the other uses it")

    def _variables_of(self, facts: Facts, names: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Of names those that seem to be variables; of a file's own, with the file."""
        file = self.files[facts.hunk.path]
        called = facts.taken.called | facts.brought.called
        for name in names:
            if name in called or len(name) < 3 or any(body.is_local(name) for body in facts.bodies):
                continue
            yield (facts.hunk.path if name in file.old.static or name in file.new.static else ""), name

    # What is called through a table of functions

    def _through(self) -> None:
        callers: dict[Member, list[int]] = defaultdict(list)
        for n, facts in enumerate(self.facts):
            for member in facts.taken.through | facts.brought.through:
                callers[member].append(n)
        if not callers:
            return
        changed: dict[tuple[str, str], list[int]] = defaultdict(list)
        for n, facts in enumerate(self.facts):
            for name in facts.hunk.functions:
                changed[facts.hunk.path, name].append(n)
        for path, file in self.files.items():
            for side in (file.old, file.new):
                for struct, called, name in side.tables():
                    for n in callers.get((struct, called), []):
                        for other in changed.get((path, name), []):
                            self.groups.join(n, other, "table", f"one calls {called} of struct {struct},"
                                             f" which {name} is")

    # What is taken and given back

    def _pairs(self) -> None:
        sides: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
        for n, facts in enumerate(self.facts):
            before, after = _counts(facts.taken), _counts(facts.brought)
            for name in before.keys() | after.keys():
                if before.get(name) == after.get(name):
                    continue
                for stem, pair, side in _stems(name):
                    if stem not in _COMMON and not self.usage.is_popular(name):
                        sides[stem, pair].append((n, side))
        for (stem, pair), found in sides.items():
            for n, side in found:
                for other, other_side in found:
                    if n < other and side != other_side and self._related(n, other):
                        self.groups.join(n, other, "pair", f"{stem}: {pair.replace('/', ' and ')}")
        self._lock_order()

    def _lock_order(self) -> None:
        """Where a lock is taken by a function of its own."""
        places: dict[str, list[int]] = defaultdict(list)
        for n, facts in enumerate(self.facts):
            for stem in {stem for name in facts.taken.called | facts.brought.called if not self.usage.is_popular(name)
                         for stem, pair, _ in _stems(name) if pair == "lock/unlock" and stem not in _COMMON}:
                places[stem].append(n)
        for stem, hunks in places.items():
            for other in hunks[1:]:
                self.groups.join(hunks[0], other, "lock", f"both take or release the lock {stem}")

    # A constant that one puts in and another asks for

    def _constants(self) -> None:
        places: dict[str, list[int]] = defaultdict(list)
        for n, facts in enumerate(self.facts):
            for name in facts.mentions() - facts.taken.called - facts.brought.called:
                if _is_constant(name) and not self._is_popular(name) and \
                        len(facts.brought.names.get(name, [])) != len(facts.taken.names.get(name, [])):
                    places[name].append(n)
        for name, hunks in places.items():
            if len(hunks) <= _MANY:
                for n in hunks[1:]:
                    self.groups.join(hunks[0], n, "constant", f"both use {name} in a new way")

    def _related(self, a: int, b: int) -> bool:
        """In one part of the kernel."""
        parts = [os.path.dirname(self.facts[n].hunk.path).split("/")[:2] for n in (a, b)]
        return parts[0] == parts[1] or "include" in (parts[0][0], parts[1][0])

    # A line that is taken away here and put there

    def _tells(self, line: str, facts: Facts) -> bool:
        """Is it a line such as is not written twice by chance?"""
        words = set(line.split())
        called = {w for w in words & (facts.taken.called | facts.brought.called) if not self._is_popular(w)}
        return len(line) > 16 and bool(called or words & {"->", "."})

    def _moved(self) -> None:
        gone: dict[tuple[str, str], list[int]] = defaultdict(list)
        come: dict[tuple[str, str], list[int]] = defaultdict(list)
        for n, facts in enumerate(self.facts):
            lines: dict[tuple[str, str], int] = defaultdict(int)
            for sign, line, structs in facts.lines:
                lines[line, structs] += 1 if sign == "+" else -1
            for key, count in lines.items():
                if count and self._tells(key[0], facts):
                    (come if count > 0 else gone)[key].append(n)
        for key, hunks in gone.items():
            for n in hunks:
                for other in come.get(key, []):
                    if n != other:
                        self.groups.join(n, other, "moved", f"a line of one is in the other: {key[0][:60]}")


def _is_constant(name: str) -> bool:
    """Is it called like a constant, and like none that is found everywhere?"""
    return len(name) > 5 and "_" in name and name.upper() == name and not name.startswith(_EVERYWHERE)


def _kind_of(item: Declared) -> str:
    return "call" if item.kind in ("function", "prototype") else "name"


def _counts(found: Uses) -> dict[str, int]:
    return {name: len(modes) for name, modes in found.names.items() if name in found.called}


def _stems(name: str) -> Iterator[tuple[str, str, str]]:
    """What a function takes or gives, and which of both it does."""
    words = name.strip("_").split("_")
    for at, word in enumerate(words):
        if word not in _WORDS:
            continue
        stem = "_".join(words[:at] + words[at + 1:])
        for one, other in _PAIRS:
            if word in (one, other) and stem:
                yield stem, f"{one}/{other}", word
        return


def _read(path: str) -> str:
    try:
        with open(path, encoding="latin-1", newline="") as file:
            return file.read()
    except OSError:
        return ""
