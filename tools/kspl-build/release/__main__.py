# SPDX-License-Identifier: GPL-2.0
"""kspl-build's requests, in JSON on stdin; the answer is JSON on stdout.

Each request has "op", and "state", a file in which the package keeps what it
knows from one to the next.  Paths of sources are relative to their tree.  Lists
in files have tabs between their columns.

{"op": "find", "source": DIR, "to": DIR, "files": FILE, "new": FILE, "gone": FILE,
 "objects": FILE, "dependents": FILE, "modules": FILE or ""}
    Finds the fixes between two trees.  files, new and gone list what differs;
    objects has the lines OBJECT, MODULE (vmlinux), SOURCE; dependents the lines
    COMMAND|PATH of what the kernel's build read; modules what is loaded, as
    /proc/modules; "" is all.
    -> {"objects": [those to look at], "fixes": HOW MANY}
{"op": "tree", "out": DIR}
    Puts the files of the tree that are not as the old ones into DIR.
    -> {"changed": [files that are not as they were in DIR]}
{"op": "affected", "objects": FILE, "deps": DIR, "build": DIR, "changed": [PATHS]}
    -> {"objects": [those that read one of these when they were compiled]}
{"op": "judge", "objdiff": FILE or "", "refused": FILE, "failed": FILE, "boot": FILE,
 "deps": DIR, "build": DIR}
    A round.  refused has the lines OBJECT, CODE, REASON; failed OBJECT, LOG; boot
    OBJECT, COMPILED.  Leaves out the fixes that are to blame.
    -> {"out": [their numbers], "nobody": [reasons for which none is]}
{"op": "report", "json": FILE, "objdiff": FILE}
    The end: what is in the tree has been taken.  FILE gets the fixes; the report of
    kspl-objdiff gets what was left out, function by function.
    -> {"text": [LINES], "taken": N, "left": N, "fixes": N}
"""
import json
import os
import sys
from typing import Any, Callable

from . import blame, ctags, find, hunks, model, modules, report, tree
from .facts import File, read_files

Request = dict[str, Any]


def _rows(path: str) -> list[list[str]]:
    text = model.read_text(path) if path else ""
    return [line.split("\t") for line in text.split("\n") if line]


def _lines(path: str) -> list[str]:
    return [row[0] for row in _rows(path)]


def _units(request: Request) -> list[modules.Unit]:
    loaded = {line.split()[0].replace("-", "_") for line in _lines(request["modules"])}
    found = []
    for name, module, source in _rows(request["objects"]):
        there = not loaded or all(m == "vmlinux" or m.replace("-", "_") in loaded for m in module.split(":"))
        found.append(modules.Unit(name, module, source, there))
    return found


def do_find(request: Request) -> Request:
    """Finds the fixes."""
    release = model.Release(request["source"], request["to"], _lines(request["files"]),
                            _lines(request["new"]), _lines(request["gone"]))
    units = _units(request)
    names = {u.name for u in units}
    for unit in units:
        release.built.setdefault(unit.source, []).append(unit.name)
    other = set()
    for line in model.read_text(request["dependents"]).split("\n"):
        command, _, path = line.partition("|")
        if not path.endswith((".c", ".S")) or not command.endswith(".o.cmd"):
            continue
        # kernel/.fork.o.cmd
        name = os.path.join(os.path.dirname(command), os.path.basename(command)[1:-4])
        if name in names:
            release.built.setdefault(path, []).append(name)
        else:
            other.add(path)
    release.outside = sorted(other - release.built.keys())
    find.find(release)
    objects = modules.wanted(release, units)
    model.save(release, request["state"])
    return {"objects": objects, "fixes": len(release.fixes)}


def do_tree(request: Request) -> Request:
    """Writes the tree."""
    release = model.load(request["state"])
    changed = tree.write(release, request["out"])
    model.save(release, request["state"])
    return {"changed": changed}


def _read_by(request: Request, source: str, name: str) -> set[str]:
    """What an object was compiled of, as the compiler says."""
    text = model.read_text(os.path.join(request["deps"], name + ".d"))
    found = set()
    for word in text.replace("\\\n", " ").split():
        path = os.path.normpath(os.path.join(request["build"], word))
        if path.startswith(source + "/"):
            found.add(path[len(source) + 1:])
    return found


def do_affected(request: Request) -> Request:
    """Which objects are to be compiled again."""
    release = model.load(request["state"])
    changed = set(request["changed"])
    found = []
    for name in _lines(request["objects"]):
        read = _read_by(request, release.source, name)
        if not read or read & changed:
            found.append(name)
    return {"objects": found}


def _objects(request: Request, release: model.Release, files: dict[str, File]) -> dict[str, blame.Object]:
    found = {}
    for name, _, source in _rows(request["objects"]):
        read = _read_by(request, release.source, name)
        known = (read or files.keys()) & files.keys()
        found[name] = blame.Object(name, source, sorted(known, key=lambda p: (p != source, p)), bool(read))
    return found


def do_judge(request: Request) -> Request:
    """Who is to blame for what can't be had."""
    release = model.load(request["state"])
    files = read_files(release, sorted({*release.files, *release.new, *release.gone}))
    judge = blame.Judge(release, files, _objects(request, release, files))
    for name, log in _rows(request["failed"]):
        judge.failed(name, model.read_text(log))
    for name, code, reason in _rows(request["refused"]):
        judge.refused(name, code, reason)
    modules_of = {row[0]: row[1] for row in _rows(request["objects"])}
    for name, compiled in _rows(request["boot"]):
        judge.boot(name, blame.boot_symbols(compiled, modules_of.get(name, "vmlinux") != "vmlinux"))
    # what can't be compiled is out of the way first
    if request["objdiff"] and not judge.out:
        with open(request["objdiff"], encoding="utf-8", errors="replace") as file:
            judge.objdiff(json.load(file))
    release.rounds += 1
    model.save(release, request["state"])
    return {"out": [f.number for f in judge.out], "nobody": judge.nobody}


def do_report(request: Request) -> Request:
    """What became of it."""
    release = model.load(request["state"])
    report.close(release)
    sources = {name: source for name, _, source in _rows(request["objects"])}
    left = report.left_functions(release, sources)
    functions = sum(x["kind"] == "function" for x in left)
    taken = 0
    fixes = report.as_json(release)
    with open(request["json"], "w", encoding="utf-8") as file:
        json.dump(fixes, file, indent=1)
    if request["objdiff"]:
        with open(request["objdiff"], encoding="utf-8", errors="replace") as file:
            data = json.load(file)
        taken = data["functions_replaced"] - data.get("functions_carried", 0)
        data["functions_left_out"] = functions
        data["left_out"] = left
        with open(request["objdiff"], "w", encoding="utf-8") as file:
            json.dump(data, file, indent=1)
    model.save(release, request["state"])
    return {"text": report.as_text(release), "taken": taken, "left": functions, "fixes": len(fixes)}


OPS: dict[str, Callable[[Request], Request]] = {
    "find": do_find, "tree": do_tree, "affected": do_affected, "judge": do_judge, "report": do_report}


def main() -> int:
    """One request."""
    try:
        request = json.load(sys.stdin)
        answer = OPS[request["op"]](request)
    except (ctags.CtagsError, hunks.DiffError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    json.dump(answer, sys.stdout)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
