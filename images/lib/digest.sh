# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# What an image was made from, as one word: a copied image is known by it to be that of a clone,
# whatever the times of files say.  Sourced by the builders and by setup/images.sh.

# sources_digest KIND FILE... - of the files of the clone that an image of that kind (lpar, mksysb)
# is made from, and of these files and folders (empty names count for nothing).  Pages do not count.
# Needs $repo, the clone.
sources_digest() {
	case $1 in
	lpar) set -- "$@" "$repo/images" "$repo/wparctl" "$repo/lpard/common" "$repo/lpard/wire" \
		"$repo/dist/systemd" "$repo/dist/tmpfiles.d" "$repo/dist/meson.build" "$repo/meson.build" \
		"$repo/meson_options.txt" ;;
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
