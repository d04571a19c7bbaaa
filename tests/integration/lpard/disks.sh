#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# disks.sh - nothing of a user's is lost: LPARs' disks and definitions beside virsh and backup tools
# needs: libvirt
# timeout: 300
set -u
. "$PAR_TEST_SOURCE/integration/lib.sh"
# shellcheck source=tests/integration/serve.sh
. "$PAR_TEST_SOURCE/integration/serve.sh"
. "$PAR_TEST_SOURCE/integration/small_image.sh"

pool=/var/lib/libvirt/images/lpard

configure "images = $TMPDIR/images" 'default_image = small' 'log_level = debug'

# make LPAR - sets $uuid, and $disk, which its first activation makes
make()
{
	mksyscfg -r lpar -m SYS -i "name=$1,$resources"
	uuid=$(virsh -q domuuid "$1")
	disk=$pool/$uuid-root.qcow2
}

# cycle LPAR - on and off: an activation that changes nothing of the disk
cycle()
{
	on "$1" -f default && off "$1"
}

refcode()
{
	lsrefcode -r lpar -m SYS --filter "lpar_names=$1" -F refcode
}

# The user's data: a pattern at 1 MiB of a disk that is off.
write_data()
{
	qemu-io -f qcow2 -c "write -P $2 1M 64k" "$1" >/dev/null
}

has_data()
{
	qemu-io -r -f qcow2 -c "read -P $2 1M 64k" "$1" | grep -q '^read 65536' &&
		! qemu-io -r -f qcow2 -c "read -P $2 1M 64k" "$1" | grep -q failed
}

# shows LPAR TEXT - is the text in its definition?
shows()
{
	virsh -q dumpxml --inactive "$1" | grep -q -- "$2"
}

image 30000000
start

# A disk without a backing file

make lp1
ok "first activation" cycle lp1
ok "its disk is made over the image" sh -c "qemu-img info -U $disk | grep -q 'backing file:'"
write_data "$disk" 0x5a
on lp1 -f default
ok "virsh blockpull" timeout 60 virsh -q blockpull lp1 vda --wait
off lp1
virsh -q pool-refresh lpard
ok "now without a backing file" sh -c "! qemu-img info -U $disk | grep -q 'backing file:'"
ok "it is activated" cycle lp1
ok "with its data" has_data "$disk" 0x5a
write_data "$disk" 0x5b
qemu-img convert -O qcow2 "$disk" "$TMPDIR/backup"
write_data "$disk" 0x5c
cp "$TMPDIR/backup" "$disk"
virsh -q pool-refresh lpard
ok "a backup put back is activated" cycle lp1
ok "with the backup's data" has_data "$disk" 0x5b
rm "$disk"
cp "$TMPDIR/backup" "$disk"
ok "also when libvirt has not looked" cycle lp1
ok "with its data, too" has_data "$disk" 0x5b

qemu-img convert -O raw "$disk" "$TMPDIR/raw"
cp "$disk" "$TMPDIR/backup"
cp "$TMPDIR/raw" "$disk"
like "a backup of another format is refused in our words" "$(on lp1 2>&1)" \
	'^HSCL3205 .* A disk of the LPAR is not in the format that its definition names, qcow2; .*has more\.$'
off lp1
cp "$TMPDIR/backup" "$disk"
ok "the right one put back" cycle lp1

# A snapshot's layer over the disk

write_data "$disk" 0x61
ok "virsh snapshot-create-as --disk-only" virsh -q snapshot-create-as lp1 ext --disk-only
layer=$pool/$uuid-root.ext
write_data "$layer" 0x62
ok "it is activated" on lp1 -f default
like "from the layer" "$(virsh -q domblklist lp1)" "vda .*$uuid-root.ext"
off lp1
ok "which has the newer data" has_data "$layer" 0x62
ok "and the older is as it was" has_data "$disk" 0x61
on lp1 -f default
ok "another snapshot, of the running LPAR" virsh -q snapshot-create-as lp1 two --disk-only
off lp1
ok "it is activated again" on lp1
like "from the newest layer" "$(virsh -q domblklist lp1)" "vda .*$uuid-root.two"
off lp1
mv "$layer" "$TMPDIR/layer"
like "a layer in between is missing" "$(on lp1 2>&1)" \
	"^HSCL3205 .*B2001322.*$uuid-root.ext\", over which the LPAR's is made, is not there"
mv "$TMPDIR/layer" "$layer"
ok "put back" cycle lp1
ok "removed" rmsyscfg -r lpar -m SYS -n lp1
is "with its layers" "$(find $pool -name "$uuid*")" ""

