/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A logical partition: its own attributes, its profiles, and its current configuration.  The model
 * changes only here, from configuration data (struct par_attrs), all or nothing; storing it
 * is the hypervisor port's business: lpar_partition_to_attrs() and its like give the stored form.
 */
#pragma once

#include "lpard/common/attrs.h"
#include "lpard/common/error.h"
#include "lpard/common/uuid.h"
#include "lpard/core/model/profile.h"
#include "lpard/core/model/state.h"
#include "lpard/core/model/system.h"

enum lpar_env {
	LPAR_ENV_AIXLINUX,
	LPAR_ENV_OS400,
	LPAR_ENV_VIOSERVER,
};

#define LPAR_IMAGE_DEFAULT "default" /* boot_image of a partition that names none */

/* Plain data; strings owned, NULL means the attribute's default. */
struct lpar_partition {
	char *name;
	char uuid[PAR_UUID_LEN]; /* upper case */
	uint32_t id;
	enum lpar_env env;
	enum lpar_keylock keylock;
	char *default_profile;
	struct lpar_profile *profiles;
	size_t n_profiles;
	struct lpar_current *current; /* NULL until a profile was applied */
	char *error_refcode; /* why the last activation failed; NULL: none failed. State is Error
				while this is set and the domain is off. */
	char *left_error;    /* "crashed": an operator has powered the crashed partition off; NULL:
				nothing was left */
	char *damaged;	     /* why what is stored of it cannot be read: only name, UUID, perhaps
				the id are known then, and nothing may be stored; NULL: it can */

	uint32_t sync_curr_profile; /* 0 off, 1 on, 2 suspended until the next activation */
	uint32_t avail_priority;
	bool shared_proc_pool_util_auth;
	bool allow_perf_collection;
	/* What the next activation uses; applying a profile sets these from it. */
	enum lpar_boot_mode boot_mode;
	bool auto_start;
	bool redundant_err_path_reporting;
	bool time_ref;
	bool msp;
	char *work_group_id;
	char *power_ctrl_lpar_ids;
	char *description;
	char *boot_image; /* ours: name of an image folder; NULL: the configured default */
	/*
	 * Of which image the partition's disk was made: the image's name, and behind blanks what
	 * the daemon knows it by; NULL: the partition has no disk yet.  disk_begun is the same
	 * while a disk is being made.
	 */
	char *disk_image;
	char *disk_begun;
};

/* lpar_partition_free - frees *p and sets it to NULL; NULL is fine */
void lpar_partition_free(struct lpar_partition **p);
#define auto_partition par_cleanup(lpar_partition_free) struct lpar_partition *
/* lpar_partition_dup - a deep copy, NULL when out of memory (change the copy, store it, swap) */
struct lpar_partition *lpar_partition_dup(const struct lpar_partition *p);

/*
 * lpar_name_check - may this be a partition's or profile's name?
 * 1..31 printable ASCII characters, no leading dash or blank, none of  ( ) < > * $ & ? | [ ] ' " /
 * \ ` and not made of dots only.  Errors: PAR_E_INVALID_ARGUMENT.
 */
int lpar_name_check(const char *attribute, const char *name, struct par_error **err);

/*
 * lpar_partition_create - mksyscfg -r lpar: a partition with its default profile
 * @others	the system's partitions, for names and ids
 * @uuid	of the new partition, any case
 * Errors: PAR_E_EXISTS (HSCL05DE), PAR_E_INVALID_ARGUMENT (missing attributes named, min >
 * desired…).
 */
int lpar_partition_create(const struct lpar_system *sys, const struct lpar_set *others,
			  const char *uuid, const struct par_attrs *attrs,
			  struct lpar_partition **ret, struct par_error **err);

/*
 * lpar_partition_change - chsyscfg -r lpar; name= or lpar_id= (already used to find @p) are
 * skipped, new_name= renames (only while not activated) Errors: PAR_E_INVALID_ARGUMENT,
 * PAR_E_EXISTS, PAR_E_WRONG_STATE.  Nothing changes on failure.
 */
int lpar_partition_change(struct lpar_partition *p, const struct lpar_system *sys,
			  const struct lpar_set *others, enum lpar_state state,
			  const struct par_attrs *attrs, struct par_error **err);

/*
 * lpar_partition_state - the state that listings show: what @live says (NULL: not activated), but
 * Error where the last activation failed
 */
enum lpar_state lpar_partition_state(const struct lpar_partition *p, const struct lpar_live *live);

/* What can be done to a partition (chsysstate, rmsyscfg). */
enum lpar_operation {
	LPAR_OP_ON,	  /* needs a profile, or a current configuration */
	LPAR_OP_SHUTDOWN, /* delayed, the power button */
	LPAR_OP_SHUTDOWN_IMMED,
	LPAR_OP_RESTART_IMMED,
	LPAR_OP_OSSHUTDOWN, /* needs the agent */
	LPAR_OP_OSSHUTDOWN_RESTART,
	LPAR_OP_APPLY, /* make a profile the current configuration */
	LPAR_OP_REMOVE,
	LPAR_OP_COUNT
};

/* How an operation is asked for: bits. */
enum lpar_with {
	LPAR_WITH_PROFILE = 1 << 0,   /* LPAR_OP_ON: -f */
	LPAR_WITH_BOOT_MODE = 1 << 1, /* LPAR_OP_ON: -b */
	LPAR_WITH_FORCE = 1 << 2,     /* a saved memory may be lost */
};

/*
 * lpar_operation_check - is the operation allowed now?
 * @with	bits of enum lpar_with
 * Errors: PAR_E_WRONG_STATE with HSCL05EA, HSCL1558, HSCL05DF; HSCL0DB4 when the agent is not
 * there.
 */
int lpar_operation_check(const struct lpar_partition *p, const struct lpar_live *live,
			 enum lpar_operation op, unsigned int with, struct par_error **err);

/*
 * The stored form: name/value lists whose names and values are those of the HMC's configuration
 * data (and `uuid`), so that they read well in a domain's metadata.  A reader takes versions up to
 * its own and ignores names it does not know.
 */
#define LPAR_STORED_VERSION 1

/* lpar_partition_to_attrs - the partition's own attributes (no profiles, no current); @ret is added
 * to */
int lpar_partition_to_attrs(const struct lpar_partition *p, struct par_attrs *ret);
int lpar_profile_to_attrs(const struct lpar_profile *p, struct par_attrs *ret);
int lpar_current_to_attrs(const struct lpar_current *c, struct par_attrs *ret);

/*
 * lpar_partition_from_attrs - a partition without profiles and current configuration
 * The two functions below add those.  Stored data is not trusted: what does not parse is
 * PAR_E_CORRUPT.
 */
int lpar_partition_from_attrs(unsigned int version, const struct par_attrs *attrs,
			      struct lpar_partition **ret, struct par_error **err);
int lpar_partition_load_profile(struct lpar_partition *p, unsigned int version,
				const struct par_attrs *attrs, struct par_error **err);
int lpar_partition_load_current(struct lpar_partition *p, unsigned int version,
				const struct par_attrs *attrs, struct par_error **err);
