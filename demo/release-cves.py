#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""release-cves.py BUILD.json CHANGELOG OLDER NEWER OLD NEW: CVEs that an update covers

An estimate: the changelog names a CVE behind the title of a commit, not its files. A
title is taken to be about the changed files, a few at most, that have all the words
before its last colon in their paths ("ipv6: mcast: ..." is net/ipv6/mcast.c), or about
the file of a function it names. BUILD.json tells what the update has of these files.

OLDER, NEWER: versions in the changelog. OLD, NEW: the two source trees.
"""
import collections
import filecmp
import json
import os
import re
import sys


FILES_AT_MOST = 4


def entries(path, older, newer):
    """Titles of all commits of the releases after older, up to newer, with their CVEs"""
    text, inside = "", False
    with open(path, encoding="utf-8", errors="replace") as f:
        for line in f:
            head = re.match(r"linux\S* \(([^)]*)\)", line)
            if head:
                version = re.split("[-~]", head.group(1))[0]
                if version == re.split("[-~]", newer)[0]:
                    inside = True
                if version == re.split("[-~]", older)[0]:
                    break
            elif inside:
                text += line
    for entry in re.split(r"\n\s+[-*] ", text):
        entry = re.sub(r"\s+", " ", entry)
        cves = re.findall(r"CVE-\d+-\d+", entry)
        if cves:
            yield re.sub(r" \(CVE-.*", "", entry), cves


def changed_sources(old, new):
    """C files that differ"""
    for top in ("arch/x86", "block", "certs", "crypto", "drivers", "fs", "init", "io_uring", "ipc",
                "kernel", "lib", "mm", "net", "security", "sound", "virt"):
        for where, _, names in os.walk(os.path.join(new, top)):
            for name in names:
                path = os.path.relpath(os.path.join(where, name), new)
                before = os.path.join(old, path)
                if name.endswith(".c") and os.path.exists(before) and \
                        not filecmp.cmp(before, os.path.join(new, path), shallow=False):
                    yield path


def words(text):
    return [w for w in re.split(r"[^a-z0-9]+", text.lower()) if w]


def for_another(title):
    """Is it marked as about other architectures?"""
    tags = re.match(r"\[([^]]*)\] ", title)
    return tags is not None and not re.search("amd64|x86", tags.group(1))


def matches(title, sources, functions):
    title = re.sub(r"^(\[[^]]*\] )+", "", title)
    named = {functions[w] for w in re.findall(r"\w*_\w+", title) if w in functions}
    if named:
        return named
    parts = re.split(": | - ", title)
    want = set(words(" ".join(parts[:-1]))) - {"x86", "core", "driver", "drivers", "fs", "net"}
    if not want:
        return set()
    found = {s for s in sources if want <= set(words(s))}
    # the name of a whole subsystem says nothing
    return found if len(found) <= FILES_AT_MOST else set()


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        build = json.load(f)
    diff = build["objdiff"]
    taken, left, functions = set(), set(), {}
    for obj in diff["objects"]:
        source = obj["source"][:-2] + ".c"
        for func in obj["replaced"]:
            taken.add(source)
            functions[func["name"].split(".")[0]] = source
    for item in diff["left_out"] + [{"source": o["object"], "what": ""} for o in build["left_out"]]:
        source = item["source"][:-2] + ".c"
        left.add(source)
        functions[item["what"].split(".")[0]] = source
    sources = set(changed_sources(sys.argv[5], sys.argv[6]))
    sums, lines = collections.Counter(), []
    for title, cves in entries(sys.argv[2], sys.argv[3], sys.argv[4]):
        files = matches(title, sources, functions)
        if for_another(title):
            verdict = "not in this kernel, or not loaded"
        elif not files:
            verdict = "its files are not known"
        elif files & taken and not files & left:
            verdict = "covered"
        elif files & taken:
            verdict = "covered in part"
        elif files & left:
            verdict = "left out"
        else:
            verdict = "not in this kernel, or not loaded"
        sums[verdict] += len(cves)
        if files & (taken | left):
            lines.append(f"  {' '.join(cves)} {verdict}: {title}"[:118])
    print("\n".join(sorted(lines)))
    print(f"CVEs that the changelog names, {sum(sums.values())}, by the titles of commits (an estimate):")
    for verdict, n in sums.most_common():
        print(f"  {n:4}  {verdict}")


main()
