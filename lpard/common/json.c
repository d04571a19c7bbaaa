/* SPDX-License-Identifier: Apache-2.0 */
/* Strict JSON: see json.h. */
#include "lpard/common/json.h"

#include "lpard/common/json_syntax.h"

#include <limits.h>
#include <string.h>

void par_cleanup_json(struct json_object **o)
{
	json_object_put(*o);
	*o = NULL;
}

static void cleanup_tokener(struct json_tokener **t)
{
	if (*t)
		json_tokener_free(*t);
}

int par_json_parse(const char *text, size_t len, struct json_object **ret_obj,
		   struct par_error **err)
{
	struct json_tokener *tok par_cleanup(cleanup_tokener) = NULL;
	auto_json obj = NULL;
	enum json_tokener_error e;
	const char *wrong;

	if (len > INT_MAX - 1)
		return par_fail(err, PAR_E_TOO_LARGE, 0, "The message is too large");
	wrong = par_json_syntax(text, len, PAR_JSON_MAX_DEPTH);
	if (wrong)
		return par_fail(err, PAR_E_PROTOCOL, 0, "The message is not valid JSON: %s", wrong);
	tok = json_tokener_new_ex(PAR_JSON_MAX_DEPTH + 1);
	if (!tok)
		return par_oom(err);
	/* Not JSON_TOKENER_STRICT: see json_syntax.h. */
	json_tokener_set_flags(tok, JSON_TOKENER_VALIDATE_UTF8);
	obj = json_tokener_parse_ex(tok, text, (int)len);
	e = json_tokener_get_error(tok);
	if (e == json_tokener_continue) {
		/* A number at the end is only known to be complete by what follows. */
		obj = json_tokener_parse_ex(tok, "", 1);
		e = json_tokener_get_error(tok);
	}
	if (e == json_tokener_error_parse_utf8_string)
		return par_fail(err, PAR_E_PROTOCOL, 0, "The message has a text that is not UTF-8");
	if (e != json_tokener_success)
		return par_fail(err, PAR_E_PROTOCOL, 0, "The message is not valid JSON: %s",
				json_tokener_error_desc(e));
	*ret_obj = take_ptr(obj);
	return 0;
}

/* 1: there; 0: absent and that is fine. */
static int member(struct json_object *obj, const char *key, bool required, enum json_type type,
		  const char *what, struct json_object **ret, struct par_error **err)
{
	struct json_object *m = NULL;

	if (obj && !json_object_is_type(obj, json_type_object))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "\"%s\" is asked of no object",
				key);
	if (obj)
		json_object_object_get_ex(obj, key, &m);
	if (!m) {
		if (required)
			return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "\"%s\" is missing", key);
		return 0;
	}
	if (!json_object_is_type(m, type))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "\"%s\" must be %s", key, what);
	*ret = m;
	return 1;
}

int par_json_string(struct json_object *obj, const char *key, bool required, const char **ret,
		    struct par_error **err)
{
	struct json_object *m = NULL;
	int r = member(obj, key, required, json_type_string, "a string", &m, err);

	if (r <= 0)
		return r;
	if (strlen(json_object_get_string(m)) != (size_t)json_object_get_string_len(m))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "\"%s\" has a NUL in it", key);
	*ret = json_object_get_string(m);
	return 0;
}

int par_json_bool(struct json_object *obj, const char *key, bool required, bool *ret,
		  struct par_error **err)
{
	struct json_object *m = NULL;
	int r = member(obj, key, required, json_type_boolean, "true or false", &m, err);

	if (r > 0)
		*ret = json_object_get_boolean(m);
	return r < 0 ? r : 0;
}

int par_json_u64(struct json_object *obj, const char *key, bool required, uint64_t max,
		 uint64_t *ret, struct par_error **err)
{
	struct json_object *m = NULL;
	int64_t value;
	int r = member(obj, key, required, json_type_int, "a whole number", &m, err);

	if (r <= 0)
		return r;
	value = json_object_get_int64(m);
	if (value < 0 || (uint64_t)value > max)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "\"%s\" must be 0 to %llu", key,
				(unsigned long long)max);
	*ret = (uint64_t)value;
	return 0;
}

int par_json_object(struct json_object *obj, const char *key, bool required,
		    struct json_object **ret, struct par_error **err)
{
	int r = member(obj, key, required, json_type_object, "an object", ret, err);

	return r < 0 ? r : 0;
}

int par_json_array(struct json_object *obj, const char *key, bool required, size_t max,
		   struct json_object **ret, struct par_error **err)
{
	struct json_object *m = NULL;
	int r = member(obj, key, required, json_type_array, "a list", &m, err);

	if (r <= 0)
		return r;
	if (json_object_array_length(m) > max)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "\"%s\" has more than %zu elements",
				key, max);
	*ret = m;
	return 0;
}

int par_json_strv(struct json_object *obj, const char *key, bool required, size_t max,
		  struct par_strv *ret, struct par_error **err)
{
	struct json_object *a = NULL;
	int r = par_json_array(obj, key, required, max, &a, err);

	if (r < 0 || !a)
		return r;
	for (size_t i = 0; i < json_object_array_length(a); i++) {
		struct json_object *m = json_object_array_get_idx(a, i);

		if (!json_object_is_type(m, json_type_string) ||
		    strlen(json_object_get_string(m)) != (size_t)json_object_get_string_len(m))
			return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
					"\"%s\" must be a list of strings", key);
		if (par_strv_add(ret, json_object_get_string(m)) < 0)
			return par_oom(err);
	}
	return 0;
}

int par_json_only(struct json_object *obj, const char *const *known, struct par_error **err)
{
	json_object_object_foreach (obj, key, value) {
		bool found = false;

		(void)value;
		for (size_t i = 0; known[i] && !found; i++)
			found = strcmp(known[i], key) == 0;
		if (!found)
			return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "\"%s\" is not known here",
					par_printable(key) ? key : "?");
	}
	return 0;
}

int par_json_put(struct json_object *obj, const char *key, struct json_object *value)
{
	if (!obj || !value || json_object_object_add(obj, key, value) != 0) {
		json_object_put(value);
		return -ENOMEM;
	}
	return 0;
}

int par_json_put_string(struct json_object *obj, const char *key, const char *value)
{
	if (value)
		return par_json_put(obj, key, json_object_new_string(value));
	return obj && json_object_object_add(obj, key, NULL) == 0 ? 0 : -ENOMEM;
}

int par_json_put_strv(struct json_object *obj, const char *key, char *const *v, size_t n)
{
	auto_json a = json_object_new_array_ext((int)n);

	for (size_t i = 0; i < n && a; i++) {
		struct json_object *s = json_object_new_string(v[i]);

		if (!s || json_object_array_add(a, s) != 0) {
			json_object_put(s);
			return -ENOMEM;
		}
	}
	return par_json_put(obj, key, take_ptr(a));
}

void par_json_print(FILE *out, struct json_object *o)
{
	/* The same with every json-c: from 0.17 on it prints "[]". */
	if (json_object_is_type(o, json_type_array) && json_object_array_length(o) == 0)
		fputs("[\n]\n", out);
	else
		fprintf(out, "%s\n",
			json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY |
								  JSON_C_TO_STRING_NOSLASHESCAPE));
}
