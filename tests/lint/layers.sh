#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# layers.sh - who may include whom
#
# lpard/common < lpard/core < firmware < lpard/hypervisor < lpard/daemon; lpard/wire and lpard/agent
# stand on lpard/common; lpard/cli and wparctl use lpard/common and lpard/wire and nothing else of
# the tree (wparctl's own order is below).  Headers of the tree are included by their full path with quotes, so that this can be
# seen.
set -u
cd "${1:-$(dirname "$0")/../..}" || exit 1
status=0

# allowed FOLDER LAYER... - files of FOLDER may include FOLDER itself and these
allowed()
{
	folder=$1
	shift
	[ -d "$folder" ] || return 0
	pattern="^$folder/"
	for layer; do
		pattern="$pattern|^$layer/"
	done
	find "$folder" -name '*.[ch]' | sort | while read -r file; do
		grep -Hn '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' "$file"
	done | while IFS= read -r line; do
		included=${line#*\"}
		included=${included%%\"*}
		# Of the own folder the short name will do.
		case $included in
		*/*)
			echo "$included" | grep -Eq "$pattern" && continue
			[ -e "$(dirname "${line%%:*}")/$included" ] &&
				[ ! -e "$included" ] && continue
			;;
		*.inc) continue ;; # made by the build, for the file beside it
		*)
			[ -e "$(dirname "${line%%:*}")/$included" ] && continue
			;;
		esac
		echo "${line%%:*}: includes \"$included\", which $folder may not"
	done
}

# wparctl_layers - the folders inside wparctl, lowest first (wparctl/README.md)
#
# network, checkpoint and backup are places for what comes: their rules hold from their first file.
wparctl_layers()
{
	allowed wparctl/spec lpard/common
	allowed wparctl/network wparctl/spec lpard/common
	allowed wparctl/archive lpard/common
	allowed wparctl/filesystem wparctl/spec lpard/common
	allowed wparctl/resources wparctl/spec lpard/common
	allowed wparctl/versioned wparctl/archive wparctl/spec lpard/common
	below="wparctl/network wparctl/versioned wparctl/filesystem wparctl/resources wparctl/spec"
	allowed wparctl/runtime/inside lpard/common
	# shellcheck disable=SC2086 # a list of words
	allowed wparctl/runtime/launch $below lpard/common
	# shellcheck disable=SC2086
	allowed wparctl/runtime/life wparctl/runtime/launch $below lpard/common
	# shellcheck disable=SC2086
	allowed wparctl/runtime/session wparctl/runtime/life wparctl/runtime/launch $below lpard/common
	# shellcheck disable=SC2086
	allowed wparctl/runtime $below lpard/common
	# shellcheck disable=SC2086
	allowed wparctl/checkpoint wparctl/runtime $below lpard/common
	allowed wparctl/backup wparctl/archive wparctl/versioned wparctl/filesystem wparctl/spec \
		lpard/common
	allowed wparctl/agent lpard/wire lpard/common
	allowed wparctl lpard/wire lpard/common
	# What libarchive reads is hostile: the helper process alone links and calls it.
	grep -rn '#[[:space:]]*include[[:space:]]*<archive' wparctl --include='*.[ch]' |
		grep -v '^wparctl/archive/helper/' | sed 's/$/  (wparctl\/archive\/helper alone may)/'
}

# Generated headers and anything else that starts with .. is not ours to judge by name: forbid it.
wrong=$(
	allowed lpard/common
	allowed lpard/core lpard/common
	allowed firmware lpard/core lpard/common
	allowed lpard/hypervisor firmware lpard/core lpard/common
	allowed lpard/wire lpard/common
	allowed lpard/agent lpard/wire lpard/common
	allowed lpard/daemon lpard/agent lpard/wire lpard/hypervisor firmware lpard/core lpard/common
	allowed lpard/web lpard/wire lpard/common
	allowed lpard/cli lpard/wire lpard/common
	wparctl_layers
	grep -rn '#[[:space:]]*include[[:space:]]*"\.\./' lpard firmware wparctl --include='*.[ch]' |
		sed 's/$/  (say the full path)/'
)
if [ -n "$wrong" ]; then
	echo "$wrong"
	status=1
fi
exit $status
