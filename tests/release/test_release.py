# SPDX-License-Identifier: GPL-2.0
"""Unit tests of tools/kspl-build/release."""
import json
import os
import shutil
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "../../tools/kspl-build"), HERE]

# pylint: disable=wrong-import-position
from release import blame, ctags, ctext, fate, find, hunks, model, modules, report, tree  # noqa: E402
from release.__main__ import OPS  # noqa: E402
from release.facts import ADDRESS, READ, WRITE, Members, uses, variables  # noqa: E402
import trees  # noqa: E402


class Trees(unittest.TestCase):
    """Tests with two trees."""

    def setUp(self) -> None:
        self.top = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.top)

    def put(self, side: str, files: dict[str, str]) -> str:
        """Writes files into one of the trees."""
        for path, text in files.items():
            model.write_text(os.path.join(self.top, side, path), text)
        return os.path.join(self.top, side)

    def release(self, old: dict[str, str], new: dict[str, str], unbuilt: tuple[str, ...] = ()) -> model.Release:
        """What differs between them, as fixes."""
        found = model.Release(self.put("old", old), self.put("new", new),
                              sorted(old.keys() & new.keys()), sorted(new.keys() - old.keys()),
                              sorted(old.keys() - new.keys()))
        found.built = {p: ["x.o"] for p in old if p.endswith(".c") and p not in unbuilt}
        find.find(found)
        return found

    def fixes(self, old: dict[str, str], new: dict[str, str]) -> list[set[str]]:
        """The functions, variables and other names of each fix."""
        release = self.release(old, new)
        return [{n for h in f.hunks for n in [*release.hunks[h].functions, *release.hunks[h].tables,
                                              *release.hunks[h].names]} for f in release.fixes]


class Text(unittest.TestCase):
    """ctext"""

    def test_comments_keep_lines(self) -> None:
        text = 'a /* b\nc */ d // e\n"/* no */" f'
        self.assertEqual(ctext.without_comments(text), 'a  \n d  \n"/* no */" f')

    def test_a_quote_behind_a_backslash_begins_nothing(self) -> None:
        for text, left in (('"a\\"/*" /* b */', '"a\\"/*"  '), ('\\" /* b */ "', '\\"   "'), ("'\\\\' /* b */", "'\\\\'  ")):
            self.assertEqual(ctext.without_comments(text), left)
        text = '\\"' * 100000
        start = time.monotonic()
        self.assertEqual(ctext.without_comments(text), text)
        self.assertLess(time.monotonic() - start, 20)

    def test_strings_are_one_token(self) -> None:
        self.assertEqual(ctext.tokens('f("a b", x->y++)'),
                         ["f", "(", '"a b"', ",", "x", "->", "y", "++", ")"])

    def test_keywords_are_no_names(self) -> None:
        self.assertEqual(ctext.names(["int", "x", "=", "3", "NULL"]), {"x"})


class Hunks(unittest.TestCase):
    """hunks"""

    def test_apply_some(self) -> None:
        old, new = list("abcdef"), list("aXcdYZf")
        spans = [(7, hunks.Span(1, 1, 1, 1), False), (9, hunks.Span(4, 1, 4, 2), False)]
        self.assertEqual(hunks.apply(old, new, spans)[0], new)
        self.assertEqual(hunks.apply(old, new, spans[:1]), (list("aXcdef"), [(2, 2, 7)]))
        self.assertEqual(hunks.apply(old, new, []), (old, []))

    def test_apply_keeps_both(self) -> None:
        self.assertEqual(hunks.apply(list("ab"), list("Xb"), [(0, hunks.Span(0, 1, 0, 1), True)])[0], list("aXb"))

    def test_apply_names_where_lines_are_missing(self) -> None:
        self.assertEqual(hunks.apply(list("abc"), list("ac"), [(3, hunks.Span(1, 1, 1, 0), False)]),
                         (list("ac"), [(1, 2, 3)]))

    def test_cut_behind_definitions(self) -> None:
        parts = hunks.cut(hunks.Span(5, 0, 10, 9), [3, 12, 15, 40])
        self.assertEqual([(p.old, p.new, p.new_count) for p in parts], [(5, 10, 2), (5, 12, 3), (5, 15, 4)])
        self.assertEqual(len(hunks.cut(hunks.Span(5, 1, 10, 9), [12])), 1)

    def test_diff_of_files(self) -> None:
        with tempfile.TemporaryDirectory() as top:
            for name, text in (("a", "1\n2\n3\n"), ("b", "1\nx\n3\n4\n")):
                model.write_text(os.path.join(top, name), text)
            self.assertEqual(hunks.diff(f"{top}/a", f"{top}/b"),
                             [hunks.Span(1, 1, 1, 1), hunks.Span(3, 0, 3, 1)])


