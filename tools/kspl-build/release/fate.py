# SPDX-License-Identifier: GPL-2.0
"""What can be said of a fix before anything is compiled."""
import os
import re
from collections import defaultdict
from typing import Optional

from . import ctext
from .ctags import Definition
from .facts import File, Side
from .model import LEFT_OUT, OPEN, WITHOUT_EFFECT, Fix, Hunk, Release

_BOOT = frozenset("__init __initdata __initconst __initdata_or_meminfo __refdata_init".split())
# How the last of an enum is called if it says how many there are
_COUNTS = re.compile(r"(?i)(max|num|nr|count|cnt|last|end|total|size|many|__)")
_BOOT_LINES = frozenset("""
module_init early_initcall pure_initcall core_initcall postcore_initcall arch_initcall
subsys_initcall fs_initcall rootfs_initcall device_initcall late_initcall console_initcall
core_initcall_sync postcore_initcall_sync arch_initcall_sync subsys_initcall_sync
fs_initcall_sync device_initcall_sync late_initcall_sync __setup early_param core_param
__initcall
""".split())


def _head(side: Side, item: Definition) -> list[str]:
    """A definition up to its text or value."""
    head: list[str] = []
    for token in side.text(item.first, item.last):
        if token in ("{", "=", ";"):
            break
        head.append(token)
    return head


def boot_names(side: Side) -> set[str]:
    """What of a file only boot runs or reads: marked so, or used by such only."""
    found = {d.name for d in side.top if d.kind in ("function", "variable") and _BOOT & set(_head(side, d))}
    users: dict[str, set[str]] = defaultdict(set)
    local = {d.name for d in side.top if d.kind == "function" and d.static}
    passed: set[str] = set()    # their address is taken: who calls them later is not seen
    for item in side.top:
        if item.kind == "prototype":
            continue
        tokens = side.text(item.first, item.last)
        for token, behind in zip(tokens, [*tokens[1:], ""]):
            if token in local and token != item.name:
                users[token].add(item.name)
                if behind != "(":
                    passed.add(token)
    outside = (_outside(side) & local) | passed
    more = True
    while more:
        fresh = {n for n in local - found - outside if users[n] and users[n] <= found}
        found |= fresh
        more = bool(fresh)
    return found


def _outside(side: Side) -> set[str]:
    """Names on lines that are in no definition."""
    inside = {n for d in side.top for n in range(d.first, d.last + 1)}
    return {t for n, line in enumerate(side.tokens, 1) if n not in inside
            and not (line and line[0] in _BOOT_LINES) for t in line}


def _entries(tokens: list[str]) -> list[str]:
    """What stands between the commas of { ... }."""
    if "{" not in tokens:
        return []
    entries: list[list[str]] = [[]]
    for token in tokens[tokens.index("{") + 1:]:
        if token == "}":
            break
        if token == ",":
            entries.append([])
        else:
            entries[-1].append(token)
    return [" ".join(e) for e in entries if e]


def only_more(old: list[str], new: list[str]) -> bool:
    """Do all values of an enum stay, but for a last one that counts them?"""
    if any("#" in entry for entry in old + new):
        return False
    if all("=" in e for e in old + new) and set(old) <= set(new):
        return True
    stay = len(old) - bool(old and _COUNTS.search(old[-1]))
    return len(new) >= len(old) and old[:stay] == new[:stay]


_NO_MATTER = frozenset("const volatile __rcu __user __iomem __percpu __private restrict __force".split())


def _shape(tokens: list[str]) -> str:
    """How much room the declaration of a member takes, as far as the text tells."""
    words = [t for t in tokens if t not in _NO_MATTER]
    if "{" in words or "#" in words or "," in words and "(" not in words:
        return " ".join(words)
    if any(a == "(" and b == "*" for a, b in zip(words, words[1:])):
        return "pointer to a function"
    if "*" in words and "[" not in words and "(" not in words:
        return "pointer"
    end = next((n for n, t in enumerate(words) if t in ("[", ":")), len(words))
    return " ".join(words[:max(end - 1, 0)] + words[end:])


def _members(tokens: list[str]) -> list[list[str]]:
    """The declarations in the outermost { } of a struct."""
    found: list[list[str]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token == "{") - (token == "}")
        if depth == 0 and token != "}":
            continue
        if depth == 1 and token == ";":
            found.append([])
        elif (token, depth) not in (("{", 1), ("}", 0)):
            found[-1].append(token)
    return [m for m in found if m]


def same_layout(old: list[str], new: list[str]) -> bool:
    """Are a struct's members in the same places, perhaps with other names or attributes?"""
    def rest(tokens: list[str]) -> list[str]:
        return tokens[len(tokens) - tokens[::-1].index("}"):] if "}" in tokens else tokens
    return rest(old) == rest(new) and list(map(_shape, _members(old))) == list(map(_shape, _members(new)))


def _other(side: Side, item: Definition, like: Optional[Definition]) -> Optional[Definition]:
    """The type of the same name on the other side."""
    for found in side.top:
        if found.kind == item.kind and found.name == item.name and not item.name.startswith("__anon"):
            return found
    return like if like and like.kind == item.kind else None


def layout(hunk: Hunk, file: File) -> str:
    """A struct, union or enum of the running kernel that is another one with it."""
    span = hunk.span
    sides = []
    for side, first, count in ((file.old, span.old, span.old_count), (file.new, span.new, span.new_count)):
        # where lines are only brought or taken, the other side is between two lines
        sides.append([d for d in side.top if d.kind in ("struct", "union", "enum") and
                      (d.first <= first + count and first + 1 <= d.last if count
                       else d.first <= first < d.last)])
    for item in sides[0]:
        new = _other(file.new, item, sides[1][0] if sides[1] else None)
        if not new:
            continue
        before = file.old.text(item.first, item.last)
        after = file.new.text(new.first, new.last)
        if before == after or (only_more(_entries(before), _entries(after)) if item.kind == "enum"
                               else same_layout(before, after)):
            continue
        name = "without a name" if item.name.startswith("__anon") else item.name
        return f"{item.kind} {name}"
    return ""


