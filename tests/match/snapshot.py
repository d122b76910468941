#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""snapshot.py DIR [MODULE...]: the running kernel's own memory, for tests.

Run as root in a guest.  Writes DIR/kallsyms and DIR/memory; the latter is, a
part after the other, a line "KIND START SIZE [MODULE]" and SIZE bytes, with what
a /proc/kcore reader sees: all that the boot code has patched.  Of the modules
named, which must be loaded, the sections that stay.
"""
import lzma
import os
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


def module_file(name):
    where = '/lib/modules/' + os.uname().release
    with open(where + '/modules.dep') as f:
        for line in f:
            path = line.split(':')[0]
            base = os.path.basename(path).split('.')[0]
            if base.replace('-', '_') == name:
                with open(os.path.join(where, path), 'rb') as ko:
                    data = ko.read()
                return lzma.decompress(data) if path.endswith('.xz') else data
    sys.exit('no file of module %s' % name)


def section_sizes(elf):
    """Of each allocated section of a module: kind and size."""
    shoff, = struct.unpack_from('<Q', elf, 40)
    size, num, strndx = struct.unpack_from('<HHH', elf, 58)
    heads = [struct.unpack_from('<IIQQQQ', elf, shoff + i * size)
             for i in range(num)]
    names = heads[strndx][4]
    for name, _, flags, _, _, length in heads:
        end = elf.index(b'\0', names + name)
        if flags & 2 and length:
            kind = 'text' if flags & 4 else 'data' if flags & 1 else 'rodata'
            yield elf[names + name:end].decode(), kind, length


def module_parts(name):
    for section, kind, length in section_sizes(module_file(name)):
        if '.init' in section or 'percpu' in section:
            continue
        try:
            with open('/sys/module/%s/sections/%s' % (name, section)) as f:
                start = int(f.read(), 16)
        except FileNotFoundError:
            continue
        yield kind, start, start + length, name


def main():
    where = sys.argv[1]
    v = kallsyms(where + '/kallsyms')
    parts = [
        ('text', v['_stext'], v['_etext'], ''),
        ('rodata', v['__start_rodata'], v['__end_rodata'], ''),
        ('data', v['__end_rodata'], v['_end'], ''),
    ]
    for name in sys.argv[2:]:
        parts += module_parts(name)
    with open('/proc/kcore', 'rb') as core, open(where + '/memory', 'wb') as out:
        segs = list(segments(core))
        for kind, start, end, owner in parts:
            data = bytearray()
            while start + len(data) < end:
                n = min(1 << 20, end - start - len(data))
                data += read(core, segs, start + len(data), n)
            line = '%s %x %x %s' % (kind, start, len(data), owner)
            out.write(line.rstrip().encode() + b'\n')
            out.write(data)


main()
