# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# images.sh - the boot images and old-system tarballs that demo and check need, built once
#
# Images are asked for by role (current, 64k, old); which suite that is today, the builder finds and
# the manifest says.  A manifest also has a digest of the sources the image was made from: an image
# that was copied here from another clone of the same sources is used as it is, without any archive.

# sources_digest needs to know where the clone is.
repo=$par_top
# shellcheck source=images/lib/digest.sh
. "$par_top/images/lib/digest.sh"

# images_field MANIFEST KEY - what a manifest says; nothing when there is none
images_field()
{
	sed -n 's/^ *"'"$2"'": "\([^"]*\)",\{0,1\}$/\1/p' "$1" 2>/dev/null
}

# images_whole MANIFEST - is every file there that the manifest names, with its size?  (Digests take
# seconds: images/verify checks those.)
images_whole()
{
	local file size found=1
	while read -r file size; do
		found=0
		[ "$(stat -c %s "$(dirname "$1")/$file" 2>/dev/null)" = "$size" ] || return 1
	done < <(sed -n 's/.*"file": "\([^"]*\)", "size": \([0-9]*\).*/\1 \2/p' "$1" 2>/dev/null)
	return "$found"
}

# images_build MANIFEST DIGEST COMMAND... - run the builder, unless what is there has that digest
images_build()
{
	local manifest=$1 digest=$2 status=0
	shift 2
	if images_whole "$manifest" && [ "$(images_field "$manifest" sources)" = "$digest" ]; then
		echo "$manifest is up to date ($(images_field "$manifest" codename))"
		return 0
	fi
	mkdir -p "$(dirname "$(dirname "$manifest")")"
	LPARD_PROGRESS=$par_work/log/progress "$@" || status=$?
	# Status 3: the archive is to blame.
	if [ "$status" = 3 ] && images_whole "$manifest"; then
		echo "No archive to build it anew from: the image of $(images_field "$manifest" codename)" \
			"that is there is used, which was made from other sources than this clone's."
		return 0
	fi
	return "$status"
}

# images_lpar ROLE - the boot image build/images/ROLE
images_lpar()
{
	local dir=$par_images/$1
	images_build "$dir/image.json" "$(sources_digest lpar)" "$par_top/images/build-lpar" "$1" "$dir"
}

# images_variant NAME ROLE FOLDER - the boot image build/images/NAME: ROLE's with the packages and files
# that FOLDER (packages.txt, files/) names
images_variant()
{
	local dir=$par_images/$1
	images_build "$dir/image.json" "$(sources_digest lpar "$3/packages.txt" "$3/files")" \
		"$par_top/images/build-lpar" "$2" "$dir" --packages "$3/packages.txt" --files "$3/files"
}

# images_old ARCH BELOW - the tarball of a system older than the suite BELOW,
# build/mksysb/old-ARCH.tar.zst
images_old()
{
	local file=$par_mksysb/old-$1.tar.zst digest
	digest=$(sources_digest mksysb)
	if [ "$(images_field "$file.json" codename)" = "$2" ]; then
		digest=older
	fi
	images_build "$file.json" "$digest" \
		"$par_top/images/build-mksysb" old "$1" "$file" --below "$2"
}

# images_old_lpar - the one for versioned WPARs of LPARs, older than the image `current`
images_old_lpar()
{
	images_old ppc64el "$(images_field "$par_images/current/image.json" codename)"
}

# images_old_here - the one for versioned WPARs of this machine: Debian 11, as long as the archive has it
# whole, else the newest that is older than this machine; then old-amd64.why says what of it is missing
images_old_here()
{
	local why=$par_mksysb/old-amd64.why status=0
	mkdir -p "$par_mksysb"
	images_old amd64 bookworm >"$why.new" 2>&1 || status=$?
	mv "$why.new" "$why"
	cat "$why"
	if [ "$status" = 0 ] && [ "$(images_field "$par_mksysb/old-amd64.tar.zst.json" codename)" != bookworm ]; then
		rm -f "$why"
		return 0
	fi
	[ "$status" = 3 ] || return "$status"
	images_old amd64 "$(. /etc/os-release && echo "${VERSION_CODENAME:-stable}")"
}

# images_old_name - file name of the old system's tarball, as it is in /images of an LPAR
images_old_name()
{
	echo old-ppc64el.tar.zst
}

# images_media - the disk that LPARs see as /images
images_media()
{
	local output=$par_mksysb/media.img source
	source=$par_mksysb/$(images_old_name)
	if [ -e "$output" ] && [ "$output" -nt "$source" ] &&
		[ "$output" -nt "$par_top/images/build-media" ]; then
		echo "$output is up to date"
		return 0
	fi
	"$par_top/images/build-media" "$output" "$source"
}
