#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# old-roots.sh OUTDIR - small old systems of several architectures, and what tests need to run them
#
#	box-ARCH.tar		the image of a system that is busybox and nothing else; ARCH: ppc64 (big-endian, built
#				from busybox's source with the archive's cross C library), i386, amd64, ppc64el
#	qemu-HOST/		qemu-user for the host HOST (amd64, ppc64el): qemu-ppc64-static, qemu-i386-static
#	qemu-old-ppc64el/	the same of Debian 12, whose qemu-ppc64-static fails on ppc64el
#	attack-ppc64		tests/helpers/attack.c for that machine
#	hello-SUITE-ARCH.deb	a package of the suite, for the old system of that suite: each that build/mksysb has
#				an image of
#	absent			lines "NAME: REASON" for what the archive could not give; tests that need it are
#				skipped with the reason
#
# Everything comes from the machine's own archives, as the builders of images do it, and is kept in
# their cache.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
out=$(mkdir -p "$1" && cd "$1" && pwd)
here=$top/images
cross=powerpc64-linux-gnu-
TMPDIR=$(mktemp -d)
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
version=1 # changes with what is made here

# archive SUITE ARCH LIBRARY-CALL... - in a subshell with the builders' library, after apt_setup
archive()
{
	(
		set +o pipefail
		export LC_ALL=C
		# shellcheck disable=SC1090
		for part in common sources suites packages resolve tree; do
			. "$here/lib/$part.sh"
		done
		only_one "old-roots-$1-$2"
		suites_find
		apt_setup "$(suites_codename "$1")" "$2"
		apt_refresh
		shift 2
		"$@"
	)
}

# fetch_one PACKAGE - prints the file of that package alone
fetch_one()
{
	apt_only="^$1_"
	list=$cache/images/one-$suite-$arch-$1.list
	apt_fetch "$list" "$1" >&2 || exit
	echo "$apt_dir/archives/$(head -n 1 "$list")"
}

# fetch_source PACKAGE - prints the folder with the files of its source, fetched anew when the index has
# another version
fetch_source()
{
	local folder=$apt_dir/source
	mkdir -p "$folder/lists/partial" "$folder/sources" "$folder/$1"
	rm -f "$folder/sources"/*
	for part in "$apt_dir/sources"/*.sources; do
		sed 's/^Types: deb$/Types: deb-src/' "$part" >"$folder/sources/${part##*/}"
	done
	set -- -o Dir::State::Lists="$folder/lists" -o Dir::Etc::sourceparts="$folder/sources" \
		-o Dir::Cache::srcpkgcache= -o Dir::Cache::pkgcache= "$1"
	if [ -z "$(find "$folder/refreshed" -mmin -1440 2>/dev/null)" ]; then
		apt_own apt-get -qq "${@:1:$#-1}" update >"$folder/log" 2>&1 &&
			touch "$folder/refreshed"
	fi
	(cd "$folder/${*: -1}" && apt_own apt-get "${@:1:$#-1}" source --download-only "${*: -1}") \
		>>"$folder/log" 2>&1 || {
		tail -n 3 "$folder/log" >&2
		return 1
	}
	echo "$folder/${*: -1}"
}

# absent NAME REASON-FILE
absent()
{
	printf '%s: %s\n' "$1" "$(tail -n 1 "$2" | cut -c 1-300)" >>"$out/absent.new"
	rm -f "${out:?}/$1"
}

# make NAME COMMAND... - the command makes $out/NAME, or says why it cannot
make_one()
{
	local name=$1
	shift
	[ ! -e "$out/$name" ] || return 0
	echo "$name"
	"$@" "$out/$name.new" >"$out/log" 2>&1 && mv "$out/$name.new" "$out/$name" || {
		rm -rf "$out/$name.new"
		cat "$out/log"
		absent "$name" "$out/log"
	}
}

