/* SPDX-License-Identifier: Apache-2.0 */
/* The attributes of users and groups, as lsuser and lsgroup name and print them. */
#pragma once

#include "wparctl/accounts/account.h"

#include <json-c/json.h>

/* What a listing shows of: a user or a group. */
struct wpar_account_ref {
	const struct wpar_accounts *all;
	const struct wpar_account *user; /* or NULL */
	const struct wpar_group *group;	 /* or NULL */
};

struct wpar_account_attribute {
	const char *name;
	/* Puts the value; false: it is not known. */
	bool (*put)(const struct wpar_account_ref *ref, struct par_buf *out);
	bool is_number, is_list, is_bool;
};

extern const struct wpar_account_attribute wpar_user_attributes[], wpar_group_attributes[];
extern const size_t wpar_n_user_attributes, wpar_n_group_attributes;

/* A chosen part of a table of attributes; the array is owned. */
struct wpar_account_columns {
	const struct wpar_account_attribute **v;
	size_t n;
	bool chosen; /* by -a: an unknown value is shown, too */
};

/* wpar_account_names - "id, pgrp and groups", for messages; the caller frees; NULL: no memory */
char *wpar_account_names(const struct wpar_account_attribute *table, size_t n);

enum wpar_account_form {
	WPAR_ACCOUNT_LINE,   /* "root id=0 pgrp=root …" */
	WPAR_ACCOUNT_COLON,  /* -c: "root:0:root:…"; see wpar_account_heading() */
	WPAR_ACCOUNT_STANZA, /* -f */
};

/* wpar_account_heading - "#name:id:pgrp …" of the form with colons */
void wpar_account_heading(const struct wpar_account_columns *c, struct par_buf *out);
/* wpar_account_print - one user or group in the given form */
void wpar_account_print(const struct wpar_account_columns *c, const struct wpar_account_ref *ref,
			enum wpar_account_form form, struct par_buf *out);
/* wpar_account_json - one as an object: numbers, arrays and booleans as such; NULL: no memory */
struct json_object *wpar_account_json(const struct wpar_account_columns *c,
				      const struct wpar_account_ref *ref);
