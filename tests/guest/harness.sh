# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# harness.sh - runs the guest cases; sourced by ./check after setup/tap.sh
#
# Cases that share an LPAR run one after another in one frame; each kind has its own frame, lpard
# and libvirtd.  Logs of lpard, libvirt and qemu are kept in build/log/check/guest-KIND.

# guest_run - all wanted cases; kinds run at the same time, because an LPAR under TCG is one busy thread
guest_run()
{
	local kind cases kinds=() pids=() i
	for kind in current 64k none; do
		mapfile -t cases < <(guest_cases "$kind")
		[ "${#cases[@]}" != 0 ] || continue
		guest_kind "$kind" "${cases[@]}" >"$tap_logs/guest-$kind.out" 2>&1 &
		pids+=($!)
		kinds+=("$kind")
	done
	for i in "${!kinds[@]}"; do
		if ! wait "${pids[i]}"; then
			tap_add 0 1 0
			echo "not ok - the guest cases of ${kinds[i]} broke off"
		fi
		cat "$tap_logs/guest-${kinds[i]}.out"
	done
}

# guest_cases KIND - the wanted cases of this kind
guest_cases()
{
	local script
	for script in "$par_top"/tests/guest/cases/*.sh; do
		[ -x "$script" ] || continue
		check_wanted "$(basename "$script" .sh)" || continue
		[ "$(test_header "$script" lpar current)" = "$1" ] && echo "$script"
	done
	return 0
}

# guest_kind KIND CASE... - in a subshell, so that the frame ends whatever happens
guest_kind()
{
	local kind=$1 need
	shift
	(
		frame=$par_work/check/frame-$kind-$$
		logs=$tap_logs/guest-$kind
		LPAR=
		mkdir -p "$logs"
		trap 'guest_end' EXIT
		trap 'exit 143' TERM INT HUP
		PAR_FRAME_OWNER=${PAR_FRAME_OWNER:-$BASHPID} "$par_test_setup/frame.sh" up "$frame" frame
		if ! guest_start_lpard; then
			tap_one "lpard for the $kind cases" sh -c 'cat "$1"; exit 1' sh "$logs/lpard.log"
			exit 0
		fi
		if [ "$kind" != none ]; then
			LPAR=$kind
			tap_one "boot of the shared LPAR $kind" guest_in_frame bash -c \
				'. "$PAR_TEST_SOURCE/guest/lib.sh"; lpar_up "$LPAR" "$LPAR"'
			# Without the LPAR every case would fail the same way: one failure says it all.
			[ "$tap_one_status" = 0 ] || exit 0
		fi
		guest_command
		for script; do
			need=$(test_header "$script" needs "")
			if [ -n "$need" ] && [ -z "${!need:-}" ]; then
				tap_cannot "guest $(basename "$script" .sh)" \
					"what it runs is not of this project, and $need does not say where it is"
				continue
			fi
			tap_run "guest $(basename "$script" .sh)" \
				"$(test_header "$script" timeout 300)" "${in_frame[@]}" "$script"
		done
	)
}

# guest_helpers_wanted - is a case wanted that uses one of them?
guest_helpers_wanted()
{
	local name
	for name in isolation network quota uname_criu checkpoint checkpoint_named checkpoint_owner checkpoint_refused checkpoint_reboot \
		checkpoint_rounds checkpoint_versioned checkpoint_init; do
		check_wanted "$name" && return 0
	done
	return 1
}

# guest_helpers - builds attack.c, loose.c, memory.c, net.c, whole.c and uname_run.c of tests/helpers for LPARs, into
# build/guest-helpers
guest_helpers()
{
	local dir=$par_work/guest-helpers codename compiler helper common=$par_top/lpard/common
	codename=$(images_field "$par_images/current/image.json" codename)
	mkdir -p "$dir"
	"$par_top/images/build-sysroot" "$codename" ppc64el "$dir/cross" || return
	compiler=$(sed -n "s/^c = '\(.*\)'$/\1/p" "$dir/cross/meson.ini")
	for helper in attack loose memory net whole; do
		"$compiler" -D_GNU_SOURCE -O2 -static -o "$dir/$helper" "$par_top/tests/helpers/$helper.c" || return
	done
	"$compiler" -D_GNU_SOURCE -O2 -static -I"$par_top" -o "$dir/uname_run" "$par_top"/tests/helpers/uname_run.c \
		"$par_top"/wparctl/versioned/{uname_notify,uname_restore,runs,runs_facts,runs_try}.c "$common"/{error,fd_pass,fs,now,str}.c
}

# guest_command - sets $in_frame, the words before a command that has the world as cases see it
guest_command()
{
	in_frame=("$par_test_setup/frame.sh" run "$frame" env PATH="$par_build/bin:$PATH" SYS=frame
		LPAR="$LPAR" PAR_TEST_SOURCE="$par_top/tests" PAR_TEST_BUILD="$par_build"
		PAR_IMAGES="$par_images" PAR_MKSYSB="$par_mksysb" PAR_LOGS="$logs"
		PAR_OLD_ROOTS="$par_work/old-roots" PAR_DEBS="$par_work/debs" PAR_GUEST_HELPERS="$par_work/guest-helpers"
		PAR_LPARD_CONF="$frame/lpard.conf" TMPDIR=/run)
}

# guest_in_frame COMMAND...
guest_in_frame()
{
	local in_frame
	guest_command
	"${in_frame[@]}" "$@"
}

# guest_start_lpard - the daemon, by a configuration that differs from the default in nothing but
# where the images are
guest_start_lpard()
{
	mkdir -p "$frame/root/etc"
	lpard_config >"$frame/lpard.conf"
	guest_in_frame bash -c 'lpard --config "$1" >"$2" 2>&1 </dev/null &' bash \
		"$frame/lpard.conf" "$logs/lpard.log"
	guest_in_frame bash -c '. "$PAR_TEST_SOURCE/guest/lib.sh"
		wait_for 20 lssyscfg -r sys -F name'
}

# guest_end - keep the logs, end the frame
guest_end()
{
	cp -r "$frame/root/var/log/libvirt" "$logs/" 2>/dev/null || :
	"$par_test_setup/frame.sh" down "$frame"
}
