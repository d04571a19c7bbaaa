/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ListImages: the boot images, and which LPARs start from each.  A worker reads the manifests, the
 * loop adds the LPARs.
 */
#include "lpard/daemon/methods/methods.h"
#include "lpard/daemon/systems/images.h"
#include "lpard/daemon/systems/inventory.h"
#include "lpard/daemon/systems/lpar.h"

struct image_request {
	struct lpar_call *call;
	const struct lpar_daemon *daemon;
	const struct lpar_config *config;
	char *default_image;
	struct json_object *images;
	int r;
};

static void request_free(struct image_request *q)
{
	free(q->default_image);
	json_object_put(q->images);
	free(q);
}

/* @why: an image that cannot be read is listed with its name only */
static int put_image(struct json_object *o, const char *name, const struct fw_image *image,
		     const char *why, bool is_default)
{
	uint64_t bytes = 0;

	for (int i = 0; i < FW_IMAGE_PARTS; i++)
		bytes += image->files[i].name ? image->files[i].size : 0;
	if (par_json_put_string(o, "name", name) < 0 ||
	    par_json_put_string(o, "os", image->os_name ? image->os_name : "") < 0 ||
	    par_json_put_string(o, "version", image->os_version ? image->os_version : "") < 0 ||
	    par_json_put_string(o, "suite", image->suite ? image->suite : "") < 0 ||
	    par_json_put_string(o, "kernel", image->kernel_release ? image->kernel_release : "") <
		    0 ||
	    par_json_put(o, "page_size", json_object_new_int64(image->page_size)) < 0 ||
	    par_json_put(o, "bytes", json_object_new_int64((int64_t)bytes)) < 0 ||
	    par_json_put(o, "is_default", json_object_new_boolean(is_default)) < 0 ||
	    par_json_put(o, "lpars", json_object_new_array()) < 0)
		return -ENOMEM;
	return why ? par_json_put_string(o, "damage", why) : 0;
}

static int read_image(struct image_request *q, const char *name)
{
	struct json_object *o = json_object_new_object();
	auto_fw_image image = { 0 };
	auto_error why = NULL;
	int r;

	if (!o || json_object_array_add(q->images, o) < 0) {
		json_object_put(o);
		return -ENOMEM;
	}
	r = lpar_images_find(q->config, name, &image, &why);
	return put_image(o, name, &image, r < 0 ? (why ? why->msg : "") : NULL,
			 par_streq(name, q->default_image));
}

/* On a worker. */
static void read_images(void *user)
{
	struct image_request *q = user;
	auto_strv names = { 0 };

	q->default_image = lpar_images_default(q->config);
	q->images = json_object_new_array();
	q->r = q->images ? lpar_images_names(q->config, &names) : -ENOMEM;
	for (size_t i = 0; i < names.n && q->r >= 0; i++)
		q->r = read_image(q, names.v[i]);
}

static int put_user(struct json_object *image, const char *system, const char *lpar)
{
	struct json_object *lpars = NULL, *o = json_object_new_object();

	if (!json_object_object_get_ex(image, "lpars", &lpars) || !o ||
	    json_object_array_add(lpars, o) < 0) {
		json_object_put(o);
		return -ENOMEM;
	}
	return par_json_put_string(o, "system", system) < 0 ? -ENOMEM
							    : par_json_put_string(o, "lpar", lpar);
}

/* The LPARs of @managed to the images that they start from. */
static int put_users(const struct image_request *q, const struct lpar_managed *managed)
{
	int r = 0;

	for (size_t i = 0; i < managed->n_lpars && r >= 0; i++) {
		const struct lpar_partition *p = managed->lpars[i]->part;
		const char *image = p->boot_image ? p->boot_image : q->default_image;

		for (size_t k = 0; image && k < json_object_array_length(q->images); k++) {
			struct json_object *o = json_object_array_get_idx(q->images, k);
			const char *name = "";

			par_json_string(o, "name", true, &name, NULL);
			if (par_streq(name, image))
				r = put_user(o, managed->name, p->name);
		}
	}
	return r;
}

/* In the loop. */
static void images_read(void *user)
{
	struct image_request *q = user;
	auto_json a = json_object_new_object();
	auto_error err = NULL;

	/* The daemon ends: the worker was never asked. */
	if (!q->images)
		q->r = -ENOMEM;
	for (size_t i = 0; i < q->daemon->n_systems && q->r >= 0; i++)
		q->r = put_users(q, q->daemon->systems[i]);
	if (q->r < 0 || par_json_put(a, "images", take_ptr(q->images)) < 0) {
		par_oom(&err);
		lpar_call_fail(&q->call, &err);
	} else {
		lpar_call_reply(&q->call, take_ptr(a));
	}
	request_free(q);
}

void lpar_method_ListImages(struct lpar_daemon *d, struct lpar_call *call,
			    struct lpar_params_ListImages *params)
{
	struct image_request *q = calloc(1, sizeof(*q));
	auto_error err = NULL;

	(void)params;
	if (q)
		*q = (struct image_request){ .call = call, .daemon = d, .config = d->config };
	if (q && par_workers_run(d->workers, read_images, images_read, q) == 0)
		return;
	free(q);
	par_oom(&err);
	lpar_call_fail(&call, &err);
}
