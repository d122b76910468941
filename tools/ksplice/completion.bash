# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2207 # words without blanks
#
# Bash completion for ksplice

# _ksplice_names KIND: loaded, installed or applied updates
_ksplice_names()
{
	ksplice list 2>/dev/null | awk -v kind="$1" '
		kind == "loaded" && $2 != "-" { print $1 }
		kind == "installed" && / installed/ { print $1 }'
}

_ksplice()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local commands="check apply undo list show status install uninstall load-installed metrics"
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
		*) [[ " $commands " != *" ${COMP_WORDS[i]} "* ]] || command=${COMP_WORDS[i]} ;;
		esac
	done
	if [[ $cur == -* ]]; then
		local options="--json --quiet --help --version"

		case $command in
		apply | undo) options+=" --timeout --wait --keep" ;;
		install | uninstall) options+=" --now --timeout --wait --root" ;;
		load-installed) options+=" --timeout" ;;
		list | show | status) options+=" --root" ;;
		metrics) options="--output --root" ;;
		esac
		COMPREPLY=($(compgen -W "$options" -- "$cur"))
		return
	fi
	case $command in
	'') COMPREPLY=($(compgen -W "$commands" -- "$cur")) ;;
	undo) COMPREPLY=($(compgen -W "$(_ksplice_names loaded)" -- "$cur")) ;;
	uninstall) COMPREPLY=($(compgen -W "$(_ksplice_names installed)" -- "$cur")) ;;
	apply | show)
		compopt -o filenames
		COMPREPLY=($(compgen -W "$(_ksplice_names loaded) $(_ksplice_names installed)" -- "$cur")
			$(compgen -f -X '!*.ko' -- "$cur") $(compgen -d -- "$cur")) ;;
	check | install)
		compopt -o filenames
		COMPREPLY=($(compgen -f -X '!*.ko' -- "$cur") $(compgen -d -- "$cur")) ;;
	esac
}
complete -F _ksplice ksplice
