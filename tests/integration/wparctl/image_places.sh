#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# image_places.sh - images that have a link, a file or a folder where each WPAR has something of its own: /run,
# /proc, /dev, /sys, /etc/init
# timeout: 120
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

work=$(mktemp -d)
trap 'clear_away odd plain upstart; rm -rf "$work"' EXIT

mkdir -p "$work/root"/{bin,etc,tmp,var/run,elsewhere}
cp "$(type -P busybox)" "$work/root/bin/busybox"
ln -s busybox "$work/root/bin/sh"
printf 'NAME="Tiny Linux"\nID=tiny\nVERSION_ID="3.2"\n' >"$work/root/etc/os-release"
echo 'root:x:0:0::/:/bin/sh' >"$work/root/etc/passwd"
echo mine >"$work/root/elsewhere/file"

# starts NAME - an image of that root is taken, and its WPAR starts and has what each has
starts()
{
	tar -C "$work/root" -cf "$work/$1.tar" .
	is "$1: lsmksysb finds nothing against it" "$(lsmksysb --json -f "$work/$1.tar" | jq .usable)" true
	ok "$1: mkwpar" mkwpar -n "$1" -C -B "$work/$1.tar"
	ok "$1: startwpar" startwpar "$1"
	is "$1: it has its own places" "$(clogin "$1" -- /bin/busybox sh -c '
		cd /; for d in proc run dev sys; do busybox test -d $d && ! busybox test -L $d && echo $d; done
		busybox test -f /etc/init && busybox test -c /dev/null && busybox test -e /proc/self && echo init; busybox cat /elsewhere/file' 2>&1 | tr '\n' ' ')" \
		"proc run dev sys init mine "
	ok "$1: rmwpar" rmwpar -F "$1"
}

mkdir "$work/root"/{run,proc,dev,sys}
starts plain
rmdir "$work/root"/{run,proc,dev,sys}
ln -s var/run "$work/root/run"
ln -s /elsewhere "$work/root/proc"
echo a file >"$work/root/sys"
ln -s nowhere "$work/root/dev"
ln -s /elsewhere/file "$work/root/etc/init"
starts odd
# As Upstart has it.
rm "$work/root"/{run,proc,dev,sys,etc/init}
mkdir "$work/root"/{run,proc,dev,sys,etc/init}
echo 'start on runlevel' >"$work/root/etc/init/rc.conf"
starts upstart
# Where what is the WPAR's own must be put.
for place in etc usr/lib usr; do
	mkdir -p "$work/root/usr/lib"
	mv "$work/root/$place" "$work/root/var/there"
	ln -s "/var/there" "$work/root/$place"
	tar -C "$work/root" -cf "$work/link.tar" .
	like "/$place is a link: lsmksysb says it" "$(lsmksysb -l -f "$work/link.tar")" 'mkwpar refuses it, because its .* is no folder'
	like "and mkwpar" "$(mkwpar -n odd -C -B "$work/link.tar" 2>&1)" '^mkwpar: .* is no folder, and what a WPAR has of its own is put there'
	is "nothing is left" "$(lswpar -qa name; ls -A "$WPARS_ROOT/var/lib/wpars/images")" ""
	rm "$work/root/$place"
	mv "$work/root/var/there" "$work/root/$place"
done
done_testing
