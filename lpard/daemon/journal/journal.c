/* SPDX-License-Identifier: Apache-2.0 */
/* The journal's file: see journal.h. */
#include "lpard/daemon/journal/journal.h"

#include "lpard/common/aside.h"
#include "lpard/common/fs.h"
#include "lpard/common/json.h"
#include "lpard/common/log.h"
#include "lpard/common/now.h"
#include "lpard/common/text.h"
#include "lpard/daemon/journal/begun.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define TEXT_MAX 1500 /* bytes of each text of an entry */
/* A viewer must not push the changes of others out of the journal by calls that are refused. */
#define REFUSED_MAX	  60
#define REFUSED_WINDOW_MS (3600 * 1000ull)

struct lpar_journal {
	char *path; /* NULL: in memory */
	uint64_t max_bytes;
	int fd[2];		  /* the file before, -1: none; the file now */
	size_t size;		  /* of the file now */
	struct lpar_begun *begun; /* NULL: in memory */
	struct lpar_events *events;
	struct lpar_subscription *subscription;
	bool failing; /* the last write failed, and that was logged */
	unsigned int refused;
	uint64_t refused_since;
};

static int put_text(struct json_object *o, const char *key, const char *text)
{
	autofree char *clean = text && *text ? strdup(text) : NULL;

	if (!text || !*text)
		return 0;
	par_text_clean(clean, TEXT_MAX, PAR_TEXT_LINE);
	return clean ? par_json_put_string(o, key, clean) : -ENOMEM;
}

static int put_number(struct json_object *o, const char *key, uint64_t n)
{
	return par_json_put(o, key, json_object_new_int64((int64_t)n));
}

static struct json_object *event_json(const struct lpar_event *e)
{
	auto_json o = json_object_new_object();

	if (put_number(o, "time_ms", e->time_ms) < 0 || put_number(o, "uid", e->uid) < 0 ||
	    put_text(o, "user", e->user) < 0 || put_number(o, "pid", (uint64_t)e->pid) < 0 ||
	    put_text(o, "operation", e->operation) < 0 || put_text(o, "system", e->system) < 0 ||
	    put_text(o, "lpar", e->lpar) < 0 ||
	    (e->lpar_id && put_number(o, "lpar_id", e->lpar_id) < 0) ||
	    (e->job && put_number(o, "job", e->job) < 0) || put_text(o, "result", e->result) < 0 ||
	    put_text(o, "text", e->text) < 0 || put_text(o, "command", e->command) < 0 ||
	    put_text(o, "detail", e->detail) < 0 || put_number(o, "took_ms", e->took_ms) < 0)
		return NULL;
	return take_ptr(o);
}

/* A file without a name, where there can be none with one. */
static int open_memory(void)
{
	return memfd_create("lpard-journal", MFD_CLOEXEC);
}

/* A line that was cut (by a power failure) ends here, and is skipped by readers. */
static void end_last_line(int fd, off_t size)
{
	char last = '\n';

	if (size > 0 && pread(fd, &last, 1, size - 1) == 1 && last != '\n')
		(void)!write(fd, "\n", 1);
}

/* The current file; its size in *ret_size. */
static int open_current(struct lpar_journal *j, size_t *ret_size)
{
	struct stat st;
	int fd = -1;

	if (j->path)
		fd = open(j->path,
			  O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY |
				  O_NONBLOCK,
			  0640);
	else
		fd = open_memory();
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return -EINVAL;
	}
	end_last_line(fd, st.st_size);
	*ret_size = (size_t)st.st_size;
	return fd;
}

static void open_before(struct lpar_journal *j)
{
	autofree char *old = par_aside_path(j->path);

	if (old)
		j->fd[0] = open(old, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
}

static void rotate_journal(struct lpar_journal *j)
{
	size_t size = 0;
	int fd;

	if (j->path && par_put_aside(j->path) < 0)
		return; /* go on in the file that there is */
	fd = open_current(j, &size);
	if (fd < 0)
		return;
	if (j->fd[0] >= 0)
		close(j->fd[0]);
	j->fd[0] = j->fd[1];
	j->fd[1] = fd;
	j->size = size;
}

static void write_entry(struct lpar_journal *j, const char *line, size_t len)
{
	ssize_t n;

	if (j->size > 0 && j->size + len > j->max_bytes)
		rotate_journal(j);
	n = write(j->fd[1], line, len);
	if (n == (ssize_t)len) {
		j->size += len;
		j->failing = false;
		return;
	}
	/* Half a line would swallow the next one. */
	if (n > 0 && ftruncate(j->fd[1], (off_t)j->size) < 0)
		j->size += (size_t)n;
	if (!j->failing)
		par_log(PAR_LOG_ERR, "the journal \"%s\" cannot be written: %s",
			j->path ? j->path : "in memory", n < 0 ? strerror(errno) : "disk full");
	j->failing = true;
}

/* Calls that are refused count for no more than some in an hour. */
static bool too_many_refused(struct lpar_journal *j, const struct lpar_event *e)
{
	if (!par_streq(e->result, par_error_name(PAR_E_NOT_PERMITTED)))
		return false;
	if (e->time_ms - j->refused_since > REFUSED_WINDOW_MS) {
		j->refused_since = e->time_ms;
		j->refused = 0;
	}
	return ++j->refused > REFUSED_MAX;
}

static void keep_entry(struct lpar_journal *j, struct json_object *o)
{
	auto_buf line = { 0 };
	const char *text;

	text = o ? json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
							     JSON_C_TO_STRING_NOSLASHESCAPE)
		 : NULL;
	if (!text || par_buf_puts(&line, text) < 0 || par_buf_putc(&line, '\n') < 0) {
		par_log(PAR_LOG_ERR, "an entry of the journal is lost: out of memory");
		return;
	}
	write_entry(j, line.data, line.len);
}

