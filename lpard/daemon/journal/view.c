/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the journal, the newest entry first: see journal.h. */
#include "lpard/daemon/journal/journal.h"

#include "lpard/common/json.h"

#include <string.h>

/* Nobody but root writes the file; still, no size of it may take all memory. */
#define VIEW_MAX (64u << 20)

void lpar_journal_view_done(struct lpar_journal_view *view)
{
	for (int i = 0; i < 2; i++) {
		if (view->fd[i] > 2)
			close(view->fd[i]);
	}
	*view = (struct lpar_journal_view){ .fd = { -1, -1 } };
}

struct json_object *lpar_journal_parse(const char *line, size_t len, uint64_t *ret_time_ms)
{
	auto_json o = NULL;

	if (par_json_parse(line, len, &o, NULL) < 0 || !json_object_is_type(o, json_type_object) ||
	    par_json_u64(o, "time_ms", true, INT64_MAX, ret_time_ms, NULL) < 0)
		return NULL;
	return take_ptr(o);
}

static int read_all(int fd, size_t size, struct par_buf *b, struct par_error **err)
{
	char data[65536];
	off_t at = size > VIEW_MAX ? (off_t)(size - VIEW_MAX) : 0;

	while ((size_t)at < size) {
		size_t want = size - (size_t)at < sizeof(data) ? size - (size_t)at : sizeof(data);
		ssize_t n = pread(fd, data, want, at);

		if (n < 0)
			return par_fail(err, PAR_E_SYSTEM, errno, "could not read the journal");
		if (n == 0)
			return 0;
		if (par_buf_put(b, data, (size_t)n) < 0)
			return par_oom(err);
		at += n;
	}
	return 0;
}

/* 1: an entry older than @from_ms was met, and all before it are older still. */
static int read_backwards(const struct par_buf *b, uint64_t from_ms, lpar_journal_fn fn, void *user)
{
	size_t end = b->len;

	while (end > 0) {
		const char *before = memrchr(b->data, '\n', end - 1);
		size_t begin = before ? (size_t)(before - b->data) + 1 : 0;
		size_t len = end - begin - (b->data[end - 1] == '\n');
		uint64_t time_ms = 0;
		auto_json entry = lpar_journal_parse(b->data + begin, len, &time_ms);
		int r = 0;

		end = begin;
		if (!entry)
			continue;
		if (time_ms < from_ms)
			return 1;
		r = fn(entry, user);
		if (r < 0)
			return r;
	}
	return 0;
}

int lpar_journal_read(const struct lpar_journal_view *view, uint64_t from_ms, lpar_journal_fn fn,
		      void *user, struct par_error **err)
{
	for (int i = 1; i >= 0; i--) {
		auto_buf b = { 0 };
		int r = 0;

		if (view->fd[i] <= 2)
			continue;
		r = read_all(view->fd[i], view->size[i], &b, err);
		if (r < 0)
			return r;
		r = read_backwards(&b, from_ms, fn, user);
		if (r < 0)
			return err && *err ? r : par_fail(err, PAR_E_SYSTEM, -r, "the journal");
		if (r > 0)
			return 0;
	}
	return 0;
}
