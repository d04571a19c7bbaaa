# shellcheck shell=sh disable=SC2034,SC2154 # the parts share their variables
# SPDX-License-Identifier: Apache-2.0
#
# The tarball of an older system: its image.data and its members.

# mksysb_compressor OUT - sets $compressor by the ending of the name.
mksysb_compressor() {
	case $1 in
	*.tar) compressor="cat" ;;
	*.tar.gz) compressor="gzip -n" ;;
	*.tar.xz) compressor="xz -T2" ;;
	*.tar.zst) compressor="zstd -q -10 -T2" ;;
	*) die "'$1' does not end in .tar, .tar.gz, .tar.xz or .tar.zst" ;;
	esac
	need "${compressor%% *}"
}

# mksysb_data TREE - image.data, a stanza as AIX writes it.  The kernel is the one the suite
# would run; nothing of it is in the image.
mksysb_data() {
	meta_package=linux-image-$arch
	[ "$arch" = ppc64el ] && meta_package=linux-image-powerpc64le
	kernel_package=$(apt_depends "$meta_package" '^linux-image-[0-9]')
	kernel_version=$(apt_show "$meta_package" | sed -n 's/^Version: //p')
	machine=x86_64
	old_page_size=4096
	if [ "$arch" = ppc64el ]; then
		machine=ppc64le
		# A suite that offers no second kernel with 64 KiB pages has them in its only one.
		apt_show "$meta_package-64k" >/dev/null || old_page_size=65536
	fi
	printf 'image_data:\n'
	printf '\tFORMAT = 1\n'
	printf '\tOSNAME = "%s"\n' "$(sed -n 's/^NAME="\(.*\)"/\1/p' "$1/usr/lib/os-release")"
	printf '\tOSID = %s\n' "$(sed -n 's/^ID=//p' "$1/usr/lib/os-release")"
	printf '\tOSLEVEL = %s\n' "$(cat "$1/etc/debian_version")"
	printf '\tKERNEL_RELEASE = %s\n' "${kernel_package#linux-image-}"
	printf '\tKERNEL_VERSION = "#1 SMP Debian %s"\n' "$kernel_version"
	printf '\tARCH = %s\n' "$machine"
	printf '\tPAGE_SIZE = %s\n' "$old_page_size"
	printf '\tSIZE_KB = %s\n' "$(du -sk --apparent-size "$1" | cut -f1)"
	printf '\tCREATED = "%s"\n' "$(date -u -r "$1.key" +%Y-%m-%dT%H:%M:%SZ)"
}

# mksysb_pack TREE META-DIR OUT - the same tree gives the same tarball to the byte.
mksysb_pack() {
	step "packing"
	tar -c --format=pax --pax-option=delete=atime,delete=ctime --numeric-owner --sort=name \
		--clamp-mtime --mtime="@$(date -r "$1.key" +%s)" --xattrs \
		-C "$2" ./image.data -C "$1" . | $compressor >"$3"
}

# mksysb_manifest OUT ROLE SOURCES - OUT.json, what the tarball is and where it is from.
mksysb_manifest() {
	cat >"$1.json" <<JSON
{
  "format": 1,
  "role": "$2",
  "suite": "$(suites_alias "$suite")",
  "codename": "$suite",
  "architecture": "$arch",
  "sources": "$3",
  "files": {
    $(json_file mksysb "$(basename "$1")" "$(dirname "$1")")
  }
}
JSON
}
