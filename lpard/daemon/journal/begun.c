/* SPDX-License-Identifier: Apache-2.0 */
/* The jobs under way: see begun.h. */
#include "lpard/daemon/journal/begun.h"

#include "lpard/common/json.h"
#include "lpard/common/log.h"
#include "lpard/daemon/journal/journal.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_MAX (1u << 20) /* of one that somebody else wrote */
#define JOBS_MAX 4096

struct lpar_begun {
	int fd;
	uint64_t jobs[JOBS_MAX]; /* under way, in the file */
	size_t n;
};

static uint64_t job_of(struct json_object *entry, const char *key)
{
	uint64_t job = 0;

	(void)par_json_u64(entry, key, false, INT64_MAX, &job, NULL);
	return job;
}

/* Is there a line behind @rest that says that the job has ended? */
static bool has_ended(const char *rest, uint64_t job)
{
	char end[48];

	snprintf(end, sizeof(end), "\n{\"ended\":%llu}\n", (unsigned long long)job);
	return strstr(rest, end) != NULL;
}

/* A half line, which a power failure may leave, is passed over. */
static void tell_interrupted(char *text, lpar_begun_fn fn, void *user)
{
	for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
		uint64_t time_ms;
		auto_json entry = lpar_journal_parse(line, (size_t)(end - line), &time_ms);
		uint64_t job = entry ? job_of(entry, "job") : 0;

		if (job && !has_ended(end, job))
			fn(entry, user);
	}
}

static int read_file(int fd, struct par_buf *b)
{
	char data[4096];
	ssize_t n;

	while ((n = read(fd, data, sizeof(data))) > 0 && b->len < FILE_MAX) {
		if (par_buf_put(b, data, (size_t)n) < 0)
			return -ENOMEM;
	}
	return n < 0 ? -errno : 0;
}

int lpar_begun_new(const char *journal_path, lpar_begun_fn fn, void *user, struct lpar_begun **ret,
		   struct par_error **err)
{
	autofree char *path = par_strdup_printf("%s.begun", journal_path);
	struct lpar_begun *b = calloc(1, sizeof(*b));
	auto_buf text = { 0 };
	struct stat st;

	if (!path || !b) {
		free(b);
		return par_oom(err);
	}
	b->fd = open(path,
		     O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK,
		     0640);
	*ret = b;
	if (b->fd >= 0 && (fstat(b->fd, &st) < 0 || !S_ISREG(st.st_mode))) {
		close(b->fd);
		b->fd = -1;
		errno = EINVAL;
	}
	if (b->fd < 0) {
		par_log(PAR_LOG_WARNING, "the file \"%s\" of what is under way cannot be used: %s",
			path, strerror(errno));
		return 0;
	}
	if (read_file(b->fd, &text) == 0 && text.data)
		tell_interrupted(text.data, fn, user);
	(void)!ftruncate(b->fd, 0);
	return 0;
}

void lpar_begun_free(struct lpar_begun **begun)
{
	struct lpar_begun *b = *begun;

	if (!b)
		return;
	if (b->fd >= 0)
		close(b->fd);
	free(b);
	*begun = NULL;
}

/* One write, so that no kill can leave half a line. */
static bool put_line(struct lpar_begun *b, const char *text)
{
	auto_buf line = { 0 };

	par_buf_printf(&line, "%s\n", text);
	return !line.failed && write(b->fd, line.data, line.len) == (ssize_t)line.len;
}

void lpar_begun_add(struct lpar_begun *b, uint64_t job, struct json_object *entry)
{
	const char *text = json_object_to_json_string_ext(
		entry, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);

	if (b->fd < 0 || b->n == JOBS_MAX || !text)
		return;
	/* A disk that is full costs the line of a job that is interrupted, and no job. */
	if (put_line(b, text))
		b->jobs[b->n++] = job;
}

void lpar_begun_ended(struct lpar_begun *b, uint64_t job)
{
	char line[48];
	size_t i = 0;

	while (i < b->n && b->jobs[i] != job)
		i++;
	if (i == b->n)
		return;
	b->jobs[i] = b->jobs[--b->n];
	snprintf(line, sizeof(line), "{\"ended\":%llu}", (unsigned long long)job);
	if (b->n > 0)
		(void)put_line(b, line);
	else
		(void)!ftruncate(b->fd, 0);
}
