/* SPDX-License-Identifier: Apache-2.0 */
/* What a backup's specification asks for: see trust.h. */
#include "wparctl/backup/trust.h"

#include <inttypes.h>
#include <string.h>

static void ask(struct par_buf *b, const char *before, const char *what, const char *behind)
{
	par_buf_printf(b, "%s%s%s%s", b->len ? "; " : "", before, what, behind);
}

static void ask_number(struct par_buf *b, const char *name, uint64_t v, uint64_t plain)
{
	if (v <= plain)
		return;
	par_buf_printf(b, "%s%s=", b->len ? "; " : "", name);
	if (v == WPAR_UNLIMITED)
		par_buf_puts(b, "unlimited");
	else
		par_buf_put_u64(b, v);
}

static void ask_limits(const struct wpar_resources *r, struct par_buf *b)
{
	ask_number(b, "totalProcesses", r->total_processes, WPAR_PROCESSES_DEFAULT);
	ask_number(b, "totalThreads", r->total_threads, WPAR_PROCESSES_DEFAULT);
	ask_number(b, "totalPTYs", r->total_ptys, WPAR_PTYS_DEFAULT);
	ask_number(b, "totalLargePages", r->total_large_pages, 0);
	ask_number(b, "pct_pinMem", r->pct_pin_mem, 0);
	if (r->memory_min_x100)
		ask(b, "a minimum of the memory", " that nobody else gets", "");
	if (r->cpu_min_x100)
		ask(b, "a minimum of", " the processors", "");
}

static int ask_privs(const struct wpar_spec *s, struct par_buf *b)
{
	static const struct wpar_spec none = { 0 };
	auto_strv all = { 0 }, plain = { 0 };
	int r = wpar_spec_privs(s, &all, NULL);

	if (r < 0)
		return r;
	r = wpar_spec_privs(&none, &plain, NULL);
	for (size_t i = 0; r == 0 && i < all.n; i++) {
		if (par_strv_find(&plain, all.v[i]) < 0)
			ask(b, "the privilege ", all.v[i], "");
	}
	return r;
}

static bool is_plain_mount(const struct wpar_mount *m, const struct wpar_spec *plain)
{
	const struct wpar_mount *p = wpar_spec_mount(plain, m->directory);

	return p && par_streq(p->vfs, m->vfs) && par_streq(p->device, m->device) &&
	       (!wpar_mount_has_option(p->options, "ro") ||
		wpar_mount_has_option(m->options, "ro"));
}

static void ask_mounts(const struct wpar_spec *s, const struct wpar_spec *plain, struct par_buf *b)
{
	for (size_t i = 0; i < s->n_mounts; i++) {
		const struct wpar_mount *m = &s->mounts[i];

		if (!m->device || is_plain_mount(m, plain))
			continue;
		if (wpar_mount_is_nfs(m))
			par_buf_printf(b, "%sthe directory %s of the server %s", b->len ? "; " : "",
				       m->device, m->host ? m->host : "");
		else if (!par_streq(m->vfs, "proc"))
			ask(b, "the directory ", m->device, " of the global environment");
	}
}

int wpar_trust_asks(const struct wpar_spec *s, const struct wpar_spec *plain, struct par_buf *ret)
{
	par_buf_clear(ret);
	if (ask_privs(s, ret) < 0)
		return -ENOMEM;
	ask_limits(&s->resources, ret);
	for (size_t i = 0; i < s->n_devices; i++) {
		const struct wpar_device *d = &s->devices[i];

		if (!d->no_export && d->name && !wpar_device_is_in(plain, d) &&
		    !(wpar_device_is_standard(d->name) && !d->virtual_name))
			ask(ret, "the device ", d->name, "");
	}
	ask_mounts(s, plain, ret);
	if (s->script)
		ask(ret, "the program ", s->script, ", run by root of the global environment");
	if (s->owner && strcmp(s->owner, "root") != 0)
		ask(ret, "", s->owner, " as its owner");
	if (s->directory && !par_streq(s->directory, plain->directory) &&
	    !wpar_path_is_within(s->directory, WPAR_BASE_DIR))
		ask(ret, "the base directory ", s->directory, "");
	return ret->failed ? -ENOMEM : 0;
}

int wpar_trust_check(const struct wpar_spec *s, const struct wpar_spec *plain, const char *backup,
		     struct par_error **err)
{
	auto_buf asks = { 0 };

	if (wpar_trust_asks(s, plain, &asks) < 0)
		return par_oom(err);
	if (asks.len == 0)
		return 0;
	return par_fail(err, PAR_E_NOT_PERMITTED, 0,
			"The backup %s asks for what a plain workload partition does not have: %s. "
			"Read its specification (restwparfiles -m), then give --trust, or what you "
			"grant in a file: -w FILE.",
			backup, asks.data);
}
