#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# readers.sh - images that mksysb has not made: roots in tar, pax, cpio; what they are is found out
#
# Over the pretended runtime, as archive.sh, which has the attacks on the reader of tar.
# timeout: 300
set -u
. "$PAR_TEST_SOURCE/integration/lib.sh"

PATH=$PAR_TEST_BUILD/tests:$PATH
work=$TMPDIR/readers
attack=$TMPDIR/attack
export WPARS_ROOT=$TMPDIR/root
mkdir -p "$WPARS_ROOT"
# shellcheck source=tests/integration/wparctl/archive_lib.sh
. "$PAR_TEST_SOURCE/integration/wparctl/archive_lib.sh"
python3 "$PAR_TEST_SOURCE/integration/wparctl/make_readers.py" "$work" "$attack" || exit 1
zstd -q "$work/good-dots.tar" -o "$work/good-zstd.tar.zst"
zstd -q "$work/good-newc.cpio" -o "$work/good-zstd.cpio.zst"
store=$WPARS_ROOT/var/lib/wpars/images
machine=$(uname -m)

# refused by the look at the image before it is unpacked
before=('bad-one-folder.*' 'bad-nameless.*' 'bad-no-program.*')

value()
{
	sed -n "s/^\t$2 = \"\?\([^\"]*\)\"\?$/\1/p" "$1"
}

for image in "$work"/good-*; do
	name=$(basename "$image")
	is "$name: lsmksysb says what it is" "$(lsmksysb --json -f "$image" |
		jq -r '"\(.os_name) \(.os_id) \(.os_level) \(.architecture) \(.usable)"')" \
		"Example OS example 3.2 $machine true"
	ok "$name is taken" fake-wpar mkwpar -n w1 -C -B "$image"
	digest=$(ls -A "$store")
	root=$store/$digest/root
	is "$name lies under its digest" "$digest" "$(sha256sum "$image" | cut -d' ' -f1)"
	is "mode, owner and time are kept" "$(stat -c '%a %u %g %Y' "$root/bin/prog")" "4755 5 60 1700000000"
	is "a link is kept" "$(readlink "$root/bin/link")" ../etc/passwd
	is "contents are kept" "$(sha256sum <"$root/etc/passwd")" "$(printf 'root:x:0:0::/:/bin/sh\n' | sha256sum)"
	ok "a name in UTF-8" test -e "$root/café"
	is "its description" "$(value "$store/$digest/image.data" OSID) $(value "$store/$digest/image.data" BITS)" "example 64"
	is "it is no part of the root" "$(ls "$root")" "$(printf 'bin\ncafé\n' && case $name in good-nodes*) printf 'dev\n' ;; esac && echo etc)"
	like "what its specification says" "$(cat "$WPARS_ROOT/etc/wpars/w1.cf")" 'Example OS'
	case $name in
	good-links*)
		is "one file with three names" "$(stat -c '%h %u %s' "$root/etc/one" "$root/etc/two" "$root/etc/three")" \
			"$(printf '3 7 8\n3 7 8\n3 7 8')"
		is "and its contents" "$(cat "$root/etc/one")" contents
		;;
	good-nodes*) is "no device node is made" "$(find "$root" -type c)" "" ;;
	esac
	ok "$name: nothing outside was touched" unharmed
	ok "$name: its WPAR is removed" fake-wpar rmwpar w1
	is "$name: the image goes with its last WPAR" "$(ls -A "$store")" ""
done

# Programs that other readers start for what they cannot unpack themselves: nobody starts these.
mkdir "$TMPDIR/programs"
for program in lrzip lzop grzip uncompress compress uudecode rpm2cpio gzip tar sh; do
	printf '#!/bin/bash\ntouch %q\n' "$TMPDIR/escaped" >"$TMPDIR/programs/$program"
