/* SPDX-License-Identifier: Apache-2.0 */
/* The list of devices that may be exported: see device_list.h. */
#include "wparctl/spec/device_list.h"

#include "lpard/common/stanza.h"

#include <fnmatch.h>
#include <string.h>

#define MAX_LINE  4096
#define MAX_VALUE 1024

void wpar_device_list_done(struct wpar_device_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i].value);
	free(l->v);
	*l = (struct wpar_device_list){ 0 };
}

static int bad(struct par_error **err, const char *text)
{
	return par_fail(err, PAR_E_CORRUPT, 0, "%s", text);
}

/* The entry that ends is whole. */
static int on_end(void *user, struct par_error **err)
{
	const struct wpar_device_list *l = user;

	return l->n == 0 || l->v[l->n - 1].value ? 0
						 : bad(err, "the entry before has no \"value\"");
}

static int on_header(void *user, const char *name, struct par_error **err)
{
	struct wpar_device_list *l = user;
	struct wpar_device_entry *v;
	int r = on_end(user, err);

	if (r < 0)
		return r;
	if (strcmp(name, "name") != 0)
		return bad(err, "an entry begins with \"name:\"");
	if (l->n == WPAR_DEVICE_ENTRIES)
		return bad(err, "there are too many entries");
	v = reallocarray(l->v, l->n + 1, sizeof(*v));
	if (!v)
		return par_oom(err);
	l->v = v;
	l->v[l->n++] = (struct wpar_device_entry){ 0 };
	return 0;
}

/* Nothing leads out of /dev. */
static bool is_below_dev(const char *value)
{
	return par_starts_with(value, "/dev/") && value[strlen("/dev/")] &&
	       strlen(value) <= MAX_VALUE && par_printable(value) && !strstr(value, "//") &&
	       !strstr(value, "/.");
}

static int on_attribute(void *user, const char *name, const char *value, struct par_error **err)
{
	struct wpar_device_list *l = user;
	struct wpar_device_entry *e = &l->v[l->n - 1];

	if (strcmp(name, "auto") == 0) {
		e->no_auto = strcmp(value, "no") == 0;
		return e->no_auto || strcmp(value, "yes") == 0 ? 0
							       : bad(err, "\"auto\" is yes or no");
	}
	if (strcmp(name, "value") != 0)
		return bad(err, "the attributes of an entry are \"value\" and \"auto\"");
	if (e->value)
		return bad(err, "an entry has one \"value\"");
	if (!is_below_dev(value))
		return bad(err, "\"value\" is a path below /dev, or a pattern for such");
	e->value = strdup(value);
	return e->value ? 0 : par_oom(err);
}

int wpar_device_list_parse(const char *text, size_t len, struct wpar_device_list *ret,
			   struct par_error **err)
{
	static const struct par_stanza_reader reader = {
		.max_line = MAX_LINE, .header = on_header, .attribute = on_attribute, .end = on_end
	};

	*ret = (struct wpar_device_list){ 0 };
	return par_stanza_read(text, len, &reader, ret, err);
}

const struct wpar_device_entry *wpar_device_list_find(const struct wpar_device_list *l,
						      const char *path)
{
	for (size_t i = 0; i < l->n; i++) {
		if (strcmp(l->v[i].value, path) == 0 ||
		    fnmatch(l->v[i].value, path, FNM_PATHNAME | FNM_PERIOD) == 0)
			return &l->v[i];
	}
	return NULL;
}
