# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# parts.sh - the parts of ./check, one function each; what each needs built is in check_needs

# C sources and shell scripts that git knows.
check_c_files()
{
	git_files '*.c' '*.h'
}

git_files()
{
	if [ -d "$par_top/.git" ] || [ -f "$par_top/.git" ]; then
		(cd "$par_top" && git -c safe.directory='*' ls-files --cached --others \
			--exclude-standard -- "$@")
	else
		# What .gitignore names, where there is no git.
		(cd "$par_top" && find . \( -path './build*' -o -path ./.cache \) -prune -o -type f \
			\( -name "$1" ${2:+-o -name "$2"} \) -print | sed 's|^\./||')
	fi | sort -u
}

check_shell_files()
{
	(
		cd "$par_top" || exit 1
		git_files '*' | while read -r file; do
			case $file in
			*.c | *.h | *.md | *.scd | *.txt | *.json | tests/fuzz/corpus/*) continue ;;
			esac
			head -n 1 "$file" 2>/dev/null | tr -d '\0' |
				grep -qE '^#!/bin/(ba)?sh|^# SPDX.*Apache' || continue
			head -n 3 "$file" | grep -qE '^#!/bin/(ba)?sh|^# shellcheck shell' && echo "$file"
		done
	)
}

part_lint()
{
	local script name
	for script in "$par_top"/tests/lint/*.{sh,py}; do
		name=${script##*/}
		tap_one "lint ${name%.*}" "$script"
	done
}

# The gcc build is the one made by the set-up; that it is there says that it compiled.
part_build()
{
	tap_one "build with gcc -Werror" build_run lpard
	tap_one "build with clang -Werror" check_build_clang
	tap_one "build of wparctl alone" check_build_alone
}

check_build_clang()
{
	CC=clang build_setup check-clang -Dbuildtype=debug -Ddocs=disabled && build_run check-clang
}

# As the images do it: without libvirt, and static.
check_build_alone()
{
	build_setup check-alone -Dlpard=disabled -Dtests=disabled -Ddocs=disabled &&
		build_run check-alone
}

# check_build_asan - address and undefined-behaviour sanitizers, and the fuzzers in the same build
check_build_asan()
{
	CC=clang build_setup check-asan -Db_sanitize=address,undefined -Db_lundef=false \
		-Dstatic_wparctl=false -Dfuzz=true -Dbuildtype=debugoptimized -Ddocs=disabled &&
		build_run check-asan
}

part_unit()
{
	tap_one "build with sanitizers" check_build_asan
	[ -e "$par_work/check-asan/build.ninja" ] || return 0
	tap_meson "$par_work/check-asan" unit
}

# The same programs under valgrind, which also sees what is used before it is set.
part_valgrind()
{
	local program
	for program in "$par_build"/tests/check_*; do
		if [ -f "$program" ] && [ -x "$program" ]; then
			printf '%s\n' "$program"
		fi
	done | PAR_TEST_SOURCE=$par_top/tests PAR_TEST_BUILD=$par_build CK_FORK=no \
		CK_EXCLUDE_TAGS=no-valgrind CK_TIMEOUT_MULTIPLIER=20 xargs -r -P "$(build_jobs)" -I {} \
		sh -c 'timeout -k 5 240 valgrind -q --error-exitcode=99 --leak-check=full \
			--errors-for-leak-kinds=definite --suppressions="$1/valgrind.supp" \
			"$2" >"$3/valgrind-$(basename "$2").out" 2>&1 </dev/null
			echo $? >"$3/valgrind-$(basename "$2").status"' \
		sh "$par_test_setup" {} "$tap_logs" || :
	for program in "$par_build"/tests/check_*; do
		[ -f "$program" ] && [ -x "$program" ] || continue
		program=$(basename "$program")
		tap_one "valgrind $program" sh -c 'cat "$1.out"; exit "$(cat "$1.status")"' sh \
			"$tap_logs/valgrind-$program"
	done
}

part_golden()
{
	tap_meson "$par_build" golden
}

# test_header FILE KEY DEFAULT - a test script says `# KEY: value` in its first lines
test_header()
{
	local value
	value=$(head -n 20 "$1" | sed -n "s/^# $2: *//p" | head -n 1)
	echo "${value:-$3}"
}

