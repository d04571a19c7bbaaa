/* SPDX-License-Identifier: Apache-2.0 */
/* Facts for a move: see move_gather.h. */
#include "lpard/daemon/jobs/move_gather.h"

#include "lpard/core/model/adapters.h"
#include "lpard/daemon/jobs/ask_lpars.h"

#include <string.h>

#define LIMIT_MS 180000 /* of each of the two questions: servers may not answer */

struct lpar_move_gather {
	struct lpar_daemon *daemon;
	lpar_move_gather_fn fn;
	void *user;
	struct lpar_move_gathered *about; /* the source, then the targets */
	struct lpar_ask *asks;		  /* in the same order */
	size_t n;			  /* of both */
	struct lpar_asks *asked;
	char *wpar;
	const char *argv[5];
	struct par_buf said; /* by the source, written anew: what the targets are told */
};

static void gathered_done(struct lpar_move_gathered *g)
{
	par_move_facts_done(&g->facts);
	par_error_free(&g->why);
	for (size_t i = 0; i < g->n_ports; i++)
		free(g->ports[i].network);
	free(g->ports);
}

void lpar_move_gather_free(struct lpar_move_gather **gather)
{
	struct lpar_move_gather *g = *gather;

	if (!g)
		return;
	lpar_asks_free(&g->asked);
	for (size_t i = 0; i < g->n; i++) {
		lpar_ask_done(&g->asks[i]);
		gathered_done(&g->about[i]);
	}
	free(g->about);
	free(g->asks);
	free(g->wpar);
	par_buf_done(&g->said);
	free(g);
	*gather = NULL;
}

static int add_port(struct lpar_move_gathered *g, const char *uuid, const struct lpar_adapter *a)
{
	struct lpar_move_port *more = reallocarray(g->ports, g->n_ports + 1, sizeof(*more)), *p;
	uint8_t mac[6];

	if (!more)
		return -ENOMEM;
	g->ports = more;
	p = &more[g->n_ports++];
	lpar_adapter_mac(uuid, a->slot, mac);
	if (a->mac_addr)
		snprintf(p->mac, sizeof(p->mac), "%s", a->mac_addr);
	else
		snprintf(p->mac, sizeof(p->mac), "%02X%02X%02X%02X%02X%02X", mac[0], mac[1], mac[2],
			 mac[3], mac[4], mac[5]);
	p->network = par_strdup_printf("%s, VLAN %u", a->vswitch ? a->vswitch : "ETHERNET0",
				       (unsigned int)a->port_vlan_id);
	return p->network ? 0 : -ENOMEM;
}

