#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tutorial.sh - make TUTORIAL.md: run the commands of tutorial.in and put what they print below them
#
#	docs/tutorial.sh [OUTPUT]	where ./demo has run and `. build/env` was done
#
# Commands are the lines that begin with four blanks and a dollar sign.  One that fails ends it, with
# status 1 and the command on stderr; OUTPUT (docs/TUTORIAL.md) is written only when all went well.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
output=${1:-$here/TUTORIAL.md}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/files"
while IFS= read -r line; do
	printf '%s\n' "$line"
	case $line in
	'    $ '*) ;;
	*) continue ;;
	esac
	(cd "$work/files" && bash -o pipefail -c "${line#'    $ '}") >"$work/said" 2>&1 </dev/null || {
		echo "tutorial.sh: this command failed: ${line#'    $ '}" >&2
		cat "$work/said" >&2
		exit 1
	}
	sed 's/^/    /; s/[[:blank:]]*$//' "$work/said"
done <"$here/tutorial.in" >"$work/page"
cat "$work/page" >"$output"
