#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""snapshot.py DIR: the running kernel's own memory and kallsyms, for tests.

Run as root in a guest.  Writes DIR/kallsyms and DIR/memory; the latter is, a
part after the other, a line "KIND START SIZE" and SIZE bytes, with what a
/proc/kcore reader sees: all that the boot code has patched.
"""
import struct
import sys


def kallsyms(path):
    values = {}
    with open('/proc/kallsyms') as f, open(path, 'w') as out:
        for line in f:
            out.write(line)
            word = line.split()
            if len(word) == 3:
                values.setdefault(word[2], int(word[0], 16))
    return values


def segments(core):
    head = core.read(64)
    phoff, = struct.unpack_from('<Q', head, 32)
    size, num = struct.unpack_from('<HH', head, 54)
    for i in range(num):
        core.seek(phoff + i * size)
        kind, _, off, vaddr, _, filesz = struct.unpack('<IIQQQQ', core.read(48 - 8))
        if kind == 1:
            yield vaddr, filesz, off


def read(core, segs, start, size):
    for vaddr, filesz, off in segs:
        if vaddr <= start and start + size <= vaddr + filesz:
            core.seek(off + start - vaddr)
            return core.read(size)
    sys.exit('/proc/kcore has nothing at %#x' % start)


def main():
    where = sys.argv[1]
    v = kallsyms(where + '/kallsyms')
    parts = [
        ('text', v['_stext'], v['_etext']),
        ('rodata', v['__start_rodata'], v['__end_rodata']),
        ('data', v['__end_rodata'], v['_end']),
    ]
    with open('/proc/kcore', 'rb') as core, open(where + '/memory', 'wb') as out:
        segs = list(segments(core))
        for kind, start, end in parts:
            data = bytearray()
            while start + len(data) < end:
                n = min(1 << 20, end - start - len(data))
                data += read(core, segs, start + len(data), n)
            out.write(b'%s %x %x\n' % (kind.encode(), start, len(data)))
            out.write(data)


main()
