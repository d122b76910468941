#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""made_up.py DIR FUNCTIONS: what kspl-build would give page/ of a release that does not exist.

Writes sources, listings as objdump prints them, and both reports into DIR, and the
request on stdout: tools/kspl-build/make-page makes DIR/page.html of it. All is made
of the number alone, so that a test and a measurement see the same.
"""
import json
import os
import random
import sys
from typing import Any

Json = dict[str, Any]

PER_FILE = 15       # functions
PER_FIX = 6
LEFT = 8            # of so many functions one is left out
STATEMENTS = ("\tif (!thing->{0})\n\t\treturn -EINVAL;\n", "\tthing->{0} += {1};\n",
              "\tspin_lock(&thing->{0}_lock);\n\tthing->{0} = {1};\n\tspin_unlock(&thing->{0}_lock);\n",
              "\tlist_for_each_entry(other, &thing->{0}, node)\n\t\tcount += other->{0} & {1};\n",
              "\tpr_debug(\"%s: {0} is %d\\n\", __func__, {1});\n")
INSNS = ("mov    0x{0:x}(%rbx),%rax", "test   %rax,%rax", "lea    0x{0:x}(%rax,%rdx,8),%rcx", "add    $0x{0:x},%r12",
         "movzbl 0x{0:x}(%r13),%edx", "cmp    $0x{0:x},%edx", "push   %rbp", "pop    %rbp", "xor    %eax,%eax")
WORDS = ("queue", "inode", "skb", "folio", "entry", "route", "timer", "bio", "device", "request", "page", "socket")
ROOMS = ("fs", "net/ipv4", "net/core", "mm", "drivers/net/ethernet/made", "drivers/scsi/up", "kernel", "block")


class Made:
    """One release."""

    def __init__(self, top: str, count: int) -> None:
        self.top = top
        self.count = count
        self.chance = random.Random(count)
        self.objdiff: list[Json] = []
        self.units: list[Json] = []
        self.replaces: list[Json] = []
        self.left: list[Json] = []
        self.fixes: dict[int, Json] = {}
        self.listings: list[str] = []

    def put(self, path: str, text: str) -> str:
        """Writes a file."""
        full = os.path.join(self.top, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text)
        return full

    def body(self) -> list[str]:
        """Statements of a function."""
        lines: list[str] = []
        for _ in range(self.chance.randrange(4, 25)):
            text = self.chance.choice(STATEMENTS).format(self.chance.choice(WORDS), self.chance.randrange(99))
            lines += text.rstrip("\n").split("\n")
        return lines

    def code(self, name: str, extra: int) -> tuple[str, str]:
        """objdump's words for it, before and after."""
        count = int(self.chance.lognormvariate(4.4, 0.8)) + 8
        insns = [self.chance.choice(INSNS).format(self.chance.randrange(4096)) for _ in range(count)]
        new = list(insns)
        for _ in range(extra):
            at = self.chance.randrange(count)
            new[at:at] = [self.chance.choice(INSNS).format(self.chance.randrange(4096)) for _ in range(3)]
        return self._printed(name, insns), self._printed(name, new)

    def _printed(self, name: str, insns: list[str]) -> str:
        lines = [f"Disassembly of section .text.{name}:", "", f"{16:016x} <{name}>:", f"{name}():", "/src/a.c:1"]
        at = 16
        for n, insn in enumerate(insns):
            if n % 9 == 8:
                lines.append(f"  {at:x}:\tcall   {at + 5:x} <{name}+0x{at - 11:x}>\t{at + 1:x}: R_X86_64_PLT32"
                             f"\t{WORDS[n % len(WORDS)]}_put-0x4")
            elif n % 7 == 6:
                lines.append(f"  {at:x}:\tjne    {16 + 5 * (n - 3):x} <{name}+0x{5 * (n - 3):x}>")
            else:
                lines.append(f"  {at:x}:\t{insn}")
            at += 5
        return "\n".join(lines) + "\n\n"

    def function(self, number: int, path: str, name: str, line: int, body: list[str]) -> tuple[list[str], str, str]:
        """One function: its new body and its listings; what is said of it is noted."""
        at = self.chance.randrange(len(body))
        new = [*body[:at], "\tif (thing->made_up)", "\t\treturn -EBUSY;", *body[at:]]
        pre, post = self.code(name, 3)
        fix = number // PER_FIX + 1
        source = path[:-2] + ".o"
        left = number % LEFT == 0 and number % PER_FIX == 0
        entry = self.fixes.setdefault(fix, {
            "fix": fix, "fate": "taken", "code": "", "reason": "", "files": [], "functions": [], "others": [],
            "hunks": 0, "changes": [], "joins": []})
        if left:
            entry.update(fate="left_out", code="type_changed", reason=f"{path}: struct {WORDS[number % 12]} has another"
                         " layout, and the kernel's memory has the old one")
        entry["files"] = sorted({*entry["files"], path})
        entry["functions"].append(name)
        entry["hunks"] += 1
        entry["changes"].append({"path": path, "old": [line + at, 0],
                                 "new": [line + at + 1 + 2 * (number % PER_FILE), 2]})
        entry["joins"].append({"kind": "name", "what": "made_up", "between": [f"{path}: {name}", f"{path}: other"]})
        if entry["fate"] == "left_out":
            self.left.append({"code": "type_changed", "source": source, "what": name, "kind": "function",
                              "reason": entry["reason"], "way_out": "leave its layout as it is", "fix": fix})
            return new, "", ""
        sizes = {"old_size": pre.count(":\t") * 5, "size": post.count(":\t") * 5}
        self.objdiff[-1]["replaced"].append({
            "name": name, "kind": "function", **sizes, "offset": 29, "old_insn": "push   %rbp",
            "new_insn": "xor    %eax,%eax", "section": f".text.{name}", "cause": "55 instead of 31 c0"})
        self.replaces.append({"name": name, "kind": "function", "source": source, "target": "vmlinux",
                              "new": f"{name}+0x0", "size": sizes["old_size"], "new_size": sizes["size"]})
        return new, pre, post

    def file(self, first: int, last: int) -> None:
        """One file with the functions of these numbers."""
        path = f"{ROOMS[first // PER_FILE % len(ROOMS)]}/made{first // PER_FILE}.c"
        source = path[:-2] + ".o"
        self.objdiff.append({"source": source, "types": "same", "replaced": [], "new": [], "copied": [],
                             "calls_changed": [], "gone": [], "data_changed": []})
        old: list[str] = ["#include <linux/made.h>", ""]
        new = list(old)
        texts = ["", ""]
        for number in range(first, last):
            name = f"{WORDS[number % 12]}_{WORDS[number // 12 % 12]}_{number}"
            head = [f"static int {name}(struct {WORDS[number % 12]} *thing)", "{", "\tint count = 0;", ""]
            body = self.body()
            changed, pre, post = self.function(number, path, name, len(old) + len(head), body)
            old += [*head, *body, "", "\treturn count;", "}", ""]
            new += [*head, *changed, "", "\treturn count;", "}", ""]
            texts[0] += pre
            texts[1] += post
            self.units.append({"name": name, "kind": "text", "source": source, "size": 300, "relocs": 12, "sites": 3,
                               "replaced": bool(pre)})
        self.put(f"old/{path}", "\n".join(old) + "\n")
        self.put(f"new/{path}", "\n".join(new) + "\n")
        self.listings.append("\t".join([source, *(
            self.put(f"{side}/{source}", text) for side, text in zip(("pre", "post"), texts))]))

    def request(self) -> Json:
        """All of it."""
        for first in range(0, self.count, PER_FILE):
            self.file(first, min(first + PER_FILE, self.count))
        report = {
            "result": "done", "exit": 0, "error": "", "name": "made-up", "release": "6.12.1-made-up", "patches": [],
            "subjects": [], "messages": [], "ids": ["CVE-2026-11111", "CVE-2026-22222"], "fixes": list(self.fixes.values()),
            "files": [], "objects": [], "reasons": [], "warnings": ["this release does not exist"], "notes": [],
            "objdiff": {"status": "ok", "functions_replaced": len(self.replaces), "objects": self.objdiff,
                        "refusals": [], "left_out": self.left, "notes": []}}
        inspect = {"name": "made-up", "format": 7, "targets": ["vmlinux"], "supersedes": [], "states": {},
                   "replaces": self.replaces, "hooks": [], "fixups": [], "units": self.units}
        return {"report": self.put("report.json", json.dumps(report)),
                "inspect": self.put("inspect.json", json.dumps(inspect)),
                "old": [os.path.join(self.top, "old")], "new": [os.path.join(self.top, "new")], "steps": "",
                "listings": self.put("listings", "\n".join(self.listings) + "\n"),
                "out": os.path.join(self.top, "page.html")}


if __name__ == "__main__":
    print(json.dumps(Made(sys.argv[1], int(sys.argv[2])).request()))
