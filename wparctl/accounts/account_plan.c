/* SPDX-License-Identifier: Apache-2.0 */
/* Changes of users as command lines: see account_plan.h. */
#include "wparctl/accounts/account_plan.h"

#include "wparctl/accounts/account_messages.h"
#include "wparctl/accounts/attribute.h"

#include <inttypes.h>
#include <string.h>

struct plan {
	enum wpar_account_change change;
	const struct wpar_accounts *all;
	const char *name;
	uint32_t id_max;
	struct par_strv *words;
};

static int bad_value(const char *attribute, const char *value, struct par_error **err,
		     const char *why)
{
	return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, WPAR_MSG_BAD_VALUE, attribute, value, why);
}

static int add_option(struct plan *p, const char *option, const char *value, struct par_error **err)
{
	if (par_strv_add(p->words, option) < 0 || par_strv_add(p->words, value) < 0)
		return par_oom(err);
	return 0;
}

static int plan_id(struct plan *p, const char *value, struct par_error **err)
{
	uint64_t id;

	if (par_parse_u64(value, UINT32_MAX - 1, &id) < 0)
		return bad_value("id", value, err, "it must be a whole number");
	if (id > p->id_max) {
		autofree char *why =
			par_strdup_printf("the ids of this system end with %" PRIu32, p->id_max);

		return why ? bad_value("id", value, err, why) : par_oom(err);
	}
	for (size_t i = 0; i < p->all->n; i++) {
		if (p->all->v[i].id == id && strcmp(p->all->v[i].name, p->name) != 0)
			return bad_value("id", value, err, "another user has it");
	}
	return add_option(p, "--uid", value, err);
}

static int need_group(const struct plan *p, const char *name, struct par_error **err)
{
	return wpar_group_find(p->all, name)
		       ? 0
		       : par_fail(err, PAR_E_NOT_FOUND, 0, WPAR_MSG_NO_GROUP, name);
}

static int plan_pgrp(struct plan *p, const char *value, struct par_error **err)
{
	int r = need_group(p, value, err);

	return r < 0 ? r : add_option(p, "--gid", value, err);
}

static int plan_groups(struct plan *p, const char *value, struct par_error **err)
{
	auto_strv names = { 0 };
	int r = *value && par_strv_split(&names, value, ',') < 0 ? par_oom(err) : 0;

	for (size_t i = 0; r == 0 && i < names.n; i++)
		r = need_group(p, names.v[i], err);
	return r < 0 ? r : add_option(p, "--groups", value, err);
}

/* What an entry of passwd can hold. */
static bool is_field(const char *value)
{
	return par_printable(value) && !strchr(value, ':');
}

static int plan_path(struct plan *p, const char *attribute, const char *option, const char *value,
		     struct par_error **err)
{
	if (*value != '/' || !is_field(value))
		return bad_value(attribute, value, err, "it must be an absolute path");
	return add_option(p, option, value, err);
}

static int plan_home(struct plan *p, const char *value, struct par_error **err)
{
	return plan_path(p, "home", "--home-dir", value, err);
}

/* usermod's option for this differs from useradd's. */
static int plan_changed_home(struct plan *p, const char *value, struct par_error **err)
{
	return plan_path(p, "home", "--home", value, err);
}

static int plan_shell(struct plan *p, const char *value, struct par_error **err)
{
	return plan_path(p, "shell", "--shell", value, err);
}

static int plan_gecos(struct plan *p, const char *value, struct par_error **err)
{
	if (!is_field(value))
		return bad_value("gecos", value, err, "it must be printable, without colons");
	return add_option(p, "--comment", value, err);
}

static int plan_locked(struct plan *p, const char *value, struct par_error **err)
{
	if (strcmp(value, "true") == 0)
		return add_option(p, "--expiredate", "1970-01-02", err);
	if (strcmp(value, "false") == 0)
		return add_option(p, "--expiredate", "", err);
	return bad_value("account_locked", value, err, "it must be true or false");
}

static const struct {
	const char *attribute;
	int (*make)(struct plan *p, const char *value, struct par_error **err);
	int (*change)(struct plan *p, const char *value, struct par_error **err);
} settable[] = {
	{ "id", plan_id, plan_id },
	{ "pgrp", plan_pgrp, plan_pgrp },
	{ "groups", plan_groups, plan_groups },
	{ "home", plan_home, plan_changed_home },
	{ "shell", plan_shell, plan_shell },
	{ "gecos", plan_gecos, plan_gecos },
	{ "account_locked", plan_locked, plan_locked },
};

static int unknown_attribute(const char *name, int len, struct par_error **err)
{
	autofree char *names = wpar_account_names(wpar_user_attributes, wpar_n_user_attributes);

	return names ? par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"the attribute \"%.*s\" is not supported; there are %s", len, name,
				names)
		     : par_oom(err);
}

static int plan_setting(struct plan *p, const char *setting, struct par_error **err)
{
	size_t len = strcspn(setting, "=");

	for (size_t i = 0; i < PAR_ARRAY_SIZE(settable); i++) {
		const char *name = settable[i].attribute;

		if (strlen(name) != len || strncmp(setting, name, len) != 0)
			continue;
		return (p->change == WPAR_ACCOUNT_MAKE ? settable[i].make : settable[i].change)(
			p, setting + len + 1, err);
	}
	return unknown_attribute(setting, (int)len, err);
}

static int check_user(const struct plan *p, struct par_error **err)
{
	bool exists = wpar_account_find(p->all, p->name) != NULL;

	if (p->change != WPAR_ACCOUNT_MAKE)
		return exists ? 0 : par_fail(err, PAR_E_NOT_FOUND, 0, WPAR_MSG_NO_USER, p->name);
	if (exists)
		return par_fail(err, PAR_E_EXISTS, 0, WPAR_MSG_USER_EXISTS, p->name);
	if (!wpar_account_is_name(p->name))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"\"%s\" cannot be the name of a user: at most %d lower-case "
				"letters, digits, '_', '-' and '.', a letter or '_' in front",
				p->name, WPAR_ACCOUNT_NAME_MAX);
	return 0;
}

int wpar_account_plan(enum wpar_account_change change, const struct wpar_accounts *all,
		      const char *name, char *const *settings, uint32_t id_max,
		      struct par_strv *ret, struct par_error **err)
{
	static const char *const tools[] = {
		[WPAR_ACCOUNT_MAKE] = "useradd",
		[WPAR_ACCOUNT_CHANGE] = "usermod",
		[WPAR_ACCOUNT_REMOVE] = "userdel",
	};
	struct plan p = {
		.change = change, .all = all, .name = name, .id_max = id_max, .words = ret
	};
	int r = check_user(&p, err);

	if (r < 0)
		return r;
	if (change == WPAR_ACCOUNT_CHANGE && !*settings)
		return 0;
	if (par_strv_add(ret, tools[change]) < 0 ||
	    (change == WPAR_ACCOUNT_MAKE && par_strv_add(ret, "--create-home") < 0))
		return par_oom(err);
	for (; r == 0 && *settings; settings++)
		r = plan_setting(&p, *settings, err);
	if (r < 0)
		return r;
	return par_strv_add(ret, "--") < 0 || par_strv_add(ret, name) < 0 ? par_oom(err) : 0;
}
