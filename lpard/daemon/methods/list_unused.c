/* SPDX-License-Identifier: Apache-2.0 */
/* ListUnused, RemoveUnused: volumes that nothing needs. */
#include "lpard/common/json.h"
#include "lpard/daemon/methods/common.h"
#include "lpard/daemon/systems/audit.h"
#include "lpard/daemon/systems/images.h"
#include "lpard/daemon/systems/media.h"

#include <string.h>

struct unused {
	struct lpar_daemon *daemon;
	const struct lpar_config *config;
	struct lpar_managed *managed;
	struct lpar_call *call; /* NULL: the caller has left */
	struct lpar_peer peer;
	uint64_t begun_ms;
	bool remove;
	struct par_strv remembered; /* images of which LPARs' disks are made */
	struct par_strv uuids;
	struct fw_image *images;
	size_t n_images;
	struct hv_unused volumes;
	struct par_error *err;
};

static void unused_free(struct unused *u)
{
	par_strv_done(&u->remembered);
	par_strv_done(&u->uuids);
	for (size_t i = 0; i < u->n_images; i++)
		fw_image_done(&u->images[i]);
	free(u->images);
	hv_unused_done(&u->volumes);
	par_error_free(&u->err);
	free(u);
}

/* On a worker: an image whose manifest cannot be read may be one that is needed. */
static int load_images(struct unused *u, struct par_error **err)
{
	auto_strv names = { 0 };
	int r = 0;

	if (lpar_images_names(u->config, &names) < 0)
		return par_oom(err);
	u->images = calloc(names.n + u->remembered.n + 1, sizeof(*u->images));
	if (!u->images)
		return par_oom(err);
	for (size_t i = 0; r == 0 && i < names.n; i++) {
		r = lpar_images_find(u->config, names.v[i], &u->images[u->n_images], err);
		u->n_images += r == 0;
	}
	for (size_t i = 0; r == 0 && i < u->remembered.n; i++) {
		r = lpar_images_recall(u->remembered.v[i], NULL, &u->images[u->n_images], err);
		u->n_images += r == 0;
	}
	if (r < 0 || !u->config->media)
		return r;
	r = lpar_media_add(u->config->media, &u->images[u->n_images], err);
	u->n_images += r == 0;
	return r;
}

static void unused_work(void *user)
{
	struct unused *u = user;
	struct hv_keep keep = { 0 };
	struct hv *hv = u->managed->hv;

	par_error_free(&u->err);
	if (load_images(u, &u->err) < 0)
		return;
	keep.images = u->images;
	keep.n_images = u->n_images;
	keep.uuids = u->uuids;
	(void)hv->ops->unused(hv, &keep, u->remove, &u->volumes, &u->err);
}

static struct json_object *make_answer(const struct unused *u)
{
	auto_json o = json_object_new_object();
	struct json_object *list = json_object_new_array();

	if (par_json_put(o, "volumes", list) < 0)
		return NULL;
	for (size_t i = 0; i < u->volumes.n; i++) {
		const struct hv_unused_volume *v = &u->volumes.v[i];
		auto_json one = json_object_new_object();

		if (par_json_put_string(one, "name", v->name) < 0 ||
		    par_json_put(one, "bytes", json_object_new_int64((int64_t)v->bytes)) < 0 ||
		    json_object_array_add(list, one) != 0)
			return NULL;
		one = NULL;
	}
	return take_ptr(o);
}

static void audit(const struct unused *u)
{
	autofree char *detail = par_strdup_printf("Volumes: %zu.", u->volumes.n);

	lpar_audit(u->daemon, &(struct lpar_audit){
				      .uid = u->peer.uid,
				      .pid = u->peer.pid,
				      .operation = "RemoveUnused",
				      .system = u->managed->name,
				      .begun_ms = u->begun_ms,
				      .result = u->err ? par_error_name(u->err->id) : "ok",
				      .text = u->err ? u->err->msg : NULL,
				      .detail = u->volumes.n ? detail : NULL,
			      });
}

static void unused_worked(void *user)
{
	struct unused *u = user;
	struct json_object *answer = u->err ? NULL : make_answer(u);

	if (u->remove)
		audit(u);
	if (!u->err && !answer)
		par_oom(&u->err);
	if (u->call && u->err)
		lpar_call_fail(&u->call, &u->err);
	else if (u->call)
		lpar_call_reply(&u->call, answer);
	else
		json_object_put(answer);
	unused_free(u);
}

static void on_gone(struct lpar_call *call, void *user)
{
	struct unused *u = user;

	(void)call;
	u->call = NULL;
}

/* What the loop knows and a worker does not: all LPARs, of all systems. */
static int note_lpars(struct unused *u)
{
	for (size_t i = 0; i < u->daemon->n_systems; i++) {
		const struct lpar_set *set = &u->daemon->systems[i]->set;

		for (size_t k = 0; k < set->n; k++) {
			const struct lpar_partition *p = set->v[k];

			if (par_strv_add(&u->uuids, p->uuid) < 0 ||
			    (p->disk_image && par_strv_add(&u->remembered, p->disk_image) < 0) ||
			    (p->disk_begun && par_strv_add(&u->remembered, p->disk_begun) < 0))
				return -ENOMEM;
		}
	}
	return 0;
}

static void begin(struct lpar_daemon *d, struct lpar_call *call, const char *system, bool remove)
{
	struct lpar_managed *managed = lpar_method_system(d, &call, system);
	struct unused *u = managed ? calloc(1, sizeof(*u)) : NULL;
	auto_error err = NULL;

	if (!managed)
		return;
	if (u)
		*u = (struct unused){ .daemon = d,
				      .config = d->config,
				      .managed = managed,
				      .call = call,
				      .peer = call->peer,
				      .begun_ms = par_now_ms(),
				      .remove = remove };
	/* The result of work that no worker gets to. */
	if (u)
		par_fail(&u->err, PAR_E_DISCONNECTED, 0, "lpard is being stopped");
	if (!u || note_lpars(u) < 0 ||
	    lpar_managed_run(managed, unused_work, unused_worked, u) < 0) {
		par_oom(&err);
		lpar_call_fail(&call, &err);
		if (u)
			unused_free(u);
		return;
	}
	call->gone = on_gone;
	call->gone_user = u;
}

void lpar_method_ListUnused(struct lpar_daemon *d, struct lpar_call *call,
			    struct lpar_params_ListUnused *params)
{
	begin(d, call, params->system, false);
}

void lpar_method_RemoveUnused(struct lpar_daemon *d, struct lpar_call *call,
			      struct lpar_params_RemoveUnused *params)
{
	begin(d, call, params->system, true);
}
