# shellcheck shell=sh disable=SC2034,SC2154 # the parts share their variables
# SPDX-License-Identifier: Apache-2.0
#
# Lays packages down as a tree, with dpkg's own database, and runs no program of the packages.

# tree_skeleton TREE - an empty root with /usr merged before anything is unpacked into it.
tree_skeleton() {
	mkdir -p "$1/var/lib/dpkg/info" "$1/var/lib/dpkg/updates"
	for dir in bin sbin lib lib64; do
		mkdir -p "$1/usr/$dir"
		ln -s "usr/$dir" "$1/$dir"
	done
}

# tree_unpack TREE LIST-FILE - unpacks $apt_dir/archives/NAME for each name in LIST-FILE.
tree_unpack() {
	: >"$1/var/lib/dpkg/status"
	: >"$1/var/lib/dpkg/available"
	while read -r deb; do
		moving "$deb"
		tree_unpack_one "$1" "$apt_dir/archives/$deb"
	done <"$2"
}

tree_unpack_one() {
	control=$1/var/lib/dpkg/tmp.ci
	rm -rf "$control"
	mkdir "$control"
	dpkg-deb --ctrl-tarfile "$2" | tar -x -C "$control" --no-same-owner ||
		die "${2##*/} is damaged: remove it from $apt_dir/archives"
	name=$(sed -n 's/^Package: //p' "$control/control")
	info=$name
	grep -q '^Multi-Arch: same' "$control/control" && info=$name:$arch
	info=$1/var/lib/dpkg/info/$info
	{
		echo /.
		dpkg-deb --fsys-tarfile "$2" |
			tar -xpv -C "$1" --numeric-owner --keep-directory-symlink |
			sed -e 's/^\.//' -e 's,/$,,' -e '/^$/d'
	} >"$info.list"
	[ -s "$info.list" ] || die "${2##*/} could not be unpacked"
	tree_status "$1" "$control" >>"$1/var/lib/dpkg/status"
	rm "$control/control"
	for file in "$control"/*; do
		[ -f "$file" ] && mv "$file" "$info.${file##*/}"
	done
	rm -rf "$control"
}

# The stanza of one package as dpkg writes it for an installed one.
tree_status() {
	sed -n -e '/^Package:/p' "$2/control"
	echo "Status: install ok installed"
	sed -e '/^Package:/d' -e '/^$/d' "$2/control"
	if [ -s "$2/conffiles" ]; then
		echo "Conffiles:"
		while read -r conffile; do
			[ -f "$1$conffile" ] || continue
			printf ' %s %s\n' "$conffile" "$(md5sum <"$1$conffile" | cut -d' ' -f1)"
		done <"$2/conffiles"
	fi
	echo
}

# tree_slim TREE - without what an image has no use for: manuals, translations, documentation
# (licences stay) and character sets nobody asked for.
tree_slim() {
	rm -rf "$1/usr/share/man" "$1/usr/share/info" "$1/usr/share/lintian" \
		"$1/usr/share/bug" "$1/usr/share/doc-base" "$1/usr/share/gdb"
	mkdir -p "$1/usr/share/man"
	find "$1/usr/share/locale" -mindepth 1 -maxdepth 1 ! -name locale.alias \
		-exec rm -rf {} + 2>/dev/null || :
	find "$1/usr/share/doc" ! -type d ! -name copyright -delete
	find "$1/usr/share/doc" -mindepth 1 -type d -empty -delete
	find "$1/usr/lib" -type d -name gconv | while read -r gconv; do
		find "$gconv" -name '*.so' ! -name 'UTF-*' ! -name 'ISO8859-1.so' \
			! -name 'ISO8859-15.so' ! -name 'UNICODE.so' -delete
		# The index names modules that were removed; without it iconv reads gconv-modules.
		rm -f "$gconv/gconv-modules.cache"
	done
}
