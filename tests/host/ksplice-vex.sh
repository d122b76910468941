#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2317 # functions are called by name
#
# What updates fix: said by files, by the kernel, in one look, and for scanners.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=tests/lib.sh
. "$REPO/tests/lib.sh"
# shellcheck source=tests/ksplice/lib.sh
. "$REPO/tests/ksplice/lib.sh"

FIXES='CVE-2024-12345 CVE-2025-1' "$make_update" fixing.ko fix-foo 6.12.1-test test_func
FIXES='CVE-2099-1' "$make_update" elsewhere.ko fix-bar 6.12.2-other test_func

# A test downloads nothing: 'make setup' has put them into the cache, or this is skipped.
SCHEMAS=$("$REPO/scripts/get-schemas" --cached) || SCHEMAS=

# valid FILE: it is a CycloneDX document
valid() {
	python3 - "$SCHEMAS" "$1" <<'END'
import json
import pathlib
import sys
import jsonschema

schemas = pathlib.Path(sys.argv[1])
store = {}
for path in schemas.glob("*.SNAPSHOT.schema.json"):
    schema = json.loads(path.read_text())
    store[schema["$id"]] = schema
    store["http://cyclonedx.org/schema/" + path.name] = schema
bom = json.loads((schemas / "bom-1.5.SNAPSHOT.schema.json").read_text())
resolver = jsonschema.RefResolver(bom["$id"], bom, store=store)
jsonschema.Draft7Validator(bom, resolver=resolver).validate(
    json.loads(pathlib.Path(sys.argv[2]).read_text()))
END
}

# vex NAME EXPRESSION: of the document d
vex() {
	local name=$1 e=$2

	k status --vex >"$name.json" 2>err || { cat err; return 1; }
	python3 -c "import json, sys
d = json.load(open('$name.json'))
state = {v['id']: v['analysis']['state'] for v in d['vulnerabilities']}
sys.exit(not ($e))" || { cat "$name.json"; return 1; }
}

boot
printf 'CVE-2024-12345\nCVE-2025-1\n' >"$R/fixes"
check "show a file: what it fixes" says '^  fixes CVE-2024-12345$' k show ./fixing.ko
check "... as JSON" json 'd["file"]["fixes"] == ["CVE-2024-12345", "CVE-2025-1"]' k show --json ./fixing.ko
check "... nothing, if nothing was said" json 'd["file"]["fixes"] == []' k show --json ./fix-foo.ko
check "nothing there: an empty document" vex none 'state == {}'
k install -q fixing.ko >/dev/null 2>&1
k install -q elsewhere.ko >/dev/null 2>&1 || :
check "installed, not applied: not fixed" vex pending 'state == {"CVE-2024-12345": "exploitable", "CVE-2025-1": "exploitable"}'
check "... nor in status" json 'd["fixed"] == []' k status --json
k apply -q fix-foo >/dev/null
check "applied: fixed" vex applied 'state == {"CVE-2024-12345": "resolved", "CVE-2025-1": "resolved"}'
check "... in status" says '^fixed +CVE-2024-12345, CVE-2025-1$' k status
check "... as JSON" json 'd["fixed"] == ["CVE-2024-12345", "CVE-2025-1"]' k status --json
check "... in show" says '^  fixes CVE-2025-1$' k show fix-foo
mkdir -p "$R/sys/kernel/debug/fail_function"
echo test_func >"$R/sys/kernel/debug/fail_function/inject"
check "applied, and somebody may keep it from running: to be looked at" vex bypassed 'set(state.values()) == {"in_triage"} and
	d["vulnerabilities"][0]["analysis"]["detail"].endswith("may not run: vmlinux:test_func,1: errors are injected (fail_function)")'
check "... nor fixed in status" json 'd["fixed"] == [] and len(d["may_not_run"]) == 1' k status --json
check "... but said" says '^may not run +fix-foo: vmlinux:test_func,1: errors are injected' k status
rm -r "$R/sys/kernel/debug/fail_function"
k undo -q --keep fix-foo >/dev/null
check "taken back, still loaded: not fixed" vex kept 'set(state.values()) == {"exploitable"}'
check "... nor in status" json 'd["fixed"] == []' k status --json
k apply -q fix-foo >/dev/null
k uninstall -q --now fix-foo >/dev/null
check "taken back and removed: not named" vex gone 'state == {}'
check "--vex is for status" exits 2 k list --vex
check "--vex is a document of its own" exits 2 k status --vex --json
# get_schemas OPTION...: with an empty cache; asks npm, which is made up here
mkdir npm-bin
printf '#!/bin/sh\ntouch "%s/npm was called"\nexit 1\n' "$TMP" >npm-bin/npm
chmod 755 npm-bin/npm
get_schemas() { XDG_CACHE_HOME=$TMP/empty PATH=$TMP/npm-bin:$PATH "$REPO/scripts/get-schemas" "$@"; }
check "no schemas in the cache: a test does without" exits 1 get_schemas --cached
check "... and downloads nothing" test ! -e "npm was called"
check "setup does: it fails" says "the download of CycloneDX's schemas failed" get_schemas
check "... of what npm gets" test -e "npm was called"
check "no test runs npm itself" exits 1 grep -rE '(^|[;&|(] *)npm (pack|install)' "$REPO/tests"
if [ "$SCHEMAS" ]; then
	for name in none pending applied bypassed kept gone; do
		check "$name: valid CycloneDX" valid "$name.json"
	done
	sed 's/"resolved"/"fixed"/' applied.json >bad.json
	invalid() { ! valid bad.json 2>/dev/null; }
	check "... which not everything is" invalid
else
	echo "ok # SKIP no schema of CycloneDX in the cache: 'make setup' gets it, if npm is there"
fi
done_testing
