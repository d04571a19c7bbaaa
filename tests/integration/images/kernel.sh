#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# kernel.sh - the builders find a suite's kernel, however it is packed, and the suite a role may take
# timeout: 300
# shellcheck disable=SC2016 # in single quotes another shell expands
set -u
# shellcheck source=tests/integration/images/archive_lib.sh
. "$PAR_TEST_SOURCE/integration/images/archive_lib.sh"
lists=

# kernel SUITE PAGES - what lib/kernel.sh makes of the suite, in $work/said: the release, the size of
# its pages, the first words of the kernel
kernel()
{
	rm -rf "$LPARD_CACHE"
	sh -c 'set -eu
		here=$1
		for part in common sources suites packages resolve kernel; do
			. "$here/lib/$part.sh"
		done
		suites_find
		apt_setup "$2" ppc64el
		apt_refresh
		kernel_choose "$3"
		kernel_tree
		echo "$kernel_release $page_size $(cat "$kernel_dir/vmlinux")"' sh "$images" "$1" "$2" \
		>"$work/said" 2>"$work/log" || tap_note "$(cat "$work/log")"
}

# content PACKAGE PATH TEXT - files of a package, for $files
content()
{
	files=$(jq -c --arg package "$1" --arg path "$2" --arg text "$3" \
		'.[$package][$path] = $text' <<<"$files")
}

# whole RELEASE PACKAGE FOLDER CONFIG - a kernel in one package: FOLDER/vmlinux-RELEASE, modules
whole()
{
	content "$2" "boot/vmlinux-$1" "kernel $1"
	content "$2" "boot/config-$1" "$3"
	content "$2" "lib/modules/$1/modules.order" ""
	content "$2" "lib/modules/$1/modules.builtin" ""
}

small='CONFIG_PPC_4K_PAGES=y' large='CONFIG_PPC_64K_PAGES=y'
whole 6.1.0-9-powerpc64le linux-image-6.1.0-9-powerpc64le "$large"
whole 6.12.5-powerpc64le linux-image-6.12.5-powerpc64le "$small"
whole 6.12.5-powerpc64le-64k linux-image-6.12.5-powerpc64le-64k "$large"
whole 6.12.4-powerpc64le linux-image-6.12.4-powerpc64le "$small"
release=7.2.12-powerpc64le
content linux-binary-$release usr/lib/modules/$release/vmlinuz "kernel $release"
content linux-base-$release usr/lib/modules/$release/config "$small"
content linux-base-$release usr/lib/modules/$release/modules.builtin ""
content linux-modules-$release usr/lib/modules/$release/modules.order ""

large_only=("linux-image-powerpc64le=6.1 linux-image-6.1.0-9-powerpc64le" linux-image-6.1.0-9-powerpc64le=6.1)
both=("linux-image-powerpc64le=6.12.5 linux-image-6.12.5-powerpc64le (= 6.12.5)"
	linux-image-6.12.5-powerpc64le=6.12.5
	"linux-image-powerpc64le-64k=6.12.5 linux-image-6.12.5-powerpc64le-64k (= 6.12.5)"
	linux-image-6.12.5-powerpc64le-64k=6.12.5)
split=("linux-image-powerpc64le=7.2.12 linux-image-$release"
	"linux-image-$release=7.2.12 linux-binary-$release, linux-modules-$release, initramfs-tools"
	"linux-binary-$release=7.2.12 linux-base-$release" "linux-base-$release=7.2.12"
	"linux-modules-$release=7.2.12" initramfs-tools=1.0)
archive main '"good"' '"gamma/linux-image-6.12.5-powerpc64le_6.12.5_ppc64el.deb"' "
	\"beta\": $(suite oldstable beta "$old" '' "${large_only[@]}"),
	\"gamma\": $(suite stable gamma "$new" '' "${both[@]}"),
	\"delta\": $(suite testing delta "$new" '' "${split[@]}")"
