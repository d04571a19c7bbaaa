/* SPDX-License-Identifier: Apache-2.0 */
/* Mounts by listmount(2) and statmount(2): see mount_list.h. */
#include "wparctl/filesystem/mount_list.h"
#include "wparctl/filesystem/mount_list_priv.h"

#include "lpard/common/fs.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What the libc's headers may not have yet. */
#define STATMOUNT	    457
#define LISTMOUNT	    458
#define STATX_UNIQUE_MNT_ID 0x4000U
#define WANT_BASIC	    0x02U
#define WANT_ROOT	    0x08U
#define WANT_POINT	    0x10U
#define WANT_FSTYPE	    0x20U

#define MOST_LISTED 512
#define MOST_TEXT   (2 * PATH_MAX + 64)

struct mount_request {
	uint32_t size, spare;
	uint64_t id, param;
};

/* struct statmount of the kernel; texts are offsets in text. */
struct mount_answer {
	uint32_t size, options;
	uint64_t mask;
	uint32_t major, minor;
	uint64_t magic;
	uint32_t sb_flags, fstype;
	uint64_t id, parent;
	uint32_t old_id, old_parent;
	uint64_t attributes, propagation, peers, master, from;
	uint32_t root, point;
	uint64_t more[50];
	char text[MOST_TEXT];
};

_Static_assert(offsetof(struct mount_answer, text) == 512, "the kernel's struct statmount");

/* The number that is never given again; 0: the kernel does not say. */
static uint64_t id_of(int fd)
{
	struct statx st;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_UNIQUE_MNT_ID, &st) < 0 ||
	    !(st.stx_mask & STATX_UNIQUE_MNT_ID))
		return 0;
	return st.stx_mnt_id;
}

static int ask(uint64_t id, uint64_t want, struct mount_answer *ret)
{
	struct mount_request request = { .size = sizeof(request), .id = id, .param = want };

	if (syscall(STATMOUNT, &request, ret, sizeof(*ret), 0) < 0)
		return -errno;
	return (ret->mask & want) == want ? 0 : -ENOENT;
}

/* The text at @offset when it has an end; NULL: it has none. */
static const char *answer_text(const struct mount_answer *a, uint32_t offset)
{
	if (offset >= sizeof(a->text) || !memchr(a->text + offset, '\0', sizeof(a->text) - offset))
		return NULL;
	return a->text + offset;
}

static int copy_text(const struct mount_answer *a, uint32_t offset, char *ret, size_t size)
{
	const char *text = answer_text(a, offset);

	if (!text || strlen(text) >= size)
		return -EINVAL;
	memcpy(ret, text, strlen(text) + 1);
	return 0;
}

static int see_by_id(uint64_t id, struct wpar_mount_seen *ret)
{
	struct mount_answer a;
	int r = ask(id, WANT_ROOT | WANT_POINT | WANT_FSTYPE, &a);

	if (r < 0)
		return r;
	if (copy_text(&a, a.root, ret->root, sizeof(ret->root)) < 0 ||
	    copy_text(&a, a.point, ret->point, sizeof(ret->point)) < 0)
		return -EINVAL;
	return copy_text(&a, a.fstype, ret->fstype, sizeof(ret->fstype));
}

int wpar_mount_see_in(const char *mountinfo, uint64_t id, struct wpar_mount_seen *ret)
{
	for (const char *l = mountinfo; l && *l; l = strchr(l, '\n'), l = l ? l + 1 : NULL) {
		const char *dash;

		if (strtoull(l, NULL, 10) != id)
			continue;
		if (sscanf(l, "%*u %*u %*s %4095s %4095s", ret->root, ret->point) != 2)
			return -EINVAL;
		dash = strstr(l, " - ");
		return dash && sscanf(dash, " - %63s", ret->fstype) == 1 ? 0 : -EINVAL;
	}
	return -ENOENT;
}

int wpar_mount_see(int fd, struct wpar_mount_seen *ret)
{
	uint64_t id = id_of(fd);
	auto_buf b = { 0 };
	struct statx st;
	int r = id ? see_by_id(id, ret) : -ENOSYS;

	if (r != -ENOSYS)
		return r;
	if (statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &st) < 0)
		return -errno;
	r = par_fs_read("/proc/self/mountinfo", 64 << 20, &b);
	return r < 0 ? r : wpar_mount_see_in(b.data, st.stx_mnt_id, ret);
}

int wpar_mounts_ids(int fd, uint64_t *ids, size_t max)
{
	struct mount_request request = { .size = sizeof(request), .id = id_of(fd) };
	long n;

	if (!request.id || max == 0)
		return -ENOSYS;
	ids[0] = request.id;
	n = syscall(LISTMOUNT, &request, ids + 1, max - 1, 0);
	return n < 0 ? -errno : (int)n + 1;
}

/* One with odd characters is escaped in mountinfo: nothing of ours, and of no use to anybody. */
static bool is_odd(const char *point)
{
	return strpbrk(point, " \t\n\\") != NULL;
}

static int add_line(uint64_t id, struct par_buf *ret)
{
	struct mount_answer a;
	int r = ask(id, WANT_BASIC | WANT_POINT, &a);
	const char *point = r < 0 ? NULL : answer_text(&a, a.point);

	/* Unmounted meanwhile, or with a path that is too long. */
	if (r == -ENOSYS)
		return r;
	if (!point || is_odd(point))
		return 0;
	par_buf_printf(ret, "0 0 0:0 / %s %s,%s,%s -\n", point,
		       a.attributes & MOUNT_ATTR_RDONLY ? "ro" : "rw",
		       a.attributes & MOUNT_ATTR_NOSUID ? "nosuid" : "suid",
		       a.attributes & MOUNT_ATTR_NOEXEC ? "noexec" : "exec");
	return 0;
}

static int list_below(const char *directory, struct par_buf *ret)
{
	autofd int base = open(directory, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	uint64_t ids[MOST_LISTED];
	int n = base < 0 ? -errno : wpar_mounts_ids(base, ids, PAR_ARRAY_SIZE(ids));

	if (n == (int)PAR_ARRAY_SIZE(ids))
		return -EOVERFLOW;
	for (int i = 1; i < n; i++) {
		int r = add_line(ids[i], ret);

		if (r < 0)
			return r;
	}
	return n < 0 ? n : 0;
}

int wpar_mounts_below(const char *directory, struct par_buf *ret)
{
	const size_t start = ret->len;

	if (list_below(directory, ret) == 0)
		return ret->failed || par_buf_puts(ret, "") < 0 ? -ENOMEM : 0;
	/* Not that way, or more than are reasonable */
	ret->len = start;
	return par_fs_read("/proc/self/mountinfo", 64 << 20, ret);
}
