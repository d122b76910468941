#!/usr/bin/awk -f
# SPDX-License-Identifier: GPL-2.0
#
# oldtypes.awk - a new header over the old type definitions
#
#   awk -f oldtypes.awk [-v enums=new] [-v undo=FILE] [-v items=OUT] OLD NEW
#
# Prints NEW, but with each struct, union and enum that OLD also defines as OLD
# defines it: what is new are prototypes, macros, inline functions and types
# that were not there. With enums=new an enum that only got more values at its
# end is taken from NEW.
#
# FILE names what can't be had that way ("function NAME", "type NAME", one a
# line): such an inline function is taken from OLD, or left out if OLD has none;
# such a type is taken from NEW. OUT gets "FIRST LAST KEY" for each definition
# of what was printed, to find out which one the compiler does not like.
#
# Kernel style is taken for granted: what begins in the first column begins
# a definition.

# Without comments, strings and characters. in_comment goes over lines.
function bare(line,	i)
{
	if (in_comment) {
		i = index(line, "*/")
		if (!i)
			return ""
		line = substr(line, i + 2)
		in_comment = 0
	}
	if (line ~ /["']/) {
		gsub(/"([^"\\]|\\.)*"/, "\"\"", line)
		gsub(/'([^'\\]|\\.)+'/, "0", line)
	}
	while ((i = index(line, "/*"))) {
		rest = substr(line, i + 2)
		line = substr(line, 1, i - 1)
		i = index(rest, "*/")
		if (!i) {
			in_comment = 1
			break
		}
		line = line " " substr(rest, i + 2)
	}
	sub(/\/\/.*/, "", line)
	gsub(/[ \t]+/, " ", line)
	sub(/^ /, "", line)
	sub(/ $/, "", line)
	return line
}

function count(s, c)
{
	return gsub(c, "", s)
}

# A name for the definition, from its text without comments.
function key_of(text,	head, n, word, i)
{
	if (text ~ /^(typedef )?(struct|union|enum)[^(=;]*\{/) {
		head = text
		sub(/\{.*/, "", head)
		n = split(head, word, " ")
		for (i = n; i > 0; i--)
			if (word[i] !~ /^(typedef|struct|union|enum|__packed|__aligned.*|____cacheline.*|__randomize_layout|__attribute__.*)$/)
				return "type " word[i]
		head = text
		if (text ~ /^typedef/) {
			sub(/.*\}/, "", head)
			sub(/ *;.*/, "", head)
			sub(/^ */, "", head)
			sub(/.* /, "", head)
			return "type " head
		}
		sub(/^[^{]*\{ */, "", head)
		sub(/[ =,}].*/, "", head)
		return "type {" head "}"
	}
	head = text
	if (!sub(/\{.*/, "", head))
		return "other " substr(text, 1, 120)
	while (gsub(/\([^()]*\)/, "@", head))
		;
	n = split(head, word, "@")
	for (i = 1; i < n; i++) {
		sub(/ $/, "", word[i])
		sub(/.*[ *]/, "", word[i])
		if (word[i] !~ /^(__attribute__|__printf|__scanf|__aligned|__section|__malloc|__alloc_size|__acquires|__releases|__must_hold|__cond_.*)?$/)
			return "function " word[i]
	}
	return "other " substr(text, 1, 120)
}

function ends(text, line)
{
	if (depth != 0 || paren > 0)
		return 0
	if (line ~ /;$/)
		return 1
	if (line == "")
		return !opened
	return opened && line ~ /\}$/ && text !~ /^(typedef )?(struct|union|enum)[^(=;]*\{/
}

function finish(f, last,	key)
{
	key = key_of(text)
	seen[f, key]++
	if (seen[f, key] > 1)
		key = key "#" seen[f, key]
	n = ++items_n[f]
	first_of[f, n] = first
	last_of[f, n] = last
	key_at[f, n] = key
	text_of[f, key] = text
	index_of[f, key] = n
	first = 0
	text = ""
	opened = 0
}

function take(f, line,	b, word)
{
	raw[f, FNR] = line
	lines[f] = FNR
	if (in_directive || (!in_comment && line ~ /^[ \t]*#/)) {
		if (!in_directive) {
			word = line
			sub(/^[ \t]*#[ \t]*/, "", word)
			if (word ~ /^if/) {
				saved[++level] = depth
			} else if (word ~ /^el/ && level > 0) {
				depth = saved[level]
			} else if (word ~ /^endif/ && level > 0) {
				level--
			}
			if (first)
				text = text " " line
		}
		in_directive = (line ~ /\\[ \t\v\f\r]*$/)
		return
	}
	b = bare(line)
	if (!first) {
		if (b == "")
			return
		first = FNR
		depth = 0
		paren = 0
	}
	text = (text == "" ? b : text " " b)
	depth += count(b, "[{]") - count(b, "[}]")
	paren += count(b, "[(]") - count(b, "[)]")
	if (b ~ /\{/)
		opened = 1
	if (ends(text, b))
		finish(f, FNR)
}

BEGIN {
	while (undo != "" && (getline line < undo) > 0)
		undone[line] = 1
}

FNR == 1 {
	f++
	in_comment = in_directive = first = level = depth = opened = 0
	text = ""
}

{ take(f, $0) }

function out(line)
{
	print line
	printed++
}

function out_item(f, n, key,	i, from)
{
	from = printed + 1
	for (i = first_of[f, n]; i <= last_of[f, n]; i++)
		out(raw[f, i])
	if (items != "")
		print from, printed, key > items
}

# The values that stay: all but the last of the old ones, in their places.
function only_appended(a, b,	na, nb, x, y, i)
{
	sub(/^[^{]*\{ */, "", a)
	sub(/^[^{]*\{ */, "", b)
	gsub(/[ \t]/, "", a)
	gsub(/[ \t]/, "", b)
	sub(/,?\}.*/, "", a)
	sub(/,?\}.*/, "", b)
	if (a ~ /#/ || b ~ /#/)
		return 0
	na = split(a, x, ",")
	nb = split(b, y, ",")
	if (nb < na)
		return 0
	for (i = 1; i < na; i++)
		if (x[i] != y[i])
			return 0
	return 1
}

function want_old(key)
{
	if (key !~ /^type / || !((1, key) in text_of) || text_of[1, key] == text_of[2, key])
		return 0
	if (key in undone)
		return 0
	if (enums == "new" && text_of[1, key] ~ /^(typedef )?enum/ &&
	    only_appended(text_of[1, key], text_of[2, key]))
		return 0
	return 1
}

END {
	at = 1
	for (n = 1; n <= items_n[2]; n++) {
		key = key_at[2, n]
		while (at < first_of[2, n])
			out(raw[2, at++])
		at = last_of[2, n] + 1
		if (want_old(key))
			out_item(1, index_of[1, key], key)
		else if (key !~ /^type / && (key in undone)) {
			if ((1, key) in index_of)
				out_item(1, index_of[1, key], key)
		} else
			out_item(2, n, key)
	}
	while (at <= lines[2])
		out(raw[2, at++])
}
