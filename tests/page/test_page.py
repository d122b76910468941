# SPDX-License-Identifier: GPL-2.0
"""Unit tests of tools/kspl-build/page."""
import contextlib
import copy
import html.parser
import io
import json
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time
import unittest
from typing import Any, Optional

HERE = os.path.dirname(os.path.abspath(__file__))
TOOLS = os.path.join(HERE, "../../tools/kspl-build")
sys.path[:0] = [TOOLS, HERE]

# pylint: disable=wrong-import-position
from page import align, csource, limit, listing, look, markup, model, show, source  # noqa: E402
from page import __main__ as main  # noqa: E402
import made_up  # noqa: E402

# What a page consists of, and nothing else
ELEMENTS = frozenset("""html head meta title style body script h1 h2 h3 h4 h5 p ul li table tr th td code pre b del ins
a span section article details summary label input output""".split())
ATTRIBUTES = frozenset("lang charset http-equiv content name class id hidden type placeholder href".split())
VOID = frozenset(("meta", "input"))

HOSTILE = ["<script>alert(1)</script>", "</pre></details><img src=x onerror=alert(1)>", "\"' onload=\"x", "<template>0</template>",
           "&lt;b&gt;&amp;", "<!--", "]]>", "\x1b]0;title\x07", "a\u202eb", "\u3164", "\ud800", "\0", "</style></title>",
           "javascript:alert(1)", "%s {0} \\1", "\u2028x", "a|b\tc"]


