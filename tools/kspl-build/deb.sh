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
		usage_error "--deb: dpkg-deb was not found (package dpkg)"
	: "${DEB_VERSION:=1.$(date -u -d "@${SOURCE_DATE_EPOCH:-$(date +%s)}" +%Y%m%d.%H%M%S)}"
	dpkg --validate-version "$DEB_VERSION" 2>/dev/null ||
		usage_error "--deb-version: '$DEB_VERSION' is not a version of a Debian package"
}

# What comes from elsewhere, in one line of a control file: what can be printed
deb_line()
{
	iconv -c -f UTF-8 -t ASCII//TRANSLIT <<<"$1" | tr '\n\t' '  ' | LC_ALL=C tr -cd '[:print:]' | sed 's/ *$//'
}

# ... as one word of a shell script
deb_word()
{
	printf "'%s'" "${1//\'/\'\\\'\'}"
}

# What the patches say they do, as the one line of a description
deb_synopsis()
{
	local text

	text=$(deb_line "$(subjects)")
	printf '%s\n' "${text:-A change of the kernel that needs no reboot.}"
}

# Only what may be a package's name
deb_enhances()
{
	local image=linux-image-$RELEASE

	[[ ! $image =~ ^[a-z0-9][a-z0-9+.-]+$ ]] || printf 'Enhances: %s\n' "$image"
}

# What it fixes, for those who search packages for that
deb_fixes()
{
	local text

	((${#FIXES[@]})) || return 0
	printf -v text ', %s' "${FIXES[@]}"
	printf 'Ksplice-Fixes: %s\n' "${text:2}"
}

# The number of the format that the update FILE has: ksplice-tools provides
# ksplice-format-N for the one that it reads.
deb_format()
{
	local file=$1

	objcopy -O binary --only-section=.init.ksplice --set-section-flags .init.ksplice=alloc \
		"$file" "$WORK/deb-format" &&
		od -An -tu4 -j4 -N4 "$WORK/deb-format" | tr -d ' '
}

# deb_control SIZE FORMAT
deb_control()
{
	local release

	release=$(deb_line "$RELEASE")
	cat <<END
Package: ksplice-update-${NAME//_/-}
Version: $DEB_VERSION
Architecture: amd64
Maintainer: $(deb_line "${DEBFULLNAME:-ksplice developers}") <$(deb_line "${DEBEMAIL:-live-patching@vger.kernel.org}")>
Installed-Size: $1
Depends: ksplice-tools (>= $VERSION), ksplice-format-$2
Recommends: ksplice-dkms
$(deb_enhances)
Section: kernel
Priority: optional
Ksplice-Release: $release
Ksplice-Name: $NAME
$(deb_fixes)
Description: hot update $NAME of the running kernel $release
 $(deb_synopsis)
 .
 Installing this package applies the update if $release is the
 running kernel, and after each boot into it. Removing it takes the update
 back. On another kernel it does nothing, and says so.
END
}

# What all of the scripts begin with. DPKG_ROOT: dpkg --root without a chroot,
# the system is another one than that which runs.
deb_script()
{
	cat <<END
#!/bin/sh
set -e
name=$(deb_word "$NAME") release=$(deb_word "$RELEASE") file=$(deb_word "$1")
END
	cat <<'END'
tell() {
	echo "ksplice-update: $name $*" >&2
}
in_store() {
	if [ "${DPKG_ROOT:-}" ]; then
		ksplice "$@" --quiet --root "$DPKG_ROOT"
	else
		ksplice "$@" --quiet
	fi
}
END
}

# The update may wait for threads; what can't be done now must not leave dpkg
# with a package that keeps others from being configured. It stays pending,
# and the next boot tries it again.
deb_postinst()
{
	deb_script "$1"
	cat <<'END'
# Of an older version that was for another kernel than the one after it, the update
# is still there.
older=
if [ "$1" = configure ] && [ -d "/sys/kernel/ksplice/$name" ] && ! cmp -s "$file" "/var/lib/ksplice/$release/$name.ko"; then
	older=1
fi
case "$1" in
configure) in_store install "${DPKG_ROOT:-}$file" ;;
abort-upgrade | abort-remove | abort-deconfigure)
	# The script before has taken it out and back, and something after that has
	# failed: this version stays, so it has to run and to come back after a boot.
	in_store install "${DPKG_ROOT:-}$file" || tell "does NOT come back after a boot (see above)" ;;
*) exit 0 ;;
esac
if ! where=$(ksplice own-kernel); then
	tell "is installed, and not applied now: ${where:-this system does not run}. A boot of this system into $release applies it."
	exit 0
fi
if [ "$(uname -r)" != "$release" ]; then
	tell "is for kernel $release, and this is $(uname -r): it is not applied now, only after a boot into $release."
	exit 0
fi
code=0
[ ! "$older" ] || ksplice undo --quiet --timeout "${KSPLICE_TIMEOUT:-60}" "$name" || [ $? -eq 3 ] || code=$?
[ $code -ne 0 ] || ksplice apply --quiet --timeout "${KSPLICE_TIMEOUT:-60}" "$name" || code=$?
case $code in
0 | 3)
	if [ -L /etc/systemd/system/sysinit.target.wants/ksplice.service ]; then
		tell "is applied, now and after each boot into $release."
	else
		tell "is applied until the next boot; nothing applies it then: systemctl enable ksplice.service"
	fi ;;
*)
	tell "is installed, but NOT APPLIED (see above). 'ksplice apply $name' tries it again, and so does the next boot, unless it is held back; 'ksplice status' shows what is pending." ;;
