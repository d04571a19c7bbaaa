/* SPDX-License-Identifier: Apache-2.0 */
/* OpenTerminal and CloseTerminal. */
#include "lpard/daemon/guest/console.h"
#include "lpard/daemon/methods/common.h"
#include "lpard/daemon/systems/audit.h"

static void terminal_audit(const struct lpar_lpar *lpar, const struct lpar_call *call,
			   const char *operation, const char *result)
{
	lpar_audit(lpar->managed->daemon, &(struct lpar_audit){ .uid = call->peer.uid,
								.pid = call->peer.pid,
								.operation = operation,
								.system = lpar->managed->name,
								.lpar = lpar->part->name,
								.lpar_id = lpar->part->id,
								.uuid = lpar->uuid,
								.result = result });
}

void lpar_method_OpenTerminal(struct lpar_daemon *d, struct lpar_call *call,
			      struct lpar_params_OpenTerminal *params)
{
	struct lpar_managed *managed = lpar_method_system(d, &call, params->system);
	struct lpar_lpar *lpar = NULL;
	auto_error err = NULL;

	if (!managed)
		return;
	if (lpar_method_lpar(managed, params->lpar, params->id, &lpar, &err) < 0) {
		lpar_call_fail(&call, &err);
		return;
	}
	terminal_audit(lpar, call, "OpenTerminal", "started");
	lpar_console_open_terminal(lpar->console, call);
}

void lpar_method_CloseTerminal(struct lpar_daemon *d, struct lpar_call *call,
			       struct lpar_params_CloseTerminal *params)
{
	struct lpar_managed *managed = lpar_method_system(d, &call, params->system);
	struct lpar_lpar *lpar = NULL;
	auto_error err = NULL;

	if (!managed)
		return;
	if (lpar_method_lpar(managed, params->lpar, params->id, &lpar, &err) < 0) {
		lpar_call_fail(&call, &err);
		return;
	}
	if (lpar_console_close_terminal(lpar->console))
		terminal_audit(lpar, call, "CloseTerminal", "ok");
	lpar_call_reply(&call, NULL);
}
