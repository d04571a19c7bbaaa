/* SPDX-License-Identifier: Apache-2.0 */
/* external.json: see external.h. */
#include "wparctl/runtime/life/external.h"

#include "lpard/common/fs.h"
#include "wparctl/resources/cgroup.h"

static void put_string(struct par_buf *b, const char *s)
{
	par_buf_putc(b, '"');
	for (; s && *s; s++) {
		if (*s == '"' || *s == '\\')
			par_buf_printf(b, "\\%c", *s);
		else if ((unsigned char)*s < 0x20)
			par_buf_printf(b, "\\u%04x", (unsigned int)*s);
		else
			par_buf_putc(b, *s);
	}
	par_buf_putc(b, '"');
}

static bool is_external(const struct wpar_mount_op *op)
{
	return op->kind == WPAR_OP_BIND || op->kind == WPAR_OP_ROOT;
}

int wpar_external_write(const char *name, const struct wpar_mount_plan *p)
{
	autofree char *path = wpar_path("/run/wpars/%s/external.json", name);
	autofree char *cgroup = wpar_cgroup_path(name);
	const char *sep = "";
	auto_buf b = { 0 };

	par_buf_puts(&b, "{\"version\":1,\"root\":");
	put_string(&b, p->directory);
	par_buf_puts(&b, ",\"cgroup\":");
	put_string(&b, cgroup ? cgroup : "");
	par_buf_printf(&b, ",\"idbase\":%u,\"idrange\":%u,\"namespaces\":[],\"mounts\":[",
		       (unsigned int)p->idbase, (unsigned int)p->idrange);
	for (size_t i = 0; i < p->n_ops; i++) {
		const struct wpar_mount_op *op = &p->ops[i];

		if (!is_external(op))
			continue;
		par_buf_printf(&b, "%s{\"target\":", sep);
		put_string(&b, op->target);
		par_buf_puts(&b, ",\"source\":");
		put_string(&b, op->source);
		par_buf_printf(&b, ",\"private\":%s,\"idmap\":%s,\"readonly\":%s}",
			       op->flags & WPAR_OP_PRIVATE ? "true" : "false",
			       op->flags & WPAR_OP_IDMAP ? "true" : "false",
			       op->flags & WPAR_OP_READONLY ? "true" : "false");
		sep = ",";
	}
	par_buf_puts(&b, "]}\n");
	if (b.failed || !path)
		return -ENOMEM;
	return par_fs_replace_volatile(AT_FDCWD, path, b.data, b.len, 0644);
}
