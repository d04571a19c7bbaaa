/* SPDX-License-Identifier: Apache-2.0 */
/* mkssys: define a subsystem. */
#include "wparctl/commands/commands.h"
#include "wparctl/operations/src_settings.h"
#include "wparctl/srcmstr/objrepos.h"
#include "wparctl/srcmstr/src_messages.h"

#include <signal.h>
#include <time.h>

static const struct par_opt opts[] = {
	WPAR_SRC_SETTINGS_OPTS,
	WPAR_SRC_SETTINGS_STR('p', "PATH", path, "The program that it is", .required = true),
	OPT_LIST('s', NULL, "SUBSYSTEM", struct wpar_src_settings, names, "Its name",
		 .required = true),
	WPAR_SRC_SETTINGS_STR('u', "USER", user, "The user that it runs as: a number or a name",
			      .required = true),
	{ 0 }
};

static int mkssys_change(struct wpar_subsystems *l, void *user, struct par_error **err)
{
	const struct wpar_src_settings *a = user;
	const char *names[] = { a->names.v[0], a->synonym };
	auto_subsystem s = { 0 };
	int r = wpar_subsystem_init(&s) < 0 ? par_oom(err)
					    : wpar_subsystem_set(&s, "subsysname", names[0], err);

	if (r < 0)
		return r;
	r = wpar_src_settings_apply(a, &s, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < PAR_ARRAY_SIZE(names); i++) {
		if (names[i] && wpar_subsystems_find(l, names[i]))
			return par_fail(err, PAR_E_EXISTS, 0,
					"The %s Subsystem is already on file.", names[i]);
	}
	return wpar_subsystems_add(l, &s) < 0 ? par_oom(err) : 0;
}

/* With the first definition srcmstr has something to do: PID 1 looks again, and starts it. */
static void wake_srcmstr(void)
{
	const struct timespec tick = { .tv_nsec = 10 * 1000 * 1000 };

	if (wpar_src_is_active() || kill(1, SIGHUP) < 0)
		return;
	for (int i = 0; i < 100 && !wpar_src_is_active(); i++)
		nanosleep(&tick, NULL);
}

static int mkssys_act(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct wpar_src_settings *a = args;
	int r = wpar_objrepos_change(mkssys_change, args, err);

	if (r < 0)
		return r;
	wake_srcmstr();
	fprintf(ctx->out, WPAR_SRC_MSG_ADDED "\n", a->names.v[0]);
	return 0;
}

static int mkssys_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	struct wpar_src_settings *a = args;
	int r = wpar_src_settings_check(a, opts, err);

	if (r < 0)
		return r;
	if (a->names.n != 1)
		return par_fail(err, PAR_E_USAGE, 0, "-s is given twice");
	return wpar_src_run(ctx, a->wpar, mkssys_act, a, err);
}

const struct par_cmd wpar_cmd_mkssys = {
	.name = "mkssys",
	.synopsis = "",
	.summary = "Define a subsystem",
	.family = PAR_FAMILY_AIX,
	.opts = opts,
	.args_size = sizeof(struct wpar_src_settings),
	.run = mkssys_run,
};
