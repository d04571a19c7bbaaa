# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2016 # in single quotes another shell expands
# image_lib.sh - what is true of every LPAR image; sourced by current.sh and 64k.sh
#
# Looks at the files first, at the root disk from outside (debugfs, no mount), then boots it under
# plain qemu, with no lpard and no libvirt, and looks from its console.

# shellcheck source=tests/integration/lib.sh
. "$PAR_TEST_SOURCE/integration/lib.sh"

image_machine=pseries,x-vof=on,cap-cfpc=broken,cap-sbbc=broken,cap-ibs=broken,cap-ccf-assist=off

# image_field NAME - a string or number of image.json
image_field()
{
	sed -n 's/^ *"'"$1"'": "\{0,1\}\([^",]*\)"\{0,1\},\{0,1\}$/\1/p' "$image/image.json"
}

# image_file KEY FIELD - of one of the three files
image_file()
{
	sed -n 's/^ *"'"$1"'": {\(.*\)}.*/\1/p' "$image/image.json" | tr ',' '\n' |
		sed -n 's/^ *"'"$2"'": "\{0,1\}\([^" ]*\)"\{0,1\} *$/\1/p'
}

image_check_manifest()
{
	local key file
	is "the manifest has format 1" "$(image_field format)" 1
	is "its architecture" "$(image_field architecture)" ppc64el
	is "its role" "$(image_field role)" "$role"
	like "its suite" "$(image_field suite)" '^(old)*stable$|^testing$|^unstable$'
	like "its code name" "$(image_field codename)" '^[a-z]+$'
	like "the digest of its sources" "$(image_field sources)" '^[0-9a-f]{64}$'
	is "its page size" "$(image_field page_size)" "$page_size"
	like "its kernel release" "$(image_field kernel_release)" '^[0-9]+\.[0-9]+.*-powerpc64le'
	like "its command line" "$(image_field command_line)" '^root=/dev/vda rw console=hvc0 '
	for key in kernel initrd root; do
		file=$image/$(image_file $key file)
		is "size of $key" "$(stat -c %s "$file")" "$(image_file $key size)"
		is "SHA-256 of $key" "$(sha256sum "$file" | cut -d' ' -f1)" "$(image_file $key sha256)"
	done
}

# Machine numbers of all ELF files below a folder, each once: 15 is ppc64 (0x15, little endian).
image_elf_machines()
{
	find "$1" -xdev -type f -size +3k ! -name '*.ko' -print0 |
		xargs -0 -n 200 sh -c 'for f; do
			if [ "$(head -c 4 "$f" | tr -d "\000\177")" = ELF ]; then
				od -An -tx1 -j18 -N2 "$f"
			fi
		done' sh | tr -d ' ' | sort -u
}

# Symbolic links below a folder that lead nowhere when that folder is the root.
image_dangling()
{
	find "$1" -xdev -type l | while read -r link; do
		case $link in
		*/etc/mtab | */var/run | */var/lock) continue ;; # made at boot
		esac
		chroot_target "$1" "${link#"$1"}" 0 || echo "${link#"$1"} -> $(readlink "$link")"
	done
}

