/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RunCommand: joins a client's connection with a stream of the LPAR's agent.  The frames between
 * them are lpard/agent/command.c's; here are the sockets, and the wait for an agent that is not
 * there yet.
 */
#include "lpard/common/json.h"
#include "lpard/common/text.h"
#include "lpard/daemon/methods/common.h"
#include "lpard/daemon/guest/agent_link.h"
#include "lpard/daemon/systems/audit.h"
#include "lpard/agent/command.h"

#include <string.h>

#define ANSWER_MS 30000	       /* without wait_s: until an agent that is there has answered */
#define LATE_MS	  250	       /* the wait for an agent that is not there ends first, and says so */
#define RAW_AHEAD (256 * 1024) /* not more than that waits for a client that does not read */

struct session {
	struct lpar_agent_link *link;
	struct par_waiter *wait;  /* for the agent */
	struct par_source *limit; /* for the agent's answer; NULL once the command runs */
	struct lpar_call *call;	  /* NULL once answered */
	struct json_object *parameters;
	struct lpar_command *command;
	struct lpar_upgraded *raw;
	/* for the audit line */
	struct lpar_daemon *daemon;
	struct lpar_peer peer;
	char system[64], lpar[64], uuid[PAR_UUID_LEN];
	uint32_t lpar_id;
	uint64_t begun_ms;
	char *words;	       /* the command */
	bool looks;	       /* the command changes nothing: no audit line */
	struct par_error *why; /* it could not be run */
	bool pumping;
	bool ended; /* free the session when pumping is over */
};

/* What `hmc status` asks all LPARs for, again and again: it would push all else out of the journal.
 */
static bool only_looks(const struct par_strv *argv)
{
	return argv->n == 3 && par_streq(argv->v[0], "wparctl") && par_streq(argv->v[1], "usage") &&
	       par_streq(argv->v[2], "--json");
}

static void session_audit(const struct session *s, const char *result, const char *text)
{
	if (s->looks)
		return;
	lpar_audit(s->daemon, &(struct lpar_audit){ .uid = s->peer.uid,
						    .pid = s->peer.pid,
						    .operation = "RunCommand",
						    .system = s->system,
						    .lpar = s->lpar,
						    .lpar_id = s->lpar_id,
						    .uuid = s->uuid,
						    .begun_ms = s->begun_ms,
						    .result = result,
						    .text = text,
						    .command = s->words });
}

/* How it ended: by itself, by an error, or because the client left. */
static void session_audit_end(const struct session *s)
{
	const struct par_error *why = s->command ? lpar_command_why(s->command) : NULL;
	char result[32];
	bool killed;
	int value;

	if (s->command && lpar_command_exit(s->command, &killed, &value)) {
		snprintf(result, sizeof(result), "%s %d", killed ? "signal" : "status", value);
		session_audit(s, result, NULL);
		return;
	}
	if (!why)
		why = s->why;
	session_audit(s, par_error_name(why ? why->id : PAR_E_DISCONNECTED),
		      why ? why->msg : "the client went away first");
}

static void session_free(struct session *s)
{
	if (s->pumping) {
		s->ended = true;
		return;
	}
	par_source_free(&s->limit);
	session_audit_end(s);
	if (s->command)
		lpar_command_free(&s->command);
	json_object_put(s->parameters);
	par_error_free(&s->why);
	free(s->words);
	free(s);
}

static void session_fail(struct session *s, struct par_error **err)
{
	if (*err)
		par_fail(&s->why, (*err)->id, 0, "%s", par_error_text(*err));
	if (s->call)
		lpar_call_fail(&s->call, err);
	session_free(s);
}

/* Move what the command has for the client; the session may be gone afterwards. */
static void session_pump(struct session *s)
{
	const void *data;
	size_t len;

	if (!s->raw || s->pumping)
		return;
	s->pumping = true;
	while (s->raw && lpar_upgraded_pending(s->raw) < RAW_AHEAD &&
	       (len = lpar_command_output(s->command, &data)) > 0) {
		if (lpar_upgraded_send(s->raw, data, len) < 0)
			break;
		lpar_command_sent(s->command, len);
	}
	s->pumping = false;
	if (!s->ended && lpar_command_done(s->command) &&
	    lpar_command_output(s->command, &data) == 0) {
		lpar_upgraded_close(&s->raw);
		s->ended = true;
	}
	if (s->ended)
		session_free(s);
	else
		lpar_upgraded_pause(s->raw, !lpar_command_can_read(s->command));
}

/* The client's side. */

static void on_data(void *user, const char *data, size_t len)
{
	struct session *s = user;

	/* A client's mistake ends the command from within: nothing is freed under our feet. */
	s->pumping = true;
	lpar_command_feed(s->command, data, len);
	s->pumping = false;
	if (s->ended)
		session_free(s);
	else
		session_pump(s);
}

static void on_drained(void *user)
{
	session_pump(user);
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
	par_source_free(&s->limit);
	if (err) {
		par_fail(&copy, err->id, 0, "%s", par_error_text(err));
		session_fail(s, &copy);
		return;
	}
	s->raw = lpar_call_upgrade(&s->call, NULL, &raw_ops, s);
	if (!s->raw)
		session_free(s);
	else
		session_pump(s);
}

static void on_changed(struct lpar_command *r, void *user)
{
	(void)r;
	session_pump(user);
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
		session_fail(s, &err);
		return false;
	}
	if (lpar_command_new(&s->command, lpar_agent_link_channel(s->link), s->parameters, &run_ops,
			     s, &err) < 0)
		session_fail(s, &err);
	return false;
}

