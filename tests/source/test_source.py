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
from source import oldtypes, text  # noqa: E402


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