class Reader(html.parser.HTMLParser):
    """Reads a page as one without scripts sees it, and minds that each element ends."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: set[str] = set()
        self.attributes: list[tuple[str, Optional[str]]] = []
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self.words: list[str] = []
        self.articles: list[str] = []
        self.heads: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open, self.open
        self.text = "".join(self.words)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, Optional[str]]]) -> None:
        self.elements.add(tag)
        self.attributes += attrs
        if tag == "article":
            self.articles.append("")
        if tag == "h5":
            self.heads.append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, (self.open, tag)
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if "script" in self.open:
            self.scripts.append(data)
        elif "style" in self.open:
            self.styles.append(data)
        else:
            self.words.append(data)
        if "article" in self.open:
            self.articles[-1] += data
        if "h5" in self.open:
            self.heads[-1] += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"a declaration: {data}")


class Files(unittest.TestCase):
    """Tests with a directory."""

    def setUp(self) -> None:
        self.top = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.top)

    def put(self, path: str, text: str) -> str:
        """Writes a file."""
        full = os.path.join(self.top, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8", errors="surrogatepass", newline="") as file:
            file.write(text)
        return full

    def page(self, report: Any, inspect: Any = None, **more: Any) -> Reader:
        """The page of these, read."""
        request = {"report": self.put("report", json.dumps(report)), "inspect": "", "old": [f"{self.top}/old"],
                   "new": [f"{self.top}/new"], "steps": "", "listings": "", "out": f"{self.top}/page.html", **more}
        if inspect is not None:
            request["inspect"] = self.put("inspect", json.dumps(inspect))
        text = main.make(request)
        text.encode()
        return self.checked(text)

    def checked(self, text: str) -> Reader:
        """A page in which there is nothing but what belongs there."""
        read = Reader(text)
        self.assertLessEqual(read.elements, ELEMENTS)
        self.assertLessEqual({name for name, _ in read.attributes}, ATTRIBUTES)
        self.assertEqual("".join(read.scripts), look.SCRIPT)
        self.assertEqual("".join(read.styles), look.STYLE)
        for name, value in read.attributes:
            if name == "href":
                self.assertRegex(value or "", r"\A#[a-z]+\d*\Z")
        return read


class Markup(unittest.TestCase):
    """markup"""

    def test_text_is_escaped(self) -> None:
        self.assertEqual(markup.element("p", "<b>", markup.element("i", "&"), class_='"'),
                         '<p class="&quot;">&lt;b&gt;<i>&amp;</i></p>')

    def test_what_is_not_seen_is_named(self) -> None:
        self.assertEqual(markup.text("a\u202eb\x1b\u200b\u3164\ufe0f\xa0\t\u00e4\n"),
                         "a[U+202E]b[U+001B][U+200B][U+3164][U+FE0F][U+00A0]\t\u00e4\n")

    def test_nobody_else_makes_markup(self) -> None:
        for name in sorted(os.listdir(os.path.join(TOOLS, "page"))):
            if not name.endswith(".py") or name == "markup.py":
                continue
            with open(os.path.join(TOOLS, "page", name), encoding="utf-8") as file:
                text = file.read()
            self.assertNotRegex(text, r"\bHtml\(|\bescape\(|<(p|div|span|pre|a)[ >]", name)

    def test_only_this_script_is_obeyed(self) -> None:
        page = markup.document("t", "b {}", "var x;", markup.text(""))
        policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
        self.assertIsNotNone(policy)
        self.assertIn("default-src 'none'", policy[1] if policy else "")
        self.assertNotIn("unsafe", page)
        # echo -n 'var x;' | openssl sha256 -binary | base64
        self.assertIn("script-src 'sha256-vOs1Yf0XVxUNtn3y7YqmVfEdX7qsFJSMIyv6MzM/CfA='", page.replace(
            markup._sum("var x;"), "sha256-vOs1Yf0XVxUNtn3y7YqmVfEdX7qsFJSMIyv6MzM/CfA="))
        self.assertRaises(ValueError, markup.document, "t", "</style>", "", markup.text(""))

    def test_a_gap_is_filled(self) -> None:
        self.assertEqual(markup.fill(markup.join([markup.gap(1), "<template>0</template>", markup.gap(0)]),
                                     [markup.text("a"), markup.text("b")]),
                         "b&lt;template&gt;0&lt;/template&gt;a")


class Align(unittest.TestCase):
    """align"""

    def test_as_many_as_can_be(self) -> None:
        chance = random.Random(3)
        for _ in range(400):
            old, new = ([chance.randrange(4) for _ in range(chance.randrange(11))] for _ in range(2))
            pairs = align.same(old, new)
            self.assertTrue(all(old[x] == new[y] for x, y in pairs))
            self.assertTrue(all(a[0] < b[0] and a[1] < b[1] for a, b in zip(pairs, pairs[1:])))
            best = [[0] * (len(new) + 1)]
            for x in old:
                row = [0]
                for n, y in enumerate(new):
                    row.append(best[-1][n] + 1 if x == y else max(best[-1][n + 1], row[n]))
                best.append(row)
            self.assertEqual(len(pairs), best[-1][-1])

    def test_what_differs_too_much(self) -> None:
        old, new = [f"a{n}" for n in range(5000)], [f"b{n}" for n in range(5000)]
        self.assertEqual(align.same(["x", *old, "y"], ["x", *new, "y"]), [(0, 0), (5001, 5001)])


class CSource(unittest.TestCase):
    """csource"""

    def names(self, text: str) -> list[tuple[str, int, int]]:
        """What is found."""
        return [(e.name, e.first, e.last) for e in csource.functions(text)]

    def test_functions(self) -> None:
        self.assertEqual(self.names("""\
/* int no(void)
{
} */
int a;
static int
f(int x,
  int y)
{
	if (x) {
		return 1;
	}
}

struct s {
	int x;
};
static const struct ops o = {
	.f = f,
};
static inline int g(void) { return 1; }
#define M(x) do { \\
	x; \\
} while (0)
static void __attribute__((cold)) h(void)
	__releases(lock)
{
}
int k(void) {
}
"""), [("f", 5, 12), ("g", 20, 20), ("h", 24, 27), ("k", 28, 29)])

    def test_system_calls(self) -> None:
        found = csource.functions("SYSCALL_DEFINE2(kill, pid_t, pid, int, sig)\n{\n}\n")
        self.assertEqual([(e.name, e.macro) for e in found], [("kill", True)])
        self.assertTrue(found[0].is_called("__x64_sys_kill"))
        self.assertFalse(found[0].is_called("skill"))

    def test_long_lines_take_no_long_time(self) -> None:
        for line in (") {" * 100_000, ") {x" * 100_000, "a" * 300_000, "a (" * 100_000, "{" * 300_000, ")" * 300_000 + "}", "/*" * 100_000):
            start = time.process_time()
            csource.functions(f"int f(void)\n{{\n}}\n{line}\n{line} {{\n}}\n")
            self.assertLess(time.process_time() - start, 5, line[:9])

    def test_names_of_clones(self) -> None:
        self.assertEqual([csource.plain_name(n) for n in ("f.cold", "f.part.0", "f.isra.0.cold", "f.constprop.1", "f")],
                         ["f"] * 5)


OBJDUMP = """

