/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parameters of methods: each row of methods.def lists its parameters by the words below.  From
 * that list follow the struct that the handler gets, the table that a call is checked by, and the
 * text of the introspection.  Nothing is converted: "1" is no number and 1 is no string.  A
 * parameter that is null counts as left out.
 *
 *	STRING(name)			const char *
 *	OPT_STRING(name)		the same; NULL: left out
 *	OPT_BOOL(name)			bool; left out: false
 *	OPT_INT(name, max, absent)	uint64_t 0..max; left out: @absent
 *	STRINGS(name, max)		struct par_strv with at most @max elements
 *	OPT_STRINGS(name, max)		the same; left out: empty
 *	OPT_INTS(name, max, count)	struct lpar_ints: at most @count elements 0..max
 *	WORD(name, list, LIST)		enum lpar_LIST by a list of lpard/common/words.h
 *	OPT_WORD(name, list, LIST)	struct { enum lpar_LIST value; bool given; }
 *	ATTRIBUTES(name, max)		struct par_attrs
 *	OPT_CRITERIA(name, max)		struct lpar_criteria
 */
#pragma once

#include "lpard/common/attrs.h"
#include "lpard/common/json.h"
#include "lpard/common/words.h"

#define STRING(n)	 PARAM(n, const char *, "string", LPAR_PARAM_STRING, )
#define OPT_STRING(n)	 PARAM(n, const char *, "?string", LPAR_PARAM_STRING, .optional = true)
#define OPT_BOOL(n)	 PARAM(n, bool, "?bool", LPAR_PARAM_BOOL, .optional = true)
#define STRINGS(n, max_) PARAM(n, struct par_strv, "[]string", LPAR_PARAM_STRINGS, .max = max_)
#define OPT_INT(n, max_, absent_) \
	PARAM(n, uint64_t, "?int", LPAR_PARAM_INT, .optional = true, .max = max_, .absent = absent_)
#define OPT_STRINGS(n, max_) \
	PARAM(n, struct par_strv, "?[]string", LPAR_PARAM_STRINGS, .optional = true, .max = max_)
#define OPT_INTS(n, max_, count_)                                                              \
	PARAM(n, struct lpar_ints, "?[]int", LPAR_PARAM_INTS, .optional = true, .max = count_, \
	      .max_int = max_)
#define WORD(n, list, LIST)                                               \
	PARAM(n, enum lpar_##list, PAR_WORDS_TYPE(LIST), LPAR_PARAM_WORD, \
	      .words = lpar_##list##_words, .said = PAR_WORDS_SAID(LIST))
#define OPT_WORD(n, list, LIST)                                                  \
	PARAM(                                                                   \
		n,                                                               \
		struct {                                                         \
			enum lpar_##list value;                                  \
			bool given;                                              \
		},                                                               \
		"?" PAR_WORDS_TYPE(LIST), LPAR_PARAM_OPT_WORD, .optional = true, \
		.words = lpar_##list##_words, .said = PAR_WORDS_SAID(LIST))
#define ATTRIBUTES(n, max_) \
	PARAM(n, struct par_attrs, "[]Attribute", LPAR_PARAM_ATTRIBUTES, .max = max_)
#define OPT_CRITERIA(n, max_)                                                                      \
	PARAM(n, struct lpar_criteria, "?[](name: string, values: []string)", LPAR_PARAM_CRITERIA, \
	      .optional = true, .max = max_)

/* A set of whole numbers. */
struct lpar_ints {
	uint64_t *v;
	size_t n;
};

/* A listing's filter: rows whose attribute @name has one of @values. */
struct lpar_criterion {
	const char *name;
	struct par_strv values;
};
struct lpar_criteria {
	struct lpar_criterion *v;
	size_t n;
};

enum lpar_param_type {
	LPAR_PARAM_END,
	LPAR_PARAM_STRING,
	LPAR_PARAM_BOOL,
	LPAR_PARAM_INT,
	LPAR_PARAM_STRINGS,
	LPAR_PARAM_INTS,
	LPAR_PARAM_WORD,
	LPAR_PARAM_OPT_WORD,
	LPAR_PARAM_ATTRIBUTES,
	LPAR_PARAM_CRITERIA,
};

/* A row of a method's table; the table ends with { 0 }. */
struct lpar_param {
	const char *name;
	enum lpar_param_type type;
	size_t offset; /* in the method's struct */
	bool optional;
	uint64_t max;	  /* of a number, or of elements */
	uint64_t max_int; /* LPAR_PARAM_INTS: of each element */
	uint64_t absent;  /* LPAR_PARAM_INT: the value of a parameter that is left out */
	const char *const *words;
	const char *said; /* the words as a sentence names them */
};

/* lpar_params_unknown - a member of @parameters that is not in @rows (borrowed), or NULL */
const char *lpar_params_unknown(const struct lpar_param *rows, struct json_object *parameters);

/*
 * lpar_params_read - check the types and fill the method's struct
 * @rows	the method's table
 * @parameters	an object; strings in @ret point into it
 * @ret		the struct, all zero; lpar_params_done() afterwards, also after an error
 * Errors: PAR_E_INVALID_ARGUMENT, naming the parameter.
 */
int lpar_params_read(const struct lpar_param *rows, struct json_object *parameters, void *ret,
		     struct par_error **err);

/* lpar_params_done - free what the struct owns.  A handler that keeps a list clears the member. */
void lpar_params_done(const struct lpar_param *rows, void *params);
