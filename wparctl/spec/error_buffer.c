/* SPDX-License-Identifier: Apache-2.0 */
/* See error_buffer.h. */
#include "wparctl/spec/error_buffer.h"

#include "lpard/common/fs.h"
#include "lpard/common/text.h"
#include "wparctl/spec/spec.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#define FOLDER WPAR_RUN_DIR "/.errors"

/* The file, locked until it is closed. */
static int buffer_open(const char *name, struct par_error **err)
{
	autofree char *folder = wpar_path(FOLDER);
	autofree char *path = wpar_path(FOLDER "/%s", name);
	autofd int fd = -1;
	int r;

	if (!folder || !path)
		return par_oom(err);
	r = par_fs_mkdirs(folder, 0700);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "'%s' cannot be made", folder);
	fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || flock(fd, LOCK_EX) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "'%s' cannot be opened", path);
	return take_fd(&fd);
}

int wpar_error_buffer_add(const char *name, const char *message, struct par_error **err)
{
	autofd int fd = buffer_open(name, err);
	auto_buf line = { 0 };
	struct stat st;
	int r;

	if (fd < 0)
		return fd;
	par_buf_puts(&line, message);
	if (line.failed)
		return par_oom(err);
	if (line.data)
		par_text_clean(line.data, line.len + 4, PAR_TEXT_LINE);
	line.len = line.data ? strlen(line.data) : 0;
	if (par_buf_putc(&line, '\n') < 0)
		return par_oom(err);
	if (fstat(fd, &st) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "the messages of '%s' cannot be read",
				name);
	if ((uint64_t)st.st_size + line.len > WPAR_ERROR_BUFFER)
		return par_fail(err, PAR_E_NO_SPACE, 0,
				"The buffer of workload partition %s has %d bytes and is full; "
				"wparprnterr empties it.",
				name, WPAR_ERROR_BUFFER);
	r = par_fs_write_all(fd, line.data, line.len);
	if (r == 0)
		return 0;
	/* Nothing half: what did not get in whole is taken out. */
	if (ftruncate(fd, st.st_size) < 0)
		par_fail(err, PAR_E_SYSTEM, errno, "the message could not be taken back");
	return par_fail(err, PAR_E_SYSTEM, r, "the message cannot be written");
}

int wpar_error_buffer_take(const char *name, struct par_buf *ret, struct par_error **err)
{
	autofd int fd = buffer_open(name, err);
	int r;

	if (fd < 0)
		return fd;
	r = par_fs_read_fd(fd, WPAR_ERROR_BUFFER, ret);
	if (r < 0 || ftruncate(fd, 0) < 0)
		return par_fail(err, PAR_E_SYSTEM, r < 0 ? r : errno,
				"the messages of '%s' cannot be read", name);
	return 0;
}

void wpar_error_buffer_remove(const char *name)
{
	autofree char *path = wpar_path(FOLDER "/%s", name);

	if (path)
		unlink(path);
}

void wpar_error_buffer_rename(const char *name, const char *new_name)
{
	autofree char *from = wpar_path(FOLDER "/%s", name);
	autofree char *to = wpar_path(FOLDER "/%s", new_name);

	if (from && to && rename(from, to) < 0)
		wpar_error_buffer_remove(new_name); /* there was none, so that one has none */
}

static int fail_format(const char *format, const char *why, struct par_error **err)
{
	return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "the format '%s' %s", format, why);
}

/* One conversion of a number, given as text. */
static int put_number(char conversion, const char *text, struct par_buf *b)
{
	char *end;
	long long n;

	errno = 0;
	n = strtoll(text, &end, 0);
	if (errno || end == text || *end)
		return -EINVAL;
	switch (conversion) {
	case 'x':
		return par_buf_printf(b, "%llx", (unsigned long long)n);
	case 'X':
		return par_buf_printf(b, "%llX", (unsigned long long)n);
	case 'o':
		return par_buf_printf(b, "%llo", (unsigned long long)n);
	case 'u':
		return par_buf_printf(b, "%llu", (unsigned long long)n);
	default:
		return par_buf_printf(b, "%lld", n);
	}
}

/* "3$" of "%3$s": which argument; otherwise the next one */
static size_t which_argument(const char **at, size_t *next)
{
	size_t digits = strspn(*at, "0123456789");
	unsigned long n;

	if (!digits || (*at)[digits] != '$')
		return (*next)++;
	n = strtoul(*at, NULL, 10);
	*at += digits + 1;
	return n ? (size_t)n - 1 : SIZE_MAX;
}

int wpar_error_format(const char *format, char *const *args, size_t n, struct par_buf *ret,
		      struct par_error **err)
{
	size_t next = 0;

	for (const char *at = format; *at; at++) {
		size_t i;
		int r;

		if (*at != '%') {
			par_buf_putc(ret, *at);
			continue;
		}
		if (*++at == '%') {
			par_buf_putc(ret, '%');
			continue;
		}
		i = which_argument(&at, &next);
		at += strspn(at, "hlzj");
		if (!*at || !strchr("scdiuxXo", *at))
			return fail_format(format, "has more than %s, %d and the like", err);
		if (i >= n)
			return fail_format(format, "needs more arguments", err);
		r = *at == 's'	 ? par_buf_puts(ret, args[i])
		    : *at == 'c' ? par_buf_put(ret, args[i], strnlen(args[i], 1))
				 : put_number(*at, args[i], ret);
		if (r == -EINVAL)
			return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "'%s' is no number",
					args[i]);
	}
	return ret->failed ? par_oom(err) : 0;
}
