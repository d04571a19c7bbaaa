/* SPDX-License-Identifier: Apache-2.0 */
/* The new specification of a WPAR that is changed: see change_spec.h. */
#include "wparctl/operations/change_spec.h"

#include "wparctl/operations/relative.h"
#include "wparctl/resources/limits.h"
#include "wparctl/spec/keys.h"
#include "wparctl/versioned/keeps.h"

#include <string.h>

/* The flags whose pairs are records, and that of the resources. */
static const enum wpar_stanza lists[] = { WPAR_STANZA_NETWORK, WPAR_STANZA_ROUTE,
					  WPAR_STANZA_MOUNT,   WPAR_STANZA_DEVICE,
					  WPAR_STANZA_KEXT,    WPAR_STANZA_RESOURCES,
					  WPAR_STANZA_SECURITY };

static struct par_groups *groups_of(struct wpar_settings *a, enum wpar_stanza stanza)
{
	switch (stanza) {
	case WPAR_STANZA_NETWORK:
		return &a->addresses;
	case WPAR_STANZA_ROUTE:
		return &a->routes;
	case WPAR_STANZA_MOUNT:
		return &a->mounts;
	case WPAR_STANZA_DEVICE:
		return &a->devices;
	case WPAR_STANZA_KEXT:
		return &a->kexts;
	case WPAR_STANZA_RESOURCES:
		return &a->resources;
	case WPAR_STANZA_SECURITY:
		return &a->security;
	case WPAR_STANZA_GENERAL:
	case WPAR_STANZA_VERSIONED:
	case WPAR_STANZA_COPY:
	case WPAR_STANZA_COUNT:
		break;
	}
	return NULL;
}

static const struct par_groups *const_groups_of(const struct wpar_settings *a,
						enum wpar_stanza stanza)
{
	return groups_of((struct wpar_settings *)a, stanza);
}

/* The flag that was given without pairs; NULL: none, or more than one. */
static struct par_args *bare_group(struct wpar_settings *a)
{
	struct par_args *found = NULL;

	for (size_t i = 0; i < PAR_ARRAY_SIZE(lists); i++) {
		struct par_groups *g = groups_of(a, lists[i]);

		for (size_t j = 0; j < g->n; j++) {
			if (g->v[j].n > 0)
				continue;
			if (found)
				return NULL;
			found = &g->v[j];
		}
	}
	return found;
}

int wpar_change_words(struct wpar_change_flags *f, char *const *words, size_t n,
		      struct par_error **err)
{
	struct par_args *group = n > 0 && f->restore ? bare_group(&f->settings) : NULL;
	struct par_groups *resources = &f->settings.resources;

	/* -K -R CPU= memory: the rest of the attributes */
	if (!group && n > 0 && f->restore && resources->n > 0)
		group = &resources->v[resources->n - 1];
	for (size_t i = 0; i < n; i++) {
		char **v = group ? reallocarray(group->v, group->n + 2, sizeof(*v)) : NULL;

		if (!group)
			return par_fail(err, PAR_E_USAGE, 0,
					"unexpected operand '%s'; the name comes last", words[i]);
		if (!v)
			return par_oom(err);
		group->v = v;
		v[group->n++] = words[i];
		v[group->n] = NULL;
	}
	return 0;
}

