# shellcheck shell=sh disable=SC2034,SC2154 # the parts share their variables
# SPDX-License-Identifier: Apache-2.0
#
# Sets of packages that are whole: apt's own resolver says what belongs to a set, each file of the
# set is known to be in the archive before any is fetched, and a version whose file has gone counts
# as not there when the set is resolved again (apt then finds an older kernel, or a version in
# -security).  An index ahead of its pool is daily life behind mirrors and caching proxies.

# apt_plan LIST-FILE PACKAGE... - LIST-FILE gets the file names (in archives/) of these packages and
# all they depend on, LIST-FILE.plan lines "NAME SIZE SHA256 URI".  $apt_only, when it is set, is an
# extended regular expression: only files whose names fit are wanted.  Ends the builder with status
# 3 when no whole set can be found.
apt_plan() {
	list=$1
	shift
	wanted=$({ echo "${apt_only:-}" "$@" && cat "$apt_dir/status"; } | digest)
	if apt_known "$list" && [ "$(cat "$list.of" 2>/dev/null)" = "$wanted" ]; then
		return 0
	fi
	rm -f "$list.of"
	round=0
	while :; do
		round=$((round + 1))
		[ "$round" -le 15 ] || apt_plan_failed
		moving "which packages ($round)"
		if ! apt_resolve "$list" "$@"; then
			apt_blame || apt_plan_failed
			continue
		fi
		apt_missing "$list" >"$list.missing"
		[ -s "$list.missing" ] || break
		apt_gone <"$list.missing"
	done
	cut -d' ' -f1 "$list.plan" | sort >"$list"
	rm -f "$list.missing"
	echo "$wanted" >"$list.of"
}

# apt_gone - the archive does not have these files (standard input, by name)
apt_gone() {
	while read -r deb; do
		echo "$deb" >>"$apt_dir/gone"
		apt_exclude "$(deb_package "$deb")" "$(deb_version "$deb")"
	done
}

# apt_resolve LIST-FILE PACKAGE... - asks apt; the plan, or the log of why there is none
apt_resolve() {
	plan=$1.plan
	shift
	apt_own apt-get -y --print-uris -o Dir::Cache::archives="$apt_dir/none/" install "$@" \
		>"$apt_dir/resolve.log" 2>&1 || return 1
	sed -n "s/^'\([^']*\)' \([^ ]*\) \([0-9]*\) SHA256:\([0-9a-f]*\)\$/\2 \3 \4 \1/p" \
		"$apt_dir/resolve.log" | grep -E -e "${apt_only:-.}" >"$plan"
	[ -s "$plan" ]
}

deb_package() {
	printf '%s\n' "${1%%_*}"
}

deb_version() {
	printf '%s\n' "$1" | sed -e 's/^[^_]*_//' -e 's/_[^_]*$//' -e 's/%3a/:/'
}

# apt_exclude PACKAGE VERSION - that version counts as not there, until the index is fetched anew
apt_exclude() {
	printf 'Package: %s\nPin: version %s\nPin-Priority: -1\n\n' "$1" "$2" >>"$apt_dir/gone.pref"
}

apt_excluded() {
	awk -v package="$1" -v version="$2" '
		/^Package: / { name = $2 }
		/^Pin: / && name == package && $3 == version { found = 1 }
		END { exit !found }' "$apt_dir/gone.pref"
}

# apt_missing LIST-FILE - the files of a plan that are neither here nor in the archive
apt_missing() {
	apt_drop_damaged "$1"
	while read -r deb size sum uri; do
		apt_has "$deb" "$size" || printf '%s\t%s\t%s\n' "$uri" "$size" "$deb"
	done <"$1.plan" >"$1.asked"
	[ -s "$1.asked" ] || return 0
	moving "are $(wc -l <"$1.asked") packages in the archive"
	python3 "$here/lib/ask-archive.py" files <"$1.asked" >"$1.answers" ||
		die "the archive cannot be asked (messages above)"
	if [ "$(grep -c '^silent' "$1.answers")" -eq "$(wc -l <"$1.asked")" ]; then
		die_archive "the archive does not answer: $(head -n 1 "$1.asked" | cut -f1)"
	fi
	sed -n 's/^absent	//p' "$1.answers" >"$1.absent"
	[ -s "$1.absent" ] || return 0
	# apt names only one of the places of a version that two parts have, and fetches from either.
	apt_places "$1.absent" "$1.plan" >"$1.asked"
	python3 "$here/lib/ask-archive.py" files <"$1.asked" >"$1.answers"
	awk -F '\t' '
		FILENAME == ARGV[1] { absent[$1]; next }
		FILENAME == ARGV[2] { gone[$2] += $1 == "absent"; next }
		{ places[$3]++ }
		END { for (deb in absent) if (places[deb] + 0 == gone[deb] + 0) print deb }' \
		"$1.absent" "$1.answers" "$1.asked" | sort
}

