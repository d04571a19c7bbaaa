/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Listings: which attributes the HMC's ls commands show, in which order, and the text of each
 * value.  The table itself is lpard/core/model/attributes.def.
 *
 * Use: lpar_fields_select() once per request, then for every record and field
 * lpar_field_put(); the texts go into a buffer of the caller, nothing is allocated per value.
 */
#pragma once

#include "lpard/common/error.h"
#include "lpard/common/str.h"
#include "lpard/common/words.h"
#include "lpard/core/model/adapters.h"
#include "lpard/core/model/attributes.h"
#include "lpard/core/model/networks.h"
#include "lpard/core/model/partition.h"

#include <time.h>

/*
 * lpar_listing_find - the listing for a resource, subtype and level, as lssyscfg, lshwres and
 * lsrefcode name them; what has none is NULL
 *
 * Returns NULL, or what is missing or has a bad value: "-r", "--rsubtype" or "--level".
 */
const char *lpar_listing_find(const char *resource, const char *subtype, const char *level,
			      enum lpar_listing *ret);

/* lpar_listing_of_lpars - has a record of the listing a partition? */
bool lpar_listing_of_lpars(enum lpar_listing l);

/* lpar_listing_adapters - is a record of the listing a virtual adapter?  Of which kind then */
bool lpar_listing_adapters(enum lpar_listing l, enum lpar_adapter_kind *ret);

/* What a row is about.  Fields that the listing does not need may be NULL. */
struct lpar_record {
	const struct lpar_system *system;
	const struct lpar_usage *usage; /* of the whole system: mem and proc, level sys */
	const struct lpar_partition *partition;
	const struct lpar_live *live;	    /* NULL: not activated */
	const struct lpar_profile *profile; /* LPAR_LIST_PROF */
	const struct lpar_refcode *refcode;
	const struct lpar_adapter *adapter; /* virtualio, with its kind */
	enum lpar_adapter_kind kind;
	const struct lpar_network *network;   /* vswitch and vnetwork */
	const struct lpar_networks *networks; /* all of the system, for vswitch */
	const struct lpar_set *set; /* all partitions of the system; NULL: none is known */
	time_t now;		    /* sys_time */
};

/*
 * lpar_attribute_names - what -F of a listing may name, or mksyscfg and chsyscfg may be given for a
 * partition (LPAR_LIST_LPAR) or a profile (LPAR_LIST_PROF); @ret is added to; -ENOMEM
 */
int lpar_attribute_names(enum lpar_listing l, enum lpar_use use, struct par_strv *ret);

/* lpar_attribute_name - as -F has it */
const char *lpar_attribute_name(const struct lpar_attribute *a);

/* The columns of a request; v is owned, the attributes are static.  { 0 } is empty. */
struct lpar_fields {
	const struct lpar_attribute **v;
	size_t n;
};

void lpar_fields_done(struct lpar_fields *f);

/*
 * lpar_fields_select - the attributes a request asks for
 * @names	n names in the order wanted; NULL: the listing's default set and order
 * Errors: PAR_E_INVALID_ARGUMENT ("An invalid attribute was entered.  The invalid attribute is X.
 * …").
 */
int lpar_fields_select(enum lpar_listing l, const char *const *names, size_t n,
		       struct lpar_fields *ret, struct par_error **err);

/*
 * lpar_field_put - append the value's text to @b
 * Returns 1 when the attribute applies to the record (the text may be empty), 0 when it does not
 * (nothing was appended; the default listing leaves it out, -F shows "null"), or -ENOMEM.
 */
int lpar_field_put(const struct lpar_attribute *a, const struct lpar_record *r, struct par_buf *b);

/*
 * --filter of a listing: every given criterion must hold.  { 0 } lets everything through.
 */
struct lpar_filter {
	struct par_strv lpar_names;
	struct par_strv lpar_ids;
	struct par_strv work_groups;
	struct par_strv profile_names;
	struct par_strv slots; /* of virtual adapters: numbers */
	struct par_strv vlans; /* numbers */
	struct par_strv vswitches;
	struct par_strv vnetworks;
	struct par_strv pools;	/* of processors, by id or name */
	struct par_strv others; /* of what does not exist here */
};

void lpar_filter_done(struct lpar_filter *f);
/* lpar_filter_add - one criterion; PAR_E_INVALID_ARGUMENT for one that @l does not know */
int lpar_filter_add(struct lpar_filter *f, enum lpar_listing l, const char *name,
		    const char *const *values, size_t n, struct par_error **err);
/*
 * lpar_filter_check - what is named must exist, an unknown name is an error and not an empty list:
 * partitions (HSCL8012, HSCL8011), and profiles in at least one selected partition (HSCL800F)
 */
int lpar_filter_check(const struct lpar_filter *f, const struct lpar_set *set,
		      struct par_error **err);
/* lpar_filter_match_adapter - of those that the partition's record is listed with */
bool lpar_filter_match_adapter(const struct lpar_filter *f, enum lpar_adapter_kind kind,
			       const struct lpar_adapter *a);
bool lpar_filter_match_network(const struct lpar_filter *f, const struct lpar_network *n);
/* lpar_filter_match_pool - of the only pool of processors that there is */
bool lpar_filter_match_pool(const struct lpar_filter *f);
/* lpar_filter_match - @profile is NULL in listings that have none */
bool lpar_filter_match(const struct lpar_filter *f, const struct lpar_partition *p,
		       const struct lpar_profile *profile);
