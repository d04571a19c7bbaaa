/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON from the other side, read strictly: parsed with limits, then taken out by typed getters
 * that say which member is wrong.  Nothing is converted: "1" is no number and 1 is no string.
 */
#pragma once

#include "lpard/common/error.h"
#include "lpard/common/str.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define PAR_JSON_MAX_DEPTH 32

void par_cleanup_json(struct json_object **o);
#define auto_json par_cleanup(par_cleanup_json) struct json_object *

/*
 * par_json_parse - exactly one JSON value, UTF-8, nested at most PAR_JSON_MAX_DEPTH deep
 * @ret_obj	caller puts it (NULL for JSON's null)
 * Errors: PAR_E_PROTOCOL, PAR_E_NO_MEMORY.
 */
int par_json_parse(const char *text, size_t len, struct json_object **ret_obj,
		   struct par_error **err);

/*
 * Typed getters.  @obj must be an object; a member that is missing or null is an error when
 * @required, else *ret stays as it is.  Errors: PAR_E_INVALID_ARGUMENT, naming the member.
 */

/* par_json_string - a string without NUL in it; points into @obj */
int par_json_string(struct json_object *obj, const char *key, bool required, const char **ret,
		    struct par_error **err);
int par_json_bool(struct json_object *obj, const char *key, bool required, bool *ret,
		  struct par_error **err);
/* par_json_u64 - a whole number 0..@max (at most INT64_MAX) */
int par_json_u64(struct json_object *obj, const char *key, bool required, uint64_t max,
		 uint64_t *ret, struct par_error **err);
/* par_json_object, par_json_array - borrowed from @obj; an array has at most @max elements */
int par_json_object(struct json_object *obj, const char *key, bool required,
		    struct json_object **ret, struct par_error **err);
int par_json_array(struct json_object *obj, const char *key, bool required, size_t max,
		   struct json_object **ret, struct par_error **err);
/* par_json_strv - an array of strings, appended to @ret */
int par_json_strv(struct json_object *obj, const char *key, bool required, size_t max,
		  struct par_strv *ret, struct par_error **err);

/* par_json_only - no members but those of @known (NULL-terminated) */
int par_json_only(struct json_object *obj, const char *const *known, struct par_error **err);

/*
 * Builders.  Each takes @value over and returns 0 or -ENOMEM (also when @obj or @value is NULL, so
 * that the result of a constructor can be passed on unchecked).  A NULL string is put as null.
 */
int par_json_put(struct json_object *obj, const char *key, struct json_object *value);
int par_json_put_string(struct json_object *obj, const char *key, const char *value);
int par_json_put_strv(struct json_object *obj, const char *key, char *const *v, size_t n);

/* par_json_print - for people and programs: indented, with a newline at the end */
void par_json_print(FILE *out, struct json_object *o);
