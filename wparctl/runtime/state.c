/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What state a WPAR is in, and the lock of operations: see runtime.h.  The kernel is asked each
 * time: the control group (are there processes?), and the lock (is a command at it?).
 */
#include "wparctl/runtime/runtime.h"

#include "lpard/common/fs.h"
#include "wparctl/filesystem/rootfs.h"
#include "wparctl/resources/cgroup.h"
#include "wparctl/runtime/monitor.h"

#include <string.h>
#include <sys/stat.h>

static const struct {
	char letter;
	const char *word;
} states[] = {
	[WPAR_STATE_DEFINED] = { 'D', "Defined" },
	[WPAR_STATE_LOADED] = { 'L', "Loaded" },
	[WPAR_STATE_ACTIVE] = { 'A', "Active" },
	[WPAR_STATE_FROZEN] = { 'F', "Frozen" },
	[WPAR_STATE_PAUSED] = { 'P', "Paused" },
	[WPAR_STATE_BROKEN] = { 'B', "Broken" },
	[WPAR_STATE_TRANSITIONAL] = { 'T', "Transitional" },
	[WPAR_STATE_MOVING] = { 'M', "Moving" },
	[WPAR_STATE_ERROR] = { 'E', "Error" },
};

/* The lock that this process holds itself: it does not make a WPAR transitional for us. */
static struct {
	char name[WPAR_NAME_MAX + 1];
	int fd;
} held = { .fd = -1 };

char wpar_state_letter(enum wpar_state st)
{
	return states[st].letter;
}

const char *wpar_state_word(enum wpar_state st)
{
	return states[st].word;
}

static char *lock_path(const char *name)
{
	return wpar_path("/run/wpars/%s.lock", name);
}

int wpar_lock(const char *name, int *ret_fd, struct par_error **err)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	autofree char *path = lock_path(name);
	autofree char *folder = wpar_path("/run/wpars");
	struct stat mine, there;
	int r;

	if (!path || !folder)
		return par_oom(err);
	r = par_fs_mkdirs(folder, 0755);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "'%s' cannot be made", folder);
	for (;;) {
		autofd int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

		if (fd < 0 || fstat(fd, &mine) < 0)
			return par_fail(err, PAR_E_SYSTEM, errno, "'%s' cannot be opened", path);
		if (fcntl(fd, F_OFD_SETLK, &whole) < 0)
			return par_fail(err, PAR_E_BUSY, 0,
					"another operation on workload partition '%s' is under way",
					name);
		/* The holder before may have removed the file. */
		if (stat(path, &there) < 0 || there.st_ino != mine.st_ino ||
		    there.st_dev != mine.st_dev)
			continue;
		snprintf(held.name, sizeof(held.name), "%s", name);
		held.fd = fd;
		*ret_fd = take_fd(&fd);
		return 0;
	}
}

void wpar_lock_forget(const char *name)
{
	autofree char *path = lock_path(name);

	if (path)
		unlink(path);
}

bool wpar_lock_busy(const char *name)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	autofree char *path = lock_path(name);
	autofd int fd = path ? open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW) : -1;
	struct stat mine, there;

	if (fd < 0)
		return false;
	if (held.fd >= 0 && strcmp(held.name, name) == 0 && fstat(held.fd, &mine) == 0 &&
	    fstat(fd, &there) == 0 && mine.st_ino == there.st_ino && mine.st_dev == there.st_dev)
		return false;
	return fcntl(fd, F_OFD_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
}

int wpar_state_probe(const struct wpar_spec *s, enum wpar_state *ret, struct par_error **err)
{
	autofd int cgroup = wpar_cgroup_open(s->name, false, NULL);
	struct wpar_cgroup_state st = { 0 };
	int r;

	if (cgroup >= 0) {
		r = wpar_cgroup_state(cgroup, &st);
		if (r < 0)
			return par_fail(err, PAR_E_SYSTEM, r,
					"the control group of '%s' cannot be read", s->name);
	}
	if (!st.populated)
		*ret = s->type == WPAR_APPLICATION || wpar_rootfs_complete(s->name)
			       ? WPAR_STATE_DEFINED
			       : WPAR_STATE_BROKEN;
	else if (wpar_cgroup_init(cgroup) <= 0)
		*ret = WPAR_STATE_BROKEN;
	else
		*ret = st.frozen ? WPAR_STATE_FROZEN : WPAR_STATE_ACTIVE;
	return 0;
}

int wpar_state_get(const struct wpar_spec *s, enum wpar_state *ret, struct par_error **err)
{
	if (wpar_lock_busy(s->name)) {
		*ret = WPAR_STATE_TRANSITIONAL;
		return 0;
	}
	return wpar_state_probe(s, ret, err);
}
