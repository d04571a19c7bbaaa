/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and writing whole small files of /proc and /sys. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "init.h"

/*
 * init_read - the first bytes of a file as a string, without a newline at its end
 * @size	of @buf; what does not fit is cut
 *
 * Returns its length, or negative errno with an empty string.
 */
int init_read(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	buf[0] = '\0';
	if (fd < 0)
		return -errno;
	len = read(fd, buf, size - 1);
	if (len < 0)
		len = -errno;
	close(fd);
	if (len < 0)
		return (int)len;
	while (len > 0 && buf[len - 1] == '\n')
		len--;
	buf[len] = '\0';
	return (int)len;
}

/* init_write - write @text to an existing file in one call; negative errno on failure */
int init_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	int result = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		result = -errno;
	close(fd);
	return result;
}

/* init_read_config - parse /proc/cmdline, which has to be mounted */
int init_read_config(struct init_config *config)
{
	char line[4096];
	int len = init_read("/proc/cmdline", line, sizeof(line));

	init_config_parse(line, config);
	return len < 0 ? len : 0;
}
