/* SPDX-License-Identifier: Apache-2.0 */
/* Work on LPARs that several jobs share; all of it for a worker. */
#pragma once

#include "firmware/image.h"
#include "lpard/daemon/jobs/job.h"

/* lpar_model_live - the state of a record just read, as far as the hypervisor knows it */
void lpar_model_live(const struct hv_record *rec, struct lpar_live *ret);

/* lpar_model_others - the system's partitions but this one; under host->lock; free ret->v */
int lpar_model_others(const struct lpar_managed *host, const char *uuid, struct lpar_set *ret);

/*
 * lpar_model_image - the image that @part boots
 * Returns 1, 0 when it boots none (boot_image=none), or an error as lpar_images_find().
 */
int lpar_model_image(const struct lpar_config *config, const struct lpar_partition *part,
		     struct fw_image *ret, struct par_error **err);

/* lpar_model_define - have the hypervisor hold @part whole; an image that is missing is left out */
int lpar_model_define(const struct lpar_job *job, const struct lpar_partition *part,
		      struct par_error **err);
