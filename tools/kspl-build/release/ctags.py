# SPDX-License-Identifier: GPL-2.0
"""Where definitions begin and end, by universal-ctags."""
import json
import re
import subprocess
from dataclasses import dataclass, field
from typing import Iterable, Iterator, Optional

# Functions that a macro of this form defines: NAME_DEFINE2(name, ...)
_DEFINES = re.compile(r"(COMPAT_)?SYSCALL_DEFINE\d\Z")
_BPF_CALL = re.compile(r"BPF_CALL_\d\Z")
_STRUCT = re.compile(r"\b(?:struct|union)[: ]([\w:]+)")
_FIRST_ARGUMENT = re.compile(r"\(\s*(\w+)")
_KINDS = "--kinds-C=+defgmpstuvx"
# What is no part of a declaration for ctags; + is for such as have arguments
_IGNORED = """
__read_mostly __ro_after_init __initdata __initconst __init __exit __exitdata __net_init
__net_exit __net_initdata __meminit __ref __refdata __sched __always_inline noinline
noinstr notrace asmlinkage __visible __weak __cold __pure __used __maybe_unused
__always_unused __must_check __deprecated __malloc __packed __randomize_layout __no_randomize_layout
__user __kernel __iomem __rcu __percpu __force __bitwise __private __be __noreturn
____cacheline_aligned ____cacheline_aligned_in_smp __cacheline_aligned __cacheline_aligned_in_smp
____cacheline_internodealigned_in_smp __cacheline_group_begin+ __cacheline_group_end+
__attribute__+ __aligned+ __section+ __printf+ __scanf+ __alloc_size+ __acquires+ __releases+
__must_hold+ __cond_acquires+ __counted_by+ __guarded_by+ ATOMIC_INIT+ ATOMIC64_INIT+
ATOMIC_LONG_INIT+ DEFINE_FREE+ EXPORT_SYMBOL+ EXPORT_SYMBOL_GPL+ EXPORT_SYMBOL_NS+
EXPORT_SYMBOL_NS_GPL+ EXPORT_PER_CPU_SYMBOL+ EXPORT_PER_CPU_SYMBOL_GPL+ ALLOW_ERROR_INJECTION+
NOKPROBE_SYMBOL+ MODULE_LICENSE+ MODULE_AUTHOR+ MODULE_DESCRIPTION+ MODULE_ALIAS+
""".split()


class CtagsError(Exception):
    """ctags can't be run, or is another program of that name."""


@dataclass
class Definition:
    """One definition (or declaration) of a file; lines count from 1."""
    path: str
    name: str
    kind: str
    first: int
    last: int
    scope: str = ""
    type: str = ""
    static: bool = False
    aliases: list[str] = field(default_factory=list)

    @property
    def is_code(self) -> bool:
        """Is it something that others are compiled with?"""
        return self.kind in ("function", "macro")


def _name(tag: dict[str, str]) -> tuple[str, list[str]]:
    """What a function is called, and what the compiler may call it."""
    name = tag["name"]
    found = _FIRST_ARGUMENT.match(tag.get("signature", ""))
    if not found:
        return name, []
    argument = found.group(1)
    match = _DEFINES.match(name)
    if match:
        base = ("compat_sys_" if match.group(1) else "sys_") + argument
        return base, [f"__do_{base}", f"__se_{base}", f"__x64_{base}", f"__ia32_{base}"]
    if _BPF_CALL.match(name):
        return argument, [f"____{argument}"]
    return name, []


def _type(tag: dict[str, str]) -> str:
    """The struct or union that a variable or member is, or points to; or ''."""
    found = _STRUCT.search(tag.get("typeref", ""))
    return owner(found.group(1)) if found else ""


def owner(scope: str) -> str:
    """Of a type within others, the outermost, whose members those of nameless ones are."""
    parts = scope.split("::")
    named = [p for p in parts if not p.startswith("__anon")]
    if parts[0].startswith("__anon"):
        return parts[0]
    return named[-1] if not parts[-1].startswith("__anon") else named[0]


def _definition(tag: dict[str, str]) -> Definition:
    name, aliases = _name(tag)
    line = int(tag["line"])
    return Definition(path=tag["path"].removeprefix("./"), name=name, kind=tag["kind"],
                      first=line, last=max(line, int(tag.get("end", line))),
                      scope=owner(tag["scope"]) if tag.get("scope") else "",
                      type=_type(tag), static=bool(tag.get("file")), aliases=aliases)


def read(root: str, paths: Iterable[str], kinds: str = _KINDS) -> Iterator[Definition]:
    """All definitions of files in a tree."""
    # a name that begins with - would be an option
    listed = "\n".join("./" + p for p in paths)
    if not listed:
        return
    try:
        done = subprocess.run(
            ["ctags", "--options=NONE", "-L", "-", "-o", "-", "--sort=no", "--output-format=json",
             "--language-force=C", "-I", ",".join(_IGNORED), kinds, "--fields=+neKSt", "--fields=-P"],
            cwd=root, input=listed, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            encoding="utf-8", errors="replace", check=False)
    except OSError as error:
        raise CtagsError(f"ctags: {error.strerror}") from error
    if done.returncode:
        raise CtagsError(f"ctags: {done.stderr.strip()[-200:]}")
    for line in done.stdout.splitlines():
        tag = json.loads(line)
        if tag.get("_type") == "tag" and "line" in tag and not _is_call(tag):
            yield _definition(tag)


def _is_call(tag: dict[str, str]) -> bool:
    """A macro with arguments at the top of a file looks like a declaration."""
    return tag["kind"] in ("prototype", "externvar") and (
        "typeref" not in tag or tag["name"].upper() == tag["name"])


def widen(definition: Definition, lines: list[str], floor: int) -> None:
    """Begins a definition where its return type and attributes do, behind line floor."""
    while definition.first - 1 > floor:
        above = lines[definition.first - 2].rstrip()
        if not above or above[0] in "#}/ *" or above.endswith((";", "}", "*/", "\\")):
            break
        definition.first -= 1


def top_level(definitions: list[Definition], text: str) -> list[Definition]:
    """Of a file's definitions those that are in no other, in their order, and widened."""
    lines = text.split("\n")
    found: list[Definition] = []
    floor = 0
    for item in sorted(definitions, key=lambda d: (d.first, -d.last)):
        if item.scope or item.kind in ("member", "enumerator") or item.first <= floor:
            continue
        if item.kind != "macro":
            widen(item, lines, floor)
        found.append(item)
        floor = item.last
    return found


def at(definitions: list[Definition], first: int, last: int) -> list[Definition]:
    """Those that have one of these lines."""
    return [d for d in definitions if d.first <= last and first <= d.last]


def find(definitions: Iterable[Definition], name: str) -> Optional[Definition]:
    """The one that the compiler may call so."""
    for item in definitions:
        if name == item.name or name in item.aliases:
            return item
    return None
