#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# restwpar.sh - a WPAR of a backup: as it was, whole or not at all, and with no more rights than it may have
#
# The backups are made by make_backups.py by the book (docs/SAVEWPAR.md), not by savewpar.
# timeout: 300
set -u
# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

here=$PAR_TEST_SOURCE/integration/wparctl
work=$TMPDIR/backups attack=$TMPDIR/attack
base=$WPARS_ROOT/wpars cf=$WPARS_ROOT/etc/wpars
export PYTHONDONTWRITEBYTECODE=1
mkdir -p "$cf"
mkdir -m 1777 "$WPARS_ROOT/tmp"
# shellcheck source=tests/integration/wparctl/archive_lib.sh
. "$PAR_TEST_SOURCE/integration/wparctl/archive_lib.sh"
trap 'clear_away dev01 dev01_1 dev01_2 two vol old01 old01_1 old02' EXIT

backup()
{
	python3 "$here/make_backups.py" "$@"
}

list()
{
	python3 "$here/tree.py" list "$1" --without holes # make_backups.py has none
}

# What must hold after every backup: nothing outside was made, changed or linked.
# nothing_left - no WPAR, no folder of one, no image
nothing_left()
{
	[ -z "$(lswpar)" ] && [ -z "$(find "$base" -mindepth 1 -maxdepth 1 ! -name .volumes)" ] &&
		[ -z "$(ls -A "$base/.volumes" 2>/dev/null)" ] && [ -z "$(ls -A "$WPARS_ROOT/var/lib/wpars/images" 2>/dev/null)" ]
}

# Every attribute.
ok "a WPAR" mkwpar -n dev01
python3 "$here/tree.py" make "$base/dev01/home/tree"
chmod 1770 "$base/dev01/home"
before=$(list "$base/dev01")
backup tree "$work/dev01.save" "$base/dev01" dev01
rmwpar dev01
out=$(restwpar -f "$work/dev01.save" 2>&1)
is "restwpar: status" "$?" 0
like "it says what it does" "$out" '^restwpar: Creating file systems\.\.\.$'
like "and how it ended" "$out" '^Workload partition dev01 created successfully\.$'
like "and how to start it" "$out" '^mkwpar: 0960-390 To start the workload partition, execute the following as root: $'
is "each attribute of each file is what it was" "$(diff <(echo "$before") <(list "$base/dev01"))" ""
is "it is Defined" "$(state dev01)" D
refused "a second one of that name" '^restwpar: A workload partition called dev01 already exists\.$' restwpar -f "$work/dev01.save"
ok "it starts" startwpar dev01
is "and answers" "$(clogin dev01 stat -c '%a %u' /home/tree/plain </dev/null)" "640 1000"

# Another name, from a pipe; what clashes is another one.
refused "its host name clashes" '^restwpar: The host name dev01 is that of workload partition dev01\.$' \
	restwpar -n two -h dev01 -f "$work/dev01.save"
ok "with -a both live, from a pipe" sh -c 'cat "$1" | restwpar -a -s -f -' - "$work/dev01.save"
is "under another name" "$(lswpar -qc -a name,state,hostname,directory | sort)" "dev01:A:dev01:/wpars/dev01
dev01_1:A:dev01_1:/wpars/dev01_1"
is "which is in its files" "$(cat "$base/dev01_1/etc/hostname")" dev01_1
ok "with a machine id of its own" test "$(cat "$base/dev01_1/etc/machine-id")" != "$(cat "$base/dev01/etc/machine-id")"
unlike "and a UUID" "$(cat "$cf/dev01.cf")" "$(grep uuid "$cf/dev01_1.cf" || echo none)"
rmwpar -F dev01_1
ok "by an operand, with flags of mkwpar" restwpar -M '-S privs-=PV_NET_PORT -M directory=/data vfs=directory' -f "$work/dev01.save" -d /wpars/elsewhere two
like "which hold" "$(cat "$cf/two.cf")" 'PV_NET_PORT'
ok "in another place" test -d "$base/elsewhere/data"
rmwpar -F two
ok "outside /wpars, by the administrator's own word" restwpar -f "$work/dev01.save" -d /srv/two two
is "is where it was asked for" "$(lswpar -qc -a directory two)" /srv/two
rmwpar -F two
rmwpar -F dev01
# Three at once: each gets a name of its own.
home=$(restwpar -f "$work/dev01.save" >/dev/null && list "$base/dev01/home")
rmwpar dev01
for n in 1 2 3; do
	restwpar -a -f "$work/dev01.save" >"$work/at-once.$n" 2>&1 &
	pids[n]=$!
