# SPDX-License-Identifier: GPL-2.0
"""The machine that is made up (tests/ksplice/lib.sh) for tests in python.

Below ROOT in the current directory; fake.so and the updates' files are there,
too.
"""
import json
import os
import shutil
import subprocess

RELEASE = "6.12.1-test"
NAMES = ("fix-bar", "fix-foo")
TESTS = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.abspath("root")
TOOL = os.environ["TOOL"]
STORE = ROOT + "/var/lib/ksplice"
SYSFS = ROOT + "/sys/kernel/ksplice"
ENV = dict(os.environ, KSPLICE_ROOT=ROOT, LC_ALL="C",
           FAKE_KERNEL=TESTS + "/fake-kernel")
PRELOAD = os.path.abspath("fake.so")


def put(path: str, text: str) -> None:
    os.makedirs(os.path.dirname(ROOT + path), exist_ok=True)
    with open(ROOT + path, "w") as f:
        f.write(text)


boots = 0


def new_kernel() -> None:
    """Whatever was applied is not; the disk is as it was."""
    global boots
    boots += 1
    for d in ("sys", "proc", "dev", "faults"):
        shutil.rmtree("%s/%s" % (ROOT, d), ignore_errors=True)
    os.makedirs(SYSFS)
    os.makedirs(ROOT + "/faults")
    os.makedirs(ROOT + "/proc/self/ns")
    os.makedirs(ROOT + "/proc/1")
    os.symlink("/", ROOT + "/proc/1/root")
    os.symlink("pid:[4026531836]", ROOT + "/proc/self/ns/pid")
    os.symlink("user:[4026531837]", ROOT + "/proc/self/ns/user")
    put("/dev/kmsg", "")
    put("/proc/sys/kernel/osrelease", RELEASE + "\n")
    put("/proc/sys/kernel/random/boot_id", "boot-%d\n" % boots)
    put("/proc/cmdline", "quiet\n")
    put("/name", "file\n")


def new_machine() -> None:
    shutil.rmtree(ROOT, ignore_errors=True)
    new_kernel()


def ksplice(*args: str, wrap: tuple[str, ...] = ()) -> subprocess.CompletedProcess:
    """Until all that it started has ended, too: that holds its output open."""
    if wrap:
        command = [*wrap, "-E", "LD_PRELOAD=" + PRELOAD, TOOL, *args]
        env = ENV
    else:
        command, env = [TOOL, *args], dict(ENV, LD_PRELOAD=PRELOAD)
    return subprocess.run(command, env=env, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, errors="replace")


def start(*args: str) -> subprocess.Popen:
    return subprocess.Popen([TOOL, *args], env=dict(ENV, LD_PRELOAD=PRELOAD),
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def contents(path: str) -> bytes | None:
    try:
        with open(path, "rb") as f:
            return f.read()
    except FileNotFoundError:
        return None


def stored(name: str) -> bytes | None:
    return contents("%s/%s/%s.ko" % (STORE, RELEASE, name))


def state(name: str) -> str:
    text = contents("%s/%s/state" % (SYSFS, name))
    return "" if text is None else text.decode().strip()


def applied(name: str) -> bool:
    return state(name) == "applied"


def marked(name: str) -> bool:
    """Would a crash now be remembered?"""
    text = contents("%s/.marks/%s@%s" % (STORE, name, RELEASE))
    return text is not None


def left_over() -> list[str]:
    return [os.path.join(d, f) for d, _, files in os.walk(STORE)
            for f in files if "tmp" in f]


def status() -> dict:
    done = ksplice("status", "--json")
    assert done.returncode == 0, "status: exit code %d: %s" % (done.returncode, done.stdout)
    return json.loads(done.stdout)


