# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Bash completion for ksplice
#
# What comes from elsewhere, names of files and of updates, is never a word for
# compgen -W, which expands it: $(...) in a file's name would run.

# _ksplice_offer WORD...: those that begin with what is typed
_ksplice_offer()
{
	local word

	for word; do
		[[ $word != "$cur"* ]] || COMPREPLY+=("$word")
	done
}

# _ksplice_names KIND: loaded or installed updates
_ksplice_names()
{
	local -a names

	mapfile -t names < <(ksplice list 2>/dev/null | awk -v kind="$1" '
		$1 !~ /^[a-z0-9_-]+$/ { next }
		kind == "loaded" && $2 != "-" { print $1 }
		kind == "installed" && / installed/ { print $1 }')
	_ksplice_offer "${names[@]}"
}

_ksplice_files()
{
	local -a files

	compopt -o filenames
	mapfile -t files < <(compgen -f -X '!*.ko' -- "$cur"; compgen -d -- "$cur")
	COMPREPLY+=("${files[@]}")
}

_ksplice()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local -a commands=(check apply undo list show status install uninstall unhold
		load-installed settle own-kernel metrics)
	local i command=''

	COMPREPLY=()
	case $prev in
	--timeout) return ;;
	--output) compopt -o default; return ;;
	--root) compopt -o default; return ;;
	esac
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-*) ;;
		*) [[ " ${commands[*]} " != *" ${COMP_WORDS[i]} "* ]] || command=${COMP_WORDS[i]} ;;
		esac
	done
	if [[ $cur == -* ]]; then
		local -a options=(--json --quiet --help --version)

		case $command in
		apply | undo) options+=(--timeout --wait --keep) ;;
		install | uninstall) options+=(--now --timeout --wait --root) ;;
		load-installed) options+=(--timeout) ;;
		settle) options+=(--now) ;;
		status) options+=(--root --vex) ;;
		list | show | unhold) options+=(--root) ;;
		metrics) options+=(--output --root) ;;
		esac
		_ksplice_offer "${options[@]}"
		return
	fi
	case $command in
	'') _ksplice_offer "${commands[@]}" ;;
	undo) _ksplice_names loaded ;;
	uninstall | unhold) _ksplice_names installed ;;
	apply | show)
		_ksplice_names loaded
		_ksplice_names installed
		_ksplice_files ;;
	check | install) _ksplice_files ;;
	esac
}
complete -F _ksplice ksplice
