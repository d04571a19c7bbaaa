#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# portable.sh - a built image is used where it was copied to, and no archive is asked
#
# Two clones with small images: a real one says in current.sh and 64k.sh that it boots without any
# network.  The builder cannot work here: no archive answers in this frame.
# timeout: 120
# shellcheck disable=SC2016 # in single quotes another shell expands
set -u
# shellcheck source=tests/integration/lib.sh
. "$PAR_TEST_SOURCE/integration/lib.sh"

top=$(cd "$PAR_TEST_SOURCE/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LPARD_CACHE=$work/cache LPARD_APT_ETC=$work/etc
mkdir -p "$work/etc"
echo "deb http://127.0.0.1:9/debian trixie main" >"$work/etc/sources.list"

# clone NAME - what an image is made from, in another folder, with the time of now
clone()
{
	mkdir -p "$work/$1/build/log"
	cp -r "$top/images" "$top/wparctl" "$top/lpard" "$top/setup" "$top/meson.build" \
		"$top/meson_options.txt" "$work/$1/"
	mkdir -p "$work/$1/dist"
	cp -r "$top/dist/systemd" "$top/dist/tmpfiles.d" "$top/dist/meson.build" "$work/$1/dist/"
	find "$work/$1" -type f -exec touch {} +
}

# in_clone NAME COMMAND... - a function of the set-up there; apt-get is named when it is called
in_clone()
{
	local name=$1
	shift
	bash -c 'set -euo pipefail
		. "$1/setup/common.sh"
		PATH=$2:$PATH
		shift 2
		"$@"' bash "$work/$name" "$work/bin" "$@" >"$work/said" 2>&1
}

said()
{
	grep -cE -- "$1" "$work/said"
}

# image CLONE - a small image of that clone's sources
image()
{
	local dir=$work/$1/build/images/current file
	mkdir -p "$dir"
	for file in vmlinux initrd.img root.img; do
		head -c 5000 /dev/urandom >"$dir/$file"
	done
	truncate -s 50M "$dir/root.img"
	{
		printf '{\n  "codename": "trixie",\n  "sources": "%s",\n  "files": {\n' \
			"$(in_clone "$1" sources_digest lpar && cat "$work/said")"
		for file in vmlinux initrd.img root.img; do
			printf '    "%s": { "file": "%s", "size": %s, "sha256": "%s" }\n' "${file%.*}" "$file" \
				"$(stat -c %s "$dir/$file")" "$(sha256sum <"$dir/$file" | cut -d' ' -f1)"
		done
		printf '  }\n}\n'
	} >"$dir/image.json"
}

clone here
clone there
mkdir "$work/bin"
printf '#!/bin/sh\necho "apt-get was called" >&2\nexec /usr/bin/apt-get "$@"\n' >"$work/bin/apt-get"
chmod +x "$work/bin/apt-get"

fails "without an image and without an archive there is none" in_clone there images_lpar current
is "the builder says why" "$(said 'no archive .* answers')" 1

image here
mkdir -p "$work/there/build/images"
cp -r --sparse=always "$work/here/build/images/current" "$work/there/build/images/current"
ok "the copy is whole" "$top/images/verify" "$work/there/build/images/current"
is "and keeps its holes" "$(du -sm "$work/there/build/images/current" | cut -f1)" 1
find "$work/there" -type f ! -path '*/build/*' -exec touch {} +
ok "it is used, though all sources are newer" in_clone there images_lpar current
is "as it is" "$(said 'up to date \(trixie\)')" 1
is "no archive is asked" "$(said 'apt-get was called')" 0

echo "/* newer */" >>"$work/there/wparctl/main.c"
ok "a clone with other sources uses it where no archive answers" in_clone there images_lpar current
is "and says so" "$(said 'image of trixie that is there is used.*other sources')" 1
ok "having asked" test "$(said 'apt-get was called')" -gt 0
echo "/* newer */" >"$work/here/lpard/daemon/other.c"
ok "what wparctl is not made of is no source" in_clone here images_lpar current
is "nothing is built for that" "$(said 'up to date')" 1
echo "a page" >>"$work/here/images/README.md"
ok "pages are no sources" in_clone here images_lpar current
is "nothing is built for them" "$(said 'up to date')" 1
cp -r "$work/here" "$work/third"
echo "/* newer */" >>"$work/third/lpard/common/str.c"
ok "what wparctl shares with lpard is a source" in_clone third images_lpar current
is "which is to be built anew" "$(said 'other sources')" 1
echo "exit 1" >"$work/there/images/build-lpar"
fails "a builder that fails for another reason is a failure" in_clone there images_lpar current

cp "$work/here/build/images/current/image.json" "$work/kept"
sed -i 's,"file": "root.img","file": "../../../../etc/passwd",' "$work/here/build/images/current/image.json"
fails "a manifest with a file that is not in its folder is refused" "$top/images/verify" \
	"$work/here/build/images/current"
tr -d '\n' <"$work/kept" >"$work/here/build/images/current/image.json"
fails "and one that is written otherwise, of which not all is understood" "$top/images/verify" \
	"$work/here/build/images/current"
echo '{}' >"$work/here/build/images/current/image.json"
fails "and one that names nothing" "$top/images/verify" "$work/here/build/images/current"
cp "$work/kept" "$work/here/build/images/current/image.json"
truncate -s 4000 "$work/here/build/images/current/vmlinux"
fails "an image with a file that is cut is none" in_clone here images_lpar current
fails "which verify says, too" "$top/images/verify" "$work/here/build/images/current"
printf X | dd of="$work/there/build/images/current/initrd.img" bs=1 seek=100 conv=notrunc 2>/dev/null
fails "and one with other content" "$top/images/verify" "$work/there/build/images/current"
rm "$work/there/build/images/current/root.img"
fails "and one that lacks a file" "$top/images/verify" "$work/there/build/images/current"
done_testing