class Definitions(unittest.TestCase):
    """ctags"""

    def read(self, text: str) -> dict[str, ctags.Definition]:
        """By name."""
        with tempfile.TemporaryDirectory() as top:
            model.write_text(os.path.join(top, "a.c"), text)
            return {d.name: d for d in ctags.top_level(list(ctags.read(top, ["a.c"])), text)}

    def test_where_they_begin_and_end(self) -> None:
        found = self.read("int x;\n\nstatic int\nf(int a)\n{\n\treturn a;\n}\n#define M(a) \\\n\t(a)\n")
        self.assertEqual((found["f"].first, found["f"].last, found["f"].static), (3, 7, True))
        self.assertEqual((found["M"].first, found["M"].last), (8, 9))

    def test_system_calls(self) -> None:
        found = self.read("SYSCALL_DEFINE2(open, int, a, int, b)\n{\n\treturn 0;\n}\n")
        self.assertIn("__do_sys_open", found["sys_open"].aliases)
        self.assertEqual(ctags.find(found.values(), "__x64_sys_open"), found["sys_open"])

    def test_attributes_are_no_names(self) -> None:
        found = self.read("static int many __read_mostly = 3;\nint f(void)\n{\n\treturn 0;\n}\nEXPORT_SYMBOL_GPL(f);\n")
        self.assertEqual(sorted(found), ["f", "many"])

    def test_nested_types(self) -> None:
        self.assertEqual(ctags.owner("mount::__anon1"), "mount")
        self.assertEqual(ctags.owner("mount::inner"), "inner")
        self.assertEqual(ctags.owner("__anon7"), "__anon7")

    def test_names_are_no_options(self) -> None:
        """A file whose name begins with -"""
        with tempfile.TemporaryDirectory() as top:
            for path in ("--exclude=*/b.c", "a.c"):
                model.write_text(os.path.join(top, path), "int x;\n")
            self.assertEqual([d.path for d in ctags.read(top, ["--exclude=*/b.c", "a.c"])], ["--exclude=*/b.c", "a.c"])


class Use(unittest.TestCase):
    """facts"""

    def setUp(self) -> None:
        self.members = Members()
        for scope, name, kind in (("a", "next", "b"), ("b", "n", ""), ("c", "n", ""), ("a", "lock", "")):
            self.members.add([ctags.Definition("x.h", name, "member", 1, 1, scope, kind)])

    def of(self, text: str) -> dict[tuple[str, str], list[str]]:
        """The members that a text uses."""
        tokens = ctext.tokens(text)
        return uses(tokens, variables(tokens), self.members).members

    def test_variables(self) -> None:
        self.assertEqual(variables(ctext.tokens("struct a *x = f(1, 2), *y; struct b z;")), {"x": "a", "y": "a", "z": "b"})

    def test_whose_member(self) -> None:
        self.assertEqual(self.of("struct a *x; return x->next->n;"), {("a", "next"): [READ], ("b", "n"): [READ]})

    def test_not_known_whose(self) -> None:
        self.assertEqual(self.of("return f()->n;"), {("", "n"): [READ]})

    def test_how(self) -> None:
        self.assertEqual(self.of("struct b *x; x->n += 2;"), {("b", "n"): [WRITE]})
        self.assertEqual(self.of("struct b *x; ++x->n;"), {("b", "n"): [WRITE]})
        self.assertEqual(self.of("struct a *x; mutex_lock(&x->lock);"), {("a", "lock"): [ADDRESS]})
        self.assertEqual(self.of("struct b *x; WRITE_ONCE(x->n, 1);"), {("b", "n"): [WRITE]})
        self.assertEqual(self.of("struct b *x; if (y & x->n == 1) f();"), {("b", "n"): [READ]})


