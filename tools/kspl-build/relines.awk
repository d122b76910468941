#!/usr/bin/awk -f
# SPDX-License-Identifier: GPL-2.0
#
# relines.awk - keep the line numbers of unchanged code
#
#   diff ORIGINAL PATCHED | awk -f relines.awk - PATCHED >OUT
#
# Writes PATCHED with a "#line N" after every place where it has more or
# fewer lines than ORIGINAL, so that each unchanged line has the number it
# had before and __LINE__ in WARN(), might_sleep() or lockdep compiles to the
# same code.  The directive names no file: __FILE__ stays.
#
# A directive can't stand everywhere. It waits for the end of a continued
# line, of a comment, and of an open parenthesis (in a macro's arguments it
# would be undefined). One in a group that the preprocessor skips has no
# effect, therefore it is repeated where that group ends.

# First input: what diff(1) found, in its plain format.
FILENAME == ARGV[1] {
	if ($0 !~ /^[0-9]/)
		next
	match($0, /[acd]/)
	old = substr($0, 1, RSTART - 1)
	kind = substr($0, RSTART, 1)
	new = substr($0, RSTART + 1)
	sub(/^.*,/, "", old)
	sub(/^.*,/, "", new)
	# the first line after the change, in the patched file, and the
	# number it had before
	number[new + 1] = old + 1
	next
}

# Second input: the patched file.
{
	if (FNR in number) {
		delta = number[FNR] - FNR
		if (delta != written)
			pending = 1
	}
	if (pending && !continued && !comment && paren <= 0) {
		print "#line " (FNR + delta)
		pending = 0
		written = delta
		emitted = 1
		emitted_in = depth
	}
	print
	scan($0)
}

# Follow comments, parentheses, continuations and conditionals.
function scan(line,	n, i, c, two, directive, was_continued)
{
	was_continued = continued
	# the compiler joins lines also where blanks are behind the backslash
	continued = (line ~ /\\[ \t\v\f\r]*$/)

	if (!comment && !was_continued) {
		in_directive = (line ~ /^[ \t]*#/)
		if (in_directive)
			conditional(line)
		# kernel style: a brace in the first column ends a function
		else if (line ~ /^}/)
			paren = 0
	}
	directive = in_directive
	if (!continued)
		in_directive = 0

	n = length(line)
	if (!comment && !index(line, "/*") && directive)
		return
	for (i = 1; i <= n; i++) {
		c = substr(line, i, 1)
		two = substr(line, i, 2)
		if (comment) {
			if (two == "*/") {
				comment = 0
				i++
			}
		} else if (quote != "") {
			if (c == "\\")
				i++
			else if (c == quote)
				quote = ""
		} else if (two == "/*") {
			comment = 1
			i++
		} else if (two == "//") {
			break
		} else if (directive) {
			continue
		} else if (c == "\"" || c == "'") {
			quote = c
		} else if (c == "(") {
			paren++
		} else if (c == ")") {
			paren--
		}
	}
	if (!continued)
		quote = ""
}

function conditional(line,	word)
{
	word = line
	sub(/^[ \t]*#[ \t]*/, "", word)
	if (word ~ /^if/) {
		depth++
		saved_paren[depth] = paren
		return
	}
	if (word !~ /^(else|elif|endif)/)
		return
	# A directive written in this group may have been skipped.
	if (emitted && depth > 0 && depth == emitted_in) {
		pending = 1
		if (word ~ /^endif/)
			emitted_in--
	}
	if (word ~ /^endif/) {
		if (depth > 0)
			depth--
	} else {
		paren = saved_paren[depth]
	}
}