done
for n in 1 2 3; do
	wait "${pids[n]}"
	is "three at once with -a, $n: status" "$? $(grep -c 'created successfully' "$work/at-once.$n")" "0 1"
done
is "each with the next name" "$(lswpar -qc -a name,hostname,directory | sort)" "dev01:dev01:/wpars/dev01
dev01_1:dev01_1:/wpars/dev01_1
dev01_2:dev01_2:/wpars/dev01_2"
for name in dev01 dev01_1 dev01_2; do
	is "$name is whole" "$(list "$base/$name/home")" "$home"
	rmwpar "$name"
done

like "from a pipe it says so" "$(restwpar -f - <"$work/dev01.save")" '^Restoring the files of the backup on standard input\.$'
rmwpar dev01
for command in 'restwpar -f -' 'mkwpar -n dev01 -B -' 'restwparfiles -V -f -' 'lssavewpar -l -f -'; do
	refused "a standard input that is closed: $command" 'the backup cannot be read from the standard input, which is closed' sh -c "$command <&-"
done

# The UUID is kept, or it is said that it is not.
uuid=7f3b2f4e-6c0e-4b9a-9a53-0f3a8e1d2c4b
backup spec "$work/uuid.save" dev01 "\tuuid = \"$uuid\"\n"
ok "a UUID is kept" restwpar -U -f "$work/uuid.save"
is "under the name that it had" "$(lswpar -qc -a uuid dev01)" $uuid
refused "it is another one's" "^restwpar: The UUID $uuid is that of workload partition dev01\.\$" restwpar -U -n two -h two -f "$work/uuid.save"
output=$(restwpar -a -U -n two -f "$work/uuid.save" 2>&1 >/dev/null)
is "with -a it is said that it gets another one" "$output" \
	"restwpar: workload partition two gets a new UUID, because another one has $uuid."
unlike "and it does" "$(lswpar -qc -a uuid two)" $uuid
rmwpar two
rmwpar dev01
ok "under another name" restwpar -U -n two -f "$work/uuid.save"
is "it is kept, too" "$(lswpar -qc -a uuid two)" $uuid
rmwpar two
refused "a UUID that there is none of" '^restwpar: -U: the specification has no UUID' restwpar -U -f "$work/dev01.save"
refused "-U twice" '^restwpar: -U and -M -U cannot be used together$' restwpar -U -M -U -f "$work/uuid.save"
refused "two host names" '^restwpar: -h and -M -h give two host names: a and b$' restwpar -h a -M '-h b' -f "$work/dev01.save"

# Flags of mkwpar: those that restwpar has itself, and those that mean nothing here.
for flag in '-n foo' -A -a '-d /wpars/x' -r -s -v; do
	refused "-M '$flag'" "^restwpar: -M: ${flag%% *}: give it to restwpar itself\$" restwpar -M "$flag" -f "$work/dev01.save"
done
for flag in "-B x" "-b x" "-f x" "-L image_data=x y=z" -l -t "-T preserve_wpars=yes" -C "-e dev01" "-E /x" -F "-g rootvg" "-k /x" "-o x" -O -p -P -w -W; do
	refused "-M '$flag'" "^restwpar: -M: ${flag%% *}: [a-zA-Z]" restwpar -M "$flag" -f "$work/dev01.save"
done
refused "-M with a word" "^restwpar: -M: 'foo' is no flag of mkwpar; give a name to restwpar itself" restwpar -M foo -f "$work/dev01.save"
refused "-M --help" "^restwpar: -M: .*'restwpar --help' says which" restwpar -M --help -f "$work/dev01.save"
ok "nothing is left of all that" nothing_left

# Flags that mean nothing here.
refused "-F" "^restwpar: -F: what is refused could not work" restwpar -F -f "$work/dev01.save"
refused "-k" "^restwpar: -k: " restwpar -k -f "$work/dev01.save"
refused "-K" "^restwpar: -K: " restwpar -K -f "$work/dev01.save"
refused "a list of devices that is not there" "^restwpar: -B $work/none: there is no such file\$" \
	restwpar -B "$work/none" -f "$work/dev01.save"
