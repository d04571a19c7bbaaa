/* SPDX-License-Identifier: Apache-2.0 */
/* The port's operations over LPARs in memory: see fake.h. */
#include "lpard/hypervisor/fake/fake.h"

#include "lpard/common/event.h"
#include "lpard/hypervisor/fake/fake_priv.h"

#include <string.h>
#include <strings.h>

#define OFF_MS 50 /* from HV_STOP_ASK to off */

static int must_be(const struct fake_lpar *l, bool wanted, struct par_error **err)
{
	if (fake_active(l) == wanted)
		return 0;
	return par_fail(err, PAR_E_WRONG_STATE, 0,
			wanted ? "the LPAR \"%s\" is not activated"
			       : "the LPAR \"%s\" is activated",
			l->part->name);
}

static enum hv_connection fake_connection(struct hv *hv)
{
	struct fake *f = fake_of(hv);
	enum hv_connection now = HV_CONNECTION_UP;

	pthread_mutex_lock(&f->lock);
	if (f->down)
		now = f->was_up ? HV_CONNECTION_DOWN : HV_CONNECTION_CONNECTING;
	pthread_mutex_unlock(&f->lock);
	return now;
}

void hv_fake_connection(struct hv *hv, bool up)
{
	struct fake *f = fake_of(hv);

	pthread_mutex_lock(&f->lock);
	if (f->down == up) {
		f->was_up = f->was_up || !f->down;
		f->down = !up;
		for (struct fake_stream *s = f->streams; s && !up; s = s->next)
			fake_stream_end(s);
		fake_emit(f, HV_EVENT_CONNECTION, NULL, "");
	}
	pthread_mutex_unlock(&f->lock);
}

static int fake_wait_up(struct hv *hv, unsigned int timeout_ms, struct par_error **err)
{
	if (fake_connection(hv) == HV_CONNECTION_UP)
		return 0;
	usleep(timeout_ms * 1000);
	par_fail(err, PAR_E_DISCONNECTED, 0, "the connection is not up yet");
	return -ETIMEDOUT;
}

static int fake_facts(struct hv *hv, struct hv_facts *ret, struct par_error **err)
{
	struct fake *f = fake_of(hv);
	auto_hv_facts v = {
		.accel = FW_ACCEL_TCG,
		.mem_mib = f->mem_mib,
		.processors = f->processors,
		.cpu_model = strdup("POWER9"),
		.hostname = strdup("fake"),
		.host_uuid = strdup("00000000-0000-4000-8000-00000000fa4e"),
		.type_model = strdup(f->type_model),
		.serial = strdup(f->serial),
		.version = strdup("fake 1"),
	};
	int r = fake_begin(f, NULL, NULL, err);

	if (r < 0)
		return r;
	fake_end(f, 0);
	if (!v.cpu_model || !v.hostname || !v.host_uuid || !v.type_model || !v.serial || !v.version)
		return par_oom(err);
	*ret = v;
	v = (struct hv_facts){ 0 };
	return 0;
}

/* Of a damaged one nothing else is known. */
static struct lpar_partition *copy_damaged(const struct fake_lpar *l)
{
	auto_partition part = calloc(1, sizeof(*part));

	if (!part)
		return NULL;
	memcpy(part->uuid, l->part->uuid, sizeof(part->uuid));
	part->id = l->part->id;
	part->name = strdup(l->part->name);
	part->damaged = strdup(l->damaged);
	return part->name && part->damaged ? take_ptr(part) : NULL;
}

static int copy_record(const struct fake_lpar *l, struct hv_record *ret, struct par_error **err)
{
	ret->part = l->damaged ? copy_damaged(l) : lpar_partition_dup(l->part);
	ret->live = l->live;
	return ret->part ? 0 : par_oom(err);
}

static int by_name(const void *a, const void *b)
{
	const struct hv_record *ra = a, *rb = b;

	return strcmp(ra->part->name, rb->part->name);
}

