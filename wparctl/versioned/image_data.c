/* SPDX-License-Identifier: Apache-2.0 */
/* Reads ./image.data: see image_data.h.  The bytes come from an archive. */
#include "wparctl/versioned/image_data.h"

#include <inttypes.h>
#include <string.h>

void wpar_image_data_done(struct wpar_image_data *d)
{
	struct wpar_version *v = &d->version;

	free(v->image_digest);
	free(v->os_name);
	free(v->os_id);
	free(v->os_level);
	free(v->kernel_release);
	free(v->kernel_version);
	free(v->architecture);
	free(d->created);
	free(d->host);
	free(d->user_ids);
	free(d->group_ids);
	for (size_t i = 0; i < d->n_file_systems; i++) {
		free(d->file_systems[i].name);
		free(d->file_systems[i].device);
		free(d->file_systems[i].type);
	}
	free(d->file_systems);
	free(d->wpar.name);
	free(d->wpar.type);
	free(d->wpar.state);
	free(d->wpar.created);
	free(d->wpar.host);
	free(d->wpar.product);
	free(d->wpar.consistency);
	free(d->wpar.nfs);
	free(d->wpar.attributes);
	wpar_image_command_done(&d->command);
	free(d->package_manager);
	par_strv_done(&d->packages);
	*d = (struct wpar_image_data){ 0 };
}

#define WORD "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._+~:-"

/* A text field, or (text NULL) a number. */
struct key {
	const char *name;
	char **text;
	uint64_t *number;
	size_t max;
	bool needed;
	bool range; /* of numbers */
};

static int image_data_put(const struct key *k, const char *value, struct par_error **err)
{
	bool word = k->max < 64; /* OSID, OSLEVEL, ARCH … */

	if (k->number) {
		if (par_parse_u64(value, UINT64_C(1) << 40, k->number) < 0)
			return par_fail(err, PAR_E_CORRUPT, 0, "%s is not a number", k->name);
		return 0;
	}
	if (*k->text)
		return par_fail(err, PAR_E_CORRUPT, 0, "%s is given twice", k->name);
	if (!*value || strlen(value) > k->max || !par_printable(value) ||
	    (word ? value[strspn(value, WORD)] != '\0' : strpbrk(value, "\"\\") != NULL))
		return par_fail(err, PAR_E_CORRUPT, 0, "%s has a bad value", k->name);
	*k->text = strdup(value);
	return *k->text ? 0 : par_oom(err);
}

/* The reading of a file: what its current stanza is about. */
struct reader {
	struct wpar_image_data *data;
	const struct key *keys; /* of the stanza image_data */
	enum { OTHER, IMAGE, FILE_SYSTEM, PACKAGES, WPAR, COMMAND } stanza;
	bool found;
};

static int begin_file_system(struct wpar_image_data *d, struct par_error **err)
{
	struct wpar_image_file_system *v;

	if (d->n_file_systems == WPAR_IMAGE_FILE_SYSTEMS_MAX)
		return par_fail(err, PAR_E_CORRUPT, 0, "it has too many stanzas fs_data");
	v = reallocarray(d->file_systems, d->n_file_systems + 1, sizeof(*v));
	if (!v)
		return par_oom(err);
	d->file_systems = v;
	v[d->n_file_systems++] = (struct wpar_image_file_system){ 0 };
	return 0;
}

static int begin_stanza(struct reader *rd, const char *heading, struct par_error **err)
{
	if (strcmp(heading, "image_data:") == 0) {
		rd->stanza = IMAGE;
		rd->found = true;
	} else if (strcmp(heading, "fs_data:") == 0) {
		rd->stanza = FILE_SYSTEM;
		return begin_file_system(rd->data, err);
	} else {
		rd->stanza = strcmp(heading, "packages_data:") == 0  ? PACKAGES
			     : strcmp(heading, "wpar_data:") == 0    ? WPAR
			     : strcmp(heading, "command_data:") == 0 ? COMMAND
								     : OTHER;
	}
	return 0;
}

/* "0-65534", as mksysb writes it: ids are 32 bits wide. */
static bool is_range(const char *text)
{
	const char *dash = strchr(text, '-');
	uint64_t least, most;
	char first[16];

	if (!dash || (size_t)(dash - text) >= sizeof(first))
		return false;
	memcpy(first, text, (size_t)(dash - text));
	first[dash - text] = '\0';
	return par_parse_u64(first, UINT32_MAX, &least) == 0 &&
	       par_parse_u64(dash + 1, UINT32_MAX, &most) == 0 && least <= most;
}