done
chmod +x "$TMPDIR"/programs/*

for image in "$work"/bad-*; do
	name=$(basename "$image")
	output=$(PATH=$TMPDIR/programs:$PATH fake-wpar mkwpar -n w1 -C -B "$image" 2>&1)
	is "$name is refused" "$?" 1
	like "$name: one clear error" "$output" '^mkwpar: (The image|There is no space to unpack the image) .*'
	tap_note "$(printf '%s\n' "$output" | tail -1 | sed "s|$work/||g")"
	report=$(timeout 20 lsmksysb --json -f "$image" 2>"$work/said")
	if [ "$?" = 0 ]; then
		ok "$name: lsmksysb reports it" jq -e '.usable | type == "boolean"' <<<"$report"
	else
		is "$name: lsmksysb: one clear error" "$(grep -c '^lsmksysb: The image .*' "$work/said") $(wc -l <"$work/said")" "1 1"
	fi
	unpacked_alone "$name" "$image" "${before[@]}"
	ok "$name: nothing outside was touched" unharmed
	is "$name: nothing is left in the store" "$(ls -A "$store" 2>/dev/null)" ""
	is "$name: no WPAR is left" "$(fake-wpar lswpar)" ""
	case $name in
	bad-dotdot* | bad-absolute* | bad-nameless* | bad-long-* | bad-cut* | bad-text)
		like "$name: at once" "$(head -1 <<<"$output")" '^mkwpar: The image'
		;;
	esac
	case $name in
	bad-one-folder*) like "$name: what to do" "$output" "in the folder 'rootfs'" ;;
	bad-nameless* | bad-no-program*) like "$name: what to do" "$output" 'image_data=FILE' ;;
	esac
done

# A name is a name, whatever a compressor would take it for.
for odd in '--use-compress-program=touch escaped.tar.gz' '-Itouch escaped' "-T'; touch escaped; '.tar.xz"; do
	cp "$work/good-gz.tar.gz" "$work/$odd"
	ok "an image called $odd" eval '(cd "$work" && PATH=$TMPDIR/programs:$PATH fake-wpar mkwpar -n w1 -C "-B$odd")'
	ok "starts nothing" eval 'unharmed && [ ! -e "$work/escaped" ]'
	fake-wpar rmwpar w1
done

# Four million members and more, in half a megabyte.
output=$(timeout 120 fake-wpar mkwpar -n w1 -C -B "$work/many.cpio.gz" 2>&1)
like "members without end" "$output" 'it has too many members'
is "nothing is left of them" "$(ls -A "$store")$(fake-wpar lswpar)" ""

# Backups of AIX.
for image in "$work"/bad-aix-*; do
	name=$(basename "$image")
	like "$name: why it is refused" "$(fake-wpar mkwpar -n w1 -C -B "$image" 2>&1)" 'backup of AIX, and programs of AIX cannot run on Linux'
	like "$name: a description does not change that" "$(fake-wpar mkwpar -n w1 -C -B "$image" -L image_data=/etc/hostname 2>&1)" 'backup of AIX'
	like "$name: lsmksysb says so, too" "$(lsmksysb -l -f "$image")" '^no +System +AIX, a backup (by name|of a file system)'
done
is "what it has is listed" "$(lsmksysb -f "$work/bad-aix-plain")" "$(printf '%11s %s\n' 0 ./ 5 ./bosinst.data 0 ./etc 3000 ./etc/passwd 16 './usr/bin/?[2Jls')"
for kind in tape packed.gz; do
	is "behind a boot image, or packed" "$(lsmksysb -f "$work/bad-aix-$kind")" "$(lsmksysb -f "$work/bad-aix-plain")"
done
is "one that is cut is listed as far as it goes" "$(lsmksysb -f "$work/bad-aix-cut")" "$(lsmksysb -f "$work/bad-aix-plain" | head -4)"

# What cannot be told is given by a file.
printf 'image_data:\n\tFORMAT = 1\n\tOSNAME = "Given"\n\tOSID = given\n\tOSLEVEL = 7\n\tARCH = %s\n' "$machine" >"$TMPDIR/image.data"
ok "an image that is described by a file" fake-wpar mkwpar -n w1 -C -B "$work/bad-nameless.tar" -L image_data="$TMPDIR/image.data"
like "is what the file says" "$(cat "$WPARS_ROOT/etc/wpars/w1.cf")" 'Given'
sed 's/Given/Second/' "$TMPDIR/image.data" >"$TMPDIR/second.data"
ok "so is a second of it" fake-wpar mkwpar -n w2 -C -B "$work/bad-nameless.tar" -L image_data="$TMPDIR/second.data"
like "by another file" "$(cat "$WPARS_ROOT/etc/wpars/w2.cf")" 'Second'
is "it is unpacked once" "$(ls -A "$store" | wc -l)" 1
fake-wpar rmwpar w1
fake-wpar rmwpar w2
sed "s/$machine/s390x/" "$TMPDIR/image.data" >"$TMPDIR/other.data"
printf 'image_data:\n\tFORMAT = 1\n' >"$TMPDIR/bad.data"
for given in "$TMPDIR/bad.data" "$TMPDIR/missing"; do
	fails "refused with ${given##*/}" fake-wpar mkwpar -n w1 -C -B "$work/bad-nameless.tar" -L image_data="$given"
	is "and nothing is left" "$(ls -A "$store")$(fake-wpar lswpar)" ""
done
output=$(fake-wpar mkwpar -n w1 -C -B "$work/good-dots.tar" -L image_data=none 2>&1)
is "image_data=none: by what it has" "$?" 0
fake-wpar rmwpar w1
fails "-L without -C" fake-wpar mkwpar -n w1 -L image_data=none
output=$(fake-wpar mkwpar -n w1 -C -B "$work/good-dots.tar" -L shrink=yes 2>&1)
like "-L shrink=yes is refused" "$output" 'no logical volumes'
done_testing
