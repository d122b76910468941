# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2086,SC2153,SC2154 # the parts of kspl-build share variables
#
# Part of kspl-build: --deb, an update as an ordinary Debian package.
#
# Installing it applies the update if the running kernel is the right one, and
# has it applied after each boot into that kernel; removing it takes the update
# back. All of that is done by the administrator's command, ksplice.

MAKE_DEB=
DEB_VERSION=
DEB_OUTPUT=

# check_deb_options: before anything is compiled
check_deb_options()
{
	[[ -n $MAKE_DEB || -z $DEB_VERSION ]] || usage_error "--deb-version is for --deb"
	[[ -n $MAKE_DEB ]] || return 0
	command -v dpkg-deb >/dev/null ||
		usage_error "--deb: dpkg-deb is not there (package dpkg)"
	: "${DEB_VERSION:=1.$(date -u -d "@${SOURCE_DATE_EPOCH:-$(date +%s)}" +%Y%m%d.%H%M%S)}"
	dpkg --validate-version "$DEB_VERSION" 2>/dev/null ||
		usage_error "--deb-version: '$DEB_VERSION' is no version of a Debian package"
}

# What the first patch says it does, as the one line of a description
deb_synopsis()
{
	local text

	text=$(sed -n 's/^Subject: *\(\[[^]]*\] *\)*//p' "${PATCHES[0]-/dev/null}" | head -n 1)
	printf '%s\n' "${text:-A change of the kernel that needs no reboot.}"
}

# Only what may be a package's name
deb_enhances()
{
	local image=linux-image-$RELEASE

	[[ ! $image =~ ^[a-z0-9][a-z0-9+.-]+$ ]] || printf 'Enhances: %s\n' "$image"
}

deb_control()
{
	local size=$1

	cat <<END
Package: ksplice-update-${NAME//_/-}
Version: $DEB_VERSION
Architecture: amd64
Maintainer: ${DEBFULLNAME:-ksplice developers} <${DEBEMAIL:-live-patching@vger.kernel.org}>
Installed-Size: $size
Depends: ksplice-tools
Recommends: ksplice-dkms
$(deb_enhances)
Section: kernel
Priority: optional
Ksplice-Release: $RELEASE
Description: hot update $NAME of the running kernel ${RELEASE}
 $(deb_synopsis)
 .
 Installing this package applies the update if $RELEASE is the
 running kernel, and after each boot into it. Removing it takes the update
 back. On another kernel it does nothing, and says so.
END
}

# The update may wait for threads; what can't be done now must not leave dpkg
# with a package that keeps others from being configured. It stays pending,
# and the next boot tries it again.
deb_postinst()
{
	cat <<END
#!/bin/sh
set -e
case "\$1" in
configure) ;;
abort-upgrade)
	# It is applied still: let it come back after a boot again, too.
	ksplice install --quiet "$1" || true
	exit 0 ;;
*) exit 0 ;;
esac
ksplice install --quiet "$1"
if [ "\$(uname -r)" != "$RELEASE" ]; then
	echo "ksplice-update: $NAME is for kernel $RELEASE, and this is \$(uname -r): it is not applied now, only after a boot into $RELEASE." >&2
	exit 0
fi
code=0
ksplice apply --quiet --timeout "\${KSPLICE_TIMEOUT:-60}" "$NAME" || code=\$?
case \$code in
0 | 3) ;;
*)
	echo "ksplice-update: $NAME is installed, but NOT APPLIED (see above). 'ksplice apply $NAME' tries it again, and so does the next boot; 'ksplice status' shows what is pending." >&2
	;;
esac
exit 0
END
}

# First out of what a boot applies: then a reboot helps in any case. When the old
# version's script fails dpkg asks that of the new one (failed-upgrade), and goes
# on if that does not fail, too: with an old update that goes for the new one.
deb_prerm()
{
	cat <<END
#!/bin/sh
set -e
case "\$1" in
remove | upgrade | deconfigure | failed-upgrade) ;;
*) exit 0 ;;
esac
command -v ksplice >/dev/null || exit 0
ksplice uninstall --quiet "$NAME" >/dev/null || [ \$? -eq 3 ]
[ "\$(uname -r)" = "$RELEASE" ] || exit 0
code=0
ksplice undo --quiet --timeout "\${KSPLICE_TIMEOUT:-60}" "$NAME" || code=\$?
case \$code in
0 | 3) exit 0 ;;
esac
echo "ksplice-update: $NAME is still applied (see above), so the package stays as it is. Try again; after a reboot nothing is in the way." >&2
exit 1
END
}

make_deb()
{
	local tree=$WORK/deb ko package

	[[ -n $MAKE_DEB ]] || return 0
	package=ksplice-update-${NAME//_/-}
	ko=/usr/lib/ksplice/updates/$RELEASE/ksplice-$NAME.ko
	mkdir -p "$tree/DEBIAN" "$tree${ko%/*}" "$tree/usr/share/doc/$package"
	cp -- "$OUTPUT" "$tree$ko"
	cat >"$tree/usr/share/doc/$package/copyright" <<END
Made by kspl-build from a patch to Linux $RELEASE. Licence: GPL-2.0, see
/usr/share/common-licenses/GPL-2.
END
	deb_control "$(du -sk "$tree" | cut -f1)" | sed '/^$/d' >"$tree/DEBIAN/control"
	deb_postinst "$ko" >"$tree/DEBIAN/postinst"
	deb_prerm >"$tree/DEBIAN/prerm"
	(cd "$tree" && find usr -type f -exec md5sum {} +) >"$tree/DEBIAN/md5sums"
	chmod -R u=rwX,go=rX "$tree"
	chmod 755 "$tree/DEBIAN/postinst" "$tree/DEBIAN/prerm"
	DEB_OUTPUT=$(dirname -- "$OUTPUT")/${package}_${DEB_VERSION}_amd64.deb
	dpkg-deb --root-owner-group --build "$tree" "$DEB_OUTPUT" >"$WORK/log/deb" 2>&1 || {
		sed 's/^/  /' "$WORK/log/deb" >&2
		die $EXIT_FAILED "the package could not be made"
	}
	msg "done: $DEB_OUTPUT"
}
