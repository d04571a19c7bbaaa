#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# archive.sh - the builders against archives in every bad state: one of our own, on loopback
#
# A complete old system is built from that archive, of packages that hold next to nothing: only what
# the archive does is of interest here.
# timeout: 600
set -u
# shellcheck source=tests/integration/images/archive_lib.sh
. "$PAR_TEST_SOURCE/integration/images/archive_lib.sh"

# build [WORD...] - build the old system from empty caches; what was said is in $work/said, the seconds
# are in $work/seconds
build()
{
	local began=$SECONDS status=0
	rm -rf "$LPARD_CACHE" "$work/out"
	: >"$work/requests"
	"$images/build-mksysb" "${1:-old}" ppc64el "$work/out/old.tar" --below gamma \
		>"$work/said" 2>&1 || status=$?
	echo $((SECONDS - began)) >"$work/seconds"
	return "$status"
}

# within SECONDS - was the last build over by then?
within()
{
	ok "within $1 s (it took $(cat "$work/seconds") s)" test "$(cat "$work/seconds")" -le "$1"
}

built()
{
	jq -r .codename "$work/out/old.tar.json" 2>/dev/null
}

# version PACKAGE - in what was built
version()
{
	tar -xOf "$work/out/old.tar" ./var/lib/dpkg/status |
		sed -n "/^Package: $1\$/,/^\$/s/^Version: //p"
}

# old_suite ALIAS CODENAME DATE MORE PACKAGE... - with the kernel that image.data names
old_suite()
{
	suite "$@" "linux-image-powerpc64le=1.0 linux-image-6.1.0-9-powerpc64le" \
		linux-image-6.1.0-9-powerpc64le=1.0
}

# alpha_and BETA - the JSON of the archive's usual suites, with this one in the middle
alpha_and()
{
	printf '"alpha": %s, "oldoldstable": "alpha", "gamma": %s, "stable": "gamma", %s' \
		"$alpha" "$gamma" "$1"
}

alpha=$(old_suite oldoldstable alpha "$old" '')
gamma=$(old_suite stable gamma "$new" '')
beta=$(old_suite oldstable beta "$new" '"valid_until": "Sun, 22 Nov 2020 12:00:00 UTC"')

archive main '"good"' '' "$(alpha_and "\"beta\": $beta, \"oldstable\": \"beta\"")"
ok "a whole archive, whose index is past its date" build
is "the newest suite that is older is taken" "$(built)" beta
is "its manifest has its alias" "$(jq -r .suite "$work/out/old.tar.json")" oldstable
ok "the tarball is what the manifest says" "$images/verify" "$work/out/old.tar.json"
like "nothing odd is in the log" "$(tr -cd '\r\033' <"$work/said" | wc -c)" '^0$'
file=$LPARD_CACHE/images/apt-beta-ppc64el/archives/bash_1.0_ppc64el.deb
digest=$(sha256sum <"$file")
printf x | dd of="$file" bs=1 seek=200 conv=notrunc 2>/dev/null
ok "a file in the cache that was damaged" env LPARD_REFRESH=1 "$images/build-mksysb" beta ppc64el \
	"$work/out/again.tar"
is "is fetched anew" "$(sha256sum <"$file")" "$digest"
ok "the same again, with the server gone, from the cache" sh -c 'kill -STOP "$1"; trap "kill -CONT $1" EXIT
	"$2/build-mksysb" beta ppc64el "$3/again.tar"' sh "$server" "$images" "$work"

# An index ahead of its pool: the version before is in the index, too, and what depends on the new one
# to the letter goes with it.
beta=$(old_suite oldstable beta "$new" '' "libc-bin=1.1" "bash=1.1 libc-bin (= 1.1)" \
	"mawk=1.0+x less (= 1.0)" "less=1.2")