# integration_scripts - the tests that were asked for, the longest first
integration_scripts()
{
	local script name
	for script in "$par_top"/tests/integration/*/*.sh; do
		[ -x "$script" ] || continue
		name=${script#"$par_top"/tests/}
		check_wanted "${name%.sh}" || continue
		printf '%s\t%s\n' "$(test_header "$script" timeout 120)" "$script"
	done | sort -rn | cut -f2
}

# integration_uses WHAT - does a test that was asked for use it: images (what images/ builds), old-roots?
integration_uses()
{
	local script
	while read -r script; do
		case " $(test_header "$script" uses "") " in
		*" $1 "*) return 0 ;;
		esac
	done < <(integration_scripts)
	return 1
}

# integration_run SCRIPT FRAME - one of them, in a frame of its own, so that it can leave nothing
integration_run()
{
	local script=$1 name=${1#"$par_top"/tests/}
	# Not in the clone: what a test leaves in its working directory goes with the frame.
	tap_run "${name%.sh}" "$(test_header "$script" timeout 120)" \
		"$par_test_setup/frame.sh" once "$(test_header "$script" needs bare)" "$2" env -C /run TMPDIR=/run \
		PATH="$par_build/bin:$PATH" PAR_TEST_SOURCE="$par_top/tests" PAR_TEST_BUILD="$par_build" \
		PAR_IMAGES="$par_images" PAR_MKSYSB="$par_mksysb" PAR_OLD_ROOTS="$par_work/old-roots" "$script"
}

# Real binaries on this machine.  Two at a time: most of them wait (for a guest, for a time limit) far
# longer than they compute.
part_integration()
{
	local scripts number
	mapfile -t scripts < <(integration_scripts)
	for number in "${!scripts[@]}"; do
		[ "$number" -lt 2 ] || wait -n || :
		integration_run "${scripts[number]}" "$par_work/check/frame-$number-$$" &
	done
	wait
}

part_guest()
{
	guest_run
}

part_fuzz()
{
	local program name
	check_build_asan >"$tap_logs/build-asan.log" 2>&1 || {
		tap_one "build of the fuzzers" check_build_asan
		return 0
	}
	for program in "$par_work"/check-asan/tests/fuzz_*; do
		[ -f "$program" ] && [ -x "$program" ] || continue
		name=$(basename "$program")
		check_wanted "$name" || continue
		tap_one "$name" fuzz_run "$program" "${name#fuzz_}"
	done
}

# fuzz_run PROGRAM NAME - the same inputs each time (libFuzzer takes addresses for inputs, too), so
# that only a change of the code can make a run fail; PAR_FUZZ_SECONDS=N looks for new ones so
# long, and keeps them in the build folder.  Crashes go to the log folder.
fuzz_run()
{
	local corpus=$par_top/tests/fuzz/corpus/$2 found=$par_work/check/corpus/$2
	local dictionary=$par_top/tests/fuzz/dict/$2.dict
	local -a how=(-max_total_time="${PAR_FUZZ_SECONDS:-}") fixed=()
	if [ -z "${PAR_FUZZ_SECONDS:-}" ]; then
		how=(-seed=1 -runs=50000)
		if setarch -R true 2>/dev/null; then
			fixed=(setarch -R)
		fi
		found=$par_work/check/corpus.same/$2
		rm -rf "$found"
	fi
	mkdir -p "$found" "$tap_logs/crash"
	[ -d "$corpus" ] || {
		echo "there is no corpus in tests/fuzz/corpus/$2"
		return 1
	}
	set -- "$1" "$found" "$corpus" "${how[@]}" -timeout=10 -rss_limit_mb=1024 \
		-artifact_prefix="$tap_logs/crash/$2-" -print_final_stats=1
	if [ -e "$dictionary" ]; then
		set -- "$@" -dict="$dictionary"
	fi
	ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
		"${fixed[@]}" "$@"
}

part_format()
{
	if command -v clang-format-14 >/dev/null; then
		tap_one "clang-format" check_format
	else
		tap_cannot "clang-format" "this release has no clang-format-14, and other versions format otherwise"
	fi
}

check_format()
{
	cd "$par_top" && check_c_files | xargs clang-format-14 --dry-run -Werror
}

part_tidy()
{
	tap_one "clang-tidy" check_tidy
	tap_one "cppcheck" check_cppcheck
	tap_one "shellcheck" check_shellcheck
}

# check_tidy - over the compile commands of the clang build
check_tidy()
{
	check_build_clang >/dev/null
	cd "$par_top" || return 1
	git_files '*.c' | while read -r file; do
		# Only what this machine's build compiles.
		grep -q "/$file\"" "$par_work/check-clang/compile_commands.json" && echo "$file"
	done | xargs -P "$(build_jobs)" -n 4 clang-tidy -p "$par_work/check-clang" --quiet
}

check_cppcheck()
{
	cd "$par_top" || return 1
	mkdir -p "$par_work/check/cppcheck"
	check_c_files | grep '\.c$' | grep -v '^tests/' | cppcheck --file-list=- -I . -j "$(build_jobs)" \
		--cppcheck-build-dir="$par_work/check/cppcheck" --enable=warning,portability \
		--inline-suppr --std=c11 --error-exitcode=1 --quiet -D_GNU_SOURCE -DPAR_VERSION='""' \
		--suppressions-list="$par_test_setup/cppcheck.supp"
}

check_shellcheck()
{
	cd "$par_top" || return 1
	check_shell_files | xargs shellcheck -x -P SCRIPTDIR -S warning -e SC1091,SC2034,SC2154
}
