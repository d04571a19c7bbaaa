/* SPDX-License-Identifier: Apache-2.0 */
/* From flags to a specification: see settings.h. */
#include "wparctl/operations/settings.h"

#include "wparctl/spec/keys.h"
#include "wparctl/versioned/image_data.h"

#include <string.h>

int wpar_settings_set(struct wpar_spec *s, const char *key, const char *value,
		      struct par_error **err)
{
	return value ? wpar_key_set(wpar_key_find(WPAR_STANZA_GENERAL, key), s, value, err) : 0;
}

static int set_resources(struct wpar_spec *s, const struct par_args *group, const char *flag,
			 struct par_error **err)
{
	return wpar_record_add_pairs(s, WPAR_STANZA_RESOURCES, group->v, group->n, flag, err)
		       ? 0
		       : -EINVAL;
}

/*
 * A group of pairs becomes a record; one that is about a record of before, or about a mount,
 * changes that.
 */
static int add_group(struct wpar_spec *s, enum wpar_stanza stanza, const struct par_args *group,
		     size_t before, const char *flag, struct par_error **err)
{
	auto_spec scratch = { 0 };
	const void *given = wpar_record_add_pairs(&scratch, stanza, group->v, group->n, flag, err);
	ssize_t at = given ? wpar_record_find(s, stanza, given, false) : -1;
	void *record;

	if (!given)
		return -EINVAL;
	if (at < 0 || (stanza != WPAR_STANZA_MOUNT && (size_t)at >= before))
		return wpar_record_add_pairs(s, stanza, group->v, group->n, flag, err) ? 0
										       : -EINVAL;
	record = wpar_record_get(s, stanza, (size_t)at);
	for (size_t i = 0; i < group->n; i++) {
		int r = wpar_record_set_pair(stanza, record, group->v[i], flag, err);

		if (r < 0)
			return r;
	}
	return 0;
}

static int add_groups(struct wpar_spec *s, enum wpar_stanza stanza, const struct par_groups *groups,
		      const char *flag, struct par_error **err)
{
	size_t before = 0;

	while (wpar_record_get(s, stanza, before))
		before++;
	for (size_t i = 0; i < groups->n; i++) {
		int r = stanza == WPAR_STANZA_RESOURCES
				? set_resources(s, &groups->v[i], flag, err)
				: add_group(s, stanza, &groups->v[i], before, flag, err);

		if (r < 0)
			return r;
	}
	return 0;
}

/* privs=LIST, privs+=LIST, privs-=LIST */
static int add_privs(struct wpar_spec *s, const char *pair, struct par_error **err)
{
	const char *eq = strchr(pair, '=');
	char sign = eq && eq > pair && (eq[-1] == '+' || eq[-1] == '-') ? eq[-1] : 0;
	autofree char *name = eq ? strndup(pair, (size_t)(eq - pair) - (sign ? 1 : 0)) : NULL;

	if (!name)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "-S needs name=value, not \"%s\"",
				pair);
	if (!wpar_key_need(WPAR_STANZA_SECURITY, name, "-S", PAR_E_INVALID_ARGUMENT, err))
		return -EINVAL;
	return wpar_spec_set_privs(s, sign, eq + 1, err);
}

static int apply_security(struct wpar_spec *s, const struct par_groups *groups,
			  struct par_error **err)
{
	for (size_t i = 0; i < groups->n; i++) {
		for (size_t j = 0; j < groups->v[i].n; j++) {
			int r = add_privs(s, groups->v[i].v[j], err);

			if (r < 0)
				return r;
		}
	}
	return 0;
}

void wpar_settings_forget_numbers(struct wpar_spec *s)
{
	s->idbase = s->idrange = s->key = 0;
	s->creating = s->kept = false;
	free(take_ptr(s->creator));
	for (size_t i = 0; i < s->n_mounts; i++)
		s->mounts[i].project = 0;
}

void wpar_settings_forget_image(struct wpar_spec *s)
{
	struct wpar_image_data old = { .version = s->version };
	struct wpar_mount *root = wpar_spec_mount(s, "/");

	/* An image's root is no file system that could be asked for: the default says it again. */
	if (root && par_streq(root->vfs, "overlay"))
		free(take_ptr(root->vfs));
	s->version = (struct wpar_version){ 0 };
	wpar_image_data_done(&old);
}

