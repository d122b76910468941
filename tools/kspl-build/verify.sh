# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2086,SC2153,SC2154 # the parts of kspl-build share variables
#
# Part of kspl-build: --verify, is an update what its sources give? The same input
# gives the same bytes, on whichever machine, so a second party builds it again.

VERIFY=

check_verify_options()
{
	[[ -n $VERIFY ]] || return 0
	[[ -f $VERIFY && -r $VERIFY ]] || usage_error "--verify: $VERIFY can't be read"
	[[ -z $EACH$MAKE_DEB$SIGN_KEY$OUTPUT ]] ||
		usage_error "--verify makes no file: it goes without --each, --deb, --sign-key and -o"
	[[ -n $NAME ]] || NAME=$(modinfo -F ksplice -- "$(realpath -- "$VERIFY")" 2>/dev/null | head -n 1)
	[[ -n $NAME ]] || usage_error "--verify: $VERIFY is not an update: it has no name"
}

# without_signature FILE: what was signed, on stdout. At the end of a signed module
# there are the signature, 8 bytes, its length (big endian) and a line of 28 bytes.
without_signature()
{
	local size len

	size=$(stat -Lc %s -- "$1") || return
	if [[ $(tail -c 28 <"$1" | tr -d '\0') != '~Module signature appended~' ]]; then
		cat <"$1"
		return
	fi
	len=$(tail -c 32 <"$1" | od -An -tu4 -N4 --endian=big | tr -d ' ')
	((len + 40 <= size)) || return
	head -c $((size - len - 40)) <"$1"
}

# verify_update FILE: it was made just now. Exit 0 if VERIFY is that, but for its
# signature; 4 if it is not.
verify_update()
{
	local at section where='its length is different'

	without_signature "$VERIFY" >"$WORK/verify" || die $EXIT_FAILED "$VERIFY can't be read, or its signature is truncated"
	if cmp -s -- "$1" "$WORK/verify"; then
		msg "$VERIFY is what these sources give (for $RELEASE); only the kernel can check its signature"
		finish 0
	fi
	at=$(cmp -l -- "$1" "$WORK/verify" 2>/dev/null | awk '{ print $1; exit }')
	if [[ -n $at ]]; then
		section=$(section_at "$1" $((at - 1)))
		where="byte $at differs first${section:+, in section $section}"
	fi
	die $EXIT_UNSAFE "$VERIFY is not what these sources give: $where" \
		"Options, the order of the patches, and the versions of compiler and kspl-build have to be those that it was made with. If they are, don't load it."
}

# section_at FILE OFFSET
section_at()
{
	readelf -SW -- "$1" | sed -n 's/^ *\[ *[0-9]*\] *//p' | while read -r name kind _ off size _; do
		[[ $kind != NOBITS && $off =~ ^[0-9a-f]+$ && $size =~ ^[0-9a-f]+$ ]] || continue
		((16#$off <= $2 && $2 < 16#$off + 16#$size)) || continue
		printf '%s' "$name"
		break
	done
}
