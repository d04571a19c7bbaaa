#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# ldcache.sh - images/tools/ldcache against glibc's own ldconfig and reader, and in a hostile tree
set -u
# shellcheck source=tests/integration/lib.sh
. "$PAR_TEST_SOURCE/integration/lib.sh"
ldcache=$PAR_TEST_BUILD/images/ldcache
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
arch=$(dpkg --print-architecture)
triplet=$(gcc -print-multiarch)

# tree NAME TRIPLET - an empty tree with the folders of a Debian system, as $tree
tree()
{
	tree=$dir/$1 libs=$dir/$1/usr/lib/$2
	mkdir -p "$libs" "$tree/usr/local/lib" "$tree/etc/ld.so.conf.d"
	ln -s usr/lib "$tree/lib"
	echo 'include /etc/ld.so.conf.d/*.conf' >"$tree/etc/ld.so.conf"
	printf '# comment\n/usr/local/lib\n' >"$tree/etc/ld.so.conf.d/libc.conf"
	printf '/lib/%s # where they are\n\n/usr/lib/%s\n' "$2" "$2" >"$tree/etc/ld.so.conf.d/zz.conf"
	echo /nowhere >"$tree/etc/ld.so.conf.d/not-a-conf"
}

# listed CACHE - the libraries in it as glibc's reader lists them, in the order of the file
listed()
{
	ldconfig -p -C "$1" | sed -n 's/^\t//p'
}

# This machine's libraries: its ldconfig writes a cache of the same tree.
tree own "$triplet"
find "/usr/lib/$triplet" -maxdepth 1 -name '*.so*' \( -type l -o -size -400k \) \
	-exec cp -a -t "$libs" {} +
# One library in two folders, one without a name, and links that lead nowhere.
cp "$libs"/libz.so.1 "$tree/usr/local/lib/"
echo 'int f(void) { return 1; }' | gcc -shared -fPIC -x c -o "$libs/libnameless.so" - -nostdlib
ln -s libgone.so.3 "$libs/libgone.so"
ldconfig -X -r "$tree" -C /etc/theirs 2>/dev/null
ok "a cache of this machine's libraries is written" "$ldcache" "$tree" "$arch"
is "it lists what ldconfig lists, in its order" "$(listed "$tree/etc/ld.so.cache")" \
	"$(listed "$tree/etc/theirs")"
is "and that is many" "$(($(listed "$tree/etc/theirs" | wc -l) > 30))" 1
is "the nameless one by its file" "$(listed "$tree/etc/ld.so.cache" | grep -c libnameless)" 1
is "the first folder's comes first" \
	"$(listed "$tree/etc/ld.so.cache" | sed -n 's/^libz.so.1 .*=> //p' | head -n 1)" \
	/usr/local/lib/libz.so.1

# ppc64el libraries are on the build machine with the cross compiler, or they are its own.
tree foreign powerpc64le-linux-gnu
from=/usr/powerpc64le-linux-gnu/lib
[ "$arch" = ppc64el ] && from=/usr/lib/$triplet
find -L "$from" -maxdepth 1 -name 'lib*.so.[0-9]*' -size -4M -exec cp -t "$libs" {} +
ok "a cache of ppc64el libraries is written" "$ldcache" "$tree" ppc64el
expected=$(for file in "$libs"/*; do
	name=$(powerpc64le-linux-gnu-objdump -p "$file" | sed -n 's/^  SONAME  *//p')
	if [ "$name" = "${file##*/}" ]; then
		echo "$name (libc6,64bit) => /lib/powerpc64le-linux-gnu/$name"
	fi
done | sort)
is "glibc's reader finds each under its SONAME" "$(listed "$tree/etc/ld.so.cache" | sed 's/, OS ABI.*)/)/' | sort)" "$expected"
like "the C library among them" "$expected" '^libc\.so\.6 '
fails "no library of the other machine is taken" "$ldcache" "$tree" amd64

# A tree that wants to hold the builder, or to reach out of it.
tree hostile powerpc64le-linux-gnu
cp "$dir"/foreign/usr/lib/powerpc64le-linux-gnu/libm.so.6 "$libs/"
for size in 0 1 63 64 100 1000 20000; do
	head -c $size "$libs/libm.so.6" >"$libs/libcut$size.so"
done
echo 'GROUP ( /lib/libc.so.6 )' >"$libs/libtext.so"
mkfifo "$libs/libfifo.so"
mkdir "$libs/libfolder.so.1"
ln -s libloop.so "$libs/libloop.so"
ln -s "$dir/foreign/usr/lib/powerpc64le-linux-gnu/libc.so.6" "$libs/libc.so.6"
ln -s ../../../../foreign/usr/lib/powerpc64le-linux-gnu/libdl.so.2 "$libs/libdl.so.2"
ln -s "$dir/foreign/usr/lib" "$tree/usr/local/lib/out"
echo /usr/local/lib/out/powerpc64le-linux-gnu >"$tree/etc/ld.so.conf.d/out.conf"
head -c 3000 /dev/zero | tr '\0' / >"$tree/etc/ld.so.conf.d/long.conf"
echo untouched >"$dir/outside"
ln -s "$dir/outside" "$tree/etc/ld.so.cache"
ok "a hostile tree does not hold it" timeout 20 "$ldcache" "$tree" ppc64el
is "only its own sound library is listed" "$(listed "$tree/etc/ld.so.cache" | cut -d' ' -f1)" \
	libm.so.6
is "nothing outside is written" "$(cat "$dir/outside")" untouched

tree empty powerpc64le-linux-gnu
fails "a tree without libraries is an error" "$ldcache" "$tree" ppc64el
fails "so is an architecture that is not known" "$ldcache" "$dir/own" s390x
done_testing
