# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# small_image.sh - a boot image in $TMPDIR/images whose guest does nothing; made in a second

# kernel FILE - the least that is loaded as a kernel: an ELF file with an endless loop
kernel()
{
	python3 - "$1" <<-'END'
		import os, struct, sys
		code = struct.pack(">I", 0x48000000) * 1024  # big-endian, as firmware enters it
		head = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack(
		    "<HHIQQQIHHHHHH", 2, 21, 1, 0, 64, 0, 2, 64, 56, 1, 0, 0, 0)
		load = struct.pack("<IIQQQQQQ", 1, 7, 4096, 0, 0, len(code), len(code), 4096)
		name = os.urandom(16)  # each kernel is another one
		open(sys.argv[1], "wb").write((head + load + name).ljust(4096, b"\0") + code)
	END
}

# image BYTES [NAME] - a boot image (small) whose root disk has that size
image()
{
	local name=${2:-small} dir f size sum files=
	dir=$TMPDIR/images/$name
	mkdir -p "$dir"
	kernel "$dir/vmlinux"
	rm -f "$dir/root.img"
	truncate -s "$1" "$dir/root.img"
	# Noise in the middle, so that it is not all holes.
	head -c $(($1 / 2)) /dev/urandom | dd of="$dir/root.img" conv=notrunc bs=1M 2>/dev/null
	for f in vmlinux root.img; do
		size=$(stat -c %s "$dir/$f")
		sum=$(sha256sum "$dir/$f" | cut -d' ' -f1)
		case $f in
		vmlinux) files+="\"kernel\": {\"file\": \"$f\", \"size\": $size, \"sha256\": \"$sum\"}, " ;;
		*) files+="\"root\": {\"file\": \"$f\", \"size\": $size, \"sha256\": \"$sum\"}" ;;
		esac
	done
	cat >"$dir/image.json" <<-END
		{ "format": 1, "name": "$name", "suite": "none", "architecture": "ppc64el", "os_name": "none",
		  "os_version": "0", "kernel_release": "0", "page_size": 4096, "boot": "vof",
		  "command_line": "quiet", "agent_version": "0", "files": { $files } }
	END
}
