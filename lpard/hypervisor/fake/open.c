/* SPDX-License-Identifier: Apache-2.0 */
/* Making a fake system from its URI: see fake.h. */
#include "lpard/hypervisor/fake/fake_priv.h"

#include <string.h>
#include <sys/eventfd.h>

/* N LPARs with an applied profile, as if made by mksyscfg. */
static int populate(struct fake *f, uint64_t n, struct par_error **err)
{
	struct lpar_system sys = { .mem_mib = f->mem_mib, .procs = f->processors };
	struct lpar_usage usage = { 0 };
	int r;

	for (uint64_t i = 1; i <= n; i++) {
		struct lpar_set none = { 0 };
		auto_partition p = NULL;
		auto_attrs attrs = { 0 };
		char uuid[PAR_UUID_LEN];
		autofree char *text = par_strdup_printf(
			"name=fake%04llu,lpar_id=%llu,profile_name=default,lpar_env=aixlinux,"
			"min_mem=256,desired_mem=512,max_mem=1024,proc_mode=shared,"
			"sharing_mode=uncap,uncap_weight=128,min_procs=1,desired_procs=1,"
			"max_procs=2,min_proc_units=0.1,desired_proc_units=0.1,max_proc_units=2.0",
			(unsigned long long)i, (unsigned long long)i);

		snprintf(uuid, sizeof(uuid), "FA4E0000-0000-4000-8000-%012llu",
			 (unsigned long long)i);
		if (!text)
			return par_oom(err);
		r = par_attrs_parse(text, &attrs, err);
		if (r < 0)
			return r;
		r = lpar_partition_create(&sys, &none, uuid, &attrs, &p, err);
		if (r < 0)
			return r;
		r = lpar_profile_apply(p, NULL, &sys, &usage, err);
		if (r < 0)
			return r;
		r = fake_put(f, p, LPAR_BOOT_NORM, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int read_option(struct fake *f, const char *key, const char *value, uint64_t *lpars,
		       struct par_error **err)
{
	uint64_t n = 0;

	if (strcmp(key, "agent") == 0) {
		free(f->agent);
		f->agent = strdup(value);
		return f->agent ? 0 : par_oom(err);
	}
	if (par_parse_u64(value, UINT32_MAX, &n) < 0)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "\"%s\" is not a number", value);
	if (strcmp(key, "lpars") == 0 && n <= LPAR_ID_MAX)
		*lpars = n;
	else if (strcmp(key, "mem") == 0)
		f->mem_mib = n;
	else if (strcmp(key, "procs") == 0)
		f->processors = (unsigned int)n;
	else if (strcmp(key, "boot") == 0)
		f->boot_ms = n;
	else if (strcmp(key, "down") == 0)
		f->down = n != 0;
	else
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"the fake hypervisor has no option \"%s=%s\"", key, value);
	return 0;
}

static int read_uri(struct fake *f, const char *uri, struct par_error **err)
{
	const char *query = strchr(uri, '?');
	auto_strv pairs = { 0 };
	uint64_t lpars = 0;
	int r;

	if (query && par_strv_split(&pairs, query + 1, '&') < 0)
		return par_oom(err);
	for (size_t i = 0; i < pairs.n; i++) {
		char *eq = strchr(pairs.v[i], '=');

		if (!eq)
			return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
					"\"%s\" is no option of the fake hypervisor", pairs.v[i]);
		*eq = '\0';
		r = read_option(f, pairs.v[i], eq + 1, &lpars, err);
		if (r < 0)
			return r;
	}
	return populate(f, lpars, err);
}

/* What the configuration says, and the LPARs that the URI asks for. */
static int set_up(struct fake *f, const struct hv_config *config, struct par_error **err)
{
	int r;

	f->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	f->system = strdup(config->system ? config->system : "");
	f->type_model = strdup(config->type_model ? config->type_model : "9009-42A");
	f->serial = strdup(config->serial ? config->serial : "FAKE001");
	if (f->wake_fd < 0 || !f->system || !f->type_model || !f->serial)
		return par_oom(err);
	r = read_uri(f, config->uri, err);
	if (r < 0)
		return r;
	fake_forget_events(f); /* of LPARs that were there before */
	if (!f->down)
		fake_emit(f, HV_EVENT_CONNECTION, NULL, "");
	r = pthread_create(&f->thread, NULL, fake_thread, f);
	return r ? par_fail(err, PAR_E_SYSTEM, r, "could not start a thread") : 0;
}

int hv_fake_open(const struct hv_config *config, hv_event_fn fn, void *user, struct hv **ret,
		 struct par_error **err)
{
	struct fake *f = calloc(1, sizeof(*f));
	int r;

	if (!f)
		return par_oom(err);
	f->hv.ops = &fake_ops;
	f->fn = fn;
	f->user = user;
	f->events_tail = &f->events;
	f->mem_mib = 65536;
	f->processors = 16;
	pthread_mutex_init(&f->lock, NULL);
	r = set_up(f, config, err);
	if (r < 0) {
		fake_free(f);
		return r;
	}
	*ret = &f->hv;
	return 0;
}