refused "-b" "^restwpar: -b: " restwpar -b 100 -f "$work/dev01.save"
refused "-S with a wrong word" "^restwpar: -S is a, A, f, F or n$" restwpar -S x -f "$work/dev01.save"
refused "-M with a flag that is none" "^restwpar: -M: unknown option '-Q'; see 'restwpar --help'\$" restwpar -M '-Q' -f "$work/dev01.save"
refused "no such backup" "^restwpar: The backup $work/none cannot be opened: there is no such file$" restwpar -f "$work/none"
refused "a folder" "^restwpar: The backup $work is a folder$" restwpar -f "$work"
ok "nothing is left of all that" nothing_left

# File systems of its own are made and filled.
ok "a WPAR with file systems" mkwpar -n vol -M directory=/data vfs=jfs2 size=24M -M directory=/data/deep vfs=ext4 size=24M -s
clogin vol sh -c 'echo one >/data/f; echo two >/data/deep/f; chown 1000:1000 /data; chmod 2750 /data; mkdir /data/d; ln /data/f /data/d/h' </dev/null
python3 "$here/tree.py" make "$base/vol/data/tree"
inside=$(list "$base/vol/data")
spec=$(sed -n '/^mount:/,$p' "$cf/vol.cf" | sed '/project =/d')
backup tree "$work/vol.save" "$base/vol" vol "$spec"
rmwpar -F vol
ok "it is restored" restwpar -f "$work/vol.save" -s
is "and what is in them, with each attribute" "$(diff <(echo "$inside") <(list "$base/vol/data"))" ""
is "they are mounted" "$(clogin vol sh -c 'df -P /data /data/deep | awk "NR > 1 { print \$6 }"' </dev/null)" "/data
/data/deep"
ok "nothing of it lies below them" sh -c "umount -l '$base/vol/data/deep' '$base/vol/data'; test -z \"\$(find '$base/vol/data' ! -type d)\""
rmwpar -F vol
ok "nothing is left" nothing_left

# What other programs do not keep alike: names of attributes, the access list of a fifo; further names of what is not made.
ok "a WPAR with a tree of those" mkwpar -n odd -s
python3 "$here/tree.py" odd "$base/odd/home/tree"
mknod "$base/odd/home/null" c 1 3
ln "$base/odd/home/null" "$base/odd/home/second"
inside=$(python3 "$here/tree.py" list "$base/odd/home/tree")
ok "savewpar -V" savewpar -V -f "$work/odd.save" odd
rmwpar -F odd
said=$(restwpar -f "$work/odd.save" 2>&1)
is "it is restored" "$?" 0
like "it is said what is not made" "$said" "^restwpar: 2 device nodes of the backup are not made: "
is "with each attribute" "$(diff <(echo "$inside") <(python3 "$here/tree.py" list "$base/odd/home/tree"))" ""
is "devices are not made, by none of their names" "$(ls -A "$base/odd/home")" tree
rmwpar -F odd

# As many file systems as savewpar saves: more than the reader has files of its own open.
many=
for n in {1..70}; do many+="mount:\n\tdirectory = \"/d$n\"\n\tvfs = \"ext4\"\n\tsize = \"16M\"\n"; done
backup spec "$work/many.save" dev01 "$many"
ok "one with 70 file systems" restwpar -f "$work/many.save"
is "has them" "$(lswpar -qcM -a mountpoint dev01 | grep -c "/d[0-9]")" 70
(
	ulimit -Sn 256
	savewpar -f "$work/again.save" dev01 >"$work/out" 2>&1
)
like "and saved, with fewer open files allowed than that takes" "$(cat "$work/out")" 'Backup Completed Successfully'
ok "whole" lssavewpar -V -f "$work/again.save"
rm "$work/again.save"
rmwpar dev01

