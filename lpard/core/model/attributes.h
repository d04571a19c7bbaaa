/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of attributes.def.  Most attributes are a member of a struct of the model, which is
 * enough to print, set, copy, free and store them (lpard/common/field.h).  The values of
 * the other attributes are made by lpard/core/listings when they are listed.
 */
#pragma once

#include "lpard/common/attrs.h"
#include "lpard/common/error.h"
#include "lpard/common/field.h"

enum lpar_listing {
	LPAR_LIST_SYS,	     /* lssyscfg -r sys */
	LPAR_LIST_LPAR,	     /* lssyscfg -r lpar */
	LPAR_LIST_PROF,	     /* lssyscfg -r prof */
	LPAR_LIST_MEM_SYS,   /* lshwres -r mem --level sys */
	LPAR_LIST_MEM_LPAR,  /* lshwres -r mem --level lpar */
	LPAR_LIST_PROC_SYS,  /* lshwres -r proc --level sys */
	LPAR_LIST_PROC_LPAR, /* lshwres -r proc --level lpar */
	LPAR_LIST_PROC_POOL, /* lshwres -r proc --level pool */
	LPAR_LIST_PROCPOOL,  /* lshwres -r procpool */
	LPAR_LIST_ETH,	     /* lshwres -r virtualio --rsubtype eth --level lpar; likewise: */
	LPAR_LIST_SCSI,
	LPAR_LIST_SERIAL,
	LPAR_LIST_FC,
	LPAR_LIST_SLOTS,	/* … slot --level lpar */
	LPAR_LIST_SLOT,		/* … slot --level slot */
	LPAR_LIST_VSWITCH,	/* … vswitch */
	LPAR_LIST_VNETWORK,	/* … vnetwork */
	LPAR_LIST_NOTHING,	/* what an HMC can list and no machine has here */
	LPAR_LIST_REFCODE_SYS,	/* lsrefcode -r sys */
	LPAR_LIST_REFCODE_LPAR, /* lsrefcode -r lpar */
	LPAR_LIST_COUNT
};

/* The struct that an attribute's member is in. */
enum lpar_object {
	LPAR_OF_NONE,
	LPAR_OF_SYSTEM,
	LPAR_OF_USAGE,
	LPAR_OF_PARTITION,
	LPAR_OF_PROFILE,
	LPAR_OF_CURRENT, /* zeros when there is none */
	LPAR_OF_LIVE,	 /* zeros when there is none */
	LPAR_OF_REFCODE, /* struct lpar_refcode of listings.h */
	LPAR_OF_ADAPTER, /* a virtual adapter of the current configuration */
	LPAR_OF_NETWORK, /* struct lpar_network of networks.h */
};

enum lpar_show {
	LPAR_SHOW_SHOWN,  /* in the default listing and with -F */
	LPAR_SHOW_ASKED,  /* only with -F */
	LPAR_SHOW_HIDDEN, /* never: only stored */
};

/* When a user may set it. */
enum lpar_when {
	LPAR_WHEN_FIXED,   /* never */
	LPAR_WHEN_BORN,	   /* at creation */
	LPAR_WHEN_STOPPED, /* while not activated */
	LPAR_WHEN_ALWAYS,
};

/* Which records an attribute applies to. */
enum lpar_condition {
	LPAR_IF_ANY,
	LPAR_IF_VIOS,
	LPAR_IF_NOT_VIOS,
	LPAR_IF_RESOURCES, /* a profile that names resources (all_resources=0) */
	LPAR_IF_RESOURCES_NOT_VIOS,
	LPAR_IF_SHARED_PROFILE, /* such a profile with shared processors */
	LPAR_IF_CURRENT_SHARED, /* the current configuration has shared processors */
	LPAR_IF_TRUNK,		/* a virtual Ethernet adapter that is a trunk */
	LPAR_IF_NEVER,		/* a record of that kind has it on an HMC, none here */
};

/* Values that are more than a member; lpard/core/listings/values.c makes them. */
enum lpar_value {
	LPAR_VALUE_MEMBER, /* the member's text, or the constant */
	LPAR_VALUE_ADAPTER_KIND,
	LPAR_VALUE_AVAIL_MEM,
	LPAR_VALUE_AVAIL_UNITS,
	LPAR_VALUE_COMPAT_MODES,
	LPAR_VALUE_CONFIGURABLE_MEM,
	LPAR_VALUE_CURR_COMPAT_MODE,
	LPAR_VALUE_CURR_PROC_MODE,
	LPAR_VALUE_CURR_PROFILE,
	LPAR_VALUE_CURR_SHARING_MODE,
	LPAR_VALUE_CURR_UNCAP_WEIGHT,
	LPAR_VALUE_DRC_NAME,
	LPAR_VALUE_ETH_ADAPTERS,
	LPAR_VALUE_FC_ADAPTERS,
	LPAR_VALUE_INSTALLED_UNITS,
	LPAR_VALUE_IS_TRUNK,
	LPAR_VALUE_LOGICAL_SERIAL,
	LPAR_VALUE_MAC,
	LPAR_VALUE_MEM_REGION,
	LPAR_VALUE_NEXT_SLOT,
	LPAR_VALUE_OS,
	LPAR_VALUE_POOL_IDS,
	LPAR_VALUE_POOL_NAMES,
	LPAR_VALUE_REFCODE_TIME,
	LPAR_VALUE_REMOTE_ID,
	LPAR_VALUE_REMOTE_NAME,
	LPAR_VALUE_REMOTE_SLOT,
	LPAR_VALUE_RESOURCE_CONFIG,
	LPAR_VALUE_RUN_MEM,
	LPAR_VALUE_RUN_MIN_MEM,
	LPAR_VALUE_RUN_PROCS,
	LPAR_VALUE_RUN_PROC_UNITS,
	LPAR_VALUE_RUN_UNCAP_WEIGHT,
	LPAR_VALUE_SCSI_ADAPTERS,
	LPAR_VALUE_SERIAL_ADAPTERS,
	LPAR_VALUE_STATE,
	LPAR_VALUE_SYS_STATE,
	LPAR_VALUE_SYS_TIME,
	LPAR_VALUE_SYS_VIRTUAL_PROCS,
	LPAR_VALUE_TRUNK_PRIORITY,
	LPAR_VALUE_UNCAP_WEIGHT,
	LPAR_VALUE_VLAN_IDS,
	LPAR_VALUE_VNETWORK,
	LPAR_VALUE_COUNT
};