# apt_places NAMES-FILE PLAN - every place where one of the parts of the suite has these files, as
# questions for ask-archive.py
apt_places() {
	while read -r deb; do
		printf '%s %s %s\n' "$(deb_package "$deb")" "$(deb_version "$deb")" "$deb"
	done <"$1" >"$1.versions"
	apt_indexes | awk '
		FILENAME == ARGV[1] { wanted[$1 " " $2] = $3; next }
		/^Package: / { package = $2 }
		/^Version: / { version = $2 }
		/^Filename: / { file = $2 }
		/^Size: / { size = $2 }
		/^$/ {
			if ((package " " version) in wanted)
				print file, size, wanted[package " " version]
			package = version = ""
		}' "$1.versions" - | sort -u | while read -r file size deb; do
		cut -f2 "$apt_dir/parts" | sort -u | while read -r uri; do
			printf '%s/%s\t%s\t%s\n' "$uri" "$(printf '%s' "$file" | sed 's/+/%2b/g')" \
				"$size" "$deb"
		done
	done
}

# apt_indexes - the indexes of packages in use, one after the other; apt may keep them compressed
apt_indexes() {
	apt_own apt-get indextargets --format '$(FILENAME)' 'Created-By: Packages' |
		while read -r index; do
			APT_CONFIG=$apt_dir/apt.conf /usr/lib/apt/apt-helper cat-file "$index"
			echo
		done
}

# apt_drop_damaged LIST-FILE - files of a plan in archives/ that are not what the index says go
apt_drop_damaged() {
	while read -r deb size sum uri; do
		[ ! -e "$apt_dir/archives/$deb" ] || printf '%s  %s\n' "$sum" "$apt_dir/archives/$deb"
	done <"$1.plan" >"$1.here"
	[ -s "$1.here" ] || return 0
	{ sha256sum --quiet -c "$1.here" 2>/dev/null || :; } | sed -n 's/: FAILED.*//p' |
		while read -r file; do
			rm -f "$file"
		done
}

# apt_has NAME SIZE - is the file in archives/, whole?
apt_has() {
	[ "$(stat -c %s "$apt_dir/archives/$1" 2>/dev/null)" = "$2" ]
}

# apt_blame - reads why apt found no set, and excludes the versions that do not fit what the archive
# has; 1 when nothing is left to exclude.
apt_blame() {
	# Lines " PACKAGE : Depends: OTHER (= VERSION) but HAS is to be installed", those of the same
	# package that follow have no name.
	awk '
		/^The following packages have unmet dependencies/ { inside = 1; next }
		!/^ / { inside = 0 }
		inside {
			line = $0
			if (match(line, /^ [^ ]+ : /)) {
				package = $1
				sub(/^ [^ ]+ : */, "", line)
			}
			sub(/^ +/, "", line)
			sub(/^(Pre)?Depends: /, "", line)
			relation = version = ""
			split(line, word, " ")
			if (word[2] ~ /^\(/) {
				relation = substr(word[2], 2)
				version = word[3]
				sub(/\).*/, "", version)
			}
			has = ""
			if (match(line, / but [^ ]+ is to be installed/)) {
				has = substr(line, RSTART + 5)
				sub(/ .*/, "", has)
			} else if (line !~ /not installable|not going to be installed|no installation/)
				next
			print package, word[1], relation ? relation : "-", version ? version : "-", has ? has : "-"
		}' "$apt_dir/resolve.log" | sed 's/:[a-z0-9]* / /' >"$apt_dir/unmet"
	blamed=
	while read -r package other relation version has; do
		# Of two versions that do not fit the newer one goes.
		if [ "$has" != - ] && [ "$relation" = "=" ] &&
			dpkg --compare-versions "$has" gt "$version"; then
			apt_blame_one "$other" "$has"
		else
			apt_blame_one "$package" "$(apt_candidate "$package")"
		fi
	done <"$apt_dir/unmet"
	[ -n "$blamed" ]
}

apt_blame_one() {
	case $2 in
	'' | '(none)') return 0 ;;
	esac
	apt_excluded "$1" "$2" && return 0
	apt_exclude "$1" "$2"
	blamed=yes
}

apt_candidate() {
	apt_own apt-cache policy "$1" 2>/dev/null | sed -n 's/^  Candidate: //p'
}

