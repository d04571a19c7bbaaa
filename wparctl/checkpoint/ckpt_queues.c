/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POSIX message queues: see ckpt_seen.h.  They belong to the IPC namespace and live without anybody
 * who has them open; criu dumps of that namespace what is System V's only.
 */
#include "wparctl/checkpoint/ckpt_seen.h"

#include "lpard/common/fs.h"

#include <dirent.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>

/* Their file system, as who is in the namespace would mount it; nobody sees it. */
static int open_queues(pid_t init)
{
	autofd int own = open("/proc/self/ns/ipc", O_RDONLY | O_CLOEXEC), theirs = -1, fs = -1;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/ipc", (int)init);
	theirs = open(path, O_RDONLY | O_CLOEXEC);
	if (own < 0 || theirs < 0 || setns(theirs, CLONE_NEWIPC) < 0)
		return -errno;
	fs = (int)syscall(SYS_fsopen, "mqueue", FSOPEN_CLOEXEC);
	if (setns(own, CLONE_NEWIPC) < 0)
		abort();
	if (fs < 0 || syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -errno;
	return (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_NODEV);
}

/* Who has it open is named already. */
static bool is_said(const struct wpar_ckpt_seen *s, const char *name)
{
	for (size_t i = 0; i < s->snapshot->n_opens; i++) {
		const char *what = s->snapshot->opens[i].what, *at = strstr(what, " queue /");

		if (at && strcmp(at + strlen(" queue /"), name) == 0)
			return true;
	}
	return false;
}

int wpar_ckpt_see_queues(struct wpar_ckpt_seen *s)
{
	autofd int mount = open_queues(s->init);
	int list = mount < 0 ? -1 : openat(mount, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = list < 0 ? NULL : fdopendir(list);
	struct dirent *e;
	int r = 0;

	if (!d && list >= 0)
		close(list);
	while (d && r == 0 && (e = readdir(d))) {
		if (e->d_name[0] == '.' || is_said(s, e->d_name))
			continue;
		r = wpar_ckpt_seen_say(s, 0, "the POSIX message queue /", e->d_name,
				       "criu cannot take it along; have it removed by who has made "
				       "it (mq_unlink), or end the workload partition by stopwpar");
	}
	if (d)
		closedir(d);
	return r;
}
