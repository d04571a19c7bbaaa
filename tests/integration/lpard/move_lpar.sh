#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# move_lpar.sh - the commands of an imaginary LPAR that lpard's mover calls: wparctl move, savewpar, restwpar,
# startwpar, stopwpar, rmwpar; called by these names by an agent
#
# $LAB/agents/PID names the LPAR of an agent; $LAB/LPAR/defined and running are there when the workload partition is;
# record is that of a move: "id phase peer active".  $LAB/fault, "LPAR STEP before|after WHAT", happens once: lpard (it is
# killed), agent (the LPAR's is), fail, deaf (the step does nothing and never ends).  Two that run at once: $LAB/two.
set -u
LAB=/run/movelab
lpar=$(cat "$LAB/agents/$PPID") || { echo "nobody knows this LPAR" >&2; exit 1; }
cd "$LAB/$lpar" || exit 1
step=$(basename "$0")
[ "$step" != wparctl ] || step=$2
echo "$lpar $step" >>"$LAB/log"

fault()
{
	read -r who what when how <"$LAB/fault" 2>/dev/null || return 0
	[ "$who $what $when" = "$lpar $step $1" ] || return 0
	rm "$LAB/fault"
	echo "$lpar $step $1 $how" >>"$LAB/log"
	case $how in
	lpard) kill -9 "$(cat "$LAB/lpard")"; sleep 5 ;;
	agent) kill -9 "$PPID"; sleep 5 ;;
	deaf) sleep 1000 ;;
	esac
	echo "the fault $how" >&2
	exit 1
}

state()
{
	[ -e running ] && echo Active || echo Defined
}

# own - the record is of this move
own()
{
	[ -e record ] || { echo "no move is known here" >&2; exit 1; }
	read -r id phase peer active <record
	[ "$id" = "$1" ] || { echo "another move" >&2; exit 1; }
}

# admits - may this command change it?
admits()
{
	[ -e record ] || return 0
	read -r id phase peer active <record
	[ "$phase" = taken ] || [ "${WPAR_MOVE:-}" = "$id" ] || { echo "it is moving" >&2; exit 1; }
}

write()
{
	echo "$*" >record.new
	mv record.new record
}

facts()
{
	if [ -e says ]; then
		cat >/dev/null
		cat says
		return
	fi
	printf '{"format":1,"product":"1","machine":"m","os":"o","kernel":"k","page_size":4096,"memory":1,"memory_free":1,"processors":1,"room":1,"time_ms":%s000' "$(date +%s)"
	if [ "${1:-}" != --for ]; then
		printf ',"wpars":[{"name":"w","type":"system","state":"%s","directory":"/wpars/w","idbase":1,"idrange":1%s%s}]' "$(state)" \
			"$([ ! -e auto ] || echo ',"autostart":true')" \
			"$([ ! -e served ] || echo ',"file_systems":[{"directory":"/data","vfs":"nfs","host":"s","device":"/d","token":"t"}]')"
	else
		cat >/dev/null
		[ ! -e defined ] || printf ',"claims":[{"name":"w"}]'
		printf ',"tokens":["t"]'
	fi
	echo '}'
}

fault before
case $step in
facts)
	shift 2
	[ "$1" = w ] || [ "$1" = --for ] || { echo "0960-419 there is no $1" >&2; exit 1; }
	facts "$@"
	;;
ls)
	if [ -e record ]; then
		read -r id phase peer active <record
		printf '[{"wpar":"w","id":"%s","phase":"%s","peer":"%s","active":%s,"state":%s}]\n' "$id" "$phase" "$peer" "$active" \
			"$([ -e defined ] && echo "\"$(state)\"" || echo null)"
	else
		echo '[]'
	fi
	;;
begin)
	[ ! -e record ] || { echo "a move is under way already" >&2; exit 1; }
	write "$4" begun "$6" "$([ -e running ] && echo true || echo false)"
	;;
expect)
	[ ! -e record ] && [ ! -e defined ] || { echo "it is here" >&2; exit 1; }
	write "$4" expected "$6" false
	;;
ready) own "$4"; [ -e defined ] || exit 1; write "$id" ready "$peer" "$active" ;;
given) own "$4"; [ ! -e running ] || exit 1; write "$id" given "$peer" "$active" ;;
taken) own "$4"; write "$id" taken "$peer" "$active" ;;
refused) own "$4"; [ ! -e running ] || exit 1; write "$id" refused "$peer" "$active" ;;
begun) own "$4"; write "$id" begun "$peer" "$active" ;;
tidy) ;;
drop) [ ! -e record ] || { own "$4"; rm record; } ;;
savewpar) admits; [ ! -e running ] || exit 1; seq 100000 ;;
restwpar) echo "$*" >>"$LAB/log"; admits; [ "$(tail -n 1)" = 100000 ] || exit 1; touch defined ;;
stopwpar) admits; rm -f running ;;
startwpar)
	admits
	[ -e defined ] || exit 1
	touch running
	[ "$(ls "$LAB"/*/running | wc -l)" = 1 ] || echo "$lpar" >>"$LAB/two"
	;;
rmwpar) admits; rm -f running defined ;;
*) echo "what is $step?" >&2; exit 1 ;;
esac
fault after
