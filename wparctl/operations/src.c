/* SPDX-License-Identifier: Apache-2.0 */
/* The commands of the System Resource Controller, inside and outside: see src.h. */
#include "wparctl/operations/src.h"

#include "wparctl/runtime/inside/inside.h"

#include <string.h>
#include <unistd.h>

int wpar_src_request(const struct wpar_src_which *w, enum wpar_src_verb verb,
		     struct wpar_src_request *q, struct par_error **err)
{
	const char *names[] = { w->subsystem, w->group };
	int n = (w->subsystem != NULL) + (w->group != NULL) + (w->pid != 0) + w->all;

	*q = (struct wpar_src_request){ .verb = verb, .pid = (uint32_t)w->pid, .all = w->all };
	if (n != 1)
		return par_fail(err, PAR_E_USAGE, 0, "%s",
				n ? "only one of -a, -g, -s and -p can be given"
				  : "a subsystem (-s), a group (-g) or a process (-p) must be "
				    "given");
	for (size_t i = 0; i < PAR_ARRAY_SIZE(names); i++) {
		if (names[i] && !wpar_subsystem_is_name(names[i]))
			return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
					"'%s' cannot be the name of a subsystem or of a group",
					names[i]);
	}
	q->subsystem = w->subsystem ? strdup(w->subsystem) : NULL;
	q->group = w->group ? strdup(w->group) : NULL;
	return (w->subsystem && !q->subsystem) || (w->group && !q->group) ? par_oom(err) : 0;
}

/* In the WPAR; sd_booted(3). */
static int check_no_systemd(struct par_error **err)
{
	if (access("/run/systemd/system", F_OK) < 0 || wpar_src_is_active())
		return 0;
	return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
			"the System Resource Controller is not active: the first process of this "
			"workload partition is systemd, whose services systemctl starts, stops and "
			"lists");
}

int wpar_src_send(const struct wpar_src_request *q, struct wpar_src_rows *rows,
		  const struct par_cmd_ctx *ctx, struct par_error **err)
{
	int r = check_no_systemd(err);

	if (r < 0)
		return r;
	r = wpar_src_ask(q, rows, ctx->out, ctx->err);
	if (r == -ENOTCONN)
		return par_fail(err, PAR_E_DISCONNECTED, 0,
				"the System Resource Controller is not active: /etc/inittab must "
				"have the line 'srcmstr:2:respawn:/usr/sbin/srcmstr'");
	if (r == -EINVAL || r == -E2BIG)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"the arguments are too long or not printable");
	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r,
				"the System Resource Controller does not answer")
		     : r;
}

int wpar_src_run(const struct par_cmd_ctx *ctx, const char *wpar, wpar_act act, void *args,
		 struct par_error **err)
{
	int r = wpar_within_name(wpar, err);

	if (r < 0)
		return r;
	if (wpar_is_inside())
		return act(ctx, args, err);
	if (!wpar)
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
				"the services of the global environment are its operating "
				"system's own; name a workload partition with -@");
	return wpar_run_within(ctx, wpar, "subsystems", act, args, err);
}
