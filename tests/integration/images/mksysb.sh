#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# mksysb.sh - the tarballs of older systems: image.data first, and a root tree that is a system
# shellcheck disable=SC2016 # in single quotes another shell expands
# uses: images
set -u
# shellcheck source=tests/integration/lib.sh
. "$PAR_TEST_SOURCE/integration/lib.sh"

# field NAME - of image.data
field()
{
	sed -n "s/^\t$1 = \"\{0,1\}\([^\"]*\)\"\{0,1\}\$/\1/p" "$work/image.data"
}

# one ARCH MACHINE PAGE-SIZE - the tarball old-ARCH
one()
{
	local file=$PAR_MKSYSB/old-$1.tar.zst members
	if [ ! -e "$file" ]; then
		skip "$1" "the tarball is not built"
		return 0
	fi
	tar -tvf "$file" --numeric-owner >"$work/members"
	tar -xOf "$file" ./image.data >"$work/image.data"
	ok "$1: size and digest are its manifest's" "$PAR_TEST_SOURCE/../images/verify" "$file.json"
	members=$(awk '{ print $6 }' "$work/members")
	is "$1: image.data comes first" "$(head -n 1 <<<"$members")" ./image.data
	is "$1: its stanza" "$(head -n 1 "$work/image.data")" image_data:
	is "$1: format" "$(field FORMAT)" 1
	is "$1: system" "$(field OSNAME) $(field OSID)" "Debian GNU/Linux debian"
	like "$1: level" "$(field OSLEVEL)" '^[0-9]+\.[0-9]+$'
	is "$1: machine" "$(field ARCH)" "$2"
	like "$1: page size" "$(field PAGE_SIZE)" "$3"
	like "$1: kernel" "$(field KERNEL_RELEASE)" '^[0-9]+\.[0-9]+\.[0-9]+-'
	like "$1: when" "$(field CREATED)" '^20[0-9-]*T[0-9:]*Z$'
	is "$1: no absolute name, no .., no device" \
		"$(awk '$6 !~ /^\.\// || $6 ~ /\/\.\.(\/|$)/ || /^[bcp]/' "$work/members")" ""
	is "$1: no member twice" "$(sort <<<"$members" | uniq -d)" ""
	like "$1: /bin is a link" "$(cat "$work/members")" '\./bin -> usr/bin$'
	ok "$1: ps, hostname, awk" sh -c 'members=$(cat); for f in ps hostname gawk; do
		echo "$members" | grep -Eqx "./(usr/)?bin/$f" || exit 1; done' <<<"$members"
	like "$1: shadow is not for all to read" \
		"$(grep ' \./etc/shadow$' "$work/members")" '^-rw-r----- 0/42 '
	like "$1: su is setuid" "$(grep -E ' \./(usr/)?bin/su$' "$work/members")" '^-rwsr-xr-x 0/0 '
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
one ppc64el ppc64le '^(4096|65536)$'
one amd64 x86_64 '^4096$'
done_testing
