/* SPDX-License-Identifier: Apache-2.0 */
/* Steps of making a profile, shared by profile.c, partition.c and stored_form.c. */
#pragma once

#include "lpard/core/model/partition.h"

/* lpar_profile_init - the defaults of a new profile */
void lpar_profile_init(struct lpar_profile *p);
/* lpar_profile_set - one pair of configuration data */
int lpar_profile_set(struct lpar_profile *p, const struct par_attr *attr, struct par_error **err);
/* lpar_profile_require - all attributes that creation needs (and @more) were given */
int lpar_profile_require(const struct lpar_profile *p, const struct par_attrs *attrs,
			 const char *const *more, struct par_error **err);
/*
 * lpar_profile_finish - after all pairs of @attrs were set: drop what the processor mode does not
 * have and give it a sharing mode, add the adapters that every partition has, and check the whole
 */
int lpar_profile_finish(struct lpar_profile *p, const struct lpar_system *sys,
			const struct par_attrs *attrs, struct par_error **err);
/* lpar_profile_check - what must hold between attributes; @sys may be NULL */
int lpar_profile_check(const struct lpar_profile *p, const struct lpar_system *sys,
		       struct par_error **err);
/* lpar_profile_append - hand the profile over into the partition's list */
int lpar_profile_append(struct lpar_partition *p, struct lpar_profile *take,
			struct par_error **err);
