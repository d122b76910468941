# SPDX-License-Identifier: GPL-2.0
"""Why two hunks belong to one fix: found in the text, not known.

Each join names what it was made for.  Where the text leaves a doubt, hunks are
together: a fix that is too large costs functions, one that is too small costs a
half of a fix.
"""
import os
import re
import subprocess
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Iterable, Iterator

from . import ctags, ctext
from .facts import ADDRESS, WRITE, Declared, Facts, File, Member, Members, Uses, included, uses, variables
from .model import Join

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

    def find(self) -> Groups:
        """All joins."""
        self._in_one_file()
        self._new_headers()
        self._find_carriers()
        self.reach = [self._reach_of(f) for f in self.facts]
        self._declared()
        self._members()
        self._globals()
        self._pairs()
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
                for other in by_name.get(item.name, []):
                    if self._sees(other, item):
                        self.groups.join(n, other, _kind_of(item), f"both have to do with {item.name}")
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
        for other in users:
            if (item.struct, item.name) in self.reach[other].members or ("", item.name) in self.reach[other].members:
                self.groups.join(n, other, "member", f"{item.name} of struct {item.struct}")

    def _sees(self, n: int, item: Declared) -> bool:
        """Is it this one that the hunk mentions, and not another of that name?"""
        path = self.facts[n].hunk.path
        if path == item.path:
            return True
        if item.static and not item.path.endswith(".h"):
            return False
        file = self.files[path]
        return not any(d.name == item.name and d.static and d.kind in ("function", "variable")
                       for d in file.old.top + file.new.top)

    # What is kept in the kernel's memory

    def _members(self) -> None:
        written: dict[Member, list[int]] = defaultdict(list)
        address: dict[Member, list[int]] = defaultdict(list)
        used: dict[Member, list[int]] = defaultdict(list)
        gone: dict[Member, list[int]] = defaultdict(list)
        come: dict[Member, list[int]] = defaultdict(list)
        for n, facts in enumerate(self.facts):
            for member in self.reach[n].members:
                used[member].append(n)
            for member in facts.taken.members.keys() | facts.brought.members.keys():
                before, after = facts.taken.members.get(member, []), facts.brought.members.get(member, [])
                if WRITE in before + after and before != after or _written_otherwise(before, after):
                    written[member].append(n)
                if ADDRESS in before + after:
                    address[member].append(n)
                if len(before) > len(after):
                    gone[member].append(n)
                if len(after) > len(before):
                    come[member].append(n)
        for member, hunks in written.items():
            for n in hunks:
                self._join_all(n, used[member], member, "writes")
        for member, hunks in address.items():
            self._join_all(hunks[0], hunks, member, "locks or passes on")
        for member, hunks in gone.items():
            for n in hunks:
                self._join_all(n, come.get(member, []), member, "no longer looks at")

    def _join_all(self, n: int, others: Iterable[int], member: Member, verb: str) -> None:
        for other in others:
            if other != n and (member[0] or self._near(n, other)):
                of = f" of struct {member[0]}" if member[0] else ""
                self.groups.join(n, other, "member", f"one {verb} {member[1]}{of}, the other uses it")

    def _near(self, a: int, b: int) -> bool:
        """In one directory: where it is not known of which struct a member is."""
        return os.path.dirname(self.facts[a].hunk.path) == os.path.dirname(self.facts[b].hunk.path)

    def _globals(self) -> None:
        written: dict[tuple[str, str], list[int]] = defaultdict(list)
        used: dict[tuple[str, str], list[int]] = defaultdict(list)
        for n, facts in enumerate(self.facts):
            for key in self._variables_of(facts.hunk.path, self.reach[n].names):
                used[key].append(n)
            for key in self._variables_of(facts.hunk.path, facts.mentions()):
                modes = facts.taken.names.get(key[1], []) + facts.brought.names.get(key[1], [])
                if WRITE in modes or ADDRESS in modes:
                    written[key].append(n)
        for key, hunks in written.items():
            for n in hunks:
                for other in used[key]:
                    self.groups.join(n, other, "global", f"one changes the variable {key[1]}, the other uses it")

    def _variables_of(self, path: str, names: Iterable[str]) -> Iterator[tuple[str, str]]:
        file = self.files[path]
        for name in names:
            if name not in file.old.variables and name not in file.new.variables:
                if name in self._shared():
                    yield "", name
                continue
            yield ("" if name in self._shared() else path), name

    def _shared(self) -> set[str]:
        """Variables of the files that differ, which others can see."""
        if not hasattr(self, "_shared_names"):
            self._shared_names = {
                d.name for f in self.files.values() for s in (f.old, f.new) for d in s.items
                if (d.kind == "variable" and not d.static or d.kind == "externvar") and not d.scope}
        return self._shared_names

    # What is taken and given back

    def _pairs(self) -> None:
        sides: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
        for n, facts in enumerate(self.facts):
            before, after = _counts(facts.taken), _counts(facts.brought)
            for name in before.keys() | after.keys():
                if before.get(name) == after.get(name):
                    continue
                for stem, pair, side in _stems(name):
                    if stem not in _COMMON:
                        sides[stem, pair].append((n, side))
        for (stem, pair), found in sides.items():
            for n, side in found:
                for other, other_side in found:
                    if n < other and side != other_side and self._related(n, other):
                        self.groups.join(n, other, "pair", f"{stem}: {pair.replace('/', ' and ')}")

    def _related(self, a: int, b: int) -> bool:
        """In one part of the kernel."""
        parts = [os.path.dirname(self.facts[n].hunk.path).split("/")[:2] for n in (a, b)]
        return parts[0] == parts[1] or "include" in (parts[0][0], parts[1][0])

    # A line that is taken away here and put there

    def _moved(self) -> None:
        gone: dict[tuple[str, str], list[int]] = defaultdict(list)
        come: dict[tuple[str, str], list[int]] = defaultdict(list)
        for n, facts in enumerate(self.facts):
            lines: dict[tuple[str, str], int] = defaultdict(int)
            for sign, line, structs in facts.lines:
                lines[line, structs] += 1 if sign == "+" else -1
            for key, count in lines.items():
                if count and _tells(key[0]):
                    (come if count > 0 else gone)[key].append(n)
        for key, hunks in gone.items():
            for n in hunks:
                for other in come.get(key, []):
                    if n != other:
                        self.groups.join(n, other, "moved", f"a line of one is in the other: {key[0][:60]}")


def _tells(line: str) -> bool:
    """Is a line such as is not written twice by chance?"""
    return len(line) > 16 and re.search(r"[A-Za-z_]\w* \(|->|\. [a-z]", line) is not None


def _written_otherwise(before: list[str], after: list[str]) -> bool:
    """Another value is written by a line that is in both."""
    return WRITE in before and WRITE in after


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
