/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The databases of role-based access control, each a file of AIX's stanzas below /etc/security:
 * roles, domains, domobjs (which WPAR is in which domain) and user.roles (which user has which
 * roles and domains).  A row is a stanza; its attributes are those of the database's kind.  The
 * files are root's, and read strictly all the same: who may do what hangs on them.
 */
#pragma once

#include "lpard/common/error.h"
#include "lpard/common/str.h"

#include <json-c/json.h>

#define WPAR_RBAC_BYTES	     (1u << 20) /* of a file */
#define WPAR_RBAC_ATTRIBUTES 4		/* the most that a kind has */
#define WPAR_RBAC_NAME_MAX   63
#define WPAR_RBAC_LIST_MAX   64 /* elements of a list */

struct wpar_rbac_attribute {
	const char *name;
	bool is_list, is_number;
	/* Can one element of a list, or the value, be this?  NULL: why not, as the end of a
	 * sentence. */
	const char *(*refuse)(const char *value);
};

struct wpar_rbac_kind {
	const char *path;
	const char *what; /* of a row, as messages begin: "Role" */
	size_t rows_max;
	uint64_t id_max; /* of the attribute "id"; 0: there is none */
	const char *(*refuse_name)(const char *name);
	struct wpar_rbac_attribute attributes[WPAR_RBAC_ATTRIBUTES];
	size_t n;
};

enum wpar_rbac_which {
	WPAR_RBAC_ROLES,
	WPAR_RBAC_DOMAINS,
	WPAR_RBAC_OBJECTS,
	WPAR_RBAC_USERS,
	WPAR_RBAC_COUNT,
};

extern const struct wpar_rbac_kind wpar_rbac_kinds[WPAR_RBAC_COUNT];

/* wpar_rbac_kind_attribute - the index of @name (@len bytes), or -1 */
int wpar_rbac_kind_attribute(const struct wpar_rbac_kind *kind, const char *name, size_t len);

struct wpar_rbac_row {
	char *name;
	char *values[WPAR_RBAC_ATTRIBUTES]; /* in the kind's order; NULL: not set, never "" */
};

struct wpar_rbac_table {
	const struct wpar_rbac_kind *kind;
	struct wpar_rbac_row *v; /* in the file's order */
	size_t n;
};

/* All four; { 0 } is to be begun with wpar_rbac_init(). */
struct wpar_rbac {
	struct wpar_rbac_table tables[WPAR_RBAC_COUNT];
};

void wpar_rbac_init(struct wpar_rbac *db);
void wpar_rbac_done(struct wpar_rbac *db);
#define auto_rbac par_cleanup(wpar_rbac_done) struct wpar_rbac

/* wpar_rbac_parse - the text of a file as the rows of @t, which is empty; PAR_E_CORRUPT */
int wpar_rbac_parse(const char *text, size_t len, struct wpar_rbac_table *t,
		    struct par_error **err);
/* wpar_rbac_write - as wpar_rbac_parse() reads it back; 0 or -ENOMEM */
int wpar_rbac_write(const struct wpar_rbac_table *t, struct par_buf *out);

struct wpar_rbac_row *wpar_rbac_find(const struct wpar_rbac_table *t, const char *name);
/* wpar_rbac_value - of an attribute of the row; "" when it is not set, or the row is NULL */
const char *wpar_rbac_value(const struct wpar_rbac_table *t, const struct wpar_rbac_row *row,
			    const char *attribute);
/* wpar_rbac_has - is @element in the list that is the value? */
bool wpar_rbac_has(const char *list, const char *element);

/* wpar_rbac_add - a new row without attributes; PAR_E_EXISTS, PAR_E_INVALID_ARGUMENT, -TOO_LARGE */
int wpar_rbac_add(struct wpar_rbac_table *t, const char *name, struct wpar_rbac_row **ret,
		  struct par_error **err);
void wpar_rbac_remove(struct wpar_rbac_table *t, struct wpar_rbac_row *row);

/*
 * wpar_rbac_set - "attribute=value"; of lists also "attribute=+value" and "attribute=-value"
 * An empty value takes the attribute away.  PAR_E_INVALID_ARGUMENT
 */
int wpar_rbac_set(struct wpar_rbac_table *t, struct wpar_rbac_row *row, const char *setting,
		  struct par_error **err);
/* wpar_rbac_give_id - the lowest free number, where the kind has one and the row has not */
int wpar_rbac_give_id(struct wpar_rbac_table *t, struct wpar_rbac_row *row, struct par_error **err);

enum wpar_rbac_form {
	WPAR_RBAC_LINE,	  /* "ops authorizations=aix.wpar.system id=1" */
	WPAR_RBAC_COLON,  /* -C: "ops:aix.wpar.system:::1"; see wpar_rbac_heading() */
	WPAR_RBAC_STANZA, /* -f, -F */
};

/* Which attributes a listing has, by their index; the array is owned. */
struct wpar_rbac_columns {
	size_t *v;
	size_t n;
	bool chosen; /* by -a: one that is not set is shown, too */
};

/* wpar_rbac_heading - "#role:authorizations:…" of the form with colons */
void wpar_rbac_heading(const struct wpar_rbac_kind *kind, const struct wpar_rbac_columns *c,
		       struct par_buf *out);
void wpar_rbac_print(const struct wpar_rbac_kind *kind, const struct wpar_rbac_columns *c,
		     const struct wpar_rbac_row *row, enum wpar_rbac_form form,
		     struct par_buf *out);
/* wpar_rbac_json - lists as arrays, numbers as such; NULL: no memory */
struct json_object *wpar_rbac_json(const struct wpar_rbac_kind *kind,
				   const struct wpar_rbac_columns *c,
				   const struct wpar_rbac_row *row);