archive security '"good"' '' "\"gamma-security\": $(suite stable-security gamma-security "$new" '' \
	"linux-image-powerpc64le=6.12.4 linux-image-6.12.4-powerpc64le (= 6.12.4)" \
	linux-image-6.12.4-powerpc64le=6.12.4)"

kernel beta any
is "a kernel in one package" "$(cat "$work/said")" "6.1.0-9-powerpc64le 65536 kernel 6.1.0-9-powerpc64le"
kernel gamma 4096
is "an older one, where the newest has gone from the pool" "$(cat "$work/said")" \
	"6.12.4-powerpc64le 4096 kernel 6.12.4-powerpc64le"
kernel gamma 65536
is "the other one of a suite that has two kinds" "$(cat "$work/said")" \
	"6.12.5-powerpc64le-64k 65536 kernel 6.12.5-powerpc64le-64k"
kernel delta 4096
is "a kernel in many packages, elsewhere" "$(cat "$work/said")" "$release 4096 kernel $release"
is "and only what bears its release is fetched" \
	"$(cd "$LPARD_CACHE/images/apt-delta-ppc64el/archives" && echo *.deb | tr ' ' '\n' | cut -d_ -f1 | tr '\n' ' ')" \
	"linux-base-$release linux-binary-$release linux-image-$release linux-modules-$release "

# The whole way of an LPAR image, up to where it would compile something: which suite a role takes.
lists="base lpar test sysroot"
libraries=("libarchive-dev=2.0 libarchive13" libarchive13=1.0 "libjson-c-dev=2.0 libjson-c5"
	libjson-c5=1.0 "libseccomp-dev=2.0 libseccomp2" libseccomp2=1.0)

# lpar ROLE - the suites that were looked at, and the one that was taken
lpar()
{
	rm -rf "$LPARD_CACHE"
	"$images/build-lpar" "$1" "$work/out/image" >"$work/said" 2>&1
	sed -n 's/^build-lpar: \(index\|sysroot\) of \([a-z]*\) \.\.\.$/\1 \2/p' "$work/said" | uniq | tr '\n' ' '
}

all="\"beta\": $(suite oldstable beta "$old" '' "${large_only[@]}" "${libraries[@]}"),
	\"gamma\": $(suite stable gamma "$new" '' "${both[@]}" "${libraries[@]}"),
	\"delta\": $(suite testing delta "$new" '' "${split[@]}" "${libraries[@]}"),
	\"oldstable\": \"beta\", \"stable\": \"gamma\", \"testing\": \"delta\""
archive main '"good"' '' "$all"
rm -rf "$work/archive/security"
is "current is the stable suite" "$(lpar current)" "index gamma sysroot gamma "
is "64k is the one before it" "$(lpar 64k)" "index beta sysroot beta "
archive main '"good"' '"gamma/busybox_1.0_ppc64el.deb"' "$all"
is "current is testing where stable is not whole, and the one before has other pages" \
	"$(lpar current)" "index gamma index beta index delta sysroot delta "
is "what stable lacks is said" "$(said "'gamma' for ppc64el, of 2026-11-21 .*: busybox_1.0_ppc64el.deb \$")" 1
is "and what is wrong with the one before" "$(said "'beta' has pages of 65536 bytes, not 4096")" 1
archive main '"good"' '"beta/busybox_1.0_ppc64el.deb"' "$all"
is "64k is any suite that has such a kernel" "$(lpar 64k)" "index beta index gamma sysroot gamma "
archive main '"good"' '"beta/libc6-dev_1.0_ppc64el.deb", "gamma/nettle-dev_1.0_ppc64el.deb",
	"delta/bash_1.0_ppc64el.deb"' "$all"
is "what wparctl is compiled with counts as well" "$(lpar current)" \
	"index gamma index beta index delta "
is "no suite is left" "$(said "no suite for 'current' is whole .*tried: gamma beta delta")" 1
done_testing
