/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that processes have mapped: see ckpt_seen.h.  They are found by the link of the mapping,
 * not by a name; which they were is in the manifest, since criu needs the very same where they go
 * on.
 */
#include "wparctl/checkpoint/ckpt_seen.h"

#include "lpard/common/fs.h"
#include "wparctl/runtime/launch/build_id.h"

#include <inttypes.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>

/* Huge pages are a file, too. */
static bool is_memory(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && fs.f_type == HUGETLBFS_MAGIC;
}

static bool is_readonly(int fd)
{
	struct statvfs fs;

	return fstatvfs(fd, &fs) == 0 && fs.f_flag & ST_RDONLY;
}

/* What it was is noted of programs, and of what the WPAR itself cannot change: data may grow. */
static int note(struct wpar_ckpt_seen *s, int fd, const char *path, const struct stat *st)
{
	char id[WPAR_BUILD_ID_SIZE];
	const bool has_id = wpar_build_id_read(fd, id);

	if (!s->manifest || st->st_nlink == 0 || (!has_id && !is_readonly(fd)))
		return 0;
	return wpar_ckpt_add_mapped(s->manifest, path, (uint64_t)st->st_size, has_id ? id : NULL);
}

static int see_file(struct wpar_ckpt_seen *s, pid_t pid, int fd, const char *path,
		    const struct stat *st)
{
	if (wpar_ckpt_seen_elsewhere(s, fd))
		return wpar_ckpt_seen_say(
			s, pid, "mapped a file that is not mounted in the workload partition, ",
			path, "end the process");
	if (st->st_nlink == 0 && is_readonly(fd))
		return wpar_ckpt_seen_say(
			s, pid, "mapped a file that was replaced in the LPAR since, ", path,
			"stop and start the workload partition, or that process of it");
	return note(s, fd, path, st);
}

/* "7fff84a00000-7fff84a30000 r-xp 00000000 fe:00 1234   /usr/lib/libc.so.6" */
static int see_map(struct wpar_ckpt_seen *s, pid_t pid, int dir, const char *line)
{
	autofd int fd = -1;
	uint64_t begin, end;
	char link[96];
	struct stat st;
	int at = 0;

	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %*s %*s %*s %*s %n", &begin, &end, &at) < 2 ||
	    at == 0 || line[at] != '/' || par_strv_find(&s->mapped, line + at) >= 0)
		return 0;
	snprintf(link, sizeof(link), "map_files/%" PRIx64 "-%" PRIx64, begin, end);
	/* Not a device, which opening could wake. */
	if (fstatat(dir, link, &st, 0) < 0 || !S_ISREG(st.st_mode) || st.st_dev == s->shm)
		return 0;
	fd = openat(dir, link, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || is_memory(fd))
		return 0;
	if (par_strv_add(&s->mapped, line + at) < 0)
		return -ENOMEM;
	return par_printable(line + at) ? see_file(s, pid, fd, line + at, &st) : 0;
}

int wpar_ckpt_see_maps(struct wpar_ckpt_seen *s, pid_t pid, int dir)
{
	auto_buf maps = { 0 };
	char *save = NULL;

	if (wpar_ckpt_seen_read(dir, "maps", &maps) < 0 || !maps.data)
		return 0;
	for (char *line = strtok_r(maps.data, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		int r = see_map(s, pid, dir, line);

		if (r < 0)
			return r;
	}
	return 0;
}
