/* SPDX-License-Identifier: Apache-2.0 */
/* The log: see log.h. */
#include "lpard/common/log.h"
#include "lpard/common/aside.h"
#include "lpard/common/cleanup.h"
#include "lpard/common/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_BYTES 2048

static _Atomic int max_level = PAR_LOG_INFO;

/* The file that is stderr, if par_log_to() made it so. */
static struct {
	pthread_mutex_t lock;
	char path[PATH_MAX];
	uint64_t max_bytes;
} file = { .lock = PTHREAD_MUTEX_INITIALIZER };

void par_log_set_level(enum par_log_level max)
{
	max_level = (int)max;
}

static const char *level_name(enum par_log_level level)
{
	switch (level) {
	case PAR_LOG_ERR:
		return "error";
	case PAR_LOG_WARNING:
		return "warning";
	case PAR_LOG_NOTICE:
		return "notice";
	case PAR_LOG_INFO:
		return "info";
	case PAR_LOG_DEBUG:
		return "debug";
	}
	return "?";
}

/* systemd says which file is the journal; stderr may have become another one since. */
static bool is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char own[64];
	struct stat st;

	if (!stream || fstat(STDERR_FILENO, &st) < 0)
		return false;
	snprintf(own, sizeof(own), "%llu:%llu", (unsigned long long)st.st_dev,
		 (unsigned long long)st.st_ino);
	return strcmp(stream, own) == 0;
}

/* What stands before the text; its length. */
static size_t put_head(char *line, size_t size, enum par_log_level level)
{
	char date[32], zone[8];
	struct timespec now;
	struct tm tm;

	if (is_journal())
		return (size_t)snprintf(line, size, "<%d>", (int)level);
	clock_gettime(CLOCK_REALTIME, &now);
	localtime_r(&now.tv_sec, &tm);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
	strftime(zone, sizeof(zone), "%z", &tm);
	return (size_t)snprintf(line, size, "%s.%03ld%s %s ", date, now.tv_nsec / 1000000, zone,
				level_name(level));
}

/* With the lock. */
static int open_file(void)
{
	autofd int fd = open(file.path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);

	if (fd < 0 || dup2(fd, STDERR_FILENO) < 0)
		return -errno;
	return 0;
}

/* With the lock.  What cannot be renamed goes on growing, rather than be lost. */
static void rotate(void)
{
	struct stat st;

	if (file.max_bytes == 0 || fstat(STDERR_FILENO, &st) < 0 ||
	    (uint64_t)st.st_size < file.max_bytes)
		return;
	if (par_put_aside(file.path) == 0)
		(void)open_file();
}

int par_log_to(const char *path, uint64_t max_bytes)
{
	int r = -ENAMETOOLONG;

	pthread_mutex_lock(&file.lock);
	if (strlen(path) < sizeof(file.path)) {
		snprintf(file.path, sizeof(file.path), "%s", path);
		file.max_bytes = max_bytes;
		r = open_file();
	}
	if (r < 0)
		file.path[0] = '\0';
	pthread_mutex_unlock(&file.lock);
	return r;
}

void par_log_reopen(void)
{
	pthread_mutex_lock(&file.lock);
	if (file.path[0])
		(void)open_file();
	pthread_mutex_unlock(&file.lock);
}

void par_log(enum par_log_level level, const char *fmt, ...)
{
	char line[LINE_MAX_BYTES + 1];
	int saved = errno, n;
	size_t head, len;
	va_list ap;

	if ((int)level > max_level)
		return;
	head = put_head(line, sizeof(line), level);
	va_start(ap, fmt);
	n = vsnprintf(line + head, sizeof(line) - 1 - head, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	par_text_clean(line + head, sizeof(line) - 1 - head, PAR_TEXT_LINE);
	len = strlen(line);
	line[len++] = '\n';
	pthread_mutex_lock(&file.lock);
	if (file.path[0])
		rotate();
	/* One write per line: lines of several threads, and of libraries, do not mix. */
	(void)!write(STDERR_FILENO, line, len);
	pthread_mutex_unlock(&file.lock);
	errno = saved;
}
