# SPDX-License-Identifier: GPL-2.0
"""The page."""
import itertools
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from . import limit, look, show
from .markup import Content, Html, document, element, empty, fill, gap, join
from .model import HAVE_CODE, Fix, Function, Json, Update, number, rows, texts, words
from .source import Piece

_STATES = {"replaced": "replaced", "new": "new", "copied": "copied with it", "in_place": "changed in place",
           "gone": "gone", "changed": "data changed", "left_out": "left out", "refused": "refused"}
_FATES = {"taken": "taken", "left_out": "left out", "without_effect": "without effect on this kernel",
          "not_taken": "not taken: there is no update"}
_RESULTS = {"done": "The update was made.", "no-change": "There is no update: no code changes.",
            "unsafe": "There is no update: it can't be made safely.", "failed": "There is no update: making it failed."}
_ORDER = ("taken", "not_taken", "left_out", "without_effect")
_EVIDENCE = 12      # lines of it that are shown of a fix


@dataclass
class Page:
    """What is being written, with gaps for what is shown on demand."""
    update: Update
    pieces: list[Piece]
    sources: list[list[Html]] = field(default_factory=list)
    codes: list[list[Html]] = field(default_factory=list)
    gaps: list[tuple[str, int]] = field(default_factory=list)


def _gap(page: Page, kind: str, forms: list[Html]) -> Html:
    where = page.sources if kind == "source" else page.codes
    where.append(forms)
    page.gaps.append((kind, len(where) - 1))
    return gap(len(page.gaps) - 1)


def _details(title: str, *content: Content) -> Html:
    return element("details", element("summary", title), *content)


def _count(n: int, one: str, many: str = "") -> str:
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def _table(head: list[str], lines: list[list[Content]]) -> Html:
    return element("table", element("tr", *(element("th", h) for h in head)),
                   *(element("tr", *(element("td", c) for c in line)) for line in lines))


def _list(items: list[Content]) -> Html:
    return element("ul", *(element("li", item) for item in items))


# --- the head -----------------------------------------------------------------

def _name(update: Update) -> str:
    return words(update.report.get("name")) or "without a name"


def _summary(update: Update) -> Html:
    states = Counter(f.state for f in update.functions if f.kind == "function" or f.state == "refused")
    said = [_RESULTS.get(words(update.report.get("result")), "What became of it is not known."),
            f"It is for the kernel {words(update.report.get('release')) or '(not known)'}."]
    counts = [_count(states[s], "function") + f" {_STATES[s]}" for s in ("replaced", "new", "left_out", "refused")
              if states[s]]
    if counts:
        said.append(", ".join(counts) + ".")
    fates = Counter(f.fate for f in update.fixes)
    if update.is_release:
        said.append("Fixes, found in the text of the release as groups of changes: " +
                    ", ".join(f"{fates[f]:,} {_FATES[f]}" for f in _ORDER if fates[f]) + ".")
    error = words(update.report.get("error"))
    return join([element("p", " ".join(said)),
                 *([element("p", element("span", error, class_="no"))] if error else [])])


def _titles(update: Update) -> list[tuple[str, str]]:
    """What the update says it fixes, each with a title."""
    records = update.report.get("titles")
    found: dict[str, str] = {}
    for message in update.messages:
        for one in message.ids:
            found.setdefault(one, message.subject)
    subjects = [m.subject for m in update.messages if m.subject]
    for one in texts(update.report.get("ids")):
        found.setdefault(one, subjects[0] if len(subjects) == 1 else "")
    # a record's own title, where there is one
    if isinstance(records, dict):
        found.update({one: words(records[one]) for one in found if records.get(one)})
    return list(found.items())


def _fixes_what(update: Update) -> Html:
    titles = _titles(update)
    if not titles:
        return element("p", "It does not say which faults it fixes (--fixes, or a line CVE: of a patch).")
    left = any(f.fate == "left_out" for f in update.fixes)
    unknown = "(said with --fixes; " + (
        "see that it is not among what is left out)" if left else "no patch has its title)")
    return join([element("p", "This is what the patches, or who made it, say. Nothing checks that it is true.",
                         class_="small"),
                 _table(["", "title"], [[element("code", i), t or unknown] for i, t in titles])])


def _problems(update: Update) -> list[Html]:
    found = []
    for key, title in (("reasons", "Why it can't be made"), ("warnings", "Warnings"), ("notes", "Notes")):
        lines = texts(update.report.get(key))
        if lines:
            found.append(join([element("h2", title, id=key), _list(list(lines))]))
    return found


