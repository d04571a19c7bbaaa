/* SPDX-License-Identifier: Apache-2.0 */
/* Work that several jobs share: see define_lpar.h. */
#include "lpard/daemon/jobs/define_lpar.h"

#include "lpard/daemon/systems/images.h"
#include "lpard/daemon/systems/media.h"

#include <string.h>
#include <strings.h>

void lpar_define_live(const struct hv_record *rec, struct lpar_live *ret)
{
	*ret = (struct lpar_live){ .state = lpar_seen_state(rec->part, &rec->live),
				   .holds = rec->live.run_id >= 0 };
	if (!ret->holds)
		return;
	ret->mem_mib = rec->live.mem_mib;
	ret->procs = rec->live.vcpus;
}

int lpar_define_others(const struct lpar_managed *managed, const char *uuid, struct lpar_set *ret)
{
	struct lpar_partition **v = calloc(managed->set.n + 1, sizeof(struct lpar_partition *));

	if (!v)
		return -ENOMEM;
	*ret = (struct lpar_set){ .v = v };
	for (size_t i = 0; i < managed->set.n; i++) {
		if (strcasecmp(managed->set.v[i]->uuid, uuid) != 0)
			v[ret->n++] = managed->set.v[i];
	}
	return 0;
}

/* The image of the disk, from its folder or, when that has another now, as it is remembered. */
static int image_of_disk(const struct lpar_config *config, const struct lpar_partition *part,
			 struct fw_image *ret, struct par_error **err)
{
	auto_fw_image now = { 0 };
	bool found = lpar_images_find(config, part->boot_image, &now, NULL) == 0;

	if (!found || !lpar_images_is(&now, part->disk_image))
		return lpar_images_recall(part->disk_image, found ? &now : NULL, ret, err);
	*ret = now;
	now = (struct fw_image){ 0 };
	return 0;
}

int lpar_define_image(const struct lpar_config *config, const struct lpar_partition *part,
		      bool anew, struct fw_image *ret, struct par_error **err)
{
	int r;

	if (part->boot_image && strcmp(part->boot_image, "none") == 0)
		return 0;
	if (part->disk_image && !anew)
		r = image_of_disk(config, part, ret, err);
	else
		r = lpar_images_find(config, part->boot_image, ret, err);
	if (r < 0)
		return r;
	if (config->media)
		r = lpar_media_add(config->media, ret, err);
	return r < 0 ? r : 1;
}

int lpar_define_lpar(const struct lpar_job *job, const struct lpar_partition *part,
		     struct par_error **err)
{
	struct lpar_profile *first = lpar_profile_find(part, part->default_profile);
	const struct lpar_profile *p = part->current ? &part->current->profile : first;
	auto_fw_image image = { 0 };
	struct hv_definition def = { .part = part };
	struct hv *hv = job->managed->hv;

	/* Activation looks for the image again, and fails when the image is missing. */
	if (lpar_define_image(job->config, part, false, &image, NULL) > 0)
		def.image = &image;
	if (p)
		def.boot_mode = p->boot_mode;
	return hv->ops->define(hv, &def, err);
}