archive main '"good"' '"beta/libc-bin_1.1_ppc64el.deb"' "$(alpha_and "\"beta\": $beta")"
ok "a version that has gone from the pool" build
is "its suite is taken all the same" "$(built)" beta
is "with the version before" "$(version libc-bin)" 1.0
is "and what goes with that" "$(version bash)" 1.0
is "nothing was fetched in vain" "$(grep -c 'GET.*libc-bin_1.1' "$work/requests")" 0

# The same with an index that an apt with other settings has left compressed.
indexes=$LPARD_CACHE/images/apt-beta-ppc64el/lists
rm -rf "$LPARD_CACHE"/images/*.list* "$LPARD_CACHE"/images/apt-beta-ppc64el/{gone*,archives/*.deb,pkgcache.bin}
: >"$LPARD_CACHE/images/apt-beta-ppc64el/gone.pref"
rm "$work/out/old.tar"
gzip "$indexes"/*_Packages
ok "an index that is kept compressed" "$images/build-mksysb" beta ppc64el "$work/out/old.tar"
is "is read as well" "$(version libc-bin) $(find "$indexes" -name '*_Packages.gz' | wc -l)" "1.0 1"

# It does not say so when it is asked, only when the file is fetched.
echo "hanghead /libc-bin_1.1" >"$work/archive/faults"
ok "an archive that is silent first, and then has not the file" build
is "its suite is taken all the same" "$(built)" beta
is "with the version before, too" "$(version libc-bin) $(version bash)" "1.0 1.0"
rm "$work/archive/faults"

# The version before is only in a copy of the index under another name, which is older.
beta=$(old_suite oldstable beta "$new" '' "libc-bin=1.1")
beta=${beta/\"libc-bin=1.0\",/}
older=$(old_suite oldstable beta "$old" '')
archive main '"good"' '"beta/libc-bin_1.1_ppc64el.deb"' \
	"$(alpha_and "\"beta\": $beta, \"oldstable\": $older")"
ok "the version before is in an older copy of the index" build
is "which is used" "$(built) $(version libc-bin)" "beta 1.0"

# ... or in -security, another archive.
archive main '"good"' '"beta/libc-bin_1.1_ppc64el.deb"' "$(alpha_and "\"beta\": $beta")"
archive security '"good"' '' "\"beta-security\": $(old_suite oldstable-security beta-security "$new" '' \
	libc-bin=1.0.5)"
ok "the version of -security is there" build
is "and used" "$(built) $(version libc-bin)" "beta 1.0.5"

# Both have the same version, and only one of them its file.
archive security '"good"' '"beta-security/bash_1.0_ppc64el.deb"' \
	"\"beta-security\": $(old_suite oldstable-security beta-security "$new" '' libc-bin=1.0.5)"
ok "a file that is in one part's pool and not in the other's" build
is "does no harm" "$(built)" beta
rm -rf "$work/archive/security"

# Nothing of it remains.
ok "no version of a package remains in the newest" build
is "the next suite is taken" "$(built)" alpha
is "one message names what is missing, and the day of the index" \
	"$(said "'beta' for ppc64el, of 2026-11-21 \([0-9]+ days old\).*: libc-bin_1.1_ppc64el.deb \$")" 1
fails "asked for that suite alone" build beta
within 15
is "it names it again, and makes nothing" "$(said libc-bin_1.1) $(built)" "1 "

fails "a suite that no archive has" build nosuch
is "is said" "$(said "no archive .* has the suite 'nosuch'")" 1

# Signatures.
beta=$(old_suite oldstable beta "$new" '"key": "foreign"')
archive main '"good"' '' "$(alpha_and "\"beta\": $beta, \"oldstable\": \"beta\"")"
ok "an index with a signature of somebody else" build
is "is refused" "$(said 'beta: refused, the signature')" 1
is "and another suite taken" "$(built)" alpha
beta=$(old_suite oldstable beta "$new" '"key": null')
archive main '"good"' '' "$(alpha_and "\"beta\": $beta, \"oldstable\": \"beta\"")"
ok "an index without a signature" build
is "is not taken either" "$(built)" alpha

# Names that an archive gives itself are read before any signature is checked: they are names of
# suites, or they do not count.
beta=$(old_suite oldstable beta "$new" '')
archive main '"good"' '' "$(alpha_and "\"beta\": $beta, \"oldstable\": \"beta\"")"
rm -rf "$work/archive/main/dists/oldstable"
mkdir "$work/archive/main/dists/oldstable"
for name in z/../../../owned 'z";APT::Update::Pre-Invoke{"touch${IFS}owned";};X"' -z 'z$(touch owned)'; do
	printf 'Origin: Debian\nSuite: oldstable\nCodename: %s\nDate: %s, 12:00:00 UTC\n' "$name" "$new" \
		>"$work/archive/main/dists/oldstable/InRelease"
	ok "an archive that calls itself $name" build
	is "it is not asked" "$(built) $(grep -c '/dists/z' "$work/requests") $(find "$work" -name '*owned*')" "beta 0 "
	fails "nor can the name be asked for" build "$name"
	is "which makes nothing" "$(built)$(find "$work" -name '*owned*')" ""
done

# Files that are not what the index says.
beta=$(old_suite oldstable beta "$new" '')
archive main '"good"' '' "$(alpha_and "\"beta\": $beta, \"oldstable\": \"beta\"")"
printf x | dd of="$work/archive/main/pool/beta/bash_1.0_ppc64el.deb" bs=1 seek=200 conv=notrunc 2>/dev/null
fails "a file with other content" build beta
is "is said" "$(said 'not fetched .*bash_1.0_ppc64el.deb')" 1
truncate -s -1 "$work/archive/main/pool/beta/bash_1.0_ppc64el.deb"
fails "a file that is shorter in the pool" build beta
is "counts as not there" "$(said "'beta' for ppc64el.*: bash_1.0_ppc64el.deb \$")" 1

# A server that cuts, forbids, hangs.
archive main '"good"' '' "$(alpha_and "\"beta\": $beta, \"oldstable\": \"beta\"")"
echo "cut /bash_" >"$work/archive/faults"
fails "a server that cuts a file" build beta
is "is said" "$(said 'not fetched .*bash_1.0_ppc64el.deb')" 1
ok "after it was tried again" test "$(grep -c 'GET.*bash_1.0' "$work/requests")" -gt 2
ok "and no half file is kept" test ! -e "$LPARD_CACHE/images/apt-beta-ppc64el/archives/bash_1.0_ppc64el.deb"
echo "nohead /" >"$work/archive/faults"
ok "a server that does not know HEAD" build beta
for fault in circle endless; do
	echo "$fault /dists/" >"$work/archive/faults"
	fails "a server whose index is $fault" build beta
	within 30
	ok "keeps next to nothing of it" test "$(du -sm "$LPARD_CACHE" | cut -f1)" -lt 20
	echo "$fault /bash_" >"$work/archive/faults"
	fails "a server whose package is $fault" build beta
	within 60
	is "which is said" "$(said 'tried 3 times: bash_1.0_ppc64el.deb')" 1
	ok "and kept nowhere" test "$(du -sm "$LPARD_CACHE" | cut -f1)" -lt 20
done
echo "hang /" >"$work/archive/faults"
fails "a server that hangs" build beta
within 15
is "and said" "$(said 'no archive .* answers')" 1
echo "hang /pool/" >"$work/archive/faults"
fails "a server that hangs when it is asked for packages" build beta
within 30
is "and said" "$(said 'the archive does not answer')" 1
echo "hangget /pool/" >"$work/archive/faults"
LPARD_FETCH_IDLE=3 fails "a server that hangs while it sends" build beta
within 60
is "and said" "$(said 'not fetched .* tried 3 times')" 1
done_testing
