#!/usr/bin/awk -f
# SPDX-License-Identifier: GPL-2.0
#
# audit.awk - what a reader may take for a part of a patch
#
#   LC_ALL=C awk -f audit.awk FIX.patch
#
# 'git apply' alone decides what a patch is and applies it. This reads the same
# file a second time, strictly, and prints
#
#   file|PATH|ADDED|DELETED|HUNKS|WHAT   what it takes for a changed, new or
#                                        deleted file
#   subject|TEXT                         of each message
#   fixes|ID                             each that a line "CVE: ID..." of it names
#   refuse|LINE|TEXT                     what could be read in two ways, or is
#                                        not supported
#   note|LINE|TEXT                       what is no part of the patch, but looks
#                                        like one
#
# kspl-build goes on only if git lists the same files with the same numbers of
# lines, and nothing is refused.

function refuse(line, text)
{
	gsub(/\|/, "?", text)
	print "refuse|" line "|" text
	refused++
}

# The name behind "--- " or "+++ ", without its first directory
function name_of(text,	name)
{
	name = substr(text, 5)
	sub(/\t.*/, "", name)
	if (name == "/dev/null")
		return name
	return stripped(name)
}

function stripped(name)
{
	if (name ~ /^"/)
		refuse(NR, "quoted file names are not supported")
	else if (name ~ /^\//)
		refuse(NR, "suspicious file name: " name " (absolute)")
	else if (name !~ /\//)
		refuse(NR, name ": no directory to strip, the patch must apply with -p1")
	else if (("/" name "/") ~ /\/(\.\.?|\.git)?\//)
		refuse(NR, "suspicious file name: " name)
	else if (name !~ /^[A-Za-z0-9_.\/+,@%=:~#-]+$/)
		refuse(NR, "suspicious file name: " name)
	else {
		sub(/^[^\/]*\//, "", name)
		return name
	}
	return ""
}

# Does the text have a control character that a terminal acts on? A form feed is in some
# files of the kernel, and CR at the end of lines.
function obeyed(text)
{
	sub(/\r$/, "", text)
	return text ~ /[\001-\010\013\015-\037\177]/ || text ~ /\302[\200-\237]/
}

# Returns what the text has that editors do not show, or show as something else: control
# characters, in UTF-8, too; marks that reorder text or have no width, fillers (as in
# ksplice's text.c).
function hidden(text)
{
	if (obeyed(text))
		return "a control character"
	if (text ~ /\302\255|\330\234|\342\200[\213-\217\250-\256]|\342\201[\240-\257]|\357\273\277|\363\240/ ||
	    text ~ /\315\217|\341\205[\237\240]|\341\236[\264\265]|\341\240[\213-\217]|\343\205\244/ ||
	    text ~ /\357\270[\200-\217]|\357\276\240|\357\277[\260-\273]|\360\233\262[\240-\243]|\360\235\205[\263-\272]/)
		return "a character that can't be seen, or turns text around"
	return ""
}

function new_file(name)
{
	path = name
	if (name == "")
		return
	if (!(name in added)) {
		order[++files] = name
		added[name] = deleted[name] = hunks[name] = 0
		what[name] = "changed"
	}
}

# "diff --git a/X b/X": a name with a blank in it would be read in many ways
function git_header(	rest, half)
{
	end_header()
	state = "header"
	header_line = NR
	extended = 0
	git_name = ""
	rest = substr($0, 12)
	if (rest ~ /"/) {
		refuse(NR, "quoted file names are not supported")
		return
	}
	if (split(rest, half, " ") != 2) {
		refuse(NR, "not two names without blanks")
		return
	}
	git_name = stripped(half[1])
	if (git_name != "" && git_name != stripped(half[2]))
		refuse(NR, "renames and copies of files are not supported, and these are two names: " rest)
}

# A header of git may stand alone: that of a new empty file, or of a mode.
function end_header()
{
	if (state != "header")
		return
	if (!extended)
		refuse(header_line, "a 'diff --git' without anything after it")
	else
		new_file(git_name)
	state = "after"
}

function mode(text,	word)
{
	split(text, word, " ")
	if (word[1] == "100644" || word[1] == "100755")
		return
	refuse(NR, git_name ": of mode " word[1] \
		(word[1] == "120000" ? " (a symbolic link)" : word[1] == "160000" ? " (a submodule)" : "") \
		": only 100644 and 100755, ordinary files, are supported")
}

function header_text()
{
	if (/^(old mode|new mode|new file mode|deleted file mode) /) {
		extended = 1
		match($0, /mode /)
		mode(substr($0, RSTART + 5))
	} else if (/^index [0-9a-f]+\.\.[0-9a-f]+( [0-7]+)?$/) {
		if (NF == 3)
			mode($3)
	} else if (/^(similarity|dissimilarity) index /) {
		extended = 1
	} else if (/^(rename|copy) (from|to|old|new) /) {
		extended = 1
		refuse(NR, "renames and copies of files are not supported")
	} else if (/^GIT binary patch/ || /^Binary files .* differ/) {
		extended = 1
		refuse(NR, git_name ": binary patches are not supported")
		state = "binary"
	} else {
		end_header()
		return 0
	}
	return 1
}

function file_header(line, from, to,	old, new)
{
	old = name_of(from)
	new = name_of(to)
	if (from ~ /\r/ || to ~ /\r/)
		refuse(line, "a header that ends in CR: the patch went through something that changed its line ends")
	if (state == "header" && git_name != "" && \
	    ((old != "/dev/null" && old != "" && old != git_name) || (new != "/dev/null" && new != "" && new != git_name)))
		refuse(line, "another name than in the 'diff --git' of line " header_line)
	else if (old == "/dev/null" && new == "/dev/null")
		refuse(line, "no file at all")
	else if (old != "/dev/null" && new != "/dev/null" && old != "" && new != "" && old != new)
		refuse(line, "two names for one file: " old " and " new)
	state = "open"
	new_file(new != "/dev/null" ? new : old)
	if (path != "" && old == "/dev/null")
		what[path] = "new"
	else if (path != "" && new == "/dev/null")
		what[path] = "deleted"
}

function hunk(	l, r)
{
	if (!match($0, /^@@ -[0-9]+(,[0-9]+)? \+[0-9]+(,[0-9]+)? @@/)) {
		refuse(NR, "a damaged @@ line")
		state = "after"
		return
	}
	if (hidden($0) && !obeyed($0))
		refuse(NR, "in an @@ line, " hidden($0))
	split(substr($2, 2), l, ",")
	split(substr($3, 2), r, ",")
	left = (2 in l) ? l[2] + 0 : 1
	right = (2 in r) ? r[2] + 0 : 1
	hunk_line = NR
	context = removed = 0
	kind = last = ""
	where = l[1] + 0
	state = "hunk"
	if (path != "" && !hunks[path]++) {
		# diff -N writes the names as if both were there
		if (left == 0 && $2 == "-0,0")
			what[path] = "new"
		if (right == 0 && $3 == "+0,0")
			what[path] = "deleted"
	}
	if (left + right == 0)
		refuse(NR, "a hunk without lines")
}

function hunk_text(	c)
{
	c = substr($0, 1, 1)
	# A line without an end is the file's last, in the old text or in the new one.
	# What came behind it would be appended to it.
	if (c == "\\") {
		last = kind == "-" ? "old" : "new"
		return
	}
	if (last == "new" || (last == "old" && c != "+"))
		refuse(NR, "it follows a line that has no newline at its end: both would become one line")
	kind = c
	if (c == "" || c == " " || $0 == "\r") {
		context++
		left--
		right--
	} else if (c == "-") {
		removed++
		left--
		if (path != "")
			deleted[path]++
	} else if (c == "+") {
		right--
		if (hidden($0))
			refuse(NR, "it adds " hidden($0) ": a reader may not see what it does, and no source of the kernel needs one")
		if (path != "")
			added[path]++
	} else {
		refuse(NR, "in the middle of the hunk of line " hunk_line ": it has fewer lines than it says")
		state = "after"
		return
	}
	if (left < 0 || right < 0)
		refuse(NR, "the hunk of line " hunk_line " has other lines than it says")
	if (left <= 0 && right <= 0) {
		state = "after"
		# git looks for a place for it only at the end
		if (!context && $0 !~ /^-/ && where && !removed)
			refuse(hunk_line, "lines to add without any context")
	}
}

# Does another message begin here, as git and mail programs write it?
function message_starts()
{
	return /^From [^ ]/ || /^(From|Subject|Date|Message-I[dD]|Author|Cc|To): / || /^commit [0-9a-f]+/ || /^-- ?\r?$/
}

function after_text()
{
	if (/^\r?$/ || /^\\ / || /^(Index: |=====|Only in |diff |index )/)
		return
	if (message_starts()) {
		state = "text"
		noted = 0
		text()
		return
	}
	if (/^[-+ ]/)
		refuse(NR, "a line that belongs to no hunk: the one of line " hunk_line " says that it has fewer")
	else
		refuse(NR, "neither a part of the diff nor the beginning of another message")
	state = "text"
}

# CVE: CVE-2024-12345, CVE-2024-12346
function fixes(	n, i, ids)
{
	n = split($0, ids, /[ \t\r,]+/)
	for (i = 2; i <= n; i++) {
		if (ids[i] ~ /^CVE-[0-9][0-9][0-9][0-9]-[0-9][0-9][0-9][0-9]+$/)
			print "fixes|" ids[i]
	}
}

# Checks a header of a mail that says how the text is to be shown. If that is not as it
# stands in this file, the reader of the mail sees another text: a blank for "=20", joined
# lines (format=flowed), the other one of two parts, letters that UTF-7 makes of "+AGE-".
function field_ends(	name, value, n, i, part)
{
	name = tolower(field)
	sub(/[ \t]*:.*/, "", name)
	value = field
	sub(/^[^:]*:[ \t]*/, "", value)
	gsub(/[ \t\r]+/, " ", value)
	sub(/ $/, "", value)
	field = ""
	if (name == "content-transfer-encoding") {
		if (tolower(value) !~ /^(7bit|8bit|binary)$/)
			refuse(field_line, "the message is encoded (" value "), and a mail program shows another text than this file has: " decode)
		return
	}
	n = split(value, part, / *; */)
	for (i = 1; i <= n; i++) {
		if (i == 1 ? tolower(part[i]) !~ /^text\/(plain|x-patch|x-diff)$/ : tolower(part[i]) !~ as_it_is)
			refuse(field_line, "a mail program does not show the message as it stands in this file (" part[i] "): " decode)
	}
}

# Decodes what a header has for letters outside of ASCII: =?utf-8?q?f=C3=BCr?=, also in
# base64. Text in other character sets stays as it is.
function decoded(subject,	out, word, part)
{
	out = ""
	while (match(subject, /=\?[^?= ]+\?[bBqQ]\?[^? ]*\?=/)) {
		word = substr(subject, RSTART, RLENGTH)
		# between two of them a blank is no part of the text
		if (out == "" || substr(subject, 1, RSTART - 1) !~ /^ +$/)
			out = out substr(subject, 1, RSTART - 1)
		subject = substr(subject, RSTART + RLENGTH)
		split(word, part, "?")
		if (tolower(part[2]) !~ /^(utf-8|us-ascii|iso-8859-1)$/)
			out = out word
		else
			out = out bytes(part[3] ~ /[qQ]/ ? quoted(part[4]) : base64(part[4]), tolower(part[2]) == "iso-8859-1")
	}
	return out subject
}

# Makes text of the values of bytes; a byte that could end a line becomes ?
function bytes(list, latin,	n, i, byte, out)
{
	n = split(list, byte, " ")
	for (i = 1; i <= n; i++) {
		if (byte[i] < 32 || byte[i] == 127)
			out = out "?"
		else if (latin && byte[i] > 127)
			out = out sprintf("%c%c", 192 + int(byte[i] / 64), 128 + byte[i] % 64)
		else
			out = out sprintf("%c", byte[i] + 0)
	}
	return out
}

function quoted(text,	i, c, out)
{
	for (i = 1; i <= length(text); i++) {
		c = substr(text, i, 1)
		if (c == "=" && substr(text, i + 1, 2) ~ /^[0-9A-Fa-f][0-9A-Fa-f]$/) {
			out = out " " (16 * digit(substr(text, i + 1, 1)) + digit(substr(text, i + 2, 1)))
			i += 2
		} else {
			out = out " " (c == "_" ? 32 : number[c])
		}
	}
	return out
}

function digit(c)
{
	return index("0123456789abcdef", tolower(c)) - 1
}

function base64(text,	i, at, bits, have, out)
{
	for (i = 1; i <= length(text); i++) {
		at = index("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", substr(text, i, 1))
		if (!at)
			break
		bits = bits * 64 + at - 1
		have += 6
		if (have >= 8) {
			have -= 8
			out = out " " int(bits / 2 ^ have)
			bits %= 2 ^ have
		}
	}
	return out
}

# Reads a line of a message. A header that was folded goes on in the next line, after a blank.
function text(	line)
{
	if (/^Subject: */ && !subject_done) {
		line = $0
		sub(/^Subject: */, "", line)
		sub(/\r$/, "", line)
		subject = line
		in_subject = 1
		return
	}
	if (in_subject) {
		if (/^[ \t]+[^ \t]/) {
			line = $0
			sub(/^[ \t]+/, " ", line)
			sub(/\r$/, "", line)
			subject = subject line
			return
		}
		print "subject|" decoded(subject)
		in_subject = 0
		subject_done = 1
	}
	if (/^From [^ ]/ || /^commit [0-9a-f]+$/)
		subject_done = 0
	if (/^CVE:/)
		fixes()
	if (tolower($0) ~ /^content-(type|transfer-encoding)[ \t]*:/) {
		field = $0
		field_line = NR
	}
	if (/^Binary files .* differ\r?$/)
		refuse(NR, "binary files are not supported")
	if (!noted && /^[ \t>|*\/#]+(--- |\+\+\+ |@@ -[0-9]|diff --git |\*\*\* )/) {
		noted = 1
		print "note|" NR "|a diff that is indented or quoted: it is text, and no part of the patch"
	}
	if (before ~ /^\*\*\* / && /^--- /)
		refuse(NR - 1, "a context diff: only unified diffs are supported")
	if (before ~ /^[0-9]+(,[0-9]+)?[acd][0-9]+(,[0-9]+)?\r?$/ && /^[<>] /)
		refuse(NR - 1, "a diff without context: only unified diffs are supported")
}

# "--- x" is a header only if "+++ y" follows; else it is a line like any other.
function hold()
{
	held = $0
	held_line = NR
}

function let_go(	now)
{
	if (held == "")
		return
	now = $0
	$0 = held
	held = ""
	if (state == "header" && !header_text()) {
	}
	if (state == "text")
		text()
	else if (state != "binary")
		refuse(held_line, "a '---' line that no '+++' line follows")
	before = $0
	$0 = now
}

function line_of()
{
	if (field != "" && /^[ \t]+[^ \t\r]/ && state == "text") {
		field = field " " $0
		field_line = NR
	} else if (field != "") {
		field_ends()
	}
	if (state == "hunk") {
		hunk_text()
		return
	}
	if (/^diff --(cc|combined) / || /^@@@+ -[0-9]/)
		refuse(NR, "a combined diff, as of a merge, is not supported: 'git diff ONE OTHER' makes an ordinary one")
	else if (/^Only in [^:]+: /)
		print "note|" NR "|a file that only one of the trees has is no part of the patch ('diff -N' makes it one)"
	if (held != "" && /^\+\+\+ /) {
		file_header(held_line, held, $0)
		held = ""
		return
	}
	let_go()
	if (/^--- ./) {
		if (state == "text" && before ~ /^\*\*\* /)
			text()
		hold()
	} else if (/^@@ -[0-9]/) {
		if (state == "text" || state == "header")
			refuse(NR, "a hunk without the '---' and '+++' lines of its file")
		hunk()
	} else if (/^diff --git /) {
		if (in_subject)
			text()
		git_header()
	} else if (state == "header" && header_text()) {
	} else if (state == "open") {
		refuse(NR, "the '---' and '+++' lines before have no hunk")
		state = "text"
	} else if (state == "after") {
		after_text()
	} else if (state == "text") {
		text()
	}
}

BEGIN {
	state = "text"
	for (i = 1; i < 256; i++)
		number[sprintf("%c", i)] = i
	decode = "decode it, \"git mailinfo msg patch <MAIL >info && cat info msg patch >FIX.patch\""
	# Each of these character sets has all of ASCII, at its usual place.
	as_it_is = "^(|x-default=true|format=\"?fixed\"?|delsp=\"?no\"?|name=[^;]*|" \
		"charset=\"?(us-ascii|utf-8|iso-8859-[0-9]+|windows-125[0-9]|koi8-[ru])\"?)$"
}

{
	# People read what is outside of hunks, too; there it may hide from them what follows.
	if (state != "hunk" && obeyed($0))
		refuse(NR, "a control character, which may hide from a reader what follows: take it out")
	line_of()
	before = $0
}

END {
	if (field != "")
		field_ends()
	let_go()
	if (state == "hunk")
		refuse(NR, "the hunk of line " hunk_line " has fewer lines than it says")
	if (state == "open")
		refuse(NR, "the '---' and '+++' lines before have no hunk")
	end_header()
	if (in_subject)
		print "subject|" decoded(subject)
	for (i = 1; i <= files; i++)
		print "file|" order[i] "|" added[order[i]] "|" deleted[order[i]] "|" hunks[order[i]] "|" what[order[i]]
}