# A missing disk

make lp1
cycle lp1
write_data "$disk" 0x70
mv "$disk" "$TMPDIR/disk"
like "a missing disk" "$(on lp1 2>&1)" \
	"^HSCL3205 The partition named lp1 .*B2001322 .*\"$disk\" of the LPAR is not there\..*--new-disk"
is "is Error" "$(state lp1)" Error
like "with a reference code" "$(refcode lp1)" B2001322
ok "nothing was made in its place" [ ! -e "$disk" ]
kill -9 "$pid"
wait "$pid" 2>/dev/null
start
fails "nor by the next lpard" on lp1 -f default
mv "$TMPDIR/disk" "$disk"
ok "put back" cycle lp1
ok "it has its data" has_data "$disk" 0x70
like "a new one in place of one that is there" "$(on lp1 --new-disk 2>&1)" "\"$disk\" of the LPAR is there"
is "is refused, and no Error" "$(state lp1)" "Not Activated"
ok "nor written over" has_data "$disk" 0x70
rm "$disk"
fails "missing again" on lp1
ok "a new one by order" on lp1 --new-disk
off lp1
fails "is a new one" has_data "$disk" 0x70
rm "$disk"
virsh -q pool-destroy lpard
like "missing, and the pool stopped" "$(on lp1 2>&1)" B2001322
ok "a new one by order" on lp1 --new-disk
off lp1
rmsyscfg -r lpar -m SYS -n lp1

# What stands under the name before the first activation

make lp1
qemu-img create -q -f qcow2 "$disk" 64M
write_data "$disk" 0x33
ok "a disk that is there before the first activation" cycle lp1
ok "is used" has_data "$disk" 0x33
rmsyscfg -r lpar -m SYS -n lp1
make lp1
head -c 1000000 /dev/urandom >"$disk"
sum=$(sha256sum <"$disk")
like "what is no disk" "$(on lp1 -f default 2>&1)" "\"$uuid-root.qcow2\" stands in the place of the disk"
is "is left as it is" "$(sha256sum <"$disk")" "$sum"
# As lpard leaves it that is killed while it makes a disk.
virsh -q dumpxml lp1 >"$TMPDIR/lp1.xml"
text="small $(sha256sum <"$TMPDIR/images/small/vmlinux" | cut -c 1-12) -"
text+=" $(sha256sum <"$TMPDIR/images/small/root.img" | cut -c 1-12)"
sed -i "0,/<lpard:attribute name=.lpar_id/s//<lpard:attribute name='disk_begun'>$text<\/lpard:attribute>&/" \
	"$TMPDIR/lp1.xml"
virsh -q define "$TMPDIR/lp1.xml" >/dev/null
ok "half a disk of ours is passed over" on lp1 -f default
like "another one is used" "$(virsh -q domblklist lp1)" "vda .*$uuid-root-2.qcow2"
off lp1
is "and the half one is not touched" "$(sha256sum <"$disk")" "$sum"
ok "the other one is the LPAR's from now on" cycle lp1
ok "removed" rmsyscfg -r lpar -m SYS -n lp1
is "with both" "$(find $pool -name "$uuid*")" ""

# Files of the image

make lp1
cycle lp1
base=$(find $pool -name '*-root.img')
kernel=$(find $pool -name '*-vmlinux')
rm "$kernel"
ok "a kernel file that somebody removed" cycle lp1
ok "is there again" [ -s "$kernel" ]
cp -p "$base" "$TMPDIR/base"
printf x | dd of="$base" conv=notrunc bs=1 seek=1000 2>/dev/null
like "a base that somebody changed" "$(on lp1 2>&1)" "^HSCL3205 .*\"${base##*/}\" .* has changed"
is "is Error" "$(state lp1)" Error
cp "$TMPDIR/base" "$base"
ok "put back" cycle lp1
truncate -s +4096 "$base"
like "a base of another size" "$(on lp1 2>&1)" "^HSCL3205 .*\"${base##*/}\" .* has changed"
cp "$TMPDIR/base" "$base"
touch "$base"
ok "put back, too" cycle lp1
rm "$base"
ok "a base that is missing is uploaded again" cycle lp1
ok "to what it was" cmp "$base" "$TMPDIR/base"

# Another image for a disk that there is

