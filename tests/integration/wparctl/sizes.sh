#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# sizes.sh - a size that cannot hold is refused by what the file system lacks, and all else works there.
# That sizes hold is shown in an LPAR, whose kernel has project quotas: tests/guest/cases/quota.sh.
# timeout: 120
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

trap 'clear_away dev; umount -l "$WPARS_ROOT/plain" "$WPARS_ROOT/ram" 2>/dev/null' EXIT

# refused NAME MESSAGE COMMAND... - that line, status 1
refused()
{
	local name=$1 message=$2 output status=0
	shift 2
	output=$("$@" 2>&1) || status=$?
	is "$name" "$status $output" "1 $message"
}

mkdir -m 700 "$WPARS_ROOT/plain" "$WPARS_ROOT/ram"
truncate -s 200M "$TMPDIR/image"
mkfs.ext4 -q -F -O ^project,^quota "$TMPDIR/image"
ok "an ext4 without quotas" mount -o loop "$TMPDIR/image" "$WPARS_ROOT/plain"
chmod 700 "$WPARS_ROOT/plain"
ok "and a tmpfs" mount -t tmpfs -o mode=700 none "$WPARS_ROOT/ram"

ext4="size= cannot hold in /plain/dev: its file system (ext4) has no project quotas in force; 'tune2fs -O project,quota -Q prjquota' and the mount option prjquota give it some"
refused "mkwpar on ext4 without quotas" "mkwpar: $ext4" mkwpar -n dev -d /plain/dev -M directory=/home size=32M
refused "and on a tmpfs" \
	"mkwpar: size= cannot hold in /ram/dev: its file system (tmpfs) has no quotas for directories; choose a base directory on ext4 or xfs (-d)" \
	mkwpar -n dev -d /ram/dev -M directory=/home size=32M
is "nothing is made" "$(find "$WPARS_ROOT"/{plain,ram}/dev "$WPARS_ROOT/etc/wpars" -mindepth 0 -name 'dev*' 2>/dev/null)" ""

ok "without a size it is made" mkwpar -n dev -d /plain/dev -s
refused "chwpar" "chwpar: $ext4" chwpar -M directory=/home size=+32M dev
ok "unlimited is what it is" chwpar -M directory=/home size=unlimited dev
like "the specification says so" "$(cat "$WPARS_ROOT/etc/wpars/dev.cf")" 'size = "unlimited"'
ok "stopwpar" stopwpar -F dev

# A directory of its own that is added gets its mount point.
ok "chwpar -M of a stopped one" chwpar -M directory=/data vfs=directory dev
ok "startwpar" startwpar dev
like "has it" "$(clogin dev df </dev/null)" '/data$'
ok "to be written to" clogin dev touch /data/x </dev/null
ok "rmwpar" rmwpar -F dev
done_testing
