#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# mksysb_script.sh - images/mksysb in small systems with GNU's, BSD's and busybox's tar: what goes in, what does
# not, and that what tar or mkwpar makes of it is to the last attribute what was there
# shellcheck disable=SC2016 # in single quotes another shell expands
# timeout: 240
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

script=$PAR_TEST_SOURCE/../images/mksysb
tree=$PAR_TEST_SOURCE/integration/wparctl/tree.py
work=$(mktemp -d)
trap 'clear_away gnu bsd box; umount -R "$work"/*/ 2>/dev/null; rm -rf "$work"' EXIT

# programs ROOT NAME... - copies programs and the libraries that they need
programs()
{
	local root=$1 name p lib
	shift
	for name; do
		p=$(type -P "$name") || { echo "# no $name" && return 1; }
		mkdir -p "$root$(dirname "$p")"
		cp "$p" "$root$p"
		ldd "$p" 2>/dev/null | grep -o '/[^ ]*' | while read -r lib; do
			mkdir -p "$root$(dirname "$lib")"
			cp -n "$lib" "$root$lib"
		done
	done
}

# root_of NAME PROGRAM... - a system with those programs, mounted as a live one is
root_of()
{
	local root=$work/$1 name
	shift
	mkdir -p "$root"/{usr/bin,usr/sbin,usr/lib,usr/lib64,etc,dev,proc,sys,tmp,home,srv,mnt/nfs,mnt/again,"mnt/with blank",var/log,root}
	for name in bin sbin lib lib64; do
		ln -s "usr/$name" "$root/$name"
	done
	programs "$root" "$@" || return 1
	cat >"$root/etc/os-release" <<-'END'
		NAME="Tiny Linux"
		ID=tiny
		VERSION_ID="3.2"
	END
	printf 'root:x:0:0::/root:/bin/sh\nold:x:1999:1999::/home/old:/bin/sh\n+::::::\n' >"$root/etc/passwd"
	printf 'root:x:0:\nold:x:2001:\n' >"$root/etc/group"
	python3 "$tree" make "$root/srv" || return 1
	truncate -s 24M "$work/disk.img"
	mke2fs -q -F -t ext4 "$work/disk.img" || return 1
	mount -o loop "$work/disk.img" "$root/home" || return 1
	python3 "$tree" make "$root/home/old" || return 1
	mkdir "$root/own  disk 7%"
	truncate -s 8M "$work/own.img"
	mke2fs -q -F -t ext4 "$work/own.img" && mount -o loop "$work/own.img" "$root/own  disk 7%" || return 1
	mount -t proc proc "$root/proc" && mount -t tmpfs tmpfs "$root/mnt/nfs" &&
		mount --bind "$root/home" "$root/mnt/again" && mount -t tmpfs tmpfs "$root/mnt/with blank" || return 1
	echo secret >"$root/mnt/nfs/remote"
	echo secret >"$root/mnt/with blank/remote"
	mknod -m 666 "$root/dev/null" c 1 3
	cp "$script" "$root/mksysb"
}

leave()
{
	umount -R "$work/$1/proc" "$work/$1/mnt/nfs" "$work/$1/mnt/again" "$work/$1/mnt/with blank" "$work/$1/home" \
		"$work/$1/own  disk 7%"
}

# inside NAME COMMAND... - in that system, with no program of ours
inside()
{
	local root=$work/$1
	shift
	PATH=/usr/bin:/bin:/usr/sbin:/sbin chroot "$root" "$@"
}

# field NAME - of image.data
field()
{
	sed -n "s/^\t$1 = \"\{0,1\}\([^\"]*\)\"\{0,1\}\$/\1/p" "$work/image.data"
}

# list ARCHIVE - its members; GNU tar does not know each attribute that BSD's writes, and says so
list()
{
	tar -tf "$1" 2>/dev/null
}

