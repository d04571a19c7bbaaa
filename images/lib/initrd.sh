# shellcheck shell=sh disable=SC2034,SC2154 # the parts share their variables
# SPDX-License-Identifier: Apache-2.0
#
# The initramfs: our init, the modules that reach the root disk, and the list in which order they
# are loaded.  Not compressed: the firmware gets it by memory copy, while under emulation
# unpacking costs (figures in README.md).

# build_init - compiles images/init for the guest; sets $init_exe.
build_init() {
	step "init"
	init_exe=$cross/lpard-init
	init_key=$({ echo "$cross_key"; cat "$here"/init/*.[ch]; } | digest)
	[ "$(cat "$init_exe.key" 2>/dev/null)" = "$init_key" ] && return 0
	"$cross/cc" -std=gnu17 -D_GNU_SOURCE -O2 -Wall -Wextra -Wshadow -Werror \
		-fno-strict-aliasing -static -s -o "$init_exe" "$here"/init/*.c ||
		die "images/init does not compile"
	echo "$init_key" >"$init_exe.key"
}

# initrd_order MODULES-DIR - lines "KIND FILE" in the order of loading.
initrd_order() {
	lines_of_pairs "$here/lists/initrd-modules.txt" | awk -v dir="$1" '
	function base(path,   b) {
		b = path; sub(/^.*\//, "", b); sub(/\.ko.*$/, "", b); gsub(/-/, "_", b)
		return b
	}
	BEGIN {
		while ((getline line < (dir "/modules.dep")) > 0) {
			n = split(line, part, /:? +|:$/)
			file[base(part[1])] = part[1]
			deps[base(part[1])] = line
		}
		while ((getline line < (dir "/modules.builtin")) > 0)
			builtin[base(line)] = 1
	}
	{
		name = base($2)
		if (!(name in file)) {
			# A later kernel may do without it: an initramfs that lacks one it needs says so
			# at its first boot.
			if (!(name in builtin))
				print "the kernel has no module " $2 ": passed over" > "/dev/stderr"
			next
		}
		line = deps[name]; sub(/:/, "", line)
		n = split(line, part, " ")
		for (i = n; i >= 1; i--)
			if (!seen[part[i]]++) print $1, part[i]
	}'
}

lines_of_pairs() {
	sed -e 's/#.*//' -e '/^[ \t]*$/d' "$@"
}

# build_initrd FILE
build_initrd() {
	step "initramfs"
	modules=$kernel_dir/lib/modules/$kernel_release
	stage=$1.tree
	on_exit "$stage"
	mkdir -p "$stage/dev" "$stage/modules"
	initrd_order "$modules" >"$stage/order" 2>"$stage/absent" || die "$(cat "$stage/absent")"
	while read -r line; do
		say "$line"
	done <"$stage/absent"
	while read -r kind path; do
		cp "$modules/$path" "$stage/modules/"
		echo "$kind /modules/${path##*/}" >>"$stage/modules.list"
	done <"$stage/order"
	rm "$stage/order" "$stage/absent"
	cp "$init_exe" "$stage/init"
	mknod -m 600 "$stage/dev/console" c 5 1
	find "$stage" -exec touch -h -d @0 {} +
	(cd "$stage" && find . | sort | cpio --quiet --reproducible -R 0:0 -H newc -o) >"$1"
	rm -rf "$stage"
}
