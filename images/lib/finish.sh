# shellcheck shell=sh disable=SC2034,SC2154 # the parts share their variables
# SPDX-License-Identifier: Apache-2.0
#
# Does by hand what the packages' maintainer scripts would have done, so that an unpacked tree is
# a system: users, alternatives, library cache, certificates, the files in /etc.

# tree_finish TREE HOSTNAME
tree_finish() {
	finish_links "$1"
	finish_users "$1"
	finish_etc "$1" "$2"
	finish_shells "$1"
	finish_root_home "$1"
	finish_alternatives "$1"
	finish_certificates "$1"
	finish_var "$1"
	finish_libraries "$1"
}

finish_links() {
	for dir in bin sbin lib lib64; do
		[ -L "$1/$dir" ] || die "/$dir of the tree is no link to /usr: a package replaced it"
	done
	rmdir "$1/usr/lib64" 2>/dev/null && rm "$1/lib64"
	for dir in dev proc sys run tmp mnt media srv opt home root boot; do
		mkdir -p "$1/$dir"
	done
	chmod 1777 "$1/tmp"
	chmod 700 "$1/root"
	rm -rf "$1/var/run" "$1/var/lock"
	ln -s /run "$1/var/run"
	ln -s /run/lock "$1/var/lock"
	[ -e "$1/usr/bin/sh" ] || [ -L "$1/usr/bin/sh" ] || ln -s dash "$1/usr/bin/sh"
}

# base-passwd's users and groups, then the groups and users packages ask for (sysusers.d).
# Every password is locked but root's, which is empty: the console is the only way in.
finish_users() {
	cp "$1/usr/share/base-passwd/passwd.master" "$1/etc/passwd"
	cp "$1/usr/share/base-passwd/group.master" "$1/etc/group"
	sed -i -e 's,^root:[^:]*:,root:x:,' -e 's/^\([^:]*\):\*:/\1:x:/' "$1/etc/passwd"
	sed -i -e 's/^\([^:]*\):\*:/\1:x:/' "$1/etc/group"
	finish_sysusers "$1"
	finish_asked_users "$1"
	awk -F: '{ printf "%s:%s:20000:0:99999:7:::\n", $1, $1 == "root" ? "" : "*" }' \
		"$1/etc/passwd" >"$1/etc/shadow"
	awk -F: '{ printf "%s:*::\n", $1 }' "$1/etc/group" >"$1/etc/gshadow"
	for file in passwd group shadow gshadow; do
		cp "$1/etc/$file" "$1/etc/$file-"
	done
	shadow_gid=$(awk -F: '$1 == "shadow" { print $3 }' "$1/etc/group")
	chmod 644 "$1/etc/passwd" "$1/etc/group"
	chmod 640 "$1/etc/shadow" "$1/etc/gshadow" "$1/etc/shadow-" "$1/etc/gshadow-"
	chgrp "$shadow_gid" "$1/etc/shadow" "$1/etc/gshadow" "$1/etc/shadow-" "$1/etc/gshadow-"
}

# sysusers.d lines: "g NAME GID" and "u NAME UID[:GID] \"TEXT\" HOME SHELL".  "-" takes the next
# free id from 999 down, as systemd-sysusers does.
finish_sysusers() {
	for file in "$1"/usr/lib/sysusers.d/*.conf; do
		[ -f "$file" ] || continue
		sed -e 's/#.*//' "$file" | while read -r kind name id rest; do
			case $kind in
			g) finish_group "$1" "$name" "$id" ;;
			u | u!)
				finish_group "$1" "$name" "${id#*:}"
				grep -q "^$name:" "$1/etc/passwd" && continue
				gid=$(awk -F: -v n="$name" '$1 == n { print $3 }' "$1/etc/group")
				case $id in
				'' | - | *[!0-9]*) id=$gid ;;
				esac
				home=$(printf '%s\n' "$rest" | sed 's/"[^"]*"//' | awk '{ print $1 }')
				case $home in
				'' | -) home=/ ;;
				esac
				printf '%s:x:%s:%s::%s:/usr/sbin/nologin\n' "$name" "$id" "$gid" \
					"$home" >>"$1/etc/passwd"
				;;
			esac
		done
	done
}

# Users and groups that maintainer scripts of older suites make, and sysusers.d of newer ones.
finish_asked_users() {
	[ ! -x "$1/usr/sbin/cron" ] || finish_group "$1" crontab -
	if [ -x "$1/usr/sbin/sshd" ] && ! grep -q '^sshd:' "$1/etc/passwd"; then
		finish_group "$1" sshd -
		gid=$(awk -F: '$1 == "sshd" { print $3 }' "$1/etc/group")
		echo "sshd:x:$gid:$gid::/run/sshd:/usr/sbin/nologin" >>"$1/etc/passwd"
	fi
}

finish_group() {
	grep -q "^$2:" "$1/etc/group" && return 0
	gid=$3
	case $gid in
	'' | *[!0-9]*)
		gid=999
		while cut -d: -f3 "$1/etc/group" "$1/etc/passwd" | grep -qx "$gid"; do
			gid=$((gid - 1))
		done
		;;
	esac
	printf '%s:x:%s:\n' "$2" "$gid" >>"$1/etc/group"
}

