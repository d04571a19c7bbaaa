/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Descriptors of inotify: see ckpt_seen.h.  criu takes their watches along by the files' numbers,
 * and says nothing when one of these cannot be found again, nor of events that wait to be read.
 */
#include "wparctl/checkpoint/ckpt_seen.h"

#include "lpard/common/fs.h"

#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

#define UNREAD_MOST_MS	1000
#define UNREAD_PAUSE_MS 50

/* A file as the kernel says which one a watch is on. */
struct watched {
	dev_t dev;
	union {
		struct file_handle handle;
		unsigned char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	};
};

/* Who watches much has some for a moment; all of them together are waited for. */
static bool has_unread(struct wpar_ckpt_seen *s, int pidfd, int number)
{
	autofd int fd = (int)syscall(SYS_pidfd_getfd, pidfd, number, 0);

	for (;;) {
		int waiting = 0;

		if (fd < 0 || ioctl(fd, FIONREAD, &waiting) < 0 || waiting == 0)
			return false;
		if (s->waited_ms >= UNREAD_MOST_MS)
			return true;
		poll(NULL, 0, UNREAD_PAUSE_MS);
		s->waited_ms += UNREAD_PAUSE_MS;
	}
}

static bool parse_bytes(const char *hex, struct watched *ret)
{
	for (unsigned int i = 0; i < ret->handle.handle_bytes; i++) {
		unsigned int byte;

		if (sscanf(hex + 2 * (size_t)i, "%2x", &byte) != 1)
			return false;
		ret->handle.f_handle[i] = (unsigned char)byte;
	}
	return true;
}

/* "inotify wd:1 ino:8602f sdev:3a mask:100 … fhandle-bytes:8 fhandle-type:1 f_handle:2f6008…" */
static bool parse_line(const char *line, size_t len, struct watched *ret)
{
	static const char form[] = "fhandle-bytes:%x fhandle-type:%x f_handle:%n";
	const char *sdev = memmem(line, len, " sdev:", 6);
	const char *at = memmem(line, len, "fhandle-bytes:", 14);
	unsigned int bytes, type;
	uint64_t dev;
	int hex = 0;

	if (!par_starts_with(line, "inotify ") || !sdev || !at ||
	    sscanf(sdev, " sdev:%" SCNx64, &dev) != 1 ||
	    sscanf(at, form, &bytes, &type, &hex) < 2 || hex == 0 || bytes > MAX_HANDLE_SZ)
		return false;
	*ret = (struct watched){ .dev = makedev((unsigned int)(dev >> 20),
						(unsigned int)(dev & 0xfffff)),
				 .handle = { .handle_bytes = bytes, .handle_type = (int)type } };
	return parse_bytes(at + hex, ret);
}

/* Some directory of the file system; -1: none is mounted. */
static int open_mount(const struct wpar_ckpt_seen *s, dev_t dev)
{
	for (size_t i = 0; i < s->n_mounts; i++) {
		int fd = s->mounts[i].dev == dev
				 ? par_fs_open_plain(s->root, s->mounts[i].target + 1,
						     O_RDONLY | O_DIRECTORY, 0)
				 : -1;

		if (fd >= 0)
			return fd;
	}
	return -1;
}

/* What cannot be opened so is looked for by criu, which says when it finds none. */
static bool is_removed(const struct wpar_ckpt_seen *s, struct watched *w)
{
	autofd int mount = open_mount(s, w->dev);
	autofd int fd = mount < 0 ? -1 : open_by_handle_at(mount, &w->handle, O_PATH | O_CLOEXEC);
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && st.st_nlink == 0;
}

static int see_lines(struct wpar_ckpt_seen *s, pid_t pid, const char *text)
{
	for (const char *line = text; *line;) {
		const char *end = strchrnul(line, '\n');
		struct watched w;

		if (parse_line(line, (size_t)(end - line), &w) && w.dev != s->overlay &&
		    is_removed(s, &w))
			return wpar_ckpt_seen_say(
				s, pid, "a watch on a file that was removed, and that it has open",
				"", "the watch would be lost; end the process");
		line = *end ? end + 1 : end;
	}
	return 0;
}

/*
 * Are all its watches on files of groups?  Who watches these hears that they stand still and that
 * they go on, and looks what has changed: so it has events unread in each checkpoint, and new ones
 * after it.
 */
static bool is_told_anew(const struct wpar_ckpt_seen *s, const char *text)
{
	bool any = false;

	for (const char *line = text; *line;) {
		const char *end = strchrnul(line, '\n');
		struct watched w;

		if (par_starts_with(line, "inotify ")) {
			if (!s->groups || !parse_line(line, (size_t)(end - line), &w) ||
			    w.dev != s->groups)
				return false;
			any = true;
		}
		line = *end ? end + 1 : end;
	}
	return any;
}

static int say_unread(struct wpar_ckpt_seen *s, pid_t pid)
{
	int r = wpar_ckpt_seen_say(
		s, pid, "events of inotify that it has not read", "",
		"they would be lost; try again when it has read them, or end it");

	if (r == 0)
		s->snapshot->opens[s->snapshot->n_opens - 1].passes = true;
	return r;
}

int wpar_ckpt_see_inotify(struct wpar_ckpt_seen *s, pid_t pid, int pidfd, int infos,
			  const char *number)
{
	auto_buf text = { 0 };
	int r;

	if (wpar_ckpt_seen_read(infos, number, &text) < 0 || !text.data)
		return 0;
	/* Of a versioned WPAR: criu can open nothing there by its number. */
	r = s->overlay ? wpar_watches_read(&s->watches, pid, text.data, s->overlay) : 0;
	if (r < 0)
		return r;
	if (!is_told_anew(s, text.data) && has_unread(s, pidfd, atoi(number)))
		return say_unread(s, pid);
	return see_lines(s, pid, text.data);
}
