/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of named values, printed as the HMC's ls commands do (IBM's page of lssyscfg): by default a
 * line `name=value,…` for each row; with -F the values only, with the delimiter that separates the
 * names in the argument of -F.  A row is written when it comes; nothing but its line is kept.
 */
#pragma once

#include "lpard/common/error.h"
#include "lpard/common/str.h"

struct par_table_format {
	bool values_only; /* -F */
	bool header;	  /* --header: names first */
	char delimiter;	  /* of -F; ',' otherwise */
};

/*
 * par_table_fields - the argument of -F: names and the delimiter between them
 * @text	"a,b", "a:b", "a b"; NULL or "": all names (and ',')
 * The first byte that is not a word character (A-Z a-z 0-9 _) is the delimiter; white space around
 * names is dropped, and so are empty names at the end.
 */
int par_table_fields(const char *text, struct par_strv *ret_names, char *ret_delimiter,
		     struct par_error **err);

/* par_table_put_header - the names in one line */
int par_table_put_header(struct par_buf *b, const struct par_table_format *f,
			 const char *const *names, size_t n);

/*
 * par_table_put_row - one record
 * @values	n texts; NULL: the attribute does not apply: left out by default, "null" with -F
 */
int par_table_put_row(struct par_buf *b, const struct par_table_format *f, const char *const *names,
		      const char *const *values, size_t n);

/* What an ls command says when there is no row. */
#define PAR_TABLE_EMPTY "No results were found.\n"
