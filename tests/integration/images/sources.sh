#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# sources.sh - the builders find Debian's archive among the machine's own apt sources
# shellcheck disable=SC2016 # in single quotes another shell expands
set -u
# shellcheck source=tests/integration/lib.sh
. "$PAR_TEST_SOURCE/integration/lib.sh"

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/sources.list.d"

entries()
{
	LPARD_APT_ETC=$dir sh -c 'here=$1
		. "$here/lib/packages.sh"
		sources_entries' sh "$PAR_TEST_SOURCE/../images"
}

tab=$(printf '\t')
cat >"$dir/sources.list" <<'LIST'
# deb http://comment.example/debian bookworm main
deb-src http://source.example/debian bookworm main
deb http://parts.example/other stable contrib
deb [arch=amd64 signed-by=/k/vendor.gpg] http://vendor.example/debian bookworm main
deb http://security.example/debian-security bookworm-security main
deb http://update.example/debian bookworm-updates main
deb http://mirror.example/debian bookworm main contrib # trailing words
LIST
is "one-line entries, in order" "$(entries)" "http://vendor.example/debian$tab/k/vendor.gpg
http://mirror.example/debian$tab"

: >"$dir/sources.list"
cat >"$dir/sources.list.d/a.sources" <<'SOURCES'
Types: deb
URIs: http://flat.example/tool
Suites: ./
Components: main

Types: deb deb-src
URIs: http://mirror.example/debian
# a comment inside
Suites: bookworm bookworm-updates
Components: main
 contrib
Signed-By: /k/debian.gpg

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
SOURCES
is "deb822 entries" "$(entries)" "http://mirror.example/debian$tab/k/debian.gpg"
rm "$dir/sources.list.d/a.sources"
is "no entry at all" "$(entries)" ""
done_testing
