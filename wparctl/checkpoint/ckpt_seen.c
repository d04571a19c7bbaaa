/* SPDX-License-Identifier: Apache-2.0 */
/* Notes on the processes of a WPAR: see ckpt_seen.h. */
#include "wparctl/checkpoint/ckpt_seen.h"

#include "lpard/common/fs.h"

#include <string.h>

#define TEXT_MOST (16 << 20)

void wpar_ckpt_seen_done(struct wpar_ckpt_seen *s)
{
	par_strv_done(&s->mapped);
	wpar_watches_done(&s->watches);
	for (size_t i = 0; i < s->n_mounts; i++)
		free(s->mounts[i].target);
	free(s->mounts);
	s->n_mounts = 0;
	free(s->ends);
	s->mounts = NULL;
	s->ends = NULL;
}

struct wpar_ckpt_end *wpar_ckpt_seen_end(struct wpar_ckpt_seen *s)
{
	struct wpar_ckpt_end *more = reallocarray(s->ends, s->n_ends + 1, sizeof(*more));

	if (!more)
		return NULL;
	s->ends = more;
	more[s->n_ends] = (struct wpar_ckpt_end){ 0 };
	return &more[s->n_ends++];
}

int wpar_ckpt_seen_say(struct wpar_ckpt_seen *s, pid_t pid, const char *what, const char *name,
		       const char *remedy)
{
	struct wpar_ckpt_open o = { .pid = pid, .remedy = remedy };

	snprintf(o.what, sizeof(o.what), "%s%.64s", what, name);
	for (char *c = o.what; *c; c++) {
		if (*c < 0x20 || *c > 0x7e)
			*c = '?';
	}
	return wpar_ckpt_add_open(s->snapshot, &o);
}

int wpar_ckpt_seen_read(int dir, const char *name, struct par_buf *ret)
{
	autofd int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : par_fs_read_fd(fd, TEXT_MOST, ret);
}

/* The kernel's number of the mount is among what it says of each descriptor. */
bool wpar_ckpt_seen_elsewhere(const struct wpar_ckpt_seen *s, int fd)
{
	auto_buf text = { 0 };
	const char *at;
	char path[48];
	uint64_t id;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	if (par_fs_read(path, TEXT_MOST, &text) < 0 || !text.data)
		return false;
	at = strstr(text.data, "mnt_id:");
	if (!at)
		return false;
	id = strtoull(at + strlen("mnt_id:"), NULL, 10);
	for (size_t i = 0; i < s->n_mounts; i++) {
		if (s->mounts[i].id == id)
			return false;
	}
	return true;
}
