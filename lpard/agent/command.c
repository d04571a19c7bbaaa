/* SPDX-License-Identifier: Apache-2.0 */
/* A client's command: see command.h. */
#include "lpard/agent/command.h"

#include "lpard/wire/wire.h"

/* Credit from the agent is held back while so much waits for a client that does not read. */
#define CREDIT_HOLD 65536u

struct lpar_command {
	struct lpar_stream *stream; /* NULL: ended */
	const struct lpar_command_ops *ops;
	void *user;
	bool replied, exited, done;
	bool killed; /* exited: value is a signal, not a status */
	int value;
	struct par_error *why; /* ended otherwise */
	struct par_frame_reader reader;
	bool blocked;	       /* held cannot be sent now */
	struct par_frame held; /* points into reader */
	struct par_buf out;
	size_t sent;
	uint32_t credit; /* from the agent, not yet passed on */
};

static size_t waiting(const struct lpar_command *r)
{
	return r->out.len - r->sent;
}

static void pass_credit(struct lpar_command *r)
{
	if (r->credit == 0 || waiting(r) > CREDIT_HOLD)
		return;
	par_frame_put_credit(&r->out, 0, LPAR_COMMAND_STREAM, r->credit);
	r->credit = 0;
}

/* The end, for a reason other than the command's own. */
static void fail(struct lpar_command *r, const struct par_error *err)
{
	auto_buf b = { 0 };

	if (par_wire_encode_error(err, &b) == 0 && b.len > 0)
		par_frame_put(&r->out, 0, LPAR_COMMAND_STREAM, PAR_FRAME_ERROR, b.data, b.len - 1);
	r->done = true;
	if (!r->why)
		par_fail(&r->why, err ? err->id : PAR_E_SYSTEM, 0, "%s", par_error_text(err));
}

static void on_replied(struct lpar_stream *s, struct json_object *parameters, void *user)
{
	struct lpar_command *r = user;

	(void)s;
	(void)parameters;
	r->replied = true;
	r->ops->replied(r, NULL, r->user);
}

static void on_frame(struct lpar_stream *s, const struct par_frame *f, void *user)
{
	struct lpar_command *r = user;
	uint32_t bytes = 0;

	(void)s;
	if (f->type == PAR_FRAME_CREDIT) {
		if (par_frame_get_credit(f, &bytes, NULL) == 0)
			r->credit += bytes; /* at most the window, the channel checked it */
		pass_credit(r);
	} else {
		par_frame_put(&r->out, 0, LPAR_COMMAND_STREAM, f->type, f->data, f->len);
	}
	if (f->type == PAR_FRAME_EXIT)
		r->exited = par_frame_get_exit(f, &r->killed, &r->value, NULL) == 0;
	r->ops->changed(r, r->user);
}

static void on_ended(struct lpar_stream *s, const struct par_error *err, void *user)
{
	struct lpar_command *r = user;

	(void)s;
	r->stream = NULL;
	r->blocked = false;
	if (!r->replied) {
		r->done = true;
		r->ops->replied(r, err, r->user);
		return;
	}
	if (err && !r->exited)
		fail(r, err);
	r->done = true;
	r->ops->changed(r, r->user);
}

static void end_for_client(struct lpar_command *r, const struct par_error *err)
{
	if (r->stream)
		lpar_stream_close(r->stream);
	r->stream = NULL;
	r->blocked = false;
	fail(r, err);
	r->ops->changed(r, r->user);
}

/*
 * Pass the client's frames on to the agent, until there is no room or no frame left.  Returns false
 * when the command has ended by that: the owner may have freed @r.
 */
static bool pump_command(struct lpar_command *r)
{
	while (r->stream) {
		auto_error err = NULL;
		int res = 1;

		if (!r->blocked)
			res = par_frame_next(&r->reader, &r->held, &err);
		if (res == 0)
			return true;
		if (res > 0 && r->held.stream != LPAR_COMMAND_STREAM)
			res = par_fail(&err, PAR_E_PROTOCOL, 0, "a frame for stream %u",
				       r->held.stream);
		if (res > 0)
			res = lpar_stream_send(r->stream, &r->held, &err);
		r->blocked = res == -EAGAIN;
		if (r->blocked)
			return true;
		if (res < 0) {
			end_for_client(r, err);
			return false;
		}
	}
	return true;
}

static void on_writable(struct lpar_stream *s, void *user)
{
	struct lpar_command *r = user;

	(void)s;
	if (pump_command(r) && !r->blocked)
		r->ops->changed(r, r->user);
}

static const struct lpar_stream_ops stream_ops = {
	.replied = on_replied,
	.frame = on_frame,
	.writable = on_writable,
	.ended = on_ended,
};

int lpar_command_new(struct lpar_command **ret, struct lpar_channel *c,
		     struct json_object *parameters, const struct lpar_command_ops *ops, void *user,
		     struct par_error **err)
{
	struct lpar_command *r = calloc(1, sizeof(*r));
	int res;

	if (!r)
		return par_oom(err);
	r->ops = ops;
	r->user = user;
	par_frame_reader_init(&r->reader, true);
	res = lpar_stream_open(c, "org.lpard.agent.Run", parameters, &stream_ops, r, &r->stream,
			       err);
	if (res < 0) {
		lpar_command_free(&r);
		return res;
	}
	*ret = r;
	return 0;
}

void lpar_command_free(struct lpar_command **run)
{
	struct lpar_command *r = *run;

	if (!r)
		return;
	if (r->stream)
		lpar_stream_close(r->stream);
	par_frame_reader_done(&r->reader);
	par_buf_done(&r->out);
	par_error_free(&r->why);
	free(r);
	*run = NULL;
}

void lpar_command_feed(struct lpar_command *r, const void *data, size_t len)
{
	auto_error err = NULL;

	if (!r->stream)
		return;
	if (r->blocked || par_frame_feed(&r->reader, data, len) < 0) {
		par_fail(&err, PAR_E_TOO_LARGE, 0, "more input than there is room for");
		end_for_client(r, err);
		return;
	}
	pump_command(r);
}

bool lpar_command_can_read(const struct lpar_command *r)
{
	return !r->blocked;
}

size_t lpar_command_output(struct lpar_command *r, const void **ret_data)
{
	*ret_data = r->out.data ? r->out.data + r->sent : NULL;
	return waiting(r);
}

void lpar_command_sent(struct lpar_command *r, size_t n)
{
	r->sent += n > waiting(r) ? waiting(r) : n;
	if (r->sent > r->out.len / 2) {
		par_buf_drop(&r->out, r->sent);
		r->sent = 0;
	}
	pass_credit(r);
}

bool lpar_command_exit(const struct lpar_command *r, bool *ret_killed, int *ret_value)
{
	*ret_killed = r->killed;
	*ret_value = r->value;
	return r->exited;
}

const struct par_error *lpar_command_why(const struct lpar_command *r)
{
	return r->why;
}

bool lpar_command_done(const struct lpar_command *r)
{
	return r->done;
}
