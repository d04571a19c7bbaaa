/* SPDX-License-Identifier: Apache-2.0 */
/* Commands in several LPARs at once: see ask_lpars.h. */
#include "lpard/daemon/jobs/ask_lpars.h"

#include <string.h>

struct lpar_asks {
	const struct lpar_daemon *daemon;
	struct lpar_ask *v;
	size_t n;
	lpar_asks_fn fn;
	void *user;
	struct par_source *timer; /* the limit; at the end, what tells it from the loop */
};

int lpar_ask_of(struct lpar_ask *a, const struct lpar_lpar *lpar)
{
	a->system = strdup(lpar->managed->name);
	a->lpar = strdup(lpar->part->name);
	memcpy(a->uuid, lpar->uuid, sizeof(a->uuid));
	return a->system && a->lpar ? 0 : -ENOMEM;
}

void lpar_ask_done(struct lpar_ask *a)
{
	free(a->system);
	free(a->lpar);
	par_buf_done(&a->output);
	par_error_free(&a->why);
	*a = (struct lpar_ask){ 0 };
}

struct lpar_lpar *lpar_ask_find(const struct lpar_daemon *d, const struct lpar_ask *a)
{
	for (size_t i = 0; i < d->n_systems; i++) {
		if (strcmp(d->systems[i]->name, a->system) == 0)
			return lpar_managed_by_uuid(d->systems[i], a->uuid);
	}
	return NULL;
}

void lpar_asks_free(struct lpar_asks **asks)
{
	struct lpar_asks *s = *asks;

	if (!s)
		return;
	par_source_free(&s->timer);
	for (size_t i = 0; i < s->n; i++)
		lpar_run_free(&s->v[i].run);
	free(s);
	*asks = NULL;
}

static bool all_over(const struct lpar_asks *s)
{
	for (size_t i = 0; i < s->n; i++) {
		if (!s->v[i].over)
			return false;
	}
	return true;
}

/* The input, as fast as it is taken. */
static void tell(struct lpar_ask *a)
{
	const size_t all = a->input ? a->input->len : 0;
	size_t n;

	while (a->told < all) {
		n = lpar_run_write(a->run, a->input->data + a->told, all - a->told);
		if (n == 0)
			return;
		a->told += n;
	}
	lpar_run_close(a->run);
}

static void on_room(struct lpar_run *run, void *user)
{
	struct lpar_ask *a = user;

	(void)run;
	if (a->run && !a->over)
		tell(a);
}

static void on_told(struct par_source *source, void *user)
{
	struct lpar_asks *s = user;

	(void)source;
	s->fn(s->user);
}

static void on_ended(struct lpar_run *run, const struct par_error *err, void *user)
{
	struct lpar_ask *a = user;
	const struct par_buf *out = lpar_run_output(run);

	a->over = true;
	if (err)
		par_fail(&a->why, err->id, 0, "%s", par_error_text(err));
	else if (out->len > 0 && par_buf_put(&a->output, out->data, out->len) < 0)
		par_oom(&a->why);
	/* From the loop: the channel that calls this may be one that @fn would close. */
	if (all_over(a->asks))
		par_source_timer(a->asks->timer, 0);
}

static const struct lpar_run_ops run_ops = { .room = on_room, .ended = on_ended };

static int begin(struct lpar_ask *a)
{
	struct lpar_lpar *lpar = lpar_ask_find(a->asks->daemon, a);
	const struct lpar_run_call call = { .lpar = a->lpar,
					    .argv = a->argv,
					    .environment = a->environment,
					    .output_most = a->output_most };

	if (!lpar || !lpar_agent_link_up(lpar->agent))
		return par_fail(&a->why, PAR_E_DISCONNECTED, 0, "no agent answers in the LPAR '%s'",
				a->lpar);
	return lpar_run_new(&a->run, lpar_agent_link_channel(lpar->agent), &call, &run_ops, a,
			    &a->why);
}

/* The limit, or all is over: whoever has not answered does not. */
static void on_timer(struct par_source *source, void *user)
{
	struct lpar_asks *s = user;

	for (size_t i = 0; i < s->n; i++) {
		struct lpar_ask *a = &s->v[i];

		if (a->over)
			continue;
		lpar_run_free(&a->run);
		a->over = true;
		par_fail(&a->why, PAR_E_TIMED_OUT, 0, "the LPAR '%s' does not answer", a->lpar);
	}
	on_told(source, s);
}

int lpar_asks_new(struct lpar_daemon *d, struct lpar_ask *v, size_t n, uint64_t limit_ms,
		  lpar_asks_fn fn, void *user, struct lpar_asks **ret, struct par_error **err)
{
	struct lpar_asks *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return par_oom(err);
	*s = (struct lpar_asks){ .daemon = d, .v = v, .n = n, .fn = fn, .user = user };
	r = par_event_timer(d->loop, limit_ms, on_timer, s, &s->timer, err);
	if (r < 0) {
		free(s);
		return r;
	}
	for (size_t i = 0; i < n; i++) {
		v[i].asks = s;
		v[i].over = begin(&v[i]) < 0;
	}
	if (all_over(s))
		par_source_timer(s->timer, 0);
	*ret = s;
	return 0;
}
