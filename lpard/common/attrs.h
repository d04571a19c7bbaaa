/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HMC's configuration data: `name=value,name=value`, as IBM's page of mksyscfg describes the
 * argument of -i and as lssyscfg prints it.  A pair whose value has a comma is quoted whole
 * ("virtual_eth_adapters=a,b"); within such a pair, an element that has commas itself is wrapped in
 * doubled quotes ("virtual_eth_adapters=""2/1/1/3,4,5/0/1""").
 */
#pragma once

#include "lpard/common/error.h"
#include "lpard/common/str.h"
#include "lpard/common/words.h"

struct par_attr {
	char *name;
	enum par_attr_op op;
	/*
	 * Quotes of the pair taken off and its doubled quotes single again, so that a list reads
	 * as comma-separated values: `"2/1/1/3,4,5/0/1",3/0/1//0/1`.
	 */
	char *value;
};

struct par_attrs {
	struct par_attr *v;
	size_t n;
};

#define auto_attrs par_cleanup(par_attrs_done) struct par_attrs

void par_attrs_done(struct par_attrs *a);
/* par_attrs_add - append a copy of the pair; -ENOMEM */
int par_attrs_add(struct par_attrs *a, const char *name, enum par_attr_op op, const char *value);
/* par_attrs_get - the value of the last pair of that name, or NULL */
const char *par_attrs_get(const struct par_attrs *a, const char *name);

/*
 * par_attrs_parse - one record
 * What clients of the HMC send is taken, too: blanks at both ends of names and values, quotes
 * around a value alone (name="a,b"), a comma at the end, and in an element a pair of quotes that
 * has nothing in it (6/1/1/""/0/1).  Errors: PAR_E_INVALID_ARGUMENT (PAR_MSG_INVALID_DATA).
 */
#define PAR_MSG_INVALID_DATA "The format of the configuration data is invalid."
int par_attrs_parse(const char *text, struct par_attrs *ret, struct par_error **err);

/* par_attrs_parse_filter - the same; what has no name is one more value of the pair before it */
int par_attrs_parse_filter(const char *text, struct par_attrs *ret, struct par_error **err);

/*
 * par_attrs_split_list - elements of a list value, without their quotes and the blanks around them
 * "" is the empty list; a comma at the end means nothing.
 */
int par_attrs_split_list(const char *value, struct par_strv *ret, struct par_error **err);

/* par_attrs_put_pair - write name=value, quoted whole when the value needs it */
int par_attrs_put_pair(struct par_buf *b, const char *name, const char *value);

/* par_attrs_put_element - write one element of a list, quoted when it has a comma or a quote */
int par_attrs_put_element(struct par_buf *b, const char *element);
