#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# sources.sh - the builders find archives, and the keys for them, among the machine's own apt sources
# shellcheck disable=SC2016 # in single quotes another shell expands
set -u
# shellcheck source=tests/integration/lib.sh
. "$PAR_TEST_SOURCE/integration/lib.sh"

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/sources.list.d"

# in_sources COMMAND... - a function of images/lib/sources.sh
in_sources()
{
	LPARD_APT_ETC=$dir sh -c 'here=$1
		. "$here/lib/sources.sh"
		debian_keyring=/k/debian.gpg
		shift
		"$@"' sh "$PAR_TEST_SOURCE/../images" "$@"
}

tab=$(printf '\t')
cat >"$dir/sources.list" <<'LIST'
# deb http://comment.example/debian bookworm main
deb-src http://source.example/debian bookworm main
deb http://parts.example/other stable contrib
deb [arch=amd64 signed-by=/k/vendor.gpg] http://vendor.example/debian bookworm main
deb http://security.example/debian-security bookworm-security main
deb http://mirror.example/debian bookworm main contrib # trailing words
deb http://mirror.example/debian/ bookworm-updates main
deb http://flat.example/tool ./
LIST
is "one-line entries, in order, each archive once" "$(in_sources sources_entries)" \
	"http://vendor.example/debian$tab$dir/sources.list:4
http://security.example/debian-security$tab$dir/sources.list:5
http://mirror.example/debian$tab$dir/sources.list:6"
is "the suites they name" "$(in_sources sources_suites)" bookworm
is "the key of an entry, and Debian's" "$(in_sources sources_signed_by "$dir/sources.list:4")" \
	/k/vendor.gpg,/k/debian.gpg
is "an entry without a key" "$(in_sources sources_signed_by "$dir/sources.list:6")" /k/debian.gpg

: >"$dir/sources.list"
cat >"$dir/sources.list.d/a.sources" <<'SOURCES'
# A comment before all.

Types: deb
URIs: http://flat.example/tool
Suites: ./

Types: deb deb-src
URIs: http://mirror.example/debian
# a comment inside
Suites: bookworm bookworm-updates
Components: main
 contrib
Signed-By: /k/one.gpg
  /k/two.gpg

# Only a comment.

Enabled: no
Types: deb
URIs: http://off.example/debian
Suites: bookworm
Components: main

Types: deb-src
URIs: http://source.example/debian
Suites: bookworm
Components: main

Types: deb
URIs: http://security.example/debian-security
Suites: bookworm-security
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mDMEX
 -----END PGP PUBLIC KEY BLOCK-----
SOURCES
is "deb822 entries" "$(in_sources sources_entries)" \
	"http://mirror.example/debian$tab$dir/sources.list.d/a.sources:2
http://security.example/debian-security$tab$dir/sources.list.d/a.sources:5"
is "the keys of a stanza" "$(in_sources sources_signed_by "$dir/sources.list.d/a.sources:2")" \
	/k/one.gpg,/k/two.gpg,/k/debian.gpg
is "a key in the stanza itself" "$(in_sources sources_signed_by "$dir/sources.list.d/a.sources:5")" \
	"
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mDMEX
 -----END PGP PUBLIC KEY BLOCK-----"

printf 'http://one.example/debian\n# no\nhttp://two.example/debian/\tpriority:2\n' >"$dir/mirrors"
printf 'Types: deb\nURIs: mirror+file:%s/mirrors\nSuites: trixie\nComponents: main\n' "$dir" \
	>"$dir/sources.list.d/a.sources"
is "a file of mirrors" "$(in_sources sources_entries | cut -f1 | tr '\n' ' ')" \
	"http://one.example/debian http://two.example/debian "
rm "$dir/sources.list.d/a.sources"
is "no entry at all" "$(in_sources sources_entries)" ""
done_testing
