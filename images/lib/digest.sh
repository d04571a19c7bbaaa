# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# What an image was made from, as one word.  By that word a copied image is known to be that of a
# clone, whatever the times of files say.  Sourced by the builders and by setup/images.sh.

# sources_included FOLDER - the folders of lpard/ whose headers FOLDER's files include, directly or not
sources_included() {
	grep -rhoE '^#include "lpard/[a-z_]+/' "$1" | cut -d/ -f2 | sort -u | while read -r name; do
		echo "$name"
		grep -rhoE '^#include "lpard/[a-z_]+/' "$repo/lpard/$name" | cut -d/ -f2
	done | sort -u | while read -r name; do
		echo "$repo/lpard/$name"
	done
}

# sources_digest KIND FILE... - of the files of the clone that an image of that kind (lpar, mksysb)
# is made from, and of these files and folders (empty names count for nothing).  Pages do not count.
# Needs $repo, the clone.
sources_digest() {
	case $1 in
	lpar)
		# shellcheck disable=SC2046
		set -- "$@" "$repo/images" "$repo/wparctl" $(sources_included "$repo/wparctl") \
			"$repo/dist/systemd" "$repo/dist/tmpfiles.d" "$repo/dist/udev" "$repo/dist/meson.build" \
			"$repo/meson.build" "$repo/meson_options.txt"
		;;
	mksysb) set -- "$@" "$repo/images/build-mksysb" "$repo/images/lib" "$repo/images/lists" \
		"$repo/images/rootfs" "$repo/images/tools" ;;
	esac
	shift
	for file; do
		[ -e "$file" ] || continue
		(cd "$(dirname "$file")" && find "$(basename "$file")" -type f ! -name '.*' ! -name '*.md' |
			LC_ALL=C sort | tr '\n' '\0' | xargs -0 sha256sum)
	done | sha256sum | cut -d' ' -f1
}
