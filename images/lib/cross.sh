# shellcheck shell=sh disable=SC2034,SC2154 # the parts share their variables
# SPDX-License-Identifier: Apache-2.0
#
# Cross building against the packages of the suite an image is made of: a sysroot of unpacked
# -dev packages, a compiler and a pkg-config that see nothing else, a meson cross file.

# cross_packages - what is in the sysroot: what wparctl and init are linked against, and the caller's
# own (the list $cross_more).
cross_packages() {
	lines "$here/lists/sysroot.txt" ${cross_more:+"$cross_more"}
}

# cross_plan [NAME] - finds the set of packages of the sysroot; sets $cross_name.  NAME tells sysroots
# of one suite apart.
cross_plan() {
	cross_name=${1:-$suite}
	# shellcheck disable=SC2046
	apt_plan "$cache/images/sysroot-$cross_name.list" $(cross_packages)
}

# cross_sysroot - makes the sysroot; sets $sysroot, $cross (folder with cc, pkg-config and
# meson.ini) and $cross_key.
cross_sysroot() {
	sysroot=$cache/images/sysroot-$cross_name
	cross=$cache/images/cross-$cross_name
	list=$sysroot.list
	step "sysroot of $cross_name"
	# shellcheck disable=SC2046
	apt_fetch "$list" $(cross_packages)
	cross_key=$(cat "$list" "$here/lib/cross.sh" | digest)
	if [ "$(cat "$sysroot.key" 2>/dev/null)" != "$cross_key" ]; then
		rm -rf "$sysroot" "$sysroot.key" "$sysroot.new"
		on_exit "$sysroot.new"
		mkdir -p "$sysroot.new"
		tree_skeleton "$sysroot.new"
		while read -r deb; do
			dpkg-deb --fsys-tarfile "$apt_dir/archives/$deb" | tar -x -C "$sysroot.new" \
				--no-same-owner --keep-directory-symlink --exclude='./usr/share/doc' \
				--exclude='./usr/share/man' || die "$deb is damaged"
		done <"$list"
		mv "$sysroot.new" "$sysroot"
		# Absolute links would lead to this machine's own files.
		find "$sysroot" -type l -lname '/*' | while read -r link; do
			ln -sfn "$sysroot$(readlink "$link")" "$link"
		done
		echo "$cross_key" >"$sysroot.key"
	fi
	cross_tools
}

# The compiler's own idea of where foreign headers and libraries are is the machine's cross
# packages, of another release than the image; so both are named first, by wrappers.
cross_tools() {
	mkdir -p "$cross"
	case $arch in
	amd64) machine="x86_64 x86_64" ;;
	*) machine="ppc64 power8" ;;
	esac
	lib=$sysroot/usr/lib/$triplet
	cat >"$cross/cc" <<-WRAPPER
		#!/bin/sh
		exec $triplet-gcc --sysroot="$sysroot" -B"$lib" -L"$lib" \\
			-isystem "$sysroot/usr/include/$triplet" -isystem "$sysroot/usr/include" "\$@"
	WRAPPER
	cat >"$cross/pkg-config" <<-WRAPPER
		#!/bin/sh
		unset PKG_CONFIG_PATH
		PKG_CONFIG_SYSROOT_DIR="$sysroot"
		PKG_CONFIG_LIBDIR="$lib/pkgconfig:$sysroot/usr/share/pkgconfig"
		export PKG_CONFIG_SYSROOT_DIR PKG_CONFIG_LIBDIR
		exec pkg-config "\$@"
	WRAPPER
	chmod +x "$cross/cc" "$cross/pkg-config"
	cat >"$cross/meson.ini" <<-INI
		[binaries]
		c = '$cross/cc'
		ar = '$triplet-gcc-ar'
		strip = '$triplet-strip'
		objcopy = '$triplet-objcopy'
		pkgconfig = '$cross/pkg-config'

		[properties]
		needs_exe_wrapper = true
		sys_root = '$sysroot'

		[host_machine]
		system = 'linux'
		cpu_family = '${machine% *}'
		cpu = '${machine#* }'
		endian = 'little'
	INI
}
