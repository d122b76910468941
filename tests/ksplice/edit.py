#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Changes bytes of an update so that it is another one, not a damaged one.

edit.py FILE OUT OLD NEW [OLD NEW]...: text of the same lengths; the checksums
of the update, and of the file if it has one, are made to fit again.
"""
import re
import struct
import sys
import zlib

CHECKSUM = 36   # offset in struct ksplice_f_header


def section(data, wanted):
    """File offset and size of a section of an ELF64 file."""
    shoff, = struct.unpack_from("<Q", data, 40)
    shentsize, shnum, shstrndx = struct.unpack_from("<HHH", data, 58)
    heads = [struct.unpack_from("<IIQQQQ", data, shoff + i * shentsize)
             for i in range(shnum)]
    names = heads[shstrndx][4]
    for name, _, _, _, off, size in heads:
        start = names + name
        if data[start:data.index(b"\0", start)] == wanted:
            return off, size
    sys.exit("no section " + wanted.decode())


def main():
    path, out, *texts = sys.argv[1:]
    data = bytearray(open(path, "rb").read())
    for old, new in zip(texts[::2], texts[1::2]):
        old, new = old.encode(), new.encode()
        if len(old) != len(new) or old not in data:
            sys.exit("can't put %r for %r" % (new, old))
        data = data.replace(old, new)
    off, size = section(data, b".init.ksplice")
    data[off + CHECKSUM:off + CHECKSUM + 4] = bytes(4)
    crc = zlib.crc32(data[off:off + size])
    data[off + CHECKSUM:off + CHECKSUM + 4] = struct.pack("<I", crc)
    seal = re.search(rb"~ksplice checksum [0-9a-f]{8}~\n", data)
    if seal:
        data[seal.start() + 18:seal.start() + 26] = b"%08x" % zlib.crc32(data[:seal.start()])
    open(out, "wb").write(data)


main()
