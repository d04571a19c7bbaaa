/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RunCommand: joins a client's connection with a stream of the LPAR's agent.  The frames between
 * them are run.c's; here are the sockets, and the wait for an agent that is not there yet.
 */
#include "lpard/common/json.h"
#include "lpard/common/log.h"
#include "lpard/daemon/methods/common.h"
#include "lpard/daemon/methods/dispatch.h"
#include "lpard/daemon/guest/agent_link.h"
#include "lpard/agent/command.h"

#include <string.h>

#define RAW_AHEAD  (256 * 1024) /* not more than that waits for a client that does not read */
#define MAX_WAIT_S 86400

struct session {
	struct lpar_agent_link *link;
	struct par_waiter *wait; /* for the agent */
	struct lpar_call *call;	 /* until it is answered */
	struct json_object *parameters;
	struct lpar_command *run;
	struct lpar_upgraded *raw;
	char lpar[64];
	bool pumping;
	bool ended; /* free it when pumping is over */
};

static void session_free(struct session *s)
{
	if (s->pumping) {
		s->ended = true;
		return;
	}
	if (s->run)
		lpar_command_free(&s->run);
	json_object_put(s->parameters);
	free(s);
}

static void fail(struct session *s, struct par_error **err)
{
	if (s->call) {
		lpar_call_fail(&s->call, err);
	}
	session_free(s);
}

/* Move what the run has for the client; the session may be gone afterwards. */
static void pump(struct session *s)
{
	const void *data;
	size_t len;

	if (!s->raw || s->pumping)
		return;
	s->pumping = true;
	while (s->raw && lpar_upgraded_pending(s->raw) < RAW_AHEAD &&
	       (len = lpar_command_output(s->run, &data)) > 0) {
		if (lpar_upgraded_send(s->raw, data, len) < 0)
			break;
		lpar_command_sent(s->run, len);
	}
	s->pumping = false;
	if (!s->ended && lpar_command_done(s->run) && lpar_command_output(s->run, &data) == 0) {
		lpar_upgraded_close(&s->raw);
		s->ended = true;
	}
	if (s->ended)
		session_free(s);
	else
		lpar_upgraded_pause(s->raw, !lpar_command_can_read(s->run));
}

/* The client's side. */

static void on_data(void *user, const char *data, size_t len)
{
	struct session *s = user;

	/* A client's mistake ends the run from within: nothing is freed under our feet. */
	s->pumping = true;
	lpar_command_feed(s->run, data, len);
	s->pumping = false;
	if (s->ended)
		session_free(s);
	else
		pump(s);
}

static void on_drained(void *user)
{
	pump(user);
}

static void on_closed(void *user)
{
	struct session *s = user;

	s->raw = NULL;
	session_free(s);
}

static const struct lpar_upgraded_ops raw_ops = {
	.data = on_data,
	.drained = on_drained,
	.closed = on_closed,
};

/* The agent's side. */

static void on_replied(struct lpar_command *r, const struct par_error *err, void *user)
{
	struct session *s = user;
	auto_error copy = NULL;

	(void)r;
	if (err) {
		par_fail(&copy, err->id, 0, "%s", err->msg ? err->msg : "out of memory");
		fail(s, &copy);
		return;
	}
	s->raw = lpar_call_upgrade(&s->call, NULL, &raw_ops, s);
	if (!s->raw)
		session_free(s);
	else
		pump(s);
}

static void on_changed(struct lpar_command *r, void *user)
{
	(void)r;
	pump(user);
}

static const struct lpar_command_ops run_ops = {
	.replied = on_replied,
	.changed = on_changed,
};

static bool on_agent(enum par_wake wake, void *user)
{
	struct session *s = user;
	auto_error err = NULL;

	s->wait = NULL;
	if (wake != PAR_WAKE_CHANGED || !lpar_agent_link_up(s->link)) {
		const char *why = lpar_agent_link_why_closed(s->link);

		par_fail(&err, PAR_E_DISCONNECTED, 0, "no agent answers in the LPAR '%s'%s%s",
			 s->lpar, why ? ": " : "", why ? why : "");
		fail(s, &err);
		return false;
	}
	if (lpar_command_new(&s->run, lpar_agent_link_channel(s->link), s->parameters, &run_ops, s,
			     &err) < 0)
		fail(s, &err);
	return false;
}

static void on_gone(struct lpar_call *call, void *user)
{
	struct session *s = user;

	(void)call;
	if (s->wait)
		lpar_agent_link_forget(s->link, &s->wait);
	s->call = NULL;
	session_free(s);
}

/* What the agent gets: the caller's parameters without those that are ours. */
static int agent_parameters(struct json_object *from, struct json_object **ret,
			    struct par_error **err)
{
	static const char *const passed[] = { "argv", "environment", "directory",
					      "tty",  "rows",	     "columns" };
	auto_json p = json_object_new_object();
	struct json_object *value;

	for (size_t i = 0; i < PAR_ARRAY_SIZE(passed); i++) {
		if (json_object_object_get_ex(from, passed[i], &value) && value &&
		    par_json_put(p, passed[i], json_object_get(value)) < 0)
			return par_oom(err);
	}
	if (!p)
		return par_oom(err);
	*ret = take_ptr(p);
	return 0;
}

static void start(struct lpar_lpar *e, struct lpar_call *call, struct json_object *parameters,
		  uint64_t wait_s)
{
	struct session *s = calloc(1, sizeof(*s));
	struct par_waiter *wait;
	auto_error err = NULL;

	if (!s) {
		json_object_put(parameters);
		par_oom(&err);
		lpar_call_fail(&call, &err);
		return;
	}
	par_log(PAR_LOG_NOTICE, "peer=%u/%d RunCommand system=%s lpar=%s",
		(unsigned int)call->peer.uid, (int)call->peer.pid, e->managed->name, e->part->name);
	s->link = e->agent;
	s->call = call;
	s->parameters = parameters;
	snprintf(s->lpar, sizeof(s->lpar), "%s", e->part->name);
	call->gone = on_gone;
	call->gone_user = s;
	/* Called back at once the session may be gone already; then there is no handle. */
	wait = lpar_agent_link_when_up(e->agent, wait_s * 1000, on_agent, s);
	if (wait)
		s->wait = wait;
}

void lpar_method_RunCommand(struct lpar_daemon *d, struct lpar_call *call)
{
	struct lpar_managed *host = lpar_method_host(d, &call);
	struct json_object *parameters = NULL;
	struct lpar_lpar *e = NULL;
	auto_error err = NULL;
	uint64_t wait_s = 0;
	int r;

	if (!host)
		return;
	r = lpar_method_entry(host, call->parameters, &e, &err);
	r = r < 0 ? r : par_json_u64(call->parameters, "wait_s", false, MAX_WAIT_S, &wait_s, &err);
	if (r >= 0 && !lpar_lpar_running(e))
		r = par_fail(&err, PAR_E_WRONG_STATE, 0, "the LPAR '%s' is not running",
			     e->part->name);
	r = r < 0 ? r : agent_parameters(call->parameters, &parameters, &err);
	if (r < 0)
		lpar_method_fail(&call, &err);
	else
		start(e, call, parameters, wait_s);
}
