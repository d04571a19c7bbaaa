/* SPDX-License-Identifier: Apache-2.0 */
/* What srcmstr has started, and its memory of that: see running.h. */
#include "wparctl/srcmstr/running.h"

#include "lpard/common/fs.h"
#include "lpard/common/process.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define MEMORY	     "/run/srcmstr"
#define MEMORY_BYTES 65536

static unsigned long long start_of(pid_t pid)
{
	struct par_process_stat stat;

	if (par_process_stat(pid, &stat) < 0 || stat.state == 'Z' || stat.state == 'X')
		return 0;
	return stat.started;
}

bool wpar_running_lives(const struct wpar_running *r)
{
	return r->started != 0 && start_of(r->pid) == r->started;
}

struct wpar_running *wpar_runnings_add(struct wpar_runnings *l, const struct wpar_subsystem *def)
{
	struct wpar_running *more;

	if (l->n >= WPAR_RUNNING_MAX)
		return NULL;
	more = reallocarray(l->v, l->n + 1, sizeof(*more));
	if (!more)
		return NULL;
	l->v = more;
	more[l->n] = (struct wpar_running){ 0 };
	if (def) {
		snprintf(more[l->n].name, sizeof(more->name), "%s", def->name);
		snprintf(more[l->n].group, sizeof(more->group), "%s", def->group ? def->group : "");
	}
	return &more[l->n++];
}

void wpar_runnings_remove(struct wpar_runnings *l, size_t at)
{
	free(l->v[at].arguments);
	free(l->v[at].environment);
	memmove(&l->v[at], &l->v[at + 1], (l->n - at - 1) * sizeof(*l->v));
	l->n--;
}

void wpar_runnings_save(const struct wpar_runnings *l)
{
	auto_buf text = { 0 };

	for (size_t i = 0; i < l->n; i++) {
		const struct wpar_running *r = &l->v[i];

		if (r->pid > 0)
			par_buf_printf(&text, "%s %d %llu %d %s\n", r->name, (int)r->pid,
				       r->started, r->asked, r->group);
	}
	if (!text.failed)
		par_fs_replace_volatile(AT_FDCWD, MEMORY, text.data ? text.data : "", text.len,
					0600);
}

void wpar_runnings_adopt(struct wpar_runnings *l)
{
	auto_buf text = { 0 };
	char *save = NULL;

	if (par_fs_read(MEMORY, MEMORY_BYTES, &text) < 0 || !text.data)
		return;
	for (char *line = strtok_r(text.data, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		struct wpar_running now = { .adopted = true }, *r;
		int pid = 0, asked = 0;

		if (sscanf(line, "%30s %d %llu %d %30s", now.name, &pid, &now.started, &asked,
			   now.group) < 4 ||
		    pid < 2)
			continue;
		now.pid = pid;
		now.asked = asked != 0;
		r = wpar_running_lives(&now) ? wpar_runnings_add(l, NULL) : NULL;
		if (r)
			*r = now;
	}
}
