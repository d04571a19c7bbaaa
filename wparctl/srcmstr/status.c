/* SPDX-License-Identifier: Apache-2.0 */
/* The listing of lssrc: see status.h. */
#include "wparctl/srcmstr/status.h"

#include "lpard/common/json.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void wpar_src_rows_done(struct wpar_src_rows *l)
{
	free(l->v);
	*l = (struct wpar_src_rows){ 0 };
}

int wpar_src_rows_add(struct wpar_src_rows *l, const char *name, const char *group, uint32_t pid,
		      const char *status)
{
	struct wpar_src_row *more = reallocarray(l->v, l->n + 1, sizeof(*more)), *row;

	if (!more)
		return -ENOMEM;
	l->v = more;
	row = &more[l->n++];
	*row = (struct wpar_src_row){ .pid = pid };
	snprintf(row->name, sizeof(row->name), "%s", name);
	snprintf(row->group, sizeof(row->group), "%s", group ? group : "");
	snprintf(row->status, sizeof(row->status), "%s", status);
	return 0;
}

int wpar_src_rows_parse(struct wpar_src_rows *l, const char *line)
{
	auto_strv part = { 0 };
	uint64_t pid;
	int r = par_strv_split(&part, line, '\t');

	if (r < 0)
		return r;
	if (part.n != 4 || par_parse_u64(part.v[2], INT32_MAX, &pid) < 0)
		return -EBADMSG;
	return wpar_src_rows_add(l, part.v[0], part.v[1], (uint32_t)pid, part.v[3]);
}

void wpar_src_rows_put(const struct wpar_src_row *row, struct par_buf *out)
{
	par_buf_printf(out, "%s\t%s\t%" PRIu32 "\t%s", row->name, row->group, row->pid,
		       row->status);
}

void wpar_src_table(const struct wpar_src_rows *l, struct par_buf *out)
{
	/* The blank at the end is AIX's. */
	par_buf_puts(out, "Subsystem         Group            PID          Status \n");
	for (size_t i = 0; i < l->n; i++) {
		char pid[16] = "";

		if (l->v[i].pid)
			snprintf(pid, sizeof(pid), "%" PRIu32, l->v[i].pid);
		par_buf_printf(out, " %-16s %-16s %-12s %s\n", l->v[i].name, l->v[i].group, pid,
			       l->v[i].status);
	}
}

static struct json_object *row_json(const struct wpar_src_row *row)
{
	struct json_object *o = json_object_new_object();

	if (par_json_put_string(o, "subsystem", row->name) < 0 ||
	    par_json_put_string(o, "group", row->group) < 0 ||
	    json_object_object_add(o, "pid", row->pid ? json_object_new_int64(row->pid) : NULL) <
		    0 ||
	    par_json_put_string(o, "status", row->status) < 0) {
		json_object_put(o);
		return NULL;
	}
	return o;
}

int wpar_src_json(const struct wpar_src_rows *l, FILE *out)
{
	auto_json all = json_object_new_array();

	for (size_t i = 0; i < l->n; i++) {
		struct json_object *o = all ? row_json(&l->v[i]) : NULL;

		if (!o || json_object_array_add(all, o) < 0) {
			json_object_put(o);
			return -ENOMEM;
		}
	}
	if (!all)
		return -ENOMEM;
	par_json_print(out, all);
	return 0;
}