static int name_lpar(struct lpar_move_gathered *g, struct lpar_ask *a, const struct lpar_lpar *lpar)
{
	const struct lpar_current *c = lpar->part->current;
	auto_adapters eth = { 0 };

	if (lpar_ask_of(a, lpar) < 0)
		return -ENOMEM;
	g->system = a->system;
	g->lpar = a->lpar;
	if (!c ||
	    lpar_adapters_parse(LPAR_ADAPTER_ETH, c->profile.virtual_eth_adapters, &eth, NULL) < 0)
		return 0;
	for (size_t i = 0; i < eth.n; i++) {
		if (add_port(g, lpar->uuid, &eth.v[i]) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* An agent that says what cannot be is as good as none. */
static void take_answer(struct lpar_ask *a, struct lpar_move_gathered *g)
{
	if (a->why) {
		par_error_move(&g->why, &a->why);
		return;
	}
	if (par_move_facts_read(a->output.data ? a->output.data : "", a->output.len, &g->facts,
				&g->why) < 0) {
		par_error_wrap(&g->why, "the facts of the LPAR '%s' cannot be used", g->lpar);
		return;
	}
	g->there = true;
	g->ahead_ms = (int64_t)g->facts.time_ms - (int64_t)par_wall_ms();
}

static void tell_all(void *user)
{
	struct lpar_move_gather *g = user;

	g->fn(&g->about[0], &g->about[1], g->n - 1, NULL, g->user);
}

/* Has the source left tokens with servers? */
static bool has_tokens(const struct par_move_facts *f)
{
	const struct par_move_file_systems *fs = &f->wpars.v[0].file_systems;

	for (size_t i = 0; i < fs->n; i++) {
		if (fs->v[i].host)
			return true;
	}
	return false;
}

/* All that could be read has been: the tokens go; where they cannot, no harm is done. */
static void on_targets(void *user)
{
	struct lpar_move_gather *g = user;
	struct lpar_ask *source = &g->asks[0];

	lpar_asks_free(&g->asked);
	for (size_t i = 1; i < g->n; i++)
		take_answer(&g->asks[i], &g->about[i]);
	g->argv[2] = "tidy";
	if (!has_tokens(&g->about[0].facts) ||
	    lpar_asks_new(g->daemon, source, 1, LIMIT_MS, tell_all, g, &g->asked, NULL) < 0)
		tell_all(g);
}

static int ask_targets(struct lpar_move_gather *g, struct par_error **err)
{
	static const char *const argv[] = { "wparctl", "move", "facts", "--for", "-", NULL };

	if (par_move_facts_write(&g->about[0].facts, &g->said) < 0)
		return par_oom(err);
	for (size_t i = 1; i < g->n; i++) {
		g->asks[i].argv = argv;
		g->asks[i].input = &g->said;
		g->asks[i].output_most = PAR_MOVE_FACTS_MOST;
	}
	return lpar_asks_new(g->daemon, &g->asks[1], g->n - 1, LIMIT_MS, on_targets, g, &g->asked,
			     err);
}

static void on_source(void *user)
{
	struct lpar_move_gather *g = user;
	struct lpar_move_gathered *source = &g->about[0];
	auto_error why = NULL;

	lpar_asks_free(&g->asked);
	take_answer(&g->asks[0], source);
	if (source->there && source->facts.wpars.n != 1)
		par_fail(&source->why, PAR_E_PROTOCOL, 0,
			 "the LPAR '%s' says nothing of its workload partition", source->lpar);
	if (!source->why && ask_targets(g, &source->why) == 0)
		return;
	par_error_move(&why, &source->why);
	g->fn(source, &g->about[1], 0, why, g->user);
}

static int prepare(struct lpar_move_gather *g, struct lpar_lpar *source, const char *wpar,
		   struct lpar_lpar *const *targets, size_t n)
{
	g->wpar = strdup(wpar);
	g->about = calloc(n + 1, sizeof(*g->about));
	g->asks = calloc(n + 1, sizeof(*g->asks));
	if (!g->wpar || !g->about || !g->asks)
		return -ENOMEM;
	g->n = n + 1;
	for (size_t i = 0; i < g->n; i++) {
		if (name_lpar(&g->about[i], &g->asks[i], i == 0 ? source : targets[i - 1]) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int begin(struct lpar_move_gather *g, struct par_error **err)
{
	g->argv[0] = "wparctl";
	g->argv[1] = "move";
	g->argv[2] = "facts";
	g->argv[3] = g->wpar;
	g->asks[0].argv = g->argv;
	g->asks[0].output_most = PAR_MOVE_FACTS_MOST;
	return lpar_asks_new(g->daemon, &g->asks[0], 1, LIMIT_MS, on_source, g, &g->asked, err);
}

int lpar_move_gather_new(struct lpar_daemon *d, struct lpar_lpar *source, const char *wpar,
			 struct lpar_lpar *const *targets, size_t n, lpar_move_gather_fn fn,
			 void *user, struct lpar_move_gather **ret, struct par_error **err)
{
	struct lpar_move_gather *g = calloc(1, sizeof(*g));
	int r;

	if (!g)
		return par_oom(err);
	g->daemon = d;
	g->fn = fn;
	g->user = user;
	r = prepare(g, source, wpar, targets, n) < 0 ? par_oom(err) : begin(g, err);
	if (r < 0) {
		lpar_move_gather_free(&g);
		return r;
	}
	*ret = g;
	return 0;
}

struct lpar_move_side lpar_move_side_of(const struct lpar_move_gathered *g)
{
	return (struct lpar_move_side){ .lpar = g->lpar,
					.facts = g->there ? &g->facts : NULL,
					.ahead_ms = g->ahead_ms,
					.ports = g->ports,
					.n_ports = g->n_ports };
}
