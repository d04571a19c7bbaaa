# shellcheck shell=sh disable=SC2034,SC2154 # the parts share their variables
# SPDX-License-Identifier: Apache-2.0
#
# Packages of another suite and architecture: an apt of the builder's own, with the index of the
# suite from the machine's archives, and what that index says of a package.  Which packages go
# together is found in resolve.sh; tree.sh lays them down.

# apt_setup SUITE ARCH - makes an apt of its own under the cache, its status empty but for the
# packages of lists/absent.txt, which count as there; sets $apt_dir.
apt_setup() {
	suites_check_name "$1"
	suite=$1
	arch=$2
	apt_dir=$cache/images/apt-$suite-$arch
	mkdir -p "$apt_dir/lists/partial" "$apt_dir/archives/partial" "$apt_dir/memo" "$apt_dir/none" \
		"$apt_dir/sources" "$apt_dir/try"
	lines "$here/lists/absent.txt" | while read -r package; do
		# A package that the caller names is wanted after all.
		[ -z "${more_packages:-}" ] || ! lines "$more_packages" | grep -qxF "$package" || continue
		printf 'Package: %s\nStatus: install ok installed\nVersion: 999\n' "$package"
		printf 'Architecture: %s\nMulti-Arch: allowed\nMaintainer: none\n' "$arch"
		printf 'Description: left out of images\n\n'
	done >"$apt_dir/status.new"
	cmp -s "$apt_dir/status.new" "$apt_dir/status" || mv "$apt_dir/status.new" "$apt_dir/status"
	# An index that is past its date (a mirror that lags, a suite that is released no more) is
	# good enough for an image; one without Debian's signature is not.
	cat >"$apt_dir/apt.conf" <<-CONF
		APT::Architecture "$arch";
		#clear APT::Architectures;
		APT::Architectures { "$arch"; };
		APT::Install-Recommends "false";
		APT::Install-Suggests "false";
		APT::Default-Release "";
		APT::Sandbox::User "root";
		APT::Solver "internal";
		APT::Keep-Downloaded-Packages "true";
		APT::Get::List-Cleanup "false";
		APT::Get::AllowUnauthenticated "false";
		#clear APT::Update::Pre-Invoke;
		#clear APT::Update::Post-Invoke;
		#clear APT::Update::Post-Invoke-Success;
		Acquire::AllowInsecureRepositories "false";
		Acquire::AllowWeakRepositories "false";
		Acquire::AllowDowngradeToInsecureRepositories "false";
		Acquire::AllowReleaseInfoChange "true";
		Acquire::Check-Valid-Until "false";
		Acquire::ForceHash "SHA256";
		Acquire::GzipIndexes "false";
		Acquire::Languages "none";
		Acquire::Retries "3";
		Acquire::http::Timeout "10";
		Acquire::https::Timeout "10";
		Dir::State "$apt_dir";
		Dir::State::status "$apt_dir/status";
		Dir::State::Lists "$apt_dir/lists";
		Dir::Cache "$apt_dir";
		Dir::Cache::archives "$apt_dir/archives";
		Dir::Cache::pkgcache "pkgcache.bin";
		Dir::Cache::srcpkgcache "";
		Dir::Etc::sourcelist "/dev/null";
		Dir::Etc::sourceparts "$apt_dir/sources";
		Dir::Etc::preferences "$apt_dir/gone.pref";
		Dir::Etc::preferencesparts "$apt_dir/none";
	CONF
	[ -f "$apt_dir/gone.pref" ] || : >"$apt_dir/gone.pref"
}

# apt_own TOOL ARG... - an apt tool with that configuration, read first (folders) and last: the
# machine's own settings, such as its proxy, hold where ours say nothing.
apt_own() {
	tool=$1
	shift
	APT_CONFIG=$apt_dir/apt.conf "$tool" -c "$apt_dir/apt.conf" "$@"
}