# --- what is left out -------------------------------------------------------------

def _files_left(update: Update) -> list[Content]:
    """Files of a patch of which nothing is in the update."""
    found: list[Content] = []
    for one in rows(update.report.get("files")):
        change, treatment = words(one.get("change")), words(one.get("treatment"))
        reason = words(one.get("reason"))
        if treatment in ("harmless", "refused", "not built", "same") or change == "no code":
            found.append(join([element("code", words(one.get("path"))), f": {treatment or change}",
                               f" ({reason})" if reason else ""]))
    return found


def _left_out(update: Update) -> Html:
    parts: list[Html] = []
    for fix in update.fixes:
        if fix.fate == "left_out":
            parts.append(element("p", _link(fix), ": ", fix.reason))
    files = _files_left(update)
    if files:
        parts.append(_list(files))
    same = [words(o.get("object")) for o in rows(update.report.get("objects")) if o.get("result") == "same"]
    if same:
        parts.append(element("p", f"Compiled, and the same with the change: {', '.join(sorted(same)[:40])}",
                             f" and {len(same) - 40} more." if len(same) > 40 else "."))
    none = [f for f in update.fixes if f.fate == "without_effect"]
    if none:
        parts.append(_details(f"{_count(len(none), 'fix', 'fixes')} without effect on this kernel",
                              _list([join([f"fix {f.number} ({f.title}): {f.reason}"]) for f in none])))
    return join(parts) if parts else element("p", "Nothing.")


def _link(fix: Fix) -> Html:
    return element("a", f"fix {fix.number}", href=f"#fix{fix.number}")


# --- what the core does -------------------------------------------------------------

def _compared(update: Update) -> Html:
    """What is compared, of each object."""
    units = rows(update.inspect.get("units"))
    per: dict[str, list[Json]] = defaultdict(list)
    for unit in units:
        per[words(unit.get("source"))].append(unit)
    total = [sum(number(u.get(key)) or 0 for u in units) for key in ("size", "relocs", "sites")]
    lines: list[list[Content]] = []
    for name, of in sorted(per.items()):
        code = [u for u in of if u.get("kind") == "text"]
        lines.append([element("code", name), str(len(code)), str(sum(number(u.get("size")) or 0 for u in code)),
                      str(len(of) - len(code)), str(sum(bool(u.get("replaced")) for u in of))])
    return join([
        element("p", "When the update is loaded, the core compares ", _count(total[0], "byte"), " of the code and data"
                " that it was made against with memory: all functions of each file that changes, and the strings and"
                f" constants that they use. {_count(total[1], 'field')} with addresses have no bytes of their own:"
                " each must have one value, that all agree on. At "
                f"{_count(total[2], 'place')} the kernel itself rewrites code: there may only be what it writes there."
                " If anything else differs, the update is not loaded, and nothing has changed."),
        _details(f"By object ({_count(len(per), 'object')})", _table(
            ["object", "functions", "bytes", "data", "replaced"], lines[:1000]),
            *([element("p", f"... and {len(lines) - 1000} more")] if len(lines) > 1000 else []))])


def _stops(update: Update) -> Html:
    inspect = update.inspect
    replaces = rows(inspect.get("replaces"))
    size = sum(number(r.get("size")) or 0 for r in replaces)
    said = ["It changes all functions in one stop of the machine."]
    if replaces:
        said.append(f" It stops only while no thread is inside of {_count(len(replaces), 'piece')} of old code ({size:,}"
                    " bytes), named below with the functions. Else it waits, then gives up, and nothing has changed.")
    hooks = [f"{words(h.get('kind'))}: {words(h.get('function'))} ({words(h.get('target'))})"
             for h in rows(inspect.get("hooks"))]
    parts: list[Html] = [element("p", *said)]
    if hooks:
        parts += [element("p", "Functions of the update that run then (hooks):"), _list(list(hooks))]
    targets = [t for t in texts(inspect.get("targets")) if t != "vmlinux"]
    if targets:
        parts.append(element("p", "It changes modules: " + ", ".join(targets) + ". If one is not loaded, its part is"
                             " compared and changed when it is."))
    before = texts(inspect.get("supersedes"))
    if before:
        parts.append(element("p", "It takes the place of: " + ", ".join(before) + "."))
    states = inspect.get("states")
    if isinstance(states, dict) and states:
        parts.append(element("p", "States of data: " + ", ".join(f"{k}:{v}" for k, v in states.items()) + "."))
    return join(parts)


