# SPDX-License-Identifier: GPL-2.0
"""What a reader may take for a part of a patch.

'git apply' alone decides what a patch is and applies it.  This reads the same file a
second time, strictly, and says, in lines:

  file|PATH|ADDED|DELETED|HUNKS|WHAT   what it takes for a changed, new or deleted file
  subject|TEXT                         of each message
  fixes|ID                             each that a line "CVE: ID..." of it names
  refuse|LINE|TEXT                     what could be read in two ways, or is not supported
  note|LINE|TEXT                       what is no part of the patch, but looks like one

kspl-build goes on only if git lists the same files with the same numbers of lines, and
nothing is refused.
"""
from __future__ import annotations

import re

from . import mail, text

# What a terminal does something on: a form feed is in some files of the kernel, CR at the
# end of lines
_OBEYED = re.compile(r"[\x01-\x08\x0b\x0d-\x1f\x7f]|\xc2[\x80-\x9f]")
# Marks of UTF-8 that turn text around or have no width, fillers (as in ksplice's utf8.c)
_UNSEEN = re.compile(
    r"\xc2\xad|\xd8\x9c|\xe2\x80[\x8b-\x8f\xa8-\xae]|\xe2\x81[\xa0-\xaf]|\xef\xbb\xbf|\xf3\xa0"
    r"|\xcd\x8f|\xe1\x85[\x9f\xa0]|\xe1\x9e[\xb4\xb5]|\xe1\xa0[\x8b-\x8f]|\xe3\x85\xa4"
    r"|\xef\xb8[\x80-\x8f]|\xef\xbe\xa0|\xef\xbf[\xb0-\xbb]|\xf0\x9b\xb2[\xa0-\xa3]|\xf0\x9d\x85[\xb3-\xba]")
_NAME = re.compile(r"[A-Za-z0-9_./+,@%=:~#-]+")
_BAD_PART = re.compile(r"/(\.\.?|\.git)?/")
_HUNK = re.compile(r"@@ -([0-9]+)(?:,([0-9]+))? \+([0-9]+)(?:,([0-9]+))? @@")
_MODE = re.compile(r"(?:old mode|new mode|new file mode|deleted file mode) (.*)")
_INDEX = re.compile(r"index [0-9a-f]+\.\.[0-9a-f]+(?: ([0-7]+))?\Z")
_SIMILARITY = re.compile(r"(similarity|dissimilarity) index ")
_RENAME = re.compile(r"(rename|copy) (from|to|old|new) ")
_BINARY = re.compile(r"GIT binary patch|Binary files .* differ")
_MESSAGE = re.compile(r"From [^ ]|(From|Subject|Date|Message-I[dD]|Author|Cc|To): |commit [0-9a-f]+|-- ?\r?\Z")
_NEW_MESSAGE = re.compile(r"From [^ ]|commit [0-9a-f]+\Z")
_BETWEEN = re.compile(r"\r?\Z|\\ |Index: |=====|Only in |diff |index ")
_FOLDED = re.compile(r"[ \t]+[^ \t]")
_CVE = re.compile(r"CVE-[0-9]{4}-[0-9]{4,}")
_FIELD = re.compile(r"content-(type|transfer-encoding)[ \t]*:")
_GOES_ON = re.compile(r"[ \t]+[^ \t\r]")
_BINARY_FILES = re.compile(r"Binary files .* differ\r?\Z")
_INDENTED = re.compile(r"[ \t>|*/#]+(--- |\+\+\+ |@@ -[0-9]|diff --git |\*\*\* )")
_ED = re.compile(r"[0-9]+(,[0-9]+)?[acd][0-9]+(,[0-9]+)?\r?\Z")
_COMBINED = re.compile(r"diff --(cc|combined) |@@@+ -[0-9]")
_ONLY_IN = re.compile(r"Only in [^:]+: ")
_HUNK_BEGINS = re.compile(r"@@ -[0-9]")
_NOTHING = "/dev/null"
_NO_HUNK = "the '---' and '+++' lines before have no hunk"


def obeyed(line: str) -> bool:
    """Is there what a terminal does something on?"""
    return bool(_OBEYED.search(line.removesuffix("\r")))


def hidden(line: str) -> str:
    """What no editor shows, or shows as something else: control characters, in UTF-8, too;
    marks that turn text around or have no width, fillers.  Or ""."""
    if obeyed(line):
        return "a control character"
    if _UNSEEN.search(line):
        return "a character that can't be seen, or turns text around"
    return ""


