#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# archive.sh - system images as archives: good ones are unpacked as they are, bad ones leave nothing
#
# Over the pretended runtime (fake-wpar): what is tested is the image store and its helper.
# timeout: 300
set -u
. "$PAR_TEST_SOURCE/integration/lib.sh"

PATH=$PAR_TEST_BUILD/tests:$PATH
work=$TMPDIR/archives
attack=$TMPDIR/attack
export WPARS_ROOT=$TMPDIR/root
mkdir -p "$WPARS_ROOT"
# shellcheck source=tests/integration/wparctl/archive_lib.sh
. "$PAR_TEST_SOURCE/integration/wparctl/archive_lib.sh"
python3 "$PAR_TEST_SOURCE/integration/wparctl/make_archives.py" "$work" "$attack" || exit 1
if command -v zstd >/dev/null; then
	zstd -q "$work/good-links.tar" -o "$work/good-zstd.tar.zst"
fi

store=$WPARS_ROOT/var/lib/wpars/images

# refused by the look at the image before it is unpacked
before=('bad-bomb.*' 'bad-no-*' 'bad-other-*' 'bad-format.*' 'bad-level.*' 'bad-large-image-*' 'bad-image-data-*' 'bad-digest.*')

# access_list FILE access|default - TAG:PERMISSIONS:ID of each entry
access_list()
{
	python3 -c 'if True:
		import os, struct, sys
		try:
			v = os.getxattr(sys.argv[1], "system.posix_acl_" + sys.argv[2])
		except OSError:
			sys.exit()
		for tag, perm, who in struct.iter_unpack("<HHI", v[4:]):
			print(tag, perm, "" if who == 2**32 - 1 else who, sep=":", end=" ")' "$@"
}

for archive in "$work"/good-*.tar*; do
	name=$(basename "$archive")
	ok "$name is taken" fake-wpar mkwpar -n w1 -C -B "$archive"
	digest=$(sha256sum "$archive" | cut -d' ' -f1)
	root=$store/$digest/root
	ok "$name lies under its digest" test -d "$root"
	case $name in
	good-plain*)
		is "mode and owner are kept" "$(stat -c '%a %u %g %Y' "$root/usr/bin/prog")" "4755 5 60 1700000000"
		is "a link is kept" "$(readlink "$root/bin")" usr/bin
		is "nobody but root gets at the store" "$(stat -c %a "$store")" 700
		;;
	good-links*) is "a hard link is one" "$(stat -c %h "$root/usr/hard")" 2 ;;
	good-nodes*)
		is "no device node is made" "$(find "$root" -type b -o -type c)" ""
		is "nor their further names" "$(ls "$root/dev" | tr '\n' ' ')" "file null "
		;;
	good-twice*) is "the later member counts" "$(cat "$root/etc/passwd")" second ;;
	good-replaced-link*) is "a file takes a link's place" "$(cat "$root/x")" mine ;;
	good-xattrs*)
		is "attributes of the overlay are dropped" "$(python3 -c '
import os, sys
print(*sorted(os.listxattr(sys.argv[1])))' "$root/x" 2>&1)" "user.a=b% user.bad%00%zz% user.café user.kept"
		;;
	good-lists*)
		is "names of access lists are the image's users" "$(access_list "$root/named" access)" \
			"1:6: 2:4:1999 4:0: 8:6:50 16:6: 32:0: "
		is "numbers are numbers" "$(access_list "$root/numbered" access)" "1:6: 2:4:1234 4:4: 16:4: 32:0: "
		is "a folder's default list" "$(access_list "$root/srv" default)" "1:7: 2:7:1999 4:5: 16:7: 32:0: "
		is "which what the archive has in it does not inherit" "$(access_list "$root/srv/in" access) $(stat -c %a "$root/srv/in")" " 640"
		;;
	good-utf8*) ok "a name in UTF-8" test -e "$root/café" ;;
	esac
	ok "$name: nothing outside was touched" unharmed
	ok "$name: its WPAR is removed" fake-wpar rmwpar w1
	is "$name: the image goes with its last WPAR" "$(ls -A "$store")" ""
done

# packing FILE - what has packed it
packing()
{
	case $1 in
	*.gz) echo gzip ;;
	*.bz2) echo bzip2 ;;
	*.zst) echo zstd ;;
	*) echo xz ;;
	esac
}

for archive in "$work"/bad-*.tar*; do
	name=$(basename "$archive")
	case $name in *.sha256) continue ;; esac
	output=$(fake-wpar mkwpar -n w1 -C -B "$archive" 2>&1)
	status=$?
	is "$name is refused" "$status" 1
	# Looked at it is not: either it cannot be read, or the report says that it is of no use.
	report=$(timeout 20 lsmksysb --json -f "$archive" 2>"$work/said")
	status=$?
	if [ "$status" = 0 ]; then
		# What only unpacking shows, and what lies beside the image, it does not know.
		case $name in
		bad-sparse-map.tar | bad-digest.tar) usable='type == "boolean"' ;;
		*) usable='. == false' ;;
		esac
		ok "$name: lsmksysb reports it" jq -e ".usable | $usable" <<<"$report"
	else
		is "$name: lsmksysb: one clear error" "$status $(grep -c '^lsmksysb: The image .*' "$work/said") $(wc -l <"$work/said")" "1 1 1"
	fi
	case $name in
	bad-cut.tar) like "$name: why" "$output" ': it ends too early, so it is not whole\.?$' ;;
	bad-cut.tar.*) like "$name: why" "$output" ": it ends too early, so it is not whole(: its $(packing "$name") data were cut off)?\\.?\$" ;;
	bad-flipped.tar.*) like "$name: why" "$output" ": its $(packing "$name") data are damaged\\.?\$" ;;
	bad-flipped-header.tar) like "$name: why" "$output" ': the header of a member is damaged\.?$' ;;
	esac
	like "$name: one clear error" "$output" '^mkwpar: (The (image|checksum of the image)|There is no space to unpack the image) .*'
	tap_note "$(printf '%s\n' "$output" | tail -1 | sed "s|$work/||")"
	unpacked_alone "$name" "$archive" "${before[@]}"
	ok "$name: nothing outside was touched" unharmed
	is "$name: nothing is left in the store" "$(ls -A "$store" 2>/dev/null)" ""
	is "$name: no WPAR is left" "$(fake-wpar lswpar)" ""
	is "$name: no folder is left" "$(ls -A "$WPARS_ROOT/wpars")" ""
