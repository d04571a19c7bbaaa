/* SPDX-License-Identifier: Apache-2.0 */
/* The logs of migwpar: see migrate_log.h. */
#include "wparctl/operations/migrate_log.h"

#include "lpard/common/bounded_log.h"
#include "lpard/common/fs.h"
#include "wparctl/filesystem/own_files.h"

#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define FOLDER	   "var/adm/ras"
#define LOG	   "/" FOLDER "/migwpar.log"
#define LOG_MAX	   (512 * 1024)
#define INSIDE	   "devinst.log"
#define INSIDE_MAX (64 * 1024) /* its root's files count for the WPAR's own size */

static void put_both(struct wpar_migrate_log *l, const char *data, size_t len)
{
	autofree char *path = wpar_path(LOG);
	autofree char *clean = malloc(len);

	if (!path || !clean)
		return;
	for (size_t i = 0; i < len; i++)
		clean[i] = (data[i] < ' ' || data[i] > '~') && data[i] != '\n' ? '?' : data[i];
	par_bounded_log_append(path, LOG_MAX, clean, len);
	if (l->text.len + len < INSIDE_MAX)
		par_buf_put(&l->text, clean, len);
}

static ssize_t write_both(void *cookie, const char *data, size_t len)
{
	struct wpar_migrate_log *l = cookie;

	put_both(l, data, len);
	fwrite(data, 1, len, l->out);
	fflush(l->out);
	return (ssize_t)len;
}

FILE *wpar_migrate_log_open(struct wpar_migrate_log *l)
{
	FILE *f = fopencookie(l, "w", (cookie_io_functions_t){ .write = write_both });

	if (f)
		setvbuf(f, NULL, _IOLBF, 0);
	return f;
}

void wpar_migrate_log_begin(struct wpar_migrate_log *l, const char *name)
{
	char line[WPAR_NAME_MAX + 80], when[PAR_UTC_SIZE];

	par_buf_clear(&l->text);
	par_utc_text(time(NULL), when);
	snprintf(line, sizeof(line), "---- %s %s\n", when, name);
	put_both(l, line, strlen(line));
}

void wpar_migrate_log_error(struct wpar_migrate_log *l, const char *text)
{
	autofree char *line = par_strdup_printf("migwpar: %s\n", text);

	if (line)
		put_both(l, line, strlen(line));
}

/* The folder in the file system that it lies in, made where it is missing; what leads elsewhere is
 * left alone. */
static int open_folder(const struct wpar_own_files *files)
{
	const char *rest;
	const struct wpar_own_part *part = wpar_own_files_part(files, FOLDER, &rest);
	autofree char *path = part && part->top >= 0 ? par_strdup_printf("/%s", rest) : NULL;
	int r = path ? par_fs_mkdirs_plain(part->top, path) : -ENOENT;

	return r < 0 && r != -EEXIST
		       ? r
		       : par_fs_open_plain(part->top, path, O_RDONLY | O_DIRECTORY, 0);
}

/* A plain file of one name, or none: the WPAR's root may have put anything there. */
static int open_inside(int folder)
{
	const int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
	autofd int fd = openat(folder, INSIDE, flags, 0640);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_nlink != 1)
		return -EINVAL;
	return take_fd(&fd);
}

/* A full one is put aside. */
static void make_room(int folder, size_t len)
{
	struct stat st;

	if (fstatat(folder, INSIDE, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
	    (size_t)st.st_size + len > INSIDE_MAX)
		renameat(folder, INSIDE, folder, INSIDE ".1");
}

void wpar_migrate_log_inside(const struct wpar_migrate_log *l, const struct wpar_spec *s)
{
	auto_own_files files = { 0 };
	autofd int folder = -1, fd = -1;

	if (!l->text.len || wpar_own_files_open(s, &files, NULL) < 0)
		return;
	folder = open_folder(&files);
	if (folder < 0)
		return;
	make_room(folder, l->text.len);
	fd = open_inside(folder);
	if (fd >= 0)
		par_fs_write_all(fd, l->text.data, l->text.len);
}