# one NAME SUFFIX DECOMPRESS WITHOUT - the image of that system; WITHOUT: attributes that its tar has not
one()
{
	local root=$work/$1 out=$work/out.$1 names
	ok "$1: an image is made" inside "$1" /bin/sh /mksysb -i -V "/var/log/old.$2"
	inside "$1" /bin/sh /mksysb -i -c none - >"$work/stream" 2>"$work/said" </dev/null
	is "$1: on standard output it is the same, but for when it was made" \
		"$(diff <(list "$work/stream" | grep -v '^\./var/log/old' | sort) <($3 <"$root/var/log/old.$2" | list - | sort))" ""
	like "$1: and people are spoken to beside it" "$(cat "$work/said")" '^0512-038 mksysb: Backup Completed Successfully\.$'
	is "$1: nothing is left beside the image" "$(find "$root/var/log" "$root/tmp" -mindepth 1 -printf '%f\n')" "old.$2"
	is "$1: it is for root alone" "$(stat -c %a "$root/var/log/old.$2")" 600
	$3 <"$root/var/log/old.$2" >"$work/plain.tar"
	names=$(list "$work/plain.tar")
	is "$1: its description comes first" "$(head -n 1 <<<"$names")" ./image.data
	is "$1: once" "$(grep -c '^\./image\.data$' <<<"$names")" 1
	is "$1: python's tar, libarchive's and cpio read that member" "$(python3 - "$work/plain.tar" <<-'END'
		import sys, tarfile
		m = tarfile.open(sys.argv[1]).next()
		print(m.name, m.uid, m.gid, oct(m.mode), m.isfile())
	END
	) $(cpio -t --quiet <"$work/plain.tar" 2>/dev/null | head -n 1)" "./image.data 0 0 0o644 True ./image.data"
	is "$1: nothing of /proc, of other file systems, or of itself" \
		"$(grep -E '^\./(proc/.|mnt/nfs/.|mnt/again/.|mnt/with blank/.|var/log/old)' <<<"$names")" ""
	is "$1: but the folders that they are mounted on" \
		"$(grep -cE '^\./(proc|mnt/nfs|mnt/again|mnt/with blank)/$' <<<"$names")" 4
	tar -xOf "$work/plain.tar" ./image.data >"$work/image.data"
	is "$1: the system" "$(field OSNAME)/$(field OSID)/$(field OSLEVEL)" "Tiny Linux/tiny/3.2"
	is "$1: its kernel and host" "$(field KERNEL_RELEASE)/$(field HOST)" "$(uname -r)/$(uname -n)"
	is "$1: its programs" "$(field ARCH)/$(field BITS)" "$(uname -m)/64"
	like "$1: pages" "$(field PAGE_SIZE) $(field PAGE_ALIGN)" "^$(getconf PAGESIZE) [0-9]+\$"
	is "$1: users' and groups' numbers" "$(field USER_IDS) $(field GROUP_IDS)" "0-1999 0-2001"
	like "$1: a stanza for each file system" "$(tr '\n\t' '  ' <"$work/image.data")" \
		'fs_data:  FS_NAME = "/"  FS_SIZE = [0-9]+  FS_MIN_SIZE = [0-9]+ .*fs_data:  FS_NAME = "/home"  FS_SIZE = [0-9]{5}  FS_MIN_SIZE = [0-9]+ '
	like "$1: also where its name has blanks" "$(tr '\n\t' '  ' <"$work/image.data")" \
		'FS_NAME = "/own  disk 7%"  FS_SIZE = [0-9]{5}  FS_MIN_SIZE = [0-9]+  FS_LV = "/dev/'
	is "$1: the root of none else" "$(grep -c '^fs_data:' "$work/image.data")" 3
	rm -rf "$out"
	mkdir "$out"
	if [ "$1" = bsd ]; then
		bsdtar -C "$out" -xpf "$work/plain.tar" --numeric-owner --acls --xattrs ./srv ./home
	else
		tar -C "$out" -xpf "$work/plain.tar" --numeric-owner --acls --xattrs --xattrs-include='*' ./srv ./home
	fi
	is "$1: each file and attribute of / is what it was" \
		"$(diff <(python3 "$tree" list "$root/srv" $4) <(python3 "$tree" list "$out/srv" $4))" ""
	is "$1: and of /home" \
		"$(diff <(python3 "$tree" list "$root/home/old" $4) <(python3 "$tree" list "$out/home/old" $4))" ""
	rm -rf "$out"
	cp "$root/var/log/old.$2" "$work/old.$2"
	is "$1: lsmksysb finds nothing against it" "$(lsmksysb --json -f "$work/old.$2" | jq -c '.usable, .os_id, .os_level')" \
		"$(printf 'true\n"tiny"\n"3.2"')"
	like "$1: and says it aspect by aspect" "$(lsmksysb -l -f "$work/old.$2")" "^ok +Architecture +$(uname -m), here $(uname -m)\$"
	like "$1: with its file systems" "$(lsmksysb -l -f "$work/old.$2")" '^/dev/loop.* ext4 .* /home$'
	is "$1: it lists the members that tar lists" "$(lsmksysb -f "$work/old.$2" | wc -l)" "$(list "$work/plain.tar" | wc -l)"
	ok "$1: mkwpar takes it" mkwpar -n "$1" -C -B "$work/old.$2"
	out=$WPARS_ROOT/var/lib/wpars/images/$(sha256sum "$work/old.$2" | cut -d' ' -f1)/root
	is "$1: each file of / is in the WPAR's image what it was" \
		"$(diff <(python3 "$tree" list "$root/srv" $4) <(python3 "$tree" list "$out/srv" $4))" ""
	is "$1: and of /home there" \
		"$(diff <(python3 "$tree" list "$root/home/old" $4) <(python3 "$tree" list "$out/home/old" $4))" ""
	ok "$1: its description is not among them" test ! -e "$out/image.data"
	ok "$1: it starts" startwpar "$1"
	like "$1: and is that system" "$(clogin "$1" -- /bin/sh -c 'cat /etc/os-release; id -u' 2>&1 | tr '\n' ' ')" 'ID=tiny.* 0 $'
	ok "$1: rmwpar" rmwpar -F "$1"
}

