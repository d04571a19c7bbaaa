/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters checked by their rows: see params.h. */
#include "lpard/daemon/methods/params.h"

#include <string.h>

#define MAX_VALUES 4096 /* of a criterion */

/* What OPT_WORD() has in the struct. */
struct opt_word {
	int value;
	bool given;
};

const char *lpar_params_unknown(const struct lpar_param *rows, struct json_object *parameters)
{
	json_object_object_foreach (parameters, key, value) {
		const struct lpar_param *p = rows;

		(void)value;
		while (p->type != LPAR_PARAM_END && strcmp(p->name, key) != 0)
			p++;
		if (p->type == LPAR_PARAM_END)
			return key;
	}
	return NULL;
}

static int fail_type(const struct lpar_param *p, const char *what, struct par_error **err)
{
	return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "\"%s\" must be %s", p->name, what);
}

static int read_int(const struct lpar_param *p, struct json_object *o, uint64_t *ret,
		    struct par_error **err)
{
	*ret = p->absent;
	return par_json_u64(o, p->name, !p->optional, p->max, ret, err);
}

static int read_ints(const struct lpar_param *p, struct json_object *o, struct lpar_ints *ret,
		     struct par_error **err)
{
	struct json_object *a = NULL;
	int r = par_json_array(o, p->name, !p->optional, p->max, &a, err);

	if (r < 0 || !a)
		return r;
	ret->v = calloc(json_object_array_length(a) + 1, sizeof(*ret->v));
	if (!ret->v)
		return par_oom(err);
	for (size_t i = 0; i < json_object_array_length(a); i++) {
		struct json_object *m = json_object_array_get_idx(a, i);
		int64_t v = json_object_is_type(m, json_type_int) ? json_object_get_int64(m) : -1;

		if (v < 0 || (uint64_t)v > p->max_int)
			return fail_type(p, "a list of whole numbers, none of them too large", err);
		ret->v[ret->n++] = (uint64_t)v;
	}
	return 0;
}

/* The index of the given word.  *ret and *ret_given stay as they are when an optional word is left
 * out. */
static int read_word(const struct lpar_param *p, struct json_object *o, int *ret, bool *ret_given,
		     struct par_error **err)
{
	const char *text = NULL;
	int r = par_json_string(o, p->name, !p->optional, &text, err);

	if (r < 0 || !text)
		return r;
	r = par_word_find(p->words, text);
	if (r < 0)
		return fail_type(p, p->said, err);
	*ret = r;
	*ret_given = true;
	return 0;
}

/* The elements of a list, each an object with no members but @known. */
static int read_objects(const struct lpar_param *p, struct json_object *o, struct json_object **ret,
			struct par_error **err)
{
	int r = par_json_array(o, p->name, !p->optional, p->max, ret, err);

	if (r < 0 || !*ret)
		return r;
	for (size_t i = 0; i < json_object_array_length(*ret); i++) {
		if (!json_object_is_type(json_object_array_get_idx(*ret, i), json_type_object))
			return fail_type(p, "a list of objects", err);
	}
	return 0;
}

static int add_attribute(struct json_object *o, struct par_attrs *ret, struct par_error **err)
{
	static const struct lpar_param op_row = { .name = "op",
						  .words = par_attr_op_words,
						  .said = PAR_WORDS_SAID(PAR_ATTR_OP_WORDS) };
	static const char *const known[] = { "name", "op", "value", NULL };
	const char *name = NULL, *value = NULL;
	bool given = false;
	int op = 0, r;

	r = par_json_string(o, "name", true, &name, err);
	if (r < 0)
		return r;
	r = read_word(&op_row, o, &op, &given, err);
	if (r < 0)
		return r;
	r = par_json_string(o, "value", true, &value, err);
	if (r < 0)
		return r;
	r = par_json_only(o, known, err);
	if (r < 0)
		return r;
	return par_attrs_add(ret, name, (enum par_attr_op)op, value) < 0 ? par_oom(err) : 0;
}

