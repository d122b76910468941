# SPDX-License-Identifier: GPL-2.0
"""Unit tests of tools/kspl-build/source."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from typing import Any

HERE = os.path.dirname(os.path.abspath(__file__))
LIB = os.path.join(HERE, "../../tools/kspl-build")
sys.path[:0] = [LIB]

# pylint: disable=wrong-import-position
from source import audit, commands, includes, mail, messages, oldtypes, records, relines, text  # noqa: E402


class Files(unittest.TestCase):
    """Tests with files, and with requests as kspl-build makes them."""

    def setUp(self) -> None:
        self.top = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.top)

    def path(self, name: str) -> str:
        """Of a file of the test."""
        return os.path.join(self.top, name)

    def put(self, name: str, content: bytes) -> str:
        """Writes a file."""
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
        return path

    def get(self, name: str) -> bytes:
        """What is in a file."""
        with open(self.path(name), "rb") as file:
            return file.read()

    def run_request(self, request: dict[str, Any]) -> subprocess.CompletedProcess[bytes]:
        """By the program, in a directory that has modules of the same names."""
        self.put("cwd/json.py", b"raise SystemExit('a module of the current directory')\n")
        return subprocess.run([sys.executable, "-I", "-S", "-B", os.path.join(LIB, "read-source")],
                              input=json.dumps(request).encode(), cwd=self.path("cwd"), check=False,
                              env={**os.environ, "PYTHONPATH": self.path("cwd")},
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def ask(self, request: dict[str, Any]) -> Any:
        """The answer."""
        done = self.run_request(request)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        return json.loads(done.stdout)


class Text(Files):
    """text"""

    def test_any_bytes_are_kept(self) -> None:
        content = bytes(range(256)) + b"\nx\r\n\n"
        text.write(self.path("b"), text.read(self.put("a", content)))
        self.assertEqual(self.get("b"), content)

    def test_the_last_line_gets_an_end(self) -> None:
        self.assertEqual(text.read(self.put("a", b"a\nb")), ["a", "b"])
        self.assertEqual(text.read(self.put("c", b"")), [])

    def test_blanks_are_those_of_ascii(self) -> None:
        self.assertEqual(text.words(" a\t b\xa0c\x85d "), ["a", "b\xa0c\x85d"])

    def test_only_letters_of_ascii_have_two_forms(self) -> None:
        self.assertEqual(text.lower("AZ\xc3\x84\xc0"), "az\xc3\x84\xc0")


class Mail(unittest.TestCase):
    """mail"""

    def test_words_in_other_letters(self) -> None:
        for subject, want in [
                ("plain", "plain"),
                ("=?utf-8?q?f=C3=BCr_x?=", "f\xc3\xbcr x"),
                ("=?UTF-8?B?w7x4?= y", "\xc3\xbcx y"),
                ("a =?utf-8?q?b?= =?utf-8?q?c?= d", "a bc d"),
                ("=?iso-8859-1?Q?=FC?=", "\xc3\xbc"),
                ("=?koi8-r?q?=FC?=", "=?koi8-r?q?=FC?="),
                ("=?utf-8?q?=0A=7F=1B?=", "???"),
                ("=?utf-8?b?YQ==ignored?=", "a")]:
            self.assertEqual(mail.decoded(subject), want)

    def test_what_is_shown_as_it_is(self) -> None:
        for field in ("Content-Transfer-Encoding: 8bit ", "content-transfer-encoding :\t7BIT", "Content-Type:",
                      'Content-Type: text/plain; charset="UTF-8"; format=fixed', "Content-Type: text/x-patch; name=a b"):
            self.assertEqual(mail.shown_otherwise(field), [], field)

    def test_what_is_not(self) -> None:
        for field, said in [
                ("Content-Transfer-Encoding: quoted-printable", "encoded (quoted-printable)"),
                ("Content-Type: text/html", "(text/html)"),
                ("Content-Type: text/plain; format=flowed", "(format=flowed)"),
                ("Content-Type: text/plain; charset=utf-7", "(charset=utf-7)"),
                ("Content-Type: multipart/mixed; boundary=x", "(multipart/mixed)")]:
            self.assertIn(said, mail.shown_otherwise(field)[0])


HEAD = ["--- a/fs/a.c", "+++ b/fs/a.c"]
HUNK = ["@@ -1,2 +1,2 @@", " x", "-y", "+z"]


class Audit(Files):
    """audit"""

    def said(self, *lines: str) -> list[str]:
        """What is said of a patch."""
        return audit.Audit(list(lines)).out

    def refused(self, *lines: str) -> list[str]:
        """What is refused of it: LINE|TEXT."""
        return [line.split("|", 1)[1] for line in self.said(*lines) if line.startswith("refuse|")]

    def test_a_plain_diff(self) -> None:
        self.assertEqual(self.said(*HEAD, *HUNK), ["file|fs/a.c|1|1|1|changed"])

    def test_new_and_deleted_files(self) -> None:
        new = ["--- /dev/null", "+++ b/fs/n.c", "@@ -0,0 +1 @@", "+x"]
        gone = ["--- a/fs/g.c", "+++ /dev/null", "@@ -1 +0,0 @@", "-x"]
        self.assertEqual(self.said(*new, *gone), ["file|fs/n.c|1|0|1|new", "file|fs/g.c|0|1|1|deleted"])
        self.assertEqual(self.said(*HEAD, *new[2:]), ["file|fs/a.c|1|0|1|new"])

    def test_a_message(self) -> None:
        self.assertEqual(self.said("From 12 Mon", "Subject: [PATCH] =?utf-8?q?a?=", " b", "", "CVE: CVE-2024-1234, CVE-2024-1",
                                   *HEAD, *HUNK, "-- ", "2.39", "", "From 34 Mon", "Subject: two"),
                         ["subject|[PATCH] a b", "fixes|CVE-2024-1234", "subject|two", "file|fs/a.c|1|1|1|changed"])

    def test_what_gits_header_is_enough_for(self) -> None:
        self.assertEqual(self.said("diff --git a/fs/n.c b/fs/n.c", "new file mode 100644", "index 0..1"),
                         ["file|fs/n.c|0|0|0|changed"])
        self.assertIn("without anything after it", self.refused("diff --git a/fs/n.c b/fs/n.c")[0])

    def test_names_that_are_refused(self) -> None:
        for name in ('"a/x"', "/etc/passwd", "x", "a/../x", "a/.git/x", "a//x", "a/x y", "a/x|y", "a/\xc3\xbc"):
            self.assertNotEqual(self.refused("--- " + name, "+++ b/fs/a.c", *HUNK), [], name)
        self.assertEqual(self.refused("--- a/fs/a.c\t2024", *HEAD[1:], *HUNK), [])
        self.assertIn("two names", self.refused("--- a/fs/b.c", *HEAD[1:], *HUNK)[0])
        self.assertIn("another name", self.refused("diff --git a/fs/b.c b/fs/b.c", *HEAD, *HUNK)[0])

    def test_kinds_of_files_that_are_refused(self) -> None:
        for line in ("new file mode 120000", "new file mode 160000", "index 1..2 120000", "rename from fs/a.c",
                     "GIT binary patch", "Binary files a/x and b/x differ"):
            self.assertNotEqual(self.refused("diff --git a/fs/a.c b/fs/a.c", line), [], line)

    def test_hunks_that_say_something_else(self) -> None:
        for line, where in [("@@ -1,2 +1,3 @@", "6|"), ("@@ -1,1 +1,1 @@", "5|"), ("@@ -1 @@", "3|a damaged")]:
            self.assertTrue(self.refused(*HEAD, line, *HUNK[1:])[0].startswith(where), line)
        self.assertIn("says that it has fewer", self.refused(*HEAD, *HUNK, " more")[0])
        self.assertIn("belongs to no hunk", self.refused("diff --git a/fs/a.c b/fs/a.c", "new mode 100644", "", " more")[0])
        self.assertIn("without any context", self.refused(*HEAD, "@@ -9,0 +9 @@", "+x")[0])
        self.assertIn("without lines", self.refused(*HEAD, "@@ -0,0 +0,0 @@")[0])

    def test_sizes_beyond_all_files(self) -> None:
        self.assertIn("fewer lines", self.refused(*HEAD, "@@ -1," + "9" * 5000 + " +1,2 @@", " x")[0])
        self.assertEqual(self.refused(*HEAD, "@@ -1," + "0" * 5000 + "2 +1,2 @@", *HUNK[1:]), [])

    def test_nothing_follows_a_line_without_an_end(self) -> None:
        no_end = "\\ No newline at end of file"
        self.assertEqual(self.refused(*HEAD, *HUNK[:3], no_end, HUNK[3], no_end), [])
        self.assertIn("no newline", self.refused(*HEAD, HUNK[0], "-y", no_end, " x", "+z")[0])

    def test_what_a_reader_does_not_see(self) -> None:
        for character in ("\x1b", "\x08", "\x7f", "\xc2\x85", "\xe2\x80\xae", "\xe2\x80\x8b", "\xef\xbb\xbf",
                          "\xf3\xa0\x80\x81", "a\rb"):
            self.assertIn("it adds a c", self.refused(*HEAD, *HUNK[:3], "+" + character)[0])
        for character in ("\t", "\x0c", "\xc3\xbc", "\r"):
            self.assertEqual(self.refused(*HEAD, *HUNK[:3], "+" + character), [])
        self.assertIn("may hide", self.refused("text\x1b[8m", *HEAD, *HUNK)[0])

    def test_other_diffs(self) -> None:
        for lines, why in [(["*** a/x", "--- b/x"], "context diff"), (["5c5", "< x"], "without context"),
                           (["diff --cc x"], "combined"), (["Binary files x and y differ"], "binary"),
                           (["@@ -1 +1 @@", "-x", "+y"], "a hunk without the '---'"),
                           (["diff --git a/x b/x", "index 1..2", "--- a/x"], "no '+++' line follows"),
                           ([*HEAD, "text"], "have no hunk")]:
            self.assertIn(why, " ".join(self.refused(*lines)))

    def test_no_part_of_it(self) -> None:
        self.assertEqual([line.split("|")[:2] for line in self.said("> --- a/x", "Only in a: b", *HEAD, *HUNK)[:2]],
                         [["note", "1"], ["note", "2"]])

    def test_no_bar_in_a_reason(self) -> None:
        self.assertEqual(self.refused("diff --git a/x|y b/x|y")[0].count("|"), 1)

    def test_a_request(self) -> None:
        patch = self.put("p", "\n".join([*HEAD, *HUNK, ""]).encode())
        self.ask({"op": "audit", "patch": patch, "out": self.path("out")})
        self.assertEqual(self.get("out"), b"file|fs/a.c|1|1|1|changed\n")

    def test_a_nul(self) -> None:
        patch = self.put("p", "\n".join([*HEAD, *HUNK, "x\0y", "\0"]).encode())
        self.ask({"op": "audit", "patch": patch, "out": self.path("out")})
        self.assertEqual(self.get("out"), b"nul|7\n")

    def test_no_room_is_no_short_list(self) -> None:
        patch = self.put("p", "\n".join([*HEAD, *HUNK, ""]).encode())
        done = self.run_request({"op": "audit", "patch": patch, "out": "/dev/full"})
        self.assertEqual(done.returncode, 1)


class Relines(Files):
    """relines; what the preprocessor makes of it is in tests/host/kspl-build.sh"""

    def kept(self, text_of_diff: str, patched: str) -> list[str]:
        """The lines with numbers."""
        return relines.keep_numbers(text_of_diff.split("\n"), patched.split("\n"))

    def test_numbers(self) -> None:
        self.assertEqual(relines.numbers(["3a4,5", "> x", "7,9d8", "< 1,2c3", "12,13c11", "\\ No newline at end of file"]),
                         {6: 4, 9: 10, 12: 14})

    def test_added_and_removed(self) -> None:
        self.assertEqual(self.kept("1a2", "a\nNEW\nb"), ["a", "NEW", "#line 2", "b"])
        self.assertEqual(self.kept("2d1", "a\nc"), ["a", "#line 3", "c"])
        self.assertEqual(self.kept("1a2\n3d3", "a\nNEW\nb\nd"), ["a", "NEW", "#line 2", "b", "#line 4", "d"])

    def test_where_none_may_stand(self) -> None:
        for before, after in [("/* x", "*/"), ("f(x,", "y);"),
                              ('f("/*" "(" \'"\',', ");"), ("x = (1 // )", ");"), ("#define Y /* (", "*/")]:
            self.assertEqual(self.kept("1d0", f"{before}\n{after}\nend"), [
                "#line 2", before, after, "end"])
            self.assertEqual(self.kept("1a2", f"{before}\nNEW\n{after}\nend"), [
                before, "NEW", after, "#line 3", "end"], before)

        for blanks in ("", " \t", "\r"):
            lines = ["#define X \\" + blanks, "NEW \\", "1", "end"]
            self.assertEqual(self.kept("1a2", "\n".join(lines)), [*lines[:3], "#line 3", "end"])

    def test_a_function_that_ends_closes_what_is_open(self) -> None:
        self.assertEqual(self.kept("1a2", "M((\nNEW\n}\nend"), ["M((", "NEW", "}", "#line 3", "end"])

    def test_a_group_that_may_be_skipped(self) -> None:
        self.assertEqual(self.kept("1a2", "#if A\nNEW\na\n#else\nb\n#endif\nc"),
                         ["#if A", "NEW", "#line 2", "a", "#else", "#line 4", "b", "#endif", "#line 6", "c"])

    def test_raw_strings(self) -> None:
        for line, raw in [('s = R"x(', True), ('u8R"', True), ('f(LR"', True), ('STR"', False), ('R "', False)]:
            self.assertEqual(relines.has_raw_string(["", line]), raw, line)

    def test_nothing_is_taken_away(self) -> None:
        self.assertTrue(relines.only_adds(["a", "#line 3", "b"], ["a", "b"]))
        self.assertFalse(relines.only_adds(["a", "#line 3"], ["a", "b"]))

    def test_a_request(self) -> None:
        for path, old, new in [("fs/a.c", b"a\nb\n", b"a\nn\nb\n"), ("b.c", b"x\xff", b"x\xff"),
                               ("c.c", b"x\n", b'n R"(\nx\n')]:
            self.put("old/" + path, old)
            self.put("new/" + path, new)
        for number, diff in enumerate([b"1a2\n> n\n", b"", b"0a1\n> n\n"]):
            self.put(f"diffs/{number}", diff)
        self.ask({"op": "relines", "source": self.path("old"), "from": self.path("new"), "to": self.path("to"),
                  "diffs": self.path("diffs"), "paths": ["fs/a.c", "b.c", "c.c"]})
        self.assertEqual([self.get(p) for p in ("to/fs/a.c", "to/b.c", "to/c.c")],
                         [b"a\nn\n#line 2\nb\n", b"x\xff", b'n R"(\nx\n'])


class Commands(Files):
    """commands"""

    def line(self, command: str, name: str = "fs/a.o", end: str = "' > fs/.a.o.cmd; rm -f fs/.a.o.d") -> str:
        """What make -n prints for an object."""
        return f"set -e; gcc -c x.c; scripts/basic/fixdep fs/.a.o.d {name} '{command}{end}"

    def one(self, line: str) -> list[str]:
        """The object, its file and command."""
        found = list(commands.commands([line], "/src/"))
        self.assertEqual(len(found), 1)
        return found[0].split("\t")

    def test_quotes_of_the_shell_and_make_are_taken_off(self) -> None:
        self.assertEqual(self.one(self.line("gcc -DN='\\''\"a\"'\\'' -DP=\\# -DQ=$(pound) -DD=$$x -c /src/fs/a.c")),
                         ["fs/a.o", "fs/a.c", "gcc -DN='\"a\"' -DP=# -DQ=# -DD=$x -c /src/fs/a.c"])

    def test_what_is_compiled(self) -> None:
        for command, path in [("gcc -o x.o ../fs/./a.c", "fs/./a.c"), ("gcc ./kernel/a.c ; objtool x.o", "kernel/a.c"),
                              ("gcc /src/fs/x/../a.c  ", "fs/a.c"), ("gcc fs/x/y/../../a.c", "fs/a.c"),
                              ("gcc /src2/a.c", "/src2/a.c")]:
            self.assertEqual(self.one(self.line(command))[1], path)

    def test_the_end_is_the_one_of_a_cmd_file(self) -> None:
        self.assertEqual(self.one(self.line("gcc a.c ; echo '\\'' > x"))[2], "gcc a.c ; echo ' > x")
        self.assertEqual(list(commands.commands([self.line("gcc a.c", end="' > x"), "gcc a.c", ""], "/src/")), [])

    def test_a_request(self) -> None:
        path = self.put("lines", (self.line("gcc a.c") + "\nmake: nothing\n").encode())
        self.assertEqual(self.ask({"op": "commands", "lines": path, "source": "/src", "out": self.path("out")}),
                         {"objects": 1})
        self.assertEqual(self.get("out"), b"fs/a.o\ta.c\tgcc a.c\n")


class Includes(Files):
    """includes"""

    FILES = ["fs/a.c", "fs/a.h", "include/linux/a.h", "include/linux/b.h", "arch/x86/include/asm/x.h",
             "include/generated/uapi/linux/v.h", "drivers/d/d.h", "drivers/d/in/e.c"]

    def edges(self, *lines: str) -> list[str]:
        """The graph of these lines."""
        return list(includes.graph(self.FILES, lines))

    def test_clean(self) -> None:
        for path, want in [("a/b", "a/b"), ("a/./b", "a/b"), ("a/../b", "b"), ("../a", "../a"), ("a/../../b", "../b"),
                           ("./", ""), ("a/b/../../c.h", "c.h")]:
            self.assertEqual(includes.clean(path), want)

    def test_which_file_is_meant(self) -> None:
        for line, want in [
                ('fs/a.c:#include "a.h"', "fs/a.h"), ("fs/a.c:#include <linux/a.h>", "include/linux/a.h"),
                ('fs/a.c: # include "linux/b.h" /* "x" */', "include/linux/b.h"), ("fs/a.c:#include <asm/x.h>", "arch/x86/include/asm/x.h"),
                ("fs/a.c:#include <linux/v.h>", "include/generated/uapi/linux/v.h"),
                ('drivers/d/in/e.c:#include "../d.h"', "drivers/d/d.h"), ("fs/a.c:#include <../fs/a.h>", "fs/a.h"),
                ("fs/a.c:#include <d.h>", "~d.h"), ('x.c:#include "../../y/../z.h"', "~z.h")]:
            self.assertEqual(self.edges(line), [f"{want}\t{line.partition(':')[0]}"])
        self.assertEqual(self.edges("fs/a.c:#include MACRO"), [])

    def test_includers(self) -> None:
        edges = ["b.h\ta.h", "a.h\tx.c", "x.c\tb.h", "~d/l.h\tl.c", "~l.h\tm.c", "other.h\to.c"]
        self.assertEqual(includes.includers(["b.h"], edges), ["b.h", "a.h", "x.c"])
        self.assertEqual(includes.includers(["c/d/l.h", "no.h"], edges), ["c/d/l.h", "no.h", "l.c", "m.c"])
        self.assertEqual(includes.includers(["d/l.h"], edges), ["d/l.h", "l.c", "m.c"])
        self.assertEqual(includes.includers(["cd/l.h"], edges), ["cd/l.h", "m.c"])

    def test_requests(self) -> None:
        files = self.put("files", b"fs/a.c\nfs/a.h\n")
        lines = self.put("lines", b'fs/a.c:#include "a.h"\n')
        self.ask({"op": "includes", "files": files, "lines": lines, "out": self.path("graph")})
        self.assertEqual(self.get("graph"), b"fs/a.h\tfs/a.c\n")
        self.ask({"op": "includers", "files": self.put("q", b"fs/a.h\n"), "graph": self.path("graph"),
                  "out": self.path("out")})
        self.assertEqual(self.get("out"), b"fs/a.h\nfs/a.c\n")


class Records(Files):
    """records"""

    def of(self, files: list[str], *lines: str) -> list[str]:
        """What these lines say of the files."""
        return records.dependents(files, lines, "/s/src", "/s/bld")

    def test_clean(self) -> None:
        for path, want in [("/a/b", "/a/b"), ("/a//b/./c", "/a/b/c"), ("/a/../b", "/b"), ("/../a", "/../a"), ("/", "")]:
            self.assertEqual(records.clean(path), want)

    def test_paths_as_the_compiler_saw_them(self) -> None:
        for said in ("  /s/src/fs/a.h \\", "/s/src/fs/../fs/a.h", "../src/fs/a.h \\", "source_fs/a.o := /s/src/fs/a.h",
                     "\t../src/./fs/a.h"):
            self.assertEqual(self.of(["fs/a.h"], "fs/.a.o.cmd:" + said), ["fs/.a.o.cmd|fs/a.h"], said)

    def test_what_says_nothing(self) -> None:
        for said in ("savedcmd_fs/a.o := gcc /s/src/fs/a.h", "cmd_fs/a.o := /s/src/fs/a.h", "  /s/src2/fs/a.h",
                     "  fs/a.h", "  /s/src/fs/a.h.x"):
            self.assertEqual(self.of(["fs/a.h"], "fs/.a.o.cmd:" + said), [], said)

    def test_a_new_file_may_be_found_for_another_of_its_name(self) -> None:
        self.assertEqual(self.of(["?fs/a.h"], "fs/.a.o.cmd:  /s/src/include/a.h \\", "fs/.b.o.cmd: /s/src/include/b.h"),
                         ["fs/.a.o.cmd|fs/a.h"])

    def test_each_once_and_sorted(self) -> None:
        lines = ["b:  /s/src/x.h", "a:  /s/src/x.h", "b:  /s/src/x.h \\", "b: /s/src/a.h"]
        self.assertEqual(self.of(["x.h", "a.h"], *lines), ["a|x.h", "b|a.h", "b|x.h"])

    def test_a_request(self) -> None:
        self.ask({"op": "dependents", "files": self.put("files", b"x.h\n"), "lines": self.put("lines", b"a: /s/x.h\n"),
                  "source": "/s", "build": "/b", "out": self.path("out")})
        self.assertEqual(self.get("out"), b"a|x.h\n")


class Messages(Files):
    """messages"""

    def blamed(self, view: str, *lines: str) -> list[str]:
        """What these messages say of a view."""
        self.put("items/fs/a.h", b"1 5 type a\n6 9 function f\n")
        self.put("items/fs/a.c", b"1 5 function c\n6 9 other static struct t = {\n10 10 type u\n")
        log = self.put("log", "\n".join([*lines, ""]).encode())
        return messages.blamed([log], messages.Items(self.path("items")), "/src", view)

    def test_an_error_in_a_header(self) -> None:
        for path in ("fs/a.h", "/src/fs/a.h"):
            self.assertEqual(self.blamed("old", path + ":7:2: error: 'x' undeclared"), ["fs/a.h function f"])
        self.assertEqual(self.blamed("old", "fs/a.h:10:2: error: x", "fs/none.h:1:1: error: x", "fs/a.h:7:2: warning: x"), [])

    def test_in_a_source_file_only_where_functions_are_kept(self) -> None:
        for line, found in [(1, ["fs/a.c function c"]), (7, ["fs/a.c other static struct t = {"]), (10, [])]:
            error = f"fs/a.c:{line}:2: error: x"
            self.assertEqual(self.blamed("kept", error), found)
            self.assertEqual(self.blamed("old", error), [])

    def test_a_macro_is_to_blame_where_it_is_expanded(self) -> None:
        lines = ["include/m.h:1:2: error: x", "fs/a.h:8:2: note: in expansion of macro 'M'",
                 "fs/a.c:1:2: note: in expansion of macro 'N'"]
        self.assertEqual(self.blamed("old", *lines[:2]), ["fs/a.h function f"])
        self.assertEqual(self.blamed("kept", *lines), ["fs/a.c function c"])
        # of an argument, the error is where that is
        self.assertEqual(self.blamed("old", "fs/a.h:8:2: error: x", "include/m.h:1:2: note: in definition of macro 'M'"),
                         ["fs/a.h function f"])

    def test_what_a_table_points_to(self) -> None:
        lines = ["fs/a.c:7:10: error: initialization of 'int (*)(void)' from incompatible pointer type 'x'",
                 "    7 |  .open = get_it,"]
        self.assertEqual(self.blamed("kept", *lines), ["fs/a.c function get_it"])
        self.assertEqual(self.blamed("kept", lines[0]), ["fs/a.c other static struct t = {"])

    def test_a_declaration_that_says_something_else(self) -> None:
        lines = ["fs/a.c:2:9: error: conflicting types for 'c'", "fs/a.h:6:1: note: previous declaration of 'c'"]
        self.assertEqual(self.blamed("kept", *lines), ["fs/a.c function c", "fs/a.h function f"])
        self.assertEqual(self.blamed("old", *lines), [])

    def test_a_request(self) -> None:
        self.blamed("old")
        self.ask({"op": "blamed", "source": "/src", "view": "old", "items": self.path("items"), "out": self.path("out"),
                  "logs": [self.put("l", b"fs/a.h:2:1: error: \xe2\x80\x98x\xe2\x80\x99\n"), self.path("log")]})
        self.assertEqual(self.get("out"), b"fs/a.h type a\n")


class OldTypes(Files):
    """oldtypes"""

    def merge(self, old: str, new: str, new_enums: bool = False, undone: tuple[str, ...] = ()) -> oldtypes.Merger:
        """New text over old types."""
        return oldtypes.Merger(old.splitlines(), new.splitlines(), new_enums, set(undone))

    def test_keys(self) -> None:
        for content, key in [
                ("struct a { int x; };", "type a"),
                ("typedef struct { int x; } a_t;", "type a_t"),
                ("typedef struct { int x; } __packed a_t ;", "type a_t"),
                ("enum { A = 1, B };", "type {A}"),
                ("struct __packed a { int x; } ____cacheline_aligned;", "type a"),
                ("static inline __printf(1, 2) int f(const char *s, ...) { }", "function f"),
                ("static void *g(int (*h)(int)) { }", "function g"),
                ("int x = f(1);", "other int x = f(1);"),
                ("struct a *f(struct a *a) { return a; }", "function f")]:
            self.assertEqual(oldtypes.key_of(content), key)

    def test_of_two_of_a_name_each_is_one(self) -> None:
        merged = self.merge("#ifdef A\nstruct a { int x; };\n#else\nstruct a { int y; };\n#endif\n",
                            "#ifdef A\nstruct a { int x, n; };\n#else\nstruct a { int y, n; };\n#endif\n")
        self.assertEqual(merged.lines[1::2], ["struct a { int x; };", "struct a { int y; };"])
        self.assertEqual(merged.where, ["2 2 type a", "4 4 type a#2"])

    def test_branches_have_braces_of_their_own(self) -> None:
        found = oldtypes.Reader("int f(void)\n{\n#ifdef A\n\tif (a) {\n#else\n\tif (b) {\n#endif\n\t}\n}\nint i;"
                                .splitlines())
        self.assertEqual([(i.first, i.last, i.key) for i in found.items],
                         [(1, 9, "function f"), (10, 10, "other int i;")])

    def test_no_brace_of_comments_and_strings_counts(self) -> None:
        found = oldtypes.Reader('int f(void)\n{\n\tg("{ \\" {", \'{\'); /* {\n { */ // {\n}\nint i;'.splitlines())
        self.assertEqual([i.last for i in found.items], [5, 6])

    def test_enums_with_more_values_at_the_end(self) -> None:
        for old, new, same in [("enum e { A, B, MAX };", "enum e { A, B, C, MAX };", True),
                               ("enum e { A, B };", "enum e { B, A };", False),
                               ("enum e { A, B };", "enum e { A };", False),
                               ("enum e { A, #if };", "enum e { A, #if };", False)]:
            self.assertEqual(oldtypes.only_appended(old, new), same, old)
        self.assertEqual(self.merge("enum e { A };", "enum e { A, B };", True).lines, ["enum e { A, B };"])
        self.assertEqual(self.merge("enum e { A };", "enum e { A, B };").lines, ["enum e { A };"])

    def test_what_has_no_end_is_copied(self) -> None:
        lines = ["int f(void)", "{", "\tif (x) {"]
        self.assertEqual(self.merge("", "\n".join(lines)).lines, lines)

    def test_an_empty_old_file_leaves_the_new_one(self) -> None:
        self.assertEqual(self.merge("", "struct a { int x; };").lines, ["struct a { int x; };"])

    def test_a_request(self) -> None:
        old = b"struct a { int x; };\nint f(void)\n{\n\treturn 1;\n}\n"
        new = b"#define N 1\nstruct a { int x, y; };\nint f(void)\n{\n\treturn 2;\n}\n"
        for path in ("i/a.h", "i/b.h", "i/aXh"):
            self.put("old/" + path, old)
            self.put("new/" + path, new)
        undo = self.put("undo", b"i/b.h type a\ni/a.h function f\n")
        self.assertEqual(self.ask({"op": "old_types", "source": self.path("old"), "new": self.path("new"),
                                   "out": self.path("out"), "items": self.path("items"), "undo": undo,
                                   "new_enums": False, "paths": ["i/a.h", "i/b.h", "i/aXh"]}), {})
        self.assertEqual(self.get("out/i/a.h"), b"#define N 1\n" + old)
        self.assertEqual(self.get("items/i/a.h"), b"2 2 type a\n3 6 function f\n")
        self.assertEqual(self.get("out/i/b.h"), new)
        # the path in undo is no pattern
        self.assertEqual(self.get("out/i/aXh"), b"#define N 1\nstruct a { int x; };\n" + new.split(b"\n", 2)[2])

    def test_a_file_that_is_not_there(self) -> None:
        done = self.run_request({"op": "old_types", "source": self.top, "new": self.top, "out": self.top,
                                 "items": self.top, "undo": self.path("undo"), "new_enums": False, "paths": []})
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"undo", done.stderr)


if __name__ == "__main__":
    unittest.main()