/* Flags that -K has nothing to restore for, and those that need a value without it. */
static int check_flags(const struct wpar_change_flags *f, struct par_error **err)
{
	const struct wpar_settings *a = &f->settings;
	const struct {
		bool given;
		char flag;
	} others[] = { { f->directory != NULL, 'd' },
		       { a->hostname != NULL, 'h' },
		       { a->architecture != NULL, 'H' },
		       { a->name != NULL, 'n' },
		       { a->uuid.given, 'U' } };

	for (size_t i = 0; f->restore && i < PAR_ARRAY_SIZE(others); i++) {
		if (others[i].given)
			return par_fail(err, PAR_E_USAGE, 0, "-K and -%c cannot be used together",
					others[i].flag);
	}
	if (f->restore && f->owner)
		return par_fail(err, PAR_E_USAGE, 0,
				"-K and --owner cannot be used together; --owner root is the "
				"default");
	if (f->restore && f->script.value)
		return par_fail(err, PAR_E_USAGE, 0, "-K -u takes no value");
	if (!f->restore && f->script.given && !f->script.value)
		return par_fail(err, PAR_E_USAGE, 0, "option -u needs a value");
	for (size_t i = 0; i < PAR_ARRAY_SIZE(lists); i++) {
		const struct par_groups *g = const_groups_of(a, lists[i]);
		bool may_be_bare =
			lists[i] == WPAR_STANZA_RESOURCES || lists[i] == WPAR_STANZA_SECURITY;

		for (size_t j = 0; j < g->n; j++) {
			if (g->v[j].n == 0 && !(f->restore && may_be_bare))
				return par_fail(err, PAR_E_USAGE, 0, "option %s needs name=value",
						wpar_stanza_flag(lists[i]));
		}
	}
	return 0;
}

/* -K -N address=x: the record goes; what was left out of it does not matter. */
static int remove_record(struct wpar_spec *s, enum wpar_stanza stanza, const struct par_args *group,
			 struct par_error **err)
{
	const char *flag = wpar_stanza_flag(stanza);
	auto_spec scratch = { 0 };
	const void *given = wpar_record_add_pairs(&scratch, stanza, group->v, group->n, flag, err);
	ssize_t at = given ? wpar_record_find(s, stanza, given, true) : 0;

	if (!given)
		return -EINVAL;
	if (at == -EINVAL)
		return par_fail(err, PAR_E_USAGE, 0, "-K %s needs %s", flag,
				wpar_record_identity(stanza));
	if (at < 0)
		return par_fail(err, PAR_E_NOT_FOUND, 0, "workload partition %s has no %s %s%s",
				s->name, flag, group->v[0], group->n > 1 ? " …" : "");
	wpar_record_remove(s, stanza, (size_t)at);
	return 0;
}

/* -K -R: all of them; -K -R CPU (or CPU=…): that one */
static int restore_resources(struct wpar_spec *s, const struct par_args *group,
			     struct par_error **err)
{
	for (size_t i = 0; group->n == 0 && i < wpar_n_keys; i++) {
		if (wpar_keys[i].stanza == WPAR_STANZA_RESOURCES)
			par_field_free(&wpar_keys[i].field, &s->resources);
	}
	for (size_t i = 0; i < group->n; i++) {
		autofree char *name = strndup(group->v[i], strcspn(group->v[i], "="));
		const struct wpar_key *key;

		if (!name)
			return par_oom(err);
		key = wpar_key_need(WPAR_STANZA_RESOURCES, name, "-R", PAR_E_INVALID_ARGUMENT, err);
		if (!key)
			return -EINVAL;
		par_field_free(&key->field, &s->resources);
	}
	return 0;
}

static int restore_list(struct wpar_spec *s, enum wpar_stanza stanza, const struct par_args *group,
			struct par_error **err)
{
	if (stanza == WPAR_STANZA_RESOURCES)
		return restore_resources(s, group, err);
	if (stanza != WPAR_STANZA_SECURITY)
		return remove_record(s, stanza, group, err);
	if (group->n > 0)
		return par_fail(err, PAR_E_USAGE, 0,
				"-K -S restores all privileges and takes no attributes; -S "
				"privs-=LIST takes some away");
	par_strv_done(&s->privs);
	return 0;
}

