# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# lib.sh - what guest cases use; they run in the frame, where lpard serves the system $SYS
#
#	. "$PAR_TEST_SOURCE/guest/lib.sh"
#	is "the kernel is POWER's" "$(in_lpar uname -m)" ppc64le
#	done_testing

# shellcheck source=tests/integration/lib.sh
. "$PAR_TEST_SOURCE/integration/lib.sh"

# lpar_attributes NAME IMAGE [ATTR=VALUE,...] - what mksyscfg takes; later attributes win
lpar_attributes()
{
	local wanted="lpar_env=aixlinux,min_mem=512,desired_mem=1024,max_mem=2048,proc_mode=shared"
	local word line
	wanted+=",sharing_mode=uncap,uncap_weight=128,min_procs=1,desired_procs=1,max_procs=4"
	wanted+=",min_proc_units=0.1,desired_proc_units=1.0,max_proc_units=4.0,boot_mode=norm"
	line="name=$1,profile_name=default,boot_image=$2"
	while IFS= read -r word; do
		case ",${3:-}," in
		*",${word%%=*}="*) ;;
		*) line+=,$word ;;
		esac
	done < <(printf '%s\n' "$wanted" | tr , '\n')
	echo "$line${3:+,$3}"
}

# lpar_up NAME [IMAGE] [ATTR=VALUE,...] - define, activate, and wait for the agent; sets LPAR
lpar_up()
{
	LPAR=$1
	mksyscfg -r lpar -m "$SYS" -i "$(lpar_attributes "$1" "${2:-current}" "${3:-}")" &&
		chsysstate -r lpar -m "$SYS" -o on -n "$1" -f default &&
		wparcmd -m "$SYS" -p "$1" --wait "$(patience 120)" -- true
}

# manifest IMAGE KEY - a value of an image's manifest (codename, page_size, os_version, ...)
manifest()
{
	jq -r --arg key "$2" '.[$key]' "$PAR_IMAGES/$1/image.json"
}

# lpar_down [NAME] - off and removed
lpar_down()
{
	local name=${1:-$LPAR}
	if [ "$(lpar_state "$name")" != "Not Activated" ]; then
		chsysstate -r lpar -m "$SYS" -o shutdown --immed -n "$name"
	fi
	rmsyscfg -r lpar -m "$SYS" -n "$name"
}

# lpar_state [NAME]
lpar_state()
{
	lssyscfg -r lpar -m "$SYS" --filter "lpar_names=${1:-$LPAR}" -F state
}

# in_lpar COMMAND... - in the LPAR's global environment; stdin, output and status are the command's
in_lpar()
{
	wparcmd -m "$SYS" -p "$LPAR" -- "$@"
}

# lpar_push FILE PATH - copy a file into the LPAR
lpar_push()
{
	in_lpar sh -c "cat >'$2' && chmod 0755 '$2'" <"$1"
}

# lpard_start_again - after lpard was killed
lpard_start_again()
{
	setsid lpard --config "$PAR_LPARD_CONF" >>"$PAR_LOGS/lpard.log" 2>&1 </dev/null &
}
