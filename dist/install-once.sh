#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# install-once.sh FILE FOLDER - install FILE in FOLDER (below $DESTDIR) unless one is there already
set -eu
target=${DESTDIR:-}$2/$(basename "$1")
if [ -e "$target" ] || [ -L "$target" ]; then
	echo "$target stays as it is"
	exit 0
fi
mkdir -p "${DESTDIR:-}$2"
install -m 644 "$1" "$target"