# busybox_config - what the big-endian one is to have, on standard output
busybox_config()
{
	printf 'CONFIG_%s=y\n' STATIC LONG_OPTS SHOW_USAGE BUSYBOX LFS PLATFORM_LINUX FEATURE_EDITING \
		FEATURE_DEVPTS ASH ASH_INTERNAL_GLOB ASH_ALIAS ASH_ECHO ASH_PRINTF ASH_TEST ASH_GETOPTS ASH_CMDCMD \
		ASH_JOB_CONTROL SH_IS_ASH SH_MATH SH_MATH_64 FEATURE_SH_MATH FEATURE_SH_MATH_64 SHELL_ASH CAT CHMOD \
		CHOWN CP CUT DATE DD DF ECHO ENV EXPR FALSE HEAD FEATURE_FANCY_HEAD ID INSTALL LN LS \
		FEATURE_LS_FILETYPES FEATURE_LS_USERNAME MKDIR MKFIFO MKNOD MV OD PRINTF PWD READLINK RM RMDIR SEQ SLEEP \
		SORT STAT SYNC TAIL TEE TEST TOUCH TR TRUE UNAME UNIQ WC WHOAMI SHA256SUM HOSTNAME TTY GREP SED AWK FIND \
		FEATURE_FIND_TYPE FEATURE_FIND_XDEV XARGS TAR FEATURE_TAR_CREATE FEATURE_TAR_GNU_EXTENSIONS FEATURE_TAR_LONG_OPTIONS GZIP \
		GUNZIP FEATURE_SEAMLESS_GZ FEATURE_SEAMLESS_XZ XZ UNXZ AR DPKG DPKG_DEB PS KILL KILLALL PGREP \
		PIDOF INIT FEATURE_USE_INITTAB HALT POWEROFF REBOOT CROND CRONTAB SYSLOGD LOGGER START_STOP_DAEMON \
		LOGIN SU GETTY PASSWD USE_BB_CRYPT USE_BB_CRYPT_SHA INETD FEATURE_INETD_SUPPORT_BUILTIN_ECHO NC NETSTAT \
		PING WGET HTTPD MOUNT UMOUNT SETSID WHICH
}

# busybox_ppc64 OUT - big-endian, with the C library of the archive's cross packages
busybox_ppc64()
{
	local source work
	source=$(archive bookworm ppc64el fetch_source busybox) || return
	work=$(mktemp -d)
	tar -C "$work" --strip-components=1 -xf "$(ls "$source"/busybox_*.orig.tar.bz2)" || return
	(
		cd "$work" || exit
		make allnoconfig >/dev/null || exit
		busybox_config >wanted
		awk 'FILENAME == "wanted" { sub(/=y/, ""); wanted[$0]; next }
			/ is not set$/ && ($2 in wanted) { print $2 "=y"; next } { print }' wanted .config >new
		mv new .config
		yes '' | make oldconfig CROSS_COMPILE="$cross" >/dev/null
		make -j2 CROSS_COMPILE="$cross" >log 2>&1 || { tail -n 5 log && exit 1; }
		cp busybox "$1"
	) || return
}

# busybox_deb ARCH OUT - Debian's own, which needs no libraries
busybox_deb()
{
	local deb work
	deb=$(archive bookworm "$1" fetch_one busybox-static) || return
	work=$(mktemp -d)
	dpkg-deb --fsys-tarfile "$deb" | tar -xC "$work" || return
	cp "$work"/bin/busybox "$2" 2>/dev/null || cp "$work"/usr/bin/busybox "$2" || return
}

# applets BUSYBOX - their names: busybox has them in its text, one after the other
applets()
{
	python3 - "$1" <<-'END'
		import re, sys
		data = open(sys.argv[1], "rb").read()
		names = max(re.findall(rb"(?:[a-z0-9\[_-]+\x00){40,}", data), key=len)
		print("\n".join(n.decode() for n in names.split(b"\0") if n))
	END
}

