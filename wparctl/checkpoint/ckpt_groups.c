/* SPDX-License-Identifier: Apache-2.0 */
/* Control groups in a manifest: see ckpt_groups.h. */
#include "wparctl/checkpoint/ckpt_groups.h"

#include "lpard/common/hex.h"
#include "wparctl/resources/cgroup_below.h"

#include <limits.h>
#include <string.h>

#define SETTINGS_MOST  64
#define SETTING_MOST   512
#define PROCESSES_MOST 65536
#define ATTRIBUTE      "user."

void wpar_ckpt_groups_done(struct wpar_ckpt_groups *g)
{
	for (size_t i = 0; i < g->n; i++) {
		free(g->v[i].path);
		free(g->v[i].processes);
		par_strv_done(&g->v[i].settings);
	}
	free(g->v);
	*g = (struct wpar_ckpt_groups){ 0 };
}

struct wpar_ckpt_group *wpar_ckpt_groups_add(struct wpar_ckpt_groups *g, const char *path)
{
	struct wpar_ckpt_group *more = reallocarray(g->v, g->n + 1, sizeof(*more));
	char *copy = strdup(path);

	if (more)
		g->v = more;
	if (!more || !copy) {
		free(copy);
		return NULL;
	}
	more[g->n] = (struct wpar_ckpt_group){ .path = copy };
	return &more[g->n++];
}

