/* SPDX-License-Identifier: Apache-2.0 */
/* Reads ./image.data: see image_data.h.  The bytes come from an archive. */
#include "wparctl/versioned/image_data.h"

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
	*d = (struct wpar_image_data){ 0 };
}

/* A text field, or (text NULL) a number. */
struct key {
	const char *name;
	char **text;
	uint64_t *number;
	size_t max;
	bool needed;
};

static int image_data_put(const struct key *k, const char *value, struct par_error **err)
{
	bool word = k->max < 64; /* OSID, OSLEVEL, ARCH: no blanks, no slashes */

	if (k->number) {
		if (par_parse_u64(value, UINT64_C(1) << 40, k->number) < 0)
			return par_fail(err, PAR_E_CORRUPT, 0, "%s is not a number", k->name);
		return 0;
	}
	if (*k->text)
		return par_fail(err, PAR_E_CORRUPT, 0, "%s is given twice", k->name);
	if (!*value || strlen(value) > k->max || !par_printable(value) ||
	    strpbrk(value, word ? " \"\\/=" : "\"\\"))
		return par_fail(err, PAR_E_CORRUPT, 0, "%s has a bad value", k->name);
	*k->text = strdup(value);
	return *k->text ? 0 : par_oom(err);
}

static int image_data_attribute(const struct key *keys, char *line, struct par_error **err)
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
	if (strcmp(name, "FORMAT") == 0 && strcmp(value, "1") != 0)
		return par_fail(err, PAR_E_CORRUPT, 0, "its FORMAT is not 1");
	for (; keys->name; keys++) {
		if (strcmp(keys->name, name) == 0)
			return image_data_put(keys, value, err);
	}
	return 0;
}

static int image_data_lines(const struct key *keys, char *text, struct par_error **err)
{
	bool inside = false, found = false;
	char *save = NULL;

	for (char *l = strtok_r(text, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
		char *line = par_trim(l);
		size_t len = strlen(line);
		int r;

		if (len == 0 || *line == '*' || *line == '#')
			continue;
		if (line[len - 1] == ':' && !strchr(line, '=')) {
			inside = strcmp(line, "image_data:") == 0;
			found |= inside;
			continue;
		}
		if (!inside)
			continue;
		r = image_data_attribute(keys, line, err);
		if (r < 0)
			return r;
	}
	if (!found)
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

static int read_keys(const struct key *keys, char *text, struct par_error **err)
{
	int r = image_data_lines(keys, text, err);

	return r < 0 ? r : check_needed(keys, err);
}

int wpar_image_data_parse(const char *text, size_t len, struct wpar_image_data *ret,
			  struct par_error **err)
{
	struct wpar_version *v = &ret->version;
	const struct key keys[] = {
		{ "OSNAME", &v->os_name, NULL, 64, true },
		{ "OSID", &v->os_id, NULL, 32, true },
		{ "OSLEVEL", &v->os_level, NULL, 32, true },
		{ "KERNEL_RELEASE", &v->kernel_release, NULL, 64, false },
		{ "KERNEL_VERSION", &v->kernel_version, NULL, 64, false },
		{ "ARCH", &v->architecture, NULL, 16, true },
		{ "PAGE_SIZE", NULL, &ret->page_size, 0, false },
		{ "SIZE_KB", NULL, &ret->size_kib, 0, false },
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
	r = read_keys(keys, copy, err);
	if (r < 0) {
		par_error_wrap(err, "image.data");
		wpar_image_data_done(ret);
	}
	return r;
}
