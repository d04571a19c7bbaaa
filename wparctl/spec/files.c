/* SPDX-License-Identifier: Apache-2.0 */
/* Specifications on disk: /etc/wpars/NAME.cf, and any file that mkwpar -f and -o name. */
#include "lpard/common/fs.h"
#include "lpard/common/nearest.h"
#include "lpard/common/text.h"
#include "wparctl/spec/keys.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_TEXT (1 << 20)

char *wpar_path(const char *fmt, ...)
{
	const char *root = getenv("WPARS_ROOT");
	autofree char *path = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&path, fmt, ap);
	va_end(ap);
	if (n < 0) {
		path = NULL;
		return NULL;
	}
	return par_strdup_printf("%s%s", root ? root : "", path);
}

int wpar_config_read(const char *path, size_t max, struct par_buf *ret, struct par_error **err)
{
	int r = par_fs_read_own(path, max, ret);

	if (r >= 0 || r == -ENOENT)
		return r;
	if (r == -EPERM || r == -ELOOP || r == -EINVAL)
		return par_fail(
			err, PAR_E_NOT_PERMITTED, 0,
			"'%s' must be a plain file of root's to which nobody else may write "
			"(chown root, chmod 644)",
			path);
	return par_fail(err, PAR_E_SYSTEM, r, "'%s' cannot be read", path);
}

int wpar_spec_read_file(const char *path, struct wpar_spec *ret, struct par_error **err)
{
	auto_buf text = { 0 };
	int r = par_fs_read(path, MAX_TEXT, &text);

	*ret = (struct wpar_spec){ 0 };
	if (r == -EINVAL)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "'%s' is no regular file", path);
	if (r == -EFBIG)
		return par_fail(err, PAR_E_TOO_LARGE, 0, "'%s' is larger than 1 MiB", path);
	if (r == -ENOENT)
		return par_fail(err, PAR_E_NOT_FOUND, 0, "there is no file '%s'", path);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, -r, "could not open '%s'", path);
	r = wpar_spec_parse(text.data ? text.data : "", text.len, ret, err);
	if (r < 0)
		par_error_wrap(err, "%s", path);
	return r;
}

/* A name in /etc is to be there after a power failure; those in /run end with the machine. */
static int replace_file(const char *path, const struct par_buf *b, bool lasting,
			struct par_error **err)
{
	int r = lasting ? par_fs_replace(AT_FDCWD, path, b->data, b->len, 0644)
			: par_fs_replace_volatile(AT_FDCWD, path, b->data, b->len, 0644);

	if (r == -ENOSPC)
		return par_fail(err, PAR_E_NO_SPACE, 0, "could not write '%s': %s", path,
				strerror(ENOSPC));
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, -r, "could not write '%s'", path);
	if (lasting)
		par_fs_sync_folder_of(path);
	return 0;
}

static int write_into(const char *path, const struct par_buf *b, struct par_error **err)
{
	autofd int fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
	int r = fd < 0 ? -errno : par_fs_write_all(fd, b->data, b->len);

	return r < 0 ? par_fail(err, PAR_E_SYSTEM, -r, "could not write '%s'", path) : 0;
}

int wpar_spec_write_file(const struct wpar_spec *s, const char *path, struct par_error **err)
{
	auto_buf text = { 0 };
	struct stat st;
	int r = wpar_spec_write(s, &text, err);

	if (r < 0)
		return r;
	/* A device or a pipe, also by a link to one (/dev/stdout), stays what it is. */
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		return write_into(path, &text, err);
	return replace_file(path, &text, true, err);
}

int wpar_spec_copy(const struct wpar_spec *s, struct wpar_spec *ret, struct par_error **err)
{
	auto_buf text = { 0 };
	int r = wpar_spec_write(s, &text, err);

	if (r < 0)
		return r;
	return wpar_spec_parse(text.data, text.len, ret, err);
}

/* An application WPAR ends with the machine that runs it, and so does its file. */
const char *wpar_spec_folder(enum wpar_type type)
{
	return type == WPAR_SYSTEM ? WPAR_CONFIG_DIR : WPAR_RUN_DIR;
}

static char *cf_path(const char *name, enum wpar_type type)
{
	return wpar_path("%s/%s.cf", wpar_spec_folder(type), name);
}

bool wpar_spec_is_there(const char *name)
{
	autofree char *path = cf_path(name, WPAR_SYSTEM);

	return !path || access(path, F_OK) == 0 || errno != ENOENT;
}

/* Is what was read the specification of that WPAR, and whole? */
static int check_read(const struct wpar_spec *s, const char *name, enum wpar_type type,
		      struct par_error **err)
{
	int r = wpar_spec_check(s, err);

	if (r < 0)
		return r;
	if (!par_streq(s->name, name) || s->type != type)
		return par_fail(err, PAR_E_CORRUPT, 0, "it is not the specification of %s", name);
	return 0;
}

static int read_of_type(const char *name, enum wpar_type type, struct wpar_spec *ret,
			struct par_error **err)
{
	autofree char *path = cf_path(name, type);
	int r;

	if (!path)
		return par_oom(err);
	r = wpar_spec_read_file(path, ret, err);
	if (r < 0)
		return r;
	r = check_read(ret, name, type, err);
	if (r < 0) {
		par_error_wrap(err, "%s", path);
		wpar_spec_done(ret);
	}
	return r;
}

