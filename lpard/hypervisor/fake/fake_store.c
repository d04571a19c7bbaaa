/* SPDX-License-Identifier: Apache-2.0 */
/* Images and disks of a fake system: only their names are kept. */
#include "firmware/image.h"
#include "lpard/hypervisor/fake/fake_priv.h"

#include <string.h>

static int remember(struct par_strv *v, const char *text, struct par_error **err)
{
	return par_strv_find(v, text) >= 0 || par_strv_add(v, text) == 0 ? 0 : par_oom(err);
}

static void forget(struct par_strv *v, const char *text)
{
	ssize_t i = par_strv_find(v, text);

	if (i < 0)
		return;
	free(v->v[i]);
	v->v[i] = v->v[--v->n];
	v->v[v->n] = NULL;
}

int fake_image_ensure(struct hv *hv, const struct fw_image *image,
		      const struct hv_progress *progress, struct par_error **err)
{
	struct fake *f = fake_of(hv);
	int r = fake_begin(f, NULL, NULL, err);
	bool had;

	if (r < 0)
		return r;
	had = par_strv_find(&f->images, image->name) >= 0;
	r = fake_end(f, remember(&f->images, image->name, err));
	if (r < 0 || had)
		return r;
	for (int i = 0; i < FW_IMAGE_PARTS; i++) {
		const struct fw_image_file *file = &image->files[i];

		if (file->name && progress && progress->fn &&
		    progress->fn(fw_image_part_name((enum fw_image_part)i), file->size, file->size,
				 progress->user) != 0)
			return par_fail(err, PAR_E_TIMED_OUT, 0, "the upload was cancelled");
	}
	return 0;
}

int fake_image_remove(struct hv *hv, const struct fw_image *image, struct par_error **err)
{
	struct fake *f = fake_of(hv);
	int r = fake_begin(f, NULL, NULL, err);

	if (r < 0)
		return r;
	if (f->disks.n > 0)
		return fake_end(f, par_fail(err, PAR_E_BUSY, 0, "a disk is made over the image"));
	forget(&f->images, image->name);
	return fake_end(f, 0);
}

int fake_disk_ensure(struct hv *hv, const char *uuid, const struct fw_image *image,
		     uint64_t size_mib, enum hv_disk_wish wish, char **ret_path,
		     struct par_error **err)
{
	struct fake *f = fake_of(hv);
	int r = fake_begin(f, NULL, NULL, err);
	bool had;

	(void)size_mib;
	*ret_path = NULL;
	if (r < 0)
		return r;
	if (par_strv_find(&f->images, image->name) < 0)
		return fake_end(f, par_fail(err, PAR_E_NOT_FOUND, 0,
					    "the image \"%s\" is not in the pool", image->name));
	had = par_strv_find(&f->disks, uuid) >= 0;
	if (wish == HV_DISK_THERE && !had)
		return fake_end(f, par_fail(err, PAR_E_NOT_FOUND, 0,
					    "the disk \"%s\" of the LPAR is not there", uuid));
	if (wish == HV_DISK_NEW && had)
		return fake_end(f, par_fail(err, PAR_E_WRONG_STATE, 0,
					    "the disk \"%s\" of the LPAR is there", uuid));
	*ret_path = strdup(uuid);
	return fake_end(f, *ret_path ? remember(&f->disks, uuid, err) : par_oom(err));
}

void hv_fake_lose_disks(struct hv *hv)
{
	struct fake *f = fake_of(hv);

	pthread_mutex_lock(&f->lock);
	par_strv_done(&f->disks);
	pthread_mutex_unlock(&f->lock);
}

int fake_disk_remove(struct hv *hv, const char *uuid, struct par_error **err)
{
	struct fake *f = fake_of(hv);
	int r = fake_begin(f, NULL, NULL, err);

	if (r < 0)
		return r;
	forget(&f->disks, uuid);
	return fake_end(f, 0);
}

int fake_pool_remove(struct hv *hv, struct par_error **err)
{
	struct fake *f = fake_of(hv);
	int r = fake_begin(f, NULL, NULL, err);

	if (r < 0)
		return r;
	if (f->n_lpars > 0)
		return fake_end(f, par_fail(err, PAR_E_BUSY, 0, "LPARs that are still there: %zu",
					    f->n_lpars));
	par_strv_done(&f->images);
	par_strv_done(&f->disks);
	return fake_end(f, 0);
}

int fake_unused(struct hv *hv, const struct hv_keep *keep, bool remove, struct hv_unused *ret,
		struct par_error **err)
{
	struct fake *f = fake_of(hv);
	int r = fake_begin(f, NULL, NULL, err);

	(void)keep;
	if (r < 0)
		return r;
	ret->v = calloc(f->disks.n + 1, sizeof(*ret->v));
	if (!ret->v)
		return fake_end(f, par_oom(err));
	for (size_t i = f->disks.n; i-- > 0;) {
		if (fake_find(f, f->disks.v[i]))
			continue;
		ret->v[ret->n].bytes = 4096;
		ret->v[ret->n].name = strdup(f->disks.v[i]);
		if (!ret->v[ret->n++].name)
			return fake_end(f, par_oom(err));
		if (remove)
			forget(&f->disks, ret->v[ret->n - 1].name);
	}
	return fake_end(f, 0);
}
