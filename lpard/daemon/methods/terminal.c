/* SPDX-License-Identifier: Apache-2.0 */
/* OpenTerminal and CloseTerminal. */
#include "lpard/common/log.h"
#include "lpard/daemon/guest/console.h"
#include "lpard/daemon/methods/common.h"

void lpar_method_OpenTerminal(struct lpar_daemon *d, struct lpar_call *call,
			      struct lpar_params_OpenTerminal *params)
{
	struct lpar_managed *managed = lpar_method_system(d, &call, params->system);
	struct lpar_lpar *lpar = NULL;
	auto_error err = NULL;

	if (!managed)
		return;
	if (lpar_method_lpar(managed, params->lpar, params->id, &lpar, &err) < 0)
		lpar_call_fail(&call, &err);
	else
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
		par_log(PAR_LOG_NOTICE, "peer=%u/%d lpar=%s terminal closed for its user",
			(unsigned int)call->peer.uid, (int)call->peer.pid, lpar->part->name);
	lpar_call_reply(&call, NULL);
}
