/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of WPARs in /etc/fstab: see fstab.h. */
#include "wparctl/filesystem/fstab.h"

#include "lpard/common/fs.h"

#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#define FSTAB	   "/etc/fstab"
#define FSTAB_MOST (1 << 20)
#define TYPE	   "wpar" /* mount(8) runs mount.wpar */

static void put_field(struct par_buf *out, const char *s)
{
	for (; *s; s++) {
		if (*s == ' ' || *s == '\t' || *s == '\n' || *s == '\\' || *s == '#')
			par_buf_printf(out, "\\%03o", (unsigned char)*s);
		else
			par_buf_printf(out, "%c", *s);
	}
}

static bool is_line_of(const char *line, const char *name)
{
	autofree char *mark = par_strdup_printf("x-wpar=%s", name);
	char type[16], options[2048];

	return mark && sscanf(line, "%*s %*s %15s %2047s", type, options) == 2 &&
	       strcmp(type, TYPE) == 0 && wpar_mount_has_option(options, mark);
}

static int put_line(struct par_buf *out, const struct wpar_spec *s, const struct wpar_mount *m)
{
	autofree char *base = wpar_path("%s", s->directory);
	autofree char *image = base ? wpar_volume_path(base, m) : NULL;

	if (!image)
		return -ENOMEM;
	if (out->len > 0 && out->data[out->len - 1] != '\n')
		par_buf_puts(out, "\n");
	put_field(out, image);
	par_buf_puts(out, "\t");
	put_field(out, base);
	put_field(out, m->directory);
	par_buf_printf(out, "\t" TYPE "\tnoauto,%s,x-wpar=%s\t0\t0\n",
		       wpar_mount_has_option(m->options, "ro") ? "ro" : "rw", s->name);
	return 0;
}

int wpar_fstab_text(const char *text, const char *name, const struct wpar_spec *s,
		    struct par_buf *out)
{
	for (const char *l = text; *l;) {
		size_t n = strcspn(l, "\n");
		autofree char *line = strndup(l, n);

		if (!line)
			return -ENOMEM;
		if (!is_line_of(line, name))
			par_buf_printf(out, "%s%s", line, l[n] ? "\n" : "");
		l += n + (l[n] == '\n');
	}
	for (size_t i = 0; s && i < s->n_mounts; i++) {
		int r = wpar_mount_is_volume(&s->mounts[i]) ? put_line(out, s, &s->mounts[i]) : 0;

		if (r < 0)
			return r;
	}
	return out->failed ? -ENOMEM : 0;
}

/* Of two commands at once each would undo the other's line. */
static int lock_fstab(void)
{
	autofree char *folder = wpar_path(WPAR_RUN_DIR), *path = wpar_path(WPAR_RUN_DIR "/.fstab");
	int fd;

	if (!folder || !path || par_fs_mkdirs(folder, 0755) < 0)
		return -ENOMEM;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	while (flock(fd, LOCK_EX) < 0 && errno == EINTR)
		;
	return fd;
}

/* @write: false: is there anything to change?  1: there is */
static int update(const char *path, const char *name, const struct wpar_spec *s, bool write)
{
	auto_buf old = { 0 }, new = { 0 };
	struct stat st = { .st_mode = 0644 };
	int r = par_fs_read(path, FSTAB_MOST, &old);

	if (r < 0 && r != -ENOENT)
		return r;
	if (r == 0 && stat(path, &st) < 0)
		return -errno;
	r = wpar_fstab_text(old.data ? old.data : "", name, s, &new);
	if (r < 0)
		return r;
	if (par_streq(old.data ? old.data : "", new.data ? new.data : ""))
		return 0;
	if (!write)
		return 1;
	return par_fs_replace(AT_FDCWD, path, new.data ? new.data : "", new.len, st.st_mode & 0777);
}

int wpar_fstab_update(const char *name, const struct wpar_spec *s, struct par_error **err)
{
	autofree char *path = wpar_path(FSTAB);
	int r = path ? update(path, name, s, false) : -ENOMEM;

	/* Few WPARs have such file systems: what changes nothing leaves no lock. */
	if (r > 0) {
		autofd int lock = lock_fstab();

		r = lock < 0 ? lock : update(path, name, s, true);
	}
	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r, "'%s' cannot be changed", path) : 0;
}
