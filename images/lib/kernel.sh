# shellcheck shell=sh disable=SC2034,SC2154 # the parts share their variables
# SPDX-License-Identifier: Apache-2.0
#
# Debian's kernel: the bootable file, and those of its modules a pseries guest can use, as they
# load fastest under emulation: not compressed, not signed (the kernel then says that it is
# tainted), without type information.

# kernel_tree - sets $kernel_dir (vmlinux, lib/modules/RELEASE), $kernel_release and $page_size.
kernel_tree() {
	step "kernel of $suite"
	kernel_package=$(apt_depends linux-image-powerpc64le '^linux-image-[0-9]')
	[ -n "$kernel_package" ] || die "$suite has no kernel package linux-image-powerpc64le"
	kernel_release=${kernel_package#linux-image-}
	kernel_deb=$(apt_fetch_one "$kernel_package")
	kernel_dir=$cache/images/kernel-$suite
	kernel_key=$(
		{
			echo "$kernel_deb"
			cat "$here/lib/kernel.sh" "$here/lists/modules.txt"
		} | digest
	)
	if [ "$(cat "$kernel_dir.key" 2>/dev/null)" = "$kernel_key" ]; then
		kernel_page_size
		return 0
	fi
	rm -rf "$kernel_dir" "$kernel_dir.key" "$kernel_dir.new"
	on_exit "$kernel_dir.new"
	mkdir -p "$kernel_dir.new/full"
	dpkg-deb --fsys-tarfile "$apt_dir/archives/$kernel_deb" |
		tar -x -C "$kernel_dir.new/full" --no-same-owner --exclude='./usr/share/doc'
	[ -d "$kernel_dir.new/full/usr/lib/modules" ] && kernel_usr=/usr || kernel_usr=
	kernel_modules "$kernel_dir.new"
	mv "$kernel_dir.new/full/boot/vmlinux-$kernel_release" "$kernel_dir.new/vmlinux"
	mv "$kernel_dir.new/full/boot/config-$kernel_release" "$kernel_dir.new/config"
	chmod 644 "$kernel_dir.new/vmlinux"
	rm -rf "$kernel_dir.new/full"
	mv "$kernel_dir.new" "$kernel_dir"
	echo "$kernel_key" >"$kernel_dir.key"
	kernel_page_size
}

kernel_page_size() {
	page_size=4096
	grep -q '^CONFIG_PPC_64K_PAGES=y' "$kernel_dir/config" && page_size=65536
	return 0
}

# Takes the modules below the folders of lists/modules.txt, and all they need.
kernel_modules() {
	full=$1/full$kernel_usr/lib/modules/$kernel_release
	kept=$1/lib/modules/$kernel_release
	depmod -b "$1/full$kernel_usr" "$kernel_release"
	lines "$here/lists/modules.txt" >"$1/wanted"
	awk -v wanted="$1/wanted" '
		BEGIN { while ((getline line < wanted) > 0) prefix[++n] = "kernel/" line }
		{
			sub(/:/, "")
			for (i = 1; i <= n; i++)
				if (index($1, prefix[i]) == 1) {
					for (j = 1; j <= NF; j++) keep[$j] = 1
					break
				}
		}
		END { for (file in keep) print file }' "$full/modules.dep" | sort >"$1/kept"
	mkdir -p "$kept"
	(cd "$full" && tar -c -T "$1/kept" modules.order modules.builtin*) |
		tar -x -C "$kept" --exclude='*.bin'
	find "$kept" -name '*.ko.xz' -print0 | xargs -0 -r -n 50 -P 2 xz -d
	# Debian's signature with them: checking one takes 0.1 to 0.6 s under emulation.
	find "$kept" -name '*.ko' -print0 | xargs -0 -r -n 1 -P 2 "$triplet-objcopy" \
		--strip-unneeded -R .BTF -R .BTF.base -R __patchable_function_entries
	sed -i 's/\.ko\.xz$/.ko/' "$kept/modules.order"
	depmod -b "$1" "$kernel_release"
	rm "$1/wanted" "$1/kept"
}