struct lpar_attribute {
	struct par_field field; /* PAR_FIELD_NONE: .constant or .value */
	enum lpar_show show;
	enum lpar_when when;
	enum lpar_object object;
	enum lpar_condition condition;
	enum lpar_value value;
	const char *constant; /* the only text there is, for what does not exist here */
	uint64_t least;	      /* a user may enter no less, though less is stored; 0: field.min */
	bool list;	      /* += and -= work on the elements of the text */
	bool number;	      /* .value makes a number */
	/*
	 * The partition's copy of an attribute of its profile: mksyscfg -r lpar gives the value to
	 * the profile that it makes, and applying a profile gives it to the partition.
	 */
	bool of_profile;
};

/* lpar_attributes - the rows of a listing, in the default order */
const struct lpar_attribute *lpar_attributes(enum lpar_listing l, size_t *ret_n);
/* lpar_attribute_find - by name, NULL if there is none */
const struct lpar_attribute *lpar_attribute_find(enum lpar_listing l, const char *name);
/*
 * lpar_attribute_is_number - are its values numbers (but for words like "none")?
 * Serial numbers, reference codes and what else only looks like a number are texts.
 */
bool lpar_attribute_is_number(const struct lpar_attribute *a);
/* lpar_attributes_print_doc - what mksyscfg and chsyscfg set, as scdoc's source */
void lpar_attributes_print_doc(FILE *f);
/* lpar_attribute_entered - the attribute's field as a user may enter it: a profile with all
 * resources has zeros stored that nobody may enter */
struct par_field lpar_attribute_entered(const struct lpar_attribute *a);
/* lpar_attribute_stored - is it a member of @object that the stored form has? */
bool lpar_attribute_stored(const struct lpar_attribute *a, enum lpar_object object);

/*
 * lpar_attribute_change - name=value, name+=value or name-=value of configuration data
 * @to	the struct that the attribute's member is in
 * Errors: PAR_E_INVALID_ARGUMENT (HSCL0617 says what the value must be), PAR_E_NOT_SUPPORTED for
 * another value than the constant.
 */
int lpar_attribute_change(const struct lpar_attribute *a, void *to, enum par_attr_op op,
			  const char *value, struct par_error **err);
/* lpar_field_set - the same for name=value of a row that has no attribute */
int lpar_field_set(const struct par_field *f, void *to, const char *value, struct par_error **err);

/* lpar_object_free - free and clear every member of @of that the rows of @l know */
void lpar_object_free(enum lpar_listing l, enum lpar_object object, void *of);
/* lpar_object_copy - replace strings by copies of themselves (after a copy of the struct); -ENOMEM
 */
int lpar_object_copy(enum lpar_listing l, enum lpar_object object, void *of);
/* lpar_object_store - append name and value of every stored member; -ENOMEM */
int lpar_object_store(enum lpar_listing l, enum lpar_object object, const void *of,
		      struct par_attrs *ret);

/* lpar_value_fail - HSCL0617 about a value; one that would harm a terminal is not repeated */
int lpar_value_fail(const char *name, const char *value, const char *reason,
		    struct par_error **err);

/*
 * lpar_attribute_fail - the HMC's message about a name that configuration data may not have; its
 * hint is the settable attribute of @l that is near to it, or else all of them
 * lpar_attribute_fail_new - the same for a new partition, which is given its profile's, too
 */
int lpar_attribute_fail(enum lpar_listing l, const char *name, struct par_error **err);
int lpar_attribute_fail_new(const char *name, struct par_error **err);

/* checks.c: what attributes.def names as CHECK and VALID */
int lpar_check_object_name(const struct par_field *f, const char *v, struct par_buf *why);
int lpar_check_description(const struct par_field *f, const char *v, struct par_buf *why);
int lpar_check_adapters(const struct par_field *f, const char *v, struct par_buf *why);
bool lpar_is_upper_uuid(const char *v);
bool lpar_is_none_or_id(const char *v);
bool lpar_is_id_list(const char *v);
bool lpar_is_printable(const char *v);

/* The switch that a virtual Ethernet adapter is at when it names none. */
#define LPAR_DEFAULT_VSWITCH "ETHERNET0"
