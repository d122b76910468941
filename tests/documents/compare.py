#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""compare.py WHAT: do the documents say what the code has?

Prints each difference; exit code 1 if there is one.  Run at the top of the tree.
"""
import pathlib
import re
import subprocess
import sys
from typing import Callable, Iterable, Iterator

OVERLAY = pathlib.Path("kernel-tree-overlay")
CORE = [*OVERLAY.glob("kernel/ksplice/*.c"), *OVERLAY.glob("arch/x86/kernel/ksplice*.c"),
        *pathlib.Path("dkms").glob("*.c")]
ADMIN = pathlib.Path("Documentation/admin-guide.rst")
AUTHOR = pathlib.Path("Documentation/author-guide.rst")
SYSFS = pathlib.Path("Documentation/sysfs-kernel-ksplice")
SECURITY = pathlib.Path("Documentation/security.rst")
MAN = pathlib.Path("Documentation/man")
# What the module loader says, and insmod
LOADERS = ("Unknown symbol", "version magic", "should be", "disagrees about version of symbol module_layout",
           "Key was rejected by service", "Required key not available", "insmod: File exists",
           "Invalid module format", "module_layout")
# In a message of the documents these stand for something, as %s does in the code.
PLACEHOLDER = re.compile(r"(?<=: not )(?:applied|reversed)(?= \()|\b(?:[A-Z]|FILE|FUNCTION|OFFSET|NAME|ERRNO|vmlinux|fix-foo|fix-bar|foo|cat)\b|-?[0-9]+")
FORMAT = re.compile(r"%[-#0-9.*]*(?:l|ll|z)?(?:p[a-zA-Z]*|[a-z])")
OPTION = re.compile(r"(?<![\w-])--?[a-zA-Z][a-z-]*")


def read(path: pathlib.Path) -> str:
    return path.read_text(encoding="utf-8")


def differences(name: str, code: Iterable[str], document: Iterable[str]) -> Iterator[str]:
    """What only one of both has."""
    have, told = set(code), set(document)
    yield from (f"{name}: no document has {x}" for x in sorted(have - told))
    yield from (f"{name}: the code does not have {x}" for x in sorted(told - have))


def marked(what: re.Pattern[str], text: str) -> str:
    """The text, with a mark in the place of what is not the same each time."""
    return re.sub("\1+", "\1", what.sub("\1", text))


def strings(paths: Iterable[pathlib.Path]) -> str:
    """All strings of C sources, those that follow one another as one."""
    found: list[str] = []
    for path in paths:
        joined = re.sub(r'"\s*\n\s*"', "", read(path))
        found += re.findall(r'"((?:[^"\\\n]|\\.)*)"', joined)
    return marked(FORMAT, "\n".join(found))


def messages() -> Iterator[str]:
    """The administrator's guide quotes only what the core says."""
    have = strings(CORE)
    text = read(ADMIN)
    start = text.index("When applying or taking back fails")
    end = text.index("Knobs for tests")
    quoted = re.findall(r"``([^`]+)``", text[start:end])
    quoted += re.findall(r"^\tksplice: (.*(?:\n\t  .*)*)", text, re.M)
    for quote in quoted:
        words = re.sub(r"\s+", " ", quote)
        if len(words.split()) < 4 or words.startswith(LOADERS) or re.match(r"(echo|dmesg|kspl-build|kill|perf|mod) ", words) or \
                "what now: " in words:
            continue
        for part in words.split("..."):
            part = marked(PLACEHOLDER, part.strip(" ;,"))
            if len(part) > 7 and part not in have:
                yield f"the core does not say '{part}', of '{words}'"


def attributes() -> Iterator[str]:
    """Files of an update in sysfs"""
    macro = re.search(r"#define KSPLICE_ATTRIBUTES\(X\)((?:.*\\\n)*.*)", read(OVERLAY / "include/linux/ksplice_format.h"))
    assert macro
    code = re.findall(r"X\((\w+)\)", macro.group(1))
    yield from differences("sysfs-kernel-ksplice", code, re.findall(r"^What:.*/<name>/(\w+)$", read(SYSFS), re.M))
    text = read(ADMIN)
    table = text[text.index("\nStatus\n"):text.index("When applying or taking back fails")]
    yield from differences("admin-guide, Status", code, re.findall(r"^``(\w+)`` ", table, re.M))


def causes() -> Iterator[str]:
    """The words of abort_cause"""
    array = re.search(r"cause_words\[\] = \{(.*?)\};", read(OVERLAY / "kernel/ksplice/sysfs.c"), re.S)
    assert array
    code = set(re.findall(r'"(\w+)"', array.group(1)))
    told = read(SYSFS).split("/abort_cause\n")[1].split("More words may be added")[0]
    yield from differences("sysfs-kernel-ksplice", code, re.findall(r"^\t\t- (\w+):", told, re.M))
    yield from differences("admin-guide", code - {"ok"}, re.findall(r"^``([a-z_]+)`` \((?:E|what)", read(ADMIN), re.M))


