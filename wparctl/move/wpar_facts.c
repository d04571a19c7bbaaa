/* SPDX-License-Identifier: Apache-2.0 */
/* What a WPAR of this LPAR is, and needs where it would go: see gather.h. */
#include "wparctl/checkpoint/ckpt_snapshot.h"
#include "wparctl/move/gather.h"
#include "wparctl/move/token.h"
#include "wparctl/network/facts.h"
#include "wparctl/resources/cgroup.h"
#include "wparctl/resources/cgroup_usage.h"
#include "wparctl/runtime/launch/launch.h"
#include "wparctl/runtime/life/state.h"
#include "wparctl/spec/obstacles.h"

#include "lpard/common/tree_size.h"

#include <string.h>

static int copy_texts(const struct wpar_spec *s, struct par_move_wpar *w)
{
	w->name = strdup(s->name);
	w->type = strdup(s->type == WPAR_SYSTEM ? "system" : "application");
	w->hostname = strdup(s->hostname ? s->hostname : "");
	w->directory = strdup(s->directory ? s->directory : "");
	w->image = s->version.image_digest ? strdup(s->version.image_digest) : NULL;
	w->idbase = s->idbase;
	w->idrange = s->idrange;
	w->checkpointable = s->checkpointable;
	w->autostart = s->autostart;
	return w->name && w->type && w->hostname && w->directory &&
			       (w->image || !s->version.image_digest)
		       ? 0
		       : -ENOMEM;
}

static int add_address(const struct wpar_address *from, const struct wpar_net_facts *n,
		       struct par_move_wpar *w)
{
	struct par_move_address *a = par_json_rows_add(&w->addresses, sizeof(*a));

	if (!a)
		return -ENOMEM;
	a->address = strdup(from->address);
	return a->address ? move_find_network(n, a) : -ENOMEM;
}

static int gather_addresses(const struct wpar_spec *s, struct par_move_wpar *w,
			    struct par_error **err)
{
	auto_net_facts n = { 0 };
	int r = s->n_addresses > 0 ? wpar_net_facts_get(&n, err) : 0;

	if (r < 0)
		return r;
	for (size_t i = 0; i < s->n_addresses; i++) {
		if (add_address(&s->addresses[i], &n, w) < 0)
			return par_oom(err);
	}
	return 0;
}

static int add_file_system(const struct wpar_mount *m, struct par_move_wpar *w)
{
	struct par_move_file_system *f = par_json_rows_add(&w->file_systems, sizeof(*f));
	char token[MOVE_TOKEN_SIZE] = "";

	if (!f)
		return -ENOMEM;
	f->directory = strdup(m->directory);
	f->vfs = strdup(m->vfs ? m->vfs : "");
	f->local = wpar_mount_is_own(m) || wpar_mount_is_volume(m);
	if (!wpar_mount_is_nfs(m))
		return f->directory && f->vfs ? 0 : -ENOMEM;
	f->device = strdup(m->device ? m->device : "");
	f->host = strdup(m->host ? m->host : "");
	(void)move_token_leave(m->host, m->device, NULL, token);
	f->token = strdup(token);
	return f->directory && f->vfs && f->device && f->host && f->token ? 0 : -ENOMEM;
}

static int gather_needs(const struct wpar_spec *s, struct par_move_wpar *w, struct par_error **err)
{
	for (size_t i = 0; i < s->n_mounts; i++) {
		if (add_file_system(&s->mounts[i], w) < 0)
			return par_oom(err);
	}
	for (size_t i = 0; i < s->n_devices; i++) {
		if (!s->devices[i].name || s->devices[i].no_export ||
		    wpar_device_is_standard(s->devices[i].name))
			continue;
		if (par_strv_add(&w->devices, s->devices[i].name) < 0)
			return par_oom(err);
	}
	for (size_t i = 0; i < s->n_kexts; i++) {
		if (par_strv_add(&w->kexts, s->kexts[i].path) < 0)
			return par_oom(err);
	}
	return 0;
}

/* Its files below the base directory, and the images of file systems with a size. */
static int gather_disk(const struct wpar_spec *s, struct par_move_wpar *w)
{
	autofree char *base = wpar_path("%s", s->directory);
	autofree char *volumes = wpar_volume_folder(s->directory);

	if (!base || !volumes)
		return -ENOMEM;
	if (s->type == WPAR_SYSTEM)
		w->disk = par_tree_bytes(base) + par_tree_bytes(volumes);
	return 0;
}

static int add_obstacle(struct par_move_wpar *w, const char *test, const char *value, size_t len,
			const char *remedy)
{
	struct par_move_obstacle *o = par_json_rows_add(&w->obstacles, sizeof(*o));

	if (!o)
		return -ENOMEM;
	o->test = strdup(test);
	o->value = strndup(value, len);
	o->remedy = strdup(remedy);
	return o->test && o->value && o->remedy ? 0 : -ENOMEM;
}

static int gather_obstacles(const struct wpar_spec *s, struct par_move_wpar *w,
			    struct par_error **err)
{
	struct wpar_obstacle o;

