/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wpar_drive - calls the runtime as the commands do, for tests of the runtime alone
 *
 * wpar_drive make|start|stop|kill|state|remove|plan NAME
 * wpar_drive network NAME FILE	an active WPAR gets the addresses and routes of the specification
 * FILE wpar_drive enter NAME USER [COMMAND [ARG…]] wpar_drive exec NAME COMMAND [ARG…] WPARS_ROOT
 * moves all paths.  Inside a WPAR this program is init and df, as wparctl is.
 */
#include "wparctl/filesystem/rootfs.h"
#include "wparctl/runtime/inside/inside.h"
#include "wparctl/runtime/life/active_network.h"
#include "wparctl/runtime/runtime.h"

#include <stdio.h>
#include <string.h>

static void say(enum wpar_note kind, const char *text, void *user)
{
	(void)kind;
	(void)user;
	puts(text);
	fflush(stdout);
}

static int fill(struct wpar_spec *s, const char *name, bool application, struct par_error **err)
{
	const char *key = getenv("WPAR_KEY");

	s->name = strdup(name);
	s->type = application ? WPAR_APPLICATION : WPAR_SYSTEM;
	s->key = key ? (uint32_t)strtoul(key, NULL, 10) : 1;
	s->idbase = 1073741824 + (s->key - 1) * 65536;
	s->idrange = 65536;
	return wpar_spec_defaults(s, err);
}

static int change_network(const char *name, const char *file, struct par_error **err)
{
	auto_spec before = { 0 }, after = { 0 };
	int r = wpar_spec_load(name, &before, err);

	if (r == 0)
		r = wpar_spec_read_file(file, &after, err);
	if (r < 0)
		return r;
	after.key = before.key;
	r = wpar_network_change(&before, &after, err);
	return r < 0 ? r : wpar_spec_save(&after, err);
}

static int act(const char *what, struct wpar_spec *s, int argc, char **argv, struct par_error **err)
{
	static const struct wpar_report report = { .say = say };
	struct wpar_stop_opts stop = { .timeout_s = 60, .hard = strcmp(what, "kill") == 0 };
	enum wpar_state st;
	auto_buf text = { 0 };
	int r, lock = -1;

	if (strcmp(what, "enter") == 0)
		return wpar_enter(
			s,
			&(struct wpar_login){ .user = argv[3], .argv = argc > 4 ? argv + 4 : NULL },
			err);
	if (strcmp(what, "plan") == 0) {
		r = wpar_start_plan(s, &text, err);
		fputs(text.data ? text.data : "", stdout);
		return r;
	}
	if (strcmp(what, "state") == 0) {
		r = wpar_state_get(s, &st, err);
		if (r == 0)
			printf("%c\n", wpar_state_letter(st));
		return r;
	}
	r = wpar_lock(s->name, &lock, err);
	if (r < 0)
		return r;
	if (strcmp(what, "network") == 0 && argc > 3)
		return change_network(s->name, argv[3], err);
	if (strcmp(what, "make") == 0)
		return wpar_rootfs_create(s, &report, err);
	if (strcmp(what, "start") == 0)
		return wpar_start(s, &report, err);
	if (strcmp(what, "exec") == 0) {
		r = wpar_id_range_pick(s, err);
		r = r < 0 ? r : wpar_exec(s, argv + 3, NULL, NULL, err);
		wpar_lock_forget(s->name);
		return r;
	}
	if (strcmp(what, "remove") == 0) {
		r = wpar_rootfs_remove(s, err);
		wpar_lock_forget(s->name);
		return r;
	}
	return wpar_stop(s, &stop, &report, err);
}

int main(int argc, char **argv)
{
	int status = wpar_inside_main(argc, argv);
	auto_error err = NULL;
	auto_spec s = { 0 };
	int r;

	if (status >= 0)
		return status;
	if (argc < 3 || (strcmp(argv[1], "enter") == 0 && argc < 4))
		return 2;
	r = fill(&s, argv[2], strcmp(argv[1], "exec") == 0, &err);
	if (r == 0)
		r = act(argv[1], &s, argc, argv, &err);
	if (r < 0) {
		fprintf(stderr, "wpar_drive: %s\n", err && err->msg ? err->msg : "failed");
		return 1;
	}
	return r;
}
