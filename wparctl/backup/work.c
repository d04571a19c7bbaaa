/* SPDX-License-Identifier: Apache-2.0 */
/* /tmp/wpardata/NAME: see info.h. */
#include "wparctl/backup/info.h"

#include "lpard/common/fs.h"
#include "wparctl/versioned/image_data.h"

#include <sys/stat.h>
#include <unistd.h>

static int open_folder(int above, const char *name, const char *shown, struct par_error **err)
{
	autofd int fd = -1;
	struct stat st;

	if (mkdirat(above, name, 0700) < 0 && errno != EEXIST)
		return par_fail(err, PAR_E_SYSTEM, errno, "'%s' cannot be made", shown);
	fd = openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0 || st.st_uid != geteuid() || (st.st_mode & 0022))
		return par_fail(err, PAR_E_NOT_PERMITTED, 0,
				"'%s' is not a folder of root's alone; remove it", shown);
	return take_fd(&fd);
}

int wpar_work_open(const char *name, struct par_error **err)
{
	autofree char *tmp = wpar_path("/tmp");
	autofree char *shown = par_strdup_printf("/tmp/wpardata/%s", name);
	autofd int top = tmp ? open(tmp, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	autofd int all = -1;

	if (!tmp || !shown)
		return par_oom(err);
	if (top < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "/tmp cannot be opened");
	all = open_folder(top, "wpardata", "/tmp/wpardata", err);
	return all < 0 ? all : open_folder(all, name, shown, err);
}

int wpar_work_read(int folder, const char *file, struct par_buf *ret, struct par_error **err)
{
	autofd int fd = openat(folder, file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int r = fd < 0 ? -errno : par_fs_read_fd(fd, WPAR_IMAGE_DATA_MAX, ret);

	if (r == -ENOENT)
		return 0;
	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r, "'%s' of /tmp/wpardata cannot be read", file)
		     : 1;
}

int wpar_work_write(int folder, const char *file, const struct par_buf *text,
		    struct par_error **err)
{
	int r = par_fs_replace_volatile(folder, file, text->data, text->len, 0600);

	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r, "'%s' cannot be written in /tmp/wpardata",
				file)
		     : 0;
}
