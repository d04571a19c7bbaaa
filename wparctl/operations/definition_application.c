/* SPDX-License-Identifier: Apache-2.0 */
/* Definitions that live as long as their application, of wparexec: see definition.h. */
#include "wparctl/operations/definition.h"

#include <fcntl.h>
#include <string.h>

int wpar_definition_hold(const char *name, int *ret_hold)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	autofree char *path = wpar_path(WPAR_RUN_DIR "/%s.cf", name);
	autofd int fd = path ? open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW) : -1;

	/* The lock is this process's alone: a child that is just dying does not hold it. */
	if (fd < 0 || fcntl(fd, F_SETLK, &whole) < 0)
		return -errno;
	*ret_hold = take_fd(&fd);
	return 0;
}

int wpar_definition_redo_application(const char *name, struct par_error **err)
{
	const struct wpar_stop_opts stop = { .hard = true, .force = true, .timeout_s = 10 };
	auto_spec old = { 0 };
	enum wpar_state st;
	autofd int hold = -1;
	int r;

	if (wpar_spec_load(name, &old, NULL) < 0 || old.type != WPAR_APPLICATION ||
	    wpar_definition_hold(name, &hold) < 0)
		return 0; /* wpar_definition_claim() says what there is to say */
	r = wpar_state_probe(&old, &st, err);
	if (r < 0)
		return r;
	if (st != WPAR_STATE_DEFINED) {
		r = wpar_stop(&old, &stop, NULL, err);
		if (r < 0)
			return r;
	}
	return wpar_spec_remove(name, err);
}

bool wpar_definition_forget_orphan(const struct wpar_spec *s)
{
	const struct wpar_stop_opts stop = { .hard = true, .force = true, .timeout_s = 10 };
	autofd int lock = -1, hold = -1;
	enum wpar_state st;

	if (s->type != WPAR_APPLICATION || geteuid() != 0 || wpar_lock(s->name, &lock, NULL) < 0)
		return false;
	if (wpar_definition_hold(s->name, &hold) < 0 || wpar_state_probe(s, &st, NULL) < 0 ||
	    st != WPAR_STATE_DEFINED)
		return false;
	return wpar_stop(s, &stop, NULL, NULL) == 0 && wpar_definition_remove(s, false, NULL) == 0;
}