def _core(update: Update) -> Html:
    if not rows(update.inspect.get("units")):
        return element("p", "There is no update that could be looked at.")
    return join([_compared(update), _stops(update)])


# --- a function ---------------------------------------------------------------------

def _sizes(function: Function) -> str:
    sizes = [str(s) for s in (function.old_size, function.size) if s is not None]
    return f"{' -> '.join(sizes)} bytes" if sizes else ""


def _core_of(function: Function) -> list[Html]:
    """What the core does about it."""
    said = []
    if function.compared:
        c = function.compared
        said.append(f"Compared: {_count(c.size, 'byte')} of old code, of which {_count(c.relocs, 'field')} with"
                    f" addresses, {_count(c.sites, 'place')} that the kernel rewrites.")
    if function.stops:
        pieces = ", ".join(f"{s.name} ({_count(s.size, 'byte')})" for s in function.stops)
        said.append(f"Nobody may be inside: {pieces}.")
    return [element("p", " ".join(said), class_="small")] if said else []


def _why(update: Update, function: Function) -> list[Html]:
    found = []
    if function.reason:
        found.append(element("p", element("span", "Why: ", class_="no"), function.reason))
    if function.way_out:
        found.append(element("p", f"Way out: {function.way_out}"))
    if function.cause:
        title = "First difference" if function.state in ("replaced", "changed") else "Because"
        found.append(element("p", f"{title}: {function.cause}", class_="small"))
    if function.inlines:
        found.append(element("p", "It has code of changed functions in itself: " +
                             ", ".join(f"{n}()" for n in function.inlines) + ".", class_="small"))
    if not function.pieces and function.state == "replaced":
        found.append(element("p", "No line of its text changes, nor of a function that it has in itself: the compiler"
                             " made other code of it, because of a macro, a constant, a type, or what it knows of"
                             " other functions.", class_="small"))
    others = [f for f in update.fixes if f.number in function.also]
    if others:
        found.append(element("p", "Also changed by ", join(map(_link, others), ", "), ".", class_="small"))
    return found


def _source(page: Page, function: Function) -> list[Html]:
    if not function.pieces:
        return []
    names = {e.name for p in function.pieces for e in p.touched}
    forms = show.forms(show.source_rows(function.pieces, 12, names),
                       [show.source_rows(function.pieces, 3), show.source_rows(function.pieces, 1)], "source")
    return [_details("Source, before (-) and after (+)", _gap(page, "source", forms))]


def _code(page: Page, function: Function) -> list[Html]:
    found = []
    if not function.codes and function.kind == "function" and function.state in HAVE_CODE:
        found.append(element("p", "There is no disassembly of it: objdump printed no code of this name.", class_="small"))
    for name, of in function.codes:
        title = "Disassembly, before (-) and after (+)" if name == function.name else f"{name}: the same"
        found.append(_details(title, _gap(page, "code", show.forms(of, [show.near(of, 3), show.near(of, 1)], "disassembly"))))
    return found


def _article(page: Page, function: Function) -> Html:
    kind = "" if function.kind == "function" else f" {function.kind}"
    head = element("h5", element("code", function.name), " ",
                   element("span", _STATES[function.state] + kind, class_="tag"), " ",
                   element("span", _sizes(function), " in ", function.object, class_="small"))
    return element("article", head, *_why(page.update, function), *_core_of(function), *_source(page, function),
                   *_code(page, function), class_=function.state)


# --- the fixes ------------------------------------------------------------------------

def _outside(page: Page, fix: int, path: str) -> list[Html]:
    """What a fix changes in a file that is in no function of the list."""
    shown = {id(p) for f in page.update.functions for p in f.pieces}
    own = [p for p in page.pieces if p.fix == fix and p.path == path and id(p) not in shown]
    if not own:
        return []
    all_rows = show.source_rows(own, 3)
    names = ", ".join(dict.fromkeys(e.name + "()" for p in own for e in p.touched))
    title = "Other changes" + (f" ({names})" if names else " outside of functions")
    return [_details(title, _gap(page, "source", show.forms(all_rows, [show.source_rows(own, 1)], "source")))]


