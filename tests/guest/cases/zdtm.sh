#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# zdtm.sh - CRIU's own tests (test/zdtm/static of its sources), run in a WPAR through chkptwpar and restartwpar
#
#	PAR_ZDTM=FOLDER ./check guest zdtm	FOLDER has the programs, built for the LPAR (ppc64le)
#
# Each program says by itself, at the end, whether all was as it should be.  Some are started together, the WPAR is
# ended for a checkpoint and goes on, and each is asked.  Those that cannot start in a WPAR are counted; one that fails
# must be in zdtm.txt beside this, with the reason.  PAR_ZDTM_TESTS names those to run, instead of all.
# lpar: current
# timeout: 14400
# needs: PAR_ZDTM
# shellcheck disable=SC2016 # in single quotes another shell expands
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"
[ -n "${PAR_ZDTM:-}" ] && [ -d "$PAR_ZDTM" ] || skip_all "CRIU's tests are not here (PAR_ZDTM)"
wpar=cp8
state=/var/tmp/cp8.state
known=$PAR_TEST_SOURCE/guest/zdtm.txt
batch_most=${PAR_ZDTM_BATCH:-20}
trap 'in_lpar rmwpar -F $wpar >/dev/null 2>&1; in_lpar rm -rf $state' EXIT
declare -A reasons
while read -r name reason; do
	case $name in '' | '#'*) ;; *) reasons[$name]=$reason ;; esac
done <"$known"

# programs - those to run; those that a checkpoint of a whole WPAR says nothing of are left out
programs()
{
	local file
	if [ -n "${PAR_ZDTM_TESTS:-}" ]; then
		printf '%s\n' ${PAR_ZDTM_TESTS}
		return
	fi
	for file in "$PAR_ZDTM"/*; do
		[ -f "$file" ] && [ -x "$file" ] || continue
		case $file in *.hook | *.checkskip | *.py | *.sh) continue ;; esac
		[ "${reasons[${file##*/}]:-}" = "left out" ] || echo "${file##*/}"
	done
}

# What runs inside: start NAME..., and ask NAME...; one line for each
cat >"$TMPDIR/zdtm" <<'END'
#!/bin/sh
cd /tmp/z || exit
begin()
{
	for extra in "" "--filename=$1.test" "--dirname=$1.test"; do
		rm -rf "$1.pid" "$1.out" "$1.out.inprogress" "$1.test"
		timeout -s KILL 20 "./$1" "--pidfile=/tmp/z/$1.pid" "--outfile=/tmp/z/$1.out" $extra >"$1.said" 2>&1 </dev/null
		status=$?
		[ "$status" != 0 ] || [ ! -s "$1.pid" ] || return 0
		[ "$status" != 137 ] || break # it hangs
	done
	return 1
}
ask()
{
	i=0
	kill -TERM "$(cat "$1.pid")" 2>/dev/null
	while [ ! -e "$1.out" ] && [ $i -lt 300 ]; do
		sleep 0.1
		i=$((i + 1))
	done
	grep -q PASS "$1.out" 2>/dev/null
}
what=$1
shift
for name; do
	if "$what" "$name"; then echo "$name yes"; else echo "$name no"; fi
done
END
ok "mkwpar" in_lpar mkwpar -n $wpar --minimal
ok "startwpar" in_lpar startwpar $wpar
mapfile -t all < <(programs)
ok "its programs" sh -c 'd=$1; shift; tar -C "$d" -cf - "$@" | wparcmd -m "$SYS" -p "$LPAR" -- sh -c "mkdir -p /wpars/cp8/tmp/z && tar -C /wpars/cp8/tmp/z -xf - && chmod -R a+rwX /wpars/cp8/tmp/z"' \
	sh "$PAR_ZDTM" "${all[@]}"
lpar_push "$TMPDIR/zdtm" /wpars/$wpar/tmp/z/zdtm

started=0 passed=0 cannot=() failed=()

# again - an empty WPAR, whatever a program has left
again()
{
	in_lpar stopwpar -F $wpar >/dev/null 2>&1
	in_lpar startwpar $wpar >/dev/null 2>&1
}

# run_batch NAME... - started together, through one checkpoint; when that fails each is tried alone
run_batch()
{
	local name verdict running=() asked
	while read -r name verdict; do
		if [ "$verdict" = yes ]; then running+=("$name"); else cannot+=("$name"); fi
	done < <(in_lpar clogin $wpar -- sh /tmp/z/zdtm begin "$@" </dev/null)
	[ "${#running[@]}" != 0 ] || return 0
	if ! { in_lpar chkptwpar -F -k --at-once -d $state $wpar && in_lpar restartwpar -d $state $wpar; } >"$TMPDIR/zdtm.said" 2>&1; then
		again
		if [ "${#running[@]}" = 1 ]; then
			started=$((started + 1))
			failed+=("${running[0]}")
			tap_note "${running[0]}: $(tail -n 2 "$TMPDIR/zdtm.said" | tr '\n' ' ')"
			return 0
		fi
		for name in "${running[@]}"; do
			run_batch "$name"
		done
		return 0
	fi
	asked=$(in_lpar clogin $wpar -- sh /tmp/z/zdtm ask "${running[@]}" </dev/null)
	while read -r name verdict; do
		started=$((started + 1))
		if [ "$verdict" = yes ]; then
			passed=$((passed + 1))
		else
			failed+=("$name")
			tap_note "$name: $(in_lpar sh -c "tail -n 1 /wpars/$wpar/tmp/z/$name.out* 2>/dev/null" | tail -n 1)"
		fi
	done <<<"$asked"
	again
}

for ((i = 0; i < ${#all[@]}; i += batch_most)); do
	run_batch "${all[@]:i:batch_most}"
done
tap_note "${#all[@]} programs: $started start in a WPAR, $passed of them pass, ${#failed[@]} fail; ${#cannot[@]} do not start: ${cannot[*]}"
ok "some have passed" test "$passed" -gt 0
for name in "${failed[@]}"; do
	ok "$name fails, for a reason that is known: ${reasons[$name]:-}" test -n "${reasons[$name]:-}"
done
ok "rmwpar" in_lpar rmwpar -F $wpar
done_testing
