#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# quota.sh - the sizes of a WPAR's file systems hold: one that is full harms nobody outside, it grows
# while it runs, and nobody inside gets out of it
# lpar: current
# timeout: 400
# shellcheck disable=SC2016 # in single quotes another shell expands
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"
trap 'in_lpar sh -c "rmwpar -F full; rmwpar -F next" >/dev/null 2>&1' EXIT

# inside WPAR COMMAND...
inside()
{
	local name=$1
	shift
	in_lpar clogin "$name" -- "$@" </dev/null 2>&1
}

# sizes WPAR - the mount point and the 1024-blocks of each file system of its own
sizes()
{
	inside "$1" df -k | awk '$6 ~ "^(/|/home|/tmp|/var)$" { print $6, $2 }' | sort
}

# used DIRECTORY - the kilobytes that are used in it
used()
{
	inside full df -k "$1" | awk 'END { print $3 }'
}

ok "mkwpar with a size" in_lpar mkwpar -n full -s -M directory=/home size=32M
is "df inside shows each with its size" "$(sizes full)" "/ 131072
/home 32768
/tmp 131072
/var 131072"
like "and as Global" "$(inside full df -k /home)" '^Global  *32768 '
is "df of the LPAR shows the same below the base directory, and what is shared" \
	"$(in_lpar df -k | awk '$6 ~ "^/wpars/full(/|$)" { print $6, $6 ~ "(usr|opt)$" ? "" : $2 }' | sort)" "/wpars/full 131072
/wpars/full/home 32768
/wpars/full/opt 
/wpars/full/proc 0
/wpars/full/tmp 131072
/wpars/full/usr 
/wpars/full/var 131072"
like "mount, too" "$(in_lpar mount)" ' on /wpars/full/home type ext4 \(rw,nosuid,nodev'
ok "a new one is far from full" test "$(used /)" -lt 65536
is "lsfs shows them in blocks of 512 bytes" "$(in_lpar lsfs -c -u full | tail -n +2 | cut -d: -f1,6 | grep -E '^/wpars/full(/home)?:' | tr '\n' ' ')" \
	"/wpars/full:262144 /wpars/full/home:65536 "
ok "mkwpar of another" in_lpar mkwpar -n next -s

# Full
said=$(inside full dd if=/dev/zero of=/home/big bs=1M count=64)
like "a full file system takes no more" "$said" 'Disk quota exceeded|No space left on device'
ok "it took what it may" test "$(used /home)" -ge 32000
like "by writing in holes no more either" "$(inside full sh -c 'truncate -s 64M /home/hole && dd if=/dev/zero of=/home/hole bs=1M count=8 conv=notrunc 2>&1')" \
	'Disk quota exceeded|No space left on device'
ok "another file system of it has room" inside full dd if=/dev/zero of=/tmp/some bs=1M count=16 status=none
ok "so has that of another WPAR" inside next dd if=/dev/zero of=/home/some bs=1M count=16 status=none
ok "so has the LPAR" in_lpar dd if=/dev/zero of=/var/tmp/some bs=1M count=16 status=none
in_lpar rm -f /var/tmp/some
inside full rm -f /home/big /home/hole
like "all files that fit are no more than one for each 16 KiB" \
	"$(inside full sh -c 'i=0; while : >/home/f$i; do i=$((i + 1)); done 2>&1')" \
	'cannot create /home/f20[0-9][0-9]: '
inside full sh -c 'rm -f /home/f*; dd if=/dev/zero of=/home/big bs=1M count=31 status=none'

# Out of it
lpar_push "$PAR_GUEST_HELPERS/attack" /wpars/full/root/attack
for path in / /home /home/big /tmp; do
	is "root inside cannot have $path counted elsewhere" "$(inside full /root/attack project $path)" \
		"refused: Invalid argument"
done
like "nor take a file along by a link" "$(inside full ln /home/big /tmp/big)" 'Invalid cross-device link'
ok "mv copies, as between file systems" inside full mv /tmp/some /var/some
ok "where it is counted" test "$(used /var)" -ge 16384

# Larger and smaller, while it runs
ok "chwpar -M size=+" in_lpar chwpar -M directory=/home size=+32M full
is "df shows the new size" "$(sizes full | grep home)" "/home 65536"
ok "there is room again" inside full dd if=/dev/zero of=/home/more bs=1M count=24 status=none
said=$(in_lpar chwpar -M directory=/home size=16M full 2>&1)
is "smaller than what is in it is refused" "$?" 1
like "with how much that is" "$said" '^chwpar: -M directory=/home size=16M: its files take 5[0-9]M already$'
is "and changes nothing" "$(sizes full | grep home)" "/home 65536"
ok "unlimited" in_lpar chwpar -M directory=/tmp size=unlimited full
ok "is as large as the LPAR's" test "$(sizes full | sed -n 's/^.tmp //p')" -gt 200000
ok "-K restores the default" in_lpar chwpar -K -M directory=/tmp full
is "of its size" "$(sizes full | grep tmp)" "/tmp 131072"

# Too small for what every WPAR has
said=$(in_lpar mkwpar -n tiny -M directory=/ size=1M 2>&1)
is "a root directory that is too small is refused" "$?" 1
like "with how much it would be" "$said" '^mkwpar: -M directory=/ size=1M: its files take [0-9]+M already$'
is "and leaves nothing" "$(in_lpar sh -c 'ls -d /wpars/tiny /etc/wpars/tiny.cf 2>/dev/null')" ""

# Kept, and taken up again by one with other ids
ok "rmwpar -p keeps the files" in_lpar rmwpar -F -p full
in_lpar /wpars/full/root/attack project /wpars/full/home
is "which are counted for nobody now" "$?" 2
ok "mkwpar -p" in_lpar mkwpar -p full -s -M directory=/home size=64M
ok "counts them" test "$(used /home)" -ge 50000
like "and the limit holds" "$(inside full dd if=/dev/zero of=/home/other bs=1M count=64)" \
	'Disk quota exceeded|No space left on device'

# Given back
ok "rmwpar" in_lpar rmwpar -F full
ok "another with the same ids" in_lpar mkwpar -n full -s
ok "begins empty" test "$(used /home)" -lt 1024
is "with its own sizes" "$(sizes full)" "/ 131072
/home 131072
/tmp 131072
/var 131072"
done_testing
