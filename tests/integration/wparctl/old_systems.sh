#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# old_systems.sh - real old systems in WPARs of this machine: each runs its own services, takes a package of its
# own era from a file by its own package manager, and has both again after a stop and a start, and when it is
# made again from its backup
# timeout: 420
# uses: images old-roots
# shellcheck disable=SC2016,SC2317 # in single quotes another shell expands; lib.sh calls functions
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

[ "$(uname -m)" = x86_64 ] || skip_all "the images are for amd64"
roots=$PAR_OLD_ROOTS
mkdir -p "$WPARS_ROOT/tmp"
trap 'clear_away deb box' EXIT

# inside NAME COMMAND-LINE
inside()
{
	clogin "$1" -- sh -c "$2" 2>&1 </dev/null
}

# is_active NAME SUBSYSTEM
is_active()
{
	lssrc -@ "$1" -s "$2" | grep -q ' active$'
}

# serves NAME - its own web server answers with a file of its own
serves()
{
	[ "$(inside "$1" 'wget -qO- http://127.0.0.1:8080/')" = "It runs." ]
}

# lives_on NAME CHECK - stopped and started, and backed up while it runs, removed and restored: CHECK holds again
lives_on()
{
	local name=$1 save=$TMPDIR/$1.save
	ok "$name: stopwpar" stopwpar -t 60 "$name"
	ok "$name: startwpar" startwpar "$name"
	"$2" "after a stop and a start"
	ok "$name: savewpar while it runs" savewpar -f "$save" "$name"
	ok "$name: rmwpar" rmwpar -F "$name"
	ok "$name: restwpar" restwpar -f "$save"
	is "$name: it is a versioned one again" "$(lswpar -qc -a name,state,type "$name")" "$name:D:L"
	ok "$name: it starts" startwpar "$name"
	"$2" "restored from its backup"
	ok "$name: rmwpar of that" rmwpar -F "$name"
	rm "$save"
}

# Debian 11, or the oldest suite older than this machine's that the archive has whole
image=${PAR_MKSYSB:-}/old-amd64.tar.zst
suite=$(jq -r .codename "$image.json" 2>/dev/null)
hello=$roots/hello-$suite-amd64.deb

# debian WHEN - what its system is, its service, and its package
debian()
{
	is "deb: it is $suite, $1" "$(inside deb '. /etc/os-release; echo "$VERSION_CODENAME"')" "$suite"
	ok "deb: its cron runs, $1" wait_for 30 is_active deb cron
	is "deb: which is the image's, $1" "$(inside deb 'readlink /proc/$(pgrep -x cron)/exe')" /usr/sbin/cron
	is "deb: its package runs, $1" "$(inside deb hello)" "Hello, world!"
	is "deb: as the archive's file says it, $1" "$(inside deb 'dpkg-query -W -f "\${Status} \${Version}" hello')" \
		"install ok installed $(dpkg-deb -f "$hello" Version)"
	is "deb: and nothing of it has changed, $1" "$(inside deb 'dpkg -V hello')" ""
}

[ ! -e "$PAR_MKSYSB/old-amd64.why" ] || skip "Debian 11" "$(tail -n 2 "$PAR_MKSYSB/old-amd64.why" | tr '\n' ' ')"
if [ ! -e "$hello" ] || [ ! -e "$image" ]; then
	skip "Debian" "the archive could not give it: $(cat "$roots/absent")"
else
	ok "deb: mkwpar -C -B" mkwpar -n deb -C -B "$image"
	ok "deb: startwpar" startwpar deb
	ok "deb: a package of its era" sh -c 'clogin deb -- sh -c "cat >/root/hello.deb && dpkg -i /root/hello.deb" <"$1"' sh "$hello"
	debian "after its installation"
	lives_on deb debian
fi

# A root that is busybox alone; its own init starts its own services.  As a plain tarball, and in layers
box()
{
	is "box: process 1 is its init, $1" "$(inside box 'cat /proc/1/comm')" init
	ok "box: its web server answers, $1" wait_for 20 serves box
	ok "box: its cron runs, $1" wait_for 20 inside box 'pidof crond'
	is "box: its package is there, $1" "$(inside box old-tool)" "old tool on $(uname -m)"
	like "box: and listed, $1" "$(inside box 'dpkg -l')" '^ *ii +old-tool +1\.0'
}

# box_of IMAGE - a WPAR of it with the package
box_of()
{
	ok "box: mkwpar -C -B of ${1##*/}" mkwpar -f "$TMPDIR/box.spec" -C -B "$1"
	ok "box: startwpar" startwpar box
	is "box: what it is" "$(inside box oslevel)" 3.2
	ok "box: a package" sh -c 'clogin box -- sh -c "cat >/tmp/old-tool.deb && dpkg -i /tmp/old-tool.deb" <"$1"' sh \
		"$TMPDIR/old-tool.deb"
	box "after its installation"
}

if [ ! -e "$roots/box-amd64.tar" ]; then
	skip "busybox" "$(grep '^box-amd64' "$roots/absent")"
else
	mkdir -p "$TMPDIR"/{box,tool/DEBIAN,tool/bin,upper/etc,upper/srv/www}
	tar -xf "$roots/box-amd64.tar" -C "$TMPDIR/box" --exclude=./image.data
	printf '::respawn:/sbin/crond -f -c /var/spool/cron/crontabs\n::respawn:/sbin/httpd -f -p 8080 -h /srv/www\n' \
		>"$TMPDIR/box/etc/inittab"
	printf 'general:\n\tname = "box"\n\tinit = "/sbin/init"\n' >"$TMPDIR/box.spec"
	printf 'Package: old-tool\nVersion: 1.0\nArchitecture: all\nMaintainer: none\nDescription: of its time\n' \
		>"$TMPDIR/tool/DEBIAN/control"
	printf '#!/bin/sh\necho old tool on $(uname -m)\n' >"$TMPDIR/tool/bin/old-tool"
	chmod 755 "$TMPDIR/tool/bin/old-tool"
	dpkg-deb --root-owner-group -Zgzip --build "$TMPDIR/tool" "$TMPDIR/old-tool.deb" >/dev/null
	tar -czf "$TMPDIR/box.tar.gz" --numeric-owner -C "$TMPDIR/box" .
	box_of "$TMPDIR/box.tar.gz"
	lives_on box box

	# What the web server shows, and which services there are, is in the upper of two layers.
	mv "$TMPDIR/box/etc/inittab" "$TMPDIR/upper/etc/"
	mv "$TMPDIR/box/srv/www/index.html" "$TMPDIR/upper/srv/www/"
	echo "of the lower layer" >"$TMPDIR/box/srv/www/index.html"
	echo "of the lower layer" >"$TMPDIR/box/srv/www/old.html"
	: >"$TMPDIR/upper/srv/www/.wh.old.html"
	ok "an OCI archive of two layers" python3 "$PAR_TEST_SOURCE/integration/wparctl/make_oci.py" "$TMPDIR/box-oci.tar" amd64 \
		"$TMPDIR/box" "$TMPDIR/upper"
	box_of "$TMPDIR/box-oci.tar"
	fails "box: what the upper layer takes away is gone" inside box 'test -e /srv/www/old.html'
	lives_on box box
fi
is "the store is empty" "$(ls -A "$WPARS_ROOT/var/lib/wpars/images")" ""
done_testing
