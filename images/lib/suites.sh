# shellcheck shell=sh disable=SC2034,SC2154 # the parts share their variables
# SPDX-License-Identifier: Apache-2.0
#
# Which suites there are, and which of them a role may take.  Found from what the archives say of
# themselves: a list of names here would age.

# suites_find - writes $suites_file: lines "RANK CODENAME ALIAS DATE"; the higher the rank the newer.
suites_find() {
	suites_file=$cache/images/suites
	sources_read
	if [ -z "${LPARD_REFRESH:-}" ] && [ -n "$(find "$suites_file" -mmin -1440 2>/dev/null)" ] &&
		[ "$(head -n 1 "$suites_file")" = "# $sources_mark" ]; then
		return 0
	fi
	# Debian's names by age, and what the machine's own sources name.
	# shellcheck disable=SC2046
	sources_ask unstable testing stable oldstable oldoldstable $(cat "$cache/images/entries-suites") \
		>"$suites_file.answers"
	awk -F '\t' '
		BEGIN { n = split("oldoldstable oldstable stable testing unstable", name, " ")
			for (i = 1; i <= n; i++) rank[name[i]] = i }
		$1 == "there" && ($4 in rank) && $5 != "-" && !(seen[$3]++) {
			print rank[$4], $5, $3, $6
		}' "$suites_file.answers" | sort -rn >"$suites_file.new"
	if [ ! -s "$suites_file.new" ] && grep -q '^unknown	' "$suites_file.answers"; then
		# Archives that only apt can ask: take the word of the entries for what is stable.
		sed 's/.*/3 & & -/' "$cache/images/entries-suites" >"$suites_file.new"
	fi
	if ! grep -qv '^silent	' "$suites_file.answers"; then
		sources_silent=yes
	fi
	if [ ! -s "$suites_file.new" ]; then
		rm -f "$suites_file.new"
		# Without an archive the suites found the last time still hold.
		[ -s "$suites_file" ] && return 0
		[ -z "$sources_silent" ] || die_archive "no archive in the apt sources of this machine answers"
		die_archive "no archive in the apt sources of this machine has a suite of Debian"
	fi
	{
		echo "# $sources_mark"
		cat "$suites_file.new"
	} >"$suites_file"
	rm -f "$suites_file.new"
}

# suites_check_name NAME - a name becomes part of paths and of settings: ends the builder when NAME
# cannot be that of a suite
suites_check_name() {
	case $1 in
	'' | [!a-z0-9]* | *[!a-z0-9.+-]*) die "'$1' is no name of a suite" ;;
	esac
}

suites_all() {
	sed '/^#/d' "$suites_file"
}

# suites_aliases SUITE - the other names under which an archive has the suite: the copy of the index
# under such a name may be older, and whole.
suites_aliases() {
	suites_all 2>/dev/null | awk -v suite="$1" '$2 == suite && $3 != suite { print $3 }'
}

# suites_codename NAME - trixie for stable; any other name stays as it is
suites_codename() {
	suites_all | awk -v name="$1" '$3 == name || $2 == name { print $2; found = 1; exit }
		END { if (!found) print name }'
}

# suites_alias CODENAME - stable for trixie
suites_alias() {
	suites_all | awk -v name="$1" '$2 == name { rank = $1 }
		END { split("oldoldstable oldstable stable testing unstable", alias, " ")
			print rank ? alias[rank] : "-" }'
}

# suites_order RANK... - the code names of these ranks, each once, in this order
suites_order() {
	for rank; do
		suites_all | awk -v rank="$rank" '$1 == rank { print $2 }'
	done | awk '!seen[$0]++'
}

# suites_of ROLE [BELOW] - the suites to try for a role, the best first.
#	current	the newest stable one, else the one before, else testing, unstable
#	64k	the same, but first the stable one before, so that images of both roles come from two
#		generations and tests see both
#	old	those that are older than BELOW (a code name), the newest first
suites_of() {
	case $1 in
	current) suites_order 3 2 4 5 ;;
	64k) suites_order 2 3 4 5 ;;
	old)
		rank=$(suites_all | awk -v name="$2" '$2 == name { print $1; exit }')
		# An unknown suite is newer or older than all of them: testing's successor, or long gone.
		suites_all | awk -v rank="${rank:-3}" '$1 < rank && !seen[$2]++ { print $2 }'
		;;
	*) suites_codename "$1" ;;
	esac
}
