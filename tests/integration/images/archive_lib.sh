# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034 # variables of the tests
# archive_lib.sh - an archive of our own on loopback, made by make_archive.py, and the machine's apt
# sources that name it; sourced by archive.sh and kernel.sh
#
#	suite=$(suite stable gamma "$new" '' less=1.0 ...)
#	archive main '"good"' '"gamma/less_1.0_ppc64el.deb"' "\"gamma\": $suite"

# shellcheck source=tests/integration/lib.sh
. "$PAR_TEST_SOURCE/integration/lib.sh"

images=$PAR_TEST_SOURCE/../images
port=8642
work=$(mktemp -d)
server=
trap 'kill "$server" 2>/dev/null; gpgconf --kill all 2>/dev/null; rm -rf "$work"' EXIT
export GNUPGHOME=$work/gnupg LPARD_APT_ETC=$work/etc LPARD_CACHE=$work/cache
mkdir -m 700 "$GNUPGHOME"
mkdir -p "$work/etc/sources.list.d" "$work/archive"
for key in good foreign; do
	gpg --batch --quiet --passphrase '' --quick-gen-key "$key" ed25519 sign never 2>"$work/gpg.log" ||
		cat "$work/gpg.log"
done
gpg --batch --quiet --export good >"$work/good.gpg"
cat >"$work/etc/sources.list.d/test.sources" <<END
Types: deb
URIs: http://127.0.0.1:$port/main http://127.0.0.1:$port/security
Suites: beta
Components: main
Signed-By: $work/good.gpg
END
python3 "$PAR_TEST_SOURCE/integration/images/serve_archive.py" "$work/archive" $port "$work/requests" \
	2>"$work/server.log" &
server=$!

echo 'int test_of_archive;' |
	powerpc64le-linux-gnu-gcc -shared -nostdlib -Wl,-soname,libtest.so.1 -x c -o "$work/libtest.so.1" -

# The lists of images/lists whose packages every suite has, and the content of packages, as JSON.
lists="base mksysb"
files={}

# packages [EXTRA...] - the packages of a suite, as words of JSON; EXTRA words come first
packages()
{
	local word
	{
		for word; do
			printf '%s\n' "$word"
		done
		for word in $lists; do
			sed -e 's/#.*//' "$images/lists/$word.txt"
		done | tr -s ' \t' '\n' | grep . | sort -u | sed 's/$/=1.0/'
	} | jq -R . | jq -s -c .
}

# suite ALIAS CODENAME DATE MORE PACKAGE... - one suite; MORE is JSON to go in
suite()
{
	local alias=$1 codename=$2 date=$3 more=$4
	shift 4
	printf '{"suite": "%s", "codename": "%s", "date": "%s, 12:00:00 UTC", "packages": %s%s}' \
		"$alias" "$codename" "$date" "$(packages "$@")" "${more:+, $more}"
}

new="Sat, 21 Nov 2026" old="Sat, 12 Sep 2026"

# archive PART KEY GONE SUITES - the part main or security, anew; GONE and SUITES are JSON
archive()
{
	rm -rf "$work/archive/$1"
	printf '{"key": %s, "gone": [%s], "suites": {%s}, "files": %s, "library": "%s"}' "$2" "$3" "$4" \
		"$files" "$work/libtest.so.1" >"$work/description"
	"$PAR_TEST_SOURCE/integration/images/make_archive.py" "$work/archive/$1" <"$work/description"
}

# said PATTERN - how many lines of what a builder said ($work/said) match
said()
{
	grep -cE -- "$1" "$work/said"
}

