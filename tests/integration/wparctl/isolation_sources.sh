#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# isolation_sources.sh - directories that a WPAR is given: set-user-id programs left in them, links
# put in their place, shields taken away
# timeout: 200
# shellcheck disable=SC2016 # in single quotes the WPAR's shell expands
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

# Reachable by everybody, as /srv is.
open=$(mktemp -d /tmp/isolation-XXXXXX)
chmod 755 "$open"
WPARS_ROOT=$open/root
mkdir -p "$WPARS_ROOT"
trap 'clear_away s1 s2 s3; umount "$open"/* 2>/dev/null; rm -rf --one-file-system "$open"' EXIT

# as_user COMMAND... - an ordinary user of the global environment
as_user()
{
	# By a shell: setpriv itself still has root's capabilities when it looks for the program.
	setpriv --reuid 65534 --regid 65534 --clear-groups -- sh -c 'exec "$@"' sh "$@" 2>&1
}

# 1: a set-user-id program in the source of a namefs
mkdir "$open/r1"
out=$(mkwpar -n s1 -M directory=/data vfs=namefs dev="$open/r1" 2>&1)
is "a writable namefs that users reach is refused" $? 1
like "and why" "$out" "set-user-id programs in $open/r1 .*chmod 700.*nosuid,nodev"
is "nothing is made" "$(ls "$WPARS_ROOT/etc/wpars" 2>/dev/null)" ""
out=$(wparexec -n e1 -M directory=/mnt vfs=namefs dev="$open/r1" /bin/true 2>&1)
is "wparexec refuses it too" $? 1
like "by the same sentence" "$out" "set-user-id programs in $open/r1 "
chmod 700 "$open/r1"
fails "its own mode is no shield: the WPAR may change that" \
	mkwpar -n s1 -M directory=/data vfs=namefs dev="$open/r1"
chmod 755 "$open/r1"
ok "read-only it may be open" mkwpar -n s1 -M directory=/data vfs=namefs dev="$open/r1" mountopts=ro -s
fails "and is read-only" clogin s1 -- touch /data/x
ok "rmwpar" rmwpar -F s1

mkdir -p "$open/closed/r1"
chmod 700 "$open/closed"
ok "with a folder above that is root's alone it may be written" \
	mkwpar -n s1 -M directory=/data vfs=namefs dev="$open/closed/r1" -s
ok "by its root" clogin s1 -- sh -c 'cp /bin/dash /data/sh && chmod 4755 /data/sh'
is "a set-user-id program of the LPAR's root lies there" "$(stat -c '%u %a' "$open/closed/r1/sh")" "0 4755"
like "that no user runs" "$(as_user "$open/closed/r1/sh" -p -c id)" 'Permission denied'
ok "stopwpar" stopwpar -F s1
chmod 755 "$open/closed"
is "with the shield taken away a user is root (or the test is wrong)" \
	"$(as_user "$open/closed/r1/sh" -p -c 'id -u')" 0
fails "so it does not start" startwpar s1
like "and says so" "$(startwpar s1 2>&1)" "set-user-id programs in $open/closed/r1 "
is "it is Defined" "$(lswpar -c -q -a state s1)" D
chmod 700 "$open/closed"
ok "shielded again it starts" startwpar s1
ok "stopwpar" stopwpar -F s1
# The same directory by another way.
mkdir "$open/other"
mount --bind "$open/closed/r1" "$open/other"
like "a bind mount leads around the shield" "$(startwpar s1 2>&1)" "who reach it at $open/other"
mount -o remount,bind,nosuid,nodev "$open/other"
ok "with nosuid,nodev it is harmless" startwpar s1
ok "rmwpar" rmwpar -F s1
umount "$open/other"
mkdir "$open/vol"
mount -t tmpfs -o nosuid,nodev none "$open/vol"
mkdir "$open/vol/x"
# A tmpfs cannot be mapped on kernels before 6.3: only the shield is looked at here.
unlike "a file system with nosuid,nodev needs no shield" \
	"$(mkwpar -n s1 -M directory=/data vfs=namefs dev="$open/vol/x" -s 2>&1; rmwpar -F s1 2>&1)" "set-user-id"
mount -o remount,suid,nodev "$open/vol"
like "with nodev alone it does" \
	"$(mkwpar -n s1 -M directory=/data vfs=namefs dev="$open/vol/x" 2>&1)" "set-user-id"
umount "$open/vol"

# The script of -u: what a WPAR's root writes is root's on the disk, too
printf '#!/bin/sh\n' >"$open/closed/r1/hook"
chmod 755 "$open/closed/r1/hook"
like "a script in the source of a writable namefs is refused" \
	"$(mkwpar -n s1 -M directory=/data vfs=namefs dev="$open/closed/r1" -u "$open/closed/r1/hook" 2>&1)" \
	"-u $open/closed/r1/hook: workload partition s1 can change it"
like "by wparexec too" \
	"$(wparexec -n e1 -M directory=/mnt vfs=namefs dev="$open/closed/r1" -u "$open/closed/r1/hook" /bin/true 2>&1)" \
	"workload partition e1 can change it"
