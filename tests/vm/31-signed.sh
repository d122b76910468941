#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2317 # functions are called by name
#
# Signatures and lockdown, on Debian's own kernel with the core as a module: who
# is refused, when, and what the administrator is told. A key is trusted that the
# machine's firmware has in its db, as that of an owner who enrolled one.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=tests/lib.sh
. "$REPO/tests/lib.sh"
OUT=$REPO/build/test-signed
k=$REPO/tools/ksplice/ksplice
REFUSED='d["exit"] == 4 and d["errors"][0]["cause"]'

hot() { grep -q ' hot$' /proc/cmdline; }
cold() { ! hot; }
nothing_loaded() { ! grep -qE '^ksplice_hot(_signed)? ' /proc/modules; }

install_core() {
	mkdir -p "/lib/modules/$(uname -r)/updates/dkms"
	cp ksplice.ko "/lib/modules/$(uname -r)/updates/dkms/"
	depmod -a
}

# What goes while nothing is enforced
unenforced() {
	check "status: no core" json 'd["core"] == "none"' "$k" status --json
	check "check does not load it" exits 1 "$k" check hot.ko
	check "apply without a core: failed" exits 1 "$k" apply hot.ko
	check "... and says which package" says 'ksplice-dkms' "$k" apply hot.ko
	install_core
	check "apply loads the core where it is installed" exits 0 "$k" apply hot.ko
	check "... the new code runs" hot
	check "status: the core is a module" json 'd["core"] == "module"' "$k" status --json
	check "undo" exits 0 "$k" undo hot
	check "... the old code runs" cold
	check "one with an unknown key loads, as any module" exits 0 "$k" apply hot-signed.ko
	check "... and is shown as signed" says ', signature present, not verified' "$k" show ./hot-signed.ko
	check "undo --keep" exits 0 "$k" undo --keep hot-signed
}

refused() {
	check "unsigned, check: refused" json "$REFUSED == 'not_signed'" "$k" check --json hot.ko
	check "unsigned, apply: refused" json "$REFUSED == 'not_signed'" "$k" apply --json hot.ko
	check "... says what now" says '--sign-key' "$k" apply hot.ko
	check "unsigned, insmod: refused" exits 1 insmod hot.ko
	check "an unknown key: refused by the kernel" json "$REFUSED == '$1'" "$k" check --json hot-other.ko
	check "... which is quoted" says "kernel: .*$2" "$k" apply hot-other.ko
	check "a damaged signature: refused" exits 4 "$k" apply hot-damaged.ko
	check "nothing of it is loaded" nothing_but hot_signed
	check "what has been loaded before can be applied" exits 0 "$k" apply hot-signed
	check "... the new code runs" hot
	check "... and taken back" exits 0 "$k" undo hot-signed
	check "... the old code runs" cold
}

nothing_but() {
	[ "$(sed -n 's/^ksplice_\([a-z_]*\) .*/\1/p' /proc/modules)" = "$1" ]
}

enforced() {
	unenforced
	echo 1 >/sys/module/module/parameters/sig_enforce
	refused key_rejected 'Loading of module with unavailable key is rejected'
}

# What goes with a key that the firmware knows, and with no other
trusted() {
	echo 1 >/sys/module/module/parameters/sig_enforce
	echo integrity >/sys/kernel/security/lockdown
	check "locked down" says '\[integrity\]' cat /sys/kernel/security/lockdown
	check "a core of no known key: refused" exits 1 insmod ksplice.ko
	check "a core of the owner's key loads" exits 0 insmod ksplice-signed.ko
	check "an update of another key: refused" exits 4 "$k" apply hot-other.ko
	check "one of the owner's key: check" exits 0 "$k" check hot-signed.ko
	check "... apply" exits 0 "$k" apply hot-signed.ko
	check "... the new code runs" hot
	check "nothing is tainted by a signature that can't be verified" untainted
	check "... undo" exits 0 "$k" undo hot-signed
	check "... the old code runs" cold
}

# TAINT_UNSIGNED_MODULE
untainted() { ! (($(cat /proc/sys/kernel/tainted) >> 13 & 1)); }

