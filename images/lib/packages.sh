# shellcheck shell=sh disable=SC2034,SC2154 # the parts share their variables
# SPDX-License-Identifier: Apache-2.0
#
# Packages of another suite and architecture: which archive, which packages (apt's own resolver
# against an empty system), the download cache.  Lays nothing down: that is tree.sh.

# Where the machine's apt sources are; tests name another place.
apt_etc=${LPARD_APT_ETC:-/etc/apt}

# sources_entries - the machine's own apt sources, one-line and deb822, as "URI<TAB>SIGNED-BY"
# of each binary entry that has the component main and names a suite plainly (no -updates).
sources_entries() {
	for file in "$apt_etc/sources.list" "$apt_etc"/sources.list.d/*.list; do
		[ -f "$file" ] || continue
		sed -n -e 's/#.*//' -e '/^deb[ \t]/p' "$file" | awk '{
			i = 2; key = ""
			if ($2 ~ /^\[/) {
				for (; i <= NF; i++) {
					o = $i; gsub(/[][]/, "", o)
					if (o ~ /^signed-by=/) key = substr(o, 11)
					if ($i ~ /\]$/) { i++; break }
				}
			}
			if ($(i + 1) ~ /[-\/]/) next
			for (j = i + 2; j <= NF; j++)
				if ($j == "main") { print $i "\t" key; next }
		}'
	done
	for file in "$apt_etc"/sources.list.d/*.sources; do
		[ -f "$file" ] || continue
		awk '
		function out(   n, i, u, w, s, plain) {
			n = split(suites, s, /[ \t]+/)
			plain = 0
			for (i = 1; i <= n; i++) if (s[i] != "" && s[i] !~ /[-\/]/) plain = 1
			if (enabled !~ /^no/ && types ~ /(^|[ \t])deb([ \t]|$)/ && plain &&
			    components ~ /(^|[ \t])main([ \t]|$)/) {
				n = split(uris, u, /[ \t]+/)
				for (i = 1; i <= n; i++) if (u[i] != "") print u[i] "\t" key
			}
			types = uris = suites = components = enabled = key = ""
		}
		/^#/ { next }
		/^[ \t]*$/ { out(); next }
		/^[^ \t]/ { field = tolower($0); sub(/:.*/, "", field); value = $0; sub(/^[^:]*:[ \t]*/, "", value) }
		/^[ \t]/ { value = $0 }
		field == "types" { types = types " " value }
		field == "uris" { uris = uris " " value }
		field == "suites" { suites = suites " " value }
		field == "components" { components = components " " value }
		field == "enabled" { enabled = value }
		field == "signed-by" && value ~ /^\// { key = value }
		END { out() }' "$file"
	done
}

# apt_setup SUITE ARCH - makes an apt of its own under the cache, its status empty but for the
# packages of lists/absent.txt, which count as there; sets $apt_dir.
apt_setup() {
	suite=$1
	arch=$2
	apt_dir=$cache/images/apt-$suite-$arch
	mkdir -p "$apt_dir/lists/partial" "$apt_dir/archives/partial" "$apt_dir/memo" "$apt_dir/none"
	lines "$here/lists/absent.txt" | while read -r package; do
		printf 'Package: %s\nStatus: install ok installed\nVersion: 999\n' "$package"
		printf 'Architecture: %s\nMulti-Arch: allowed\nMaintainer: none\n' "$arch"
		printf 'Description: left out of images\n\n'
	done >"$apt_dir/status.new"
	cmp -s "$apt_dir/status.new" "$apt_dir/status" || mv "$apt_dir/status.new" "$apt_dir/status"
	cat >"$apt_dir/apt.conf" <<-CONF
		APT::Architecture "$arch";
		APT::Architectures { "$arch"; };
		APT::Install-Recommends "false";
		APT::Sandbox::User "root";
		APT::Keep-Downloaded-Packages "true";
		APT::Get::List-Cleanup "false";
		Acquire::Languages "none";
		Acquire::Retries "5";
		Dir::State "$apt_dir";
		Dir::State::status "$apt_dir/status";
		Dir::State::Lists "$apt_dir/lists";
		Dir::Cache "$apt_dir";
		Dir::Cache::archives "$apt_dir/archives";
		Dir::Etc::sourcelist "$apt_dir/sources.list";
		Dir::Etc::sourceparts "$apt_dir/none";
		Dir::Etc::preferences "$apt_dir/none.pref";
		Dir::Etc::preferencesparts "$apt_dir/none";
	CONF
}

apt_own() {
	tool=$1
	shift
	APT_CONFIG=$apt_dir/apt.conf "$tool" "$@"
}