def options_of(page: str) -> set[str]:
    """What a manual page has an item for, or in its synopsis"""
    text = read(MAN / page)
    found: set[str] = set()
    for line in re.findall(r"^\..*", text, re.M):
        for flags in re.findall(r"\bFl ((?:-?[a-zA-Z][a-z-]*(?: [,|] )?)+)", line):
            found |= {"-" + f for f in re.split(r" [,|] ", flags)}
    return found


def options() -> Iterator[str]:
    """Each option of each tool, in its --help and in its manual page"""
    build = subprocess.run(["tools/kspl-build/kspl-build", "--help"], check=True, stdout=subprocess.PIPE, encoding="utf-8")
    told = set(re.findall(r"(?:^  |, |^      )(--?[a-zA-Z][a-z-]*)", build.stdout, re.M))
    yield from (f"kspl-build.1 does not have {o}" for o in sorted(told - options_of("kspl-build.1")))
    parser = read(pathlib.Path("tools/kspl-build/kspl-build")).split("parse_args()")[1].split("if [[ -n $PRE ]]")[0]
    code = {o for o in OPTION.findall(parser) if o.startswith("--") or len(o) == 2}
    yield from (f"kspl-build --help does not have {o}" for o in sorted({o for o in code if o.startswith("--")} - told))

    code = set()
    for name in ("create", "diff", "inspect"):
        code |= set(re.findall(r'"(--[a-z-]+)"', read(pathlib.Path(f"tools/kspl-objdiff/builtin-{name}.c"))))
    yield from (f"kspl-objdiff.1 does not have {o}" for o in sorted(code - options_of("kspl-objdiff.1")))

    main = read(pathlib.Path("tools/ksplice/main.c"))
    code = {f"--{o}" for o in re.findall(r'^\t\{ "([a-z]+)",\t+(?:no|required)_argument', main, re.M)}
    told = set(OPTION.findall(main.split("usage[] =")[1].split(";\n")[0]))
    yield from (f"ksplice --help does not have {o}" for o in sorted(code - told))
    yield from (f"ksplice.8 does not have {o}" for o in sorted(code - options_of("ksplice.8")))
    completion = read(pathlib.Path("tools/ksplice/completion.bash"))
    yield from (f"completion.bash does not have {o}" for o in sorted(code - set(OPTION.findall(completion))))


def refusals() -> Iterator[str]:
    """The words for what kspl-objdiff refuses"""
    code: set[str] = set()
    for path in pathlib.Path("tools/kspl-objdiff").glob("*.c"):
        code |= set(re.findall(r'\brefuse(?:_at)?\(vs, "([a-z_]+)"', read(path)))
    text = read(AUTHOR)
    table = text[text.index("By ``kspl-objdiff``, from the objects."):text.index("Looking at an update")]
    told = set(re.findall(r"^``([a-z_]+)`` ", table, re.M))
    yield from (f"author-guide.rst does not have {c}" for c in sorted(code - told))
    everything = "\n".join(read(p) for p in pathlib.Path("tools/kspl-objdiff").glob("*.c"))
    yield from (f"kspl-objdiff does not have {c}" for c in sorted(told) if f'"{c}"' not in everything)


def tests() -> Iterator[str]:
    """What the documents name as tests is there."""
    for path in sorted(pathlib.Path("Documentation").glob("*.rst")):
        text = read(path)
        for name in re.findall(r"\b((?:host|vm)/[a-z0-9]+(?:-[a-z0-9]+)*)\b", text):
            if not name.startswith(("vm/run", "vm/build")) and not pathlib.Path(f"tests/{name}.sh").exists():
                yield f"{path}: there is no test {name}"
    text = read(SECURITY)
    for name in re.findall(r"\btest-[a-z]+\b", text):
        if name != "test-system" and not pathlib.Path(f"selftests/{name}.sh").exists():
            yield f"{SECURITY}: there is no selftest {name}"
    sources = "\n".join(read(p) for p in pathlib.Path("selftests").glob("*.sh"))
    for words in re.findall(r"\bTests?: (.*?)(?:\.\s|\.$|\))", read(pathlib.Path("Documentation/design.rst")), re.S):
        for name in re.findall(r"``([a-z]+(?:_[a-z]+)+)``", words):
            if not re.search(rf"\b{name}\b", sources):
                yield f"design.rst: no selftest has {name}"


CHECKS: dict[str, Callable[[], Iterator[str]]] = {f.__name__: f for f in (
    messages, attributes, causes, options, refusals, tests)}


def main() -> int:
    if len(sys.argv) != 2 or sys.argv[1] not in CHECKS:
        print(f"usage: {sys.argv[0]} {'|'.join(CHECKS)}", file=sys.stderr)
        return 2
    found = list(CHECKS[sys.argv[1]]())
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