def _boot_line(hunk: Hunk, file: File) -> list[str]:
    """What is registered to be run at boot, on lines in no definition."""
    span = hunk.span
    lines = file.old.tokens[span.old:span.old + span.old_count] + \
        file.new.tokens[span.new:span.new + span.new_count]
    return [line[0] for line in lines if line and line[0] in _BOOT_LINES]


def look(hunks: list[Hunk], files: dict[str, File]) -> None:
    """Finds out of each hunk what is said here."""
    boot = {p: boot_names(f.old) | boot_names(f.new) for p, f in files.items()}
    for hunk in hunks:
        file = files[hunk.path]
        if hunk.whole:
            continue
        hunk.layout = "" if plain(hunk) else layout(hunk, file)
        hunk.boot = sorted({n for n in hunk.functions + hunk.tables if n in boot[hunk.path]}
                           | set(_boot_line(hunk, file)))


def plain(hunk: Hunk) -> bool:
    """Can it make no difference to what runs?"""
    return hunk.noise or hunk.both


def only_boot(hunk: Hunk) -> bool:
    """Is it about boot code only?"""
    running = [n for n in hunk.functions + hunk.tables if n not in hunk.boot]
    return bool(hunk.boot) and not running


def leave_out(fix: Fix, code: str, reason: str, fate: str = LEFT_OUT) -> None:
    """Decides about a fix, once."""
    if fix.fate == OPEN:
        fix.fate, fix.code, fix.reason = fate, code, reason


def is_built(release: Release, hunk: Hunk) -> bool:
    """Is something that can run compiled of its file? Of headers that is not asked."""
    return not hunk.path.endswith((".c", ".S")) or bool(release.built.get(hunk.path))


# Made with the kernel, and no part of its code: boot code, programs, what processes map
_OUTSIDE = ("arch/x86/boot/", "arch/x86/realmode/", "arch/x86/purgatory/", "drivers/firmware/efi/libstub/",
            "arch/x86/entry/vdso/", "lib/vdso/", "usr/", "kernel/ksplice/", "arch/x86/kernel/ksplice")
_VDSO = ("arch/x86/entry/vdso", "lib/vdso", "arch/x86/include/asm/vdso", "include/vdso")
_INSIDE = frozenset(f"arch/x86/entry/vdso/{name}.c" for name in ("vma", "extable", "vdso32-setup"))


def is_outside(release: Release, hunk: Hunk) -> bool:
    """Is it in what is made with the kernel, but is no code of it?"""
    if hunk.path in _INSIDE:
        return False
    return hunk.path.startswith(_OUTSIDE) or hunk.path in release.outside


def vdso_words(release: Release) -> set[str]:
    """The names in the source of the vDSO."""
    found: set[str] = set()
    for place in _VDSO:
        try:
            names = os.listdir(os.path.join(release.source, place))
        except FileNotFoundError:
            continue
        for name in names:
            if name.endswith((".c", ".h")):
                found |= ctext.names(ctext.tokens(ctext.without_comments(release.old_text(f"{place}/{name}"))))
    return found


def in_vdso(hunk: Hunk, words: set[str]) -> str:
    """What of a header's change the vDSO has in itself, which stays as it is; or nothing."""
    if not hunk.in_header or plain(hunk):
        return ""
    if hunk.path.startswith(_VDSO):
        return hunk.path
    return next((w for w in hunk.functions + hunk.names if w in words and len(w) > 3), "")


def decide(release: Release) -> None:
    """Leaves out the fixes that can't be taken, and those that change nothing here."""
    words = vdso_words(release)
    for fix in release.fixes:
        hunks = [release.hunks[n] for n in fix.hunks if not plain(release.hunks[n])]
        outside = [h for h in hunks if is_outside(release, h)]
        live = [h for h in hunks if is_built(release, h) and h not in outside]
        if outside and not live:
            leave_out(fix, "outside", f"{outside[0].path} is not built into code of the kernel itself", WITHOUT_EFFECT)
        for hunk in outside:
            leave_out(fix, "outside_half", f"{hunk.path} is a part of it, and is not built into code of the"
                      " kernel itself, but into boot code, a program or the vDSO, which does not change")
        if not live:
            if hunks:
                leave_out(fix, "not_built", "what it changes is not built in this configuration", WITHOUT_EFFECT)
            continue
        if all(only_boot(h) for h in live):
            leave_out(fix, "boot_only", "what it changes only runs at boot", WITHOUT_EFFECT)
        for hunk in live:
            if hunk.layout:
                leave_out(fix, "type_changed", f"{hunk.path}: {hunk.layout} has another layout, and the kernel's"
                          " memory has the old one")
            if hunk.boot:
                leave_out(fix, "boot_half", f"{hunk.path}: {hunk.boot[0]} is a part of it, which only runs at boot:"
                          " the running kernel ran the old code")
            shared = in_vdso(hunk, words)
            if shared:
                leave_out(fix, "vdso_half", f"{hunk.path}: the vDSO is built from {shared}, too, and does not change:"
                          " processes have it mapped")
            if hunk.whole == "gone":
                leave_out(fix, "file_gone", f"{hunk.path} is gone, but the running kernel contains the code that was built from it")
        for hunk in hunks:
            if hunk.whole == "new" and not hunk.path.endswith(".h"):
                leave_out(fix, "new_file", f"{hunk.path} is new: the old makefiles do not build it")
