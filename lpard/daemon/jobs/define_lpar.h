/* SPDX-License-Identifier: Apache-2.0 */
/* Work on LPARs that several jobs share; all of it for a worker. */
#pragma once

#include "firmware/image.h"
#include "lpard/daemon/jobs/job.h"

/* lpar_define_live - the state of a record just read, as far as the hypervisor knows it */
void lpar_define_live(const struct hv_record *rec, struct lpar_live *ret);

/* lpar_define_others - the system's partitions but this one; under managed->lock; free ret->v */
int lpar_define_others(const struct lpar_managed *managed, const char *uuid, struct lpar_set *ret);

/*
 * lpar_define_image - the image that @part boots
 * @anew	the one that boot_image names; else, when @part has a disk, the one that the disk
 *was made of: another kernel over the disk's system would not fit Returns 1, 0 when it boots none
 *(boot_image=none), or an error as lpar_images_find().
 */
int lpar_define_image(const struct lpar_config *config, const struct lpar_partition *part,
		      bool anew, struct fw_image *ret, struct par_error **err);

/* lpar_define_lpar - have the hypervisor hold @part whole; an image that is missing is left out */
int lpar_define_lpar(const struct lpar_job *job, const struct lpar_partition *part,
		     struct par_error **err);