image 8000000 other
like "another boot_image" "$(chsyscfg -r lpar -m SYS -i name=lp1,boot_image=other 2>&1)" '^HSCL0617 .*another image'
is "is refused" "$(lssyscfg -r lpar -m SYS --filter lpar_names=lp1 -F boot_image)" default
ok "that of the disk is not" chsyscfg -r lpar -m SYS -i name=lp1,boot_image=small
rm -r "$TMPDIR/images/other"
image 30000000
ok "an image that was replaced" cycle lp1
ok "its new kernel is not put over the old disk" shows lp1 "$kernel"
rm "$kernel"
like "the old kernel is missing, too" "$(on lp1 2>&1)" "^HSCL3205 .*${kernel##*/}.* is there no more"
rmsyscfg -r lpar -m SYS -n lp1
make lp1
ok "another LPAR has the new one" cycle lp1
ok "by its name" shows lp1 "$(sha256sum <"$TMPDIR/images/small/vmlinux" | cut -c 1-12)-vmlinux"

# What others have put into the definition

qemu-img create -q -f qcow2 "$TMPDIR/data" 8M
truncate -s 1M "$TMPDIR/cd"
chmod 644 "$TMPDIR/data" "$TMPDIR/cd"
chmod 755 "$TMPDIR"
virsh -q desc lp1 --config --title "the old title"
virsh -q desc lp1 --config "a description"
virsh -q metadata lp1 http://backup/1 --key b --set '<state at="7">theirs</state>' --config >/dev/null
virsh -q attach-disk lp1 "$TMPDIR/data" vdb --subdriver qcow2 --config
virsh -q attach-disk lp1 "$TMPDIR/cd" sda --type cdrom --mode readonly --config
virsh -q blkdeviotune lp1 vda --total-iops-sec 777 --config
virsh -q vcpupin lp1 0 0 --config
# changed WHEN - everything is there still
changed()
{
	local text
	for text in '<title>the old title' 'a description' '<b:state.*at="7">theirs' "$TMPDIR/data" \
		"$TMPDIR/cd" 'total_iops_sec>777<' 'vcpupin'; do
		ok "$1: $text" shows lp1 "$text"
	done
}
changed "others' changes"
ok "chsyscfg" chsyscfg -r lpar -m SYS -i name=lp1,description=new
changed "after chsyscfg"
chsyscfg -r prof -m SYS -i name=default,lpar_name=lp1,desired_mem=512
ok "activation" on lp1 -f default
changed "after an activation"
like "with the limit" "$(virsh -q blkdeviotune lp1 vda)" 'total_iops_sec *: 777'
is "and with what is lpard's" "$(virsh -q dominfo lp1 | grep 'Max memory' | tr -s ' ')" "Max memory: 524288 KiB"
off lp1
ok "chsyscfg -o apply" chsyscfg -r lpar -m SYS -o apply -n default -p lp1
changed "after chsyscfg -o apply"
ok "rename" chsyscfg -r lpar -m SYS -i name=lp1,new_name=lp9
ok "and back" chsyscfg -r lpar -m SYS -i name=lp9,new_name=lp1
changed "after renamings"
rmsyscfg -r lpar -m SYS -n lp1
ok "others' disks are left by rmsyscfg" [ -s "$TMPDIR/data" ]

# The pool

make lp1
cycle lp1
virsh -q pool-destroy lpard
ok "activated with the pool stopped" cycle lp1
virsh -q pool-destroy lpard
ok "removed with the pool stopped" rmsyscfg -r lpar -m SYS -n lp1
ok "with its disk" [ ! -e "$disk" ]
make lp1
cycle lp1
virsh -q pool-destroy lpard
virsh -q pool-undefine lpard
ok "removed with the pool undefined" rmsyscfg -r lpar -m SYS -n lp1
ok "with its disk" [ ! -e "$disk" ]
make lp1
cycle lp1
qemu-img create -q -f qcow2 -b "$disk" -F qcow2 "$pool/clone.qcow2"
virsh -q pool-refresh lpard
like "a disk that another is made over" "$(rmsyscfg -r lpar -m SYS -n lp1 2>&1)" 'clone.qcow2'
ok "is left" [ -s "$disk" ]
rm "$pool/clone.qcow2"
virsh -q pool-refresh lpard
virsh -q dumpxml lp1 | sed '/<metadata>/,/<\/metadata>/d; s/<name>.*</<name>copy</; /<uuid>/d; /<mac /d' \
	>"$TMPDIR/copy.xml"