# chroot_target ROOT PATH DEPTH - does PATH exist with ROOT as the root?
chroot_target()
{
	local root=$1 rest=${2#/} at='' part target
	[ "$3" -lt 20 ] || return 1
	while [ -n "$rest" ]; do
		part=${rest%%/*}
		[ "$part" = "$rest" ] && rest='' || rest=${rest#*/}
		case $part in
		'' | .) continue ;;
		..)
			at=${at%/*}
			continue
			;;
		esac
		if [ -L "$root$at/$part" ]; then
			target=$(readlink "$root$at/$part")
			case $target in
			/*) chroot_target "$root" "$target/$rest" $(($3 + 1)) ;;
			*) chroot_target "$root" "$at/$target/$rest" $(($3 + 1)) ;;
			esac
			return
		fi
		[ -e "$root$at/$part" ] || return 1
		at=$at/$part
	done
	return 0
}

image_check_tree()
{
	local tree=$work/tree
	ok "the root disk is sound" e2fsck -fn "$image/root.img"
	like "it has project quotas" "$(dumpe2fs -h "$image/root.img" 2>&1)" \
		'^Filesystem features:.*quota.*project'
	mkdir "$tree"
	debugfs -R "rdump / $tree" "$image/root.img" >"$work/rdump.log" 2>&1
	is "/usr is merged" "$(readlink "$tree/bin" "$tree/sbin" "$tree/lib" | tr '\n' ' ')" \
		"usr/bin usr/sbin usr/lib "
	is "every program is for ppc64el" "$(image_elf_machines "$tree")" 1500
	is "no link leads nowhere" "$(image_dangling "$tree")" ""
	like "root has a shell and no password" "$(cat "$tree/etc/passwd" "$tree/etc/shadow")" '^root::'
	is "every other password is locked" \
		"$(awk -F: '$1 != "root" && $2 != "*"' "$tree/etc/shadow")" ""
	is "every user's group exists" "$(awk -F: 'NR == FNR { gid[$3] = 1; next }
		!($4 in gid) { print $1 }' "$tree/etc/group" "$tree/etc/passwd")" ""
	is "root's shell is in the list" "$(grep -cx "$(awk -F: '$1 == "root" { print $7 }' \
		"$tree/etc/passwd")" "$tree/etc/shells")" 1
	is "so are both names of sh, once" "$(grep -cx -e /bin/sh -e /usr/bin/sh "$tree/etc/shells")" 2
	like "the library cache knows the C library" \
		"$(tr '\0' '\n' <"$tree/etc/ld.so.cache")" '/lib/powerpc64le-linux-gnu/libc\.so\.6$'
	is "the machine id is empty" "$(stat -c %s "$tree/etc/machine-id")" 0
	is "the CA bundle is there" \
		"$(grep -c BEGIN "$tree/etc/ssl/certs/ca-certificates.crt" | sed 's/^...*/many/')" many
	ok "overlay, veth and loop are there with what they need" image_modules "$tree"
	is "nothing names the build machine" "$(grep -rlF "$PAR_TEST_SOURCE" "$tree/etc" \
		"$tree/usr/lib/lpard" 2>/dev/null)" ""
	rm -rf "$tree"
}