static int restore(const struct wpar_change_flags *f, struct wpar_spec *s, struct par_error **err)
{
	const struct wpar_settings *a = &f->settings;

	s->autostart &= !f->autostart;
	s->checkpointable &= !a->checkpointable;
	s->routing &= !a->routing;
	s->xwparipc &= !a->xwparipc;
	if (f->script.given) {
		free(s->script);
		s->script = NULL;
	}
	for (size_t i = 0; i < PAR_ARRAY_SIZE(lists); i++) {
		const struct par_groups *g = const_groups_of(a, lists[i]);

		for (size_t j = 0; j < g->n; j++) {
			int r = restore_list(s, lists[i], &g->v[j], err);

			if (r < 0)
				return r;
		}
	}
	if (s->n_routes > 0 && a->routing)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"workload partition %s has routes (-I), which need a routing table "
				"of its own",
				s->name);
	return 0;
}

/* What followed from the old name follows from the new one. */
static int rename_spec(const struct wpar_spec *old, struct wpar_spec *s)
{
	autofree char *directory = wpar_default_directory(old->name);

	if (!directory)
		return -ENOMEM;
	if (strcmp(old->name, s->name) == 0)
		return 0;
	if (par_streq(s->hostname, old->name)) {
		free(s->hostname);
		s->hostname = NULL;
	}
	if (s->type == WPAR_SYSTEM && par_streq(s->directory, directory)) {
		free(s->directory);
		s->directory = NULL;
	}
	return 0;
}

/* A directory that is given again is to be the one that is there now. */
static void forget_objects(const struct wpar_settings *a, struct wpar_spec *s)
{
	for (size_t i = 0; i < a->mounts.n; i++) {
		const struct par_args *group = &a->mounts.v[i];
		struct wpar_mount *m = NULL;
		bool dev = false;

		for (size_t j = 0; j < group->n; j++) {
			if (par_starts_with(group->v[j], "directory="))
				m = wpar_spec_mount(s, group->v[j] + strlen("directory="));
			dev |= par_starts_with(group->v[j], "dev=");
		}
		if (m && dev) {
			free(m->object);
			m->object = NULL;
		}
	}
}

static int set(const struct wpar_change_flags *f, const struct wpar_spec *old, struct wpar_spec *s,
	       struct par_error **err)
{
	par_cleanup(wpar_groups_done) struct par_groups mounts = { 0 };
	struct wpar_settings a = f->settings;
	auto_strv sizes = { 0 };
	int r;

	if (f->autostart && old->type == WPAR_APPLICATION)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"-A is not valid for %s, an application workload partition",
				old->name);
	if (f->directory && old->type == WPAR_APPLICATION)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"-d is not valid for %s, an application workload partition",
				old->name);
	a.script = f->script.value;
	s->autostart |= f->autostart;
	r = wpar_relative_sizes(&a.mounts, old, &sizes, &mounts, err);
	if (r < 0)
		return r;
	a.mounts = mounts;
	r = wpar_settings_change(&a, s, err);
	if (r < 0)
		return r;
	if (rename_spec(old, s) < 0)
		return par_oom(err);
	forget_objects(&a, s);
	r = wpar_settings_set(s, "owner", f->owner, err);
	return r < 0 ? r : wpar_settings_set(s, "directory", f->directory, err);
}

static bool same_spec(const struct wpar_spec *a, const struct wpar_spec *b)
{
	auto_buf x = { 0 }, y = { 0 };

	return wpar_spec_write(a, &x, NULL) == 0 && wpar_spec_write(b, &y, NULL) == 0 &&
	       x.len == y.len && memcmp(x.data, y.data, x.len) == 0;
}

bool wpar_change_gives_anything(const struct wpar_change_flags *f)
{
	const struct wpar_settings *a = &f->settings;
	bool any = f->script.given || f->directory || f->owner || f->autostart || a->uuid.given ||
		   a->name || a->hostname || a->architecture || a->checkpointable || a->routing ||
		   a->xwparipc;

	for (size_t i = 0; i < PAR_ARRAY_SIZE(lists); i++)
		any |= const_groups_of(a, lists[i])->n > 0;
	return any;
}