static int list_folder(DIR *dir, struct par_strv *ret)
{
	struct dirent *e;

	while ((e = readdir(dir))) {
		size_t len = strlen(e->d_name);
		autofree char *name = NULL;

		if (len <= 3 || strcmp(e->d_name + len - 3, ".cf") != 0)
			continue;
		name = strndup(e->d_name, len - 3);
		if (!name)
			return -ENOMEM;
		if (wpar_name_check(name, NULL) == 0 && par_strv_add(ret, name) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int list_type(enum wpar_type type, struct par_strv *ret, struct par_error **err)
{
	autofree char *folder = wpar_path("%s", wpar_spec_folder(type));
	DIR *dir = folder ? opendir(folder) : NULL;
	int r;

	if (!dir && folder && errno == ENOENT)
		return 0;
	if (!dir)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not read '%s'",
				folder ? folder : wpar_spec_folder(type));
	r = list_folder(dir, ret);
	closedir(dir);
	return r < 0 ? par_oom(err) : 0;
}

int wpar_spec_list(struct par_strv *ret, struct par_error **err)
{
	auto_strv names = { 0 };
	int r;

	*ret = (struct par_strv){ 0 };
	r = list_type(WPAR_SYSTEM, &names, err);
	if (r < 0)
		return r;
	r = list_type(WPAR_APPLICATION, &names, err);
	if (r < 0)
		return r;
	par_strv_sort(&names);
	*ret = names;
	names = (struct par_strv){ 0 };
	return 0;
}

static int fail_unknown(const char *name, struct par_error **err)
{
	autofree char *shown = strdup(name);
	struct par_nearest guess = { .word = name };
	auto_strv names = { 0 };

	if (!shown)
		return par_oom(err);
	wpar_spec_list(&names, NULL); /* ignoring: there is no guess then */
	for (size_t i = 0; i < names.n; i++)
		par_nearest_try(&guess, names.v[i]);
	par_text_clean(shown, 64, PAR_TEXT_LINE);
	return par_fail(err, PAR_E_NOT_FOUND, 0,
			"0960-419 Could not find a workload partition called %s.%s%s%s", shown,
			guess.best ? " Did you mean " : "", guess.best ? guess.best : "",
			guess.best ? "?" : "");
}

int wpar_spec_find(const char *name, struct wpar_spec *ret, struct par_error **err)
{
	auto_error why = NULL;
	int r;

	*ret = (struct wpar_spec){ 0 };
	/* No WPAR can have a name that is not valid, so the answer to scripts is the same. */
	if (wpar_name_check(name, NULL) < 0)
		return 0;
	r = read_of_type(name, WPAR_SYSTEM, ret, &why);
	if (r < 0 && why && why->id == PAR_E_NOT_FOUND)
		r = read_of_type(name, WPAR_APPLICATION, ret, &why);
	if (r == 0)
		return 1;
	if (why && why->id == PAR_E_NOT_FOUND)
		return 0;
	par_error_move(err, &why);
	return r;
}

int wpar_spec_load(const char *name, struct wpar_spec *ret, struct par_error **err)
{
	int r = wpar_spec_find(name, ret, err);

	if (r != 0)
		return r < 0 ? r : 0;
	return err ? fail_unknown(name, err) : -ENOENT;
}

int wpar_spec_save(const struct wpar_spec *s, struct par_error **err)
{
	autofree char *folder = wpar_path("%s", wpar_spec_folder(s->type));
	autofree char *path = NULL;
	auto_buf text = { 0 };
	int r = wpar_spec_check(s, err);

	if (r < 0)
		return r;
	r = wpar_spec_write(s, &text, err);
	if (r < 0)
		return r;
	path = cf_path(s->name, s->type);
	if (!folder || !path)
		return par_oom(err);
	r = par_fs_mkdirs(folder, 0755);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, -r, "could not create '%s'", folder);
	return replace_file(path, &text, s->type == WPAR_SYSTEM, err);
}

/*
 * One write, and blank lines up to the old length first, so that who reads meanwhile, or after a
 * kill, finds no part of the old text behind the new one.
 */
static int fill_over(int fd, struct par_buf *text)
{
	const size_t len = text->len;
	struct stat st = { 0 };
	int r;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	while (text->len < (size_t)st.st_size && !text->failed)
		par_buf_putc(text, '\n');
	if (text->failed)
		return -ENOMEM;
	r = par_fs_write_all(fd, text->data, text->len);
	if (r < 0)
		return r;
	return ftruncate(fd, (off_t)len) < 0 ? -errno : 0;
}

static int write_over(const char *path, struct par_buf *text, struct par_error **err)
{
	autofd int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	int r = fill_over(fd, text);

	return r < 0 ? par_fail(err, r == -ENOSPC ? PAR_E_NO_SPACE : PAR_E_SYSTEM, r,
				"could not write '%s'", path)
		     : 0;
}

int wpar_spec_update(const struct wpar_spec *s, struct par_error **err)
{
	autofree char *path = cf_path(s->name, s->type);
	auto_buf text = { 0 };
	int r;

	if (s->type == WPAR_SYSTEM)
		return wpar_spec_save(s, err);
	if (!path)
		return par_oom(err);
	r = wpar_spec_check(s, err);
	if (r < 0)
		return r;
	r = wpar_spec_write(s, &text, err);
	return r < 0 ? r : write_over(path, &text, err);
}

int wpar_spec_remove(const char *name, struct par_error **err)
{
	static const enum wpar_type types[] = { WPAR_APPLICATION, WPAR_SYSTEM };
	int r = wpar_name_check(name, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < PAR_ARRAY_SIZE(types); i++) {
		autofree char *path = cf_path(name, types[i]);

		if (!path)
			return par_oom(err);
		if (unlink(path) == 0) {
			if (types[i] == WPAR_SYSTEM)
				par_fs_sync_folder_of(path);
		} else if (errno != ENOENT && errno != ENOTDIR) {
			return par_fail(err, PAR_E_SYSTEM, errno, "could not remove '%s'", path);
		}
	}
	return 0;
}