def _number(digits: str) -> int:
    """Of a @@ line: no file has as many lines as would matter."""
    digits = digits.lstrip("0")
    return int(digits or "0") if len(digits) < 19 else 10 ** 18


class Counts:
    """Of a file."""

    def __init__(self) -> None:
        self.added = 0
        self.deleted = 0
        self.hunks = 0
        self.what = "changed"


class Hunk:
    """The one that is being read."""

    def __init__(self, line: int, left: int, right: int, where: int) -> None:
        self.line = line
        self.left = left        # lines that are still to come, of the old text
        self.right = right      # ... of the new
        self.where = where
        self.context = 0
        self.removed = 0
        self.kind = ""          # of its last line
        self.last = ""          # the text that has ended without a newline


class Audit:
    """Reads a patch, line by line."""

    def __init__(self, lines: list[str]) -> None:
        self.out: list[str] = []
        self._files: dict[str, Counts] = {}
        self._number = 0            # of the line at hand
        self._state = "text"        # text header binary open hunk after
        self._before = ""           # the line before
        self._held = ""             # "--- x", until it is known whether "+++ y" follows
        self._held_line = 0
        self._path = ""
        self._hunk = Hunk(0, 0, 0, 0)
        self._git_name = ""
        self._header_line = 0
        self._extended = False
        self._subject = ""
        self._in_subject = False
        self._subject_done = False
        self._field = ""            # a header of mail that says how the text is to be shown
        self._field_line = 0
        self._noted = False
        for line in lines:
            self._number += 1
            # what is no part of a hunk is read by people, too, and hides from them what follows
            if self._state != "hunk" and obeyed(line):
                self._refuse(self._number, "a control character, which may hide from a reader what follows: take it out")
            self._take(line)
            self._before = line
        self._end()

    def _refuse(self, number: int, why: str) -> None:
        self.out.append(f"refuse|{number}|{why.replace('|', '?')}")

    def _refuse_here(self, why: str) -> None:
        self._refuse(self._number, why)

    # names of files

    def _stripped(self, name: str) -> str:
        """Without its first directory."""
        if name.startswith('"'):
            self._refuse_here("quoted file names are not supported")
        elif name.startswith("/"):
            self._refuse_here(f"suspicious file name: {name} (absolute)")
        elif "/" not in name:
            self._refuse_here(f"{name}: no directory to strip, the patch must apply with -p1")
        elif _BAD_PART.search(f"/{name}/") or not _NAME.fullmatch(name):
            self._refuse_here(f"suspicious file name: {name}")
        else:
            return name.split("/", 1)[1]
        return ""

    def _name_of(self, line: str) -> str:
        """The name behind "--- " or "+++ "."""
        name = line[4:].split("\t", 1)[0]
        return name if name == _NOTHING else self._stripped(name)

    def _new_file(self, name: str) -> None:
        self._path = name
        if name:
            self._files.setdefault(name, Counts())

    def _counts(self) -> Counts:
        """Of the file at hand; of one without a good name they are lost."""
        return self._files[self._path] if self._path else Counts()

    # git's header

    def _git_header(self, line: str) -> None:
        """"diff --git a/X b/X": a name with a blank in it would be read in many ways."""
        self._end_header()
        self._state = "header"
        self._header_line = self._number
        self._extended = False
        self._git_name = ""
        rest = line[len("diff --git "):]
        if '"' in rest:
            self._refuse_here("quoted file names are not supported")
            return
        names = text.words(rest)
        if len(names) != 2:
            self._refuse_here("not two names without blanks")
            return
        self._git_name = self._stripped(names[0])
        if self._git_name and self._git_name != self._stripped(names[1]):
            self._refuse_here(f"renames and copies of files are not supported, and these are two names: {rest}")

    def _end_header(self) -> None:
        """A header of git's may be all there is: a new empty file, a mode."""
        if self._state != "header":
            return
        if not self._extended:
            self._refuse(self._header_line, "a 'diff --git' without anything after it")
        else:
            self._new_file(self._git_name)
        self._state = "after"

    def _mode(self, said: str) -> None:
        mode = (text.words(said) or [""])[0]
        if mode in ("100644", "100755"):
            return
        kind = {"120000": " (a symbolic link)", "160000": " (a submodule)"}.get(mode, "")
        self._refuse_here(f"{self._git_name}: of mode {mode}{kind}: only 100644 and 100755, ordinary files, are supported")

    def _header_text(self, line: str) -> bool:
        """True if the line is a part of the header."""
        mode = _MODE.match(line)
        index = _INDEX.match(line)
        if mode:
            self._extended = True
            self._mode(mode.group(1))
        elif index:
            if index.group(1):
                self._mode(index.group(1))
        elif _SIMILARITY.match(line):
            self._extended = True
        elif _RENAME.match(line):
            self._extended = True
            self._refuse_here("renames and copies of files are not supported")
        elif _BINARY.match(line):
            self._extended = True
            self._refuse_here(f"{self._git_name}: binary patches are not supported")
            self._state = "binary"
        else:
            self._end_header()
            return False
        return True

    # the header that each diff has

    def _file_header(self, before: str, after: str) -> None:
        old = self._name_of(before)
        new = self._name_of(after)
        line = self._held_line
        if "\r" in before or "\r" in after:
            self._refuse(line, "a header that ends in CR: the patch went through something that changed its line ends")
        if self._state == "header" and self._git_name and any(
                name not in (_NOTHING, "", self._git_name) for name in (old, new)):
            self._refuse(line, f"another name than in the 'diff --git' of line {self._header_line}")
        elif old == _NOTHING and new == _NOTHING:
            self._refuse(line, "no file at all")
        elif _NOTHING not in (old, new) and old and new and old != new:
            self._refuse(line, f"two names for one file: {old} and {new}")
        self._state = "open"
        self._new_file(new if new != _NOTHING else old)
        if old == _NOTHING:
            self._counts().what = "new"
        elif new == _NOTHING:
            self._counts().what = "deleted"

    # hunks

    def _begin_hunk(self, line: str) -> None:
        found = _HUNK.match(line)
        if not found:
            self._refuse_here("a damaged @@ line")
            self._state = "after"
            return
        why = hidden(line)
        if why and not obeyed(line):
            self._refuse_here(f"in an @@ line, {why}")
        where, left, at, right = found.groups()
        self._hunk = Hunk(self._number, 1 if left is None else _number(left),
                          1 if right is None else _number(right), _number(where))
        self._state = "hunk"
        counts = self._counts()
        if not counts.hunks:
            # diff -N writes the names as if both were there
            if (where, left) == ("0", "0"):
                counts.what = "new"
            if (at, right) == ("0", "0"):
                counts.what = "deleted"
        counts.hunks += 1
        if self._hunk.left + self._hunk.right == 0:
            self._refuse_here("a hunk without lines")

    def _hunk_text(self, line: str) -> None:
        hunk = self._hunk
        kind = line[:1]
        # A line without an end is the file's last, in the old text or in the new one.
        # What came behind it would be appended to it.
        if kind == "\\":
            hunk.last = "old" if hunk.kind == "-" else "new"
            return
        if hunk.last == "new" or (hunk.last == "old" and kind != "+"):
            self._refuse_here("it follows a line that has no newline at its end: both would become one line")
        hunk.kind = kind
        if kind in ("", " ") or line == "\r":
            hunk.context += 1
            hunk.left -= 1
            hunk.right -= 1
        elif kind == "-":
            hunk.removed += 1
            hunk.left -= 1
            self._counts().deleted += 1
        elif kind == "+":
            hunk.right -= 1
            why = hidden(line)
            if why:
                self._refuse_here(f"it adds {why}: a reader may not see what it does, and no source of the kernel needs one")
            self._counts().added += 1
        else:
            self._refuse_here(f"in the middle of the hunk of line {hunk.line}: it has fewer lines than it says")
            self._state = "after"
            return
        self._may_end_hunk(kind)

    def _may_end_hunk(self, kind: str) -> None:
        hunk = self._hunk
        if hunk.left < 0 or hunk.right < 0:
            self._refuse_here(f"the hunk of line {hunk.line} has other lines than it says")
        if hunk.left <= 0 and hunk.right <= 0:
            self._state = "after"
            # git looks for a place for it only at the end
            if not hunk.context and kind != "-" and hunk.where and not hunk.removed:
                self._refuse(hunk.line, "lines to add without any context")

    def _after_text(self, line: str) -> None:
        if _BETWEEN.match(line):
            return
        if _MESSAGE.match(line):
            self._state = "text"
            self._noted = False
            self._text(line)
            return
        if line[0] in "-+ ":
            fewer = f": the one of line {self._hunk.line} says that it has fewer" if self._hunk.line else ""
            self._refuse_here("a line that belongs to no hunk" + fewer)
        else:
            self._refuse_here("neither a part of the diff nor the beginning of another message")
        self._state = "text"

    # messages

    def _field_ends(self) -> None:
        for why in mail.shown_otherwise(self._field):
            self._refuse(self._field_line, why)
        self._field = ""

    def _subject_ends(self) -> None:
        self.out.append("subject|" + mail.decoded(self._subject))
        self._in_subject = False
        self._subject_done = True

    def _text(self, line: str) -> None:
        """A header that was folded goes on in the next line, after a blank."""
        if line.startswith("Subject:") and not self._subject_done:
            self._subject = line.removeprefix("Subject:").lstrip(" ").removesuffix("\r")
            self._in_subject = True
            return
        if self._in_subject:
            if _FOLDED.match(line):
                self._subject += " " + line.lstrip(" \t").removesuffix("\r")
                return
            self._subject_ends()
        if _NEW_MESSAGE.match(line):
            self._subject_done = False
        if line.startswith("CVE:"):
            self.out += ["fixes|" + name for name in re.split(r"[ \t\r,]+", line)[1:] if _CVE.fullmatch(name)]
        if _FIELD.match(text.lower(line)):
            self._field = line
            self._field_line = self._number
        self._other_diffs(line)

    def _other_diffs(self, line: str) -> None:
        """What looks like a diff and is none, or one of another kind."""
        if _BINARY_FILES.match(line):
            self._refuse_here("binary files are not supported")
        if not self._noted and _INDENTED.match(line):
            self._noted = True
            self.out.append(f"note|{self._number}|a diff that is indented or quoted: it is text, and no part of the patch")
        if self._before.startswith("*** ") and line.startswith("--- "):
            self._refuse(self._number - 1, "a context diff: only unified diffs are supported")
        if _ED.match(self._before) and line.startswith(("< ", "> ")):
            self._refuse(self._number - 1, "a diff without context: only unified diffs are supported")

    # "--- x" is a header only if "+++ y" follows; else it is what it would be anywhere.

    def _let_go(self) -> None:
        if not self._held:
            return
        line, self._held = self._held, ""
        if self._state == "header":
            self._header_text(line)
        if self._state == "text":
            self._text(line)
        elif self._state != "binary":
            self._refuse(self._held_line, "a '---' line that no '+++' line follows")
        self._before = line

    def _take(self, line: str) -> None:
        if self._field and self._state == "text" and _GOES_ON.match(line):
            self._field += " " + line
            self._field_line = self._number
        elif self._field:
            self._field_ends()
        if self._state == "hunk":
            self._hunk_text(line)
            return
        if _COMBINED.match(line):
            self._refuse_here("a combined diff, as of a merge, is not supported: 'git diff ONE OTHER' makes an ordinary one")
        elif _ONLY_IN.match(line):
            self.out.append(f"note|{self._number}|a file that only one of the trees has is no part of the patch "
                            "('diff -N' makes it one)")
        if self._held and line.startswith("+++ "):
            before, self._held = self._held, ""
            self._file_header(before, line)
            return
        self._let_go()
        self._take_outside(line)

    def _take_outside(self, line: str) -> None:
        """A line that is in no hunk."""
        if line.startswith("--- ") and len(line) > 4:
            if self._state == "text" and self._before.startswith("*** "):
                self._text(line)
            self._held = line
            self._held_line = self._number
        elif _HUNK_BEGINS.match(line):
            if self._state in ("text", "header"):
                self._refuse_here("a hunk without the '---' and '+++' lines of its file")
            self._begin_hunk(line)
        elif line.startswith("diff --git "):
            if self._in_subject:
                self._text(line)
            self._git_header(line)
        elif self._state == "header" and self._header_text(line):
            pass
        elif self._state == "open":
            self._refuse_here(_NO_HUNK)
            self._state = "text"
        elif self._state == "after":
            self._after_text(line)
        elif self._state == "text":
            self._text(line)

    def _end(self) -> None:
        if self._field:
            self._field_ends()
        self._let_go()
        if self._state == "hunk":
            self._refuse_here(f"the hunk of line {self._hunk.line} has fewer lines than it says")
        if self._state == "open":
            self._refuse_here(_NO_HUNK)
        self._end_header()
        if self._in_subject:
            self._subject_ends()
        for path, counts in self._files.items():
            self.out.append(f"file|{path}|{counts.added}|{counts.deleted}|{counts.hunks}|{counts.what}")
