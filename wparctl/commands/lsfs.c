/* SPDX-License-Identifier: Apache-2.0 */
/* lsfs: the file systems of workload partitions, as AIX's /etc/filesystems would have them. */
#include "wparctl/commands/commands.h"

#include "lpard/common/fs.h"
#include "lpard/common/json.h"
#include "wparctl/filesystem/quota.h"
#include "wparctl/operations/file_systems.h"

#include <inttypes.h>
#include <string.h>

struct lsfs_args {
	bool all, colon, query, list, json;
	const char *group, *vfs;
};

static const struct par_opt opts[] = {
	OPT_FLAG('a', NULL, struct lsfs_args, all, "All of them, as without it"),
	OPT_FLAG('c', NULL, struct lsfs_args, colon, "Separated by colons"),
	OPT_FLAG('l', NULL, struct lsfs_args, list, "As a table, as without it"),
	OPT_FLAG('q', NULL, struct lsfs_args, query,
		 "Of those with a size of their own what they are made of, too"),
	OPT_STR('u', NULL, "NAME", struct lsfs_args, group,
		"Those of a mount group: a workload partition", .values = "@wpars"),
	OPT_STR('v', NULL, "VFS", struct lsfs_args, vfs, "Those of a type: jfs2, namefs …"),
	OPT_FLAG(0, "json", struct lsfs_args, json, "As JSON"),
	{ 0 }
};

struct row {
	const struct wpar_spec *spec;
	const struct wpar_mount *mount;
	char *place, *device;
	char size[24]; /* in blocks; "" : it has none of its own */
};

struct listing {
	const struct lsfs_args *args;
	struct json_object *json; /* NULL: text */
	FILE *out;
	char *const *places; /* operands */
	int n_places, n_rows;
};

static const char *or_dashes(const char *s)
{
	return s && *s ? s : "--";
}

static void print_query(const struct row *r, FILE *out)
{
	if (wpar_mount_is_volume(r->mount))
		fprintf(out,
			"  (lv size: %s, fs size: %s, block size: 4096, sparse files: yes, inline "
			"log: no, inline log size: 0, EAformat: v1, Quota: no, DMAPI: no, VIX: no, "
			"EFS: no, ISNAPSHOT: no, MAXEXT: 0, MountGuard: no)\n",
			r->size, r->size);
}

static void print_colon(const struct listing *l, const struct row *r)
{
	if (l->n_rows == 1)
		fputs("#MountPoint:Device:Vfs:Nodename:Type:Size:Options:AutoMount:Acct\n", l->out);
	fprintf(l->out, "%s:%s:%s:%s:%s:%s:%s:no:no\n", r->place, r->device,
		wpar_mount_listed_vfs(r->mount), r->mount->host ? r->mount->host : "",
		r->spec->name, r->size, r->mount->options ? r->mount->options : "");
}

static void print_line(const struct listing *l, const struct row *r)
{
	if (l->n_rows == 1)
		fputs("Name            Nodename   Mount Pt               VFS   Size    Options    "
		      "Auto Accounting\n",
		      l->out);
	fprintf(l->out, "%-15s %-10s %-22s %-5s %-7s %-10s %-4s %s\n", or_dashes(r->device),
		or_dashes(r->mount->host), r->place, wpar_mount_listed_vfs(r->mount),
		or_dashes(r->size), or_dashes(r->mount->options), "no", "no");
}

static int put_json(const struct listing *l, const struct row *r)
{
	struct json_object *o = json_object_new_object();

	if (!o || par_json_put_string(o, "mountpoint", r->place) < 0 ||
	    par_json_put_string(o, "device", r->device) < 0 ||
	    par_json_put_string(o, "vfs", wpar_mount_listed_vfs(r->mount)) < 0 ||
	    par_json_put_string(o, "nodename", r->mount->host ? r->mount->host : "") < 0 ||
	    par_json_put_string(o, "type", r->spec->name) < 0 ||
	    par_json_put_string(o, "size", r->size) < 0 ||
	    par_json_put_string(o, "options", r->mount->options ? r->mount->options : "") < 0 ||
	    json_object_array_add(l->json, o) < 0) {
		json_object_put(o);
		return -ENOMEM;
	}
	return 0;
}

static char *device_of(const struct wpar_spec *s, const struct wpar_mount *m)
{
	if (wpar_mount_is_volume(m))
		return wpar_volume_path(s->directory, m);
	return strdup(wpar_mount_listed_device(m) ? wpar_mount_listed_device(m) : "");
}

