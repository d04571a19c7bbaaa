# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# installed.sh FOLDER TREE [TESTS FAILURES] - in a root of its own: install the packages in FOLDER, use
# what they bring, purge them, and see that nothing is left in TREE, where this root's files are.  Speaks TAP; called by packages.sh and by
# packages-root.sh, which make the root; TESTS and FAILURES are the counts so far.
set -u
PAR_TEST_SOURCE=$(dirname "${BASH_SOURCE[0]}")/..
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

debs=$1
tree=$2
tap_number=${3:-0}
tap_failures=${4:-0}
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

# files - all there is, but what dpkg and its like write for themselves
files()
{
	(
		cd "$tree" || exit 1
		find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./run -o -path ./tmp \
			-o -path ./var/lib/dpkg -o -path ./var/lib/apt -o -path ./var/cache -o -path ./var/log \) \
			-prune -o -print | grep -vE '^\./etc/(passwd|group|shadow|gshadow|subuid|subgid)-$' | sort
	)
	find /run -xdev -path '*lpard*' -o -path '*wpars*'
}

# At the first time apt gets the libraries; what is compared is the second time.
install()
{
	apt-get -qq -o Dpkg::Use-Pty=0 install -y --no-install-recommends "$debs"/*.deb
}

purge()
{
	apt-get -qq -o Dpkg::Use-Pty=0 purge -y lpard wparctl
}

ok "apt installs the packages" install
ok "and purges them" purge
files >/tmp/before
ok "apt installs them again" install

is "they are whole" "$(dpkg --verify lpard wparctl)" ""
like "hmc" "$(hmc --version)" '^hmc [0-9]'
like "wparctl" "$(wparctl --version)" '^wparctl [0-9]'
is "the HMC's commands are there" "$(hmc --list-commands | while read -r c; do
	command -v "$c" >/dev/null || echo "$c"; done)" ""
is "AIX's commands are there" "$(wparctl --list-commands | while read -r c; do
	command -v "$c" >/dev/null || echo "$c"; done)" ""
is "each has a page" "$({ echo lpard lpard.conf hmc wparctl wparctl-agent && hmc --list-commands &&
	wparctl --list-commands; } | tr ' ' '\n' | while read -r c; do
	dpkg -L lpard wparctl | grep -q "^/usr/share/man/man[1-8]/$c\.[1-8]\.gz$" || echo "$c"; done)" ""
is "each has completion" "$({ echo lpard && hmc --list-commands && wparctl --list-commands; } |
	while read -r c; do
		bash -c '. "/usr/share/bash-completion/completions/$1" && complete -p "$1"' bash "$c" \
			>/dev/null || echo "$c"
	done)" ""
like "the group of lpard's users is there" "$(getent group lpard)" '^lpard:x:'
ok "its configuration is right" lpard --check-config
is "units are enabled" "$(cd /etc/systemd/system && find . -type l -printf '%P\n' |
	grep -E 'lpard|wpar' | sort | tr '\n' ' ')" \
	"multi-user.target.wants/lpard.service multi-user.target.wants/rc.wpars.service \
sockets.target.wants/lpard.socket "

# lpard, as an administrator would try it first
printf '[system SYS]\nuri = fake:///\n' >>/etc/lpard/lpard.conf
lpard >/tmp/lpard.log 2>&1 &
lpard=$!
ok "lpard starts" wait_for 20 lssyscfg -r sys -F name
is "its socket is its group's" "$(stat -c '%U:%G %a' /run/lpard/lpard.sock)" "root:lpard 660"
ok "mksyscfg" mksyscfg -r lpar -m SYS -i "name=one,profile_name=default,lpar_env=aixlinux,\
min_mem=512,desired_mem=1024,max_mem=2048,proc_mode=shared,sharing_mode=uncap,uncap_weight=128,\
min_procs=1,desired_procs=1,max_procs=4,min_proc_units=0.1,desired_proc_units=1.0,\
max_proc_units=4.0,boot_image=none"
is "lssyscfg" "$(lssyscfg -r lpar -m SYS -F name:state)" "one:Not Activated"
kill "$lpard"
wait "$lpard"
is "lpard ends well" "$?" 0

# The socket passed by systemd's own tool
if command -v systemd-socket-activate >/dev/null; then
	systemd-socket-activate --listen=/run/lpard/lpard.sock lpard >/tmp/lpard.log 2>&1 &
	lpard=$!
	ok "a socket that systemd listens on" wait_for 20 test -S /run/lpard/lpard.sock
	is "its first client starts lpard" "$(timeout 20 lssyscfg -r sys -F name)" SYS
	kill "$lpard"
	wait "$lpard"
	ok "it stays when lpard ends" test -S /run/lpard/lpard.sock
	rm -f /run/lpard/lpard.sock
else
	skip "a socket that systemd listens on" "there is no systemd-socket-activate here"
fi

# WPARs
is "wparexec" "$(wparexec -n app01 -- /bin/echo hello 2>/dev/null | tail -n 1)" hello
# An overlay cannot be mounted with a WPAR's ids: there no WPAR is made.
if [ "$(stat -f -c %T /)" = overlayfs ]; then
	like "mkwpar needs another file system" "$(mkwpar -n dev01 -A 2>&1)" 'ids cannot be mapped on it'
	is "and makes nothing" "$(lswpar)" ""
else
	ok "mkwpar" mkwpar -n dev01 -A
	is "it is defined" "$(lswpar -q -c -a name,state)" dev01:D
	ok "rc.wpars starts what was made with -A" /etc/rc.wpars
	is "it is active" "$(lswpar -q -c -a name,state)" dev01:A
	is "clogin" "$(clogin dev01 /bin/hostname)" dev01
	ok "rc.wpars stops it" /etc/rc.wpars stop
	is "it is not" "$(lswpar -q -c -a name,state)" dev01:D
	ok "rmwpar" rmwpar dev01
fi

ok "apt purges them" purge
is "nothing is left" "$(files | diff /tmp/before - | grep '^[<>]')" ""
done_testing
