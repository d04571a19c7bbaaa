# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# images.sh - the boot images and old-system tarballs that demo and check need, built once

# images_fresh OUTPUT SOURCE... - is OUTPUT newer than all its sources?
images_fresh()
{
	local output=$1
	shift
	[ -e "$output" ] || return 1
	[ -z "$(find "$@" -type f -newer "$output" -print -quit)" ]
}

# images_lpar SUITE - the boot image build/images/SUITE
images_lpar()
{
	local dir=$par_images/$1
	if images_fresh "$dir/image.json" "$par_top/images" "$par_top/wparctl" "$par_top/lpard/common"; then
		echo "$dir is up to date"
		return 0
	fi
	mkdir -p "$par_images"
	"$par_top/images/build-lpar" "$1" "$dir"
}

# images_kvm_host - the boot image of the POWER machine of the test kvm_hv
images_kvm_host()
{
	local dir=$par_images/kvm-host more=$par_top/tests/guest/kvm_host
	if images_fresh "$dir/image.json" "$par_top/images" "$more"; then
		echo "$dir is up to date"
		return 0
	fi
	mkdir -p "$par_images"
	"$par_top/images/build-lpar" bookworm "$dir" --packages "$more/packages.txt" \
		--files "$more/files"
}

# images_mksysb SUITE ARCH - the tarball of an older system, build/mksysb/SUITE-ARCH.tar.zst
images_mksysb()
{
	local file=$par_mksysb/$1-$2.tar.zst
	if images_fresh "$file" "$par_top/images"; then
		echo "$file is up to date"
		return 0
	fi
	mkdir -p "$par_mksysb"
	"$par_top/images/build-mksysb" "$1" "$2" "$file"
}

# images_old_name - file name of the old system's tarball, as it is in /images of an LPAR
images_old_name()
{
	echo bookworm-ppc64el.tar.zst
}

# images_media - the disk that LPARs see as /images
images_media()
{
	local output=$par_mksysb/media.img source
	source=$par_mksysb/$(images_old_name)
	if images_fresh "$output" "$source" "$par_top/images/build-media"; then
		echo "$output is up to date"
		return 0
	fi
	"$par_top/images/build-media" "$output" "$source"
}