	for (size_t i = 0; wpar_obstacle(s, i, &o); i++) {
		if (add_obstacle(w, o.test, o.value, strlen(o.value), o.remedy) < 0)
			return par_oom(err);
	}
	return 0;
}

/* A sentence of precheck.h: what it is and why; what to do. */
static int add_finding(struct par_move_wpar *w, const char *sentence)
{
	const char *remedy = strstr(sentence, "; ");

	return add_obstacle(w, "process", sentence,
			    remedy ? (size_t)(remedy - sentence) : strlen(sentence),
			    remedy ? remedy + 2 : "");
}

/* Where a file inside lies in the LPAR: in a directory that the LPAR gives it; else NULL. */
static char *path_outside(const struct wpar_spec *s, const char *inside, bool *ret_failed)
{
	const struct wpar_mount *best = NULL;

	for (size_t i = 0; i < s->n_mounts; i++) {
		const struct wpar_mount *m = &s->mounts[i];

		if (wpar_path_is_within(inside, m->directory) &&
		    (!best || strlen(m->directory) > strlen(best->directory)))
			best = m;
	}
	if (!best || !par_streq(best->vfs, "namefs") || !best->device)
		return NULL;
	inside += strcmp(best->directory, "/") == 0 ? 0 : strlen(best->directory);
	inside = par_strdup_printf("%s%s", best->device, inside);
	*ret_failed |= !inside;
	return (char *)(uintptr_t)inside;
}

static int add_file(const struct wpar_spec *s, const struct wpar_ckpt_mapped *m,
		    struct par_move_wpar *w)
{
	bool failed = false;
	autofree char *path = path_outside(s, m->path, &failed);
	struct par_move_file *f;

	if (!path)
		return failed ? -ENOMEM : 0;
	f = par_json_rows_add(&w->files, sizeof(*f));
	if (!f)
		return -ENOMEM;
	f->path = take_ptr(path);
	f->size = m->size;
	f->build_id = m->build_id ? strdup(m->build_id) : NULL;
	return f->build_id || !m->build_id ? 0 : -ENOMEM;
}

static int take_over(const struct wpar_spec *s, const struct wpar_ckpt_snapshot *seen,
		     const struct wpar_ckpt_manifest *m, struct par_move_wpar *w,
		     struct par_error **err)
{
	const char *program = wpar_ckpt_program(m);
	auto_strv findings = { 0 };

	if (wpar_precheck(seen, &findings) < 0)
		return par_oom(err);
	for (size_t i = 0; i < findings.n; i++) {
		if (add_finding(w, findings.v[i]) < 0)
			return par_oom(err);
	}
	for (size_t i = 0; i < m->n_mapped; i++) {
		if (add_file(s, &m->mapped[i], w) < 0)
			return par_oom(err);
	}
	w->program = program ? strdup(program) : NULL;
	return w->program || !program ? 0 : par_oom(err);
}

/* Of one that runs: its memory, its processes and what they have mapped. */
static int gather_running(const struct wpar_spec *s, int cgroup, unsigned int criu,
			  struct par_move_wpar *w, struct par_error **err)
{
	const pid_t init = wpar_cgroup_init(cgroup);
	auto_ckpt_snapshot seen = { 0 };
	auto_ckpt_manifest m = { 0 };
	auto_mount_plan plan = { 0 };
	struct wpar_usage u;
	int r;

	wpar_usage_of_group(cgroup, &u);
	w->memory = u.memory == WPAR_USAGE_UNKNOWN ? 0 : u.memory;
	if (init <= 0)
		return 0;
	r = wpar_launch_plan(s, &plan, err);
	if (r < 0)
		return r;
	r = wpar_ckpt_snapshot(cgroup, init, &plan, criu, &seen, &m, err);
	return r < 0 ? r : take_over(s, &seen, &m, w, err);
}

int move_gather_wpar(const char *name, struct par_move_facts *f, struct par_error **err)
{
	struct par_move_wpar *w;
	autofd int cgroup = -1;
	auto_spec s = { 0 };
	enum wpar_state st;
	int r = wpar_spec_load(name, &s, err);

	if (r < 0)
		return r;
	w = par_json_rows_add(&f->wpars, sizeof(*w));
	if (!w || copy_texts(&s, w) < 0 || gather_disk(&s, w) < 0)
		return par_oom(err);
	r = gather_addresses(&s, w, err);
	if (r < 0)
		return r;
	r = gather_needs(&s, w, err);
	if (r < 0)
		return r;
	r = gather_obstacles(&s, w, err);
	if (r < 0)
		return r;
	r = wpar_state_get(&s, &st, err);
	if (r < 0)
		return r;
	w->state = strdup(wpar_state_word(st));
	if (!w->state)
		return par_oom(err);
	cgroup = wpar_cgroup_open(name, false, NULL);
	return cgroup < 0 ? 0 : gather_running(&s, cgroup, (unsigned int)f->criu, w, err);
}