a.o:     file format elf64-x86-64


Disassembly of section .text.f:

0000000000000000 <f-0x10>:
   0:	nop

0000000000000010 <f>:
f():
/src/a.c:3
  10:	endbr64
g():
/src/a.c:9
 inlined by /src/a.c:4 (h)
  14:	call   19 <f+0x9>	15: R_X86_64_PLT32	__fentry__-0x4
  19:	mov    0x0(%rip),%rbx        # 2a <f+0x1a>	1c: R_X86_64_PC32	counter+0x4
  20:	jne    14 <f+0x4>
  22:	mov    $0x0,%rdi	25: R_X86_64_32S	.rodata.f.str1.1+0x3
  29:	call   2e <f+0x1e>	2a: R_X86_64_PC32	.text.k+0xc
  2e:	cmpl   $0x0,0x0(%rip)        # 35 <f+0x25>	30: R_X86_64_PC32	flag-0x5
  35:	ret

Disassembly of section .text.k:

0000000000000010 <k>:
k():
  10:	ret

a.o:     file format elf64-x86-64

Contents of section .rodata.f.str1.1:
 0000 61620041 00424300                    ab.A.BC.
"""


class Listing(unittest.TestCase):
    """listing, and what show makes of it"""

    def rows(self, old: str, new: str) -> list[show.Row]:
        """The rows of the function f."""
        return show.code_rows(listing.Listing(old).find("f"), listing.Listing(new).find("f"))

    def test_what_an_instruction_refers_to(self) -> None:
        code = listing.Listing(OBJDUMP).find("f")
        assert code
        self.assertEqual([(i.offset, i.text, i.target) for i in code.insns], [
            (0, "endbr64", None), (4, "call  <__fentry__>", None), (9, "mov    0x0(%rip),%rbx  <counter+0x8>", None),
            (16, "jne", 4), (18, 'mov    $0x0,%rdi  <"A">', None), (25, "call  <k>", None),
            (30, "cmpl   $0x0,0x0(%rip)  <flag>", None), (37, "ret", None)])
        self.assertEqual(code.inlines, {"g", "h"})

    def test_moved_code_is_no_change(self) -> None:
        new = OBJDUMP.replace("  14:\tcall", "  13:\tpush   %rbx\n  14:\tcall").replace(
            "jne    14 <f+0x4>", "jne    13 <f+0x3>").replace("424300", "424400").replace("61620041", "61620041")
        self.assertEqual([r for r in self.rows(OBJDUMP, new) if r[0] != " "], [("+", "        3  push   %rbx")])

    def test_a_jump_that_leads_elsewhere_is_one(self) -> None:
        new = OBJDUMP.replace("jne    14 <f+0x4>", "jne    19 <f+0x9>")
        self.assertEqual([r for r in self.rows(OBJDUMP, new) if r[0] != " "],
                         [("-", "  10       jne 0x4"), ("+", "       10  jne 0x9")])

    def test_another_string_is_one(self) -> None:
        new = OBJDUMP.replace("61620041", "61620042")
        self.assertEqual([r[0] for r in self.rows(OBJDUMP, new)].count("-"), 1)

    def test_a_string_is_written_in_one_line(self) -> None:
        code = listing.Listing(OBJDUMP.replace("61620041", "6162000a")).find("f")
        assert code
        self.assertIn('mov    $0x0,%rdi  <"\\n">', [i.text for i in code.insns])

    def test_an_alias_is_found_by_its_section(self) -> None:
        self.assertIsNotNone(listing.Listing(OBJDUMP.replace("<f>:", "<alias>:")).find("f"))
        self.assertIsNone(listing.Listing(OBJDUMP).find("none"))

    def test_what_is_left_out_is_counted(self) -> None:
        rows = [(" ", str(n)) for n in range(20)]
        rows[10] = ("+", "x")
        self.assertEqual([r[1] for r in show.near(rows, 1)],
                         ["... 9 instructions as before", "9", "x", "11", "... 8 instructions as before"])

    def test_nonsense_is_read(self) -> None:
        chance = random.Random(7)
        for _ in range(300):
            lines = OBJDUMP.split("\n")
            for _ in range(5):
                n = chance.randrange(len(lines))
                line = list(lines[n])
                if line:
                    line[chance.randrange(len(line))] = chance.choice("<>:x\t0f \u202e(")
                    lines[n] = "".join(line)
                chance.shuffle(lines) if chance.random() < .05 else None
            for code in listing.Listing("\n".join(lines)).codes:
                show.code_rows(code, code)


class Long(unittest.TestCase):
    """Lines and names that were made to be read over and over again: the time for one of twice
    the length must not be four times as long. These take no second; else, hours."""

    def setUp(self) -> None:
        signal.alarm(60)

    def tearDown(self) -> None:
        signal.alarm(0)

    def test_quotes_that_have_no_end(self) -> None:
        for line in ('\\"' * 100000, "'\\\"" * 100000, '"' + "\\'" * 100000):
            found = csource.functions("int f(\n" + line + "\n{\n}\n")
            self.assertEqual([extent.name for extent in found], ["f"])

    def test_names_of_pieces(self) -> None:
        self.assertEqual(csource.plain_name("f" + ".cold" * 100000), "f")
        self.assertEqual(csource.plain_name("f" + ".cold.1.part.2" * 50000), "f")
        self.assertEqual(csource.plain_name("f.a" + ".cold.1" * 50000), "f.a")
        self.assertEqual(len(csource.plain_name("f" + ".cold.1" * 50000 + "x")), 350002)

    def test_names_of_files(self) -> None:
        text = ("Disassembly of section .text.f:\n\n0000000000000000 <f>:\ninlined by " + " ( " * 100000 + ":5\n"
                " inlined by a (b).c:5 (g)\n   0:\tret\n")
        code = listing.Listing(text).find("f")
        assert code
        self.assertEqual(code.inlines, {"g"})


class Limit(unittest.TestCase):
    """limit"""

    def test_the_fullest_that_fits(self) -> None:
        blocks = [[markup.text("a" * n), markup.text("b" * (n // 2)), markup.text("c")] for n in (10, 20, 100)]
        self.assertEqual(limit.choose(blocks, 1000), [b[0] for b in blocks])
        self.assertEqual([x[0] + str(len(x)) for x in limit.choose(blocks, 81)], ["a10", "a20", "b50"])
        self.assertEqual([x[0] + str(len(x)) for x in limit.choose(blocks, 31)], ["a10", "a20", "c1"])
        self.assertEqual(limit.choose(blocks, 0), [b[-1] for b in blocks])
        self.assertEqual(limit.choose([], 5), [])


class Source(Files):
    """source"""

    OLD = "int a;\n\nint f(void)\n{\n\treturn 1;\n}\n\nint g(void)\n{\n\treturn 2;\n}\n"

    def test_steps(self) -> None:
        one, two = self.OLD.replace("return 1", "return 3"), self.OLD.replace("return 1", "return 3").replace("return 2", "return 4")
        self.put("old/fs/a.c", self.OLD)
        self.put("steps/1.files", "fs/a.c\nfs/new.c\n")
        self.put("steps/1/fs/a.c", one)
        self.put("steps/1/fs/new.c", "int n(void)\n{\n}\n")
        self.put("steps/2.files", "fs/a.c\nfs/new.c\n")
        self.put("steps/2/fs/a.c", two)
        found = source.of_steps(f"{self.top}/steps", [f"{self.top}/old"], 5)
        self.assertEqual([(p.fix, p.path, [e.name for e in p.touched]) for p in found],
                         [(1, "fs/a.c", ["f", "f"]), (1, "fs/new.c", ["n"]), (2, "fs/a.c", ["g", "g"]), (2, "fs/new.c", ["n"])])
        pieces = source.Pieces(found)
        self.assertEqual([p.fix for p in pieces.own("g.cold", "fs/a.c")], [2])
        self.assertEqual(pieces.own("g", "fs/other.c"), [])

    def test_no_file_outside_is_read(self) -> None:
        secret = self.put("secret", "int secret;\n")
        self.put("old/x.c", "int x;\n")
        os.symlink(secret, f"{self.top}/old/link.c")
        os.symlink(self.top, f"{self.top}/old/dir")
        found = source.of_trees(["../secret", secret, "link.c", "dir/secret", "x.c"], [f"{self.top}/old"], [])
        self.assertEqual([p.path for p in found], ["x.c"])

    def test_no_change_is_shown_as_context(self) -> None:
        new = self.OLD.replace("int a;", "long a;").replace("return 1", "return 3")
        self.put("old/a.c", self.OLD)
        self.put("new/a.c", new)
        found = source.of_trees(["a.c"], [f"{self.top}/old"], [f"{self.top}/new"])
        rows = show.source_rows([p for p in found if p.touched], 12)
        self.assertEqual([r for r in rows if r[0] in "+-"],
                         [("-", "int a;"), ("+", "long a;"), ("-", "\treturn 1;"), ("+", "\treturn 3;")])

    def test_no_change_is_shown_in_part(self) -> None:
        self.put("old/a.c", "".join(f"int a{n};\n" for n in range(12)))
        self.put("new/a.c", "".join(f"int a{n};\n" for n in range(12) if n not in (2, 3, 4, 7)))
        found = source.of_trees(["a.c"], [f"{self.top}/old"], [f"{self.top}/new"])
        rows = show.source_rows(found[1:], 3)
        self.assertEqual([f"{k}{line[4:-1]}" for k, line in rows[1:]], ["-a2", "-a3", "-a4", " a5", " a6", "-a7", " a8", " a9", " a10"])
        self.assertEqual([f"{k}{line[4:-1]}" for k, line in show.source_rows(found[1:], 1)[1:]], [" a6", "-a7", " a8"])

    def test_of_a_function_no_line_beyond_is_shown(self) -> None:
        self.put("old/a.c", self.OLD)
        self.put("new/a.c", self.OLD.replace("return 1", "return 3"))
        found = source.of_trees(["a.c"], [f"{self.top}/old"], [f"{self.top}/new"])
        self.assertEqual(show.source_rows(found, 12, {"f"}), [
            ("@", "a.c:3"), (" ", "int f(void)"), (" ", "{"), ("-", "\treturn 1;"), ("+", "\treturn 3;"), (" ", "}")])


REPORT: dict[str, Any] = {
    "result": "done", "exit": 0, "error": "", "name": "n", "release": "6.12", "patches": ["one.patch", "two.patch"],
    "messages": [{"patch": 1, "subject": "fs: repair it", "fixes": ["CVE-2026-1"]}, {"patch": 2, "subject": "s2", "fixes": []}],
    "ids": ["CVE-2026-1", "CVE-2026-2"], "fixes": ["CVE-2026-1", "CVE-2026-2"],
    "files": [{"path": "fs/a.c", "change": "changed", "treatment": "compiled"},
              {"path": "Documentation/x.rst", "change": "no code", "treatment": "harmless", "reason": "documentation"}],
    "objects": [{"object": "fs/a.o", "result": "changed"}, {"object": "fs/b.o", "result": "same"}],
    "reasons": ["reason 1"], "warnings": ["warning 1"], "notes": ["note 1"],
    "objdiff": {"objects": [{"source": "fs/a.o", "replaced": [
        {"name": "f", "kind": "function", "old_size": 10, "size": 12, "cause": "90 instead of cc", "offset": 18,
         "old_insn": "int3", "new_insn": "nop"}], "new": [
        {"name": "fresh", "kind": "variable", "size": 8, "cause": "new"}], "copied": [], "gone": [
        {"name": "away", "kind": "function", "size": 3, "cause": ""}], "data_changed": []}],
        "refusals": [{"code": "type_changed", "source": "fs/a.o", "what": "bad", "reason": "r2", "way_out": "w2",
                      "also": ["bad2"]}],
        "left_out": [{"code": "c", "source": "fs/a.o", "what": "left", "kind": "function", "reason": "r3",
                      "way_out": "w3", "fix": 7}]}}
INSPECT: dict[str, Any] = {
    "targets": ["vmlinux", "ext4"], "supersedes": ["before"], "states": {"layout": 2},
    "replaces": [{"name": "f", "kind": "function", "source": "fs/a.o", "size": 10, "new_size": 12},
                 {"name": "f.cold", "kind": "range", "source": "fs/a.o", "size": 4}],
    "hooks": [{"kind": "pre_apply", "target": "vmlinux", "function": "hook+0x0"}], "fixups": [],
    "units": [{"name": "f", "kind": "text", "source": "fs/a.o", "size": 10, "relocs": 2, "sites": 1, "replaced": True}]}


class Page(Files):
    """The whole"""

    def setUp(self) -> None:
        super().setUp()
        self.put("old/fs/a.c", Source.OLD)
        self.put("steps/1.files", "fs/a.c\n")
        self.put("steps/1/fs/a.c", Source.OLD.replace("return 1", "return 3"))
        self.listings = {"listings": self.put("listings", f"fs/a.o\t{self.top}/pre\t{self.top}/post\n"),
                         "steps": f"{self.top}/steps"}
        self.put("pre", OBJDUMP)
        self.put("post", OBJDUMP.replace("0x0(%rip),%rbx", "0x0(%rip),%rbp"))

    def test_what_is_in_it(self) -> None:
        read = self.page(REPORT, INSPECT, **self.listings)
        for words in ("The update was made", "fs: repair it", "CVE-2026-1", "CVE-2026-2", "Documentation/x.rst: harmless"
                      " (documentation)", "reason 1", "warning 1", "note 1", "10 -> 12 bytes", "First difference: at +0x12, nop instead of int3", "r2", "w2", "bad2", "r3",
                      "compares 10 bytes", "pre_apply: hook+0x0", "ext4", "layout:2", "before", "fs/b.o",
                      "Compared: 10 bytes of old code, of which 2 fields with addresses, 1 place",
                      "Nobody may be inside: f (10 bytes), f.cold (4 bytes)", "-\treturn 1;\n+\treturn 3;\n",
                      "mov    0x0(%rip),%rbp  <counter+0x8>"):
            self.assertIn(words, read.text)

    def test_nothing_that_is_replaced_is_missed(self) -> None:
        inspect = copy.deepcopy(INSPECT)
        inspect["replaces"].append({"name": "untold", "kind": "function", "source": "fs/b.o", "size": 7})
        read = self.page(REPORT, inspect)
        self.assertEqual([h for h in read.heads if "fs/b.o" in h], ["untold replaced  in fs/b.o"])
        self.assertIn("Nobody may be inside: untold (7 bytes)", read.text)

    def test_a_title_of_a_cve_is_its_patch_s(self) -> None:
        self.assertRegex(self.page(REPORT).text, r"CVE-2026-1fs: repair itCVE-2026-2\(said with --fixes; no patch")

    def test_by_fix(self) -> None:
        text = self.page(REPORT, INSPECT, **self.listings).text
        fix = text.index("Patch 1: fs: repair it")
        self.assertTrue(fix < text.index("f replaced") < text.index("Patch 2: s2"))
        self.assertLess(text.index("Patch 2: s2"), text.index("fresh new"))

    def test_a_changed_function_in_another_is_named(self) -> None:
        report = copy.deepcopy(REPORT)
        report["objdiff"]["objects"][0]["replaced"][0]["name"] = "caller"
        self.put("pre", OBJDUMP.replace("<f>:", "<caller>:").replace("\nf():", "\ncaller():").replace("\ng():", "\nf():"))
        read = self.page(report, INSPECT, **self.listings)
        entry = next(a for a in read.articles if a.startswith("caller"))
        self.assertIn("code of changed functions in itself: f()", entry)
        self.assertIn("+\treturn 3;", entry)

    def test_hostile_strings(self) -> None:
        def spoil(value: Any, bad: str) -> Any:
            if isinstance(value, str):
                return value + bad
            if isinstance(value, list):
                return [spoil(v, bad) for v in value]
            if isinstance(value, dict):
                return {k: spoil(v, bad) for k, v in value.items()}
            return value
        for bad in HOSTILE:
            with self.subTest(bad=bad):
                read = self.page(spoil(REPORT, bad), spoil(INSPECT, bad), **self.listings)
                shown = "".join(map(markup._seen, bad))
                self.assertIn(f"fs: repair it{shown}", read.text)
                self.assertIn(f"f{shown} ", read.text)

    def test_hostile_source_and_code(self) -> None:
        self.put("steps/1/fs/a.c", Source.OLD.replace("return 1", "return 3; /* " + "".join(HOSTILE) + " */"))
        self.put("post", OBJDUMP.replace("__fentry__", "<script>x</script>\u202e"))
        read = self.page(REPORT, INSPECT, **self.listings)
        self.assertIn("a[U+202E]b", read.text)
        self.assertIn("<<script>x</script>[U+202E]>", read.text)

    def test_a_name_that_is_hostile_is_found(self) -> None:
        report = copy.deepcopy(REPORT)
        report["objdiff"]["objects"][0]["replaced"] = [
            {"name": bad, "kind": "function", "size": 1} for bad in HOSTILE]
        read = self.page(report)
        for bad in HOSTILE:
            self.assertEqual(sum(h.startswith("".join(map(markup._seen, bad)) + " replaced") for h in read.heads), 1)

    def test_whatever_is_missing(self) -> None:
        def without(value: Any) -> Any:
            items = list(value.items()) if isinstance(value, dict) else list(enumerate(value)) \
                if isinstance(value, list) else []
            for key, inner in items:
                for other in (None, 7, "x", [], {}, [7], [None], {"a": [1]}, -1, True, [["x"]]):
                    changed = copy.copy(value)
                    changed[key] = other
                    yield changed
                if isinstance(value, dict):
                    yield {k: v for k, v in items if k != key}
                for part in without(inner):
                    changed = copy.copy(value)
                    changed[key] = part
                    yield changed
        release = json.loads(json.dumps(REPORT))
        release["fixes"] = [{"fix": 7, "fate": "left_out", "reason": "r", "files": ["fs/a.c"], "functions": ["f"], "others": ["o"],
                             "changes": [{"path": "fs/a.c", "old": [5, 1], "new": [5, 1]}],
                             "joins": [{"kind": "k", "what": "w", "between": ["a", "b"]}]}]
        count = 0
        for report, inspect in [*((r, INSPECT) for r in without(REPORT)), *((REPORT, i) for i in without(INSPECT)),
                                *((r, INSPECT) for r in without(release))]:
            self.page(report, inspect)
            count += 1
        self.assertGreater(count, 1000)

    def test_nothing_is_known(self) -> None:
        self.assertIn("What became of it is not known", self.page({}).text)
        self.assertIn("without a name", self.page([]).text)

    def test_a_refused_update(self) -> None:
        report = {**REPORT, "exit": 4, "result": "unsafe"}
        read = self.page(report, **self.listings)
        self.assertIn("There is no update: it can't be made safely.", read.text)
        self.assertIn("not taken", read.text)

    def test_the_same_bytes(self) -> None:
        texts = []
        for where in ("one", "another/place"):
            self.put(f"{where}/old/fs/a.c", Source.OLD)
            shutil.copytree(f"{self.top}/steps", f"{self.top}/{where}/steps")
            at = f"{self.top}/{where}"
            report = {**REPORT, "source": at, "build": f"{at}/bld", "seconds": {"total": len(where)},
                      "notes": [f"configuration is that of {at}: see {at}/bld"]}
            texts.append(main.make({
                "report": self.put(f"{where}/r", json.dumps(report)), "inspect": "", "old": [f"{self.top}/{where}/old"],
                "new": [], "steps": f"{self.top}/{where}/steps", "listings": "", "out": ""}))
        self.assertEqual(*texts)
        self.assertIn("configuration is that of SOURCE: see BUILD", texts[0])

    def test_a_request_that_is_wrong(self) -> None:
        said = io.StringIO()
        before = sys.stdin
        self.addCleanup(setattr, sys, "stdin", before)
        for text in ("", "{}", json.dumps({"report": self.put("r", "{"), "inspect": "", "old": [], "new": [], "steps": "",
                                           "listings": "", "out": ""})):
            sys.stdin = io.StringIO(text)
            with contextlib.redirect_stderr(said):
                self.assertEqual(main.main(), 1)
        self.assertEqual(len(said.getvalue().strip().split("\n")), 3)


class Big(unittest.TestCase):
    """A release of 3,000 functions"""

    top = ""
    text = ""
    read: Reader
    request: dict[str, Any]

    @classmethod
    def setUpClass(cls) -> None:
        cls.top = tempfile.mkdtemp()
        cls.request = made_up.Made(cls.top, 3000).request()
        cls.text = main.make(cls.request)
        cls.read = Reader(cls.text)

    @classmethod
    def tearDownClass(cls) -> None:
        shutil.rmtree(cls.top)

    def functions(self) -> list[tuple[str, str]]:
        """What is in the report: name and object."""
        with open(self.request["report"], encoding="utf-8") as file:
            objdiff = json.load(file)["objdiff"]
        return [*((u["name"], o["source"]) for o in objdiff["objects"] for u in o["replaced"]),
                *((x["what"], x["source"]) for x in objdiff["left_out"])]

    def test_it_is_below_5_mb(self) -> None:
        self.assertLess(len(self.text.encode()), 5_000_000)

    def test_it_is_not_cut_more_than_needed(self) -> None:
        self.assertGreater(len(self.text.encode()), 4_500_000)

    def test_every_function_is_found(self) -> None:
        # what the search looks at is an article's first line
        functions = self.functions()
        self.assertEqual(len(functions), 3000)
        self.assertEqual(len(self.read.heads), 3000)
        heads = {tuple(h.split()[i] for i in (0, -1)) for h in self.read.heads}
        self.assertEqual(heads, set(functions))

    def test_each_shows_source_and_code(self) -> None:
        for article in self.read.articles:
            self.assertIn("made_up", article)
            if "left out" not in article.split("\n")[0]:
                self.assertRegex(article, r"Disassembly, before \(-\) and after \(\+\)(\+| |-|\.\.\.|The disassembly is cut off)")

    def test_what_is_cut_off_is_said(self) -> None:
        self.assertIn("... cut off: ", self.read.text)
        self.assertIn("--keep DIR", self.read.text)

    def test_fixes_have_their_functions(self) -> None:
        text = self.read.text
        with open(self.request["report"], encoding="utf-8") as file:
            fixes = json.load(file)["fixes"]
        places = {f["fix"]: text.index(f"Fix {f['fix']}: ") for f in fixes}
        ordered = sorted(places.values()) + [len(text)]
        for fix in fixes:
            start = places[fix["fix"]]
            part = text[start:ordered[ordered.index(start) + 1]]
            for name in fix["functions"]:
                self.assertIn(name, part)


class Small(Files):
    """A release that fits"""

    def test_nothing_is_cut(self) -> None:
        read = self.checked(main.make(made_up.Made(self.top, 300).request()))
        self.assertNotIn("... cut off", read.text)
        self.assertNotIn("is cut off (", read.text)
        self.assertEqual(read.text.count("Disassembly, before"), read.text.count(" replaced "))

    def test_model_reads_changes_as_they_were(self) -> None:
        report = {"fixes": [{"fix": 3, "changes": [{"path": "a.c", "old": [4, 0], "new": [5, 2]}, {"path": "a.c", "old": [0, 0], "new": [1, 1]},
                                                   {"path": "b.c", "old": [7, 2], "new": [6, 0]}, {"path": "c.c", "old": [1], "new": [1, 1]}]}]}
        spans = [(s.old, s.old_count, s.new, s.new_count) for _, _, s in model.changes(report)]
        self.assertEqual(spans, [(4, 0, 4, 2), (0, 0, 0, 1), (6, 2, 6, 0)])


if __name__ == "__main__":
    unittest.main()