esac
exit 0
END
}

# A version for another kernel does not take the place of this one, which stays, also
# in the store; the scripts of the new version are in tmp.ci already.
#
# First out of what a boot applies: then a reboot helps in any case. When the old
# version's script fails dpkg asks that of the new one (failed-upgrade), and goes
# on if that does not fail, too: with an old update that goes for the new one.
deb_prerm()
{
	deb_script "$1"
	cat <<'END'
case "$1" in
remove | upgrade | deconfigure | failed-upgrade) ;;
*) exit 0 ;;
esac
command -v ksplice >/dev/null || exit 0
other= other_name=
if [ "$1" = upgrade ]; then
	new=${DPKG_ADMINDIR:-/var/lib/dpkg}/tmp.ci/control
	other=$(sed -n 's/^Ksplice-Release: //p' "$new" 2>/dev/null) || other=
	other_name=$(sed -n 's/^Ksplice-Name: //p' "$new" 2>/dev/null) || other_name=
fi
# Updates x_y and x-y have one package: the scripts of the other one know nothing of this.
if [ "${other_name:-$name}" = "$name" ]; then
	if [ "${other:-$release}" != "$release" ]; then
		tell "for $release stays: the other version is for $other."
		exit 0
	fi
	# The next one for the same other kernel takes the place of this one in the store, by its
	# postinst; what an older one has left for the kernel that runs is none of its business.
	case "$1" in
	upgrade | failed-upgrade) [ "$(uname -r)" = "$release" ] || exit 0 ;;
	esac
fi
in_store uninstall "$name" >/dev/null || [ $? -eq 3 ]
if ! where=$(ksplice own-kernel); then
	tell "is no longer installed; what runs now is left alone: ${where:-this system does not run}."
	exit 0
fi
[ "$(uname -r)" = "$release" ] || [ -d "/sys/kernel/ksplice/$name" ] || exit 0
code=0
ksplice undo --quiet --timeout "${KSPLICE_TIMEOUT:-60}" "$name" || code=$?
case $code in
0 | 3)
	case "$1" in
	upgrade | failed-upgrade) tell "does not run until the other version is set up." ;;
	*) tell "does not run any more, nor after the next boot." ;;
	esac
	exit 0 ;;
esac
tell "is still applied (see above), so the package stays as it is. Try again; after a reboot nothing is in the way."
exit 1
END
}

# That it was held back after a crash is forgotten with it.
deb_postrm()
{
	deb_script "$1"
	cat <<'END'
[ "$1" = purge ] || exit 0
command -v ksplice >/dev/null || exit 0
in_store unhold "$name" >/dev/null || true
END
}

