#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Makes a file that says of itself what an update says, with no code in it.

make-update.py OUT NAME RELEASE FUNCTION...
FORMAT=N, SIGNED=1, BARE=1 (the mark of a signature, without one), MODULE=NAME,
DESCRIPTION=TEXT, FIXES="ID ID", NEEDS="MODULE MODULE" (it uses a symbol of each), NOSUM=1 (no checksum), SEALED=1 (one of the
whole file at its end, as kspl-build makes it), REPEAT=N (the functions so often), TWICE=1 (two sections of an update) and
VERMAGIC=TEXT in the environment change what it says.
"""
import hashlib
import os
import re
import struct
import sys
import zlib

HEADER = (os.path.dirname(os.path.abspath(__file__)) +
          "/../../kernel-tree-overlay/include/linux/ksplice_format.h")


def format_number():
    text = open(HEADER).read()
    return int(re.search(r"#define KSPLICE_FORMAT\s+(\d+)", text).group(1))


def table_names():
    """Those of struct ksplice_f_header, in their order"""
    text = open(HEADER).read()
    struct_text = re.search(r"struct ksplice_f_header \{(.*?)\n\};", text,
                            re.S).group(1)
    return re.findall(r"struct ksplice_f_table (\w+);", struct_text)


class Strings:
    def __init__(self):
        self.data = b"\0"

    def add(self, text):
        at = len(self.data)
        self.data += text.encode(errors="surrogateescape") + b"\0"
        return at


def blob(name, release, funcs):
    s = Strings()
    names = table_names()
    size = 40 + 8 * len(names)
    words = [0x4c50534b, int(os.environ.get("FORMAT", format_number())), size, 0,
             0, s.add(name), s.add(release), s.add(os.environ.get("DESCRIPTION", "for a test")),
             s.add("".join(i + "\n" for i in os.environ.get("FIXES", "").split())), 0]
    target = struct.pack("<II", s.add("vmlinux"), 0)
    unit = struct.pack("<14I", s.add("unit"), 0, 0, s.add("lib/unit.o"),
                       1, 1, 64, 16, 0, 0, 0, 0, 0, 0xffffffff)
    called = [s.add(f) for f in funcs] * int(os.environ.get("REPEAT", "1"))
    replaces = b"".join(struct.pack("<Q6I", 0, f, 1, 0, 0, 64, 64)
                        for f in called)
    syms = [struct.pack("<6I", s.add("sym"), 0, 0xffffffff, 0, 0xffffffff, s.add(m))
            for m in os.environ.get("NEEDS", "").split() for _ in range(2)]
    contents = {
        "syms": (b"".join(syms), len(syms)),
        "targets": (target, 1), "units": (unit, 1),
        "replaces": (replaces, len(called)),
        "strings": (s.data, len(s.data)), "bytes": (b"\x90" * 64, 64),
    }
    at = size + -size % 8
    heads, body = b"", b""
    for data, n in (contents.get(t, (b"", 0)) for t in names):
        heads += struct.pack("<II", at, n)
        data += bytes(-len(data) % 8)
        body += data
        at += len(data)
    words[3] = at
    whole = struct.pack("<10I", *words) + heads + bytes(-size % 8) + body
    crc = struct.pack("<I", 0 if os.environ.get("NOSUM") else zlib.crc32(whole))
    return whole[:36] + crc + whole[40:]


def elf(sections):
    names = b"\0"
    data = bytes(64)
    heads = bytes(64)
    for name, content in sections + [(b".shstrtab", None)]:
        name_at, kind = len(names), 3 if content is None else 1
        names += name + b"\0"
        if content is None:
            content = names
        data += bytes(-len(data) % 8)
        heads += struct.pack("<IIQQQQIIQQ", name_at, kind, 2, 0, len(data),
                             len(content), 0, 0, 8, 0)
        data += content
    data += bytes(-len(data) % 8)
    n = len(sections) + 2
    head = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack(
        "<HHIQQQIHHHHHH", 1, 62, 1, 0, 0, len(data), 0, 64, 0, 0, 64, n, n - 1)
    return head + data[64:] + heads


def main():
    out, name, release, *funcs = sys.argv[1:]
    magic = os.environ.get("VERMAGIC", release + " SMP preempt mod_unload ")
    module = os.environ.get("MODULE", "ksplice_" + name.replace("-", "_"))
    info = "license=GPL\0name=%s\0vermagic=%s\0" % (module, magic)
    contents = [(b".modinfo", info.encode(errors="surrogateescape")),
                (b".init.ksplice", blob(name, release, funcs))]
    if os.environ.get("TWICE"):
        contents.append((b".init.ksplice", blob(name, release, [f + "2" for f in funcs])))
    build_id = hashlib.sha1(contents[0][1] + contents[1][1]).digest()
    # The first section, as the linker has it: the fake kernel looks there.
    data = elf([(b".note.gnu.build-id", struct.pack("<III4s", 4, 20, 3, b"GNU") + build_id)] + contents)
    if os.environ.get("SEALED"):
        data += b"~ksplice checksum %08x~\n" % zlib.crc32(data)
    if os.environ.get("SIGNED"):
        data += bytes(40) + struct.pack(">8BI", 0, 0, 2, 0, 0, 0, 0, 0, 40)
    if os.environ.get("SIGNED") or os.environ.get("BARE"):
        data += b"~Module signature appended~\n"
    open(out, "wb").write(data)


main()
