/* SPDX-License-Identifier: Apache-2.0 */
/* For a moment a WPAR's own root: see creator.h. */
#include "wparctl/runtime/launch/creator.h"

#include <errno.h>
#include <linux/securebits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <unistd.h>

bool wpar_creator_begin(struct wpar_creator *c, uid_t root)
{
	*c = (struct wpar_creator){ .parent = getppid(),
				    .bits = prctl(PR_GET_SECUREBITS, 0, 0, 0, 0) };
	prctl(PR_GET_PDEATHSIG, &c->death_signal, 0, 0, 0);
	prctl(PR_SET_SECUREBITS, c->bits | SECBIT_NO_SETUID_FIXUP, 0, 0, 0);
	c->is_changed = setresuid((uid_t)-1, root, (uid_t)-1) == 0;
	if (c->is_changed)
		setfsuid(0);
	return c->is_changed;
}

void wpar_creator_end(const struct wpar_creator *c)
{
	const int error = errno;

	/* The way back is open: the real id is still 0. */
	if (c->is_changed && setresuid((uid_t)-1, 0, (uid_t)-1) < 0)
		abort();
	prctl(PR_SET_SECUREBITS, c->bits, 0, 0, 0);
	/* A change of ids takes this away; the parent may have died in between. */
	prctl(PR_SET_PDEATHSIG, c->death_signal, 0, 0, 0);
	if (c->death_signal && getppid() != c->parent)
		raise(c->death_signal);
	errno = error;
}
