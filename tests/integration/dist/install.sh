#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# install.sh - what `meson install` puts where, and that what reads it can: systemd, AppArmor, bash
set -u
. "$PAR_TEST_SOURCE/integration/lib.sh"

here=$PAR_TEST_SOURCE/integration/dist
tree=$TMPDIR/tree
prefix=$(meson introspect --buildoptions "$PAR_TEST_BUILD" |
	jq -r '.[] | select(.name == "prefix") | .value')

# layout - mode, path and where a link leads to, of everything that is no folder
layout()
{
	(cd "$tree" && find . ! -type d -printf '%M %p %l\n' -o -empty -printf '%M %p %l\n') |
		sed -e 's/ *$//' -e "s|\./${prefix#/}/|PREFIX/|" -e 's| \./| /|' | sort -k 2
}

ok "meson install" meson install --no-rebuild -C "$PAR_TEST_BUILD" --destdir "$tree"
if [ -n "${PAR_TEST_REGENERATE:-}" ]; then
	layout >"$here/install.expected"
fi
is "everything is in its place" "$(layout)" "$(cat "$here/install.expected")"

meson install --no-rebuild -C "$PAR_TEST_BUILD" --destdir "$TMPDIR/tagged" \
	--tags lpard,lpard-doc,wparctl,wparctl-doc >/dev/null 2>&1
is "and has a tag by which packages are made" "$(cd "$TMPDIR/tagged" && find . | sort)" \
	"$(cd "$tree" && find . | sort)"

is "each command of the HMC is a link" \
	"$(cd "$tree$prefix/bin" && find . -lname hmc -printf '%f\n' | sort)" "$(hmc --list-commands)"
is "each command of AIX is a link" \
	"$(cd "$tree$prefix" && find bin sbin -lname '*wparctl' -printf '%f\n' | sort)" \
	"$(wparctl --list-commands)"

echo "# the administrator's" >>"$tree/etc/lpard/lpard.conf"
meson install --no-rebuild -C "$PAR_TEST_BUILD" --destdir "$tree" >/dev/null 2>&1
like "a configuration that is there is left alone" "$(tail -n 1 "$tree/etc/lpard/lpard.conf")" \
	"the administrator's"

is "the example configuration is right" \
	"$(lpard --config "$tree/etc/lpard/lpard.conf" --check-config)" "systems: 1"
sed -e 's/^#\([a-z_]* = \)/\1/' -e 's/^#\[/[/' "$tree/etc/lpard/lpard.conf" |
	sed -e 's/= GROUP/= users/' >"$TMPDIR/all.conf"
is "so is every setting that it shows" "$(lpard --config "$TMPDIR/all.conf" --check-config)" \
	"systems: 1"

for command in $(hmc --list-commands) $(wparctl --list-commands) lpard; do
	bash -c '. "$1" && complete -p "$2"' bash \
		"$tree$prefix/share/bash-completion/completions/$command" "$command" || echo "$command"
done >"$TMPDIR/completion" 2>&1
is "every command is completed" "$(grep -vc '^complete -F' "$TMPDIR/completion")" 0

# units - verified as if the tree were this machine; pages are in the tree, not on MANPATH
units()
{
	local unit
	mkdir -p "$TMPDIR/units"
	for unit in "$tree$prefix"/lib/systemd/system/*; do
		sed -e "s|=\(-\?\)$prefix/|=\1$tree$prefix/|" -e "s|=\(-\?\)/etc/|=\1$tree/etc/|" "$unit" \
			>"$TMPDIR/units/${unit##*/}"
	done
	SYSTEMD_UNIT_PATH=$TMPDIR/units: systemd-analyze verify --man=no "$TMPDIR"/units/* 2>&1
}
if command -v systemd-analyze >/dev/null; then
	is "systemd finds nothing wrong with the units" "$(units | grep -F "$TMPDIR")" ""
	ok "and accepts them" units
	sed -i 's/^Type=.*/Type=nothing/' "$tree$prefix/lib/systemd/system/lpard.service"
	like "it would find what is wrong" "$(units)" 'lpard.service:[0-9]+: .*nothing'
else
	skip "units" "there is no systemd-analyze (package systemd)"
fi

profile=$tree/etc/apparmor.d/lpard
ok "the AppArmor profile is right" apparmor_parser --skip-kernel-load --skip-cache "$profile"
like "it is for the program where it is" "$(apparmor_parser -N "$profile")" '^lpard$'
sed 's/capability chown,/capability chowm,/' "$profile" >"$TMPDIR/wrong"
fails "a wrong one is refused" apparmor_parser --skip-kernel-load --skip-cache "$TMPDIR/wrong"
done_testing