static void keep_event(const struct lpar_event *event, void *user)
{
	struct lpar_journal *j = user;
	auto_json o = NULL;

	if (event->type == LPAR_EVENT_JOB_STARTED && j->begun) {
		o = event_json(event);
		if (o)
			lpar_begun_add(j->begun, event->job, o);
		return;
	}
	if (event->type != LPAR_EVENT_AUDIT)
		return;
	if (!too_many_refused(j, event)) {
		o = event_json(event);
		keep_entry(j, o);
	}
	if (event->job && j->begun)
		lpar_begun_ended(j->begun, event->job);
}

/* A job that the lpard before this one did not end.  Its line has the time at which that is seen.
 */
static void keep_interrupted(struct json_object *entry, void *user)
{
	struct lpar_journal *j = user;

	json_object_object_del(entry, "took_ms");
	if (put_number(entry, "time_ms", par_wall_ms()) < 0 ||
	    put_text(entry, "result", LPAR_JOURNAL_INTERRUPTED) < 0 ||
	    put_text(entry, "text",
		     "lpard ended before this had: see what there is, and retry it") < 0)
		return;
	par_log(PAR_LOG_NOTICE, "interrupted: %s",
		json_object_to_json_string_ext(entry, JSON_C_TO_STRING_PLAIN));
	keep_entry(j, entry);
}

static void make_folder(const char *path)
{
	autofree char *folder = strdup(path);
	char *slash = folder ? strrchr(folder, '/') : NULL;

	if (!slash || slash == folder)
		return;
	*slash = '\0';
	(void)mkdir(folder, 0755); /* opening the file says what is wrong */
}

static int open_journal(struct lpar_journal *j, const char *path, struct par_error **err)
{
	if (path) {
		make_folder(path);
		j->path = strdup(path);
		if (!j->path)
			return par_oom(err);
		j->fd[1] = open_current(j, &j->size);
		if (j->fd[1] >= 0) {
			open_before(j);
			return lpar_begun_new(path, keep_interrupted, j, &j->begun, err);
		}
		par_log(PAR_LOG_WARNING,
			"the journal \"%s\" cannot be used, it is kept in memory: %s", path,
			strerror(-j->fd[1]));
		free(j->path);
		j->path = NULL;
	}
	j->fd[1] = open_current(j, &j->size);
	return j->fd[1] < 0 ? par_fail(err, PAR_E_SYSTEM, -j->fd[1], "could not make a journal")
			    : 0;
}

int lpar_journal_new(const char *path, uint64_t max_bytes, struct lpar_events *events,
		     struct lpar_journal **ret, struct par_error **err)
{
	struct lpar_journal *j = calloc(1, sizeof(*j));
	int r;

	if (!j)
		return par_oom(err);
	*j = (struct lpar_journal){ .max_bytes = max_bytes, .fd = { -1, -1 }, .events = events };
	r = open_journal(j, path, err);
	if (r == 0) {
		j->subscription =
			lpar_events_subscribe(events, LPAR_EVENT_RANK_OTHERS, keep_event, j);
		if (!j->subscription)
			r = par_oom(err);
	}
	if (r < 0) {
		lpar_journal_free(&j);
		return r;
	}
	*ret = j;
	return 0;
}

void lpar_journal_free(struct lpar_journal **journal)
{
	struct lpar_journal *j = *journal;

	if (!j)
		return;
	lpar_events_unsubscribe(j->events, &j->subscription);
	lpar_begun_free(&j->begun);
	for (int i = 0; i < 2; i++) {
		if (j->fd[i] >= 0)
			close(j->fd[i]);
	}
	free(j->path);
	free(j);
	*journal = NULL;
}

const char *lpar_journal_path(const struct lpar_journal *j)
{
	return j->path;
}

void lpar_journal_look(const struct lpar_journal *j, struct lpar_journal_view *ret)
{
	struct stat st;

	*ret = (struct lpar_journal_view){ .fd = { -1, -1 } };
	for (int i = 0; i < 2; i++) {
		if (j->fd[i] < 0 || fstat(j->fd[i], &st) < 0)
			continue;
		ret->fd[i] = fcntl(j->fd[i], F_DUPFD_CLOEXEC, 3);
		ret->size[i] = (size_t)st.st_size;
	}
}