static int fake_list(struct hv *hv, struct hv_records *ret, struct par_error **err)
{
	struct fake *f = fake_of(hv);
	auto_hv_records all = { 0 };
	int r = fake_begin(f, NULL, NULL, err);

	if (r < 0)
		return r;
	all.v = calloc(f->n_lpars + 1, sizeof(*all.v));
	if (!all.v)
		return fake_end(f, par_oom(err));
	for (size_t i = 0; i < f->n_lpars; i++) {
		r = copy_record(&f->lpars[i], &all.v[i], err);
		if (r < 0)
			return fake_end(f, r);
		all.damaged += f->lpars[i].damaged != NULL;
		all.n++;
	}
	all.others_mem_mib = f->others_mem_mib;
	fake_end(f, 0);
	qsort(all.v, all.n, sizeof(*all.v), by_name);
	*ret = all;
	all = (struct hv_records){ 0 };
	return 0;
}

static int fake_get(struct hv *hv, const char *uuid, struct hv_record *ret, struct par_error **err)
{
	struct fake *f = fake_of(hv);
	struct fake_lpar *l = NULL;
	int r = fake_begin(f, uuid, &l, err);

	if (r < 0)
		return r;
	return fake_end(f, copy_record(l, ret, err));
}

static int fake_others(struct hv *hv, uint64_t *ret_mem_mib, struct par_error **err)
{
	struct fake *f = fake_of(hv);
	int r = fake_begin(f, NULL, NULL, err);

	if (r < 0)
		return r;
	*ret_mem_mib = f->others_mem_mib;
	return fake_end(f, 0);
}

static int fake_define(struct hv *hv, const struct hv_definition *d, struct par_error **err)
{
	struct fake *f = fake_of(hv);
	int r = fake_begin(f, NULL, NULL, err);

	if (r < 0)
		return r;
	return fake_end(f, fake_put(f, d->part, d->boot_mode, err));
}

static int fake_save(struct hv *hv, const struct lpar_partition *part, struct par_error **err)
{
	struct fake *f = fake_of(hv);
	struct fake_lpar *l = NULL;
	struct lpar_partition *copy;
	int r = fake_begin(f, part->uuid, &l, err);

	if (r < 0)
		return r;
	copy = lpar_partition_dup(part);
	if (!copy)
		return fake_end(f, par_oom(err));
	/* Only rename renames: the name stays that of the domain. */
	free(copy->name);
	copy->name = strdup(l->part->name);
	lpar_partition_free(&l->part);
	l->part = copy;
	fake_emit(f, HV_EVENT_DEFINED, l, "metadata");
	return fake_end(f, copy->name ? 0 : par_oom(err));
}

static int fake_rename(struct hv *hv, const char *uuid, const char *name, struct par_error **err)
{
	struct fake *f = fake_of(hv);
	struct fake_lpar *l = NULL, *other;
	char *copy;
	int r = fake_begin(f, uuid, &l, err);

	if (r < 0)
		return r;
	r = must_be(l, false, err);
	if (r < 0)
		return fake_end(f, r);
	other = fake_find_name(f, name);
	if (other && other != l)
		return fake_end(f, par_fail(err, PAR_E_EXISTS, 0,
					    "the name \"%s\" belongs to another domain", name));
	copy = strdup(name);
	if (!copy)
		return fake_end(f, par_oom(err));
	free(l->part->name);
	l->part->name = copy;
	fake_emit(f, HV_EVENT_DEFINED, l, "");
	return fake_end(f, 0);
}

static int fake_undefine(struct hv *hv, const char *uuid, struct par_error **err)
{
	struct fake *f = fake_of(hv);
	struct fake_lpar *l = NULL;
	int r = fake_begin(f, uuid, &l, err);

	if (r < 0)
		return r;
	r = must_be(l, false, err);
	if (r < 0)
		return fake_end(f, r);
	fake_emit(f, HV_EVENT_UNDEFINED, l, "");
	fake_lpar_done(l);
	*l = f->lpars[--f->n_lpars];
	return fake_end(f, 0);
}

static int fake_discard_saved(struct hv *hv, const char *uuid, struct par_error **err)
{
	struct fake *f = fake_of(hv);
	struct fake_lpar *l = NULL;
	int r = fake_begin(f, uuid, &l, err);

	if (r < 0)
		return r;
	r = must_be(l, false, err);
	if (r == 0 && l->live.state == HV_RUN_SUSPENDED)
		l->live.state = HV_RUN_OFF;
	return fake_end(f, r);
}