/* What belongs to one WPAR only is not copied (-e). */
static void forget_identity(struct wpar_spec *s)
{
	free(s->name);
	free(s->uuid);
	free(s->hostname);
	free(s->directory);
	free(s->owner);
	s->name = s->uuid = s->hostname = s->directory = s->owner = NULL;
	wpar_settings_forget_numbers(s);
	for (size_t i = 0; i < s->n_addresses; i++) {
		free(s->addresses[i].interface);
		free(s->addresses[i].address);
		free(s->addresses[i].mask_prefix);
		free(s->addresses[i].broadcast);
	}
	s->n_addresses = 0;
}

void wpar_settings_rename(struct wpar_spec *s, const char *name)
{
	autofree char *directory = s->name ? wpar_default_directory(s->name) : NULL;

	if (!s->name || !name || strcmp(s->name, name) == 0)
		return;
	if (par_streq(s->hostname, s->name)) {
		free(s->hostname);
		s->hostname = NULL;
	}
	if (par_streq(s->directory, directory)) {
		free(s->directory);
		s->directory = NULL;
	}
	free(s->uuid);
	s->uuid = NULL;
}

/* What the flags are laid over: another WPAR's specification (-e), a file's (-f), or nothing. */
static int read_base(const struct wpar_settings *a, struct wpar_spec *ret, struct par_error **err)
{
	int r;

	if (a->from_wpar && a->from_file)
		return par_fail(err, PAR_E_USAGE, 0, "-e and -f cannot be used together");
	if (a->from_wpar) {
		r = wpar_spec_load(a->from_wpar, ret, err);
		if (r < 0)
			return r;
		forget_identity(ret);
	}
	if (a->from_file) {
		r = wpar_spec_read_file(a->from_file, ret, err);
		if (r < 0)
			return r;
		/* A file may come from another machine: what this one gives out is not taken. */
		wpar_settings_forget_numbers(ret);
		wpar_settings_rename(ret, a->name);
	}
	return 0;
}

static int apply_general(const struct wpar_settings *a, struct wpar_spec *s, struct par_error **err)
{
	const struct {
		const char *key, *value;
	} given[] = {
		{ "name", a->name },
		{ "hostname", a->hostname },
		{ "architecture", a->architecture },
		{ "script", a->script },
		{ "uuid", a->uuid.value },
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(given); i++) {
		int r = wpar_settings_set(s, given[i].key, given[i].value, err);

		if (r < 0)
			return r;
	}
	if (a->uuid.given && !a->uuid.value) {
		free(s->uuid);
		s->uuid = NULL; /* -U alone: a new one */
	}
	s->checkpointable |= a->checkpointable;
	s->routing |= a->routing || a->routes.n > 0;
	s->xwparipc |= a->xwparipc;
	return 0;
}

int wpar_settings_change(const struct wpar_settings *a, struct wpar_spec *s, struct par_error **err)
{
	const struct {
		enum wpar_stanza stanza;
		const struct par_groups *groups;
		const char *flag;
	} lists[] = {
		{ WPAR_STANZA_NETWORK, &a->addresses, "-N" },
		{ WPAR_STANZA_ROUTE, &a->routes, "-I" },
		{ WPAR_STANZA_MOUNT, &a->mounts, "-M" },
		{ WPAR_STANZA_RESOURCES, &a->resources, "-R" },
		{ WPAR_STANZA_DEVICE, &a->devices, "-D" },
		{ WPAR_STANZA_KEXT, &a->kexts, "-X" },
	};
	int r = apply_general(a, s, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < PAR_ARRAY_SIZE(lists); i++) {
		r = add_groups(s, lists[i].stanza, lists[i].groups, lists[i].flag, err);
		if (r < 0)
			return r;
	}
	return apply_security(s, &a->security, err);
}

int wpar_settings_apply(const struct wpar_settings *a, struct wpar_spec *ret,
			struct par_error **err)
{
	auto_spec s = { 0 };
	int r;

	*ret = (struct wpar_spec){ 0 };
	if (a->write_only && !a->to_file)
		return par_fail(err, PAR_E_USAGE, 0, "-w needs -o FILE");
	r = read_base(a, &s, err);
	if (r < 0)
		return r;
	r = wpar_settings_change(a, &s, err);
	if (r < 0)
		return r;
	*ret = s;
	s = (struct wpar_spec){ 0 };
	return 0;
}

int wpar_settings_output(const struct wpar_settings *a, const struct wpar_spec *s, bool dry_run,
			 FILE *out, struct par_error **err)
{
	auto_buf text = { 0 };
	int r;

	if (dry_run) {
		r = wpar_spec_write(s, &text, err);
		if (r < 0)
			return r;
		fputs(text.data, out);
		return 1;
	}
	if (a->to_file) {
		r = wpar_spec_write_file(s, a->to_file, err);
		if (r < 0)
			return r;
	}
	return a->write_only;
}
