#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# packages.sh - setup/packages.sh finds what a release has, over an imaginary dpkg and apt
# needs: bare
set -u
. "$PAR_TEST_SOURCE/integration/lib.sh"

par_top=$PAR_TEST_SOURCE/..
par_work=$TMPDIR/work
mkdir -p "$par_work/log" "$TMPDIR/bin"
. "$par_top/setup/say.sh"
. "$par_top/setup/packages.sh"

# The release: $TMPDIR/installed and, once the lists are there, $TMPDIR/archive; a package a line.
cat >"$TMPDIR/bin/dpkg-query" <<'END'
#!/bin/sh
shift 3
for p; do
	grep -qx "$p" "$TMPDIR/installed" && echo "installed $p" || echo "dpkg-query: no package $p" >&2
done
END
cat >"$TMPDIR/bin/apt-cache" <<'END'
#!/bin/sh
[ -e "$TMPDIR/lists" ] || exit 0
shift
for p; do
	grep -qx "$p" "$TMPDIR/named" && printf '%s:\n  Installed: (none)\n  Candidate: (none)\n' "$p"
	grep -qx "$p" "$TMPDIR/archive" && printf '%s:\n  Installed: (none)\n  Candidate: 1.0\n' "$p"
done
exit 0
END
cat >"$TMPDIR/bin/apt-get" <<'END'
#!/bin/sh
for a; do
	case $a in
	update) touch "$TMPDIR/lists"; echo update >>"$TMPDIR/calls"; exit ;;
	install)
		found=yes
		if [ -s "$TMPDIR/gone" ]; then
			echo try >>"$TMPDIR/calls"
			echo "Err:1 http://archive $(cat "$TMPDIR/gone") 404  Not Found" >&2
			sed -i 1d "$TMPDIR/gone"
			exit 100
		fi
		;;
	-*|*=*) ;;
	*) [ -z "$found" ] || { echo "$a" >>"$TMPDIR/installed"; echo "install $a" >>"$TMPDIR/calls"; } ;;
	esac
done
END
chmod +x "$TMPDIR"/bin/*
export PATH=$TMPDIR/bin:$PATH

# release INSTALLED ARCHIVE - a release with that, its lists not fetched so far
release()
{
	printf '%s\n' $1 >"$TMPDIR/installed"
	printf '%s\n' $2 >"$TMPDIR/archive"
	echo named >"$TMPDIR/named"
	rm -f "$TMPDIR/lists" "$TMPDIR/calls"
	touch "$TMPDIR/calls"
}

calls()
{
	tr '\n' ' ' <"$TMPDIR/calls"
}

# install WORD... - as if a group had these words
install()
{
	words=("$@")
	packages_install test 2>&1
}

packages_list()
{
	printf '%s\n' "${words[@]}"
}

release "a" "a b"
ok "what is missing is installed" install a b
is "and nothing else, after an update" "$(calls)" "update install b "
ok "the next time nothing is missing" install a b
is "and apt is not called" "$(calls)" "update install b "

release "a" "a new"
ok "of two names the one that this release has" install a 'old|new'
is "is installed" "$(calls)" "update install new "
ok "which is enough the next time" install a 'old|new'
is "without apt" "$(calls)" "update install new "
release "b" "a b"
ok "of two that it has" install 'a|b'
is "the one that is there is enough, before the lists are" "$(calls)" ""
touch "$TMPDIR/lists"
ok "with lists" install 'a|b'
is "the first is taken" "$(calls)" "update install a "

release "" "a tool"
ok "what only some releases have" install a 'tool?' 'gone?'
is "is installed where it is, and left out where it is not" "$(calls)" "update install a install tool "
ok "and is not looked for again" install a 'tool?' 'gone?'
is "with an update" "$(calls)" "update install a install tool "

release "a" "a"
fails "a package that is nowhere" install a nowhere named
like "is named" "$(install a nowhere named)" "The package 'nowhere' is in none"
like "so is one of which apt knows only the name" "$(install a nowhere named)" "The package 'named' is in none"
unlike "nothing was installed" "$(calls)" install

release "" "a"
printf '1\n' >"$TMPDIR/gone"
ok "an index that is ahead of its pool" install a
is "is fetched again" "$(calls)" "update try update install a "
release "" "a"
printf '1\n2\n3\n' >"$TMPDIR/gone"
begin=$SECONDS
like "one that stays so is named as the cause" "$(install a)" "index names files that it does not have"
is "after two tries" "$(calls)" "update try update try "
is "at once" "$((SECONDS - begin < 10))" 1
rm "$TMPDIR/gone"

# Every word of the lists has one of the forms above.
unset -f packages_list
. "$par_top/setup/packages.sh"
is "the lists are well-formed" \
	"$(packages_list build run test images bare | grep -vxE '[a-z0-9][a-z0-9.+-]*((\|[a-z0-9.+-]+)*|\?)')" ""

# The last line of a log that is cut in the middle of a character, or is no text
is "progress from bytes that are no text" \
	"$(printf 'first\r\302\nReading \303\274\001list\303\r\n\n\377' | say_last_line 2>&1)" "Reading list"
is "and from nothing" "$(say_last_line </dev/null 2>&1)" ""
done_testing
