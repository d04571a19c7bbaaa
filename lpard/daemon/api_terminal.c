/* SPDX-License-Identifier: Apache-2.0 */
/* OpenTerminal and CloseTerminal. */
#include "lpard/common/log.h"
#include "lpard/daemon/api.h"
#include "lpard/daemon/console.h"
#include "lpard/daemon/dispatch.h"

void lpar_api_OpenTerminal(struct lpar_daemon *d, struct lpar_call *call)
{
	struct lpar_host *host = lpar_api_host(d, &call);
	struct lpar_entry *e = NULL;
	auto_error err = NULL;

	if (!host)
		return;
	if (lpar_api_entry(host, call->parameters, &e, &err) < 0)
		lpar_api_fail(&call, &err);
	else
		lpar_console_open_terminal(e->console, call);
}

void lpar_api_CloseTerminal(struct lpar_daemon *d, struct lpar_call *call)
{
	struct lpar_host *host = lpar_api_host(d, &call);
	struct lpar_entry *e = NULL;
	auto_error err = NULL;

	if (!host)
		return;
	if (lpar_api_entry(host, call->parameters, &e, &err) < 0) {
		lpar_api_fail(&call, &err);
		return;
	}
	if (lpar_console_close_terminal(e->console))
		par_log(PAR_LOG_NOTICE, "peer=%u/%d lpar=%s terminal closed for its user",
			(unsigned int)call->peer.uid, (int)call->peer.pid, e->part->name);
	lpar_call_reply(&call, NULL);
}
