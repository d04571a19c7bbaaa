#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# page.sh SCDOC PAGE.scd OUTPUT PROGRAM... - make a manual page
#
# A line @COMMANDS@ becomes the list of the commands of the program that the page is of.  A line
# @OPTIONS@ becomes what `PROGRAM --doc-options COMMAND` prints, a line @KEYS@ what
# `PROGRAM --doc-keys COMMAND` does; the first program that has the command answers; a page
# PROGRAM-COMMAND is of a command that only its program knows.  A link manN/NAME.N beside the output
# lets MANPATH point to the build.
set -eu
scdoc=$1
page=$2
output=$3
shift 3
name=$(basename "$page" .scd)
section=${name##*.}
command=${name%.*}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if grep -qx '@OPTIONS@' "$page"; then
	for program; do
		case $(basename "$program") in
		hmc | wparctl) ;;
		*) continue ;;
		esac
		if "$program" --list-commands | grep -qx "$command" ||
			[ "$command" != "${command#"$(basename "$program")"-}" ]; then
			"$program" --doc-options "${command#"$(basename "$program")"-}" >"$work/options"
			break
		fi
	done
	if [ ! -e "$work/options" ]; then
		echo "$page: no program has a command '$command' for @OPTIONS@" >&2
		exit 1
	fi
fi
for program; do
	if [ "$(basename "$program")" = "$command" ] && grep -qx '@COMMANDS@' "$page"; then
		"$program" --doc-commands "$section" >"$work/commands"
	fi
done
if grep -qx '@KEYS@' "$page"; then
	for program; do
		case $(basename "$program") in
		wparctl | lpard-doc-keys) ;;
		*) continue ;;
		esac
		"$program" --doc-keys "$command" >"$work/keys" 2>"$work/errors" && break
		rm -f "$work/keys"
	done
	if [ ! -e "$work/keys" ]; then
		echo "$page: no program has keys of the command '$command' for @KEYS@" >&2
		exit 1
	fi
fi
awk -v options="$work/options" -v commands="$work/commands" -v keys="$work/keys" '
	$0 == "@OPTIONS@" { while ((getline line < options) > 0) print line; next }
	$0 == "@COMMANDS@" { while ((getline line < commands) > 0) print line; next }
	$0 == "@KEYS@" { while ((getline line < keys) > 0) print line; next }
	{ print }' "$page" >"$work/page.scd"
"$scdoc" <"$work/page.scd" >"$output"
folder=$(dirname "$output")/man$section
mkdir -p "$folder"
ln -sf "../$name" "$folder/$name"
