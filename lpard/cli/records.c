/* SPDX-License-Identifier: Apache-2.0 */
/* See records.h. */
#include "lpard/cli/records.h"

#include <string.h>

enum {
	MAX_RECORDS = 10000,
	MAX_FILE = 16 * 1024 * 1024, /* bytes; a device may never end */
};

struct record {
	size_t line; /* 0: from -i */
	struct par_attrs attrs;
};

struct records {
	struct record *v;
	size_t n;
};

static void records_done(struct records *r)
{
	for (size_t i = 0; i < r->n; i++)
		par_attrs_done(&r->v[i].attrs);
	free(r->v);
}

static int add(struct records *r, size_t line, const char *text, struct par_error **err)
{
	struct record *v = reallocarray(r->v, r->n + 1, sizeof(*v));
	int status;

	if (!v)
		return par_oom(err);
	r->v = v;
	v[r->n] = (struct record){ .line = line };
	status = par_attrs_parse(text, &v[r->n].attrs, err);
	if (status == 0)
		r->n++;
	else if (line)
		par_error_wrap(err, "Line %zu", line);
	return status;
}

/* A pipe and a terminal will do, too. */
static int read_text(const char *path, struct par_buf *b, struct par_error **err)
{
	autofile FILE *f = fopen(path, "re");
	char data[65536];
	size_t n;

	if (!f)
		return par_fail(err, PAR_E_SYSTEM, errno, "The file %s cannot be opened", path);
	while ((n = fread(data, 1, sizeof(data), f)) > 0) {
		if (memchr(data, '\0', n))
			return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
					"The format of the configuration data is invalid.");
		if (b->len + n > MAX_FILE)
			return par_fail(err, PAR_E_TOO_LARGE, 0, "The file %s has more than %d MiB",
					path, MAX_FILE / 1024 / 1024);
		if (par_buf_put(b, data, n) < 0)
			return par_oom(err);
	}
	if (ferror(f))
		return par_fail(err, PAR_E_SYSTEM, errno, "The file %s cannot be read", path);
	return 0;
}

static int read_file(struct records *r, const char *path, struct par_error **err)
{
	auto_buf all = { 0 };
	int status = read_text(path, &all, err);
	char *next = all.data;

	for (size_t at = 1; status == 0 && next; at++) {
		char *text = par_trim(strsep(&next, "\n"));

		if (text[0] == '\0')
			continue;
		if (r->n == MAX_RECORDS)
			return par_fail(err, PAR_E_TOO_LARGE, 0,
					"The file %s has more than %d records", path, MAX_RECORDS);
		status = add(r, at, text, err);
	}
	if (status == 0 && r->n == 0)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"The format of the configuration data is invalid.");
	return status;
}

static int send(const char *method, struct json_object *base, const struct record *record,
		struct par_error **err)
{
	struct json_object *params = NULL;
	int r;

	if (json_object_deep_copy(base, &params, NULL) < 0)
		return par_oom(err);
	r = cli_put_attributes(params, &record->attrs, err);
	if (r < 0) {
		json_object_put(params);
		return r;
	}
	return cli_call(method, params, NULL, err);
}

/* One record, in one word or in several. */
static int read_words(struct records *r, const struct par_cmd_ctx *ctx, const char *data,
		      struct par_error **err)
{
	auto_buf text = { 0 };
	int status = cli_join_words(ctx, data, &text, err);

	return status < 0 ? status : add(r, 0, text.data, err);
}

int cli_records_send(const struct par_cmd_ctx *ctx, const char *method, struct json_object *base,
		     const char *data, const char *file, struct par_error **err)
{
	par_cleanup(records_done) struct records all = { 0 };
	int r = file ? cli_no_operands(ctx, err) : 0;

	if (r < 0)
		return r;
	r = file ? read_file(&all, file, err) : read_words(&all, ctx, data, err);
	for (size_t i = 0; i < all.n && r == 0; i++) {
		r = send(method, base, &all.v[i], err);
		if (r < 0 && all.n > 1)
			par_error_wrap(err, "Line %zu", all.v[i].line);
	}
	return r;
}