# Hostile ones.
backup hostile "$work" "$attack" || exit 1
for file in "$work"/good-*.save; do
	name=$(basename "$file")
	ok "$name is restored" restwpar -f "$file"
	case $name in
	good-plain*) is "mode, owner and time" "$(stat -c '%a %u %g %Y' "$base/dev01/usr/bin/prog")" "4755 5 60 1700000000" ;;
	good-twice*)
		is "the last member of a name counts" "$(cat "$base/dev01/etc/passwd")" second
		is "a folder that comes again keeps what is in it" "$(stat -c %a "$base/dev01/etc")" 750
		is "a file in the place of a folder" "$(cat "$base/dev01/x")" "now a file"
		is "a folder in the place of a file" "$(stat -c %a "$base/dev01/z") $(cat "$base/dev01/z/in")" "711 in"
		;;
	good-removed*) is "what had vanished is not there" "$(ls -d "$base"/dev01/{gone,dir,was,never} 2>/dev/null)" "" ;;
	good-nodes*)
		is "no device node is made" "$(find "$base/dev01" -type b -o -type c)" ""
		is "and what was a file before one of them is none" "$(find "$base/dev01" -name was)" ""
		;;
	good-replaced-link*) is "a file takes a link's place" "$(cat "$base/dev01/x")" mine ;;
	esac
	ok "$name: nothing outside was touched" unharmed
	rmwpar dev01
done
for file in "$work"/bad-*.save "$work"/maybe-*.save; do
	name=$(basename "$file")
	output=$(restwpar -f "$file" 2>&1 >"$work/out")
	status=$?
	case $name in
	maybe-*) rmwpar dev01 >/dev/null 2>&1 ;;
	*)
		is "$name is refused, in one line" "$status $(wc -l <<<"$output")" "1 1"
		like "$name: and why" "$output" '^restwpar: .*'
		;;
	esac
	ok "$name: nothing outside was touched, nothing is left" sh -c 'exit "$1"' - "$(unharmed && nothing_left; echo $?)"
done

# A versioned one: its backup is an image of the store, shared, and its changes begin empty.
images=$WPARS_ROOT/var/lib/wpars/images
ok "a versioned one" restwpar -f "$work/versioned.save"
is "is versioned" "$(lswpar -qc -a name,state,type)" "old01:D:L"
root=$(echo "$images"/*/root)
is "what came twice, and what had vanished" "$(cat "$root/z/in") $(stat -c %a "$root/z") $(ls -d "$root/gone" 2>/dev/null)" "in 711 "
is "none of its description is in the system" "$(find "$root" -mindepth 1 -maxdepth 1 -name '*savewpar*')" ""
inode=$(stat -c %i "$root")
refused "-r: its files are its image's" "^restwpar: -r: the files of a versioned workload partition are its image's\$" restwpar -r -a -f "$work/versioned.save"
like "-S: what a versioned one has of this system is made" "$(restwpar -S F -n old02 -f "$work/versioned.save")" 'The overlay is current'
rmwpar old02
ok "another one of it, from a pipe" sh -c 'cat "$1" | restwpar -a -f -' - "$work/versioned.save"
is "shares the image" "$(stat -c %i "$images"/*/root) $(lswpar -qc -a name,type old01_1)" "$inode old01_1:L"
is "its changes begin with what every new one is given" "$(find "$base/old01_1/upper" -type f ! -name inittab)" ""
rmwpar old01 && rmwpar old01_1
for way in 'restwpar -f "$1"' 'cat "$1" | restwpar -f -'; do
	fails "one that has no end ($way)" sh -c "$way" - "$work/versioned-bad.save"
	ok "leaves nothing" nothing_left
done
WPAR_STOP_AT=restored restwpar -f "$work/versioned.save" >/dev/null 2>&1
ok "killed, it is done again" restwpar -f "$work/versioned.save"
rmwpar old01
ok "and nothing is left" nothing_left

