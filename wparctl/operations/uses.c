/* SPDX-License-Identifier: Apache-2.0 */
/* See uses.h. */
#include "wparctl/operations/uses.h"

#include "lpard/common/now.h"
#include "wparctl/resources/cgroup.h"
#include "wparctl/runtime/life/state.h"

#include <string.h>

void wpar_uses_done(struct wpar_uses *u)
{
	for (size_t i = 0; i < u->n; i++) {
		free(u->v[i].name);
		free(u->v[i].os);
		if (u->v[i].cgroup >= 0)
			close(u->v[i].cgroup);
	}
	free(u->v);
	*u = (struct wpar_uses){ 0 };
}

/* A WPAR that is being removed meanwhile is left out: 1. */
static int take_wpar(const char *name, struct wpar_use *w)
{
	auto_spec s = { 0 };
	enum wpar_state st;

	*w = (struct wpar_use){ .cgroup = -1 };
	if (wpar_spec_load(name, &s, NULL) < 0)
		return 1;
	w->state = wpar_state_get(&s, &st, NULL) == 0 ? wpar_state_word(st) : "Broken";
	w->type = s.type == WPAR_SYSTEM ? "system" : "application";
	w->name = strdup(name);
	w->os = s.version.image_digest
			? par_strdup_printf("%s %s", s.version.os_name ? s.version.os_name : "",
					    s.version.os_level ? s.version.os_level : "")
			: strdup("");
	w->cgroup = wpar_cgroup_open(name, false, NULL);
	return w->name && w->os ? 0 : -ENOMEM;
}

static int list_names(const char *only, struct par_strv *ret, struct par_error **err)
{
	auto_spec s = { 0 };
	int r;

	if (!only)
		return wpar_spec_list(ret, err);
	r = wpar_spec_load(only, &s, err);
	if (r < 0)
		return r;
	return par_strv_add(ret, only) < 0 ? par_oom(err) : 0;
}

static int take_wpars(const char *only, struct wpar_uses *u, struct par_error **err)
{
	auto_strv names = { 0 };
	int r = list_names(only, &names, err);

	if (r < 0)
		return r;
	u->v = calloc(names.n + 1, sizeof(*u->v));
	if (!u->v)
		return par_oom(err);
	for (size_t i = 0; i < names.n; i++) {
		r = take_wpar(names.v[i], &u->v[u->n]);
		if (r <= 0)
			u->n++;
		if (r < 0)
			return par_oom(err);
	}
	return 0;
}

static int read_now(struct wpar_uses *u, struct par_error **err)
{
	int r = wpar_usage_of_system(&u->now);

	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "/proc cannot be read");
	for (size_t i = 0; i < u->n; i++) {
		if (u->v[i].cgroup >= 0)
			wpar_usage_of_group(u->v[i].cgroup, &u->v[i].now);
	}
	u->at_s = (double)par_now_ms() / 1000;
	return 0;
}

int wpar_uses_take(const char *only, struct wpar_uses *ret, struct par_error **err)
{
	int r = take_wpars(only, ret, err);

	return r < 0 ? r : read_now(ret, err);
}

int wpar_uses_again(struct wpar_uses *u, struct par_error **err)
{
	double before_s = u->at_s;
	int r;

	u->before = u->now;
	for (size_t i = 0; i < u->n; i++)
		u->v[i].before = u->v[i].now;
	r = read_now(u, err);
	u->seconds = u->at_s - before_s;
	return r;
}

/* One that was not there before has used nothing yet, as far as can be said. */
void wpar_uses_follow(struct wpar_uses *u, const struct wpar_uses *older)
{
	u->before = older->now;
	u->seconds = u->at_s - older->at_s;
	for (size_t i = 0; i < u->n; i++) {
		u->v[i].before = u->v[i].now;
		for (size_t j = 0; j < older->n; j++) {
			if (strcmp(u->v[i].name, older->v[j].name) == 0 && older->v[j].cgroup >= 0)
				u->v[i].before = older->v[j].now;
		}
	}
}

double wpar_uses_rate(const struct wpar_uses *u, uint64_t before, uint64_t now)
{
	if (before == WPAR_USAGE_UNKNOWN || now == WPAR_USAGE_UNKNOWN)
		return -1;
	/* The counters of a WPAR that was started again begin at zero. */
	return now < before || u->seconds <= 0 ? 0 : (double)(now - before) / u->seconds;
}

double wpar_uses_processors(const struct wpar_uses *u, const struct wpar_usage *before,
			    const struct wpar_usage *now)
{
	double rate = wpar_uses_rate(u, before->cpu_us, now->cpu_us);

	return rate < 0 ? -1 : rate / 1e6;
}

int wpar_uses_put_processors(struct json_object *o, double used)
{
	char text[32];

	if (used < 0)
		return json_object_object_add(o, "processors_used", NULL);
	snprintf(text, sizeof(text), "%.2f", used);
	return par_json_put(o, "processors_used", json_object_new_double_s(used, text));
}

int wpar_uses_put_number(struct json_object *o, const char *key, uint64_t n)
{
	return n == WPAR_USAGE_UNKNOWN ? json_object_object_add(o, key, NULL)
				       : par_json_put(o, key, json_object_new_int64((int64_t)n));
}