finish_etc() {
	cp -R "$here/rootfs/etc/." "$1/etc/"
	echo "$2" >"$1/etc/hostname"
	: >"$1/etc/machine-id"
	chmod 444 "$1/etc/machine-id"
	for file in profile nsswitch.conf; do
		[ -e "$1/etc/$file" ] && continue
		for from in base-files libc-bin; do
			if [ -f "$1/usr/share/$from/$file" ]; then
				cp "$1/usr/share/$from/$file" "$1/etc/$file"
				break
			fi
		done
	done
	[ -e "$1/etc/os-release" ] || ln -s ../usr/lib/os-release "$1/etc/os-release"
	[ -e "$1/etc/mtab" ] || ln -s ../proc/self/mounts "$1/etc/mtab"
	echo "LANG=C.UTF-8" >"$1/etc/default/locale"
	mkdir -p "$1/usr/local/bin" "$1/usr/local/sbin" "$1/usr/local/lib" "$1/usr/local/share"
	chmod 644 "$1/etc/fstab" "$1/etc/hosts" "$1/etc/hostname"
}

# As update-shells does it: each by both of its names.
finish_shells() {
	{
		cat "$1/usr/share/debianutils/shells" 2>/dev/null || echo "# /etc/shells"
		cat "$1"/usr/share/debianutils/shells.d/* 2>/dev/null
		echo /bin/sh
	} | awk '/^\/bin\// { print; print "/usr" $0; next } 1' |
		awk '!seen[$0]++' >"$1/etc/shells"
	chmod 644 "$1/etc/shells"
}

finish_root_home() {
	for file in .bashrc .profile; do
		from=$1/usr/share/base-files/dot${file}
		[ -f "$from" ] && cp "$from" "$1/root/$file"
	done
	return 0
}

# link - the alternative NAME at PATH points to TARGET, when it is there and nothing else is.
finish_alternative() {
	[ -e "$1$4" ] || return 0
	[ -L "$1/etc/alternatives/$2" ] && return 0
	ln -s "$4" "$1/etc/alternatives/$2"
	[ -e "$1$3" ] || ln -sf "/etc/alternatives/$2" "$1$3"
}

finish_alternatives() {
	mkdir -p "$1/etc/alternatives" "$1/var/lib/dpkg/alternatives"
	lines_of_three "$here/lists/alternatives.txt" | while read -r name link target; do
		finish_alternative "$1" "$name" "$link" "$target"
	done
}

lines_of_three() {
	sed -e 's/#.*//' -e '/^[ \t]*$/d' "$@"
}

# The CA bundle as update-ca-certificates makes it; host's openssl names the links by subject.
finish_certificates() {
	[ -d "$1/usr/share/ca-certificates" ] || return 0
	mkdir -p "$1/etc/ssl/certs"
	{
		echo "# Certificates listed here and not starting with ! are trusted."
		(cd "$1/usr/share/ca-certificates" && find . -name '*.crt' | sed 's,^\./,,' | sort)
	} >"$1/etc/ca-certificates.conf"
	: >"$1/etc/ssl/certs/ca-certificates.crt"
	sed '/^#/d' "$1/etc/ca-certificates.conf" | while read -r certificate; do
		cat "$1/usr/share/ca-certificates/$certificate" >>"$1/etc/ssl/certs/ca-certificates.crt"
		name=${certificate##*/}
		ln -sf "/usr/share/ca-certificates/$certificate" "$1/etc/ssl/certs/${name%.crt}.pem"
	done
}

finish_var() {
	mkdir -p "$1/var/log" "$1/var/tmp" "$1/var/mail" "$1/var/spool" "$1/var/cache" "$1/var/lib/misc"
	chmod 1777 "$1/var/tmp"
	chmod 2775 "$1/var/mail"
	chgrp 8 "$1/var/mail"
	[ -e "$1/var/spool/mail" ] || ln -s ../mail "$1/var/spool/mail"
	for file in wtmp btmp lastlog; do
		: >"$1/var/log/$file"
		chgrp 43 "$1/var/log/$file"
		chmod 664 "$1/var/log/$file"
	done
	chmod 660 "$1/var/log/btmp"
	echo 1 >"$1/var/lib/dpkg/info/format"
	echo "$arch" >"$1/var/lib/dpkg/arch"
}

# /etc/ld.so.cache: the host's ldconfig refuses foreign libraries, so a small program of ours
# reads their names.
finish_libraries() {
	"$(host_tool ldcache)" "$1" "$arch"
}

# host_tool NAME - images/tools/NAME*.c, compiled for this machine; prints the program.
host_tool() {
	tool_exe=$cache/images/tools/$1
	if [ ! -x "$tool_exe" ] ||
		[ -n "$(find "$here/tools" -name "$1*.[ch]" -newer "$tool_exe")" ]; then
		mkdir -p "${tool_exe%/*}"
		${CC:-cc} -std=gnu17 -O2 -Wall -Wextra -Werror -D_GNU_SOURCE -o "$tool_exe.$$" \
			"$here/tools/$1"*.c >&2 || die "images/tools/$1.c does not compile"
		mv "$tool_exe.$$" "$tool_exe"
	fi
	printf '%s\n' "$tool_exe"
}
