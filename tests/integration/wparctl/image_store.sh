#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# image_store.sh - the store of system images: listed, removed, verified; archives that are known
# timeout: 240
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

trap 'clear_away old01 old02 old03' EXIT
store=$WPARS_ROOT/var/lib/wpars/images

# make_image FILE TEXT - a small system of this architecture, with every kind of file
make_image()
{
	local tree=$TMPDIR/tree
	rm -rf "$tree"
	mkdir -p "$tree"/{bin,etc,home,proc,sys,dev,tmp,usr/bin,usr/lib,usr/sbin,var/log,run}
	cp "$(command -v busybox)" "$tree/bin/busybox"
	ln -s busybox "$tree/bin/sh"
	ln "$tree/bin/busybox" "$tree/bin/df"
	mkfifo "$tree/var/log/pipe"
	printf '%s\n' "$2" >"$tree/etc/text"
	printf 'x' >"$tree/etc/with blank"
	printf 'root:x:0:0:root:/root:/bin/sh\n' >"$tree/etc/passwd"
	printf 'image_data:\n\tFORMAT = 1\n\tOSNAME = "Old Linux"\n\tOSID = old\n\tOSLEVEL = 1.2\n\tARCH = %s\n' \
		"$(uname -m)" >"$TMPDIR/image.data"
	tar -C "$TMPDIR" -cf "$1" ./image.data
	tar -C "$tree" -rf "$1" .
	touch -d '1 hour ago' "$1"
}

[ -n "$(command -v busybox)" ] || skip_all "no busybox"
make_image "$TMPDIR/one.tar" one
make_image "$TMPDIR/two.tar" two
one=$(sha256sum "$TMPDIR/one.tar" | cut -d' ' -f1)
two=$(sha256sum "$TMPDIR/two.tar" | cut -d' ' -f1)

# A specification that is written names the image and its system, and makes such a WPAR
refused "a specification of an image that is not there" 'none.tar' mkwpar -n old01 -C -B "$TMPDIR/none.tar" -w -o "$TMPDIR/spec"
fails "is not written" test -e "$TMPDIR/spec"
ok "mkwpar -C -w -o" mkwpar -n old01 -C -B "$TMPDIR/one.tar" -w -o "$TMPDIR/spec"
like "it names the image" "$(cat "$TMPDIR/spec")" "image_digest = \"$one\""
like "and its system" "$(cat "$TMPDIR/spec")" 'os_level = "1.2"'
is "nothing was made" "$(lswpar -qc; ls -A "$store" 2>/dev/null)" ""
is "--dry-run says the same" "$(mkwpar -n old01 -C -B "$TMPDIR/one.tar" --dry-run | grep -v uuid)" "$(grep -v uuid "$TMPDIR/spec")"
like "it is for that image only" "$(mkwpar -f "$TMPDIR/spec" -C -B "$TMPDIR/two.tar" 2>&1)" 'two.tar is not the one of the specification, which is [0-9a-f]{12}; this one is [0-9a-f]{12}: give that one by -B, or take the stanza versioned out'
for pair in architecture=ppc64 os_level=66 kernel_release=9.9-other; do
	sed "s/^\(\t${pair%%=*} = \).*/\1\"${pair#*=}\"/" "$TMPDIR/spec" >"$TMPDIR/edited"
	grep -q "${pair#*=}" "$TMPDIR/edited" || printf '\t%s = "%s"\n' "${pair%%=*}" "${pair#*=}" >>"$TMPDIR/edited"
	refused "another ${pair%%=*}" "${pair%%=*} = \"${pair#*=}\" of the specification is not what the image says of itself" mkwpar -f "$TMPDIR/edited" -C -B "$TMPDIR/one.tar"
	refused "when it is only shown, too" "${pair%%=*} = \"${pair#*=}\"" mkwpar -f "$TMPDIR/edited" -C -B "$TMPDIR/one.tar" --dry-run