virsh -q define "$TMPDIR/copy.xml" >/dev/null
like "a disk that another domain has" "$(rmsyscfg -r lpar -m SYS -n lp1 2>&1)" '"copy" has the disk'
ok "is left, too" [ -s "$disk" ]
virsh -q undefine copy
ok "and goes when it is not needed" rmsyscfg -r lpar -m SYS -n lp1

# What nothing needs

unused()
{
	hmc unused -m SYS "$@" 2>&1
}
hmc unused -m SYS --remove >/dev/null
like "nothing is unused" "$(unused)" '^There is nothing'
make lp1
cycle lp1
gone=$uuid
lost=$disk
virsh -q snapshot-create-as lp1 ext --disk-only --no-metadata
virsh -q undefine lp1
ok "lpard hears that virsh has undefined it" \
	wait_for 20 sh -c '! lssyscfg -r lpar -m SYS -F name | grep -qx lp1'
make lp1
cycle lp1
qemu-img create -q -f qcow2 "$pool/$(cut -c 1-36 /proc/sys/kernel/random/uuid)-root.qcow2" 8M
qemu-img create -q -f qcow2 "$pool/precious.qcow2" 8M
out=$(unused)
like "the disk of a domain that virsh undefined" "$out" "^$gone-root.qcow2 "
like "and its layer" "$out" "^$gone-root.ext "
unlike "an LPAR's disk is not listed" "$out" "$uuid"
unlike "nor are others' volumes" "$out" precious
unlike "nor is the image" "$out" "$(sha256sum <"$TMPDIR/images/small/root.img" | cut -c 1-12)"
ok "listing removes nothing" [ -s "$lost" ]
qemu-img create -q -f qcow2 -b "$lost" -F qcow2 "$TMPDIR/elsewhere"
sed "s/<name>.*/<name>foreign<\/name>/; /<uuid>/d; /<mac /d; /<metadata>/,/<\/metadata>/d
	s|<source file=.*root.qcow2'|<source file='$TMPDIR/elsewhere'|" <(virsh -q dumpxml lp1) >"$TMPDIR/foreign.xml"
virsh -q define "$TMPDIR/foreign.xml" >/dev/null
like "a foreign domain over it, in no pool" "$(unused --remove)" "nothing is removed: .*$TMPDIR/elsewhere.* of the domain \"foreign\""
ok "nothing was" [ -s "$lost" ]
virsh -q pool-create-as elsewhere dir --target "$TMPDIR" >/dev/null
unlike "the same in a pool" "$(unused)" "$gone-root.qcow2"
ok "the rest goes" hmc unused -m SYS --remove
ok "what a foreign domain needs does not" [ -s "$lost" ]
ok "the layer over it does" [ ! -e "$pool/$gone-root.ext" ]
virsh -q undefine foreign
unlike "without the domain the volume still needs it" "$(unused)" "$gone-root.qcow2"
rm "$TMPDIR/elsewhere"
virsh -q pool-destroy elsewhere
sed "s/<name>.*/<name>foreign<\/name>/; /<uuid>/d; /<mac /d; /<metadata>/,/<\/metadata>/d
	s|<source file=.*root.qcow2'|<source file='$lost'|" <(virsh -q dumpxml lp1) >"$TMPDIR/foreign.xml"
virsh -q define "$TMPDIR/foreign.xml" >/dev/null
unlike "a disk that a foreign domain has is not listed" "$(unused)" "$gone-root.qcow2"
virsh -q undefine foreign
old=$(sha256sum <"$TMPDIR/images/small/root.img" | cut -c 1-12)
image 30000000
unlike "a replaced image, of which an LPAR's disk is made" "$(unused)" "$old"
like "what nobody has any more is" "$(unused)" "^$gone-root.qcow2 "
virsh -q undefine lp1
rm "$disk"
ok "lpard hears of it" wait_for 20 sh -c '! lssyscfg -r lpar -m SYS -F name | grep -qx lp1'
like "until the LPAR is gone" "$(unused)" "^$old-root.img "
like "removed" "$(unused --remove)" '^[0-9]+ removed\.$'
is "nothing of ours is left" "$(find $pool -type f | grep -v precious)" ""
ok "others' volumes are" [ -s "$pool/precious.qcow2" ]
rm "$pool/precious.qcow2"
virsh -q pool-refresh lpard
make lp1
ok "and all works on" cycle lp1
rmsyscfg -r lpar -m SYS -n lp1
is "nothing is defined" "$(virsh -q list --all --name | sed '/^$/d')" ""
unlike "no sanitizer spoke" "$(cat "$log")" 'runtime error|Sanitizer'
done_testing