# apt_refresh - the index of the suite, from the first of the machine's own archives that
# answers for it with Debian's signature.  A copy of this day is good enough; the caller asks
# again with "force" when a package has gone.
apt_refresh() {
	stamp=$apt_dir/refreshed
	if [ "${1:-}" != force ] && [ -z "${LPARD_REFRESH:-}" ] &&
		[ -n "$(find "$stamp" -mmin -1440 2>/dev/null)" ]; then
		return 0
	fi
	keyring=/usr/share/keyrings/debian-archive-keyring.gpg
	[ -f "$keyring" ] || die "no $keyring (package debian-archive-keyring)"
	sources_entries | awk '!seen[$0]++' >"$apt_dir/entries"
	[ -s "$apt_dir/entries" ] || die "the apt sources of this machine have no entry with 'main'"
	while IFS='	' read -r uri key; do
		printf 'deb [signed-by=%s] %s %s main\n' "${key:-$keyring}" "$uri" "$suite" \
			>"$apt_dir/sources.list"
		if apt_own apt-get -qq -o APT::Update::Error-Mode=any update \
			>"$apt_dir/update.log" 2>&1 && apt_is_debian; then
			touch "$stamp"
			return 0
		fi
	done <"$apt_dir/entries"
	sed 's/^/  /' "$apt_dir/update.log" >&2
	if [ -f "$stamp" ]; then
		say "no archive answers for '$suite'; going on with the index of $(date -r "$stamp" +%F)"
		return 0
	fi
	die "no archive in the apt sources of this machine has the suite '$suite' for '$arch'"
}

apt_is_debian() {
	grep -qs '^Origin: Debian$' "$apt_dir"/lists/*_InRelease &&
		apt_own apt-cache show --no-all-versions base-files >/dev/null 2>&1
}

# apt_resolve PACKAGE... - file names (in archives/) of these packages and all they depend on.
apt_resolve() {
	apt_own apt-get -s install "$@" >"$apt_dir/resolve.log" 2>&1 || {
		tail -n 20 "$apt_dir/resolve.log" | sed 's/^/  /' >&2
		die "the packages of '$suite' cannot be resolved (messages above)"
	}
	awk '/^Inst / {
		version = $3; sub(/^\(/, "", version); gsub(/:/, "%3a", version)
		match($0, /\[[a-z0-9]+\]\)/); arch = substr($0, RSTART + 1, RLENGTH - 3)
		print $2 "_" version "_" arch ".deb"
	}' "$apt_dir/resolve.log" | sort
}

# apt_known FILE - was it made from the index there is now?  apt takes seconds to say the same.
apt_known() {
	[ -n "$(find "$1" -newer "$apt_dir/refreshed" 2>/dev/null)" ]
}

# apt_fetch LIST-FILE PACKAGE... - has every package in archives/; LIST-FILE gets the names.
apt_fetch() {
	list=$1
	shift
	wanted=$({ echo "$@" && cat "$apt_dir/status"; } | digest)
	if apt_known "$list" && [ "$(cat "$list.of" 2>/dev/null)" = "$wanted" ] &&
		[ -z "$(apt_absent "$list")" ]; then
		return 0
	fi
	rm -f "$list.of"
	try=1
	while :; do
		apt_resolve "$@" >"$list"
		absent=$(apt_absent "$list")
		if [ -z "$absent" ]; then
			echo "$wanted" >"$list.of"
			return 0
		fi
		[ "$try" -gt 3 ] && break
		[ "$try" -gt 1 ] && sleep "$try" && apt_refresh force
		apt_own apt-get -qq -y --download-only install "$@" >"$apt_dir/fetch.log" 2>&1 || :
		try=$((try + 1))
	done
	grep -h '^[EW]:' "$apt_dir/fetch.log" | sed 's/^/  /' >&2
	# shellcheck disable=SC2086
	die "not downloaded after $((try - 1)) tries:" $absent
}

apt_absent() {
	while read -r deb; do
		[ -s "$apt_dir/archives/$deb" ] || printf '%s\n' "$deb"
	done <"$1"
}

# apt_show PACKAGE - its entry in the index.
apt_show() {
	memo=$apt_dir/memo/show-$1
	if ! apt_known "$memo"; then
		apt_own apt-cache show --no-all-versions "$1" >"$memo.new" || return 1
		mv "$memo.new" "$memo"
	fi
	cat "$memo"
}

# apt_fetch_one PACKAGE - one package without what it depends on; prints its file name.
apt_fetch_one() {
	deb=$(apt_show "$1" | awk '
		/^Package:/ { p = $2 } /^Version:/ { v = $2 } /^Architecture:/ { a = $2 }
		END { gsub(/:/, "%3a", v); print p "_" v "_" a ".deb" }')
	try=1
	while [ ! -s "$apt_dir/archives/$deb" ]; do
		[ "$try" -gt 3 ] && die "not downloaded after 3 tries: $deb"
		(cd "$apt_dir/archives" && APT_CONFIG=$apt_dir/apt.conf apt-get -qq download "$1") \
			>"$apt_dir/fetch.log" 2>&1 || sed 's/^/  /' "$apt_dir/fetch.log" >&2
		try=$((try + 1))
	done
	printf '%s\n' "$deb"
}

# apt_depends PACKAGE PATTERN - the first package PACKAGE depends on whose name fits PATTERN.
apt_depends() {
	apt_show "$1" | sed -n 's/^\(Pre-\)\{0,1\}Depends: //p' | tr ',|' '[\n*]' |
		sed -e 's/^ *//' -e 's/[ (:].*//' | grep -m1 -e "$2"
}

# apt_libraries LIST-FILE - the libraries (as the suite calls them) behind -dev packages.
apt_libraries() {
	lines "$1" | while read -r dev; do
		apt_depends "$dev" "^${dev%-dev}[0-9]" ||
			die "'$suite' has no library behind the package '$dev'"
	done
}
