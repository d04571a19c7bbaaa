/* SPDX-License-Identifier: Apache-2.0 */
/* From a command in one LPAR to a command in another: see move_pipe.h. */
#include "lpard/daemon/jobs/move_pipe.h"

#include <string.h>

struct lpar_move_pipe {
	lpar_move_pipe_fn fn;
	void *user;
	struct lpar_run *from, *to;
	bool from_over, to_over;
	struct par_buf held; /* what the reader has no room for yet: at most a window */
	uint64_t bytes;
	struct par_error *why;
	struct par_source *end; /* tells it from the loop */
};

void lpar_move_pipe_free(struct lpar_move_pipe **pipe)
{
	struct lpar_move_pipe *p = *pipe;

	if (!p)
		return;
	par_source_free(&p->end);
	lpar_run_free(&p->from);
	lpar_run_free(&p->to);
	par_buf_done(&p->held);
	par_error_free(&p->why);
	free(p);
	*pipe = NULL;
}

/* What the reader takes is credited to the writer. */
static void move_bytes(struct lpar_move_pipe *p)
{
	size_t moved = 0, n;

	while (p->to && moved < p->held.len &&
	       (n = lpar_run_write(p->to, p->held.data + moved, p->held.len - moved)) > 0)
		moved += n;
	if (moved > 0) {
		par_buf_drop(&p->held, moved);
		p->bytes += moved;
		if (!p->from_over)
			lpar_run_credit(p->from, moved);
	}
	if (p->from_over && p->held.len == 0 && !p->to_over && p->to)
		lpar_run_close(p->to);
}

static void on_output(struct lpar_run *run, const void *data, size_t len, void *user)
{
	struct lpar_move_pipe *p = user;

	(void)run;
	/* One who sends more than it may was stopped by the channel. */
	if (par_buf_put(&p->held, data, len) < 0 && !p->why)
		par_oom(&p->why);
	move_bytes(p);
}

static void on_room(struct lpar_run *run, void *user)
{
	(void)run;
	move_bytes(user);
}

static void end_soon(struct lpar_move_pipe *p)
{
	par_source_timer(p->end, 0);
}

static void keep_reason(struct lpar_move_pipe *p, const struct par_error *err)
{
	if (err && !p->why)
		par_fail(&p->why, err->id, 0, "%s", par_error_text(err));
}

static void on_from_ended(struct lpar_run *run, const struct par_error *err, void *user)
{
	struct lpar_move_pipe *p = user;

	(void)run;
	p->from_over = true;
	keep_reason(p, err);
	if (err || p->to_over)
		end_soon(p);
	else
		move_bytes(p);
}

/* One that ends before the writer has not read all: its own reason is the one. */
static void on_to_ended(struct lpar_run *run, const struct par_error *err, void *user)
{
	struct lpar_move_pipe *p = user;

	(void)run;
	p->to_over = true;
	keep_reason(p, err);
	if (!err && !p->from_over)
		return;
	end_soon(p);
}

static const struct lpar_run_ops from_ops = { .output = on_output, .ended = on_from_ended };
static const struct lpar_run_ops to_ops = { .room = on_room, .ended = on_to_ended };

static void on_end(struct par_source *source, void *user)
{
	struct lpar_move_pipe *p = user;

	(void)source;
	p->fn(p->why, p->user);
}

static int begin_run(struct lpar_daemon *d, const struct lpar_move_end *e,
		     const struct lpar_run_ops *ops, struct lpar_move_pipe *p,
		     struct lpar_run **ret, struct par_error **err)
{
	struct lpar_lpar *lpar = lpar_ask_find(d, e->where);
	const struct lpar_run_call call = { .lpar = e->where->lpar,
					    .argv = e->argv,
					    .environment = e->environment,
					    .output_most = 65536 };

	if (!lpar || !lpar_agent_link_up(lpar->agent))
		return par_fail(err, PAR_E_DISCONNECTED, 0, "no agent answers in the LPAR '%s'",
				e->where->lpar);
	return lpar_run_new(ret, lpar_agent_link_channel(lpar->agent), &call, ops, p, err);
}

/* The reader first: what is written finds it there. */
static int begin(struct lpar_daemon *d, const struct lpar_move_end *from,
		 const struct lpar_move_end *to, struct lpar_move_pipe *p, struct par_error **err)
{
	int r = par_event_timer(d->loop, UINT64_MAX, on_end, p, &p->end, err);

	if (r < 0)
		return r;
	r = begin_run(d, to, &to_ops, p, &p->to, err);
	return r < 0 ? r : begin_run(d, from, &from_ops, p, &p->from, err);
}

int lpar_move_pipe_new(struct lpar_daemon *d, const struct lpar_move_end *from,
		       const struct lpar_move_end *to, lpar_move_pipe_fn fn, void *user,
		       struct lpar_move_pipe **ret, struct par_error **err)
{
	struct lpar_move_pipe *p = calloc(1, sizeof(*p));
	int r;

	if (!p)
		return par_oom(err);
	p->fn = fn;
	p->user = user;
	r = begin(d, from, to, p, err);
	if (r < 0) {
		lpar_move_pipe_free(&p);
		return r;
	}
	*ret = p;
	return 0;
}

uint64_t lpar_move_pipe_bytes(const struct lpar_move_pipe *p)
{
	return p->bytes;
}