static bool is_wanted(const struct listing *l, const struct row *r)
{
	bool named = l->n_places == 0;

	for (int i = 0; i < l->n_places; i++)
		named |= strcmp(l->places[i], r->place) == 0;
	return named && (!l->args->group || strcmp(l->args->group, r->spec->name) == 0) &&
	       (!l->args->vfs || strcmp(l->args->vfs, wpar_mount_listed_vfs(r->mount)) == 0);
}

static bool is_on_server(const struct wpar_spec *s)
{
	for (size_t i = 0; i < s->n_mounts; i++) {
		if (strcmp(s->mounts[i].directory, "/") == 0)
			return wpar_mount_is_nfs(&s->mounts[i]);
	}
	return false;
}

/*
 * Are the sizes of the WPAR's own directories held?  Who may not look is not told; and to look at
 * one on a server could take as long as that likes.
 */
static bool has_quotas(const struct wpar_spec *s)
{
	autofree char *path = wpar_path("%s", s->directory);
	autofd int fd = -1;

	if (path && !is_on_server(s))
		fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd >= 0 && wpar_quota_holds(fd);
}

/* MiB; 0: it has none of its own */
static uint64_t size_of(const struct wpar_spec *s, const struct wpar_mount *m)
{
	if (wpar_mount_is_own(m))
		return has_quotas(s) ? wpar_mount_size_mib(s, m) : 0;
	return m->size_mib;
}

static int list_one(struct listing *l, const struct wpar_spec *s, const struct wpar_mount *m)
{
	autofree char *place = par_strdup_printf(
		"%s%s", s->directory, strcmp(m->directory, "/") == 0 ? "" : m->directory);
	autofree char *device = device_of(s, m);
	struct row r = { .spec = s, .mount = m, .place = place, .device = device };
	uint64_t mib;

	if (!place || !device)
		return -ENOMEM;
	if (!is_wanted(l, &r))
		return 0;
	mib = size_of(s, m);
	if (mib && mib <= UINT64_MAX / 2048)
		snprintf(r.size, sizeof(r.size), "%" PRIu64, WPAR_FS_BLOCKS(mib));
	l->n_rows++;
	if (l->json)
		return put_json(l, &r);
	if (l->args->colon)
		print_colon(l, &r);
	else
		print_line(l, &r);
	if (l->args->query && !l->args->colon)
		print_query(&r, l->out);
	return 0;
}

static int list_all(struct listing *l, struct par_error **err)
{
	auto_strv names = { 0 };
	int r = wpar_spec_list(&names, err);

	for (size_t i = 0; r == 0 && i < names.n; i++) {
		auto_spec s = { 0 };

		if (wpar_spec_load(names.v[i], &s, NULL) < 0 || s.type != WPAR_SYSTEM)
			continue;
		for (size_t j = 0; r == 0 && j < s.n_mounts; j++)
			r = s.mounts[j].vfs ? list_one(l, &s, &s.mounts[j]) : 0;
		if (r < 0)
			return par_oom(err);
	}
	return r;
}

static int print_listing(struct listing *l, struct par_error **err)
{
	int r = list_all(l, err);

	if (r < 0)
		return r;
	if (l->n_places > 0 && l->n_rows == 0)
		return par_fail(err, PAR_E_NOT_FOUND, 0, WPAR_FS_MSG_NO_RECORD, l->places[0]);
	if (l->json)
		par_json_print(l->out, l->json);
	return 0;
}

static int lsfs_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	struct listing l = {
		.args = args, .out = ctx->out, .places = ctx->argv, .n_places = ctx->argc
	};
	int r;

	if (l.args->group) {
		auto_spec s = { 0 };

		r = wpar_spec_load(l.args->group, &s, err);
		if (r < 0)
			return r;
	}
	if (l.args->json)
		l.json = par_check_alloc(json_object_new_array());
	r = print_listing(&l, err);
	json_object_put(l.json);
	return r;
}

const struct par_cmd wpar_cmd_lsfs = {
	.name = "lsfs",
	.synopsis = "[PATH…]",
	.summary = "Show the file systems of workload partitions",
	.family = PAR_FAMILY_AIX,
	.max_args = PAR_ARGS_ANY,
	.opts = opts,
	.args_size = sizeof(struct lsfs_args),
	.run = lsfs_run,
};