/* The agent is there, and has not answered; whatever it has begun is given up. */
static void on_limit(struct par_source *source, void *user)
{
	struct session *s = user;
	auto_error err = NULL;

	(void)source;
	if (s->wait)
		lpar_agent_link_forget(s->link, &s->wait);
	par_fail(&err, PAR_E_TIMED_OUT, 0, "the agent of the LPAR '%s' does not answer", s->lpar);
	session_fail(s, &err);
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

/* The caller's settings, and lpard's: who it is, for the log of WPARs, which no caller can say. */
static int put_environment(struct json_object *o, const struct par_strv *asked, uid_t uid)
{
	static const char key[] = "LPARD_USER=";
	autofree char *setting = par_strdup_printf("%s%s", key, lpar_user_name(uid));
	auto_strv all = { 0 };

	for (size_t i = 0; i < asked->n; i++) {
		if (!par_starts_with(asked->v[i], key) && par_strv_add(&all, asked->v[i]) < 0)
			return -ENOMEM;
	}
	if (!setting || par_strv_add(&all, setting) < 0)
		return -ENOMEM;
	return par_json_put_strv(o, "environment", all.v, all.n);
}

/* What the agent gets: the caller's parameters without those that are lpard's. */
static int agent_parameters(const struct lpar_params_RunCommand *p, uid_t uid,
			    struct json_object **ret, struct par_error **err)
{
	auto_json o = json_object_new_object();

	if (par_json_put_strv(o, "argv", p->argv.v, p->argv.n) < 0 ||
	    put_environment(o, &p->environment, uid) < 0 ||
	    par_json_put(o, "tty", json_object_new_boolean(p->tty)) < 0 ||
	    par_json_put(o, "rows", json_object_new_int64((int64_t)p->rows)) < 0 ||
	    par_json_put(o, "columns", json_object_new_int64((int64_t)p->columns)) < 0 ||
	    (p->directory && par_json_put_string(o, "directory", p->directory) < 0))
		return par_oom(err);
	*ret = take_ptr(o);
	return 0;
}

/* The command as somebody would have typed it; cut when it is long. */
static char *words_of(const struct par_strv *argv)
{
	auto_buf b = { 0 };

	for (size_t i = 0; i < argv->n && b.len < LPAR_AUDIT_COMMAND; i++) {
		const char *word = argv->v[i];
		bool plain = *word && !word[strcspn(word, " \t\n\"'\\$`*?[]|&;<>()#~")];

		par_buf_printf(&b, "%s%s%s%s", i ? " " : "", plain ? "" : "'", word,
			       plain ? "" : "'");
	}
	if (b.len > 0)
		par_text_clean(b.data, LPAR_AUDIT_COMMAND, PAR_TEXT_LINE);
	return par_buf_steal(&b);
}

static void session_start(struct lpar_lpar *lpar, struct lpar_call *call,
			  struct json_object *parameters, const struct lpar_params_RunCommand *p)
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
	*s = (struct session){ .link = lpar->agent,
			       .call = call,
			       .parameters = parameters,
			       .daemon = lpar->managed->daemon,
			       .peer = call->peer,
			       .lpar_id = lpar->part->id,
			       .begun_ms = par_now_ms(),
			       .words = words_of(&p->argv),
			       .looks = only_looks(&p->argv) };
	snprintf(s->system, sizeof(s->system), "%s", lpar->managed->name);
	snprintf(s->lpar, sizeof(s->lpar), "%s", lpar->part->name);
	snprintf(s->uuid, sizeof(s->uuid), "%s", lpar->uuid);
	session_audit(s, "started", NULL);
	call->gone = on_gone;
	call->gone_user = s;
	if (par_event_timer(s->daemon->loop, p->wait_s ? p->wait_s * 1000 + LATE_MS : ANSWER_MS,
			    on_limit, s, &s->limit, &err) < 0) {
		session_fail(s, &err);
		return;
	}
	/* Called back at once the session may be gone already; then there is no handle. */
	wait = lpar_agent_link_when_up(lpar->agent, p->wait_s * 1000, on_agent, s);
	if (wait)
		s->wait = wait;
}

/* The LPAR that is meant, which must run, and what its agent is asked. */
static int find_agent(struct lpar_managed *managed, const struct lpar_call *call,
		      struct lpar_params_RunCommand *params, struct lpar_lpar **ret,
		      struct json_object **ret_parameters, struct par_error **err)
{
	int r = lpar_method_lpar(managed, params->lpar, params->id, ret, err);

	if (r < 0)
		return r;
	if (!lpar_lpar_running(*ret))
		return par_fail(err, PAR_E_WRONG_STATE, 0, "the LPAR '%s' is not running",
				(*ret)->part->name);
	return agent_parameters(params, call->peer.uid, ret_parameters, err);
}

void lpar_method_RunCommand(struct lpar_daemon *d, struct lpar_call *call,
			    struct lpar_params_RunCommand *params)
{
	struct lpar_managed *managed = lpar_method_system(d, &call, params->system);
	struct json_object *parameters = NULL;
	struct lpar_lpar *lpar = NULL;
	auto_error err = NULL;

	if (!managed)
		return;
	if (find_agent(managed, call, params, &lpar, &parameters, &err) < 0)
		lpar_call_fail(&call, &err);
	else
		session_start(lpar, call, parameters, params);
}
