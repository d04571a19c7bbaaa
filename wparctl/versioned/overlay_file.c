/* SPDX-License-Identifier: Apache-2.0 */
/* The administrator's rows of the overlay list, read and written: see overlay_list.h. */
#include "wparctl/versioned/overlay_list.h"

#include "lpard/common/stanza.h"

#include <string.h>

#define FILE_MAX  (1 << 20) /* bytes */
#define ROWS_MAX  4096
#define LINE_MAX_ 4096

static const char *const classes[] = { "file_overlay", "overlay" };

struct overlay_parser {
	struct wpar_overlay *list;
	bool open; /* a stanza is under way */
	struct wpar_overlay_row now;
};

static void forget_row(struct overlay_parser *p)
{
	free(p->now.path);
	free(p->now.program);
	free(p->now.os);
	free(p->now.level);
	free(p->now.reason);
	p->now = (struct wpar_overlay_row){ .from = WPAR_OVERLAY_ADMINISTRATOR };
	p->open = false;
}

/* Two programs of one name would be one in the layer. */
static int check_names(const struct overlay_parser *p, struct par_error **err)
{
	const char *name = strrchr(p->now.path, '/');

	for (size_t i = 0; !p->now.remove && i < p->list->n; i++) {
		const struct wpar_overlay_row *r = &p->list->v[i];

		if (r->from != WPAR_OVERLAY_ADMINISTRATOR || r->remove ||
		    wpar_overlay_same_path(r->path, p->now.path) ||
		    strcmp(strrchr(r->path, '/'), name) != 0)
			continue;
		return par_fail(err, PAR_E_CORRUPT, 0,
				"'%s' and '%s' have one name, of which there can be one only",
				r->path, p->now.path);
	}
	return 0;
}

static int end_row(void *user, struct par_error **err)
{
	struct overlay_parser *p = user;
	int r;

	if (!p->open)
		return 0;
	if (!p->now.path)
		return par_fail(err, PAR_E_CORRUPT, 0, "the stanza above has no path");
	r = wpar_overlay_check(&p->now, err);
	if (r < 0)
		return r;
	r = check_names(p, err);
	if (r < 0)
		return r;
	if (p->list->n >= ROWS_MAX)
		return par_fail(err, PAR_E_CORRUPT, 0, "more than %d rows", ROWS_MAX);
	if (wpar_overlay_add(p->list, &p->now) < 0)
		return par_oom(err);
	forget_row(p);
	return 0;
}

static int begin_row(void *user, const char *name, struct par_error **err)
{
	struct overlay_parser *p = user;
	int r = end_row(p, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < PAR_ARRAY_SIZE(classes); i++) {
		if (strcmp(classes[i], name) == 0) {
			p->open = true;
			return 0;
		}
	}
	return par_fail(err, PAR_E_CORRUPT, 0,
			"a stanza must begin with file_overlay:, not %s:", name);
}

static int take_action(struct overlay_parser *p, const char *value, struct par_error **err)
{
	p->now.remove = strcmp(value, "remove") == 0;
	return p->now.remove || strcmp(value, "add") == 0
		       ? 0
		       : par_fail(err, PAR_E_CORRUPT, 0, "action must be add or remove");
}

static int overlay_attribute(void *user, const char *name, const char *value,
			     struct par_error **err)
{
	struct overlay_parser *p = user;
	const struct {
		const char *name;
		char **text;
	} attributes[] = {
		{ "path", &p->now.path },   { "program", &p->now.program }, { "os", &p->now.os },
		{ "level", &p->now.level }, { "reason", &p->now.reason },
	};

	if (strcmp(name, "action") == 0)
		return take_action(p, value, err);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(attributes); i++) {
		if (strcmp(attributes[i].name, name) != 0)
			continue;
		if (*attributes[i].text)
			return par_fail(err, PAR_E_CORRUPT, 0, "'%s' is given twice", name);
		*attributes[i].text = strdup(value);
		return *attributes[i].text ? 0 : par_oom(err);
	}
	return par_fail(err, PAR_E_CORRUPT, 0, "there is no attribute '%s'", name);
}

int wpar_overlay_parse(const char *text, size_t len, struct wpar_overlay *ret,
		       struct par_error **err)
{
	static const struct par_stanza_reader reader = { .max_line = LINE_MAX_,
							 .header = begin_row,
							 .attribute = overlay_attribute,
							 .end = end_row };
	struct overlay_parser p = { .list = ret, .now.from = WPAR_OVERLAY_ADMINISTRATOR };
	int r = par_stanza_read(text, len, &reader, &p, err);

	forget_row(&p);
	return r;
}

static void put_attribute(struct par_buf *out, const char *name, const char *value)
{
	par_buf_printf(out, "\t%s = ", name);
	par_stanza_put_value(out, value);
	par_buf_putc(out, '\n');
}

int wpar_overlay_write(const char *class, const struct wpar_overlay_row *row, bool action,
		       struct par_buf *out)
{
	par_buf_printf(out, "\n%s:\n", class);
	if (action)
		put_attribute(out, "action", row->remove ? "remove" : "add");
	put_attribute(out, "path", row->path);
	if (!row->remove)
		put_attribute(out, "program", row->program);
	put_attribute(out, "os", row->os);
	put_attribute(out, "level", row->level);
	put_attribute(out, "reason", row->reason);
	return out->failed ? -ENOMEM : 0;
}

static int append_file(struct wpar_overlay *ret, struct par_error **err)
{
	autofree char *path = wpar_path(WPAR_OVERLAY_FILE);
	auto_buf text = { 0 };
	int r;

	if (!path)
		return par_oom(err);
	r = wpar_config_read(path, FILE_MAX, &text, err);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	r = wpar_overlay_parse(text.data ? text.data : "", text.len, ret, err);
	if (r < 0)
		par_error_wrap(err, "%s", path);
	return r;
}

int wpar_overlay_load_file(struct wpar_overlay *ret, struct par_error **err)
{
	int r;

	*ret = (struct wpar_overlay){ 0 };
	r = append_file(ret, err);
	if (r < 0)
		wpar_overlay_done(ret);
	return r;
}

int wpar_overlay_load(struct wpar_overlay *ret, struct par_error **err)
{
	int r = wpar_overlay_builtin(ret, err);

	if (r < 0)
		return r;
	r = append_file(ret, err);
	if (r < 0)
		wpar_overlay_done(ret);
	return r;
}

int wpar_overlay_of(const struct wpar_version *v, struct wpar_overlay *ret, struct par_error **err)
{
	auto_overlay all = { 0 };
	int r = wpar_overlay_load(&all, err);

	return r < 0 ? r : wpar_overlay_choose(&all, v, ret, err);
}