def _files(page: Page, fix: int, functions: list[Function]) -> list[Html]:
    """The functions of a fix, by file."""
    per: dict[str, list[Function]] = defaultdict(list)
    for function in functions:
        per[function.path].append(function)
    for piece in page.pieces:
        if piece.fix == fix:
            per.setdefault(piece.path, [])
    found = []
    for path, of in sorted(per.items()):
        found.append(element("section", element("h4", path), *(_article(page, f) for f in of),
                             *_outside(page, fix, path), class_="file"))
    return found


def _fix(page: Page, fix: Fix, functions: list[Function]) -> Html:
    update = page.update
    word = "Fix" if update.is_release else "Patch"
    parts = [element("h3", f"{word} {fix.number}: {fix.title} ",
                     element("span", _FATES.get(fix.fate, fix.fate), class_="tag"))]
    if fix.ids:
        parts.append(element("p", ", ".join(fix.ids), class_="ids"))
    if fix.reason:
        parts.append(element("p", element("span", "Why: ", class_="no"), fix.reason))
    if fix.others:
        parts.append(element("p", "Also of it: " + ", ".join(fix.others[:40]) +
                             (" ..." if len(fix.others) > 40 else ""), class_="small"))
    if fix.evidence:
        more = len(fix.evidence) - _EVIDENCE
        parts.append(_details("Why its changes belong together", _list(
            [*fix.evidence[:_EVIDENCE], *([f"... and {more} more"] if more > 0 else [])])))
    return element("section", *parts, *_files(page, fix.number, functions), class_="fix",
                   id=f"fix{fix.number}")


def _all_fixes(page: Page) -> Html:
    update = page.update
    known = {f.number for f in update.fixes}
    per: dict[int, list[Function]] = defaultdict(list)
    for function in update.functions:
        per[function.fix if function.fix in known else 0].append(function)
    shown = [f for fate in _ORDER for f in update.fixes if f.fate == fate and
             (fate != "without_effect" or per[f.number])]
    parts = [_fix(page, fix, per[fix.number]) for fix in shown]
    if per[0] or any(p.fix not in known for p in page.pieces):
        title = "What no fix changes by itself" if update.fixes else "What changes"
        parts.append(element("section", element("h3", title), *_files(page, 0, per[0]), class_="fix",
                             id="fix0"))
    return join(parts) if parts else element("p", "Nothing.")


# --- the whole ------------------------------------------------------------------------

_CUT = """\
To keep the page below 5 MB, of long functions only the lines around what changes are shown, and of the longest ones \
nothing. All of it: make the update once more with --keep DIR; then, of FUNCTION in OBJECT (fs/file.o),"""
_CUT_COMMANDS = """\
diff -u <(objdump -dr --no-show-raw-insn -j .text.FUNCTION DIR/pre/OBJECT) \\
        <(objdump -dr --no-show-raw-insn -j .text.FUNCTION DIR/post/OBJECT)
"""


def _fill(page: Page, body: Html) -> Html:
    """Puts what is shown on demand into its gaps, as much as the page holds."""
    room = limit.LIMIT - limit.size(body) - len(look.STYLE) - len(look.SCRIPT)
    sources = limit.choose(page.sources, room * 45 // 100)
    codes = limit.choose(page.codes, room - sum(map(limit.size, sources)))
    chosen = {"source": sources, "code": codes}
    return fill(body, [chosen[kind][at] for kind, at in page.gaps])


def compose(update: Update, pieces: list[Piece]) -> Html:
    """All of it."""
    page = Page(update, pieces)
    name = _name(update)
    sections = [("what", "What it fixes", _fixes_what(update)), ("left", "What is left out", _left_out(update)),
                ("core", "What the core compares, and what it stops for", _core(update)),
                ("fixes", "By fix, file and function", _all_fixes(page)),
                ("cut", "What is cut off", join([element("p", _CUT), element("pre", _CUT_COMMANDS)]))]
    find = element("p", element("label", "Search ", empty("input", type="search",
                                                          placeholder="function, file, fix or CVE")),
                   " ", element("output"), id="find", hidden="")
    body = join([
        element("h1", f"Update {name}"), _summary(update), find, *_problems(update),
        *itertools.chain.from_iterable((element("h2", title, id=key), content) for key, title, content in sections),
        element("p", "Made by kspl-build.", class_="small")], "\n")
    return document(f"Update {name}", look.STYLE, look.SCRIPT, _fill(page, body))