# What a specification that came along may ask for (hostile.md 13).
asks()
{
	local what=$1 spec=$2 pattern=$3
	backup spec "$work/asks.save" dev01 "$spec"
	refused "$what" "^restwpar: The backup $work/asks.save asks for what a plain workload partition does not have: $pattern. Read its specification" \
		restwpar -f "$work/asks.save"
}
asks "a privilege" 'security:\n\tprivs = "+PV_NET_RAWSOCK"\n' 'the privilege PV_NET_RAWSOCK'
asks "a program of the global environment" '\tscript = "/root/evil.sh"\n' 'the program /root/evil.sh, run by root of the global environment'
asks "a directory of it" 'mount:\n\tdirectory = "/mnt"\n\tvfs = "namefs"\n\tdev = "/etc"\n' 'the directory /etc of the global environment'
asks "its /usr, to be written" 'mount:\n\tdirectory = "/usr"\n\tvfs = "namefs"\n\tdev = "/usr"\n\tmountopts = "rw"\n' 'the directory /usr of the global environment'
asks "a server" 'mount:\n\tdirectory = "/mnt"\n\tvfs = "nfs"\n\thost = "192.0.2.1"\n\tdev = "/x"\n' 'the directory /x of the server 192.0.2.1'
asks "a device" 'device:\n\tdevname = "/dev/fuse"\n' 'the device /dev/fuse'
asks "another owner" '\towner = "daemon"\n' 'daemon as its owner'
asks "another place" '\tdirectory = "/root/w"\n' 'the base directory /root/w'
backup spec "$work/asks.save" dev01 '\tdirectory = "/wpars/.volumes/later"\n'
refused "where the images of others are" 'has a part that begins with a dot' restwpar -f "$work/asks.save"
asks "limits" 'resources:\n\ttotalProcesses = "unlimited"\n\ttotalPTYs = "5000"\n' 'totalProcesses=unlimited; totalPTYs=5000'
asks "huge pages" 'resources:\n\ttotalLargePages = "8"\n' 'totalLargePages=8'
backup spec "$work/asks.save" dev01 'security:\n\tprivs = "+PV_NET_RAWSOCK"\n'
ok "an administrator grants it" restwpar --trust -f "$work/asks.save"
like "and it is granted" "$(cat "$cf/dev01.cf")" 'PV_NET_RAWSOCK'
rmwpar dev01
printf 'general:\n\tname = "dev01"\n' >"$work/own.spec"
ok "or has a specification of one's own" restwpar -w "$work/own.spec" -f "$work/asks.save"
unlike "which is what holds" "$(cat "$cf/dev01.cf")" 'PV_NET_RAWSOCK'
rmwpar dev01
printf '\tauto = "yes"\n\tidbase = "0"\n\tidrange = "4000000000"\n\tkey = "1"\n\tcreating = "yes"\n\tkept = "yes"\n' >"$work/numbers"
backup spec "$work/asks.save" dev01 "$(sed 's/$/\\n/' "$work/numbers" | tr -d '\n')"
ok "numbers of another machine" restwpar -f "$work/asks.save"
is "are not taken, and it starts by itself only with -A" "$(lswpar -qc -a name,state,auto dev01) $(grep -c 'idbase = "0"' "$cf/dev01.cf")" "dev01:D:no 0"
rmwpar dev01
backup spec "$work/asks.save" dev01 'versioned:\n\timage_digest = "'"$(printf '%064d' 0)"'"\n\tos_id = "x"\n'
ok "an image that it does not have" restwpar -f "$work/asks.save"
is "is none of it" "$(lswpar -qc -a type dev01)" S
rmwpar dev01
printf 'general:\n\tname = "dev01"\ndevice:\n\tdevname = "/dev/loop-control"\n' >"$work/own.spec"
printf 'name:\n\tvalue = "/dev/fuse"\n\tauto = "no"\n' >"$cf/devexports"
refused "a device that devexports does not list, even so" 'does not list it, so no workload partition can have it' \
	restwpar --trust -w "$work/own.spec" -f "$work/asks.save"
rm "$cf/devexports"
ok "nothing is left" nothing_left

# Signatures.
if command -v ssh-keygen >/dev/null; then
	ssh-keygen -q -t ed25519 -N '' -f "$work/key" && ssh-keygen -q -t ed25519 -N '' -f "$work/other"
	sign()
	{
		KEY=$1 python3 - "$here" "$2" "$3" <<'PY'
import os, subprocess, sys
sys.path.insert(0, sys.argv[1])
import make_backups as m
def signature(text):
    return subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-n", "savewpar@lpard", "-f", os.environ["KEY"]],
                          input=text, stdout=subprocess.PIPE, check=True).stdout
b = m.Backup(sys.argv[2], "dev01", 'security:\n\tprivs = "+PV_NET_RAWSOCK"\n')
for one in m.BASE:
    b.add(*one)
