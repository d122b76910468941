#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2001,SC2030,SC2031,SC2034,SC2317 # parts of kspl-build run in subshells
#
# kspl-build: patches that patch(1), git apply and a reviewer could read in
# different ways are refused, or applied as git does; what is listed is what is
# applied.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=tests/lib.sh
. "$REPO/tests/lib.sh"

TMP=$(mktemp -d)
trap 'rm -rf "$TMP"' EXIT
cd "$TMP"

mkdir -p src/{fs,kernel,Documentation,include/linux,scripts}
seq 1 40 | sed 's/.*/line &/' >src/fs/a.c
cp src/fs/a.c src/fs/b.c
cp src/fs/a.c src/Documentation/x.rst
cp src/fs/a.c src/fs/crlf.c
sed -i 's/$/\r/' src/fs/crlf.c
printf 'one\ntwo\nthree' >src/fs/noeol.c
echo '# make' >src/Makefile
echo '#!/bin/sh' >src/scripts/x.sh
mkdir outside
echo secret >outside/key
ln -s ../../outside/key src/fs/link.c
ln -s ../../outside src/fs/dir

# read_it PATCH...: what kspl-build makes of patches, without all that comes after;
# W has then what it applied and what it told
read_it() {
	rm -rf W
	mkdir -p W/log
	(
		set +eu
		shopt -s extglob
		EXIT_FAILED=1 EXIT_UNSAFE=4 EXIT_NOCHANGE=3 PROG=kspl-build
		LIB=$REPO/tools/kspl-build WORK=$TMP/W SOURCE=$TMP/src BUILD='' RELEASE=6.12.1 INSPECT=''
		PATCHES=("$@") ON=() FILES=() REASONS=()
		declare -A CONF=()
		msg() { printf '%s\n' "$*"; }
		msg_file() { sed 's/^/  /' "$@"; }
		note() { msg "note: $*"; }
		verbose() { :; }
		nothing_lost() { :; }
		need_room() { :; }
		printable() { cat; }
		reason() { REASONS+=("$*"); }
		die() { msg "$2"; exit "$1"; }
		finish() { exit "$1"; }
		stop_if_reasons() {
			[ ${#REASONS[@]} -ne 0 ] || return 0
			printf '%s\n' "${REASONS[@]}"
			exit "${1:-4}"
		}
		conf() { false; }
		# shellcheck source=tools/kspl-build/ask.sh
		. "$LIB/ask.sh"
		# shellcheck source=tools/kspl-build/patches.sh
		. "$LIB/patches.sh"
		# shellcheck source=tools/kspl-build/files.sh
		. "$LIB/files.sh"
		apply_patches
		printf '%s\n' "${FILES[@]%%|*}" | sort >W/files
		printf '%s\n' "${SUBJECTS[@]}" >W/subjects
	)
}

# as_git PATCH...: applied, with the result that git has, and no other file is told of
as_git() {
	local p f

	rm -rf G
	cp -r src G
	for p; do
		(cd G && GIT_CEILING_DIRECTORIES=$TMP git apply -p1 - <"../$p") || return 1
	done
	read_it "$@" >told 2>&1 || { cat told; return 1; }
	(cd G && find . -type f -exec sha256sum {} +) | sort >sums.git
	(cd src && find . -type f -exec sha256sum {} +) | sort >sums.src
	comm -3 sums.git sums.src | sed 's/.*\.\///' | sort -u | diff - W/files || { echo "these files were told"; return 1; }
	while read -r f; do
		[ -e "W/patched/$f" ] || [ -e "W/plain/$f" ] || continue
		if [ -e "W/plain/$f" ]; then
			cmp "G/$f" "W/plain/$f" || return 1
		else
			cmp "G/$f" "W/patched/$f" || return 1
		fi
	done <W/files
}

as_git_dash() { read_it - <outside/key >told 2>&1; }

# refused CODE REGEX PATCH...: and nothing outside is written to
refused() {
	local code=$1 want=$2

	shift 2
	exits "$code" read_it "$@" >told 2>&1 || { cat told; return 1; }
	grep -qE -- "$want" told || { cat told; echo "expected: $want"; return 1; }
	[ "$(cat outside/key)" = secret ] && [ "$(ls outside)" = key ]
}

hunk='@@ -3,5 +3,6 @@
 line 3
 line 4
 line 5
+added
 line 6
 line 7
'
other='@@ -23,5 +23,6 @@
 line 23
 line 24
 line 25
+hidden
 line 26
 line 27
'
a='--- a/fs/a.c
+++ b/fs/a.c
'
b='--- a/fs/b.c
+++ b/fs/b.c
'
p() { printf '%s' "$@" >p.patch; }

p "$a$hunk"
check "a plain diff" as_git p.patch
p 'Subject: [PATCH 1/2] fs: one
 more line

What was tried first:

' "$(sed 's/^/  /' <<<"$b$other")" '

---
 fs/a.c | 1 +

' "$a$hunk" '-- 
2.39.5
'
check "a diff in the message, indented: is text" as_git p.patch
check "... and its line is told" grep -q 'line 6: a diff that is indented' told
check "... and the folded subject is read" grep -qx 'fs: one more line' W/subjects
p "$a$hunk
  --- a/fs/b.c
  +++ b/fs/b.c
$(sed 's/^/  /' <<<"$other")
"
check "an indented diff after a hunk" refused 1 'line 11: a line that belongs to no hunk' p.patch
p 'Subject: a|b|c|d|e|f

' "$a$hunk"
check "a subject with bars in it" as_git p.patch
check "... whole" grep -qxF 'a|b|c|d|e|f' W/subjects
p "> quoted

$(sed 's/^/> /' <<<"$b$other")
---
$a$hunk"
check "a quoted diff in the message: is text" as_git p.patch
p "$b$other
---
$a$hunk"
check "a diff at the first column of the message: is one, and told" refused 1 'line 11: a line that belongs to no hunk' p.patch
p "Subject: x

$b$other-- 
2.39.5

$a$hunk"
check "after a signature, another diff: both are told" as_git p.patch
check "... that is" grep -qx 'fs/b.c' W/files
p "$a${hunk/3,5 +3,6/3,4 +3,5}"
check "a hunk that says it has fewer lines" refused 1 'line 9|line 8: a line that belongs to no hunk' p.patch
p "$a${hunk/3,5 +3,6/3,6 +3,7}"
check "a hunk that says it has more lines, at the end" refused 1 'fewer lines than it says' p.patch
p "$a${hunk/3,5 +3,6/3,6 +3,7}$b$other"
check "a hunk that says it has more lines, and a file after it" refused 1 'does not apply' p.patch
p "$a$hunk+trailing
"
check "a line more after the hunk" refused 1 'line 10: a line that belongs to no hunk' p.patch
p "$a$hunk
 
$other"
check "a hunk after a blank of nobody" refused 1 'line 11: a line that belongs to no hunk' p.patch
p "$a${hunk/ line 3/
}"
check "another line than the file's" refused 1 'does not apply|line' p.patch
printf 'line 1\n\nline 3\nline 4\nline 5\nline 6\nline 7\nline 8\n' >src/fs/blank.c
p '--- a/fs/blank.c
+++ b/fs/blank.c
@@ -1,4 +1,5 @@
 line 1

 line 3
+added
 line 4
'
check "a context line whose blank was eaten: as git reads it" as_git p.patch
p "$hunk"
check "a hunk without a file" refused 1 "line 1: a hunk without" p.patch
p "Index: fs/a.c
===================================================================
$a$hunk"
check "with an Index line" as_git p.patch
p "Index: fs/b.c
===================================================================
$hunk"
check "an Index line instead of a header" refused 1 "line 3: a hunk without" p.patch
p "*** a/fs/b.c
--- b/fs/b.c
***************
*** 3,4 ****
---
$a$hunk"
check "a context diff before" refused 1 "context diff" p.patch
p "5c5
< line 5
---
> hidden
$a$hunk"
check "a diff without context before" refused 1 "line 1: a diff without context" p.patch
p "diff --git a/fs/a.c b/fs/a.c
index 0123456..789abcd 100644
$a$hunk"
check "git's header" as_git p.patch
p "diff --git a/fs/b.c b/fs/b.c
index 0123456..789abcd 100644
$a$hunk"
check "two headers for one file" refused 1 "another name than in" p.patch
p "--- a/fs/b.c
+++ b/fs/a.c
$hunk"
check "two names for one file" refused 1 "two names for one file" p.patch
p "diff --git a/fs/b.c b/fs/b.c
$b"
check "a header without hunks" refused 1 "have no hunk" p.patch
p "diff --git a/fs/b.c b/fs/b.c
diff --git a/fs/a.c b/fs/a.c
$a$hunk"
check "git's header, and nothing for it" refused 1 "line 1: a 'diff --git' without anything after it" p.patch
p "$(sed 's/$/\r/' <<<"$a")
$hunk"
check "CR in a header" refused 1 "line 1: a header that ends in CR" p.patch
p "$a$(sed 's/$/\r/' <<<"${hunk%
}")
"
check "lines that end in CR" refused 1 "lines that end in CR|does not apply" p.patch
p "--- a/fs/crlf.c
+++ b/fs/crlf.c
$(sed '1!s/$/\r/' <<<"${hunk%
}")
"
check "... of a file that has them" as_git p.patch
p '--- "a/fs/\141.c"
+++ "b/fs/\141.c"
'"$hunk"
check "quoted names" refused 1 "quoted" p.patch
p "diff --git a/fs/a.c b/fs/c.c
similarity index 100%
rename from fs/a.c
rename to fs/c.c
"
check "a rename" refused 1 "renames and copies" p.patch
p "diff --git a/fs/a.c b/fs/c.c
similarity index 100%
copy from fs/a.c
copy to fs/c.c
"
check "a copy" refused 1 "renames and copies" p.patch
p "diff --git a/fs/a.bin b/fs/a.bin
new file mode 100644
index 0000000..0123456
GIT binary patch
literal 1
Ic\${MZ0RR910001

literal 0
HcmV?d00001

"
check "a binary patch" refused 1 "line 4: fs/a.bin: binary" p.patch
for mode in 120000 160000 100600 104755 040000; do
	p "diff --git a/fs/n.h b/fs/n.h
new file mode $mode
index 0000000..0123456
--- /dev/null
+++ b/fs/n.h
@@ -0,0 +1 @@
+/etc/passwd
\\ No newline at end of file
"
	check "mode $mode" refused 1 "line 2: fs/n.h: of mode $mode" p.patch
done
p "diff --git a/fs/a.c b/fs/a.c
index 0123456..789abcd 120000
$a$hunk"
check "a link's mode in an index line" refused 1 "line 2: fs/a.c: of mode 120000" p.patch
p "diff --git a/fs/a.c b/fs/a.c
old mode 100644
new mode 100755
$a$hunk"
check "an ordinary change of mode" as_git p.patch
p "diff --git a/fs/link.c b/fs/link.c
deleted file mode 120000
index 0123456..0000000
--- a/fs/link.c
+++ /dev/null
@@ -1 +0,0 @@
-../../outside/key
\\ No newline at end of file
"
check "a link that goes" refused 1 "line 2: fs/link.c: of mode 120000" p.patch
p "--- a/fs/link.c
+++ b/fs/link.c
@@ -1 +1 @@
-secret
+written
"
check "through a link to a file" refused 1 "fs/link.c is a symbolic link" p.patch
p "--- a/fs/dir/key
+++ b/fs/dir/key
@@ -1 +1 @@
-secret
+written
"
check "through a link to a directory" refused 1 "fs/dir is a symbolic link" p.patch
p "--- /dev/null
+++ b/fs/dir/new.h
@@ -0,0 +1 @@
+written
"
check "a new file behind a link" refused 1 "fs/dir is a symbolic link" p.patch
for name in ../outside/key fs/../../outside/key ./fs/a.c fs//a.c .git/config fs/.git/x; do
	p "--- a/$name
+++ b/$name
$hunk"
	check "the name $name" refused 1 "suspicious file name" p.patch
done
p "--- $TMP/outside/key
+++ $TMP/outside/key
$hunk"
check "an absolute name" refused 1 "suspicious file name.*absolute" p.patch
p "--- a/fs/a.c and more
+++ b/fs/a.c and more
$hunk"
check "a name with blanks" refused 1 "suspicious file name" p.patch
p $'--- a/fs/\e[31ma.c\n+++ b/fs/\e[31ma.c\n'"$hunk"
check "a name with control characters" refused 1 "suspicious file name" p.patch
p "--- fs/a.c
+++ fs/a.c
$hunk"
check "names without a/ and b/" refused 4 "where the kernel has no files" p.patch
p "--- a.c
+++ a.c
$hunk"
check "names without any directory" refused 1 "no directory to strip" p.patch
p "$a$hunk$a$other"
check "one file twice: as git applies it" as_git p.patch
p "$a$hunk$a$hunk"
p "From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001
From: A <a@b>
Subject: [PATCH 1/2] one

---
$a$hunk-- 
2.39.5

From 0123456789012345678901234567890123456780 Mon Sep 17 00:00:00 2001
From: A <a@b>
Subject: [PATCH 2/2] two

---
$a$other-- 
2.39.5

"
check "a mailbox of two patches of one file" as_git p.patch
check "... both subjects" test "$(paste -sd, W/subjects)" = one,two
p "$a${hunk/3,5 +3,6/5,5 +5,6}"
check "an offset: as git applies it" as_git p.patch
check "... and told" grep -q 'offset -2 lines' told
p "$a${hunk/ line 3/ line X}"
check "what needs fuzz" refused 1 "does not apply" p.patch
p "${a}@@ -5,0 +6 @@
+added
"
check "lines to add without context, which git would put at the end" refused 1 "line 3: lines to add without any context" p.patch
p "--- a/fs/noeol.c
+++ b/fs/noeol.c
@@ -1,3 +1,3 @@
 one
-two
+TWO
 three
\\ No newline at end of file
"
check "no newline at the end" as_git p.patch
# The line after it would be a part of the comment.
p "$a@@ -4,3 +4,4 @@
 line 4
+// a comment
\\ No newline at end of file
 line 5
 line 6
"
check "a line without a newline within a hunk" refused 1 "line 7: it follows a line that has no newline" p.patch
p "$a@@ -4,3 +4,4 @@
 line 4
 line 5
\\ No newline at end of file
+x
 line 6
"
check "... one that stays" refused 1 "line 7: it follows a line that has no newline" p.patch
p "$a@@ -4,3 +4,3 @@
 line 4
-line 5
\\ No newline at end of file
+// a comment
 line 6
"
check "... one that goes" refused 1 "line 8: it follows a line that has no newline" p.patch
p "--- a/fs/noeol.c
+++ b/fs/noeol.c
@@ -2,2 +2,3 @@
 two
-three
\\ No newline at end of file
+three
+four
\\ No newline at end of file
"
check "... at the end of a file, old and new" as_git p.patch
p "--- /dev/null
+++ b/fs/a.c
@@ -0,0 +1 @@
+new
"
check "a new file that is there already" refused 1 "does not apply" p.patch
p "--- /dev/null
+++ b/fs/new.h
@@ -0,0 +1 @@
+new
$a$hunk"
check "a new file" as_git p.patch
p "$a${hunk}diff --git a/fs/empty.h b/fs/empty.h
new file mode 100644
index 0000000..e69de29
"
check "a new empty file" as_git p.patch
p "--- a/Documentation/x.rst
+++ /dev/null
@@ -1,40 +0,0 @@
$(sed 's/^/-/' src/Documentation/x.rst)
$a$hunk"
check "a document that goes" as_git p.patch
p "text
more
"
check "no diff at all" refused 1 "is not a patch" p.patch
{
	printf -- '--- a/fs/a.c\n+++ /dev/null\n@@ -1,40 +0,0 @@\n'
	sed 's/^/-/' src/fs/a.c
} >gone.patch
p "$a$hunk"
check "a file that one patch deletes, and the next one changes: as git has it" refused 1 "does not apply" gone.patch p.patch
p "$a$hunk"
cp p.patch ./-
check "a patch that is called -" as_git_dash
check "... what is applied is the file, not the input" test "$(grep -c added W/plain/fs/a.c)" = 1
# The first makes of the directory that git works in a repository, with a filter
new_file() {
	printf '%s\n%s\n%s\n' '--- /dev/null' "+++ b/$1" "@@ -0,0 +1,$(wc -l <<<"$2") @@"
	sed 's/^/+/' <<<"$2"
}
{
	new_file HEAD 'ref: refs/heads/x'
	new_file objects/x x
	new_file refs/x x
	new_file info/attributes '* filter=x'
	new_file config "[core]
	repositoryformatversion = 0
	bare = false
	worktree = .
[filter \"x\"]
	clean = \"touch $TMP/ran; cat\"
	smudge = \"touch $TMP/ran; cat\""
} >repository.patch
p "$a$hunk"
no_repository() {
	read_it repository.patch p.patch >told 2>&1 || :
	if ! grep -q 'info/attributes: kspl-build does not know this kind of file' told || [ -e ran ]; then
		cat told
		return 1
	fi
}
check "one that makes a repository of where it is applied: its filter is not run" no_repository

# As its owner may do, after somebody else's look at it
mkdir bin
cat >bin/git <<'GIT'
#!/bin/sh
PATH=${PATH#*:} git "$@"
code=$?
case " $* " in
*' --numstat '*) cp other.patch p.patch ;;
esac
exit $code
GIT
chmod 755 bin/git
p "$a$hunk"
sed 's/^+added/+something else/' p.patch >other.patch
changed_meanwhile() {
	PATH=$TMP/bin:$PATH read_it p.patch >told 2>&1 || { cat told; return 1; }
	cmp -s p.patch other.patch || { echo 'it was not changed'; return 1; }
	! grep -r 'something else' W/plain W/patched
}
check "one that is changed while it is read: as it was first" changed_meanwhile
p "$a$hunk"
check "two patches of one file" refused 1 "does not apply" p.patch p.patch
p "--- a/scripts/x.sh
+++ b/scripts/x.sh
@@ -1 +1,2 @@
 #!/bin/sh
+echo
"
check "what the build runs" refused 4 "scripts/x.sh: a part of how the kernel is built" p.patch
p "$a@@ -1,3 +1,4 @@
 int fn(void);
+int gn(void); $(printf '\033[8m')hidden
 int x;
"
check "a control character that it adds" refused 1 "line 5: it adds a control character" p.patch
at_6() { p "$a@@ -3,3 +3,4 @@
 line 3
 line 4
+$1
 line 5
"; }
at_6 $'++ x; /* \e[8m */'
check "... in a line that begins as a header does" refused 1 "line 6: it adds a control character" p.patch
at_6 $'evil(); /*\r+\tnothing */'
check "... a CR within a line" refused 1 "line 6: it adds a control character" p.patch
at_6 $'/* \xc2\x9b8m */'
check "... in UTF-8" refused 1 "line 6: it adds a control character" p.patch
for c in '\xe2\x80\xae' '\xe2\x81\xa6' '\xe2\x80\x8b' '\xd8\x9c' '\xef\xbb\xbf' '\xc2\xad' '\xf3\xa0\x81\x81' \
	'\xcd\x8f' '\xe1\x85\x9f' '\xe1\x9e\xb4' '\xe1\xa0\x8e' '\xe3\x85\xa4' '\xef\xb8\x8f' '\xef\xbe\xa0' '\xef\xbf\xb9' '\xf0\x9b\xb2\xa0' '\xf0\x9d\x85\xb3' '\xf3\xa0\x84\x80'; do
	at_6 "$(printf '/* %b } */' "$c")"
	check "a mark that turns text around, or can't be seen: $c" refused 1 "line 6: it adds a character that can't be seen" p.patch
done
at_6 "$(printf '/* \xc3\xa9\t\f \xe2\x82\xac */')"
check "... other letters" as_git p.patch
p "$a${hunk/ @@/ @@ $(printf '\033[8m')}"
check "a control character in an @@ line, for what follows" refused 1 "line 3: a control character, which may hide" p.patch
p "$a${hunk/ @@/ @@ $(printf '\xe2\x80\xae')}"
check "... a mark that turns it around" refused 1 "line 3: in an @@ line, a character that can't be seen" p.patch
p $'Subject: x\n\nAs was said. \e[8m\n---\n' "$a$hunk"
check "... in the message" refused 1 "line 3: a control character, which may hide" p.patch
p $'Subject: x \xc2\x9b8m\n\n---\n' "$a$hunk"
check "... in the subject, in UTF-8" refused 1 "line 1: a control character, which may hide" p.patch
p "$a$hunk"$'-- \n2.39\e[8m\n'
check "... behind the diff" refused 1 "a control character, which may hide" p.patch
p $'Subject: \xc3\xa9t\xc3\xa9\r\n\n\tFrom me:\f\n---\n' "$a$hunk"
check "... other letters, CR at the end" as_git p.patch
for how in Quoted-Printable base64; do
	p "Subject: x
Content-Transfer-Encoding: $how

---
$a${hunk/+added/+x =20;}"
	check "a message that is encoded: $how" refused 1 "line 2: the message is encoded \($how\)" p.patch
	sed 's/Encoding: /&\n\t/' p.patch >folded.patch
	check "... in a header that is folded" refused 1 "line 3: the message is encoded \($how\)" folded.patch
done
subject_is() { as_git p.patch && printf '%s\n' "$1" | diff W/subjects -; }
while IFS='|' read -r encoded plain; do
	p "Subject: [PATCH] $encoded

---
$a$hunk"
	check "a subject that is encoded: $encoded" subject_is "$plain"
done <<'END'
=?UTF-8?q?f=C3=BCr=20x=5F1?=|für x_1
=?utf-8?Q?f=c3=bcr_x?= =?utf-8?Q?_y?= z|für x y z
=?UTF-8?B?ZsO8ciB4?= (=?iso-8859-1?q?f=FCr?=)|für x (für)
=?utf-8?q?x=0Afile=7Cfs/b.c=1B[2J?=|x?file|fs/b.c?[2J
=?utf-7?q?+AGE-?= a?b=?|=?utf-7?q?+AGE-?= a?b=?
END
# What says, otherwise, that it is to be shown in another way
field() { printf 'Subject: x\n%s\n\n---\n%s%s' "$1" "$a" "$hunk" >p.patch; }
for how in '(x) quoted-printable' '"base64"' x-uuencode; do
	field "Content-Transfer-Encoding: $how"
	check "a message that is encoded: $how" refused 1 'line 2: the message is encoded' p.patch
done
for how in 'text/plain; charset=utf-7' 'text/plain; charset=us-ascii; format=flowed; delsp=yes' 'text/plain; format="flowed"' \
	$'text/plain;\n format=flowed' 'multipart/alternative; boundary=x' text/html "text/plain; charset*=utf-7''x" 'text/plain; charset=utf-8 (; format=flowed)' \
	'text/plain; format*0=flo; format*1=wed' 'application/octet-stream'; do
	field "Content-Type: $how"
	check "a message that is shown in another way: ${how//$'\n'/}" refused 1 \
		'line [23]: a mail program does not show the message as it stands' p.patch
done
for how in 'text/plain; charset=UTF-8; format=fixed' 'text/plain; charset="us-ascii"' 'TEXT/PLAIN' 'text/plain; charset=UTF-8; x-default=true' $'text/x-patch;\n name="0001-x.patch"'; do
	field "Content-Type: $how"
	check "... in none: ${how//$'\n'/}" as_git p.patch
done
p "Subject: x

diff --cc fs/b.c
index 1,2..3
@@@ -3,2 -3,2 +3,3 @@@
  line 3
++hidden
  line 4
$a$hunk"
check "a combined diff: would be left out" refused 1 'line 3: a combined diff' p.patch
p "$a${hunk}Only in b/fs: c.c
"
check "a file that diff(1) left out: told" as_git p.patch
check "... that is" grep -q 'line 10: a file that only one of the trees has' told
p "Binary files a/fs/x and b/fs/x differ
$a$hunk"
check "a binary file that diff(1) left out" refused 1 'line 1: binary files' p.patch
# The way out that the message tells
p "From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001
From: =?UTF-8?q?J=C3=B6rg?= <j@example.org>
Subject: [PATCH] =?UTF-8?q?f=C3=BCr_x?=
Content-Type: text/plain; charset=UTF-8
Content-Transfer-Encoding: quoted-printable

---
$a${hunk/+added/+f=C3=BCr =3D 1;}"
check "one that is decoded as is said there" sh -c 'git mailinfo msg patch <p.patch >info && cat info msg patch >fix.patch'
check "... is read" as_git fix.patch
check "... with its subject" grep -qx 'für x' W/subjects
p "Subject: x
Content-Transfer-Encoding: 8bit

---
$a$hunk"
check "... one that is not" as_git p.patch
p "$a${hunk}"
printf 'x\0y\n' | cat - p.patch >nul.patch
check "a NUL" refused 1 "line 1: there is a NUL" nul.patch
p "--- /dev/null
+++ b/fs/fn.h.gch/a.h
@@ -0,0 +1 @@
+int x;
"
check "a header that the compiler would take as compiled" refused 4 "fs/fn.h.gch/a.h: the compiler would use it" p.patch
p "--- /dev/null
+++ b/fs/a.c/new.h
@@ -0,0 +1 @@
+int x;
"
check "a new file below a file" refused 1 "fs/a.c is a file in" p.patch
done_testing
