/* SPDX-License-Identifier: Apache-2.0 */
#include "wparctl/commands/image_tables.h"

#include "lpard/common/text.h"

#include <inttypes.h>
#include <string.h>

const char *wpar_or_dash(const char *s)
{
	return s && *s ? s : "-";
}

/* A name of the archive's: it may have any byte, and reaches a terminal. */
void wpar_table_member(void *user, const struct wpar_scan_member *m)
{
	const struct wpar_table *t = user;
	autofree char *name = strdup(m->name);

	if (!name)
		return;
	par_text_clean(name, strlen(name), PAR_TEXT_LINE);
	fprintf(t->out, t->colon ? "%" PRIu64 ":./%s\n" : "%11" PRIu64 " ./%s\n", m->size,
		strcmp(name, ".") == 0 ? "" : name);
}

void wpar_table_system(const struct wpar_table *t, const struct wpar_image_data *data,
		       const char *volume_group, const char *created, uint64_t shrink)
{
	const struct wpar_version *v = &data->version;
	uint64_t size = data->n_file_systems ? 0 : data->size_kib;

	for (size_t i = 0; i < data->n_file_systems; i++)
		size += data->file_systems[i].size / 2;
	fprintf(t->out, "VOLUME GROUP:           %s\n", volume_group);
	fprintf(t->out, "BACKUP DATE AND TIME:   %s\n", wpar_or_dash(created));
	fprintf(t->out, "UNAME INFO:             %s %s %s %s %s\n", wpar_or_dash(v->os_name),
		wpar_or_dash(data->host), wpar_or_dash(v->kernel_release),
		wpar_or_dash(v->kernel_version), wpar_or_dash(v->architecture));
	fprintf(t->out, "BACKUP OSLEVEL:         %s\n", wpar_or_dash(v->os_level));
	fprintf(t->out, "BACKUP SIZE (MB):       %" PRIu64 "\n", size / 1024);
	fprintf(t->out, "SHRINK SIZE (MB):       %" PRIu64 "\n", shrink);
}

void wpar_table_file_systems(const struct wpar_table *t, const struct wpar_image_data *data,
			     const char *volume_group)
{
	if (t->colon)
		fputs("#FileSystem:Type:SizeMB:UsedMB:MountPoint\n", t->out);
	else
		fprintf(t->out, "\n%s:\n%-30s TYPE       SIZE (MB)  USED (MB)  MOUNT POINT\n",
			volume_group, "FILE SYSTEM");
	for (size_t i = 0; i < data->n_file_systems; i++) {
		const struct wpar_image_file_system *f = &data->file_systems[i];

		fprintf(t->out,
			t->colon ? "%s:%s:%" PRIu64 ":%" PRIu64 ":%s\n"
				 : "%-30s %-10s %-10" PRIu64 " %-10" PRIu64 " %s\n",
			wpar_or_dash(f->device), wpar_or_dash(f->type), f->size / 2048,
			f->used / 2048, wpar_or_dash(f->name));
	}
}

void wpar_table_packages(const struct wpar_table *t, const struct wpar_image_data *data)
{
	static const char in_columns[] = "  %-42s %-28s %s\n";

	if (t->colon)
		fputs("#Fileset:Level:Architecture\n", t->out);
	else
		fprintf(t->out, in_columns, "Fileset", "Level", "Architecture");
	for (size_t i = 0; i < data->packages.n; i++) {
		char name[256] = "", level[256] = "", architecture[64] = "";

		sscanf(data->packages.v[i], "%255s %255s %63s", name, level, architecture);
		fprintf(t->out, t->colon ? "%s:%s:%s\n" : in_columns, name, level, architecture);
	}
}

struct json_object *wpar_json_file_systems(const struct wpar_image_data *data)
{
	struct json_object *list = par_check_alloc(json_object_new_array());

	for (size_t i = 0; i < data->n_file_systems; i++) {
		const struct wpar_image_file_system *f = &data->file_systems[i];
		struct json_object *o = par_check_alloc(json_object_new_object());

		par_json_put_string(o, "mountpoint", f->name ? f->name : "");
		par_json_put_string(o, "device", f->device ? f->device : "");
		par_json_put_string(o, "type", f->type ? f->type : "");
		par_json_put(o, "size_kb", json_object_new_uint64(f->size / 2));
		par_json_put(o, "used_kb", json_object_new_uint64(f->used / 2));
		json_object_array_add(list, o);
	}
	return list;
}