b.end(signature=signature if sys.argv[3] == "signed" else None)
PY
	}
	echo "admin@here $(cat "$work/key.pub")" >"$work/allowed"
	sign "$work/key" "$work/signed.save" signed
	sign "$work/other" "$work/stranger.save" signed
	sign "$work/key" "$work/unsigned.save" not
	like "a signed one is what it says it is" "$(restwpar --allowed-signers "$work/allowed" -f "$work/signed.save" 2>&1)" \
		'^The backup is signed by admin@here\.$'
	rmwpar dev01
	refused_late()
	{
		output=$(restwpar "${@:3}" 2>&1 >/dev/null)
		is "$1: status" "$?" 1
		like "$1" "$output" "$2"
		ok "$1: nothing is left" nothing_left
	}
	refused_late "a stranger's" 'has no signature that holds, of one whom .*/allowed allows\.$' \
		--allowed-signers "$work/allowed" -f "$work/stranger.save"
	refused_late "none" 'is not signed, and must be by one whom' --allowed-signers "$work/allowed" -f "$work/unsigned.save"
	refused "a list of signers that is not there, before anything is read" '^restwpar: there is no file .*/nobody$' \
		restwpar --allowed-signers "$work/nobody" -f "$work/none"
	for how in "chmod 666" "chmod 620" "chown 1000" "ln -sf $work/allowed"; do
		cp "$work/allowed" "$work/theirs"
		$how "$work/theirs"
		refused "one that is not root's alone ($how)" "^restwpar: '$work/theirs' must be a plain file of root's to which nobody else may write" \
			restwpar --allowed-signers "$work/theirs" -f "$work/signed.save"
		rm -f "$work/theirs"
	done
	out=$(restwpar --allowed-signers "$work/allowed" -f "$work/unsigned.save" 2>/dev/null)
	is "nothing is made before the signature is known" "$out" ""
	ln -s "$work/nobody" "$cf/allowed_signers"
	refused "the system's list, a link to nothing" "allowed_signers' must be a plain file of root's" restwpar -f "$work/unsigned.save"
	rm "$cf/allowed_signers"
	cp "$work/allowed" "$cf/allowed_signers"
	refused_late "where the system asks for it" 'is not signed, and must be by one whom' --trust -f "$work/unsigned.save"
	ok "an image needs no signature, and a backup is one for mkwpar -C" mkwpar -n old01 -C -B "$work/versioned.save"
	rmwpar old01
	ok "one from a pipe is verified, too" sh -c 'cat "$1" | restwpar -f -' - "$work/signed.save"
	rmwpar dev01
	rm "$cf/allowed_signers"

	# A versioned one whose file is exchanged while the signature is verified.
	versioned()
	{
		KEY=$work/key python3 - "$here" "$1" "$2" <<'PY'
import os, subprocess, sys
sys.path.insert(0, sys.argv[1])
import make_backups as m
def signature(text):
    return subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-n", "savewpar@lpard", "-f", os.environ["KEY"]],
                          input=text, stdout=subprocess.PIPE, check=True).stdout
who = sys.argv[3]
b = m.Backup(sys.argv[2], "old01", kind="L", data=m.image_data(SIZE_KB=None, OSLEVEL=m.level()) + m.wpar_data("old01", "L"))
for one in m.BASE + [m.member("./who", body=who.encode()), m.member("./large", body=os.urandom(100 << 20))]:
    b.add(*one)
b.end(signature=signature if who == "signed" else None)
PY
	}
	# exchange OPTIONS... - its file is another one when the verification has begun
	exchange()
	{
		local pid
		versioned "$work/evil.save" evil
		restwpar "$@" -f "$work/exchanged.save" >"$work/out" 2>&1 &
		pid=$! exchanged=no
		while kill -0 "$pid" 2>/dev/null; do
			if pgrep -P "$pid" -f '^wparctl-archive check' >/dev/null; then
				mv "$work/evil.save" "$work/exchanged.save" && exchanged=yes
				break
			fi
		done
		wait "$pid"
	}
	for options in "--allowed-signers $work/allowed" ""; do
		versioned "$work/exchanged.save" signed
		# shellcheck disable=SC2086 # two words, or none
		exchange $options
		is "its file is exchanged while it is verified ($options): status" "$? $exchanged" "0 yes"
		is "what was verified is what it has" "$(cat "$images"/*/root/who)" signed
		[ -z "$options" ] || like "and by whom it is signed" "$(cat "$work/out")" '^The backup is signed by admin@here\.$'
		rmwpar old01
		rm -f "$work/evil.save" "$work/exchanged.save"
		ok "nothing of the copy is left" nothing_left
	done
