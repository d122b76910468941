#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""snapshot.py DIR [MODULE...]: the running kernel's own memory, for tests.

Run as root in a guest.  Writes DIR/kallsyms and DIR/memory; the latter is, a
part after the other, a line "KIND START SIZE [MODULE]" and SIZE bytes, with what
a /proc/kcore reader sees: all that the boot code has patched.  Of the modules
named, which must be loaded, the sections that stay.  DIR/tables says where their
tables about code are, DIR/features what the boot CPU has.
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


TABLES = ('__jump_table', '.static_call_sites', '__ex_table', '__bug_table')


def module_tables(name):
    """Of each table about code: section, start and size."""
    for section, _, length in section_sizes(module_file(name)):
        if section in TABLES:
            with open('/sys/module/%s/sections/%s' % (name, section)) as f:
                yield section, int(f.read(), 16), length


class Btf:
    """As much of the kernel's type information as a struct's layout takes."""
    # bytes behind the 12 of each kind, for each member and in all
    EACH = {4: 12, 5: 12, 6: 8, 13: 8, 15: 12, 19: 12}
    ALL = {1: 4, 3: 12, 14: 4, 17: 4}

    def __init__(self, path):
        with open(path, 'rb') as f:
            data = f.read()
        head, types, size, strings = struct.unpack_from('<4xIIII', data)
        self.names = data[head + strings:]
        self.types = [None]
        at = head + types
        while at < head + types + size:
            name, info, _ = struct.unpack_from('<III', data, at)
            kind, n = info >> 24 & 31, info & 0xffff
            rest = self.ALL.get(kind, 0) + n * self.EACH.get(kind, 0)
            self.types.append((kind, n, name, data[at + 12:at + 12 + rest]))
            at += 12 + rest

    def name(self, off):
        return self.names[off:self.names.index(b'\0', off)].decode()

    def members(self, number):
        _, n, _, data = self.types[number]
        for i in range(n):
            name, kind, bits = struct.unpack_from('<III', data, 12 * i)
            yield self.name(name), kind, (bits & 0xffffff) // 8

    def find(self, number, member):
        """Offset and number of elements of an array, also in unnamed unions."""
        for name, kind, off in self.members(number):
            if name == member:
                return off, struct.unpack_from('<III', self.types[kind][3])[2]
            if not name and self.types[kind][0] in (4, 5):
                inner = self.find(kind, member)
                if inner:
                    return off + inner[0], inner[1]
        return None

    def struct(self, wanted):
        for number, entry in enumerate(self.types):
            if entry and entry[0] == 4 and self.name(entry[2]) == wanted:
                return number
        sys.exit('no struct %s' % wanted)


def features(core, segs, cpu):
    """The words by which alternatives were chosen."""
    btf = Btf('/sys/kernel/btf/vmlinux')
    off, n = btf.find(btf.struct('cpuinfo_x86'), 'x86_capability')
    return struct.unpack('<%dI' % n, read(core, segs, cpu + off, 4 * n))


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
    with open(where + '/tables', 'w') as f:
        for name in sys.argv[2:]:
            for section, start, size in module_tables(name):
                f.write('%s %x %x %s\n' % (section, start, size, name))
    with open('/proc/kcore', 'rb') as core, open(where + '/memory', 'wb') as out:
        segs = list(segments(core))
        with open(where + '/features', 'w') as f:
            for word in features(core, segs, v['boot_cpu_data']):
                f.write('%08x\n' % word)
        for kind, start, end, owner in parts:
            data = bytearray()
            while start + len(data) < end:
                n = min(1 << 20, end - start - len(data))
                data += read(core, segs, start + len(data), n)
            line = '%s %x %x %s' % (kind, start, len(data), owner)
            out.write(line.rstrip().encode() + b'\n')
            out.write(data)


main()