# apt_plan_failed - one message: what is missing, and how old the index is
apt_plan_failed() {
	if [ -s "$apt_dir/gone" ] && ! grep -q '^E: Unable to locate' "$apt_dir/resolve.log"; then
		date=$(apt_index_date)
		days=$((($(date +%s) - $(date -d "$date" +%s)) / 86400))
		count=$(sort -u "$apt_dir/gone" | wc -l)
		[ "$count" -le 20 ] && more= || more="and $((count - 20)) more"
		die_archive "the index of '$suite' for $arch, of $date ($days days old)," \
			"names files that the archive does not have:" \
			"$(sort -u "$apt_dir/gone" | head -n 20 | tr '\n' ' ')$more"
	fi
	grep -v "^'" "$apt_dir/resolve.log" | tail -n 20 | sed 's/^/  /' >&2
	die_archive "the packages of '$suite' cannot be resolved (messages above)"
}

# apt_fetch LIST-FILE PACKAGE... - has every file of the set in archives/; LIST-FILE gets the names.
# An archive that was silent when the set was found, and says now that it does not have a file, gets
# another set asked of it.
apt_fetch() {
	apt_plan "$@"
	list=$1
	try=1
	while :; do
		apt_absent "$list" >"$list.absent"
		[ -s "$list.absent" ] || break
		[ "$try" -le 3 ] || apt_fetch_failed "$list"
		[ "$try" -eq 1 ] || sleep "$try"
		apt_download "$list"
		apt_refused "$list" >"$list.missing"
		if [ -s "$list.missing" ]; then
			apt_gone <"$list.missing"
			apt_plan "$@"
			continue
		fi
		try=$((try + 1))
	done
	rm -f "$list.absent"
}

# apt_absent LIST-FILE - the lines of the plan whose files are not in archives/
apt_absent() {
	while read -r deb size sum uri; do
		apt_has "$deb" "$size" || printf '%s %s %s %s\n' "$deb" "$size" "$sum" "$uri"
	done <"$1.plan"
}

# apt_refused LIST-FILE - the files that apt has just not got, and that the archive says it has not
apt_refused() {
	grep -q '^E: .* 404 ' "$apt_dir/fetch.log" || return 0
	sed -n 's/^E: Failed to fetch \([^ ]*\) .*404 .*/\1/p' "$apt_dir/fetch.log" |
		sed -e 's|.*/||' -e 's/%2b/+/g' -e 's/%7e/~/g' | while read -r file; do
		# In an archive no epoch is in the name.
		awk -v file="$file" '{ name = $1; sub(/_[0-9]+%3a/, "_", name) }
			name == file { print $1 }' "$1.absent"
	done
}

# Fetches packages by version: apt puts them into its own archives/ and checks the digests.  When
# nothing has come for a while the server hangs, and apt would wait anew with each file.
apt_download() {
	total=$(awk '{ sum += $2 } END { print int(sum / 1024) + 1 }' "$1.absent")
	had=$(apt_downloaded)
	(
		cd "$apt_dir/archives" || exit
		# shellcheck disable=SC2046
		set -- $(cut -d' ' -f1 "$1.absent" | while read -r deb; do
			printf '%s=%s\n' "$(deb_package "$deb")" "$(deb_version "$deb")"
		done)
		APT_CONFIG=$apt_dir/apt.conf exec apt-get -c "$apt_dir/apt.conf" -qq download "$@" \
			>"$apt_dir/fetch.log" 2>&1
	) &
	download=$!
	size=$had
	idle=0
	while kill -0 "$download" 2>/dev/null; do
		sleep 0.2
		now=$(apt_downloaded)
		moving "$(((now - had) * 100 / total)) % of $((total / 1024 + 1)) MB"
		[ "$now" -ne "$size" ] && idle=0 || idle=$((idle + 1))
		size=$now
		[ "$idle" -le $((${LPARD_FETCH_IDLE:-30} * 5)) ] || kill "$download" 2>/dev/null || :
	done
	wait "$download" || :
	# A download that was cut is begun anew.
	while read -r deb size sum uri; do
		[ -e "$apt_dir/archives/$deb" ] || continue
		[ "$(digest <"$apt_dir/archives/$deb")" = "$sum" ] || rm -f "$apt_dir/archives/$deb"
	done <"$1.absent"
}

# KiB that archives/ has
apt_downloaded() {
	du -sk --apparent-size "$apt_dir/archives" | cut -f1
}

apt_fetch_failed() {
	{ grep -h '^[EW]:' "$apt_dir/fetch.log" || :; } | sort -u | head -n 5 | sed 's/^/  /' >&2
	die_archive "not fetched from the index of $(apt_index_date), tried $((try - 1)) times:" \
		"$(cut -d' ' -f1 "$1.absent" | tr '\n' ' ')"
}