fi

# What would take memory without end.
backup bounds "$work"
refused "a description without end, through a pipe" 'its files do not begin in its first 32 MiB, which is the most that is kept of a pipe; give it as a file\.$' \
	sh -c 'cat "$1" | restwpar -f -' - "$work/long-description.save"
output=$(restwpar -f "$work/many-removed.save" 2>&1 >/dev/null)
is "names without end that were removed: status" "$?" 1
like "and why" "$output" '^restwpar: .* it has too many names that were removed\.$'
ok "nothing is left of them" nothing_left
rm "$work/long-description.save" "$work/many-removed.save"

# A full disk leaves nothing.
backup large "$work/large.save" 60
for options in size=30m size=1m nr_inodes=40; do
	mkdir -p "$TMPDIR/small"
	mount -t tmpfs -o "$options" none "$TMPDIR/small"
	chmod 700 "$TMPDIR/small"
	output=$(WPARS_ROOT=$TMPDIR/small restwpar -f "$work/large.save" 2>&1)
	is "with $options it fails" "$?" 1
	like "and says why" "$output" 'space|inodes'
	is "and leaves nothing" "$(find "$TMPDIR/small/wpars" "$TMPDIR/small/etc/wpars" -mindepth 1 2>/dev/null)" ""
	umount "$TMPDIR/small"
done

# What is to be run again is what began it; mkwpar over it says what goes.
WPAR_STOP_AT=restored restwpar -f "$work/dev01.save" >/dev/null 2>&1
refused "killed: what to run again" 'dev01 was not completed; run restwpar again, or remove it with rmwpar\.$' startwpar dev01
refused "clogin says so, too" 'run restwpar again' clogin dev01 true
is "mkwpar in its place says what it throws away" "$(mkwpar -n dev01 2>&1 >/dev/null)" \
	"mkwpar: What restwpar has begun of workload partition dev01, and not completed, is thrown away."
ok "nothing of it is in a finished one" sh -c '! grep -q creat "$1"' - "$cf/dev01.cf"
rmwpar dev01
WPAR_STOP_AT="servers filled" mkwpar -n dev01 -B "$work/dev01.save" >/dev/null 2>&1
refused "a killed mkwpar -B, likewise" 'run mkwpar -B again' startwpar dev01
is "the same again throws nothing away" "$(mkwpar -n dev01 -B "$work/dev01.save" 2>&1 >/dev/null)" ""
rmwpar dev01
# One that is under way is nothing to be run again.
touch "$work/wait"
WPAR_WAIT_AT=restored WPAR_WAIT_FILE=$work/wait restwpar -f "$work/dev01.save" >/dev/null 2>&1 &
ok "one is under way" wait_for 30 test -e "$work/wait.here"
refused "clogin says that" 'dev01 is being made by restwpar; wait until that has ended\.$' clogin dev01 true
rm "$work/wait" "$work/wait.here"
wait $!
is "it ends" "$?" 0
rmwpar dev01

# Killed anywhere: the same command again, or rmwpar.
for step in "restored" "made" "files removed"; do
	WPAR_STOP_AT=$step restwpar -f "$work/dev01.save" >/dev/null 2>&1
	ok "killed ($step), rmwpar removes it" sh -c 'rmwpar dev01 || ! lswpar dev01' && ok "all of it" nothing_left
done
for n in 1 2 3 4 5 6 7 8 9 10 11 12; do
	restwpar -f "$work/dev01.save" >/dev/null 2>&1 &
	sleep "0.0$((n * 8 % 10))$n"
	kill -9 $! 2>/dev/null
	wait $! 2>/dev/null
	[ "$(state dev01 2>/dev/null)" = D ] || is "kill $n: it is not shown as whole" "$(state dev01 2>/dev/null | tr -d B)" ""
	[ "$(state dev01 2>/dev/null)" = D ] || ok "kill $n: run again it does it" restwpar -f "$work/dev01.save"
	is "kill $n: all is there" "$(diff <(echo "$before") <(list "$base/dev01"))" ""
	rmwpar dev01 >/dev/null
	ok "kill $n: nothing is left" nothing_left
done
done_testing