done

# One image, two WPARs: unpacked once, kept until the second is gone.
archive=$work/good-plain.tar
digest=$(sha256sum "$archive" | cut -d' ' -f1)
echo "$digest  good-plain.tar" >"$archive.sha256"
ok "the digest beside it fits" fake-wpar mkwpar -n w1 -C -B "$archive"
inode=$(stat -c %i "$store/$digest/root")
ok "a second WPAR of the image" fake-wpar mkwpar -n w2 -C -B "$archive"
is "it was not unpacked again" "$(stat -c %i "$store/$digest/root")" "$inode"
fake-wpar rmwpar w1
ok "the image stays for the second" test -d "$store/$digest/root"
cp "$archive" "$TMPDIR/changed.tar"
printf x | dd of="$TMPDIR/changed.tar" bs=1 seek=700 conv=notrunc 2>/dev/null
cp "$archive.sha256" "$TMPDIR/changed.tar.sha256"
fails "a changed archive with the same digest beside it" fake-wpar mkwpar -n w3 -C -B "$TMPDIR/changed.tar"
fake-wpar rmwpar w2
is "and goes with it" "$(ls -A "$store")" ""

# Killed in the middle: the next one clears up.
mkdir "$store/.new-killed" && touch "$store/.new-killed/file"
ok "after a killed one" fake-wpar mkwpar -n w1 -C -B "$archive"
is "nothing of it is left" "$(ls -A "$store")" "$digest"
fake-wpar rmwpar w1

# A full disk.
mount -t tmpfs -o size=2m tmpfs "$store"
head -c 3000000 /dev/urandom >"$TMPDIR/big"
tar -C "$TMPDIR" -cf "$TMPDIR/big.tar" --transform 's,^,./,' big
python3 - "$TMPDIR/big.tar" "$archive" <<'PY'
import io, sys, tarfile
src = tarfile.open(sys.argv[2])
out = tarfile.open(sys.argv[1], "w")
data = src.extractfile("./image.data").read()
info = tarfile.TarInfo("./image.data")
info.size = len(data)
out.addfile(info, io.BytesIO(data))
out.add(sys.argv[1].replace(".tar", ""), "./big")
out.close()
PY
output=$(fake-wpar mkwpar -n w1 -C -B "$TMPDIR/big.tar" 2>&1)
is "a full disk fails" "$?" 1
like "and says so" "$output" 'no space'
is "and leaves nothing" "$(ls -A "$store")" ""
umount "$store"

# More than what is free: refused for what it declares, or before the disk is full.
mount -t tmpfs -o size=100m,nr_inodes=8000 tmpfs "$store"
python3 "$PAR_TEST_SOURCE/integration/wparctl/make_archives.py" --large "$TMPDIR"
for what in declares:'needs 2930 MiB more, and 84 MiB may be taken' member:'more than the [0-9]+ MiB that are free' \
	many:'more than the [0-9]+ MiB that are free' inodes:'too few inodes' limit:'declares [0-9]+ MiB, and the limit is'; do
	output=$(fake-wpar mkwpar -n w1 -C -B "$TMPDIR/large-${what%%:*}.tar" 2>&1) &
	# How full did the disk get?
	pid=$! most=0
	while kill -0 $pid 2>/dev/null; do
		now=$(df --output=used -m "$store" | tail -n 1)
		[ "$now" -le "$most" ] || most=$now
		sleep 0.05
	done
	wait $pid
	output=$(fake-wpar mkwpar -n w1 -C -B "$TMPDIR/large-${what%%:*}.tar" 2>&1)
	is "large-${what%%:*} is refused" "$?" 1
	like "and why" "$output" "${what#*:}"
	ok "with room left on the disk ($most MiB of 100 used)" test "$most" -lt 90
	is "nothing of it is left" "$(ls -A "$store")" ""
done
umount "$store"
# A file of ext4 has room for few attributes, whatever is free: it is not the disk that is full.
truncate -s 64M "$TMPDIR/ext4.img"
mkdir -p "$store"
if mkfs.ext4 -q "$TMPDIR/ext4.img" && mount -o loop "$TMPDIR/ext4.img" "$store"; then
	like "attributes that no file of this disk has room for" "$(fake-wpar mkwpar -n w1 -C -B "$work/attributes.tar" 2>&1)" \
		"^mkwpar: The image $work/attributes.tar cannot be used: the file system here has no room for all attributes of much\.\$"
	umount "$store"
else
	skip "attributes that no file has room for" "no disk can be made"
fi
done_testing
