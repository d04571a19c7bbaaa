# shellcheck shell=sh disable=SC2034,SC2154 # the parts share their variables
# SPDX-License-Identifier: Apache-2.0
#
# The finished tree of a list of packages, kept in the cache under a key made of the packages and
# of the builder's own files, so that it is made again only when one of them changed.

# base_plan KIND PACKAGE... - finds the set of packages; sets $base_list.
base_plan() {
	base_list=$cache/images/tree-$suite-$arch-$1.list
	shift
	apt_plan "$base_list" "$@"
}

# base_tree KIND HOSTNAME PACKAGE... - sets $base_dir (the tree, not to be written to) and $base_key.
base_tree() {
	kind=$1
	host=$2
	shift 2
	base_dir=$cache/images/tree-$suite-$arch-$kind
	list=$base_dir.list
	step "packages of $suite $arch ($kind)"
	apt_fetch "$list" "$@"
	base_key=$(
		{
			echo "$kind $host"
			cat "$list" "$here/lib/tree.sh" "$here/lib/finish.sh" "$here/lib/base.sh" \
				"$here/lists/alternatives.txt" "$here"/tools/ldcache*.[ch]
			find "$here/rootfs" -type f | sort | xargs cat
		} | digest
	)
	[ "$(cat "$base_dir.key" 2>/dev/null)" = "$base_key" ] && return 0
	step "unpacking $(wc -l <"$list") packages"
	rm -rf "$base_dir" "$base_dir.key" "$base_dir.new"
	on_exit "$base_dir.new"
	mkdir -p "$base_dir.new"
	tree_skeleton "$base_dir.new"
	tree_unpack "$base_dir.new" "$list"
	step "finishing the tree"
	tree_slim "$base_dir.new"
	tree_finish "$base_dir.new" "$host"
	mv "$base_dir.new" "$base_dir"
	echo "$base_key" >"$base_dir.key"
}
