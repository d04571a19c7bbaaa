/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A partition profile: a named wish for resources.  The current configuration of a partition
 * (struct lpar_current) is such a wish, made real by activation or by `chsyscfg -o apply`.
 *
 * Units: memory in MiB, processor units in hundredths.
 */
#pragma once

#include "lpard/common/attrs.h"
#include "lpard/common/error.h"
#include "lpard/common/words.h"
#include "lpard/core/model/system.h"

struct lpar_partition;

enum lpar_proc_mode {
	LPAR_PROC_SHARED,
	LPAR_PROC_DEDICATED,
};

enum lpar_sharing_mode {
	LPAR_SHARING_CAP,
	LPAR_SHARING_UNCAP,
	LPAR_SHARING_KEEP_IDLE,
	LPAR_SHARING_IDLE,
	LPAR_SHARING_IDLE_ACTIVE,
	LPAR_SHARING_IDLE_ALWAYS,
};

/* Plain data; strings owned, NULL means the attribute's default. */
struct lpar_profile {
	char *name;
	bool all_resources;
	uint64_t min_mem_mib, desired_mem_mib, max_mem_mib;
	enum lpar_proc_mode proc_mode;
	uint32_t min_proc_units_x100, desired_proc_units_x100, max_proc_units_x100; /* shared */
	uint32_t min_procs, desired_procs, max_procs;
	enum lpar_sharing_mode sharing_mode;
	uint32_t uncap_weight;
	uint32_t max_virtual_slots;
	/* Lists as the HMC writes them, "none" when empty; see adapters.h for the elements. */
	char *virtual_serial_adapters;
	char *virtual_scsi_adapters;
	char *virtual_eth_adapters;
	char *virtual_fc_adapters;
	char *io_slots;
	enum lpar_boot_mode boot_mode;
	bool conn_monitoring;
	bool auto_start;
	bool redundant_err_path_reporting;
	char *power_ctrl_lpar_ids;
	char *work_group_id;
	char *proc_compat_mode; /* "default", "POWER9"… */
};

void lpar_profile_done(struct lpar_profile *p);
/* lpar_profile_copy - @ret becomes a deep copy; -ENOMEM */
int lpar_profile_copy(const struct lpar_profile *from, struct lpar_profile *ret);

/* What a partition was given when a profile was applied. */
struct lpar_current {
	struct lpar_profile profile; /* as applied, with later edits (DLPAR) */
	uint64_t mem_mib;	     /* min <= mem <= max */
	uint32_t procs;		     /* virtual (shared) or whole (dedicated) */
	uint32_t proc_units_x100;    /* shared; 100 a processor when dedicated */
};

void lpar_current_free(struct lpar_current **c);

/* The pseudo-profile that shows and restores the last active configuration. */
#define LPAR_LAST_VALID "last*valid*configuration"

/*
 * lpar_last_valid_profile - the pseudo-profile as a record's profile
 * Returns false when @p was never activated.  @ret borrows from @p: do not free it.
 */
bool lpar_last_valid_profile(const struct lpar_partition *p, struct lpar_profile *ret);

/* lpar_profile_find - a profile of @p by name, NULL if there is none */
struct lpar_profile *lpar_profile_find(const struct lpar_partition *p, const char *name);
/* lpar_profile_get - the same, failing with HSCL800F (PAR_E_NOT_FOUND) */
int lpar_profile_get(const struct lpar_partition *p, const char *name, struct lpar_profile **ret,
		     struct par_error **err);

/*
 * lpar_profile_create - mksyscfg -r prof
 * @attrs	name and resources; lpar_name/lpar_id are skipped (the caller used them to find @p)
 * Errors: PAR_E_EXISTS, PAR_E_INVALID_ARGUMENT with the HMC's text.
 */
int lpar_profile_create(struct lpar_partition *p, const struct lpar_system *sys,
			const struct par_attrs *attrs, struct par_error **err);
/* lpar_profile_change - chsyscfg -r prof: name= picks it, new_name= renames; all or nothing */
int lpar_profile_change(struct lpar_partition *p, const struct lpar_system *sys,
			const struct par_attrs *attrs, struct par_error **err);
/*
 * lpar_profiles_settle - remote partitions of @p's profiles that are given by a name alone get
 * their id, if @set has them: the HMC keeps the partition, not the name Returns 0 or -ENOMEM.
 */
int lpar_profiles_settle(struct lpar_partition *p, const struct lpar_set *set);
/* lpar_profile_remove - rmsyscfg -r prof; the default profile stays (PAR_E_WRONG_STATE) */
int lpar_profile_remove(struct lpar_partition *p, const char *name, struct par_error **err);
/* lpar_profile_save - mksyscfg -r prof -o save: the current configuration as profile @name */
int lpar_profile_save(struct lpar_partition *p, const char *name, bool force,
		      struct par_error **err);

/*
 * lpar_profile_apply - give @p its current configuration from a profile (activation, -o apply)
 * @name	profile; NULL: the default profile; LPAR_LAST_VALID: the last configuration again
 * @usage	what the *other* partitions hold; desired is given if free, else down to min
 *
 * Replaces p->current and clears p->error_refcode; with sync_curr_profile the profile itself stays
 * as it is. Errors: PAR_E_NOT_FOUND (HSCL800F); PAR_E_NO_RESOURCES (HSCL3205) when not even the
 * minimum is there: then p->error_refcode is set, p->current keeps its value, and the state is
 * Error.
 */
int lpar_profile_apply(struct lpar_partition *p, const char *name, const struct lpar_system *sys,
		       const struct lpar_usage *usage, struct par_error **err);
