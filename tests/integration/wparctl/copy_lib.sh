# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# copy_lib.sh - a small system for mkwpar -t: a root of busybox with our commands, to which a script
# changes in a mount namespace of its own
#
#	small_system "$TMPDIR/lpar"

# small_system ROOT - what a system needs to make WPARs, and some files of its own
small_system()
{
	local root=$1 name mkfs helper
	mkdir -p "$root"/{usr/{bin,sbin/archive,lib/modules/6.1,lib64},etc/{ssh,cron.d},proc,sys,dev,run,srv,data,boot,old,mnt/{mem,again},small,big} \
		"$root"/{home,opt,root,var/{lib/{lpard,libvirt,dbus,systemd},log,tmp}}
	mkdir -m 1777 "$root/tmp"
	ln -s usr/bin "$root/bin"
	ln -s usr/sbin "$root/sbin"
	ln -s usr/lib "$root/lib"
	cp "$(command -v busybox)" "$root/usr/bin/busybox"
	for name in $(busybox --list); do
		[ "$name" = busybox ] || ln "$root/usr/bin/busybox" "$root/usr/bin/$name"
	done
	# What a file system of its own is made by, with its libraries.
	mkfs=$(command -v mkfs.ext4)
	cp "$mkfs" "$root/usr/sbin/mkfs.ext4"
	ln -s usr/lib64 "$root/lib64"
	for name in $(ldd "$mkfs" | grep -o '/[^ ]*'); do
		mkdir -p "$root/${name%/*}"
		cp "$name" "$root$name"
	done
	cp "$(readlink -f "$(command -v wparctl)")" "$root/usr/sbin/wparctl"
	for name in mkwpar rmwpar lswpar startwpar stopwpar clogin lssrc syncwpar; do
		ln -s wparctl "$root/usr/sbin/$name"
	done
	helper=$(readlink -f "$(command -v wparctl)")
	cp "${helper%/*}/archive/wparctl-archive" "$root/usr/sbin/archive/"
	printf 'root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n' >"$root/etc/passwd"
	printf 'root:x:0:\nann:x:1000:\nnogroup:x:65534:\n' >"$root/etc/group"
	printf 'root:*:20000::::::\nann:$6$of$ann:20000::::::\n' >"$root/etc/shadow"
	chmod 600 "$root/etc/shadow"
}
