# shellcheck shell=sh disable=SC2034,SC2154 # the parts share their variables
# SPDX-License-Identifier: Apache-2.0
#
# The archives that this machine's own apt sources name, and what those archives say of themselves.
# apt itself reads the sources; only the key that an entry names is read here.

# Where the machine's apt sources are; tests name another place.
apt_etc=${LPARD_APT_ETC:-/etc/apt}

# Set when no archive answered.
sources_silent=

# sources_entries - the archives, as "URI<TAB>FILE:NUMBER" (the entry's place) of each binary entry
# that has the component main, in the order of the sources, each archive once.  Lists that were
# never updated do not matter.
sources_entries() {
	apt-get -o Dir::Etc="$apt_etc" indextargets --no-release-info \
		--format '$(TARGET_OF) $(COMPONENT) $(REPO_URI) $(SOURCESENTRY)' |
		awk '$1 == "deb" && $2 == "main" { sub(/\/+$/, "", $3); print $3 "\t" $4 }' |
		sources_mirrors | awk -F '\t' '!seen[$1]++'
}

# sources_mirrors - a list of mirrors that is a file (as Debian's cloud images have) stands for the
# mirrors in it.
sources_mirrors() {
	while IFS='	' read -r uri entry; do
		case $uri in
		mirror+file:*)
			sed -e 's/#.*//' "${uri#mirror+file:}" 2>/dev/null |
				awk -v entry="$entry" 'NF { sub(/\/+$/, "", $1); print $1 "\t" entry }'
			;;
		*) printf '%s\t%s\n' "$uri" "$entry" ;;
		esac
	done
}

# sources_suites - the suites that the machine's entries name, without -updates and the like.
sources_suites() {
	apt-get -o Dir::Etc="$apt_etc" indextargets --no-release-info \
		--format '$(TARGET_OF) $(COMPONENT) $(RELEASE)' |
		awk '$1 == "deb" && $2 == "main" && $3 !~ /[-\/]/ && !seen[$3]++ { print $3 }'
}

# sources_key FILE:NUMBER - what the entry there says in Signed-By, as a value for another entry;
# nothing when it says nothing.  NUMBER is a line of a one-line list, or counts stanzas.
sources_key() {
	case $1 in
	*.list:*)
		sed -n "${1##*:}s/^[^[]*\[\([^]]*\)\].*/\1/p" "${1%:*}" | tr ' ' '\n' |
			sed -n 's/^signed-by=//p'
		;;
	*)
		awk -v wanted="${1##*:}" '
			/^#/ { next }
			/^[ \t]*$/ { inside = 0; next }
			!inside { inside = 1; stanza++ }
			/^[^ \t]/ { field = tolower($0); sub(/:.*/, "", field) }
			stanza == wanted && field == "signed-by" {
				if (/^[^ \t]/) sub(/^[^:]*:[ \t]*/, "")
				print
			}' "${1%:*}"
		;;
	esac
}

# sources_signed_by FILE:NUMBER - the value of Signed-By for what is fetched from that entry's
# archive: the machine's own value, and Debian's keys besides, because a suite of another age may be
# signed by keys that the machine's value does not have.
sources_signed_by() {
	key=$(sources_key "$1")
	case $key in
	'') printf '%s\n' "$debian_keyring" ;;
	*PGP*) printf '%s\n' "$key" ;;
	*) printf '%s,%s\n' "$(echo "$key" | tr -s ' \t\n' ',' | sed 's/,$//')" "$debian_keyring" ;;
	esac
}

# sources_find_keyring - sets $debian_keyring.
sources_find_keyring() {
	for debian_keyring in /usr/share/keyrings/debian-archive-keyring.gpg \
		/usr/share/keyrings/debian-archive-keyring.pgp; do
		[ -f "$debian_keyring" ] && return 0
	done
	die_archive "no Debian keys are here (package debian-archive-keyring)"
}

# sources_read - writes $sources_file, the entries, once in a run; sets $sources_mark, a word that
# changes when they do.
sources_read() {
	[ -z "${sources_mark:-}" ] || return 0
	mkdir -p "$cache/images"
	sources_file=$cache/images/entries
	sources_entries >"$sources_file.$$"
	sources_suites >"$cache/images/entries-suites"
	mv "$sources_file.$$" "$sources_file"
	[ -s "$sources_file" ] || die_archive "the apt sources of this machine have no entry with 'main'"
	sources_mark=$(cat "$sources_file" "$cache/images/entries-suites" | digest)
}

# sources_ask NAME... - which archive has a suite of which of these names: lines
# "STATE URI NAME SUITE CODENAME DATE ENTRY" with tabs between, by name, then in the order of the
# sources.  STATE is there, absent, silent (no answer in time) or unknown (apt alone can ask).
sources_ask() {
	for name; do
		while IFS='	' read -r uri entry; do
			printf '%s\t%s\t%s\n' "$uri" "$name" "$entry"
		done <"$sources_file"
	done | python3 "$here/lib/ask-archive.py" suites
}
