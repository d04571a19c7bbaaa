/* SPDX-License-Identifier: Apache-2.0 */
/* Services of two systems: see native_services.h. */
#include "wparctl/operations/native_services.h"

#include "wparctl/operations/native_plan.h"
#include "wparctl/spec/image_command.h"
#include "wparctl/srcmstr/subsystem_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define STARTSRC "/usr/bin/startsrc -s "
#define MAX_ID	 14 /* bytes of an identifier of inittab */

void wpar_services_merged_done(struct wpar_services_merged *m)
{
	par_buf_done(&m->subsystems);
	par_buf_done(&m->inittab);
	par_strv_done(&m->notes);
	*m = (struct wpar_services_merged){ 0 };
}

struct services_merge {
	const struct wpar_service_texts *native, *old;
	bool (*has)(const char *program, void *user);
	void *user;
	const struct wpar_id_changes *uids;
	struct wpar_subsystems list; /* the result */
	struct wpar_services_merged *m;
};

static int services_note(struct services_merge *x, const char *what, const char *name,
			 const char *why)
{
	autofree char *text = par_strdup_printf("%s %s is left out: %s", what,
						par_printable(name) ? name : "?", why);

	return text ? par_strv_add(&x->m->notes, text) : -ENOMEM;
}

/* -1: no memory; 0: it cannot be read, or is not there */
static int read_subsystems(const char *text, struct wpar_subsystems *ret)
{
	auto_error err = NULL;

	if (!text || wpar_stanzas_parse(text, strlen(text), ret, &err) == 0)
		return text != NULL;
	return err && err->id == PAR_E_CORRUPT ? 0 : -ENOMEM;
}

/* What the program of @s is: that of an image of layers is named in another file. */
static const char *program_of(const struct services_merge *x, const struct wpar_subsystem *s)
{
	return strcmp(s->path, WPAR_IMAGE_COMMAND_PATH) == 0 && x->old->image_program
		       ? x->old->image_program
		       : s->path;
}

static int take_subsystem(struct services_merge *x, const struct wpar_subsystem *s)
{
	struct wpar_subsystem *there = wpar_subsystems_find(&x->list, s->name);
	const char *program = program_of(x, s);
	auto_subsystem copy = { 0 };

	if (!x->has(program, x->user)) {
		autofree char *why = par_strdup_printf("its program %s is not there.",
						       par_printable(program) ? program : "?");

		if (!why)
			return -ENOMEM;
		return there ? 0 : services_note(x, "The subsystem", s->name, why);
	}
	if (!there && x->list.n == WPAR_SUBSYSTEMS_MAX)
		return services_note(x, "The subsystem", s->name, "there are too many.");
	if (wpar_subsystem_copy(s, &copy) < 0)
		return -ENOMEM;
	copy.uid = wpar_id_changed(x->uids, s->uid);
	if (there)
		wpar_subsystems_remove(&x->list, there);
	return wpar_subsystems_add(&x->list, &copy);
}

static int merge_subsystems(struct services_merge *x)
{
	auto_subsystems old = { 0 };
	int r = read_subsystems(x->native->subsystems, &x->list);

	if (r < 0)
		return r;
	r = read_subsystems(x->old->subsystems, &old);
	if (r < 0)
		return r;
	if (r == 0 && x->old->subsystems && *x->old->subsystems &&
	    services_note(x, "The file", "/etc/objrepos/SRCsubsys", "it cannot be read.") < 0)
		return -ENOMEM;
	for (size_t i = 0; i < old.n; i++) {
		r = take_subsystem(x, &old.v[i]);
		if (r < 0)
			return r;
	}
	return x->list.n ? wpar_stanzas_write(&x->list, &x->m->subsystems) : 0;
}

/* ---- inittab ---- */

/* Has @text a line with the identifier of @line, which ends with its colon? */
static bool has_identifier(const char *text, const char *line, size_t len)
{
	for (; text && *text; text = strchr(text, '\n') ? strchr(text, '\n') + 1 : NULL) {
		if (strncmp(text, line, len) == 0)
			return true;
	}
	return false;
}

/* The field behind the third colon; NULL: it is no entry. */
static const char *command_of(const char *line)
{
	const size_t id = strcspn(line, ":");

	if (*line == '#' || id == 0 || id > MAX_ID || !par_printable(line))
		return NULL;
	for (int i = 0; line && i < 3; i++) {
		line = strchr(line, ':');
		line = line ? line + 1 : NULL;
	}
	return line;
}

/* Is the first word a program of the WPAR's own, and there? */
static bool runs_own(const struct services_merge *x, const char *command)
{
	autofree char *word = strndup(command, strcspn(command, " \t;&|<>"));

	return word && *word == '/' && wpar_native_keeping(word + 1) == WPAR_KEEP_HERE &&
	       x->has(word, x->user);
}

/* 1: it comes along; 0: it does not; -1: it goes with its subsystem, of which was told */
static int judge_command(const struct services_merge *x, const char *command)
{
	autofree char *name = NULL;

	if (!par_starts_with(command, STARTSRC))
		return runs_own(x, command);
	command += strlen(STARTSRC);
	name = strndup(command, strcspn(command, " \t"));
	return name && wpar_subsystems_find(&x->list, name) ? 1 : -1;
}

static int take_inittab_line(struct services_merge *x, const char *line, unsigned int *left_out)
{
	const char *command = command_of(line);
	const size_t id = strcspn(line, ":") + 1;
	int what;

	if (!command || has_identifier(x->native->inittab, line, id) ||
	    has_identifier(x->m->inittab.data, line, id) || strstr(line, ":initdefault:"))
		return 0;
	what = line[strlen(line) - 1] == '\\' ? 0 : judge_command(x, command);
	*left_out += what == 0;
	return what > 0 ? par_buf_printf(&x->m->inittab, "%s\n", line) : 0;
}

static int merge_inittab(struct services_merge *x)
{
	autofree char *text = strdup(x->old->inittab ? x->old->inittab : "");
	unsigned int left_out = 0;
	char *rest = text, *line;

	if (!text)
		return -ENOMEM;
	par_buf_puts(&x->m->inittab, x->native->inittab ? x->native->inittab : "");
	while ((line = strsep(&rest, "\n"))) {
		if (*line && take_inittab_line(x, line, &left_out) < 0)
			return -ENOMEM;
	}
	if (x->m->inittab.failed)
		return -ENOMEM;
	return left_out ? services_note(x, "What the old system started by other lines of",
					"/etc/inittab", "its programs are not there.")
			: 0;
}

static int merge_services(struct services_merge *x)
{
	int r = merge_subsystems(x);

	return r < 0 ? r : merge_inittab(x);
}

int wpar_services_merge(const struct wpar_service_texts *native,
			const struct wpar_service_texts *old,
			bool (*has)(const char *program, void *user), void *user,
			const struct wpar_id_changes *uids, struct wpar_services_merged *ret)
{
	auto_services m = { 0 };
	struct services_merge x = {
		.native = native, .old = old, .has = has, .user = user, .uids = uids, .m = &m
	};
	int r = merge_services(&x);

	wpar_subsystems_done(&x.list);
	if (r < 0)
		return r;
	*ret = m;
	m = (struct wpar_services_merged){ 0 };
	return 0;
}