gnu=(sh cat ls tar gzip awk find od sed grep tr cut head wc df du id uname dirname basename date getconf mkdir rm mv cp mktemp dd
	sync sort printf)

if root_of gnu "${gnu[@]}"; then
	one gnu tar.gz 'gzip -dc' ''

	echo '^./srv/sub/' >"$work/gnu/etc/exclude.rootvg"
	printf '\n\\.dat$\n' >>"$work/gnu/etc/exclude.rootvg"
	inside gnu /bin/sh /mksysb -i -e /tmp/e.tar >/dev/null
	is "-e: what the patterns match stays out, and no more" \
		"$(diff <(tar -tf "$work/plain.tar" | grep -v -e '^\./srv/sub/.' -e '\.dat$' -e '^\./etc/exclude') \
			<(tar -tf "$work/gnu/tmp/e.tar" | grep -v -e '^\./etc/exclude' -e '^\./var/log/old'))" ""
	echo /home >"$work/gnu/etc/without"
	inside gnu /bin/sh /mksysb -i -x /etc/without /tmp/x.tar >/dev/null
	is "-x: a file system stays out" "$(tar -tf "$work/gnu/tmp/x.tar" | grep -c '^\./home/.')" 0
	echo /hme >"$work/gnu/etc/without"
	fails "-x: one that is not there is refused" inside gnu /bin/sh /mksysb -i -x /etc/without /tmp/y.tar
	inside gnu /bin/sh /mksysb -i -a /tmp/a.tar >/dev/null
	is "-a: no attribute" "$(tar --xattrs --acls -tvvf "$work/gnu/tmp/a.tar" | grep -c '^  [xa]: ')" 0
	fails "without -i and image.data" inside gnu /bin/sh /mksysb /tmp/y.tar
	printf 'image_data:\n\tFORMAT = 1\n\tOSNAME = "Mine"\n' >"$work/gnu/image.data"
	inside gnu /bin/sh /mksysb /tmp/own.tar >/dev/null
	is "without -i the system's own image.data is taken" \
		"$(tar -xOf "$work/gnu/tmp/own.tar" ./image.data | sed -n 's/.*OSNAME = //p') $(tar -tf "$work/gnu/tmp/own.tar" | grep -c '^\./image.data$')" '"Mine" 1'
	rm -f "$work/gnu/tmp"/*

	fails "a program that compresses and is not there" inside gnu /bin/sh /mksysb -i /tmp/y.tar.xz
	fails "a folder that is not there" inside gnu /bin/sh /mksysb -i /nowhere/y.tar
	fails "an unknown option" inside gnu /bin/sh /mksysb -q /tmp/y.tar
	fails "a user" chroot --userspec=1999 "$work/gnu" /bin/sh /mksysb -i /tmp/y.tar
	mount -t tmpfs -o size=256k tmpfs "$work/gnu/mnt/again"
	fails "no room for the image" inside gnu /bin/sh /mksysb -i /mnt/again/y.tar
	is "it leaves nothing that looks like one" "$(ls "$work/gnu/mnt/again")" ""
	umount "$work/gnu/mnt/again"
	is "nor do the refusals" "$(ls "$work/gnu/tmp")" ""

	# It is ended in the middle: the reader of a fifo waits until then.
	cat >"$work/gnu/usr/bin/slow" <<-'END'
		#!/bin/sh
		head -c 1000; echo >/tmp/reached; read -r never </tmp/never
	END
	chmod 755 "$work/gnu/usr/bin/slow"
	mkfifo "$work/gnu/tmp/never"
	setsid chroot "$work/gnu" /bin/sh /mksysb -i -c slow /var/log/ended >/dev/null 2>&1 &
	pid=$!
	ok "(it has begun)" wait_for 60 test -e "$work/gnu/tmp/reached"
	kill -TERM -- "-$pid"
	wait "$pid"
	is "ended by a signal" $? 143
	is "it leaves nothing" "$(find "$work/gnu/var/log" "$work/gnu/tmp" -name 'ended*' -o -name 'tmp.*' -o -name 'mksysb*')" ""
	leave gnu
else
	ok "a system with GNU tar is made" false
fi

if ! command -v bsdtar >/dev/null; then
	skip "bsdtar" "libarchive-tools is not installed"
elif root_of bsd "${gnu[@]}"; then
	rm "$work/bsd/usr/bin/tar"
	programs "$work/bsd" bsdtar
	one bsd tar 'cat' ''
	leave bsd
else
	ok "a system with bsdtar is made" false
fi

if root_of box; then
	cp "$(type -P busybox)" "$work/box/bin/busybox"
	for p in $("$work/box/bin/busybox" --list); do
		ln -s busybox "$work/box/bin/$p" 2>/dev/null
	done
	# Its tar knows no attributes, no holes and no parts of seconds: what was a hole counts.
	mkdir -p "$work/box/var/lib"
	truncate -s 150M "$work/box/var/lib/lastlog"
	one box tgz 'gzip -dc' '--without xattr,ns,holes'
	leave box
else
	ok "a system with busybox is made" false
fi
done_testing
