/* SPDX-License-Identifier: Apache-2.0 */
/* One reply of one or more jobs: see reply.h. */
#include "lpard/daemon/jobs/reply.h"

#include "lpard/common/json.h"

struct lpar_reply {
	struct lpar_call *call; /* NULL: nobody waits */
	struct lpar_peer peer;
	unsigned int holders;
	unsigned int jobs; /* that there ever were */
	struct par_error *err;
};

static void on_caller_gone(struct lpar_call *call, void *user)
{
	struct lpar_reply *reply = user;

	(void)call;
	reply->call = NULL;
}

struct lpar_reply *lpar_reply_new(struct lpar_call **call)
{
	struct lpar_reply *reply = calloc(1, sizeof(*reply));
	auto_error err = NULL;

	if (!reply) {
		par_oom(&err);
		lpar_call_fail(call, &err);
		return NULL;
	}
	*reply = (struct lpar_reply){ .call = *call, .peer = (*call)->peer, .holders = 1 };
	reply->call->gone = on_caller_gone;
	reply->call->gone_user = reply;
	*call = NULL;
	return reply;
}

struct lpar_reply *lpar_reply_alone(void)
{
	struct lpar_reply *reply = calloc(1, sizeof(*reply));

	if (reply)
		*reply = (struct lpar_reply){ .peer = { .uid = getuid(), .pid = getpid() },
					      .holders = 1 };
	return reply;
}

struct lpar_reply *lpar_reply_hold(struct lpar_reply *reply)
{
	reply->holders++;
	reply->jobs++;
	return reply;
}

void lpar_reply_drop(struct lpar_reply **held)
{
	struct lpar_reply *reply = take_ptr(*held);

	if (--reply->holders > 0)
		return;
	if (reply->call && reply->err)
		lpar_call_fail(&reply->call, &reply->err);
	else if (reply->call)
		lpar_call_reply(&reply->call, NULL);
	par_error_free(&reply->err);
	free(reply);
}

const struct lpar_peer *lpar_reply_peer(const struct lpar_reply *reply)
{
	return &reply->peer;
}

void lpar_reply_error(struct lpar_reply *reply, const struct par_error *err)
{
	const char *text = par_error_text(err);
	char *both;

	if (!reply->err) {
		/* Its reason is in the text already: not an errno, which would be told once more.
		 */
		par_fail(&reply->err, err ? err->id : PAR_E_NO_MEMORY, 0, "%s", text);
		if (err && err->hint)
			par_error_hint(&reply->err, "%s", err->hint);
		return;
	}
	both = par_strdup_printf("%s\n%s", reply->err->msg, text);
	if (!both)
		return;
	free(reply->err->msg);
	reply->err->msg = both;
}

void lpar_reply_progress(struct lpar_reply *reply, const char *lpar, const char *stage,
			 unsigned int percent)
{
	auto_json progress = json_object_new_object();
	auto_json o = json_object_new_object();

	if (!reply->call || reply->jobs != 1)
		return;
	if (par_json_put_string(progress, "lpar", lpar) == 0 &&
	    par_json_put(progress, "percent", json_object_new_int((int)percent)) == 0 &&
	    par_json_put_string(progress, "stage", stage) == 0 &&
	    par_json_put(o, "progress", take_ptr(progress)) == 0)
		lpar_call_progress(reply->call, take_ptr(o));
}
