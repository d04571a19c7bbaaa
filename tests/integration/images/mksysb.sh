#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# mksysb.sh - the tarballs of older systems: image.data first, and a root tree that is a system
# shellcheck disable=SC2016 # in single quotes another shell expands
set -u
# shellcheck source=tests/integration/lib.sh
. "$PAR_TEST_SOURCE/integration/lib.sh"

# field NAME - of image.data
field()
{
	sed -n "s/^\t$1 = \"\{0,1\}\([^\"]*\)\"\{0,1\}\$/\1/p" "$work/image.data"
}

# one SUITE ARCH OSLEVEL MACHINE PAGE-SIZE
one()
{
	local file members
	file=$(find "$(dirname "$PAR_IMAGES")" -maxdepth 3 -name "$1-$2.tar.zst" | head -n 1)
	if [ -z "$file" ]; then
		skip "$1 $2" "the tarball is not built"
		return 0
	fi
	tar -tvf "$file" --numeric-owner >"$work/members"
	tar -xOf "$file" ./image.data >"$work/image.data"
	members=$(awk '{ print $6 }' "$work/members")
	is "$1 $2: image.data comes first" "$(head -n 1 <<<"$members")" ./image.data
	is "$1 $2: its stanza" "$(head -n 1 "$work/image.data")" image_data:
	is "$1 $2: format" "$(field FORMAT)" 1
	is "$1 $2: system" "$(field OSNAME) $(field OSID)" "Debian GNU/Linux debian"
	like "$1 $2: level" "$(field OSLEVEL)" "^$3\.[0-9]+\$"
	is "$1 $2: machine" "$(field ARCH)" "$4"
	is "$1 $2: page size" "$(field PAGE_SIZE)" "$5"
	like "$1 $2: kernel" "$(field KERNEL_RELEASE)" '^[0-9]+\.[0-9]+\.[0-9]+-'
	like "$1 $2: when" "$(field CREATED)" '^20[0-9-]*T[0-9:]*Z$'
	is "$1 $2: no absolute name, no .., no device" \
		"$(awk '$6 !~ /^\.\// || $6 ~ /\/\.\.(\/|$)/ || /^[bcp]/' "$work/members")" ""
	is "$1 $2: no member twice" "$(sort <<<"$members" | uniq -d)" ""
	like "$1 $2: /bin is a link" "$(cat "$work/members")" '\./bin -> usr/bin$'
	ok "$1 $2: ps, hostname, awk" sh -c 'members=$(cat); for f in ps hostname gawk; do
		echo "$members" | grep -Eqx "./(usr/)?bin/$f" || exit 1; done' <<<"$members"
	like "$1 $2: shadow is not for all to read" \
		"$(grep ' \./etc/shadow$' "$work/members")" '^-rw-r----- 0/42 '
	like "$1 $2: su is setuid" "$(grep -E ' \./(usr/)?bin/su$' "$work/members")" '^-rwsr-xr-x 0/0 '
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
one bookworm ppc64el 12 ppc64le 65536
one bullseye amd64 11 x86_64 4096
done_testing
