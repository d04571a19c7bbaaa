# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# backup_lib.sh - what tests of savewpar do with a backup, by other programs than ours
#
#	. "$PAR_TEST_SOURCE/integration/wparctl/backup_lib.sh"

# check FILE - a whole backup, by a program that knows docs/SAVEWPAR.md only
check()
{
	python3 "$PAR_TEST_SOURCE/integration/wparctl/backup.py" check "$1"
}

# unpack FILE FOLDER
unpack()
{
	rm -rf "$2"
	mkdir "$2"
	tar -C "$2" --xattrs --xattrs-include='*' --warning=no-unknown-keyword -xpf "$1"
}