static int fake_start(struct hv *hv, const char *uuid, bool discard_saved, struct par_error **err)
{
	struct fake *f = fake_of(hv);
	struct fake_lpar *l = NULL;
	int r = fake_begin(f, uuid, &l, err);

	if (r < 0)
		return r;
	r = must_be(l, false, err);
	if (r < 0)
		return fake_end(f, r);
	if (l->live.state == HV_RUN_SUSPENDED && !discard_saved) {
		fake_guest_resume(f, l);
		return fake_end(f, 0);
	}
	if (strstr(l->part->name, "nomem") || l->live.mem_mib > f->mem_mib)
		return fake_end(
			f, par_fail(err, PAR_E_NO_RESOURCES, 0,
				    "could not activate the LPAR \"%s\": Cannot allocate memory",
				    l->part->name));
	if (strstr(l->part->name, "nostart"))
		return fake_end(f, par_fail(err, PAR_E_SYSTEM, 0,
					    "could not activate the LPAR \"%s\": on purpose",
					    l->part->name));
	fake_guest_start(f, l);
	return fake_end(f, 0);
}

static int fake_stop(struct hv *hv, const char *uuid, enum hv_stop how, struct par_error **err)
{
	struct fake *f = fake_of(hv);
	struct fake_lpar *l = NULL;
	int r = fake_begin(f, uuid, &l, err);

	if (r < 0)
		return r;
	r = must_be(l, true, err);
	if (r < 0)
		return fake_end(f, r);
	if (how == HV_STOP_IMMEDIATE) {
		fake_guest_stop(f, l, "destroyed");
	} else if (!strstr(l->part->name, "deaf")) {
		l->off_at_ms = par_now_ms() + OFF_MS;
		fake_wake(f);
	}
	return fake_end(f, 0);
}

static int fake_restart(struct hv *hv, const char *uuid, enum hv_restart how,
			struct par_error **err)
{
	struct fake *f = fake_of(hv);
	struct fake_lpar *l = NULL;
	int r = fake_begin(f, uuid, &l, err);

	(void)how;
	if (r < 0)
		return r;
	r = must_be(l, true, err);
	if (r < 0)
		return fake_end(f, r);
	fake_emit(f, HV_EVENT_REBOOTED, l, "");
	fake_guest_restart(f, l);
	return fake_end(f, 0);
}

static int open_stream(struct hv *hv, const char *uuid, bool channel, bool steal, int *ret_fd,
		       struct par_error **err)
{
	struct fake *f = fake_of(hv);
	struct fake_lpar *l = NULL;
	struct fake_stream *holder;
	int r = fake_begin(f, uuid, &l, err);

	if (r < 0)
		return r;
	r = must_be(l, true, err);
	if (r < 0)
		return fake_end(f, r);
	if (channel && strstr(l->part->name, "noagent"))
		return fake_end(f,
				par_fail(err, PAR_E_NOT_SUPPORTED, 0,
					 "the LPAR \"%s\" has no agent's channel", l->part->name));
	holder = fake_stream_find(f, uuid, channel);
	if (!steal && (holder || (!channel && strstr(l->part->name, "busy"))))
		return fake_end(f,
				par_fail(err, PAR_E_BUSY, 0, "the %s of the LPAR \"%s\" is in use",
					 channel ? "agent's channel" : "console", l->part->name));
	if (holder)
		fake_stream_end(holder);
	return fake_end(f, fake_stream_open(f, l, channel, ret_fd, err));
}

static int fake_console_open(struct hv *hv, const char *uuid, bool steal, int *ret_fd,
			     struct par_error **err)
{
	return open_stream(hv, uuid, false, steal, ret_fd, err);
}

static int fake_channel_open(struct hv *hv, const char *uuid, int *ret_fd, struct par_error **err)
{
	return open_stream(hv, uuid, true, false, ret_fd, err);
}

const struct hv_ops fake_ops = {
	.name = "fake",
	.close = fake_close,
	.connection = fake_connection,
	.wait_up = fake_wait_up,
	.facts = fake_facts,
	.list = fake_list,
	.get = fake_get,
	.others = fake_others,
	.define = fake_define,
	.save = fake_save,
	.rename = fake_rename,
	.undefine = fake_undefine,
	.start = fake_start,
	.discard_saved = fake_discard_saved,
	.stop = fake_stop,
	.restart = fake_restart,
	.console_open = fake_console_open,
	.channel_open = fake_channel_open,
	.image_ensure = fake_image_ensure,
	.image_remove = fake_image_remove,
	.disk_ensure = fake_disk_ensure,
	.disk_remove = fake_disk_remove,
	.pool_remove = fake_pool_remove,
	.unused = fake_unused,
};
