#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""dump.py SOCKET OUT [FILE]: writes the memory and the registers of a virtual machine to
OUT and ends it, as soon as one of its CPUs is in the page of code whose address the file
FILE has; without FILE, as soon as its kernel has crashed and asks for a reset. SOCKET is
where QEMU's monitor listens (QMP)."""

import json
import os
import re
import socket
import sys
import time
from typing import Any, TextIO

WAIT = 600


def connect(path: str) -> socket.socket:
    """The socket, as soon as QEMU has made it."""
    until = time.monotonic() + WAIT
    while True:
        sock = socket.socket(socket.AF_UNIX)
        try:
            sock.connect(path)
            sock.settimeout(WAIT)
            return sock
        except (FileNotFoundError, ConnectionRefusedError):
            sock.close()
            if time.monotonic() > until:
                sys.exit(f"dump.py: there is no QEMU at {path}")
            time.sleep(0.1)


class Machine:
    """QEMU's monitor, as far as it is needed"""

    def __init__(self, path: str) -> None:
        self.text: TextIO = connect(path).makefile("rw", encoding="utf-8")
        self.read()
        self.ask("qmp_capabilities")

    def read(self) -> dict[str, Any]:
        """One message"""
        line = self.text.readline()
        if not line:
            sys.exit("dump.py: the machine has ended")
        message: dict[str, Any] = json.loads(line)
        return message

    def ask(self, command: str, **arguments: Any) -> Any:
        """Gives a command; what it returns."""
        json.dump({"execute": command, "arguments": arguments}, self.text)
        self.text.write("\n")
        self.text.flush()
        while True:
            message = self.read()
            if "error" in message:
                sys.exit(f"dump.py: {command}: {message['error']['desc']}")
            if "return" in message:
                return message["return"]

    def stopped(self) -> bool:
        """Has it stopped by itself?"""
        return not self.ask("query-status")["running"]

    def is_in(self, page: int) -> bool:
        """Is a CPU in that page? Then it stays stopped."""
        self.ask("stop")
        text = self.ask("human-monitor-command", **{"command-line": "info registers -a"})
        if any(page <= int(rip, 16) < page + 4096 for rip in re.findall(r"RIP=([0-9a-f]+)", text)):
            return True
        self.ask("cont")
        return False


def address(path: str) -> int:
    """What the file has, as soon as it is there"""
    until = time.monotonic() + WAIT
    while time.monotonic() < until:
        try:
            with open(path, encoding="ascii") as file:
                return int(file.read(), 16)
        except (FileNotFoundError, ValueError):
            time.sleep(0.2)
    sys.exit(f"dump.py: {path} does not come")


def main() -> None:
    """See above."""
    path, out = sys.argv[1:3]
    machine = Machine(path)
    if len(sys.argv) > 3:
        while not machine.is_in(address(sys.argv[3])):
            time.sleep(1)
    while not machine.stopped():
        time.sleep(0.2)
    # with the addresses that the kernel's page tables give to it
    machine.ask("dump-guest-memory", paging=True, protocol=f"file:{os.path.abspath(out)}")
    machine.ask("quit")


main()
