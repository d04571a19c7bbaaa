/* SPDX-License-Identifier: Apache-2.0 */
/* One command in an LPAR for lpard itself: see agent_run.h. */
#include "lpard/agent/agent_run.h"

#include "lpard/common/json.h"
#include "lpard/common/text.h"

#include <arpa/inet.h>
#include <string.h>

#define SAID_MOST 4096 /* of its standard error output, the last of it */

struct lpar_run {
	const struct lpar_run_ops *ops;
	void *user;
	struct lpar_stream *stream; /* NULL: ended */
	char *lpar;
	size_t output_most;
	struct par_buf out, said;
	size_t may_write; /* credit, with the cost of frames */
	size_t owed;	  /* bytes that came, for which no credit was given back */
	bool replied, closed, close_waits, exited, killed;
	int value;
	struct par_error *why;
};

static void give_credit(struct lpar_run *r)
{
	const uint32_t owed = htonl((uint32_t)r->owed);
	const struct par_frame f = { .type = PAR_FRAME_CREDIT,
				     .data = (const uint8_t *)&owed,
				     .len = sizeof(owed) };

	if (!r->stream || r->owed == 0)
		return;
	if (lpar_stream_send(r->stream, &f, NULL) == 0)
		r->owed = 0;
}

/* Whose frames break the rules, or say too much, is given up. */
static void give_up(struct lpar_run *r)
{
	lpar_stream_close(r->stream);
	r->stream = NULL;
	r->ops->ended(r, r->why, r->user);
}

static void take_output(struct lpar_run *r, const struct par_frame *f)
{
	r->owed += PAR_FRAME_COST;
	if (r->ops->output) {
		r->ops->output(r, f->data, f->len, r->user);
		return;
	}
	if (r->out.len + f->len > r->output_most || par_buf_put(&r->out, f->data, f->len) < 0) {
		par_fail(&r->why, PAR_E_TOO_LARGE, 0, "the LPAR '%s' says more than %zu bytes",
			 r->lpar, r->output_most);
		give_up(r);
		return;
	}
	r->owed += f->len;
	give_credit(r);
}

static void take_said(struct lpar_run *r, const struct par_frame *f)
{
	if (r->said.len + f->len > SAID_MOST) {
		const size_t keep = f->len < SAID_MOST ? SAID_MOST - f->len : 0;

		par_buf_drop(&r->said, r->said.len > keep ? r->said.len - keep : 0);
	}
	par_buf_put(&r->said, f->data + (f->len > SAID_MOST ? f->len - SAID_MOST : 0),
		    f->len > SAID_MOST ? SAID_MOST : f->len);
	r->owed += f->len + PAR_FRAME_COST;
	give_credit(r);
}

static void close_now(struct lpar_run *r)
{
	const struct par_frame f = { .type = PAR_FRAME_EOF };

	r->close_waits =
		r->stream && (!r->replied || lpar_stream_send(r->stream, &f, NULL) == -EAGAIN);
}

static void on_replied(struct lpar_stream *s, struct json_object *parameters, void *user)
{
	struct lpar_run *r = user;

	(void)s;
	(void)parameters;
	r->replied = true;
	if (r->close_waits)
		close_now(r);
	else if (r->ops->room)
		r->ops->room(r, r->user);
}

static void on_frame(struct lpar_stream *s, const struct par_frame *f, void *user)
{
	struct lpar_run *r = user;
	uint32_t credit = 0;

	(void)s;
	if (f->type == PAR_FRAME_STDOUT) {
		take_output(r, f);
	} else if (f->type == PAR_FRAME_STDERR) {
		take_said(r, f);
	} else if (f->type == PAR_FRAME_EXIT) {
		r->exited = par_frame_get_exit(f, &r->killed, &r->value, NULL) == 0;
	} else if (f->type == PAR_FRAME_CREDIT && par_frame_get_credit(f, &credit, NULL) == 0) {
		r->may_write += credit;
		if (r->ops->room)
			r->ops->room(r, r->user);
	}
}

static void on_writable(struct lpar_stream *s, void *user)
{
	struct lpar_run *r = user;

	(void)s;
	give_credit(r);
	if (r->close_waits)
		close_now(r);
	else if (r->ops->room)
		r->ops->room(r, r->user);
}