class Together(Trees):
    """evidence: each kind, and what it is not"""

    def test_made_up_history(self) -> None:
        """Of each case, what is in one fix and what is not."""
        place = os.path.join(HERE, "history")
        for name in sorted(os.listdir(place)):
            case = trees.read(os.path.join(place, name))
            with self.subTest(name):
                self.setUp()
                found = self.fixes({**case.old, "include/linux/base.h": trees.BASE},
                                   {**case.new, "include/linux/base.h": trees.BASE})
                for word, names in case.expect:
                    if word in ("taken", "left_out"):
                        self.assertTrue(any(set(names) <= f for f in found), (names, found))
                    if word == "apart":
                        self.assertFalse(any(set(names) <= f for f in found), (names, found))

    def test_two_conditionals(self) -> None:
        old = "int a;\nint f(void)\n{\n\treturn 1;\n}\nint g(void)\n{\n\treturn 2;\n}\nint b;\n"
        new = old.replace("int f", "#ifdef X\nint f").replace("int b", "#endif\nint b")
        release = self.release({"fs/a.c": old}, {"fs/a.c": new})
        self.assertEqual([f.hunks for f in release.fixes], [[0, 1]])
        self.assertEqual(release.joins[0].kind, "conditional")

    def test_readers_alone_are_apart(self) -> None:
        head = "struct s { int n; };\n"
        text = "#include \"s.h\"\nint %s(struct s *x)\n{\n\treturn x->n;\n}\n"
        old = {"fs/s.h": head, "fs/a.c": text % "f", "fs/b.c": text % "g"}
        new = {p: t.replace("return x->n", "return x->n + 1") for p, t in old.items()}
        self.assertEqual(self.fixes(old, new), [{"f"}, {"g"}])

    def test_static_names_are_of_their_file(self) -> None:
        text = "static int help(int n)\n{\n\treturn n + 1;\n}\nint %s(void)\n{\n\treturn help(3);\n}\n"
        old = {"fs/a.c": text % "f", "net/b.c": text % "g"}
        new = {p: t.replace("n + 1", "n + 2").replace("(3)", "(4)") for p, t in old.items()}
        self.assertEqual(self.fixes(old, new), [{"help", "f"}, {"help", "g"}])

    def test_evidence_is_named(self) -> None:
        old = {"fs/a.c": "int f(int n)\n{\n\treturn n;\n}\n", "fs/b.c": "int g(void)\n{\n\treturn f(1);\n}\n"}
        new = {"fs/a.c": old["fs/a.c"].replace("n;", "n + 1;"), "fs/b.c": old["fs/b.c"].replace("(1)", "(2)")}
        release = self.release(old, new)
        self.assertEqual([(j.kind, j.what) for j in release.joins], [("call", "both concern f")])
        self.assertEqual(report.as_json(release)[0]["joins"][0]["between"], ["fs/a.c: f", "fs/b.c: g"])


class Everybody(Trees):
    """usage"""

    def release_with_users(self, count: int) -> list[set[str]]:
        """Of two changes, one of a function that the other and so many unchanged files call."""
        old = {f"fs/u{n}.c": f"int u{n}(void)\n{{\n\treturn f({n});\n}}\n" for n in range(count)}
        self.put("old", old)
        self.put("new", old)
        old = {"fs/a.c": "int f(int n)\n{\n\treturn n;\n}\n", "fs/b.c": "int g(void)\n{\n\treturn f(1);\n}\n"}
        return self.fixes(old, {"fs/a.c": old["fs/a.c"].replace("n;", "n + 1;"),
                                "fs/b.c": old["fs/b.c"].replace("(1)", "(2)")})

    def test_what_few_call(self) -> None:
        self.assertEqual(self.release_with_users(16), [{"f", "g"}])

    def test_what_everybody_calls(self) -> None:
        self.assertEqual(self.release_with_users(17), [{"f"}, {"g"}])

    def test_a_member_of_a_name_that_others_have(self) -> None:
        """What many use of another struct says nothing of this one."""
        other = "#include \"s.h\"\nint u%d(struct other *o, struct s *x)\n{\n\treturn o->event + !x;\n}\n"
        users = {f"fs/u{n}.c": other % n for n in range(30)}
        users["fs/s.h"] = "struct s { int event; };\nstruct other { int event; };\n"
        users["include/o.h"] = "static inline int o_event(struct other *o)\n{\n\treturn o->event;\n}\n"
        users.update({f"kernel/u{n}.c": f"int k{n}(struct other *o)\n{{\n\treturn o_event(o);\n}}\n" for n in range(30)})
        self.put("old", users)
        self.put("new", users)
        old = {"fs/a.c": "void f(struct s *x)\n{\n\tx->event = 1;\n}\n",
               "kernel/b.c": "int g(struct s *x)\n{\n\treturn x->event;\n}\n"}
        new = {"fs/a.c": old["fs/a.c"].replace("= 1", "= 2"), "kernel/b.c": old["kernel/b.c"].replace("event;", "event / 2;")}
        self.assertEqual(self.fixes(old, new), [{"f", "g"}])

    def test_a_check_of_what_everybody_calls(self) -> None:
        users = {f"fs/u{n}.c": f"int u{n}(void)\n{{\n\treturn f({n});\n}}\n" for n in range(20)}
        self.put("old", users)
        self.put("new", users)
        check = "\tif (!may_do(n))\n\t\treturn -1;\n"
        old = {"fs/a.c": "int f(int n)\n{\n%s\treturn n;\n}\n" % check,
               "fs/b.c": "int g(int n)\n{\n\treturn f(n);\n}\n"}
        new = {"fs/a.c": old["fs/a.c"].replace(check, ""), "fs/b.c": old["fs/b.c"].replace("{\n", "{\n" + check)}
        self.assertEqual(self.fixes(old, new), [{"f", "g"}])