# box MACHINE BUSYBOX OUT - the image; its system is Tiny Linux 3.2
box()
{
	local root data name
	root=$(mktemp -d)
	data=$(mktemp -d)
	mkdir -p "$root"/{bin,sbin,usr/bin,usr/sbin,usr/lib,lib,etc/init.d,root,home/ann,srv/www,tmp,dev,proc,sys,run} \
		"$root"/var/{log,tmp,spool/cron/crontabs,lib/dpkg/info}
	chmod 1777 "$root/tmp" "$root/var/tmp"
	install -m 755 "$2" "$root/bin/busybox"
	for name in $(applets "$2"); do
		case $name in
		busybox | chroot) ;;
		init | halt | poweroff | reboot | crond | inetd | httpd | syslogd | klogd | getty | udhcpc | mdev)
			ln -s ../bin/busybox "$root/sbin/$name"
			;;
		*) ln -s busybox "$root/bin/$name" ;;
		esac
	done
	printf 'root::0:0:root:/root:/bin/sh\nann:x:1000:1000:Ann:/home/ann:/bin/sh\n' >"$root/etc/passwd"
	printf 'root:x:0:\nann:x:1000:\n' >"$root/etc/group"
	printf 'NAME="Tiny Linux"\nID=tiny\nVERSION_ID=3.2\n' >"$root/etc/os-release"
	printf 'It runs.\n' >"$root/srv/www/index.html"
	: >"$root/var/lib/dpkg/status"
	chown -R 1000:1000 "$root/home/ann"
	{
		printf 'image_data:\n\tFORMAT = 1\n\tOSNAME = "Tiny Linux"\n\tOSID = tiny\n\tOSLEVEL = 3.2\n'
		printf '\tARCH = %s\n\tKERNEL_RELEASE = 2.6.32-tiny\n\tKERNEL_VERSION = "#1 Tiny"\n' "$1"
		printf '\tSIZE_KB = %s\n' "$(du -sk --apparent-size "$root" | cut -f1)"
	} >"$data/image.data"
	tar -cf "$3" --numeric-owner --sort=name -C "$data" ./image.data -C "$root" .
}

box_ppc64()
{
	busybox_ppc64 "$out/busybox" && box ppc64 "$out/busybox" "$1"
}

# box_deb ARCH MACHINE OUT
box_deb()
{
	busybox_deb "$1" "$out/busybox" && box "$2" "$out/busybox" "$3"
}

# qemu SUITE HOST OUT - qemu-user that needs no libraries; from Debian 13 on it is in another package
qemu()
{
	local deb machine package=qemu-user-static work
	[ "$1" = bookworm ] || package=qemu-user
	deb=$(archive "$1" "$2" fetch_one "$package") || return
	work=$(mktemp -d)
	dpkg-deb --fsys-tarfile "$deb" |
		tar -xC "$work" --wildcards './usr/bin/qemu-ppc64*' './usr/bin/qemu-i386*' || return
	mkdir -p "$3"
	for machine in ppc64 i386; do
		cp "$work/usr/bin/qemu-$machine-static" "$3/" 2>/dev/null ||
			cp "$work/usr/bin/qemu-$machine" "$3/qemu-$machine-static" || return
	done
}

# deb SUITE ARCH PACKAGE OUT
deb()
{
	local file
	file=$(archive "$1" "$2" fetch_one "$3") && cp "$file" "$4"
}

# systems - lines "SUITE ARCH": the old systems of which there are images
systems()
{
	cat "$top"/build/mksysb/old-*.json 2>/dev/null | jq -r '"\(.codename) \(.architecture)"'
}

attack()
{
	"${cross}gcc" -D_GNU_SOURCE -O2 -static -o "$1" "$top/tests/helpers/attack.c"
}

if [ "$(cat "$out/version" 2>/dev/null)" != "$version $(sha256sum <"$0")" ] || [ -s "$out/absent" ]; then
	rm -rf "${out:?}"/{box-*,qemu-*,attack-*,hello-*,absent}
fi
rm -f "$out/absent.new"
make_one box-ppc64.tar box_ppc64
make_one box-i386.tar box_deb i386 i686
make_one box-amd64.tar box_deb amd64 x86_64
make_one box-ppc64el.tar box_deb ppc64el ppc64le
make_one qemu-amd64 qemu bookworm amd64
make_one qemu-ppc64el qemu trixie ppc64el
make_one qemu-old-ppc64el qemu bookworm ppc64el
make_one attack-ppc64 attack
make_one hello-bookworm-i386.deb deb bookworm i386 hello
while read -r suite arch; do
	make_one "hello-$suite-$arch.deb" deb "$suite" "$arch" hello </dev/null
done < <(systems)
rm -f "$out/busybox" "$out/log"
touch "$out/absent.new"
mv "$out/absent.new" "$out/absent"
echo "$version $(sha256sum <"$0")" >"$out/version"
