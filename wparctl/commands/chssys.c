/* SPDX-License-Identifier: Apache-2.0 */
/* chssys: change the definition of a subsystem; what runs goes on as it was started. */
#include "wparctl/commands/commands.h"
#include "wparctl/operations/src_settings.h"
#include "wparctl/srcmstr/objrepos.h"
#include "wparctl/srcmstr/src_messages.h"

static const struct par_opt opts[] = {
	WPAR_SRC_SETTINGS_OPTS,
	WPAR_SRC_SETTINGS_STR('p', "PATH", path, "The program that it is"),
	OPT_LIST('s', NULL, "SUBSYSTEM", struct wpar_src_settings, names,
		 "Its name; given once more, its new name", .required = true),
	WPAR_SRC_SETTINGS_STR('u', "USER", user, "The user that it runs as: a number or a name"),
	{ 0 }
};

struct chssys_change {
	const struct wpar_src_settings *a;
	bool found;
};

/* Is a new name or synonym another subsystem's? */
static int check_free(const struct wpar_subsystems *l, const struct wpar_subsystem *s,
		      const char *name, struct par_error **err)
{
	const struct wpar_subsystem *there = name ? wpar_subsystems_find(l, name) : NULL;

	return there && there != s ? par_fail(err, PAR_E_EXISTS, 0,
					      "The %s Subsystem is already on file.", name)
				   : 0;
}

static int chssys_change(struct wpar_subsystems *l, void *user, struct par_error **err)
{
	struct chssys_change *c = user;
	const struct par_args *names = &c->a->names;
	const char *new_name = names->n > 1 ? names->v[1] : NULL;
	struct wpar_subsystem *s = wpar_subsystems_find(l, names->v[0]);
	int r;

	c->found = s != NULL;
	if (!s)
		return -ENOENT;
	r = check_free(l, s, new_name, err);
	if (r < 0)
		return r;
	r = check_free(l, s, c->a->synonym, err);
	if (r < 0)
		return r;
	r = wpar_src_settings_apply(c->a, s, err);
	if (r < 0 || !new_name)
		return r;
	return wpar_subsystem_set(s, "subsysname", new_name, err);
}

static int chssys_act(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	struct chssys_change c = { .a = args, .found = true };
	int r = wpar_objrepos_change(chssys_change, &c, err);

	if (!c.found) {
		fprintf(ctx->err, WPAR_SRC_MSG_NO_SUBSYS "\n", c.a->names.v[0]);
		return 1;
	}
	if (r == 0)
		fprintf(ctx->out, WPAR_SRC_MSG_CHANGED "\n");
	return r;
}

static int chssys_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	struct wpar_src_settings *a = args;
	int r = wpar_src_settings_check(a, opts, err);

	if (r < 0)
		return r;
	if (a->names.n > 2)
		return par_fail(err, PAR_E_USAGE, 0, "-s is given more than twice");
	return wpar_src_run(ctx, a->wpar, chssys_act, a, err);
}

const struct par_cmd wpar_cmd_chssys = {
	.name = "chssys",
	.synopsis = "",
	.summary = "Change the definition of a subsystem",
	.family = PAR_FAMILY_AIX,
	.opts = opts,
	.args_size = sizeof(struct wpar_src_settings),
	.run = chssys_run,
};