is "nothing is made" "$(ls "$WPARS_ROOT/etc/wpars")" ""
ok "where the WPAR only reads it is taken" mkwpar -n s1 \
	-M directory=/data vfs=namefs dev="$open/closed/r1" mountopts=ro -u "$open/closed/r1/hook"
ok "another WPAR gets the folder" mkwpar -n s2 -M directory=/data vfs=namefs dev="$open/closed/r1"
like "then the first does not start any more" "$(startwpar s1 2>&1)" \
	"-u $open/closed/r1/hook: workload partition s2 can change it"
is "it is Defined" "$(lswpar -c -q -a state s1)" D
cp "$open/closed/r1/hook" "$WPARS_ROOT/wpars/s2/home/hook"
like "nor is a script in another WPAR taken" "$(mkwpar -n s3 -u "$WPARS_ROOT/wpars/s2/home/hook" 2>&1)" \
	"workload partition s2 can change it"
ok "rmwpar" rmwpar -F s2
ok "the first starts again" startwpar s1
ok "rmwpar" rmwpar -F s1

# 2: a source that another WPAR can change
ok "a WPAR with a directory" mkwpar -n s1 -s
ok "to share" clogin s1 -- mkdir /home/share
share=$WPARS_ROOT/wpars/s1/home/share
ok "another gets it" mkwpar -n s2 -M directory=/data vfs=namefs dev="$share" -s
ok "and it is shared" sh -c "clogin s1 -- touch /home/share/f && clogin s2 -- ls /data/f"
ok "stopwpar" stopwpar -F s2
clogin s1 -- sh -c 'mv /home/share /home/was && ln -s /etc /home/share'
out=$(startwpar s2 2>&1)
is "a link in its place: no start" $? 1
like "why" "$out" "lies behind a symbolic link"
is "it is Defined" "$(lswpar -c -q -a state s2)" D
clogin s1 -- sh -c 'rm /home/share && mkdir /home/share'
like "another directory in its place: no start" "$(startwpar s2 2>&1)" "is not the directory any more that was given"
clogin s1 -- sh -c 'rmdir /home/share && mv /home /x 2>/dev/null; mv /home/was /home/share'
ok "the directory itself again: it starts" startwpar s2
ok "stopwpar" stopwpar -F s2
mkdir "$open/real"
ln -s "$open/real" "$open/link"
like "a link is refused when it is defined, with the way without" \
	"$(mkwpar -n s3 -M directory=/d vfs=namefs dev="$open/link" mountopts=ro 2>&1)" "give it as $open/real"
like "so is one on the way" \
	"$(mkdir "$open/real/sub"; wparexec -n e3 -M directory=/mnt vfs=namefs dev="$open/link/sub" mountopts=ro /bin/true 2>&1)" \
	"behind a symbolic link"
like "and what is not there" "$(mkwpar -n s3 -M directory=/d vfs=namefs dev="$open/none" 2>&1)" \
	"here is no directory $open/none"
like "and what is no directory" \
	"$(touch "$open/real/file"; mkwpar -n s3 -M directory=/d vfs=namefs dev="$open/real/file" 2>&1)" "is not a directory"
is "nothing of them is left" "$(ls "$WPARS_ROOT/etc/wpars")" "s1.cf
s2.cf"

# 5: the shield of the base directory, at every start
chmod 755 "$WPARS_ROOT/wpars"
out=$(startwpar s2 2>&1)
is "/wpars open to users: no start" $? 1
like "why" "$out" "set-user-id programs in .*/wpars/s2.*chmod 700"
chmod 700 "$WPARS_ROOT/wpars"
ok "closed again: it starts" startwpar s2
ok "stopped" stopwpar -F s2
mkdir -p "$WPARS_ROOT/base"
out=$(mkwpar -n s3 -d /base/s3 2>&1)
is "a base directory that users reach is refused" $? 1
is "and is not made" "$(ls "$WPARS_ROOT/base")" ""
ln -s "$WPARS_ROOT/wpars" "$WPARS_ROOT/elsewhere"
like "a base directory behind a link is refused at once" "$(mkwpar -n s3 -d /elsewhere/s3 2>&1)" \
	"lies behind a symbolic link"
is "and not made" "$(ls "$WPARS_ROOT/wpars")" "s1
s2"
ok "rmwpar keeps the file systems" rmwpar -p s2
mv "$WPARS_ROOT/wpars/s2" "$WPARS_ROOT/base/"
fails "mkwpar -p looks at the shield" mkwpar -p s2 -d /base/s2
like "and says so" "$(mkwpar -p s2 -d /base/s2 2>&1)" "chmod 700"
chmod 700 "$WPARS_ROOT/base"
ok "closed it is taken" mkwpar -p s2 -d /base/s2
ok "and starts" startwpar s2
ok "rmwpar" rmwpar -F s2
ok "rmwpar" rmwpar -F s1
done_testing
