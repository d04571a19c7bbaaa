/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of attributes (keys.def): values from text and back, by stanza and name (keys.c), and
 * where the records of a stanza lie in a specification (records.c).
 */
#pragma once

#include "lpard/common/field.h"
#include "wparctl/spec/spec.h"

enum wpar_stanza {
	WPAR_STANZA_GENERAL,
	WPAR_STANZA_NETWORK,
	WPAR_STANZA_ROUTE,
	WPAR_STANZA_MOUNT,
	WPAR_STANZA_RESOURCES,
	WPAR_STANZA_SECURITY,
	WPAR_STANZA_DEVICE,
	WPAR_STANZA_KEXT,
	WPAR_STANZA_VERSIONED,
	WPAR_STANZA_COPY,
	WPAR_STANZA_COUNT,
};

struct wpar_key {
	enum wpar_stanza stanza;
	struct par_field field;
	bool always;			/* written even when the member is not set */
	const char *refused;		/* why no WPAR is made with it; NULL: one can be */
	bool (*fits)(const char *text); /* of two names for one member: is this the one? */
};

/* WPAR_TEXT_OF - a number that has a name, as the text of a default */
#define WPAR_TEXT_OF(number)	  WPAR_TEXT_OF_VALUE(number)
#define WPAR_TEXT_OF_VALUE(value) #value

extern const struct wpar_key wpar_keys[];
extern const size_t wpar_n_keys;

/* What mountopts of a directory or a namefs may have, and how messages and the manual say it. */
#define WPAR_MOUNT_TYPES   "directory, namefs, jfs2, ext4, xfs or nfs"
#define WPAR_MOUNT_OPTIONS "rw, ro, nosuid, nodev or noexec"
#define WPAR_MOUNT_OPTIONS_TEXT \
	WPAR_MOUNT_OPTIONS ", several with commas between, but not both rw and ro"
/* The same of an nfs, and what else it may have: nfs_options.c */
#define WPAR_NFS_OPTIONS \
	"hard, soft, vers=4, 4.0, 4.1 or 4.2, timeo=, retrans=, rsize=, wsize= or port="
#define WPAR_NFS_OPTIONS_TEXT                              \
	"rw, ro, nosuid, nodev, noexec, " WPAR_NFS_OPTIONS \
	" with a number, several with commas between, but not both rw and ro"

/* wpar_is_word_of - is @s a word of the list "a, b or c"? */
bool wpar_is_word_of(const char *list, const char *s);

/* wpar_stanza_name - "network" */
const char *wpar_stanza_name(enum wpar_stanza stanza);
/* wpar_stanza_flag - the flag whose pairs it has, "-N"; NULL: none */
const char *wpar_stanza_flag(enum wpar_stanza stanza);
/* wpar_stanza_from_name - -1 when there is none */
int wpar_stanza_from_name(const char *name, size_t len);

/* wpar_key_find - NULL when the stanza has no such attribute */
const struct wpar_key *wpar_key_find(enum wpar_stanza stanza, const char *name);

/* wpar_key_is_known - is it one that messages and manuals list? */
bool wpar_key_is_known(const struct wpar_key *key);
/*
 * wpar_key_need - wpar_key_find(), or an error that lists the attributes there are
 * @flag	"-N"; NULL: the name stood in a stanza
 * Errors: @id, or PAR_E_NOT_SUPPORTED for an attribute of AIX that has no place here.
 */
const struct wpar_key *wpar_key_need(enum wpar_stanza stanza, const char *name, const char *flag,
				     enum par_error_id id, struct par_error **err);

/* wpar_key_set - check @value and put it into the field of @record; PAR_E_INVALID_ARGUMENT */
int wpar_key_set(const struct wpar_key *key, void *record, const char *value,
		 struct par_error **err);
/* wpar_key_format - the value as text behind @b; returns false when it is not set (no text) */
bool wpar_key_format(const struct wpar_key *key, const void *record, struct par_buf *b);

/* wpar_keys_print_doc - the keys of the flags of mkwpar and wparexec, as scdoc's source */
void wpar_keys_print_doc(FILE *f);

/*
 * wpar_record_add - where attributes of a new stanza go: a new element of its list, or the one
 * there is (general, resources, security, versioned).  NULL: out of memory or over 1024 elements.
 */
void *wpar_record_add(struct wpar_spec *s, enum wpar_stanza stanza);
/* wpar_record_get - element @i, or NULL behind the last */
void *wpar_record_get(const struct wpar_spec *s, enum wpar_stanza stanza, size_t i);
/* wpar_records_differ - does @stanza say something else in @a than in @b? */
bool wpar_records_differ(const struct wpar_spec *a, const struct wpar_spec *b,
			 enum wpar_stanza stanza);

/*
 * wpar_record_set_pair - "name=value" of a flag (-N address=10.0.0.1) into @record
 * @flag	for the message: "-N"
 */
int wpar_record_set_pair(enum wpar_stanza stanza, void *record, const char *pair, const char *flag,
			 struct par_error **err);

/*
 * wpar_record_add_pairs - a new record of @stanza from the pairs of a flag
 * NULL with *err: a pair that cannot be, or too many records.
 */
void *wpar_record_add_pairs(struct wpar_spec *s, enum wpar_stanza stanza, char *const *pairs,
			    size_t n, const char *flag, struct par_error **err);

/*
 * wpar_record_find - the record that @given, one of the same stanza, is about
 * @whole	all attributes that are set in @given are to be equal; else those that tell records
 *		apart (address, directory, devname …)
 * Returns its number, or -1: there is none; -EINVAL: @given has nothing that tells records apart.
 */
ssize_t wpar_record_find(const struct wpar_spec *s, enum wpar_stanza stanza, const void *given,
			 bool whole);

/* wpar_record_identity - what tells records of @stanza apart, for messages: "rtdest= and …" */
const char *wpar_record_identity(enum wpar_stanza stanza);

/* wpar_record_remove - frees record @i, which is there, and closes the gap */
void wpar_record_remove(struct wpar_spec *s, enum wpar_stanza stanza, size_t i);
/* wpar_records_clear - removes all records of @stanza, which may have many */
void wpar_records_clear(struct wpar_spec *s, enum wpar_stanza stanza);