static int check_ranges(const struct key *keys, struct par_error **err)
{
	for (; keys->name; keys++) {
		if (keys->range && *keys->text && !is_range(*keys->text))
			return par_fail(err, PAR_E_CORRUPT, 0,
					"%s = %s is no LEAST-GREATEST of numbers from 0 to %u",
					keys->name, *keys->text, UINT32_MAX);
	}
	return 0;
}

static int put_by_key(const struct key *keys, const char *name, const char *value,
		      struct par_error **err)
{
	for (; keys->name; keys++) {
		if (strcmp(keys->name, name) == 0)
			return image_data_put(keys, value, err);
	}
	return 0;
}

static int put_file_system(struct wpar_image_data *d, const char *name, const char *value,
			   struct par_error **err)
{
	struct wpar_image_file_system *f = &d->file_systems[d->n_file_systems - 1];
	const struct key keys[] = {
		{ "FS_NAME", &f->name, NULL, 255, false },
		{ "FS_LV", &f->device, NULL, 64, false },
		{ "FS_TYPE", &f->type, NULL, 32, false },
		{ "FS_SIZE", NULL, &f->size, 0, false },
		{ "FS_MIN_SIZE", NULL, &f->used, 0, false },
		{ 0 },
	};

	return put_by_key(keys, name, value, err);
}

static int put_package(struct wpar_image_data *d, const char *name, const char *value,
		       struct par_error **err)
{
	const struct key manager[] = { { "MANAGER", &d->package_manager, NULL, 32, false }, { 0 } };

	if (strcmp(name, "PACKAGE") != 0)
		return put_by_key(manager, name, value, err);
	if (!par_printable(value))
		return par_fail(err, PAR_E_CORRUPT, 0, "PACKAGE has a bad value");
	return par_strv_add(&d->packages, value) < 0 ? par_oom(err) : 0;
}

static int put_wpar(struct wpar_image_wpar *w, const char *name, const char *value,
		    struct par_error **err)
{
	const struct key keys[] = {
		{ "NAME", &w->name, NULL, WPAR_NAME_MAX, false },
		{ "TYPE", &w->type, NULL, 1, false },
		{ "STATE", &w->state, NULL, 16, false },
		{ "CREATED", &w->created, NULL, 64, false },
		{ "HOST", &w->host, NULL, 64, false },
		{ "PRODUCT", &w->product, NULL, 64, false },
		{ "CONSISTENCY", &w->consistency, NULL, 16, false },
		{ "NFS", &w->nfs, NULL, 3, false },
		{ "ATTRIBUTES", &w->attributes, NULL, 3, false },
		{ 0 },
	};

	return put_by_key(keys, name, value, err);
}

static int image_data_attribute(struct reader *rd, char *line, struct par_error **err)
{
	char *eq = strchr(line, '=');
	char *name, *value;
	size_t len;

	if (!eq)
		return par_fail(err, PAR_E_CORRUPT, 0, "a line without a value");
	*eq = '\0';
	name = par_trim(line);
	value = par_trim(eq + 1);
	len = strlen(value);
	if (len >= 2 && value[0] == '"' && value[len - 1] == '"') {
		value[len - 1] = '\0';
		value++;
	}
	if (rd->stanza == FILE_SYSTEM)
		return put_file_system(rd->data, name, value, err);
	if (rd->stanza == COMMAND)
		return wpar_image_command_put(&rd->data->command, name, value, err);
	if (rd->stanza == PACKAGES)
		return put_package(rd->data, name, value, err);
	if (rd->stanza == WPAR)
		return put_wpar(&rd->data->wpar, name, value, err);
	if (strcmp(name, "FORMAT") == 0 && strcmp(value, "1") != 0)
		return par_fail(err, PAR_E_CORRUPT, 0, "its FORMAT is not 1");
	return put_by_key(rd->keys, name, value, err);
}

