#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# restwparfiles.sh - files of a backup into a directory: as they were, never outside, and no set-user-ID
# program within the reach of others
# timeout: 240
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

here=$PAR_TEST_SOURCE/integration/wparctl
work=$TMPDIR/backups attack=$TMPDIR/attack
export PYTHONDONTWRITEBYTECODE=1
# shellcheck source=tests/integration/wparctl/archive_lib.sh
. "$PAR_TEST_SOURCE/integration/wparctl/archive_lib.sh"
mkdir -m 700 "$TMPDIR/closed"
mkdir -m 755 "$TMPDIR/open" "$TMPDIR/tree"
chmod 755 "$TMPDIR"

fresh()
{
	rm -rf "$TMPDIR/closed" && mkdir -m 700 "$TMPDIR/closed"
}

python3 "$here/tree.py" make "$TMPDIR/tree/home"
python3 "$here/make_backups.py" tree "$work/t.save" "$TMPDIR/tree" dev01
list()
{
	python3 "$here/tree.py" list "$1" --without holes
}

# All, and some.
ok "all files" restwparfiles -f "$work/t.save" -d "$TMPDIR/closed"
is "each attribute is what it was" "$(diff <(list "$TMPDIR/tree/home") <(list "$TMPDIR/closed/home"))" ""
is "the directory itself stays as it is" "$(stat -c %a "$TMPDIR/closed")" 700
fresh
ok "one, by its name inside" restwparfiles -f "$work/t.save" -d "$TMPDIR/closed" /home/plain "home/with blank"
is "and no other" "$(cd "$TMPDIR/closed" && find . -type f | sort)" "./home/plain
./home/with blank"
ok "again, over what is there" restwparfiles -f "$work/t.save" -d "$TMPDIR/closed" ./home/plain
fresh
refused "a second name without the first" '^restwparfiles: The backup [^ ]*t\.save has home/sub/hard as a second name of home/plain \(a hard link\): name that, too\.$' \
	restwparfiles -f "$work/t.save" -d "$TMPDIR/closed" home/sub
fresh
ok "a directory is all that is in it" restwparfiles -f "$work/t.save" -d "$TMPDIR/closed" home/sub home/plain
is "which it is" "$(list "$TMPDIR/closed/home/sub" | wc -l)" "$(list "$TMPDIR/tree/home/sub" | wc -l)"
fresh
ok "a name in a directory that is named, too, and one twice" restwparfiles -f "$work/t.save" -d "$TMPDIR/closed" home/sub home/plain home/sub/hard home/plain
is "both are there" "$(cd "$TMPDIR/closed" && ls -d home/sub/hard home/plain | tr '\n' ' ')" "home/plain home/sub/hard "
fresh
ok "into the current directory" sh -c 'cd "$1" && restwparfiles -f "$2" home/empty' - "$TMPDIR/closed" "$work/t.save"
ok "from a pipe" sh -c 'cat "$2" | restwparfiles -f - -d "$1" home/empty' - "$TMPDIR/closed" "$work/t.save"
is "with its attributes" "$(python3 -c 'import os, sys; print(os.listxattr(sys.argv[1]))' "$TMPDIR/closed/home/empty")" "['user.note']"
ok "without attributes" restwparfiles -n -f "$work/t.save" -d "$TMPDIR/closed" home/empty
is "it has none" "$(python3 -c 'import os, sys; print(os.listxattr(sys.argv[1]))' "$TMPDIR/closed/home/empty")" "[]"
fresh
ok "what describes it" restwparfiles -m -f "$work/t.save" -d "$TMPDIR/closed"
is "and nothing else" "$(cd "$TMPDIR/closed" && find . -type f | sort | tr '\n' ' ')" "./.savewpar_dir/image.data ./.savewpar_dir/wpar.spec "
like "as it is in the backup" "$(cat "$TMPDIR/closed/.savewpar_dir/wpar.spec")" '^	name = "dev01"$'
is "verified" "$(restwparfiles -V -f "$work/t.save")" "The backup $work/t.save is whole."

# Refused.
refused "the root directory" '^restwparfiles: files are not restored into the root directory' restwparfiles -f "$work/t.save" -d /
refused "the root directory as the current one" '^restwparfiles: files are not restored into the root directory' \
	sh -c 'cd / && restwparfiles -f "$1"' - "$work/t.save"
refused "the root directory by another way" '^restwparfiles: files are not restored into the root directory' \
	restwparfiles -f "$work/t.save" -d /usr/..
refused "a file that it does not have" '^restwparfiles: The backup [^ ]*t\.save has no file home/none\.$' restwparfiles -f "$work/t.save" -d "$TMPDIR/closed" home/none
refused "one with any byte in its name" '^restwparfiles: The backup [^ ]*t\.save has no file home/\\033\\303\\274 x\.$' \
	restwparfiles -f "$work/t.save" -d "$TMPDIR/closed" $'home/\e\303\274 x'
for name in ../x home/../etc ./home/..; do
	refused "a name that leads outside ($name)" "^restwparfiles: the name '$name' has '..' in it; give it as inside the workload partition\$" \
		restwparfiles -f "$work/t.save" -d "$TMPDIR/closed" "$name"
done
refused "an empty name" "^restwparfiles: the name '' is empty; / stands for all files\$" restwparfiles -f "$work/t.save" -d "$TMPDIR/closed" ''
refused "what describes the backup" "^restwparfiles: the name './.savewpar_dir/wpar.spec' is no file of the workload partition; -m restores" \
	restwparfiles -f "$work/t.save" -d "$TMPDIR/closed" ./.savewpar_dir/wpar.spec
