/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Typed fields: a row says which member of a struct a name means and what its text looks like.
 * From the row follow parsing, printing, freeing, copying and comparing.  The options of commands
 * (cmd.h), the HMC's attributes (lpard/core/model/attributes.h), the keys of a WPAR's specification
 * (wparctl/spec/keys.h) and the settings of lpard.conf are tables of such rows.
 *
 * What a bad value does to the caller's message differs in each of these; the engine gives the
 * sentence that says what the value must be.  Manuals say the same words of every row, and its
 * default and its purpose as well (doc.h).
 */
#pragma once

#include "lpard/common/str.h"

#include <stdio.h>

enum par_field_type {
	PAR_FIELD_NONE,	  /* no member: what the row means is its owner's affair */
	PAR_FIELD_BOOL,	  /* bool: "0" and "1", or words[0] and words[1] */
	PAR_FIELD_U32,	  /* uint32_t */
	PAR_FIELD_U64,	  /* uint64_t */
	PAR_FIELD_X100,	  /* uint32_t of hundredths: "4", "0.5", "0.05" */
	PAR_FIELD_SIZE,	  /* uint64_t of .unit bytes: "64", "512K", "2G"; rounded up */
	PAR_FIELD_WORD,	  /* an enum: the index in .words, where NULL is no value */
	PAR_FIELD_STR,	  /* char *, owned */
	PAR_FIELD_BORROW, /* const char *: the very text that was parsed */
	PAR_FIELD_CHARS,  /* char[.size] */
	PAR_FIELD_LIST,	  /* struct par_strv; elements are trimmed, empty ones dropped */
	PAR_FIELD_CUSTOM, /* .size bytes that own nothing; .parse and .print know them */
};

struct par_field {
	const char *name; /* as users write it */
	enum par_field_type type;
	uint32_t offset;   /* of the member in its struct */
	uint32_t size;	   /* PAR_FIELD_CHARS, PAR_FIELD_CUSTOM: bytes */
	uint64_t min, max; /* of numbers, in their unit; of texts .max is in bytes; max 0: none */
	uint64_t unit;	   /* PAR_FIELD_SIZE: 1 (bytes) or 1 << 20 (MB) */
	const char *const *words; /* PAR_FIELD_WORD, PAR_FIELD_BOOL */
	uint32_t n_words;
	char suffix;		/* PAR_FIELD_U32: printed behind the number, may be left out */
	const char *separators; /* PAR_FIELD_LIST: any of these bytes; NULL: "," */
	const char *unset;	/* the text of NULL, of an empty list, and of the number 0 */
	/*
	 * More rules for a text, or for each element of a list: a predicate, or a function that
	 * returns 0 or a negative errno and may say in @why what the value must be.
	 */
	bool (*valid)(const char *text);
	const char *must_be; /* "an absolute path", for people; NULL: as the type says */
	int (*check)(const struct par_field *f, const char *text, struct par_buf *why);
	/* PAR_FIELD_CUSTOM; @member is written on success only */
	int (*parse)(const struct par_field *f, const char *text, void *member,
		     struct par_buf *why);
	void (*print)(const struct par_field *f, const void *member, struct par_buf *b);
	const char *preset; /* what it is when nothing is given, for people; NULL: nothing */
	const char *help;   /* what it is for; NULL: manuals leave the row out */
};

/* The offset of a member; does not compile when the member is not of type @c_type. */
#define PAR_OFFSET(struct_, member, c_type) \
	(offsetof(struct_, member) + 0 * sizeof(&((struct_ *)0)->member == (c_type *)0))
/* The same for an enum. */
#define PAR_OFFSET_ENUM(struct_, member) \
	(offsetof(struct_, member) +     \
	 0 * sizeof(char[sizeof(((struct_ *)0)->member) == sizeof(int) ? 1 : -1]))
/* Words of a PAR_FIELD_WORD or PAR_FIELD_BOOL, from an array. */
#define PAR_WORDS(array) .words = (array), .n_words = PAR_ARRAY_SIZE(array)

/*
 * par_field_parse - give the member of @object the value that @text means
 * @why		a sentence without its full stop is put there when the value is bad, "It must be
 *		a whole number of 1 to 4096"; nothing when only the rule could say it and does not
 * Returns 0, -EINVAL, -ENOMEM or what .check returned; the member is unchanged then.
 */
int par_field_parse(const struct par_field *f, void *object, const char *text, struct par_buf *why);

/*
 * par_field_describe - append what a value must be: "a whole number of 1 to 4096", "yes or no",
 * .must_be; nothing when there is nothing to say
 */
void par_field_describe(const struct par_field *f, struct par_buf *b);

/*
 * par_field_print_doc - what it is for, its values and its default, as scdoc's source
 * @note	one more sentence without its full stop, or NULL
 */
void par_field_print_doc(const struct par_field *f, const char *note, FILE *out);

/* par_field_print - append the value's text, which par_field_parse() reads back; -ENOMEM */
int par_field_print(const struct par_field *f, const void *object, struct par_buf *b);

/* par_field_is_set - is the value another than NULL, 0, false or the empty list? */
bool par_field_is_set(const struct par_field *f, const void *object);

/* par_field_free - free what the member owns, and clear it */
void par_field_free(const struct par_field *f, void *object);

/*
 * par_field_copy - the member of @to becomes a copy of that of @from; what @to had is not freed
 * Returns 0 or -ENOMEM; the member of @to can be freed then, too.
 */
int par_field_copy(const struct par_field *f, const void *from, void *to);

/* par_field_equal - have both the same value? */
bool par_field_equal(const struct par_field *f, const void *a, const void *b);

/* par_field_size - how many bytes the member takes; 0 for PAR_FIELD_NONE */
size_t par_field_size(const struct par_field *f);
