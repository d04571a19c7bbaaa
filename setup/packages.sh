# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# packages.sh - install the Debian packages that are missing, and nothing else

# packages_list GROUP... - the words of these groups; the group `images` is images/packages.txt
packages_list()
{
	local group
	for group; do
		if [ "$group" = images ]; then
			sed 's/#.*//' "$par_top/images/packages.txt" 2>/dev/null | tr -s ' \t' '\n\n'
		else
			sed 's/#.*//' "$par_top/setup/packages.txt" |
				awk -v group="$group" '$1 == group { for (i = 2; i <= NF; i++) print $i }'
		fi
	done | grep . | sort -u
}

# packages_there PACKAGE... - prints those that are installed
packages_there()
{
	dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null |
		awk '$1 == "installed" { print $2 }'
}

# packages_known PACKAGE... - prints those that this machine's apt sources can give
packages_known()
{
	apt-cache policy "$@" 2>/dev/null | awk '
		/^[^ ]/ { package = $1; sub(/:$/, "", package) }
		/^  Candidate: [^(]/ { print package }'
}

# packages_missing WORD... - what is to be installed.  A word is a package, or `A|B`: the first of
# them that this release has, or `A?`: A where the release has it.  A package that is needed and
# not known to apt is in the list, too.
packages_missing()
{
	local word package
	local -a names=()
	local -A there=() known=()
	for word; do
		word=${word%\?}
		read -ra names <<<"${names[*]} ${word//|/ }"
	done
	while read -r package; do
		there[$package]=1
	done < <(packages_there "${names[@]}")
	while read -r package; do
		known[$package]=1
	done < <(packages_known "${names[@]}")
	for word; do
		for package in ${word//[|?]/ }; do
			[ -z "${there[$package]:-}" ] || continue 2
			if [ -n "${known[$package]:-}" ]; then
				echo "$package"
				continue 2
			fi
		done
		[ "$word" != "${word%\?}" ] || echo "$package"
	done | sort -u
}

# packages_apt ARG... - apt-get that asks nothing, tried again when the archive hiccups
packages_apt()
{
	local try wait status
	for try in 1 2 3 4 5; do
		status=0
		(
			set -o pipefail
			DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=a LC_ALL=C.UTF-8 apt-get -y -q \
				-o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 \
				-o Dpkg::Options::=--force-confold -o APT::Install-Recommends=false \
				"$@" 2>&1 | tee "$par_work/log/apt-get"
		) || status=$?
		[ "$status" = 0 ] && return 0
		# A package that the archive does not have will not come by waiting.
		[ "$try" = 5 ] && break
		if [ "$1" = install ] && grep -q '404  *Not Found' "$par_work/log/apt-get"; then
			[ "$try" = 1 ] || break
			progress "the archive does not have what its index names: updating the lists"
			packages_apt update || :
			continue
		fi
		wait=$((try * try * 3))
		progress "apt-get $1 failed, trying again in $wait s"
		sleep "$wait"
	done
	return "$status"
}

# packages_install GROUP... - install what is missing of these groups
packages_install()
{
	local wanted missing package unknown
	mapfile -t wanted < <(packages_list "$@")
	mapfile -t missing < <(packages_missing "${wanted[@]}")
	if [ "${#missing[@]}" = 0 ]; then
		echo "all packages of the ${#wanted[@]} wanted are there"
		return 0
	fi
	if [ "$(id -u)" != 0 ]; then
		echo "These packages are missing, and only root can install them: ${missing[*]}"
		return 1
	fi
	if ! command -v apt-get >/dev/null; then
		echo "This is no Debian (no apt-get).  Install these yourself: ${missing[*]}"
		return 1
	fi
	progress "${#missing[@]} packages to install: updating the lists"
	# A suite that cannot be updated does not matter when the packages are found all the same.
	packages_apt update || echo "apt-get update did not end well, going on with what there is"
	# Only now is it known what the release has.
	mapfile -t missing < <(packages_missing "${wanted[@]}")
	for package in $(comm -23 <(printf '%s\n' "${missing[@]}") \
		<(packages_known "${missing[@]}" | sort -u)); do
		echo "The package '$package' is in none of this machine's apt sources"
		unknown=yes
	done
	[ -z "${unknown:-}" ] || return 1
	progress "installing ${#missing[@]} packages"
	# apt's own lines are the progress from here on.
	: >"$par_work/log/progress"
	if ! packages_apt install "${missing[@]}"; then
		mapfile -t missing < <(packages_missing "${wanted[@]}")
		echo "These packages could not be installed: ${missing[*]}"
		if grep -q '404  *Not Found' "$par_work/log/apt-get"; then
			echo "The archive's index names files that it does not have (lines above).  It is between two"
			echo "states, or its mirror or proxy lags: in some hours it may have them."
		fi
		return 1
	fi
	mapfile -t missing < <(packages_missing "${wanted[@]}")
	if [ "${#missing[@]}" != 0 ]; then
		echo "apt-get said yes, but these packages are not installed: ${missing[*]}"
		return 1
	fi
}
