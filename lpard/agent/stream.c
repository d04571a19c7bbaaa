/* SPDX-License-Identifier: Apache-2.0 */
/* A stream of the channel from the client's side: opening, sending within its credit, closing. */
#include "lpard/agent/channel_priv.h"

#include "lpard/wire/wire.h"

#include <string.h>

/* Output that waits: above HIGH no client data is taken, above OPEN_MAX no call. */
#define OUT_HIGH     (1024u * 1024)
#define OUT_OPEN_MAX (4u * 1024 * 1024)

int lpar_stream_open(struct lpar_channel *c, const char *method, struct json_object *parameters,
		     const struct lpar_stream_ops *ops, void *user, struct lpar_stream **ret,
		     struct par_error **err)
{
	struct par_wire_call call = { .method = (char *)method, .parameters = parameters };
	auto_buf text = { 0 };
	struct lpar_stream *s;
	int r;

	if (c->state != LPAR_CHANNEL_UP)
		return par_fail(err, PAR_E_DISCONNECTED, 0, "no agent answers in the LPAR '%s'",
				c->name);
	if (c->n_streams >= PAR_FRAME_STREAMS || c->next_id == UINT32_MAX ||
	    lpar_channel_waiting(c) > OUT_OPEN_MAX)
		return par_fail(err, PAR_E_NO_RESOURCES, 0,
				"too many commands run in the LPAR '%s' already", c->name);
	r = par_wire_encode_call(&call, &text, err);
	if (r < 0)
		return r;
	if (text.len - 1 > par_frame_limit(PAR_FRAME_OPEN)) /* its NUL is not sent */
		return par_fail(err, PAR_E_TOO_LARGE, 0,
				"the command and its arguments are longer than 64 KiB");
	s = calloc(1, sizeof(*s));
	if (!s)
		return par_oom(err);
	*s = (struct lpar_stream){
		.channel = c,
		.id = c->next_id++,
		.ops = ops,
		.user = user,
		.is_run = strcmp(method, "org.lpard.agent.Run") == 0,
		.may_send = PAR_FRAME_WINDOW,
		.may_receive = PAR_FRAME_WINDOW,
	};
	c->streams[c->n_streams++] = s;
	lpar_channel_put(c, s->id, PAR_FRAME_OPEN, text.data, text.len - 1);
	*ret = s;
	return 0;
}

static int check_stdin(struct lpar_stream *s, const struct par_frame *f, struct par_error **err)
{
	size_t cost = f->len + PAR_FRAME_COST;

	if (s->eof)
		return par_fail(err, PAR_E_PROTOCOL, 0, "stdin goes on after its end");
	if (cost > s->may_send)
		return par_fail(err, PAR_E_PROTOCOL, 0, "stdin without credit");
	s->may_send -= (uint32_t)cost;
	return 0;
}

static int check_credit(struct lpar_stream *s, const struct par_frame *f, struct par_error **err)
{
	uint32_t bytes = 0;
	int r = par_frame_get_credit(f, &bytes, err);

	if (r < 0)
		return r;
	if (bytes > PAR_FRAME_WINDOW - s->may_receive)
		return par_fail(err, PAR_E_PROTOCOL, 0, "more credit than the window");
	s->may_receive += bytes;
	return 0;
}

static int check_frame(struct lpar_stream *s, const struct par_frame *f, struct par_error **err)
{
	uint16_t rows, columns;
	int signo;

	if (f->type == PAR_FRAME_STDIN)
		return check_stdin(s, f, err);
	if (f->type == PAR_FRAME_CREDIT)
		return check_credit(s, f, err);
	if (f->type == PAR_FRAME_WINCH)
		return par_frame_get_winch(f, &rows, &columns, err);
	if (f->type == PAR_FRAME_SIGNAL)
		return par_frame_get_signal(f, &signo, err);
	if (f->type != PAR_FRAME_EOF)
		return par_fail(err, PAR_E_PROTOCOL, 0, "a frame of type %d is not for the agent",
				(int)f->type);
	s->eof = true;
	return 0;
}

int lpar_stream_send(struct lpar_stream *s, const struct par_frame *f, struct par_error **err)
{
	int r;

	if (lpar_channel_waiting(s->channel) >= OUT_HIGH) {
		s->wants_room = true;
		return -EAGAIN;
	}
	r = check_frame(s, f, err);
	if (r < 0)
		return r;
	lpar_channel_put(s->channel, s->id, f->type, f->data, f->len);
	return 0;
}

void lpar_stream_close(struct lpar_stream *s)
{
	lpar_stream_unlink(s);
	if (s->channel->state == LPAR_CHANNEL_UP)
		lpar_channel_put(s->channel, s->id, PAR_FRAME_CLOSE, NULL, 0);
	free(s);
}