class Fates(Trees):
    """fate"""

    def test_more_values(self) -> None:
        self.assertTrue(fate.only_more(["A", "B", "MAX"], ["A", "B", "C", "MAX"]))
        self.assertFalse(fate.only_more(["A", "B", "MAX"], ["A", "C", "B", "MAX"]))
        self.assertTrue(fate.only_more(["A = 1", "B = 2"], ["A = 1", "C = 4", "B = 2"]))
        self.assertFalse(fate.only_more(["A = 1", "B"], ["A = 1", "C = 4", "B"]))
        self.assertFalse(fate.only_more(["A", "B"], ["A"]))

    def test_layout(self) -> None:
        old = "struct s {\n\tint a;\n\tint b;\n};\nstruct t {\n\tint c;\n};\n"
        release = self.release({"fs/a.h": old}, {"fs/a.h": old.replace("\tint b", "\tlong b")})
        self.assertEqual((release.fixes[0].fate, release.fixes[0].code), ("left_out", "type_changed"))
        release = self.release({"fs/a.h": old}, {"fs/a.h": old + "struct u {\n\tint d;\n};\n"})
        self.assertEqual(release.fixes[0].fate, "open")

    def test_same_layout(self) -> None:
        def same(old: str, new: str) -> bool:
            return fate.same_layout(*(ctext.tokens("struct s { int first; %s };" % t) for t in (old, new)))
        self.assertTrue(same("int (*f)(int a); int b;", "int (*f)(int a, int b); int b;"))
        self.assertTrue(same("struct a *p; u32 old;", "const struct b __rcu *p; u32 fresh;"))
        self.assertFalse(same("u32 a;", "u64 a;"))
        self.assertFalse(same("u32 a;", "u32 a; u32 b;"))
        self.assertFalse(same("u32 a; u64 b;", "u64 b; u32 a;"))
        self.assertFalse(same("u32 a[4];", "u32 a[5];"))
        self.assertFalse(same("u32 a : 4;", "u32 a : 5;"))
        self.assertFalse(same("u32 *a;", "u32 *a[2];"))
        self.assertFalse(same("u32 a, b;", "u32 a, *b;"))
        self.assertFalse(same("union { int a; } u;", "union { long a; } u;"))
        self.assertFalse(fate.same_layout(ctext.tokens("struct s { int a; };"),
                                          ctext.tokens("struct s { int a; } __packed;")))

    def test_boot(self) -> None:
        text = ("static int h(int n)\n{\n\treturn n;\n}\nstatic int k(int n)\n{\n\treturn n;\n}\n"
                "int __init f(void)\n{\n\treturn h(k(1));\n}\nint g(void)\n{\n\treturn k(2);\n}\n")
        release = self.release({"fs/a.c": text}, {"fs/a.c": text})
        files = find.read_files(release, ["fs/a.c"])
        self.assertEqual(fate.boot_names(files["fs/a.c"].old), {"f", "h"})

    def test_boot_code_hands_on(self) -> None:
        """What boot code registers, runs later."""
        text = ("static int h(int n)\n{\n\treturn n;\n}\n"
                "int __init f(void)\n{\n\tproc_create(\"h\", h);\n\treturn h(1);\n}\n")
        release = self.release({"fs/a.c": text}, {"fs/a.c": text.replace("n;", "n + 1;")})
        self.assertEqual([(f.fate, f.code) for f in release.fixes], [("open", "")])

    def test_not_built(self) -> None:
        text = "int f(int n)\n{\n\treturn n;\n}\n"
        release = self.release({"fs/a.c": text}, {"fs/a.c": text.replace("n;", "n + 1;")}, ("fs/a.c",))
        self.assertEqual((release.fixes[0].fate, release.fixes[0].code), ("without_effect", "not_built"))


    def test_outside(self) -> None:
        text = "int %s(int n)\n{\n\treturn n;\n}\n"
        old = {"arch/x86/boot/a.c": text % "f", "lib/vdso/b.c": text % "g", "fs/c.c": text % "h"}
        new = {p: t.replace("n;", "n + 1;") for p, t in old.items()}
        self.assertEqual([f.fate for f in self.release(old, new).fixes], ["without_effect", "open", "without_effect"])
        new["fs/c.c"] = new["fs/c.c"].replace("n +", "g(n) +")
        self.assertEqual({f.code for f in self.release(old, new).fixes}, {"outside", "outside_half"})

    def test_vdso(self) -> None:
        old = {"include/linux/a.h": "static inline int to_seconds(int n)\n{\n\treturn n;\n}\n"
                                    "static inline int to_hours(int n)\n{\n\treturn n;\n}\n",
               "lib/vdso/b.c": "int g(int n)\n{\n\treturn to_seconds(n);\n}\n"}
        new = {**old, "include/linux/a.h": old["include/linux/a.h"].replace("n;", "n + 1;")}
        self.assertEqual([f.code for f in self.release(old, new).fixes], ["vdso_half", ""])