refused "a name that is too long" "has a part that is longer than any name" restwparfiles -f "$work/t.save" -d "$TMPDIR/closed" "$(printf '%0300d' 0)"
refused "... as a whole" "is longer than any that a backup has" restwparfiles -f "$work/t.save" -d "$TMPDIR/closed" "$(printf '%05000d' 0)"
mapfile -t names < <(seq -f 'home/%g' 4001)
refused "too many names" "^restwparfiles: 4001 names are more than the 4000 that can be given; name the directories" \
	restwparfiles -f "$work/t.save" -d "$TMPDIR/closed" "${names[@]}"
refused "as many as there may be" "has no file home/1\.\$" restwparfiles -f "$work/t.save" -d "$TMPDIR/closed" "${names[@]:0:4000}"
refused "-a" '^restwparfiles: -a: ' restwparfiles -a -f "$work/t.save"
refused "-b" '^restwparfiles: -b: ' restwparfiles -b 8 -f "$work/t.save"
refused "-V with names" '^restwparfiles: -V restores nothing' restwparfiles -V -f "$work/t.save" home
refused "-m with names" '^restwparfiles: -m takes no names' restwparfiles -m -f "$work/t.save" home
mkdir -p "$TMPDIR/closed/home/plain/in"
refused "a directory in the place of a file" 'has home/plain, and in the directory there is a folder in its place: remove that, or give another directory, -d\.$' \
	restwparfiles -f "$work/t.save" -d "$TMPDIR/closed" home/plain
ok "it and what is in it stay" test -d "$TMPDIR/closed/home/plain/in"

# What the directory has is no way out of it.
fresh
ln -s "$attack" "$TMPDIR/closed/home"
refused "through a link that is there" 'has home/plain, and in the directory there is a link or a file where a folder above it should be: remove that' restwparfiles -f "$work/t.save" -d "$TMPDIR/closed" home/plain
rm "$TMPDIR/closed/home" && mkdir "$TMPDIR/closed/home" && ln -s "$attack/victim" "$TMPDIR/closed/home/plain"
ok "a link in the place of a file is replaced" restwparfiles -f "$work/t.save" -d "$TMPDIR/closed" home/plain
ok "and not followed" unharmed

# Set-user-ID programs.
out=$(restwparfiles -f "$work/t.save" -d "$TMPDIR/open" 2>&1)
like "where others reach it, it is said" "$out" 'set-user-ID and set-group-ID bits and capabilities are left out, for others than root can reach'
is "there is none" "$(find "$TMPDIR/open" -perm /7000 ! -perm /1000)" ""
is "and no capability" "$(getcap -r "$TMPDIR/open" 2>/dev/null)" ""
fresh
restwparfiles -f "$work/t.save" -d "$TMPDIR/closed"
ok "where nobody does, they are kept" test -n "$(find "$TMPDIR/closed" -perm /4000)"

# Every hostile backup: nothing outside, and verified it is refused.
python3 "$here/make_backups.py" hostile "$work" "$attack" || exit 1
for file in "$work"/good-*.save "$work"/bad-*.save "$work"/maybe-*.save; do
	name=$(basename "$file")
	fresh
	restwparfiles -f "$file" -d "$TMPDIR/closed" >/dev/null 2>"$work/said"
	status=$?
	ok "$name: nothing outside was touched" unharmed
	case $name in
	good-twice*) like "$name: a file takes no folder's place" "$(cat "$work/said")" 'has x, and in the directory there is a folder in its place' ;;
	good-*) is "$name is restored" "$status" 0 ;;
	# These are whole: what is wrong with them is what restwpar reads of image.data and wpar.spec.
	bad-no-wpar-data* | bad-type* | bad-format-1* | bad-machine* | bad-pages* | bad-level* | bad-spec.* | bad-spec-name* | bad-application*) ;;
	bad-*) is "$name: one line says what is wrong" "$status $(wc -l <"$work/said")" "1 1" ;;
	esac
done
for name in flipped mode entries no-end cut file-digest; do
	refused "-V: bad-$name" 'cannot be used: ' restwparfiles -V -f "$work/bad-$name.save"
done

# Where it must be signed, that is known before a file is written.
if command -v ssh-keygen >/dev/null; then
	ssh-keygen -q -t ed25519 -N '' -f "$work/key"
	echo "admin@here $(cat "$work/key.pub")" >"$work/allowed"
	fresh
	refused "one that nobody has signed" 'is not signed, and must be by one whom' \
		restwparfiles --allowed-signers "$work/allowed" -f "$work/t.save" -d "$TMPDIR/closed"
	is "no file is written" "$(ls -A "$TMPDIR/closed")" ""
	python3 - "$here" "$work" <<'PY'
import subprocess, sys
sys.path.insert(0, sys.argv[1])
import make_backups as m
work = sys.argv[2]
def signature(text):
    return subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-n", "savewpar@lpard", "-f", work + "/key"],
                          input=text, stdout=subprocess.PIPE, check=True).stdout
b = m.Backup(work + "/signed.save")
for one in m.BASE:
    b.add(*one)
b.end(signature=signature)
PY
	for way in 'restwparfiles --allowed-signers "$1/allowed" -f "$1/signed.save" -d "$2"' \
		'cat "$1/signed.save" | restwparfiles --allowed-signers "$1/allowed" -f - -d "$2"'; do
		fresh
		is "a signed one" "$(sh -c "$way" - "$work" "$TMPDIR/closed")" "The backup is signed by admin@here."
		ok "its files are there" test -f "$TMPDIR/closed/etc/passwd"
	done
fi
done_testing
