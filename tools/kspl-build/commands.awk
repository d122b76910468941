#!/usr/bin/awk -f
# SPDX-License-Identifier: GPL-2.0
#
# commands.awk - what kbuild would run
#
#   make -n vmlinux modules | awk -v source=DIR/ -f commands.awk >OUT
#
# Prints "OBJECT<tab>FILE<tab>COMMAND" for each object that kbuild would
# compile from FILE (a path in the source tree DIR). The command is taken from what kbuild would save in the object's .cmd file: it
# is the argument of fixdep, quoted for the shell and for make.

match($0, /; scripts\/basic\/fixdep [^ ]+ [^ ]+ '/) {
	split(substr($0, RSTART + 2, RLENGTH - 2), word, " ")
	object = word[3]
	command = substr($0, RSTART + RLENGTH)
	end = index(command, "' > ")
	while (end && substr(command, end + 4) !~ /^[^ ]*\.cmd; rm -f/) {
		more = index(substr(command, end + 1), "' > ")
		end = more ? end + more : 0
	}
	if (!end)
		next
	command = substr(command, 1, end - 1)
	gsub(/'\\''/, "'", command)
	gsub(/\$\(pound\)/, "#", command)
	gsub(/\\#/, "#", command)
	gsub(/\$\$/, "$", command)
	file = command
	sub(/ ; .*/, "", file)
	sub(/ *$/, "", file)
	sub(/.* /, "", file)
	if (index(file, source) == 1)
		file = substr(file, length(source) + 1)
	while (sub(/[^\/.]+\/\.\.\//, "", file))
		;
	sub(/^(\.\.?\/)+/, "", file)
	print object "\t" file "\t" command
}