make_deb()
{
	local tree=$WORK/deb ko package format

	[[ -n $MAKE_DEB ]] || return 0
	package=ksplice-update-${NAME//_/-}
	ko=/usr/lib/ksplice/updates/$RELEASE/ksplice-$NAME.ko
	mkdir -p "$tree/DEBIAN" "$tree${ko%/*}" "$tree/usr/share/doc/$package"
	# never from where others may write
	cp -- "$FINISHED" "$tree$ko"
	cat >"$tree/usr/share/doc/$package/copyright" <<END
Made by kspl-build from a patch to Linux $RELEASE. Licence: GPL-2.0, see
/usr/share/common-licenses/GPL-2.
END
	format=$(deb_format "$tree$ko") || die $EXIT_FAILED "--deb: the update's format can't be read"
	deb_control "$(du -sk "$tree" | cut -f1)" "$format" | sed '/^$/d' >"$tree/DEBIAN/control"
	deb_postinst "$ko" >"$tree/DEBIAN/postinst"
	deb_prerm "$ko" >"$tree/DEBIAN/prerm"
	deb_postrm "$ko" >"$tree/DEBIAN/postrm"
	(cd "$tree" && find usr -type f -exec md5sum {} +) >"$tree/DEBIAN/md5sums"
	chmod -R u=rwX,go=rX "$tree"
	chmod 755 "$tree"/DEBIAN/p*
	DEB_OUTPUT=$(dirname -- "$OUTPUT")/${package}_${DEB_VERSION}_amd64.deb
	dpkg-deb --root-owner-group --build "$tree" "$WORK/out/update.deb" >"$WORK/log/deb" 2>&1 || {
		msg_file "$WORK/log/deb"
		DEB_OUTPUT=
		die $EXIT_FAILED "the package could not be made"
	}
	put_file "$WORK/out/update.deb" "$DEB_OUTPUT"
	msg "done: $DEB_OUTPUT"
	[[ -z $DEBUG_FILE ]] || make_dbgsym "$package"
}

# dbgsym_control SIZE PACKAGE ID: as the packages that debhelper makes of debug symbols
dbgsym_control()
{
	cat <<END
Package: $2-dbgsym
Version: $DEB_VERSION
Architecture: amd64
Auto-Built-Package: debug-symbols
Maintainer: $(deb_line "${DEBFULLNAME:-ksplice developers}") <$(deb_line "${DEBEMAIL:-live-patching@vger.kernel.org}")>
Installed-Size: $1
Depends: $2 (= $DEB_VERSION)
Section: debug
Priority: optional
Description: debug symbols for $2
Build-Ids: $3
END
}

# make_dbgsym PACKAGE: the debug information in a package of its own: debuggers find it by
# the build id; crash, by the name, among the debug symbols of the kernel's modules
make_dbgsym()
{
	local package=$1-dbgsym tree=$WORK/dbgsym id file modules
	local release=/usr/lib/debug/lib/modules/$RELEASE

	id=$(build_id "$FINISHED")
	file=/usr/lib/debug/.build-id/${id:0:2}/${id:2}.debug
	modules=$release/updates/ksplice-$NAME.ko.debug
	mkdir -p "$tree/DEBIAN" "$tree${file%/*}" "$tree${modules%/*}" "$tree/usr/share/doc/$package"
	cp -- "$DEBUG_FILE" "$tree$file"
	ln -s "../../../../.build-id/${id:0:2}/${id:2}.debug" "$tree$modules"
	cp -- "$WORK/deb/usr/share/doc/$1/copyright" "$tree/usr/share/doc/$package/"
	dbgsym_control "$(du -sk "$tree" | cut -f1)" "$1" "$id" >"$tree/DEBIAN/control"
	(cd "$tree" && find usr -type f -exec md5sum {} +) >"$tree/DEBIAN/md5sums"
	chmod -R u=rwX,go=rX "$tree"
	DEBUG_DEB=${DEB_OUTPUT%/*}/${package}_${DEB_VERSION}_amd64.deb
	dpkg-deb --root-owner-group --build "$tree" "$WORK/out/dbgsym.deb" >"$WORK/log/deb" 2>&1 || {
		msg_file "$WORK/log/deb"
		DEBUG_DEB=
		die $EXIT_FAILED "the package of the debug information could not be made"
	}
	put_file "$WORK/out/dbgsym.deb" "$DEBUG_DEB"
	msg "done: $DEBUG_DEB"
}
DEBUG_DEB=