static int image_data_lines(struct reader *rd, char *text, struct par_error **err)
{
	char *save = NULL;

	for (char *l = strtok_r(text, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
		char *line = par_trim(l);
		size_t len = strlen(line);
		int r = 0;

		if (len == 0 || *line == '*' || *line == '#')
			continue;
		if (line[len - 1] == ':' && !strchr(line, '='))
			r = begin_stanza(rd, line, err);
		else if (rd->stanza != OTHER)
			r = image_data_attribute(rd, line, err);
		if (r < 0)
			return r;
	}
	if (!rd->found)
		return par_fail(err, PAR_E_CORRUPT, 0, "it has no stanza image_data");
	return 0;
}

static int check_needed(const struct key *keys, struct par_error **err)
{
	for (; keys->name; keys++) {
		if (keys->needed && !*keys->text)
			return par_fail(err, PAR_E_CORRUPT, 0, "%s is missing", keys->name);
	}
	return 0;
}

static int read_keys(struct wpar_image_data *d, const struct key *keys, char *text,
		     struct par_error **err)
{
	struct reader rd = { .data = d, .keys = keys };
	int r = image_data_lines(&rd, text, err);

	if (r < 0)
		return r;
	r = check_ranges(keys, err);
	return r < 0 ? r : check_needed(keys, err);
}

int wpar_image_data_parse(const char *text, size_t len, struct wpar_image_data *ret,
			  struct par_error **err)
{
	struct wpar_version *v = &ret->version;
	const struct key keys[] = {
		{ "OSNAME", &v->os_name, NULL, 64, true },
		{ "OSID", &v->os_id, NULL, 31, true },
		{ "OSLEVEL", &v->os_level, NULL, 31, true },
		{ "KERNEL_RELEASE", &v->kernel_release, NULL, 64, false },
		{ "KERNEL_VERSION", &v->kernel_version, NULL, 64, false },
		{ "ARCH", &v->architecture, NULL, 16, true },
		{ "PAGE_SIZE", NULL, &ret->page_size, 0, false },
		{ "PAGE_ALIGN", NULL, &ret->page_align, 0, false },
		{ "BITS", NULL, &ret->bits, 0, false },
		{ "SIZE_KB", NULL, &ret->size_kib, 0, false },
		{ "HOST", &ret->host, NULL, 64, false },
		{ "USER_IDS", &ret->user_ids, NULL, 32, false, .range = true },
		{ "GROUP_IDS", &ret->group_ids, NULL, 32, false, .range = true },
		{ "CREATED", &ret->created, NULL, 64, false },
		{ 0 },
	};
	autofree char *copy = NULL;
	int r = 0;

	*ret = (struct wpar_image_data){ 0 };
	if (len > WPAR_IMAGE_DATA_MAX || memchr(text, '\0', len))
		return par_fail(err, PAR_E_CORRUPT, 0, "image.data is too large or has a NUL byte");
	copy = strndup(text, len);
	if (!copy)
		return par_oom(err);
	r = read_keys(ret, keys, copy, err);
	if (r < 0) {
		par_error_wrap(err, "image.data");
		wpar_image_data_done(ret);
	}
	return r;
}

int wpar_image_data_write(const struct wpar_image_data *d, struct par_buf *ret)
{
	const struct {
		const char *name, *text;
		uint64_t number;
	} keys[] = {
		{ "OSNAME", d->version.os_name, 0 },
		{ "OSID", d->version.os_id, 0 },
		{ "OSLEVEL", d->version.os_level, 0 },
		{ "KERNEL_RELEASE", d->version.kernel_release, 0 },
		{ "KERNEL_VERSION", d->version.kernel_version, 0 },
		{ "ARCH", d->version.architecture, 0 },
		{ "BITS", NULL, d->bits },
		{ "PAGE_SIZE", NULL, d->page_size },
		{ "PAGE_ALIGN", NULL, d->page_align },
		{ "SIZE_KB", NULL, d->size_kib },
		{ "HOST", d->host, 0 },
		{ "USER_IDS", d->user_ids, 0 },
		{ "GROUP_IDS", d->group_ids, 0 },
		{ "CREATED", d->created, 0 },
	};

	par_buf_puts(ret, "image_data:\n\tFORMAT = 1\n");
	for (size_t i = 0; i < PAR_ARRAY_SIZE(keys); i++) {
		if (keys[i].text)
			par_buf_printf(ret, "\t%s = \"%s\"\n", keys[i].name, keys[i].text);
		else if (keys[i].number)
			par_buf_printf(ret, "\t%s = %" PRIu64 "\n", keys[i].name, keys[i].number);
	}
	for (size_t i = 0; i < d->n_file_systems; i++) {
		const struct wpar_image_file_system *f = &d->file_systems[i];

		par_buf_printf(ret,
			       "\nfs_data:\n\tFS_NAME = %s\n\tFS_SIZE = %" PRIu64
			       "\n\tFS_MIN_SIZE = %" PRIu64 "\n\tFS_LV = %s\n\tFS_TYPE = %s\n",
			       f->name ? f->name : "/", f->size, f->used,
			       f->device ? f->device : "none", f->type ? f->type : "none");
	}
	if (d->command.arguments.n) {
		par_buf_puts(ret, "\ncommand_data:\n");
		wpar_image_command_write(&d->command, "\t", ret);
	}
	if (d->package_manager)
		par_buf_printf(ret, "\npackages_data:\n\tMANAGER = %s\n", d->package_manager);
	for (size_t i = 0; i < d->packages.n; i++)
		par_buf_printf(ret, "\tPACKAGE = \"%s\"\n", d->packages.v[i]);
	return ret->failed ? -ENOMEM : 0;
}