static int read_attributes(const struct lpar_param *p, struct json_object *o, struct par_attrs *ret,
			   struct par_error **err)
{
	struct json_object *a = NULL;
	int r = read_objects(p, o, &a, err);

	for (size_t i = 0; r >= 0 && a && i < json_object_array_length(a); i++)
		r = add_attribute(json_object_array_get_idx(a, i), ret, err);
	return r;
}

static int read_criterion(struct json_object *o, struct lpar_criterion *ret, struct par_error **err)
{
	static const char *const known[] = { "name", "values", NULL };
	int r = par_json_only(o, known, err);

	if (r < 0)
		return r;
	r = par_json_string(o, "name", true, &ret->name, err);
	if (r < 0)
		return r;
	return par_json_strv(o, "values", true, MAX_VALUES, &ret->values, err);
}

static int read_criteria(const struct lpar_param *p, struct json_object *o,
			 struct lpar_criteria *ret, struct par_error **err)
{
	struct json_object *a = NULL;
	int r = read_objects(p, o, &a, err);

	if (r < 0 || !a)
		return r;
	ret->v = calloc(json_object_array_length(a) + 1, sizeof(*ret->v));
	if (!ret->v)
		return par_oom(err);
	for (size_t i = 0; r >= 0 && i < json_object_array_length(a); i++)
		r = read_criterion(json_object_array_get_idx(a, i), &ret->v[ret->n++], err);
	return r;
}

static int read_param(const struct lpar_param *p, struct json_object *o, void *field,
		      struct par_error **err)
{
	struct opt_word *word = field;
	bool given = false;

	switch (p->type) {
	case LPAR_PARAM_STRING:
		return par_json_string(o, p->name, !p->optional, field, err);
	case LPAR_PARAM_BOOL:
		return par_json_bool(o, p->name, !p->optional, field, err);
	case LPAR_PARAM_INT:
		return read_int(p, o, field, err);
	case LPAR_PARAM_STRINGS:
		return par_json_strv(o, p->name, !p->optional, p->max, field, err);
	case LPAR_PARAM_INTS:
		return read_ints(p, o, field, err);
	case LPAR_PARAM_WORD:
		return read_word(p, o, field, &given, err);
	case LPAR_PARAM_OPT_WORD:
		return read_word(p, o, &word->value, &word->given, err);
	case LPAR_PARAM_ATTRIBUTES:
		return read_attributes(p, o, field, err);
	case LPAR_PARAM_CRITERIA:
		return read_criteria(p, o, field, err);
	case LPAR_PARAM_END:
		break;
	}
	return 0;
}

int lpar_params_read(const struct lpar_param *rows, struct json_object *parameters, void *ret,
		     struct par_error **err)
{
	for (const struct lpar_param *p = rows; p->type != LPAR_PARAM_END; p++) {
		int r = read_param(p, parameters, (char *)ret + p->offset, err);

		if (r < 0)
			return r;
	}
	return 0;
}

static void criteria_done(struct lpar_criteria *c)
{
	for (size_t i = 0; i < c->n; i++)
		par_strv_done(&c->v[i].values);
	free(c->v);
}

void lpar_params_done(const struct lpar_param *rows, void *params)
{
	for (const struct lpar_param *p = rows; p->type != LPAR_PARAM_END; p++) {
		void *field = (char *)params + p->offset;

		switch (p->type) {
		case LPAR_PARAM_STRINGS:
			par_strv_done(field);
			break;
		case LPAR_PARAM_INTS:
			free(((struct lpar_ints *)field)->v);
			break;
		case LPAR_PARAM_ATTRIBUTES:
			par_attrs_done(field);
			break;
		case LPAR_PARAM_CRITERIA:
			criteria_done(field);
			break;
		case LPAR_PARAM_STRING:
		case LPAR_PARAM_BOOL:
		case LPAR_PARAM_INT:
		case LPAR_PARAM_WORD:
		case LPAR_PARAM_OPT_WORD:
		case LPAR_PARAM_END:
			break;
		}
	}
}