class Tree(Trees):
    """tree"""

    def test_without_what_is_left_out(self) -> None:
        text = "#include <a.h>\nint f(int n)\n{\n\treturn n;\n}\nint g(int n)\n{\n\treturn n;\n}\n"
        new = text.replace("<a.h>", "<b.h>").replace("\treturn n;\n}\nint g", "\treturn n + 1;\n}\nint g") \
            .replace("\treturn n;\n}\n", "\treturn n + 2;\n}\n")
        release = self.release({"fs/a.c": text, "fs/same.c": text}, {"fs/a.c": new, "fs/same.c": text})
        out = os.path.join(self.top, "out")
        self.assertEqual(tree.write(release, out), ["fs/a.c"])
        both = new.replace("<b.h>", "<a.h>\n#include <b.h>")
        self.assertEqual(model.read_text(f"{out}/fs/a.c"), both)
        for fix in release.fixes:
            if "g" in {n for h in fix.hunks for n in release.hunks[h].functions}:
                fate.leave_out(fix, "x", "y")
        self.assertEqual(tree.write(release, out), ["fs/a.c"])
        self.assertEqual(model.read_text(f"{out}/fs/a.c"), both.replace("n + 2", "n"))
        for fix in release.fixes:
            fate.leave_out(fix, "x", "y")
        self.assertEqual(tree.write(release, out), ["fs/a.c"])
        self.assertFalse(os.path.exists(f"{out}/fs/a.c"))
        self.assertEqual(tree.write(release, out), [])

    def test_kept_on_disk(self) -> None:
        text = "int f(int n)\n{\n\treturn n;\n}\n"
        release = self.release({"fs/a.c": text}, {"fs/a.c": text.replace("n;", "n + 1;")})
        model.save(release, f"{self.top}/state")
        self.assertEqual(model.load(f"{self.top}/state"), release)


