# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# archive_lib.sh - what tests of hostile images and backups share; $attack and $work are the test's
#
#	work=$TMPDIR/archives attack=$TMPDIR/attack
#	. "$PAR_TEST_SOURCE/integration/wparctl/archive_lib.sh"

mkdir -p "$work" "$attack"
echo untouched >"$attack/victim" # the file that none of them may reach
chmod 640 "$attack/victim"

# unharmed - nothing outside was written: not that file, nor one beside the WPARs or at the root
unharmed()
{
	[ "$(ls -A "$attack")" = victim ] && [ "$(cat "$attack/victim")" = untouched ] &&
		[ "$(stat -c '%a %h %u' "$attack/victim")" = "640 1 0" ] &&
		[ ! -e "$TMPDIR/escaped" ] && [ ! -e "$WPARS_ROOT/escaped" ] &&
		[ ! -e "${base:-$WPARS_ROOT}/escaped" ] && [ ! -e /escaped ]
}

# unpacked_alone NAME IMAGE [PATTERN...] - the program that unpacks, without a look at the image
# before: an attack ends there, too; those of PATTERN are refused by that look alone
unpacked_alone()
{
	local name=$1 image=$2 folder=$TMPDIR/alone pattern
	shift 2
	mkdir "$folder"
	"$PAR_TEST_BUILD/wparctl/archive/wparctl-archive" unpack <"$image" 3<"$folder" >"$work/alone" 2>&1
	rm -rf "$folder"
	for pattern; do
		# shellcheck disable=SC2053 # a pattern
		[[ $name = $pattern ]] && return
	done
	like "$name: not unpacked either" "$(tail -1 "$work/alone")" '^error '
}
