/* SPDX-License-Identifier: Apache-2.0 */
/* What a plan of a copy of the system is made of: see system_plan.h. */
#include "wparctl/backup/system_plan.h"

#include "wparctl/spec/spec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Of every system: made anew by each, or the kernel's, or another service's store. */
static const char *const always[] = {
	"/proc", "/sys", "/dev", "/run", "/tmp", "/var/lib/lpard", "/var/lib/libvirt",
};

void wpar_system_plan_done(struct wpar_system_plan *p)
{
	for (size_t i = 0; i < p->n_trees; i++) {
		free(p->trees[i].directory);
		free(p->trees[i].from);
	}
	free(p->trees);
	for (size_t i = 0; i < p->n_turned; i++) {
		free(p->turned[i].place);
		free(p->turned[i].target);
		free(p->turned[i].name);
	}
	free(p->turned);
	par_strv_done(&p->empty);
	par_strv_done(&p->patterns);
	par_strv_done(&p->passed);
	*p = (struct wpar_system_plan){ 0 };
}

int wpar_system_plan_tree(struct wpar_system_plan *p, const char *directory, uint64_t id)
{
	struct wpar_system_tree *more = reallocarray(p->trees, p->n_trees + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	p->trees = more;
	more[p->n_trees] = (struct wpar_system_tree){ .directory = strdup(directory), .id = id };
	return more[p->n_trees++].directory ? 0 : -ENOMEM;
}

int wpar_system_plan_omit(struct wpar_system_plan *p, const char *path, const char *after)
{
	auto_buf b = { 0 };

	par_buf_puts(&b, "^\\.");
	for (; *path; path++) {
		if (strchr("\\.*[]^$", *path))
			par_buf_putc(&b, '\\');
		par_buf_putc(&b, *path);
	}
	par_buf_puts(&b, after);
	return b.failed ? -ENOMEM : par_strv_add(&p->patterns, b.data);
}

const char *wpar_system_plan_always(const char *path)
{
	for (size_t i = 0; i < PAR_ARRAY_SIZE(always); i++) {
		if (wpar_path_is_within(path, always[i]) && strcmp(path, always[i]) != 0)
			return always[i];
	}
	return NULL;
}

int wpar_system_plan_close_always(struct wpar_system_plan *p)
{
	for (size_t i = 0; i < PAR_ARRAY_SIZE(always); i++) {
		if (par_strv_add(&p->empty, always[i]) < 0)
			return -ENOMEM;
	}
	return 0;
}