enroll() {
	modprobe efivarfs
	mount -t efivarfs efivarfs /sys/firmware/efi/efivars
	check "the firmware takes the owner's key" efi-updatevar -e -f db.esl db
}

locked_down() {
	insmod ksplice.ko
	insmod hot-signed.ko
	echo integrity >/sys/kernel/security/lockdown
	refused not_signed 'unsigned module loading is restricted'
	check "an unsigned core can't be loaded" core_refused
}

core_refused() {
	rmmod ksplice && ! insmod ksplice.ko
}

if [ "${1:-}" = --guest ]; then
	cd "$OUT"
	"$2"
	done_testing
	exit
fi

# --- on the host ------------------------------------------------------------------

version=$("$REPO/scripts/debian-versions" --older)
image=$("$REPO/scripts/get-image" "$version")
release=$(cat "$image/release")
make -s -C "$REPO/tools/ksplice"
make -s -C "$REPO/tools/kspl-objdiff"
rm -rf "$OUT"
mkdir -p "$OUT"
cat >"$OUT/hot.patch" <<'END'
--- a/fs/proc/cmdline.c
+++ b/fs/proc/cmdline.c
@@ -8,6 +8,6 @@
 {
 	seq_puts(m, saved_command_line);
-	seq_putc(m, '\n');
+	seq_puts(m, " hot\n");
 	return 0;
 }
 
END
for key in key other; do
	openssl req -new -x509 -newkey rsa:2048 -nodes -subj "/CN=ksplice test, $key/" -days 3650 \
		-keyout "$OUT/$key.pem" -outform DER -out "$OUT/$key.der" 2>/dev/null
done
update() {
	"$REPO/tools/kspl-build/kspl-build" -k "$release" -n "$1" -o "$OUT/$1.ko" "${@:2}" "$OUT/hot.patch"
}
signer() { [ "$(modinfo -F signer "$1")" = "$2" ]; }
check "an update is made" update hot
check "... signed" update hot-signed --sign-key "$OUT/key.pem" --sign-cert "$OUT/key.der"
check "... with that key" signer "$OUT/hot-signed.ko" "ksplice test, key"
check "... with another" update hot-other --sign-key "$OUT/other.pem" --sign-cert "$OUT/other.der"
check "a key without its certificate: usage" exits 2 update hot --sign-key "$OUT/key.pem"
check "a key that is not there: usage" exits 2 update hot --sign-key "$OUT/no.pem" --sign-cert "$OUT/key.der"
check "a key that is none: failed" exits 1 update bad --sign-key "$OUT/hot.patch" --sign-cert "$OUT/key.der"
# Its content, under the signature of what it was
check "a damaged one" "$REPO/tests/ksplice/edit.py" "$OUT/hot-other.ko" "$OUT/hot-damaged.ko" ' hot' ' HOT'
check "the core is built" make -s -C "$REPO/dkms" OUT="$OUT/dkms" KDIR="$CACHE/prepared/$release"
cp "$OUT/dkms/ksplice.ko" "$OUT/"
cp "$OUT/ksplice.ko" "$OUT/ksplice-signed.ko"
check "... and signed, as dkms does" "$CACHE/prepared/$release/scripts/sign-file" sha256 \
	"$OUT/key.pem" "$OUT/key.der" "$OUT/ksplice-signed.ko"
openssl x509 -inform DER -in "$OUT/key.der" -out "$OUT/key.crt"
cert-to-efi-sig-list "$OUT/key.crt" "$OUT/db.esl"
cp /usr/share/OVMF/OVMF_VARS_4M.fd "$OUT/vars.fd"
done_testing

code=0
# guest NAME [OPTION...]
guest() {
	"$REPO/vm/run" --kernel stock --share "$OUT" --timeout 900 "${@:2}" -- "$0" --guest "$1" || code=1
}
# shellcheck disable=SC2054 # QEMU wants these
uefi=(--qemu -drive --qemu if=pflash,format=raw,unit=0,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd
	--qemu -drive --qemu "if=pflash,format=raw,unit=1,file=$OUT/vars.fd")
guest enforced
guest locked_down
guest enroll "${uefi[@]}"
guest trusted "${uefi[@]}"
[ $BAD -eq 0 ] && exit $code
