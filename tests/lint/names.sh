#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# names.sh - no two C files of one program have the same name, sources or headers, and no static
# function is called what says nothing in a stack trace
set -u
cd "${1:-$(dirname "$0")/../..}" || exit 1

# program NAME FOLDER... - the folders whose files a program is made of
program()
{
	name=$1
	shift
	for kind in c h; do
		find "$@" -name "*.$kind" ! -name main.c | grep -v "${not:-^$}" | sed 's,.*/,,' | sort |
			uniq -d | sed "s,^,$name has two files called ,"
	done
}

# A tree without these folders is no tree of ours: what find does not see must not pass.
for folder in lpard/common wparctl images/init; do
	[ -d "$folder" ] || {
		echo "there is no folder $folder"
		exit 1
	}
done
{
	program lpard lpard/common lpard/wire lpard/agent lpard/core firmware lpard/hypervisor lpard/daemon
	program hmc lpard/common lpard/wire lpard/cli
	not=^wparctl/archive/helper/ program wparctl lpard/common lpard/wire wparctl
	program wparctl-archive lpard/common wparctl/archive/helper
	program lpard-init images/init
	grep -rnE '^static .*[ *](run|start|stop|check|pump|do_it|handle|process)\(' lpard firmware wparctl \
		images --include='*.c' | sed 's/:.*static/: static/'
} | grep . && exit 1
exit 0