/* Its own last line, without the name of the command before it. */
static const char *last_line(struct par_buf *said)
{
	char *text, *line;

	if (said->len == 0 || said->failed)
		return NULL;
	while (said->len > 0 && said->data[said->len - 1] == '\n')
		said->data[--said->len] = '\0';
	text = said->data;
	line = strrchr(text, '\n');
	line = line ? line + 1 : text;
	par_text_clean(line, PAR_TEXT_FOREIGN, PAR_TEXT_LINE);
	return *line ? line : NULL;
}

static void say_why(struct lpar_run *r)
{
	const char *line = last_line(&r->said);

	if (r->killed)
		par_fail(&r->why, PAR_E_SYSTEM, 0,
			 "the command in the LPAR '%s' was ended by signal %d", r->lpar, r->value);
	else if (line)
		par_fail(&r->why, PAR_E_SYSTEM, 0, "in the LPAR '%s': %s", r->lpar, line);
	else
		par_fail(&r->why, PAR_E_SYSTEM, 0,
			 "the command in the LPAR '%s' ended with the status %d", r->lpar,
			 r->value);
}

static void on_ended(struct lpar_stream *s, const struct par_error *err, void *user)
{
	struct lpar_run *r = user;

	(void)s;
	r->stream = NULL;
	if (err)
		par_fail(&r->why, err->id, 0, "%s", par_error_text(err));
	else if (!r->exited || r->killed || r->value != 0)
		say_why(r);
	r->ops->ended(r, r->why, r->user);
}

static const struct lpar_stream_ops stream_ops = {
	.replied = on_replied,
	.frame = on_frame,
	.writable = on_writable,
	.ended = on_ended,
};

static int put_words(struct json_object *o, const char *key, const char *const *words)
{
	size_t n = 0;

	while (words && words[n])
		n++;
	return par_json_put_strv(o, key, (char *const *)(uintptr_t)words, n);
}

static int open_stream(struct lpar_run *r, struct lpar_channel *c, const struct lpar_run_call *call,
		       struct par_error **err)
{
	auto_json o = json_object_new_object();

	if (put_words(o, "argv", call->argv) < 0 ||
	    (call->environment && put_words(o, "environment", call->environment) < 0))
		return par_oom(err);
	return lpar_stream_open(c, "org.lpard.agent.Run", o, &stream_ops, r, &r->stream, err);
}

int lpar_run_new(struct lpar_run **ret, struct lpar_channel *c, const struct lpar_run_call *call,
		 const struct lpar_run_ops *ops, void *user, struct par_error **err)
{
	struct lpar_run *r = calloc(1, sizeof(*r));
	int n;

	if (!r)
		return par_oom(err);
	*r = (struct lpar_run){ .ops = ops,
				.user = user,
				.lpar = strdup(call->lpar),
				.output_most = call->output_most,
				.may_write = PAR_FRAME_WINDOW };
	n = r->lpar ? open_stream(r, c, call, err) : par_oom(err);
	if (n < 0) {
		lpar_run_free(&r);
		return n;
	}
	*ret = r;
	return 0;
}

void lpar_run_free(struct lpar_run **run)
{
	struct lpar_run *r = *run;

	if (!r)
		return;
	if (r->stream)
		lpar_stream_close(r->stream);
	par_buf_done(&r->out);
	par_buf_done(&r->said);
	par_error_free(&r->why);
	free(r->lpar);
	free(r);
	*run = NULL;
}

size_t lpar_run_room(const struct lpar_run *r)
{
	size_t room;

	if (!r->stream || !r->replied || r->closed || r->may_write <= PAR_FRAME_COST)
		return 0;
	room = r->may_write - PAR_FRAME_COST;
	return room < PAR_FRAME_MAX ? room : PAR_FRAME_MAX;
}

size_t lpar_run_write(struct lpar_run *r, const void *data, size_t len)
{
	const size_t room = lpar_run_room(r);
	struct par_frame f = { .type = PAR_FRAME_STDIN,
			       .data = data,
			       .len = len < room ? len : room };

	if (f.len == 0 || lpar_stream_send(r->stream, &f, NULL) < 0)
		return 0;
	r->may_write -= f.len + PAR_FRAME_COST;
	return f.len;
}

void lpar_run_close(struct lpar_run *r)
{
	if (r->closed)
		return;
	r->closed = true;
	close_now(r);
}

void lpar_run_credit(struct lpar_run *r, size_t bytes)
{
	r->owed += bytes;
	give_credit(r);
}

const struct par_buf *lpar_run_output(const struct lpar_run *r)
{
	return &r->out;
}