int wpar_change_spec(const struct wpar_change_flags *f, const struct wpar_spec *old,
		     struct wpar_spec *ret, struct par_error **err)
{
	auto_spec s = { 0 };
	int r = check_flags(f, err);

	*ret = (struct wpar_spec){ 0 };
	if (r < 0)
		return r;
	if (!wpar_change_gives_anything(f))
		return par_fail(err, PAR_E_USAGE, 0, "nothing to change is given");
	r = wpar_spec_copy(old, &s, err);
	if (r < 0)
		return r;
	r = f->restore ? restore(f, &s, err) : set(f, old, &s, err);
	if (r < 0)
		return r;
	r = wpar_spec_defaults(&s, err);
	if (r < 0)
		return r;
	wpar_spec_keep_projects(&s, old);
	/* What every WPAR has is back at once. */
	if (f->restore && f->settings.mounts.n > 0 && s.n_mounts == old->n_mounts &&
	    same_spec(old, &s))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"%s: every workload partition has that file system",
				f->settings.mounts.v[0].v[0]);
	r = wpar_spec_check_rules(&s, err);
	if (r < 0)
		return r;
	/* To take something away is always right. */
	if (!f->restore)
		r = wpar_spec_check_supported(&s, err);
	if (r < 0)
		return r;
	r = wpar_version_checkpointable(&s, err);
	if (r < 0)
		return r;
	r = wpar_volumes_check_change(old, &s, err);
	if (r < 0)
		return r;
	*ret = s;
	s = (struct wpar_spec){ 0 };
	return 0;
}

int wpar_change_allowed_in(enum wpar_state st, const struct wpar_spec *old,
			   const struct wpar_spec *new, struct par_error **err)
{
	const char *flag = strcmp(old->name, new->name) != 0		? "-n"
			   : !par_streq(old->directory, new->directory) ? "-d"
									: NULL;

	if (st == WPAR_STATE_DEFINED || !flag)
		return 0;
	return par_fail(err, PAR_E_WRONG_STATE, 0,
			"Workload partition %s is in the %s state; %s needs it to be stopped.",
			old->name, wpar_state_word(st), flag);
}

const char *wpar_change_missing(const struct wpar_spec *old, const struct wpar_spec *new,
				bool (*has)(const char *controller))
{
	static const char *const known[] = { "cpu", "cpuset", "hugetlb", "memory", "pids" };
	const struct wpar_machine any = { .memory = UINT64_C(1) << 40, .processors = 1 };
	struct wpar_limit changed[WPAR_LIMITS_MAX];
	size_t n = wpar_limits_change(old, new, &any, changed);
	auto_strv needed = { 0 };
	const bool soft = wpar_limits_soft_memory(old, &any) != wpar_limits_soft_memory(new, &any);
	const bool pages = wpar_limits_in_force(old)->total_large_pages !=
			   wpar_limits_in_force(new)->total_large_pages;

	if (wpar_limits_need(new, &needed) < 0)
		return NULL;
	for (size_t i = 0; i < PAR_ARRAY_SIZE(known); i++) {
		size_t len = strlen(known[i]);
		bool counts = (soft && strcmp(known[i], "memory") == 0) ||
			      (pages && strcmp(known[i], "hugetlb") == 0);

		for (size_t j = 0; j < n; j++)
			counts |= strncmp(changed[j].file, known[i], len) == 0 &&
				  changed[j].file[len] == '.';
		if (counts && par_strv_find(&needed, known[i]) >= 0 && !has(known[i]))
			return known[i];
	}
	return NULL;
}

int wpar_change_later(const struct wpar_spec *old, const struct wpar_spec *new,
		      struct par_strv *lines)
{
	autofree char *line = NULL;

	if (!wpar_records_differ(old, new, WPAR_STANZA_SECURITY))
		return 0;
	line = par_strdup_printf("The privileges (-S) of its running processes change when "
				 "workload partition %s is started the next time.",
				 new->name);
	return line && par_strv_add(lines, line) == 0 ? 0 : -ENOMEM;
}
