# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# build.sh - build folders below build/, each with its own compiler and options

# build_setup NAME [OPTION...] - make build/NAME ready; the environment's CC chooses the compiler
build_setup()
{
	local dir=$par_work/$1 wanted
	shift
	wanted="${CC:-gcc} $*"
	if [ -e "$dir/build.ninja" ] && [ "$(cat "$dir/.par-options" 2>/dev/null)" = "$wanted" ]; then
		return 0
	fi
	rm -rf "$dir"
	CC=${CC:-gcc} meson setup "$dir" "$par_top" "$@"
	echo "$wanted" >"$dir/.par-options"
}

# build_run NAME [TARGET...] - compile
build_run()
{
	local dir=$par_work/$1
	shift
	ninja -C "$dir" -j "$(build_jobs)" "$@"
}

build_jobs()
{
	echo "${PAR_JOBS:-$(nproc)}"
}
