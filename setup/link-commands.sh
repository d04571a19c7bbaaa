#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# link-commands.sh STAMP FOLDER PROGRAM... - every command name of each program as a link in FOLDER
#
# So the build tree has one folder for PATH, with the names that an installation would have.
set -eu
stamp=$1
folder=$2
shift 2
mkdir -p "$folder"
find "$folder" -type l -delete
for program; do
	program=$(realpath "$program")
	ln -sf "$program" "$folder/$(basename "$program")"
	case $(basename "$program") in
	hmc | wparctl)
		for name in $("$program" --list-commands); do
			ln -sf "$program" "$folder/$name"
		done
		;;
	esac
done
touch "$stamp"
