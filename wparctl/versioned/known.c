/* SPDX-License-Identifier: Apache-2.0 */
/* Archives whose digest is known: see known.h. */
#include "wparctl/versioned/known.h"

#include "lpard/common/fs.h"

#include <dirent.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>

#define KNOWN	  "known"
#define KNOWN_MAX 65536 /* bytes */
#define LINES_MAX 32
#define QUIET_S	  2 /* a file that was changed later than that may change once more unseen */

#ifndef CIFS_SUPER_MAGIC
#define CIFS_SUPER_MAGIC 0xff534d42
#endif
#ifndef FUSE_SUPER_MAGIC
#define FUSE_SUPER_MAGIC 0x65735546
#endif

/* Where others write, whose clock and whose care are not this system's. */
static bool is_local(int fd)
{
	static const unsigned long elsewhere[] = { NFS_SUPER_MAGIC,  SMB_SUPER_MAGIC,
						   CIFS_SUPER_MAGIC, FUSE_SUPER_MAGIC,
						   V9FS_MAGIC,	     AFS_SUPER_MAGIC };
	struct statfs v;

	if (fstatfs(fd, &v) < 0)
		return false;
	for (size_t i = 0; i < PAR_ARRAY_SIZE(elsewhere); i++) {
		if (((unsigned long)v.f_type & 0xffffffff) == elsewhere[i])
			return false;
	}
	return true;
}

void wpar_known_get(const char *path, const int *input, struct wpar_known_file *ret)
{
	autofd int fd = input ? fcntl(*input, F_DUPFD_CLOEXEC, 3) : open(path, O_PATH | O_CLOEXEC);
	struct timespec now;
	struct stat st;

	ret->text[0] = '\0';
	clock_gettime(CLOCK_REALTIME, &now);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || !is_local(fd) ||
	    st.st_nlink == 0 || st.st_ctim.tv_sec > now.tv_sec - QUIET_S)
		return;
	snprintf(ret->text, sizeof(ret->text), "%jx:%ju:%jd:%jd.%09ld:%jd.%09ld",
		 (uintmax_t)st.st_dev, (uintmax_t)st.st_ino, (intmax_t)st.st_size,
		 (intmax_t)st.st_mtim.tv_sec, st.st_mtim.tv_nsec, (intmax_t)st.st_ctim.tv_sec,
		 st.st_ctim.tv_nsec);
}

static int read_known(int store, const char *digest, struct par_buf *ret)
{
	autofree char *path = par_strdup_printf("%s/" KNOWN, digest);
	autofd int fd = path ? openat(store, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC) : -1;

	return fd < 0 ? -ENOENT : par_fs_read_fd(fd, KNOWN_MAX, ret);
}

static bool has_line(const struct par_buf *text, const char *line)
{
	const size_t n = strlen(line);

	for (const char *p = text->data; p && *p;) {
		const char *end = strchrnul(p, '\n');

		if ((size_t)(end - p) == n && memcmp(p, line, n) == 0)
			return true;
		p = *end ? end + 1 : end;
	}
	return false;
}

bool wpar_known_find(int store, const struct wpar_known_file *file, char ret[65])
{
	int copy = openat(store, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy >= 0 ? fdopendir(copy) : NULL;
	struct dirent *e;
	bool found = false;

	while (dir && *file->text && !found && (e = readdir(dir))) {
		auto_buf text = { 0 };

		if (strlen(e->d_name) != 64 || read_known(store, e->d_name, &text) < 0)
			continue;
		found = has_line(&text, file->text);
		if (found)
			memcpy(ret, e->d_name, 65);
	}
	if (dir)
		closedir(dir);
	return found;
}

/* The newest lines, this one last. */
static int write_known(int store, const char *digest, const char *line)
{
	autofree char *path = par_strdup_printf("%s/" KNOWN, digest);
	auto_buf old = { 0 }, new = { 0 };
	auto_strv lines = { 0 };
	size_t first;

	if (!path)
		return -ENOMEM;
	if (read_known(store, digest, &old) == 0 && old.data &&
	    par_strv_split(&lines, old.data, '\n') < 0)
		return -ENOMEM;
	first = lines.n > LINES_MAX ? lines.n - LINES_MAX : 0;
	for (size_t i = first; i < lines.n; i++) {
		if (*lines.v[i] && strcmp(lines.v[i], line) != 0)
			par_buf_printf(&new, "%s\n", lines.v[i]);
	}
	if (par_buf_printf(&new, "%s\n", line) < 0)
		return -ENOMEM;
	return par_fs_replace_volatile(store, path, new.data, new.len, 0600);
}

void wpar_known_note(int store, const char *digest, const char *path, const int *input,
		     const struct wpar_known_file *before)
{
	struct wpar_known_file now;

	wpar_known_get(path, input, &now);
	if (*before->text && strcmp(now.text, before->text) == 0)
		write_known(store, digest, now.text); /* ignoring: it saves time only */
}
