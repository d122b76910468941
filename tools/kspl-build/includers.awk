#!/usr/bin/awk -f
# SPDX-License-Identifier: GPL-2.0
#
# includers.awk - which source files may see some others
#
#   awk -f includers.awk FILES GRAPH
#
# FILES: paths, one a line; GRAPH: what includes.awk made. Prints FILES and
# every path that includes one of them, directly or through others.

BEGIN { FS = "\t" }

FILENAME == ARGV[1] {
	seen[$0] = 1
	queue[++last] = $0
	next
}

/^~/ {
	what = substr($1, 2)
	b = what
	sub(/.*\//, "", b)
	loose[b, ++loose_count[b]] = what
	loose_from[b, loose_count[b]] = $2
	next
}

{ exact[$1] = exact[$1] FS $2 }

function add(path)
{
	if (path == "" || path in seen)
		return
	seen[path] = 1
	queue[++last] = path
}

END {
	for (first = 1; first <= last; first++) {
		path = queue[first]
		print path
		if (path in exact) {
			n = split(exact[path], from, FS)
			for (i = 1; i <= n; i++)
				add(from[i])
		}
		b = path
		sub(/.*\//, "", b)
		for (i = 1; i <= loose_count[b]; i++) {
			what = loose[b, i]
			if (path == what || substr(path, length(path) - length(what)) == "/" what)
				add(loose_from[b, i])
		}
	}
}