done
ok "mkwpar -f -C -B" mkwpar -f "$TMPDIR/spec" -C -B "$TMPDIR/one.tar"
is "is versioned" "$(lswpar -qc -a type old01)" L
ok "one like it, of another image" mkwpar -n old02 -e old01 -C -B "$TMPDIR/two.tar" -o "$TMPDIR/spec2"
like "has that one's" "$(cat "$WPARS_ROOT/etc/wpars/old02.cf")" "image_digest = \"$two\""
like "as it was written" "$(cat "$TMPDIR/spec2")" "image_digest = \"$two\""
# Like another one: of its image, which both hold
ok "one like it" mkwpar -n old03 -e old01
is "is versioned" "$(lswpar -qc -a type,ostype old03)" "L:$(lswpar -qc -a ostype old01)"
is "the image is both's" "$(wparctl image ls --json | jq -r --arg d "$one" '.[] | select(.digest == $d) | .wpars | join(",")')" old01,old03
is "it starts the same" "$(cat "$WPARS_ROOT/wpars/old03/upper/etc/inittab")" "$(cat "$WPARS_ROOT/wpars/old01/upper/etc/inittab")"
ok "with -C, which it is anyway" mkwpar -n old04 -C -e old01
for flag in -P -r "-k /bin/true"; do
	# shellcheck disable=SC2086 # two words
	refused "and $flag" "${flag%% *} with -C: the files of a versioned workload partition are its image's" mkwpar -n old05 -e old01 $flag
done
refused "and -M without a size, which the image does not say" "-M directory=/data: vfs=jfs2 needs size=" mkwpar -n old05 -e old01 -M directory=/data
refused "-L without an image" "-C -B IMAGE" mkwpar -n old05 -e old01 -C -L image_data=none
ok "a native one" mkwpar -n native
refused "-C like a native one" "-C needs the system image: -B IMAGE" mkwpar -n old05 -C -e native
ok "-C -B like a native one" mkwpar -n old05 -C -B "$TMPDIR/two.tar" -e native
is "has the one file system of such" "$(lswpar -qcM -a mountpoint,vfs old05 | tr "\n" " ")" "/wpars/old05:overlay /wpars/old05/proc:namefs "
refused "-W" "^mkwpar: -W: AIX has it beside -e" mkwpar -n old06 -e old01 -W
rmwpar -F old01 >/dev/null
rmwpar -F old02 >/dev/null
is "it stays with the last" "$(wparctl image ls --json | jq -r --arg d "$one" '.[] | select(.digest == $d) | .wpars | join(",")')" old03,old04
for name in old03 old04 old05 native; do
	ok "rmwpar $name" rmwpar -F $name
done
is "and goes with it" "$(wparctl image ls | wc -l)" 1
refused "a specification whose image has gone" 'not in the store: give it by -C -B IMAGE' mkwpar -f "$TMPDIR/spec"
is "makes nothing" "$(lswpar -qc)" ""

is "an empty store" "$(wparctl image ls | wc -l)" 1
is "as JSON" "$(wparctl image ls --json | jq length)" 0
ok "verify of nothing" wparctl image verify
ok "a WPAR of the first" mkwpar -n old01 -C -B "$TMPDIR/one.tar"
ok "a second one" mkwpar -n old02 -C -B "$TMPDIR/one.tar"
ok "one of the second" mkwpar -n old03 -C -B "$TMPDIR/two.tar"
like "ls" "$(wparctl image ls)" "^${one:0:12} in use +Old Linux +1\.2 .* old01,old02\$"
is "its digest and its WPARs as JSON" \
	"$(wparctl image ls --json | jq -r --arg d "$one" '.[] | select(.digest == $d) | .state + " " + .os_level + " " + (.wpars | join(","))')" \
	"in use 1.2 old01,old02"
refused "one in use" "in use by old01 and others" wparctl image rm "$one"
refused "one that is not there" 'no image in the store' wparctl image rm 0000000000
refused "too short" 'too short' wparctl image rm ab
refused "no digest" 'give the digests' wparctl image rm
refused "neither ls, rm nor verify" 'none of ls' wparctl image clean

# Verified, and what differs is named
ok "verify" wparctl image verify
like "how many files" "$(wparctl image verify "${one:0:8}")" ': [0-9]+ files are as they were$'
root=$store/$one/root
differs()
{
	wparctl image verify "$one" | sed -n "s/^${one:0:12}: //p" | head -n -1
}
cp -a "$root/etc/text" "$TMPDIR/saved"
printf 'ten\n' >"$root/etc/text"
touch -r "$TMPDIR/saved" "$root/etc/text"
is "contents of the same size and time" "$(differs)" "./etc/text: its contents differ"
fails "verify says so by its status" wparctl image verify "$one"
cp -a "$TMPDIR/saved" "$root/etc/text"
ok "and is content again" wparctl image verify "$one"
chmod 4755 "$root/bin/busybox"
is "a mode, under both names" "$(differs | sort)" $'./bin/busybox: its mode differs\n./bin/df: its mode differs'
chmod 755 "$root/bin/busybox"
: >"$root/etc/more%"
rm "$root/etc/with blank"
touch -r "$root/usr" "$root/etc"
like "a file too many" "$(differs)" '\./etc/more%25: it was not in the image'
like "and one too few" "$(differs)" '\./etc/with%20blank: it is missing'
is "as JSON" "$(wparctl image verify --json "$one" | jq -r '.[0] | (.verified | tostring) + " " + ([.differences[].name] | sort | join(" "))')" \
	"false $(differs | sed 's/^\.\///; s/: .*//' | sort | paste -sd' ')"