class Guilt(Trees):
    """blame"""

    JSON = ('[{"kind": "error", "message": "‘struct s’ has no member named ‘n’", "children": [], "locations": '
            '[{"caret": {"file": "/t/fs/a.c", "line": 7, "column": 3}}]}, {"kind": "warning", "message": "m", '
            '"locations": []}]')

    def test_errors_of_gcc(self) -> None:
        found = blame.errors(f"something\n{self.JSON}\n")
        self.assertEqual([(e.message, e.places) for e in found],
                         [("‘struct s’ has no member named ‘n’", [("/t/fs/a.c", 7)])])

    def test_errors_as_text(self) -> None:
        found = blame.errors("fs/a.c: In function 'f':\nfs/a.c:3:9: error: 'x' undeclared\nfs/a.c:4:1: warning: y\n")
        self.assertEqual([(e.message, e.places) for e in found], [("'x' undeclared", [("fs/a.c", 3)])])

    def test_names_of_the_compiler(self) -> None:
        self.assertEqual(blame.base("__pfx_f.isra.0"), "f")
        self.assertEqual(blame.base("f.cold"), "f")
        self.assertEqual(blame.base("v.12"), "v")

    def judge(self, old: dict[str, str], new: dict[str, str]) -> blame.Judge:
        """Of trees whose objects are called as their sources."""
        release = self.release(old, new)
        tree.write(release, os.path.join(self.top, "out"))
        paths = sorted({*old, *new})
        units = {p[:-2] + ".o": blame.Object(p[:-2] + ".o", p, [p] + [q for q in paths if q != p])
                 for p in paths if p.endswith(".c")}
        return blame.Judge(release, find.read_files(release, paths), units)

    FUNCTION = "int %s(int n)\n{\n\treturn n;\n}\n"

    def changed(self, name: str) -> tuple[str, str]:
        """A function, before and after."""
        text = self.FUNCTION % name
        return text, text.replace("n;", "n + 1;")

    def test_a_function_itself(self) -> None:
        (f, f2), (g, g2) = self.changed("f"), self.changed("g")
        judge = self.judge({"fs/a.c": f + g}, {"fs/a.c": f2 + g2})
        judge.objdiff({"left_out": [{"source": "fs/a.o", "what": "g.isra.0", "kind": "function", "code": "busy",
                                     "reason": "it is busy", "way_out": ""}]})
        self.assertEqual([(f.code, f.reason) for f in judge.out], [("busy", "fs/a.o: g.isra.0: it is busy")])
        self.assertEqual(judge.release.hunks[judge.out[0].hunks[0]].functions, ["g"])

    def test_what_it_is_made_of(self) -> None:
        old = {"fs/a.c": self.FUNCTION % "f" + "int g(int n)\n{\n\treturn VALUE + n;\n}\n", "fs/a.h": "#define VALUE 1\n"}
        new = {"fs/a.c": self.changed("f")[1] + "int g(int n)\n{\n\treturn VALUE + n;\n}\n", "fs/a.h": "#define VALUE 2\n"}
        judge = self.judge(old, new)
        judge.objdiff({"left_out": [{"source": "fs/a.o", "what": "g", "kind": "function", "code": "busy",
                                     "reason": "it is busy"}]})
        self.assertEqual([report.paths_of(judge.release, f) for f in judge.out], [["fs/a.h"]])

    def test_a_cause_before_what_belongs_to_it(self) -> None:
        (f, f2), (g, g2) = self.changed("f"), self.changed("g")
        judge = self.judge({"fs/a.c": f + g}, {"fs/a.c": f2 + g2})
        judge.objdiff({"left_out": [
            {"source": "fs/a.o", "what": "f", "kind": "function", "code": "needs_refused", "reason": "with g"},
            {"source": "fs/a.o", "what": "g", "kind": "function", "code": "busy", "reason": "it is busy"}]})
        self.assertEqual([f.code for f in judge.out], ["busy"])

    def test_what_does_not_compile(self) -> None:
        (f, f2), (g, g2) = self.changed("f"), self.changed("g")
        judge = self.judge({"fs/a.c": f + g}, {"fs/a.c": f2 + g2})
        judge.failed("fs/a.o", f"{judge.release.source}/fs/a.c:7:2: error: no\n")
        self.assertEqual([f.hunks for f in judge.out], [[1]])

    def test_nobody(self) -> None:
        text = self.FUNCTION % "f"
        judge = self.judge({"fs/a.c": text, "fs/b.c": text}, {"fs/a.c": text, "fs/b.c": text})
        judge.refused("fs/a.o", "assembly", "no")
        self.assertEqual((judge.out, judge.nobody), ([], ["fs/a.o: no"]))

    def test_a_table_that_stays(self) -> None:
        old = {"fs/a.c": "const int t[2] = { 1, 2 };\n"}
        judge = self.judge(old, {"fs/a.c": "const int t[2] = { 1, 3 };\n"})
        judge.objdiff({"objects": [{"source": "fs/a.o", "copied": [], "data_changed": [{"name": "t"}]}]})
        self.assertEqual([f.code for f in judge.out], ["table_half"])


    def test_a_table_of_an_unknown_name(self) -> None:
        text = "MAKE_TABLE(1)\nint f(int n)\n{\n\treturn n;\n}\n"
        judge = self.judge({"fs/a.c": text}, {"fs/a.c": text.replace("TABLE(1)", "TABLE(2)")})
        judge.objdiff({"objects": [{"source": "fs/a.o", "copied": [], "data_changed": [{"name": "made"}]}]})
        self.assertEqual([f.code for f in judge.out], ["table_half"])


