/* SPDX-License-Identifier: Apache-2.0 */
/* Steps of making a profile, shared by profile.c, partition.c and store.c. */
#pragma once

#include "lpard/core/model/partition.h"

/* profile_init - the defaults of a new profile */
void profile_init(struct lpar_profile *p);
/* profile_set - one pair of configuration data */
int profile_set(struct lpar_profile *p, const struct par_attr *attr, struct par_error **err);
/* profile_require - all attributes that creation needs (and @more) were given */
int profile_require(const struct lpar_profile *p, const struct par_attrs *attrs,
		    const char *const *more, struct par_error **err);
/* profile_settle - drop what the processor mode does not have, default its sharing mode */
int profile_settle(struct lpar_profile *p, const struct par_attrs *attrs, struct par_error **err);
/* profile_complete - add the adapters that are always there */
int profile_complete(struct lpar_profile *p, struct par_error **err);
/* profile_check - what must hold between attributes; @sys may be NULL */
int profile_check(const struct lpar_profile *p, const struct lpar_system *sys,
		  struct par_error **err);
/* profile_append - take the profile over into the partition's list */
int profile_append(struct lpar_partition *p, struct lpar_profile *take, struct par_error **err);