image_modules()
{
	local dir
	dir=$(echo "$1"/usr/lib/modules/*)
	grep -q '/overlay\.ko:' "$dir/modules.dep" && grep -q '/veth\.ko:' "$dir/modules.dep" &&
		grep -q '/loop\.ko:' "$dir/modules.dep" && [ -s "$dir/modules.alias.bin" ]
}

# image_boot - qemu with the console on a pair of pipes; ended by the script's trap
image_boot()
{
	qemu-img create -q -f qcow2 -b "$image/root.img" -F raw "$work/disk.qcow2" 3G
	mkfifo "$work/keys"
	qemu-system-ppc64 -M "$image_machine" -cpu power9 -m 768 -nodefaults -nographic \
		-serial stdio -kernel "$image/vmlinux" -initrd "$image/initrd.img" \
		-append "$(image_field command_line) lpard.name=lpar07 ip=10.9.0.5::10.9.0.1:255.255.255.0::eth0:none" \
		-drive "file=$work/disk.qcow2,if=virtio" -device virtio-serial \
		-netdev user,id=n0,restrict=on -device virtio-net-pci,netdev=n0,romfile= \
		-chardev null,id=agent -device virtserialport,chardev=agent,name=org.lpard.agent.0 \
		<"$work/keys" >"$work/console" 2>&1 &
	qemu=$!
	exec 7>"$work/keys"
}

image_says()
{
	wait_for "$1" grep -qaF -- "$2" "$work/console"
}

# image_in COMMAND - what it prints on the console of the guest
image_in()
{
	local number
	# This function runs in subshells, so a file keeps the count.
	echo >>"$work/asked"
	number=$(wc -l <"$work/asked")
	printf 'echo "<""%d:"; %s; echo ":""%d>"\n' "$number" "$1" "$number" >&7
	image_says 60 ":$number>" || echo "no answer"
	tr -d '\r' <"$work/console" | sed -n "/<$number:\$/,/^:$number>\$/p" | sed '1d;$d'
}

image_check_boot()
{
	local stage
	image_boot
	for stage in "initramfs started" "root mounted" "agent started" "multi-user" "console started"; do
		ok "it says '$stage'" image_says 60 "lpard-init: $stage"
	done
	ok "it asks for a login" image_says 60 "lpar07 login:"
	echo root >&7
	ok "root logs in without a password" image_says 60 "root@lpar07:~#"
	echo 'stty -echo; PS1=; bind "set enable-bracketed-paste off"' >&7
	# The first answer may still have its echo.
	image_in true >/dev/null
	is "its page size in use" "$(image_in 'getconf PAGESIZE')" "$page_size"
	is "its host name" "$(image_in hostname)" lpar07
	is "its kernel" "$(image_in 'uname -r')" "$(image_field kernel_release)"
	is "its init" "$(image_in 'readlink /proc/1/exe')" /usr/sbin/lpard-init
	like "its controllers are handed down" \
		"$(image_in 'cat /sys/fs/cgroup/cgroup.subtree_control')" '^cpuset cpu io memory.* pids'
	is "its address" "$(image_in "ip -o -4 address show eth0 | awk '{ print \$4 }'")" 10.9.0.5/24
	is "its route" "$(image_in "ip route show default | awk '{ print \$3 }'")" 10.9.0.1
	is "the agent's port has its name" "$(image_in 'ls /dev/virtio-ports')" org.lpard.agent.0
	like "a machine id was made" "$(image_in 'cat /etc/machine-id')" '^[0-9a-f]{32}$'
	is "modules load" "$(image_in 'modprobe overlay && modprobe veth && echo yes')" yes
	is "criu finds what it needs" "$(image_in 'criu check 2>&1 | tail -n 1')" "Looks good."
	is "the library cache is in use" "$(image_in 'ldconfig -p | grep -c libc.so.6')" 1
	is "and is what ldconfig writes there" "$(image_in 'ldconfig -X -C /run/own.cache; for c in /etc/ld.so.cache /run/own.cache; do ldconfig -p -C $c | grep "=>" | md5sum; done | uniq | wc -l')" 1
	is "quotas of projects are on" "$(image_in 'grep -c " / ext4 .*prjquota" /proc/mounts')" 1
	is "init starts the agent again" \
		"$(image_in 'p=$(pgrep -f "wparctl agent"); kill -9 $p; sleep 2; n=$(pgrep -f "wparctl agent"); [ -n "$n" ] && [ "$n" != "$p" ] && echo yes')" yes
	is "the root has grown with its disk" \
		"$(image_in "df -m / | awk 'END { print (\$2 > 2500) }'")" 1
	echo poweroff >&7
	ok "it says 'shutting down'" image_says 60 "lpard-init: shutting down"
	ok "qemu ends by itself" wait_for 60 image_gone
	like "it says 'power off'" "$(cat "$work/console")" '^lpard-init: power off'
	ok "the root disk is clean afterwards" image_clean
}

image_gone()
{
	! kill -0 "$qemu" 2>/dev/null
}

image_clean()
{
	qemu-img convert -O raw "$work/disk.qcow2" "$work/after.img"
	e2fsck -fn "$work/after.img" && dumpe2fs -h "$work/after.img" 2>/dev/null |
		grep -q '^Filesystem state: *clean$'
}

image_end()
{
	[ -n "${qemu:-}" ] && kill "$qemu" 2>/dev/null
	rm -rf "$work"
}

# image_test ROLE PAGE-SIZE
image_test()
{
	role=$1
	page_size=$2
	image=$PAR_IMAGES/$role
	[ -f "$image/image.json" ] || skip_all "the image $role is not built"
	command -v qemu-system-ppc64 >/dev/null || skip_all "no qemu-system-ppc64"
	work=$(mktemp -d)
	trap image_end EXIT
	image_check_manifest
	image_check_tree
	image_check_boot
	done_testing
}
