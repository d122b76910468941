#!/usr/bin/awk -f
# SPDX-License-Identifier: GPL-2.0
#
# includes.awk - which file includes which
#
#   awk -f includes.awk FILES INCLUDES
#
# FILES: every file of the source and what is generated from it, one path a
# line. INCLUDES: "includer:#include <what>", as grep prints it.
# Prints "PATH<tab>includer" where it is clear which file is meant: the one
# beside the includer, or the first in the kernel's own include path. Where
# that finds none (an -I of one directory, say), "~NAME<tab>includer": any
# file of which the path ends like that may be meant.

function clean(path,	n, i, m, part, out)
{
	if (path !~ /\.\//)
		return path
	n = split(path, part, "/")
	for (i = 1; i <= n; i++) {
		if (part[i] == ".")
			continue
		if (part[i] == ".." && m > 0 && out[m] != "..")
			m--
		else
			out[++m] = part[i]
	}
	path = out[1]
	for (i = 2; i <= m; i++)
		path = path "/" out[i]
	return path
}

BEGIN {
	dirs = split("arch/x86/include arch/x86/include/generated include " \
		"arch/x86/include/uapi arch/x86/include/generated/uapi " \
		"include/uapi include/generated/uapi", dir, " ")
}

FILENAME == ARGV[1] {
	file[$0] = 1
	next
}

{
	i = index($0, ":")
	from = substr($0, 1, i - 1)
	if (!match($0, /["<][^">]*[">]/))
		next
	quoted = (substr($0, RSTART, 1) == "\"")
	what = substr($0, RSTART + 1, RLENGTH - 2)
	if (quoted) {
		path = from
		if (!sub(/[^\/]*$/, "", path))
			path = ""
		path = clean(path what)
		if (path in file) {
			print path "\t" from
			next
		}
	}
	for (i = 1; i <= dirs; i++) {
		path = clean(dir[i] "/" what)
		if (path in file) {
			print path "\t" from
			next
		}
	}
	what = clean(what)
	while (sub(/^\.\.\//, "", what))
		;
	print "~" what "\t" from
}
