#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2016,SC2031,SC2034,SC2317 # make's variables; a part of kspl-build runs in subshells
#
# kspl-build -k of a kernel that this machine's Debian can't compile: what it says. The
# releases of Debian, their apt and their compilers are made up.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=tests/lib.sh
. "$REPO/tests/lib.sh"

TMP=$(mktemp -d)
trap 'rm -rf "$TMP"' EXIT
mkdir "$TMP/bin"
# The compiler of Debian 12 is there, and those that apt knows are in the file "apt".
for c in gcc-12 x86_64-linux-gnu-gcc-12; do
	printf '#!/bin/sh\nexec gcc "$@"\n' >"$TMP/bin/$c"
done
cat >"$TMP/bin/apt-cache" <<'END'
#!/bin/sh
grep -qx "$1 $2" "${0%/*}/../apt"
END
chmod 755 "$TMP/bin"/*
touch "$TMP/apt"

# part SUITE RELEASE COMMAND...: a part of kspl-build, on a machine of that suite
part() {
	(
		RELEASE=$2 EXIT_FAILED=1 HEADERS=$TMP/headers
		die() { printf '%s\n' "${@:2}"; exit "$1"; }
		# shellcheck source=tools/kspl-build/debian.sh
		. "$REPO/tools/kspl-build/debian.sh"
		machine=$1
		debian_here() { echo "$machine"; }
		PATH=$TMP/bin:$PATH
		"${@:3}"
	)
}
is_foreign() { part "$1" "$2" debian_is_foreign; }
is_not_foreign() { ! part "$1" "$2" debian_is_foreign; }

# headers COMPILER: Debian's, which name it
headers() {
	mkdir -p "$TMP/headers"
	printf 'CC = $(if $(DEBIAN_KERNEL_USE_CCACHE),$(CCACHE)) $(CROSS_COMPILE)%s\n%s\n' "$1" "${2-}" >"$TMP/headers/.kernelvariables"
	touch "$TMP/headers/.config"
}
tools() {
	debian_compiler
	debian_tools
}

check "6.1.0-57 is Debian 12's" is_not_foreign bookworm 6.1.0-57-cloud-amd64
check '... not 13'\''s' is_foreign trixie 6.1.0-57-cloud-amd64
check "+deb12 is Debian 12's" is_not_foreign bookworm 6.12.117+deb12-amd64
check '... not 13'\''s' is_foreign trixie 6.12.117+deb12-amd64
check "+deb13 is Debian 13's" is_not_foreign trixie 6.12.118+deb13-amd64
check '... with a number, too' is_not_foreign trixie 6.12.118+deb13.1-amd64
check '... not 12'\''s' is_foreign bookworm 6.12.118+deb13.1-amd64
check "nobody's: not known to be another Debian's" is_not_foreign bookworm 7.3.4-custom

prefix='override CROSS_COMPILE = x86_64-linux-gnu-'
headers gcc-12 "$prefix"
check "Debian 12's 6.12 there: its compiler is there" exits 0 part bookworm 6.12.117+deb12-amd64 debian_compiler
named() { debian_compiler && echo "$CC"; }
check '... with the prefix of its name' says '^x86_64-linux-gnu-gcc-12$' part bookworm 6.12.117+deb12-amd64 named
headers gcc-12
check "... of 6.1, without" says '^gcc-12$' part bookworm 6.1.0-57-amd64 named
headers gcc-99 "$prefix"
elsewhere='6.12.118[+]deb13-amd64 was compiled with gcc-99, which the Debian of this machine does not have'
check "Debian 13's kernel on 12: refused" says "$elsewhere" part bookworm 6.12.118+deb13-amd64 tools
check '... with the command that makes the userland' \
	says 'scripts/in-userland trixie tools/kspl-build/kspl-build -k 6.12.118[+]deb13-amd64' part bookworm 6.12.118+deb13-amd64 tools
check '... and the tools there, without which there is nothing to run' \
	says 'scripts/in-userland trixie make[.]' part bookworm 6.12.118+deb13-amd64 tools
echo 'show gcc-99' >"$TMP/apt"
check "... even if the apt that was asked is another Debian's" says "$elsewhere" part bookworm 6.12.118+deb13-amd64 tools
check 'on 13 itself: the package' says '^apt-get install .*gcc-99' part trixie 6.12.118+deb13-amd64 tools
no_header_missing() { ! part trixie 6.12.118+deb13-amd64 tools | grep -E 'lib(elf|ssl)-dev'; }
if printf '#include <gelf.h>\n#include <openssl/opensslv.h>\n' | gcc -E - >/dev/null 2>&1; then
	check '... and no header that is there' no_header_missing
fi
check "a kernel that Debian 13 has, of nobody's name: the package" says '^apt-get install .*gcc-99' part trixie 7.3.4-amd64 tools
headers gcc-98
check "Debian 12's 6.1 on 13, whose apt has not the compiler: the command" \
	says 'in-userland bookworm tools/kspl-build/kspl-build -k 6.1.0-57-amd64' part trixie 6.1.0-57-amd64 tools
check 'apt does not know it, either: the command' \
	says 'in-userland bookworm tools/kspl-build/kspl-build -k 6.1.0-1-made-up' part trixie 6.1.0-1-made-up prepare_debian
check "... but it is this machine's: what to do" says "apt-get update" part bookworm 6.1.0-1-made-up prepare_debian
done_testing
