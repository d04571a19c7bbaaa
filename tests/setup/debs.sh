# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# debs.sh - our Debian packages for a boot image, built once

# debs_for IMAGE - packages for ppc64el and the release of build/images/IMAGE, in build/debs/IMAGE
debs_for()
{
	local dir=$par_work/debs/$1 release
	release=$(images_field "$par_images/$1/image.json" codename)
	if debs_fresh "$dir"; then
		echo "$dir is up to date"
		return 0
	fi
	"$par_top/dist/build-debs" --release "$release" --output "$dir" ppc64el
}

# debs_fresh FOLDER - are they newer than all that they are made from?
debs_fresh()
{
	local deb newer
	deb=$(find "$1" -name 'lpard_*.deb' 2>/dev/null | head -n 1)
	[ -n "$deb" ] || return 1
	newer=$(cd "$par_top" && find lpard firmware wparctl dist docs setup/link-commands.sh meson.build \
		meson_options.txt -newer "$deb" -print -quit)
	[ -z "$newer" ]
}
