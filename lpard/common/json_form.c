/* SPDX-License-Identifier: Apache-2.0 */
/* JSON objects as structs: see json_form.h. */
#include "lpard/common/json_form.h"

#include "lpard/common/text.h"

#include <inttypes.h>
#include <string.h>

#define BITS_SIZE 20

/* What every member of PAR_JSON_ROWS looks like. */
struct rows {
	void *v;
	size_t n;
};

static char *member_of(const struct par_json_row *row, const void *object)
{
	return (char *)(uintptr_t)object + row->offset;
}

/* By memcpy: the member's pointer is of the type of its elements. */
static struct rows get_rows(const void *member)
{
	struct rows r;

	memcpy(&r, member, sizeof(r));
	return r;
}

void *par_json_rows_add(void *rows, size_t size)
{
	struct rows r = get_rows(rows);
	void *more = reallocarray(r.v, r.n + 1, size);

	if (!more)
		return NULL;
	r.v = more;
	memcpy(rows, &r, sizeof(r));
	r.n++;
	memcpy(rows, &r, sizeof(r));
	return memset((char *)more + (r.n - 1) * size, 0, size);
}

static int fail_long(const struct par_json_row *row, struct par_error **err)
{
	return par_fail(err, PAR_E_TOO_LARGE, 0, "\"%s\" is longer than %" PRIu64 " bytes",
			row->key, row->max);
}

static int read_text(const struct par_json_row *row, struct json_object *o, char **ret,
		     struct par_error **err)
{
	const char *text = NULL;
	int r = par_json_string(o, row->key, false, &text, err);

	if (r < 0 || !text)
		return r;
	if (strlen(text) > row->max)
		return fail_long(row, err);
	*ret = strdup(text);
	if (!*ret)
		return par_oom(err);
	par_text_clean(*ret, row->max + 1, PAR_TEXT_LINE);
	return 0;
}

static int read_texts(const struct par_json_row *row, struct json_object *o, struct par_strv *ret,
		      struct par_error **err)
{
	int r = par_json_strv(o, row->key, false, row->most, ret, err);

	for (size_t i = 0; i < ret->n && r == 0; i++) {
		if (strlen(ret->v[i]) > row->max)
			return fail_long(row, err);
		par_text_clean(ret->v[i], row->max + 1, PAR_TEXT_LINE);
	}
	return r;
}

static int read_bits(const struct par_json_row *row, struct json_object *o, uint64_t *ret,
		     struct par_error **err)
{
	const char *text = NULL;
	int r = par_json_string(o, row->key, false, &text, err);

	if (r < 0 || !text)
		return r;
	if (strlen(text) != 16 || strspn(text, "0123456789abcdef") != 16)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"\"%s\" must be 16 hexadecimal digits", row->key);
	*ret = strtoull(text, NULL, 16);
	return 0;
}

static int read_rows(const struct par_json_row *row, struct json_object *o, void *member,
		     struct par_error **err)
{
	struct json_object *list = NULL;
	int r = par_json_array(o, row->key, false, row->max, &list, err);

	if (r < 0 || !list)
		return r;
	for (size_t i = 0; i < json_object_array_length(list) && r == 0; i++) {
		struct json_object *element = json_object_array_get_idx(list, i);
		void *one;

		if (!json_object_is_type(element, json_type_object))
			return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
					"\"%s\" must be a list of objects", row->key);
		one = par_json_rows_add(member, row->of->size);
		if (!one)
			return par_oom(err);
		r = par_json_form_read(row->of, element, one, err);
		if (r < 0)
			par_error_wrap(err, "\"%s\"", row->key);
	}
	return r;
}

static int read_row(const struct par_json_row *row, struct json_object *o, void *ret,
		    struct par_error **err)
{
	void *member = member_of(row, ret);

	switch (row->kind) {
	case PAR_JSON_TEXT:
		return read_text(row, o, member, err);
	case PAR_JSON_NUMBER:
		return par_json_u64(o, row->key, false, row->max ? row->max : INT64_MAX, member,
				    err);
	case PAR_JSON_BITS:
		return read_bits(row, o, member, err);
	case PAR_JSON_FLAG:
		return par_json_bool(o, row->key, false, member, err);
	case PAR_JSON_TEXTS:
		return read_texts(row, o, member, err);
	case PAR_JSON_ROWS:
		return read_rows(row, o, member, err);
	}
	return 0;
}

int par_json_form_read(const struct par_json_form *form, struct json_object *o, void *ret,
		       struct par_error **err)
{
	if (!json_object_is_type(o, json_type_object))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "it must be an object");
	for (size_t i = 0; i < form->n; i++) {
		int r = read_row(&form->rows[i], o, ret, err);

		if (r < 0)
			return r;
	}
	return 0;
}

static int write_rows(const struct par_json_row *row, const void *member, struct json_object *o)
{
	struct json_object *list = json_object_new_array();
	const struct rows r = get_rows(member);

	if (par_json_put(o, row->key, list) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < r.n; i++) {
		struct json_object *one = json_object_new_object();

		if (!one || json_object_array_add(list, one) < 0) {
			json_object_put(one);
			return -ENOMEM;
		}
		if (par_json_form_write(row->of, (char *)r.v + i * row->of->size, one) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int write_number(const struct par_json_row *row, uint64_t v, struct json_object *o)
{
	char bits[BITS_SIZE];

	if (row->kind == PAR_JSON_NUMBER)
		return par_json_put(o, row->key,
				    json_object_new_int64(v > INT64_MAX ? INT64_MAX : (int64_t)v));
	snprintf(bits, sizeof(bits), "%016" PRIx64, v);
	return par_json_put_string(o, row->key, bits);
}

static int write_row(const struct par_json_row *row, const void *from, struct json_object *o)
{
	const void *member = member_of(row, from);
	const struct par_strv *texts = member;
	char *const *text = member;

	switch (row->kind) {
	case PAR_JSON_TEXT:
		return *text ? par_json_put_string(o, row->key, *text) : 0;
	case PAR_JSON_NUMBER:
	case PAR_JSON_BITS:
		return write_number(row, *(const uint64_t *)member, o);
	case PAR_JSON_FLAG:
		return par_json_put(o, row->key, json_object_new_boolean(*(const bool *)member));
	case PAR_JSON_TEXTS:
		return par_json_put_strv(o, row->key, texts->v, texts->n);
	case PAR_JSON_ROWS:
		return write_rows(row, member, o);
	}
	return 0;
}

int par_json_form_write(const struct par_json_form *form, const void *from, struct json_object *o)
{
	for (size_t i = 0; i < form->n; i++) {
		if (write_row(&form->rows[i], from, o) < 0)
			return -ENOMEM;
	}
	return 0;
}

static void free_row(const struct par_json_row *row, void *object)
{
	void *member = member_of(row, object);
	struct rows r;

	switch (row->kind) {
	case PAR_JSON_TEXT:
		free(*(char **)member);
		return;
	case PAR_JSON_TEXTS:
		par_strv_done(member);
		return;
	case PAR_JSON_ROWS:
		r = get_rows(member);
		for (size_t i = 0; i < r.n; i++)
			par_json_form_done(row->of, (char *)r.v + i * row->of->size);
		free(r.v);
		return;
	case PAR_JSON_NUMBER:
	case PAR_JSON_BITS:
	case PAR_JSON_FLAG:
		return;
	}
}

void par_json_form_done(const struct par_json_form *form, void *object)
{
	for (size_t i = 0; i < form->n; i++)
		free_row(&form->rows[i], object);
	memset(object, 0, form->size);
}
