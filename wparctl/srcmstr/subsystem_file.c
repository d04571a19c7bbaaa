/* SPDX-License-Identifier: Apache-2.0 */
/* The file of subsystems, read and written: see subsystem_file.h. */
#include "wparctl/srcmstr/subsystem_file.h"

#include "lpard/common/stanza.h"

#include <string.h>

#define MAX_LINE 4096

struct stanza_parser {
	struct wpar_subsystems *list;
	struct wpar_subsystem now; /* the stanza under way; name NULL: none */
	uint32_t seen;		   /* its attributes, a bit per row */
};

static int end_stanza(void *user, struct par_error **err)
{
	struct stanza_parser *p = user;

	if (!p->now.name)
		return 0;
	if (!p->now.path)
		return par_fail(err, PAR_E_CORRUPT, 0, "the subsystem '%s' above has no path",
				p->now.name);
	if (p->list->n == WPAR_SUBSYSTEMS_MAX)
		return par_fail(err, PAR_E_CORRUPT, 0, "more than %d subsystems",
				WPAR_SUBSYSTEMS_MAX);
	return wpar_subsystems_add(p->list, &p->now) < 0 ? par_oom(err) : 0;
}

static int begin_stanza(void *user, const char *name, struct par_error **err)
{
	struct stanza_parser *p = user;
	int r = end_stanza(p, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < p->list->n; i++) {
		if (strcmp(p->list->v[i].name, name) == 0)
			return par_fail(err, PAR_E_CORRUPT, 0, "a second subsystem '%s'", name);
	}
	p->seen = 0;
	if (wpar_subsystem_init(&p->now) < 0)
		return par_oom(err);
	return wpar_subsystem_set(&p->now, "subsysname", name, err);
}

/* Of @name; -1: there is no such row. */
static int find_row(const char *name)
{
	for (size_t i = 0; i < wpar_n_subsystem_fields; i++) {
		if (strcmp(wpar_subsystem_fields[i].name, name) == 0)
			return (int)i;
	}
	return -1;
}

static int take_attribute(void *user, const char *name, const char *value, struct par_error **err)
{
	struct stanza_parser *p = user;
	int row = find_row(name);

	if (row < 0)
		return par_fail(err, PAR_E_CORRUPT, 0, "there is no attribute '%s'", name);
	if (p->seen & PAR_BIT((unsigned int)row))
		return par_fail(err, PAR_E_CORRUPT, 0, "'%s' is given twice", name);
	p->seen |= PAR_BIT((unsigned int)row);
	if (*value)
		return wpar_subsystem_set(&p->now, name, value, err);
	par_field_free(&wpar_subsystem_fields[row], &p->now);
	return 0;
}

int wpar_stanzas_parse(const char *text, size_t len, struct wpar_subsystems *ret,
		       struct par_error **err)
{
	const struct par_stanza_reader reader = { .max_line = MAX_LINE,
						  .header = begin_stanza,
						  .attribute = take_attribute,
						  .end = end_stanza };
	struct stanza_parser p = { .list = ret };
	int r;

	*ret = (struct wpar_subsystems){ 0 };
	r = len > WPAR_STANZAS_BYTES ? par_fail(err, PAR_E_TOO_LARGE, 0, "larger than 256 KiB")
				     : par_stanza_read(text, len, &reader, &p, err);
	wpar_subsystem_done(&p.now);
	if (r < 0) {
		if (err && *err && (*err)->id == PAR_E_INVALID_ARGUMENT)
			(*err)->id = PAR_E_CORRUPT;
		wpar_subsystems_done(ret);
	}
	return r;
}

int wpar_stanzas_write(const struct wpar_subsystems *l, struct par_buf *out)
{
	for (size_t i = 0; i < l->n; i++) {
		par_buf_printf(out, "%s%s:\n", i > 0 ? "\n" : "", l->v[i].name);
		for (size_t f = 0; f < wpar_n_subsystem_fields; f++) {
			auto_buf value = { 0 };

			if (par_field_print(&wpar_subsystem_fields[f], &l->v[i], &value) < 0)
				return -ENOMEM;
			par_buf_printf(out, "\t%s = ", wpar_subsystem_fields[f].name);
			par_stanza_put_value(out, value.data ? value.data : "");
			par_buf_putc(out, '\n');
		}
	}
	return out->failed ? -ENOMEM : 0;
}
