/* SPDX-License-Identifier: Apache-2.0 */
/* external.json: see external.h. */
#include "wparctl/runtime/life/external.h"

#include "lpard/common/fs.h"
#include "lpard/common/json.h"
#include "wparctl/resources/cgroup.h"

static bool is_external(const struct wpar_mount_op *op)
{
	return op->kind == WPAR_OP_BIND || op->kind == WPAR_OP_ROOT;
}

static int put_flag(struct json_object *o, const char *key, bool value)
{
	return par_json_put(o, key, json_object_new_boolean(value));
}

static int put_mount(struct json_object *mounts, const struct wpar_mount_op *op)
{
	struct json_object *o = json_object_new_object();

	if (!o || json_object_array_add(mounts, o) < 0) {
		json_object_put(o);
		return -ENOMEM;
	}
	if (par_json_put_string(o, "target", op->target) < 0 ||
	    par_json_put_string(o, "source", op->source ? op->source : "") < 0 ||
	    put_flag(o, "private", op->flags & WPAR_OP_PRIVATE) < 0 ||
	    put_flag(o, "idmap", op->flags & WPAR_OP_IDMAP) < 0 ||
	    put_flag(o, "readonly", op->flags & WPAR_OP_READONLY) < 0)
		return -ENOMEM;
	return 0;
}

static int put_mounts(struct json_object *o, const struct wpar_mount_plan *p)
{
	struct json_object *mounts = json_object_new_array();

	if (par_json_put(o, "mounts", mounts) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < p->n_ops; i++) {
		if (is_external(&p->ops[i]) && put_mount(mounts, &p->ops[i]) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int put_all(struct json_object *o, const char *cgroup, const struct wpar_mount_plan *p)
{
	if (par_json_put(o, "version", json_object_new_int(1)) < 0 ||
	    par_json_put_string(o, "root", p->directory) < 0 ||
	    par_json_put_string(o, "cgroup", cgroup) < 0 ||
	    par_json_put(o, "idbase", json_object_new_int64(p->idbase)) < 0 ||
	    par_json_put(o, "idrange", json_object_new_int64(p->idrange)) < 0 ||
	    par_json_put(o, "namespaces", json_object_new_array()) < 0)
		return -ENOMEM;
	return put_mounts(o, p);
}

int wpar_external_write(const char *name, const struct wpar_mount_plan *p)
{
	autofree char *path = wpar_path("/run/wpars/%s/external.json", name);
	autofree char *cgroup = wpar_cgroup_path(name);
	auto_json o = json_object_new_object();
	auto_buf b = { 0 };
	const char *text;

	if (!path || !o || put_all(o, cgroup ? cgroup : "", p) < 0)
		return -ENOMEM;
	text = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
							 JSON_C_TO_STRING_NOSLASHESCAPE);
	if (!text)
		return -ENOMEM;
	par_buf_puts(&b, text);
	par_buf_putc(&b, '\n');
	return b.failed ? -ENOMEM : par_fs_replace_volatile(AT_FDCWD, path, b.data, b.len, 0644);
}