int wpar_ckpt_group_add_process(struct wpar_ckpt_group *g, uint32_t pid)
{
	uint32_t *more = reallocarray(g->processes, g->n_processes + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	g->processes = more;
	more[g->n_processes++] = pid;
	return 0;
}

const struct wpar_ckpt_group *wpar_ckpt_groups_of(const struct wpar_ckpt_groups *g, uint32_t pid)
{
	for (size_t i = 0; i < g->n; i++) {
		for (size_t j = 0; j < g->v[i].n_processes; j++) {
			if (g->v[i].processes[j] == pid)
				return &g->v[i];
		}
	}
	return NULL;
}

const char *wpar_ckpt_setting(size_t i)
{
	static const char *const files[] = {
		WPAR_CKPT_CONTROLLERS,
		"cgroup.max.depth",
		"cgroup.max.descendants",
		"cpu.idle",
		"cpu.max",
		"cpu.max.burst",
		"cpu.weight",
		"cpuset.cpus",
		"cpuset.mems",
		"io.weight",
		"memory.high",
		"memory.low",
		"memory.max",
		"memory.min",
		"memory.oom.group",
		"memory.swap.high",
		"memory.swap.max",
		"memory.zswap.max",
		"memory.zswap.writeback",
		"pids.max",
	};

	return i < PAR_ARRAY_SIZE(files) ? files[i] : NULL;
}

bool wpar_ckpt_setting_is_known(const char *name, size_t len)
{
	const char *file;

	if (len > strlen(ATTRIBUTE) && memcmp(name, ATTRIBUTE, strlen(ATTRIBUTE)) == 0)
		return true;
	for (size_t i = 0; (file = wpar_ckpt_setting(i)); i++) {
		if (strlen(file) == len && memcmp(file, name, len) == 0)
			return true;
	}
	return false;
}

static int put_processes(struct json_object *o, const struct wpar_ckpt_group *g)
{
	struct json_object *list = json_object_new_array();

	if (par_json_put(o, "processes", list) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < g->n_processes; i++) {
		struct json_object *pid = json_object_new_int64(g->processes[i]);

		if (!pid || json_object_array_add(list, pid) < 0) {
			json_object_put(pid);
			return -ENOMEM;
		}
	}
	return 0;
}

static int put_id(struct json_object *o, const char *key, uint32_t id)
{
	return par_json_put(o, key, json_object_new_int64(id));
}

static int put_group(struct json_object *list, const struct wpar_ckpt_group *g)
{
	struct json_object *o = json_object_new_object();

	if (!o || json_object_array_add(list, o) < 0) {
		json_object_put(o);
		return -ENOMEM;
	}
	if (par_json_put_string(o, "path", g->path) < 0 || put_id(o, "uid", g->uid) < 0 ||
	    put_id(o, "gid", g->gid) < 0 || put_id(o, "given_uid", g->given_uid) < 0 ||
	    put_id(o, "given_gid", g->given_gid) < 0 ||
	    par_json_put_strv(o, "settings", g->settings.v, g->settings.n) < 0)
		return -ENOMEM;
	return put_processes(o, g);
}

int wpar_ckpt_groups_put(struct json_object *all, const struct wpar_ckpt_groups *g)
{
	struct json_object *list = NULL;

	if (g->n == 0)
		return 0;
	list = json_object_new_array();
	if (par_json_put(all, "groups", list) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < g->n; i++) {
		if (put_group(list, &g->v[i]) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int fail_group(const char *what, struct par_error **err)
{
	return par_fail(err, PAR_E_CORRUPT, 0, "'groups' has %s", what);
}

static bool is_plain_name(const char *name, size_t len)
{
	return len > 0 && len <= NAME_MAX && !(len == 1 && name[0] == '.') &&
	       !(len == 2 && memcmp(name, "..", 2) == 0);
}

/* One of ours, or one below "inside", whose every name is plain. */
static bool path_fits(const char *path)
{
	const size_t len = strlen(WPAR_BELOW_INSIDE);

	if (!par_printable(path) || strlen(path) >= PATH_MAX)
		return false;
	if (strcmp(path, WPAR_BELOW_INSIDE) == 0 || strcmp(path, WPAR_BELOW_LOGIN) == 0)
		return true;
	if (strncmp(path, WPAR_BELOW_INSIDE, len) != 0 || path[len] != '/')
		return false;
	for (const char *name = path + len; *name == '/';) {
		const size_t n = strcspn(++name, "/");

		if (!is_plain_name(name, n))
			return false;
		name += n;
	}
	return true;
}

static bool setting_fits(const char *s)
{
	const size_t len = strcspn(s, "="), all = strlen(s);

	if (s[len] != '=' || all > SETTING_MOST || !par_printable(s) ||
	    !wpar_ckpt_setting_is_known(s, len))
		return false;
	return !par_starts_with(s, ATTRIBUTE) ||
	       ((all - len - 1) % 2 == 0 && par_hex_is(s + len + 1, all - len - 1));
}

static int get_settings(struct json_object *o, struct wpar_ckpt_group *g, struct par_error **err)
{
	int r = par_json_strv(o, "settings", true, SETTINGS_MOST, &g->settings, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < g->settings.n; i++) {
		if (!setting_fits(g->settings.v[i]))
			return fail_group("a setting that none of the WPAR's can have", err);
	}
	return 0;
}

static int get_processes(struct json_object *o, struct wpar_ckpt_group *g, struct par_error **err)
{
	struct json_object *list = NULL;
	int r = par_json_array(o, "processes", true, PROCESSES_MOST, &list, err);

	for (size_t i = 0, n = r < 0 ? 0 : json_object_array_length(list); i < n; i++) {
		struct json_object *pid = json_object_array_get_idx(list, i);
		const int64_t v =
			json_object_is_type(pid, json_type_int) ? json_object_get_int64(pid) : 0;

		if (v <= 0 || v > INT_MAX)
			return fail_group("a number that no process has", err);
		if (wpar_ckpt_group_add_process(g, (uint32_t)v) < 0)
			return par_oom(err);
	}
	return r;
}

static int get_id(struct json_object *o, const char *key, uint32_t *ret, struct par_error **err)
{
	uint64_t id = 0;
	int r = par_json_u64(o, key, true, UINT32_MAX - 1, &id, err);

	*ret = r < 0 ? *ret : (uint32_t)id;
	return r;
}

static int get_group(struct json_object *o, struct wpar_ckpt_groups *ret, struct par_error **err)
{
	static const char *const known[] = { "path",	  "uid",      "gid",	   "given_uid",
					     "given_gid", "settings", "processes", NULL };
	struct wpar_ckpt_group *g;
	const char *path = NULL;
	int r = par_json_only(o, known, err);

	if (r < 0)
		return r;
	r = par_json_string(o, "path", true, &path, err);
	if (r < 0)
		return r;
	if (!path_fits(path))
		return fail_group("a path that leads elsewhere", err);
	g = wpar_ckpt_groups_add(ret, path);
	if (!g)
		return par_oom(err);
	r = get_id(o, "uid", &g->uid, err);
	if (r < 0)
		return r;
	r = get_id(o, "gid", &g->gid, err);
	if (r < 0)
		return r;
	r = get_id(o, "given_uid", &g->given_uid, err);
	if (r < 0)
		return r;
	r = get_id(o, "given_gid", &g->given_gid, err);
	if (r < 0)
		return r;
	r = get_settings(o, g, err);
	return r < 0 ? r : get_processes(o, g, err);
}

int wpar_ckpt_groups_get(struct json_object *all, struct wpar_ckpt_groups *ret,
			 struct par_error **err)
{
	struct json_object *list = NULL;
	int r = par_json_array(all, "groups", false, WPAR_CKPT_GROUPS_MOST, &list, err);

	if (r < 0 || !list)
		return r;
	for (size_t i = 0, n = json_object_array_length(list); i < n; i++) {
		struct json_object *o = json_object_array_get_idx(list, i);

		if (!json_object_is_type(o, json_type_object))
			return fail_group("something else in it", err);
		r = get_group(o, ret, err);
		if (r < 0)
			return r;
	}
	return 0;
}
