# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# rbac_lib.sh - WPARs in a WPARS_ROOT of their own, and users of whom the machine knows nothing: in a mount name space with
# an /etc of its own, in which the script that sources this is run again
#
#	rbac_user ann 42001
#	is "she may not" "$(status as 42001 startwpar web01)" ...

# shellcheck source=tests/integration/wparctl/wpar.sh
. "$PAR_TEST_SOURCE/integration/wparctl/wpar.sh"

[ -n "${RBAC_INSIDE-}" ] || exec env RBAC_INSIDE=1 unshare -m "$0"
cp -a /etc "$TMPDIR/etc"
mount --bind "$TMPDIR/etc" /etc
chmod 755 "$TMPDIR" "$WPARS_ROOT"

# rbac_user NAME UID - all have one group, which has no name
rbac_user()
{
	echo "$1:x:$2:42001::/:/bin/sh" >>/etc/passwd
}

# as UID COMMAND... - as a user, with nothing of root's
as()
{
	local uid=$1
	shift
	setpriv --reuid "$uid" --regid 42001 --clear-groups --inh-caps=-all --bounding-set=-all "$@"
}

# status COMMAND... - its output and its exit status
status()
{
	"$@" 2>&1 </dev/null
	echo $?
}