# apt_refresh - the index of the suite: its main part, -updates and -security, and copies of it
# under another name (stable, testing) that are of another day, as far as the archives have them
# with Debian's signature.  An index fetched today is good enough; LPARD_REFRESH asks again, once in
# a run.
apt_refresh() {
	stamp=$apt_dir/refreshed
	if [ -z "${LPARD_REFRESH:-}" ] && [ -n "$(find "$stamp" -mmin -1440 2>/dev/null)" ] &&
		[ "$(cat "$stamp")" = "$sources_mark" ]; then
		return 0
	fi
	if [ -n "$(find "$stamp" -newer "$sources_file" 2>/dev/null)" ] &&
		[ "$(cat "$stamp")" = "$sources_mark" ]; then
		return 0
	fi
	sources_find_keyring
	rm -f "$apt_dir/try"/*
	: >"$apt_dir/parts.new"
	: >"$apt_dir/answers"
	if [ -z "$sources_silent" ]; then
		# shellcheck disable=SC2046
		sources_ask $(apt_part_names) >"$apt_dir/answers"
		apt_refresh_parts
	fi
	if apt_refresh_main; then
		rm -f "$apt_dir/sources"/*
		mv "$apt_dir/try"/* "$apt_dir/sources/"
		mv "$apt_dir/parts.new" "$apt_dir/parts"
		: >"$apt_dir/gone.pref"
		rm -f "$apt_dir/gone"
		echo "$sources_mark" >"$stamp"
		return 0
	fi
	if [ -f "$stamp" ]; then
		say "no archive has '$suite' now; going on with the index of $(apt_index_date)"
		return 0
	fi
	if ! grep -qE '^(there|absent|unknown)	' "$apt_dir/answers"; then
		die_archive "no archive in the apt sources of this machine answers (asked for '$suite')"
	fi
	die_archive "no archive in the apt sources of this machine has the suite '$suite' for '$arch'"
}

# The suite's parts, each under the names that an archive may have it by.
apt_part_names() {
	for kind in '' -updates -security; do
		for name in "$suite" $(suites_aliases "$suite"); do
			echo "$name$kind"
		done
	done
}

# Is there a part with the suite itself?
apt_refresh_main() {
	cut -f1 "$apt_dir/parts.new" | grep -qvE -e '-(updates|security)$'
}

# Takes each part from the first archive that has it, signed.
apt_refresh_parts() {
	cut -f3 "$apt_dir/answers" | awk '!seen[$0]++' >"$apt_dir/names"
	while read -r part; do
		awk -F '\t' -v part="$part" '$3 == part && ($1 == "there" || $1 == "unknown")' \
			"$apt_dir/answers" >"$apt_dir/having"
		while IFS='	' read -r state uri name label codename date entry; do
			# The same index under another name brings nothing.
			grep -q "	$codename	$date\$" "$apt_dir/parts.new" && [ "$date" != - ] && break
			apt_refresh_part "$state" "$uri" "$part" "$entry" || continue
			printf '%s\t%s\t%s\t%s\n' "$part" "$uri" "$codename" "$date" >>"$apt_dir/parts.new"
			break
		done <"$apt_dir/having"
	done <"$apt_dir/names"
}

# apt_refresh_part STATE URI NAME ENTRY - fetches the index of a part; 1 when there is none or when it
# cannot be trusted.  Its entry for apt is left in try/.
apt_refresh_part() {
	moving "index of $3"
	mkdir -p "$apt_dir/one"
	rm -f "$apt_dir/one"/*
	{
		printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\n' "$2" "$3"
		printf 'Signed-By: %s\n' "$(sources_signed_by "$4")"
	} >"$apt_dir/one/$3.sources"
	if apt_own apt-get -qq -o APT::Update::Error-Mode=any -o Acquire::Retries=1 \
		-o Dir::Cache::pkgcache= -o Dir::Etc::sourceparts="$apt_dir/one" update >"$apt_dir/update.log" 2>&1; then
		if apt_is_debian; then
			mv "$apt_dir/one/$3.sources" "$apt_dir/try/"
			return 0
		fi
		[ "$1" = unknown ] || say "$2 $3: refused, this is not the index of Debian's $suite"
	elif grep -qiE 'signature|not signed|NO_PUBKEY|public key|sqv|gpgv' "$apt_dir/update.log"; then
		say "$2 $3: refused, the signature of its index is wrong or nobody's whom $4 or Debian's keyring names"
	elif [ "$1" = there ]; then
		say "$2 $3: its index cannot be had: $(grep -m1 '^[EW]:' "$apt_dir/update.log" | cut -c 1-200)"
	fi
	return 1
}

# apt_is_debian - is the index that was just fetched (one/ names it) Debian's, and of this suite?
apt_is_debian() {
	release=$(apt_own apt-get -o Dir::Etc::sourceparts="$apt_dir/one" indextargets \
		--no-release-info --format '$(FILENAME)' | sed -n 's/main_binary-.*//p' | head -n 1)
	cat "${release}InRelease" "${release}Release" 2>/dev/null | awk -v suite="$suite" '
		/^Origin: Debian$/ { debian = 1 }
		/^Codename: / && ($2 == suite || index($2, suite "-") == 1) { named = 1 }
		END { exit !(debian && named) }'
}

# apt_index_date - of the index in use, as the archive says it, else when it was fetched
apt_index_date() {
	date=$(cut -f4 "$apt_dir/parts" 2>/dev/null | head -n 1)
	case $date in
	'' | -) date -r "$apt_dir/refreshed" +%F ;;
	*) printf '%s\n' "$date" ;;
	esac
}

# apt_known FILE - was FILE made from the present index, less the versions known to have gone?  Then
# apt, which would take seconds, need not be asked.
apt_known() {
	[ -n "$(find "$1" -newer "$apt_dir/refreshed" 2>/dev/null)" ] &&
		[ -z "$(find "$apt_dir/gone.pref" -newer "$1" 2>/dev/null)" ]
}

# apt_show PACKAGE - its entry in the index.
apt_show() {
	memo=$apt_dir/memo/show-$1
	if ! apt_known "$memo"; then
		apt_own apt-cache show --no-all-versions "$1" >"$memo.new" 2>/dev/null || return 1
		mv "$memo.new" "$memo"
	fi
	cat "$memo"
}

# apt_depends PACKAGE PATTERN - the first package PACKAGE depends on whose name fits PATTERN.
apt_depends() {
	apt_show "$1" | sed -n 's/^\(Pre-\)\{0,1\}Depends: //p' | tr ',|' '[\n*]' |
		sed -e 's/^ *//' -e 's/[ (:].*//' | grep -m1 -e "$2"
}

# apt_libraries LIST-FILE - the library packages (by the suite's names) behind the -dev packages.
apt_libraries() {
	lines "$1" | while read -r dev; do
		apt_depends "$dev" "^${dev%-dev}[0-9]" ||
			die_archive "'$suite' has no library behind the package '$dev'"
	done
}
