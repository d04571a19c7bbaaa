# shellcheck shell=sh disable=SC2034,SC2154 # the parts share their variables
# SPDX-License-Identifier: Apache-2.0
#
# Debian's kernel: the bootable file, and those of its modules a pseries guest can use, as they
# load fastest under emulation: not compressed, not signed (the kernel then says that it is
# tainted), without type information.

# kernel_choose PAGES - which package, for pages of 4096 or 65536 bytes or "any"; sets
# $kernel_meta.  Suites with a kernel of both kinds call the one with 64 KiB -64k.
kernel_choose() {
	kernel_meta=linux-image-powerpc64le
	if [ "$1" = 65536 ] && apt_show "$kernel_meta-64k" >/dev/null; then
		kernel_meta=$kernel_meta-64k
	fi
}

# kernel_plan - the packages of the kernel itself (a suite may split them); sets $kernel_list and
# $kernel_release.
kernel_plan() {
	kernel_list=$cache/images/kernel-$suite-${kernel_meta#linux-image-}.list
	# Of the packages it depends on, only those with the release in their names have its files.
	apt_only='^linux-[a-z]+-[0-9][^_]*-powerpc64le(-64k)?_'
	"${1:-apt_plan}" "$kernel_list" "$kernel_meta"
	apt_only=
	kernel_release=$(sed -n 's/^linux-image-\([0-9][^_]*\)_.*/\1/p' "$kernel_list" | head -n 1)
	[ -n "$kernel_release" ] || die_archive "'$suite' has no kernel behind the package $kernel_meta"
}

# kernel_find ROOT NAME - NAME-RELEASE of /boot, or NAME of the folder of the modules
kernel_find() {
	for file in "$1/boot/$2-$kernel_release" "$1/usr/lib/modules/$kernel_release/$2" \
		"$1/lib/modules/$kernel_release/$2"; do
		if [ -f "$file" ]; then
			printf '%s\n' "$file"
			return 0
		fi
	done
	return 1
}

# kernel_tree - sets $kernel_dir (vmlinux, lib/modules/RELEASE), $kernel_release and $page_size.
kernel_tree() {
	step "kernel of $suite"
	kernel_plan apt_fetch
	kernel_dir=${kernel_list%.list}
	kernel_key=$(cat "$kernel_list" "$here/lib/kernel.sh" "$here/lists/modules.txt" | digest)
	if [ "$(cat "$kernel_dir.key" 2>/dev/null)" = "$kernel_key" ]; then
		kernel_page_size
		return 0
	fi
	rm -rf "$kernel_dir" "$kernel_dir.key" "$kernel_dir.new"
	on_exit "$kernel_dir.new"
	full=$kernel_dir.new/full
	mkdir -p "$full/usr/lib"
	# /usr may be merged in one of the packages and not in another.
	ln -s usr/lib "$full/lib"
	while read -r deb; do
		moving "unpacking $deb"
		dpkg-deb --fsys-tarfile "$apt_dir/archives/$deb" | tar -x -C "$full" \
			--no-same-owner --keep-directory-symlink --exclude='./usr/share/doc' ||
			die "$deb is damaged: remove it from $apt_dir/archives"
	done <"$kernel_list"
	kernel_file=$(kernel_find "$full" vmlinux || kernel_find "$full" vmlinuz) ||
		die "the packages of the kernel $kernel_release have no vmlinux"
	kernel_config=$(kernel_find "$full" config) ||
		die "the packages of the kernel $kernel_release have no config"
	mv "$kernel_config" "$kernel_dir.new/config"
	mv "$kernel_file" "$kernel_dir.new/vmlinux"
	chmod 644 "$kernel_dir.new/vmlinux"
	kernel_modules "$kernel_dir.new"
	rm -rf "$full"
	mv "$kernel_dir.new" "$kernel_dir"
	echo "$kernel_key" >"$kernel_dir.key"
	kernel_page_size
}

kernel_page_size() {
	page_size=4096
	grep -q '^CONFIG_PPC_64K_PAGES=y' "$kernel_dir/config" && page_size=65536
	return 0
}

# Takes the modules below the folders of lists/modules.txt, and all modules that those need.
kernel_modules() {
	modules=$1/full/usr/lib/modules/$kernel_release
	kept=$1/lib/modules/$kernel_release
	moving "choosing modules"
	depmod -b "$1/full/usr" "$kernel_release"
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
		END { for (file in keep) print file }' "$modules/modules.dep" | sort >"$1/kept"
	mkdir -p "$kept"
	(cd "$modules" && tar -c -T "$1/kept" modules.order modules.builtin*) |
		tar -x -C "$kept" --exclude='*.bin'
	moving "unpacking modules"
	find "$kept" -name '*.ko.xz' -print0 | xargs -0 -r -n 50 -P 2 xz -d
	find "$kept" -name '*.ko.zst' -print0 | xargs -0 -r -n 50 -P 2 zstd -q -d --rm
	# Debian's signature with them: checking one takes 0.1 to 0.6 s under emulation.
	find "$kept" -name '*.ko' -print0 | xargs -0 -r -n 1 -P 2 "$triplet-objcopy" \
		--strip-unneeded -R .BTF -R .BTF.base -R __patchable_function_entries
	sed -i 's/\.ko\.[a-z]*$/.ko/' "$kept/modules.order"
	depmod -b "$1" "$kernel_release"
	rm "$1/wanted" "$1/kept"
}
