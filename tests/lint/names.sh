#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# names.sh - no two C files of one program have the same name, and no static function is called
# what says nothing in a stack trace
set -u
cd "${1:-$(dirname "$0")/../..}" || exit 1

# program NAME FOLDER... - the folders whose files a program is made of
program()
{
	name=$1
	shift
	find "$@" -name '*.c' ! -name main.c | sed 's,.*/,,' | sort | uniq -d | sed "s,^,$name has two files called ,"
}

{
	program lpard lpard/common lpard/wire lpard/agent lpard/core firmware lpard/hypervisor lpard/daemon
	program hmc lpard/common lpard/wire lpard/cli
	find wparctl -path wparctl/archive/helper -prune -o -type d -print | sort |
		while read -r folder; do
			find "$folder" -maxdepth 1 -name '*.c' ! -name main.c
		done | sed 's,.*/,,' | cat - <<-COMMON | sort | uniq -d | sed 's,^,wparctl has two files called ,'
			$(find lpard/common lpard/wire -name '*.c' | sed 's,.*/,,')
		COMMON
	program lpard-init images/init
	grep -rnE '^static .*[ *](run|start|stop|check|pump|do_it|handle|process)\(' lpard firmware wparctl \
		images --include='*.c' | sed 's/:.*static/: static/'
} | grep . && exit 1
exit 0
