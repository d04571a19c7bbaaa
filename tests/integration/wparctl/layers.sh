#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# layers.sh - OCI image layouts and what docker save writes, as images: taken whole, or nothing is left
#
# timeout: 300
set -u
. "$PAR_TEST_SOURCE/integration/lib.sh"

PATH=$PAR_TEST_BUILD/tests:$PATH
work=$TMPDIR/layers
attack=$TMPDIR/attack
export WPARS_ROOT=$TMPDIR/root
mkdir -p "$WPARS_ROOT"
# shellcheck source=tests/integration/wparctl/archive_lib.sh
. "$PAR_TEST_SOURCE/integration/wparctl/archive_lib.sh"
python3 "$PAR_TEST_SOURCE/integration/wparctl/make_layers.py" "$work" "$attack" || exit 1
store=$WPARS_ROOT/var/lib/wpars/images

for image in "$work"/good-*; do
	name=$(basename "$image")
	case $name in good-docker*) format=docker ;; *) format=oci ;; esac
	is "$name: what lsmksysb says" "$(lsmksysb --json -f "$image" | jq -r '"\(.os_name) \(.os_level) \(.architecture) \(.usable) \(.format)"')" \
		"Example OS 3.2 $(uname -m) true $format"
	ok "$name is taken" fake-wpar mkwpar -n w1 -C -B "$image"
	digest=$(ls -A "$store")
	root=$store/$digest/root
	case $name in
	good-folder) is "$name: by the digest of its index" "$digest" "$(sha256sum <"$image/index.json" | cut -d' ' -f1)" ;;
	*) is "$name: by its digest" "$digest" "$(sha256sum <"$image" | cut -d' ' -f1)" ;;
	esac
	is "$name: what an upper layer takes away is gone" "$(ls -A "$root/srv")" \
		"$(printf '%s\n' becomes-file becomes-folder file hard hidden stays)"
	is "$name: an opaque folder has only what the layer has" "$(ls -A "$root/srv/hidden")" new
	is "$name: what it has again is the upper's" "$(cat "$root/srv/file") $(stat -c %u "$root/srv/file")" "upper 7"
	is "$name: a file became a folder, a folder a file" "$(cat "$root/srv/becomes-folder/y" "$root/srv/becomes-file")" yfile
	is "$name: what it does not have stays" "$(cat "$root/srv/stays/x") $(stat -c %a "$root/srv/stays")" "x 750"
	is "$name: a hard link into a lower layer" "$(stat -c %h "$root/srv/stays/x")" 2
	ok "$name: through a link of a lower layer, within the image" test -f "$root/usr/bin/second" -a -L "$root/bin"
	is "$name: no whiteout is left" "$(find "$root" -name '.wh.*')" ""
	ok "$name: nothing outside was touched" unharmed
	ok "$name: a second WPAR" fake-wpar mkwpar -n w2 -C -B "$image"
	is "$name: shares it" "$(ls -A "$store")" "$digest"
	fake-wpar rmwpar w1
	fake-wpar rmwpar w2
	is "$name: it goes with them" "$(ls -A "$store")" ""
done

for image in "$work"/bad-*; do
	name=$(basename "$image")
	output=$(timeout 30 fake-wpar mkwpar -n w1 -C -B "$image" 2>&1)
	is "$name is refused" "$?" 1
	like "$name: one clear error" "$output" '^mkwpar: The image .*'
	tap_note "$(printf '%s\n' "$output" | tail -1 | sed "s|$work/||g")"
	report=$(timeout 20 lsmksysb --json -f "$image" 2>"$work/said")
	if [ "$?" = 0 ]; then
		ok "$name: lsmksysb reports it" jq -e '.usable == false' <<<"$report"
	else
		is "$name: lsmksysb: one clear error" "$(grep -c '^lsmksysb: The image .*' "$work/said") $(wc -l <"$work/said")" "1 1"
	fi
	# The program that unpacks, without a look before.
	mkdir "$TMPDIR/alone"
	"$PAR_TEST_BUILD/wparctl/archive/wparctl-archive" unpack <"$image" 3<"$TMPDIR/alone" >"$work/alone" 2>&1
	case $name in
	bad-other-machine* | bad-layer-whiteout*) ;;
	*) like "$name: not unpacked either" "$(tail -1 "$work/alone")" '^error ' ;;
	esac
	rm -rf "$TMPDIR/alone"
	ok "$name: nothing outside was touched" unharmed
	is "$name: nothing is left" "$(ls -A "$store" 2>/dev/null)$(fake-wpar lswpar)$(ls -A "$WPARS_ROOT/wpars" 2>/dev/null)" ""
done

# Links that lead out are followed where the image's root has it.
for image in "$work"/through-*; do
	name=$(basename "$image")
	timeout 30 fake-wpar mkwpar -n w1 -C -B "$image" >"$work/said" 2>&1
	is "$name: taken, or refused in words" "$? $(grep -c 'The image .* cannot be used' "$work/said")" "$([ -e "$WPARS_ROOT/etc/wpars/w1.cf" ] && echo '0 0' || echo '1 1')"
	[ "$name" != through-nothing.tar ] ||
		like "$name: the member is named" "$(cat "$work/said")" 'out/escaped lies behind a symbolic link that leads to nothing in the image'
	ok "$name: nothing outside was touched" unharmed
	fake-wpar rmwpar w1 2>/dev/null
	is "$name: nothing is left" "$(ls -A "$store")" ""
done

# Larger than what is free: known before it is unpacked.
mount -t tmpfs -o size=100m tmpfs "$store"
output=$(fake-wpar mkwpar -n w1 -C -B "$work/large.tar" 2>&1)
like "layers that are larger than what is free" "$output" 'no space .* more than the [0-9]+ MiB that are free'
umount "$store"

# A layout may not come through a pipe; a directory may be looked at without rights.
chmod -R a+rX "$work/good-folder"
chmod a+x "$TMPDIR" "$work"
is "lsmksysb of a layout needs no rights" "$(setpriv --reuid 65534 --clear-groups lsmksysb --json -f "$work/good-folder" | jq -r .os_id)" example
done_testing
