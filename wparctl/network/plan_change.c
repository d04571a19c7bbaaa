/* SPDX-License-Identifier: Apache-2.0 */
/* From one plan to another: see plan_change.h. */
#include "wparctl/network/plan_change.h"

#include "wparctl/network/apply.h"
#include "wparctl/network/record.h"

#include <string.h>

void wpar_net_difference_done(struct wpar_net_difference *d)
{
	wpar_net_plan_done(&d->gone);
	wpar_net_plan_done(&d->new);
}

static bool has(const struct wpar_net_plan *p, const struct wpar_net_step *s)
{
	for (size_t i = 0; i < p->n; i++) {
		if (wpar_net_step_equal(&p->steps[i], s))
			return true;
	}
	return false;
}

static bool same_addresses(const struct wpar_net_plan *a, const struct wpar_net_plan *b)
{
	if (a->n_ips != b->n_ips)
		return false;
	for (size_t i = 0; i < a->n_ips; i++) {
		if (!wpar_ip_equal(&a->ips[i], &b->ips[i]))
			return false;
	}
	return true;
}

/* The kernel drops routes over a link with its last address; to set one again does no harm. */
static bool must_repeat(const struct wpar_net_step *s, bool addresses_change)
{
	return addresses_change && (s->kind == WPAR_NET_FILTER || s->kind == WPAR_NET_INNER_ROUTE);
}

/* An empty one of the same WPAR with room for all steps of @p. */
static int begin(const struct wpar_net_plan *p, struct wpar_net_plan *ret)
{
	*ret = (struct wpar_net_plan){ .ipv6 = p->ipv6, .n_ips = p->n_ips };
	memcpy(ret->name, p->name, sizeof(ret->name));
	ret->steps = calloc(p->n + 1, sizeof(*ret->steps));
	ret->ips = calloc(p->n_ips + 1, sizeof(*ret->ips));
	if (!ret->steps || !ret->ips)
		return -ENOMEM;
	memcpy(ret->ips, p->ips, p->n_ips * sizeof(*ret->ips));
	return 0;
}

int wpar_net_compare(const struct wpar_net_plan *before, const struct wpar_net_plan *after,
		     struct wpar_net_difference *ret)
{
	auto_net_difference d = { 0 };
	const bool change = !same_addresses(before, after);

	if (begin(before, &d.gone) < 0 || begin(after, &d.new) < 0)
		return -ENOMEM;
	/* What was made last goes first. */
	for (size_t i = before->n; i-- > 0;) {
		const struct wpar_net_step *s = &before->steps[i];

		if (wpar_net_step_leaves(s) && !has(after, s))
			d.gone.steps[d.gone.n++] = *s;
	}
	for (size_t i = 0; i < after->n; i++) {
		const struct wpar_net_step *s = &after->steps[i];

		if (!has(before, s) || must_repeat(s, change))
			d.new.steps[d.new.n++] = *s;
	}
	*ret = d;
	d = (struct wpar_net_difference){ 0 };
	return 0;
}

static int print_side(const struct wpar_net_plan *p, const char *sign, struct par_buf *out)
{
	auto_buf text = { 0 };
	char *save = NULL;

	if (wpar_net_plan_print(p, &text) < 0)
		return -ENOMEM;
	for (char *line = text.data ? strtok_r(text.data, "\n", &save) : NULL; line;
	     line = strtok_r(NULL, "\n", &save))
		par_buf_printf(out, "%s %s\n", sign, line);
	return out->failed ? -ENOMEM : 0;
}

int wpar_net_difference_print(const struct wpar_net_difference *d, struct par_buf *out)
{
	int r = print_side(&d->gone, "-", out);

	return r < 0 ? r : print_side(&d->new, "+", out);
}

/* What both leave, until the change is done. */
static int record_both(const struct wpar_net_plan *before, const struct wpar_net_plan *after,
		       struct par_error **err)
{
	struct wpar_net_plan both = *after;
	int r;

	both.n = 0;
	both.steps = calloc(before->n + after->n + 1, sizeof(*both.steps));
	if (!both.steps)
		return par_oom(err);
	for (size_t i = 0; i < before->n; i++)
		both.steps[both.n++] = before->steps[i];
	for (size_t i = 0; i < after->n; i++) {
		if (!has(before, &after->steps[i]))
			both.steps[both.n++] = after->steps[i];
	}
	r = wpar_net_record_write_changing(&both, err);
	free(both.steps);
	return r;
}

/* A command was killed while it changed the network: all is removed, and what is defined is made
 * again. */
static int repair(const struct wpar_net_plan *defined, pid_t pid, struct par_error **err)
{
	const struct wpar_net_plan none = { 0 };
	auto_net_plan left = { 0 };
	int r = wpar_net_record_read(defined->name, &left, err);

	if (r < 0)
		return r;
	r = wpar_net_undo(&left, err);
	return r < 0 ? r : wpar_net_apply_change(&none, defined, pid, err);
}

int wpar_net_change(const struct wpar_net_plan *before, const struct wpar_net_plan *after,
		    pid_t pid, struct par_error **err)
{
	auto_net_difference d = { 0 }, back = { 0 };
	int r = 0;

	if (wpar_net_compare(before, after, &d) < 0 || wpar_net_compare(after, before, &back) < 0)
		return par_oom(err);
	if (wpar_net_record_is_changing(before->name))
		r = repair(before, pid, err);
	if (r < 0)
		return r;
	r = record_both(before, after, err);
	if (r < 0)
		return r;
	r = wpar_net_apply_change(&d.gone, &d.new, pid, err);
	if (r < 0) {
		/* The way back takes away what is new, as far as it came, and adds what is gone. */
		wpar_net_apply_change(&back.gone, &back.new, pid, NULL);
		wpar_net_record_write(before, NULL);
		return r;
	}
	wpar_net_announce(&d.new, true);
	return 0;
}

int wpar_net_change_end(const struct wpar_net_plan *now, struct par_error **err)
{
	return wpar_net_record_write(now, err);
}

bool wpar_net_change_is_open(const char *name)
{
	return wpar_net_record_is_changing(name);
}