class Away(Trees):
    """modules"""

    def test_wanted(self) -> None:
        text = "int %s(int n)\n{\n\treturn n;\n}\n"
        old = {"fs/a.c": text % "f", "drivers/b.c": text % "g", "drivers/c.c": text % "h"}
        new = {"fs/a.c": (text % "f").replace("n;", "g(n);"), "drivers/b.c": (text % "g").replace("n;", "n + 1;"),
               "drivers/c.c": (text % "h").replace("n;", "n + 1;")}
        release = self.release(old, new)
        units = [modules.Unit(p[:-2] + ".o", m, p, m == "vmlinux") for p, m in
                 (("fs/a.c", "vmlinux"), ("drivers/b.c", "b"), ("drivers/c.c", "c"))]
        self.assertEqual(modules.wanted(release, units), ["drivers/b.o", "fs/a.o"])
        self.assertEqual([f.code for f in release.fixes if f.fate == "without_effect"], ["not_loaded"])


class Requests(Trees):
    """The requests, one after the other."""

    def ask(self, op: str, **members: object) -> dict:
        """One of them."""
        return OPS[op]({"op": op, "state": f"{self.top}/state", **members})

    def test_a_release(self) -> None:
        text = "int %s(int n)\n{\n\treturn n;\n}\n"
        source = self.put("old", {"fs/a.c": text % "f" + text % "g"})
        to = self.put("new", {"fs/a.c": (text % "f" + text % "g").replace("n;", "n + 1;")})
        self.put("lists", {"files": "fs/a.c\n", "none": "", "objects": "fs/a.o\tvmlinux\tfs/a.c\n",
                           "refused": "", "left.json": json.dumps({
                               "functions_replaced": 1, "objects": [], "left_out": [
                                   {"source": "fs/a.o", "what": "g", "kind": "function", "code": "busy",
                                    "reason": "it is busy", "way_out": "none"}]})})
        lists = f"{self.top}/lists"
        none, objects = f"{lists}/none", f"{lists}/objects"
        self.assertEqual(self.ask("find", source=source, to=to, files=f"{lists}/files", new=none, gone=none,
                                  objects=objects, dependents=none, modules=""), {"objects": ["fs/a.o"], "fixes": 2})
        self.assertEqual(self.ask("tree", out=f"{self.top}/out"), {"changed": ["fs/a.c"]})
        where = {"deps": f"{self.top}/deps", "build": self.top, "objects": objects}
        self.assertEqual(self.ask("judge", objdiff=f"{lists}/left.json", refused=none, failed=none, boot=none, **where),
                         {"out": [2], "nobody": []})
        self.put("deps", {"fs/a.o.d": f"fs/a.o: {source}/fs/a.c \\\n {source}/fs/b.h\n"})
        self.assertEqual(self.ask("affected", changed=["fs/b.h"], **where), {"objects": ["fs/a.o"]})
        self.assertEqual(self.ask("affected", changed=["fs/c.h"], **where), {"objects": []})
        self.assertEqual(self.ask("tree", out=f"{self.top}/out"), {"changed": ["fs/a.c"]})
        answer = self.ask("report", json=f"{self.top}/fixes", objdiff=f"{lists}/left.json", objects=objects)
        self.assertEqual((answer["taken"], answer["left"], answer["fixes"]), (1, 1, 2))
        self.assertIn("1 taken whole, 0 without effect here, 1 left out", answer["text"][-1])
        self.assertEqual([f["fate"] for f in json.loads(model.read_text(f"{self.top}/fixes"))], ["taken", "left_out"])
        self.assertEqual(json.loads(model.read_text(f"{lists}/left.json"))["left_out"][0]["code"], "busy")


if __name__ == "__main__":
    unittest.main()
