/* SPDX-License-Identifier: Apache-2.0 */
/* See listing.h.  Rows are written as they are read from the answer, into one buffer. */
#include "lpard/cli/listing.h"
#include "lpard/common/table.h"

#include <string.h>

enum {
	MAX_COLUMNS = 512,
	FLUSH_BYTES = 64 * 1024,
};

static int fail_answer(struct par_error **err)
{
	return par_fail(err, PAR_E_PROTOCOL, 0, "lpard's answer is not a table");
}

/* The texts of a JSON array; null stays NULL. */
static int take_texts(struct json_object *array, size_t n, const char **ret)
{
	if (!json_object_is_type(array, json_type_array) || json_object_array_length(array) != n)
		return -EPROTO;
	for (size_t i = 0; i < n; i++) {
		struct json_object *v = json_object_array_get_idx(array, i);

		if (v && !json_object_is_type(v, json_type_string))
			return -EPROTO;
		ret[i] = v ? json_object_get_string(v) : NULL;
	}
	return 0;
}

static int flush(FILE *out, struct par_buf *b, struct par_error **err)
{
	if (b->failed)
		return par_oom(err);
	if (b->len && fwrite(b->data, 1, b->len, out) != b->len)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not write");
	par_buf_clear(b);
	return 0;
}

/* A number as JSON has it: an optional fraction, no leading zero. */
static bool is_number(const char *text)
{
	size_t whole = strspn(text, "0123456789");

	if (whole == 0 || whole > 15 || (text[0] == '0' && whole > 1))
		return false;
	text += whole;
	return *text == '\0' ||
	       (*text == '.' && text[1] && text[1 + strspn(text + 1, "0123456789")] == '\0');
}

/* The value as a number when its column has numbers and it is none of the words there may be. */
static int put_json_value(struct json_object *record, const char *name, const char *value,
			  bool number)
{
	if (!value || !number || !is_number(value))
		return par_json_put_string(record, name, value);
	if (strchr(value, '.'))
		return par_json_put(record, name,
				    json_object_new_double_s(strtod(value, NULL), value));
	return par_json_put(record, name, json_object_new_int64(strtoll(value, NULL, 10)));
}

static int print_json(FILE *out, const char *const *names, struct json_object *numbers, size_t n,
		      struct json_object *rows, struct par_error **err)
{
	auto_json all = json_object_new_array();
	const char *values[MAX_COLUMNS];

	if (!all)
		return par_oom(err);
	for (size_t i = 0; i < json_object_array_length(rows); i++) {
		struct json_object *record = json_object_new_object();

		if (!record || json_object_array_add(all, record) < 0) {
			json_object_put(record);
			return par_oom(err);
		}
		if (take_texts(json_object_array_get_idx(rows, i), n, values) < 0)
			return fail_answer(err);
		for (size_t k = 0; k < n; k++) {
			bool number =
				json_object_get_boolean(json_object_array_get_idx(numbers, k));

			if (put_json_value(record, names[k], values[k], number) < 0)
				return par_oom(err);
		}
	}
	par_json_print(out, all);
	return 0;
}

static int print_text(FILE *out, const struct par_table_format *f, const char *const *names,
		      size_t n, struct json_object *rows, struct par_error **err)
{
	size_t count = json_object_array_length(rows);
	const char *values[MAX_COLUMNS];
	auto_buf b = { 0 };
	int r = 0;

	if (count == 0)
		par_buf_puts(&b, PAR_TABLE_EMPTY);
	else if (f->values_only && f->header)
		par_table_put_header(&b, f, names, n);
	for (size_t i = 0; i < count; i++) {
		if (take_texts(json_object_array_get_idx(rows, i), n, values) < 0)
			return fail_answer(err);
		par_table_put_row(&b, f, names, values, n);
		if (b.len <= FLUSH_BYTES)
			continue;
		r = flush(out, &b, err);
		if (r < 0)
			return r;
	}
	return flush(out, &b, err);
}

int cli_listing_print(FILE *out, const struct listing_args *a, char delimiter,
		      struct json_object *table, struct par_error **err)
{
	struct par_table_format f = { .values_only = a->fields.given,
				      .header = a->header,
				      .delimiter = delimiter };
	struct json_object *names_json, *rows, *numbers;
	const char *names[MAX_COLUMNS];
	size_t n;

	if (!json_object_object_get_ex(table, "names", &names_json) ||
	    !json_object_object_get_ex(table, "rows", &rows) ||
	    !json_object_is_type(names_json, json_type_array) ||
	    !json_object_is_type(rows, json_type_array))
		return fail_answer(err);
	n = json_object_array_length(names_json);
	if (n > MAX_COLUMNS || take_texts(names_json, n, names) < 0)
		return fail_answer(err);
	for (size_t i = 0; i < n; i++) {
		if (!names[i])
			return fail_answer(err);
	}
	if (a->json) {
		/* Left out: no column has numbers. */
		if (!json_object_object_get_ex(table, "numbers", &numbers))
			numbers = NULL;
		if (numbers && !json_object_is_type(numbers, json_type_array))
			return fail_answer(err);
		return print_json(out, names, numbers, n, rows, err);
	}
	return print_text(out, &f, names, n, rows, err);
}

/*
 * The names of -F.  An HMC sees the command line as one text, so that `-F name state` asks for two:
 * words behind the options belong to -F.
 */
static int take_fields(const struct par_cmd_ctx *ctx, const struct listing_args *a,
		       struct par_strv *ret, char *delimiter, struct par_error **err)
{
	auto_buf text = { 0 };
	int r;

	if (a->header && !a->fields.given)
		return cli_missing(err, "-F");
	if (!a->fields.given || !a->fields.value) {
		r = cli_no_operands(ctx, err);
		return r < 0 ? r : par_table_fields(NULL, ret, delimiter, err);
	}
	r = cli_join_words(ctx, a->fields.value, &text, err);
	return r < 0 ? r : par_table_fields(text.data, ret, delimiter, err);
}

int cli_listing_run(const struct par_cmd_ctx *ctx, const struct listing_args *a,
		    struct json_object *params, struct par_error **err)
{
	return cli_listing_call(ctx, a, "List", params, err);
}

int cli_listing_call(const struct par_cmd_ctx *ctx, const struct listing_args *a,
		     const char *method, struct json_object *params, struct par_error **err)
{
	auto_json owned = params;
	auto_json table = NULL;
	auto_strv names = { 0 };
	char delimiter = ',';
	int r;

	if (!owned)
		return par_oom(err);
	if (a->attributes && strcmp(method, "List") == 0) {
		json_object_object_del(owned, "system");
		json_object_object_del(owned, "count");
		return cli_print_attributes(ctx->out, take_ptr(owned), err);
	}
	r = take_fields(ctx, a, &names, &delimiter, err);
	if (r < 0)
		return r;
	r = cli_put_filter(owned, a->filter, err);
	if (r < 0)
		return r;
	if (names.n > 0 && par_json_put_strv(owned, "fields", names.v, names.n) < 0)
		return par_oom(err);
	r = cli_call(method, take_ptr(owned), &table, err);
	if (r < 0)
		return r;
	if (a->attributes)
		return cli_print_names(ctx->out, table, err);
	return cli_listing_print(ctx->out, a, delimiter, table, err);
}
