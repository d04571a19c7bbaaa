/* SPDX-License-Identifier: Apache-2.0 */
/* How far the private root of a system WPAR has come: see root_mark.h. */
#include "wparctl/filesystem/root_mark.h"

#include "lpard/common/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define MARKS WPAR_STORE_DIR "/roots"

char *wpar_root_mark_path(const char *name)
{
	return wpar_path(MARKS "/%s", name);
}

int wpar_root_mark_write(const struct wpar_spec *s, const char *word, const char *made)
{
	autofree char *folder = wpar_path(MARKS);
	autofree char *path = wpar_root_mark_path(s->name);
	autofree char *text = par_strdup_printf("%s %s\n%s%s", word, s->directory, made ? made : "",
						made ? "\n" : "");
	int r;

	if (!folder || !path || !text)
		return -ENOMEM;
	r = par_fs_mkdirs(folder, 0700);
	if (r < 0)
		return r;
	/* A machine that fails before it is on the disk has made no directory either. */
	return strcmp(word, WPAR_MARK_BEGUN) == 0
		       ? par_fs_replace_volatile(AT_FDCWD, path, text, strlen(text), 0600)
		       : par_fs_replace(AT_FDCWD, path, text, strlen(text), 0600);
}

int wpar_root_mark_overwrite(const struct wpar_spec *s, const char *made)
{
	autofree char *path = wpar_root_mark_path(s->name);
	autofree char *text =
		par_strdup_printf("making %s\n%s%s", s->directory, made, *made ? "\n" : "");
	autofd int fd = path ? open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC) : -1;
	int r;

	if (!path || !text)
		return -ENOMEM;
	if (fd < 0)
		return -errno;
	r = par_fs_write_all(fd, text, strlen(text));
	if (r < 0)
		return r;
	return ftruncate(fd, (off_t)strlen(text)) < 0 || fsync(fd) < 0 ? -errno : 0;
}

int wpar_root_mark_read(const char *name, struct wpar_root_mark *ret)
{
	autofree char *path = wpar_root_mark_path(name);
	auto_buf b = { 0 };
	int n, r = path ? par_fs_read(path, 10000, &b) : -ENOMEM;

	*ret = (struct wpar_root_mark){ 0 };
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	n = sscanf(b.data, "%15s %4095[^\n]\n%4095[^\n]", ret->word, ret->directory, ret->made);
	return n >= 2;
}
