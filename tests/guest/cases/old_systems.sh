#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# old_systems.sh - an LPAR's own system, made into an image by mksysb while it runs, becomes a versioned WPAR of
# another LPAR: every command of docs/old_systems.in works, and prints what docs/OLD_SYSTEMS.md has;
# PAR_TEST_REGENERATE=1 writes that page
# lpar: none
# timeout: 1200
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"
docs=$PAR_TEST_SOURCE/../docs
page=$TMPDIR/OLD_SYSTEMS.md
suite=$(manifest 64k codename)
hello=$PAR_OLD_ROOTS/hello-$suite-ppc64el.deb
export SYS

for file in "$hello" "$PAR_OLD_ROOTS/box-amd64.tar"; do
	[ -e "$file" ] || skip_all "the archive could not give it: $(cat "$PAR_OLD_ROOTS/absent")"
done
mkdir -p "$TMPDIR/here"
cd "$TMPDIR/here" || exit 1
ln -s "$PAR_TEST_SOURCE/../images" images
cp "$hello" hello.deb
cp "$PAR_OLD_ROOTS/box-amd64.tar" pc.tar

ok "the old system runs" lpar_up oldbox 64k
ok "the page can be made" "$docs/articles/compare.py" "$docs/old_systems.in" "$page"
# The suites are those that the archive has whole today; the image's digest is another in each run.
sed -i -E "s/$suite/bookworm/g; s/$(manifest current codename)/trixie/g; s/^(    )[0-9a-f]{12} (in use )/\\18bb6e27fb020 \\2/; s/^(    The image )[0-9a-f]{12} /\\18bb6e27fb020 /" "$page"
[ -z "${PAR_TEST_REGENERATE:-}" ] || cp "$page" "$docs/"
ok "OLD_SYSTEMS.md shows what is printed today, numbers aside" "$docs/articles/compare.py" --same "$docs/OLD_SYSTEMS.md" "$page"

# said COMMAND-PATTERN - what the page has below the first command that matches
said()
{
	awk -v wanted="$1" '/^    \$ / { if (found) exit; if ($0 ~ wanted) found = 1; next }
		found && /^    / { print substr($0, 5); next } found { exit }' "$page"
}
is "uname inside is the old system's" "$(said 'old01 uname -srm')" "Linux $(manifest 64k kernel_release) ppc64le"
is "the LPAR's is another" "$(said 'new01 -- uname -srm')" "Linux $(manifest current kernel_release) ppc64le"
is "its own server answers" "$(said 'cat </dev/tcp')" "42 boxes in stock, says ann on $(manifest 64k kernel_release)"
like "cron runs" "$(said 'lssrc -@ old01 -s cron')" '^ cron .* active$'
is "the package of its era runs" "$(said 'old01 hello')" "Hello, world!"
is "in the one of the backup, too" "$(said 'old02 hello')" "Hello, world!"
is "it is native in the end" "$(said 'clogin old01 .. /etc' | tail -n 1)" "Linux $(manifest current kernel_release) ppc64le"
like "another architecture is refused" "$(said 'mkwpar -n pc')" '^status 1$'
like "pages of 4 KiB on 64: no" "$(said 'oldbox -- lsmksysb')" '^no    Page size '
like "the other way round: ok" "$(said 'new01 -- lsmksysb.*small')" '^ok    Page size '
is "the other LPAR is gone again" "$(lssyscfg -r lpar -m "$SYS" -F name)" oldbox
lpar_down oldbox
done_testing