ok "the other is as it was" wparctl image verify "$two"
rm "$store/$two/files"
like "an image without a list" "$(wparctl image verify "$two")" 'no list of its files'

# An archive that is known is not read; one that was written to is.  One that was changed a moment
# ago is none that can be known.
is_quiet()
{
	[ $(($(date +%s) - $(stat -c %Z "$1"))) -gt 3 ]
}
reads()
{
	strace -f -qq -e trace=execve -o "$TMPDIR/trace" "$@" >/dev/null
	grep -c 'wparctl-archive' "$TMPDIR/trace"
}
if command -v strace >/dev/null; then
	wait_for 10 is_quiet "$TMPDIR/one.tar"
	rmwpar -F old02 >/dev/null
	mkwpar -n old02 -C -B "$TMPDIR/one.tar" >/dev/null
	rmwpar -F old02 >/dev/null
	is "a known archive is not read" "$(reads mkwpar -n old02 -C -B "$TMPDIR/one.tar")" 0
	rmwpar -F old02 >/dev/null
	printf '%s  one.tar\n' "$one" >"$TMPDIR/one.tar.sha256"
	is "nor with its digest beside it" "$(reads mkwpar -n old02 -C -B "$TMPDIR/one.tar")" 0
	rmwpar -F old02 >/dev/null
	cp -p "$TMPDIR/one.tar" "$TMPDIR/copy.tar"
	like "a copy is" "$(reads mkwpar -n old02 -C -B "$TMPDIR/copy.tar")" '^[1-9]'
	rmwpar -F old02 >/dev/null
fi
rm -f "$TMPDIR/one.tar.sha256"
# Other bytes in the same file, of the same size and time
size=$(stat -c %s "$TMPDIR/one.tar")
touch -r "$TMPDIR/one.tar" "$TMPDIR/time"
python3 - "$TMPDIR/one.tar" <<'PY'
import sys
with open(sys.argv[1], "r+b") as archive:
    at = archive.read().index(b"\0one\n\0")
    archive.seek(at + 1)
    archive.write(b"eno")
PY
touch -r "$TMPDIR/time" "$TMPDIR/one.tar"
is "of the same size" "$(stat -c %s "$TMPDIR/one.tar")" "$size"
rmwpar -F old02 >/dev/null 2>&1
ok "an archive that was written to" mkwpar -n old02 -C -B "$TMPDIR/one.tar"
is "is another image" "$(cat "$store/$(sha256sum "$TMPDIR/one.tar" | cut -d' ' -f1)/root/etc/text")" eno

# Orphans, and what killed commands have left
ok "rmwpar" rmwpar -F old03
is "the image goes with its last WPAR" "$(find "$store" -maxdepth 1 -name "$two")" ""
cp -a "$store/$one" "$store/${two}"
mkdir -p "$store/.new-dead01/root/etc" "$store/$one/layer-0123456789abcdef"
like "an orphan is unused" "$(wparctl image ls)" "^${two:0:12} unused "
like "a half one is unfinished" "$(wparctl image ls)" '^\.new-dead01 +unfinished'
fails "verify says so" wparctl image verify
ok "rm of the orphan by name" wparctl image rm "${two:0:10}"
cp -a "$store/$one" "$store/${two}"
like "rm -u" "$(wparctl image rm -u)" "^removed $two\$"
is "leaves those in use" "$(cd "$store" && find . -mindepth 1 -maxdepth 1 | wc -l)" 2
is "and no old layer" "$(ls -d "$store"/*/layer-0123456789abcdef 2>/dev/null)" ""

# A mkwpar that is killed when the image is whole takes it along with the WPAR
make_image "$TMPDIR/two.tar" three
two=$(sha256sum "$TMPDIR/two.tar" | cut -d' ' -f1)
WPAR_STOP_AT=taken mkwpar -n old03 -C -B "$TMPDIR/two.tar" >/dev/null 2>&1
ok "killed after the unpacking" test -d "$store/$two"
is "it is broken" "$(state old03)" B
ok "rmwpar" rmwpar old03
is "the image has gone with it" "$(find "$store" -maxdepth 1 -name "$two")" ""
done_testing
