/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON objects as structs, by a table: reading, writing and freeing follow from its rows.  For
 * what comes from a side that nobody trusts: types and limits are checked strictly, texts are
 * made harmless (text.h); members that the table does not have are passed over, for the other
 * side may be newer.
 */
#pragma once

#include "lpard/common/json.h"

enum par_json_kind {
	PAR_JSON_TEXT,	 /* char *, owned; left out or null: NULL */
	PAR_JSON_NUMBER, /* uint64_t; left out: 0 */
	PAR_JSON_BITS,	 /* uint64_t, written in hexadecimal as a text */
	PAR_JSON_FLAG,	 /* bool */
	PAR_JSON_TEXTS,	 /* struct par_strv */
	PAR_JSON_ROWS,	 /* struct { T *v; size_t n; } of objects */
};

struct par_json_form;

struct par_json_row {
	const char *key;
	enum par_json_kind kind;
	uint32_t offset; /* of the member in its struct */
	uint64_t max;	 /* TEXT, TEXTS: bytes of a text; NUMBER: its value, ROWS: how many */
	uint32_t most;	 /* TEXTS: how many */
	const struct par_json_form *of; /* ROWS */
};

struct par_json_form {
	const struct par_json_row *rows;
	size_t n;
	size_t size; /* of the struct */
};

/*
 * par_json_form_read - fill the struct, all zero, from @o
 * par_json_form_done() frees it, also after an error.
 * Errors: PAR_E_INVALID_ARGUMENT, naming the member; PAR_E_TOO_LARGE; PAR_E_NO_MEMORY.
 */
int par_json_form_read(const struct par_json_form *form, struct json_object *o, void *ret,
		       struct par_error **err);

/* par_json_form_write - @from as members of @o; what has no value is left out; 0 or -ENOMEM */
int par_json_form_write(const struct par_json_form *form, const void *from, struct json_object *o);

/* par_json_form_done - free what the struct owns, and clear it */
void par_json_form_done(const struct par_json_form *form, void *object);

/*
 * par_json_rows_add - room for one more struct at the end of a member of PAR_JSON_ROWS
 * @rows	the member: struct { T *v; size_t n; }
 * Returns the struct, all zero, or NULL.
 */
void *par_json_rows_add(void *rows, size_t size);
