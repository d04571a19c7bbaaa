/* SPDX-License-Identifier: Apache-2.0 */
/* wparctl usage: what this LPAR and its WPARs use now.  `hmc status` asks each LPAR for it. */
#include "wparctl/commands/commands.h"

#include "lpard/common/json.h"
#include "wparctl/resources/cgroup.h"
#include "wparctl/resources/cgroup_usage.h"
#include "wparctl/runtime/life/state.h"

#include <string.h>
#include <time.h>

#define SAMPLE_MS 250 /* between the two readings of which processor use is made */

struct usage_args {
	bool json;
};

static const struct par_opt opts[] = {
	OPT_FLAG(0, "json", struct usage_args, json, "As a JSON object"),
	{ 0 },
};

struct wpar_use {
	char *name;
	const char *type, *state;
	char *os; /* a versioned WPAR's old system; "" otherwise */
	struct wpar_usage before, now;
	int cgroup; /* -1: does not run */
};

struct usage {
	struct wpar_usage_system before, now;
	double seconds; /* between the two */
	struct wpar_use *wpars;
	size_t n;
};

static void usage_done(struct usage *u)
{
	for (size_t i = 0; i < u->n; i++) {
		free(u->wpars[i].name);
		free(u->wpars[i].os);
		if (u->wpars[i].cgroup >= 0)
			close(u->wpars[i].cgroup);
	}
	free(u->wpars);
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

static int take_wpars(struct usage *u, struct par_error **err)
{
	auto_strv names = { 0 };
	int r = wpar_spec_list(&names, err);

	if (r < 0)
		return r;
	u->wpars = calloc(names.n + 1, sizeof(*u->wpars));
	if (!u->wpars)
		return par_oom(err);
	for (size_t i = 0; i < names.n; i++) {
		r = take_wpar(names.v[i], &u->wpars[u->n]);
		if (r <= 0)
			u->n++;
		if (r < 0)
			return par_oom(err);
	}
	return 0;
}

static void read_wpars(struct usage *u, bool first)
{
	for (size_t i = 0; i < u->n; i++) {
		struct wpar_use *w = &u->wpars[i];

		if (w->cgroup >= 0)
			wpar_usage_of_group(w->cgroup, first ? &w->before : &w->now);
	}
}

static double monotonic_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static int measure(struct usage *u, struct par_error **err)
{
	const struct timespec pause = { .tv_nsec = SAMPLE_MS * 1000000L };
	double began = monotonic_s();
	int r = wpar_usage_of_system(&u->before);

	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "/proc cannot be read");
	read_wpars(u, true);
	nanosleep(&pause, NULL);
	r = wpar_usage_of_system(&u->now);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "/proc cannot be read");
	read_wpars(u, false);
	u->seconds = monotonic_s() - began;
	return 0;
}

/* Processors in use, or -1 when the kernel does not count that. */
static double processors_used(const struct usage *u, const struct wpar_usage *before,
			      const struct wpar_usage *now)
{
	if (before->cpu_us == WPAR_USAGE_UNKNOWN || now->cpu_us == WPAR_USAGE_UNKNOWN)
		return -1;
	if (now->cpu_us < before->cpu_us)
		return 0;
	return (double)(now->cpu_us - before->cpu_us) / 1e6 / u->seconds;
}

/* "processors_used": 0.25; null where it is not known */
static int put_processors(struct json_object *o, double used)
{
	char text[32];

	if (used < 0)
		return json_object_object_add(o, "processors_used", NULL);
	snprintf(text, sizeof(text), "%.2f", used);
	return par_json_put(o, "processors_used", json_object_new_double_s(used, text));
}

static int put_number(struct json_object *o, const char *key, uint64_t n)
{
	return n == WPAR_USAGE_UNKNOWN ? json_object_object_add(o, key, NULL)
				       : par_json_put(o, key, json_object_new_int64((int64_t)n));
}

static int put_wpar(struct json_object *list, const struct usage *u, const struct wpar_use *w)
{
	struct json_object *o = json_object_new_object();

	if (!o || json_object_array_add(list, o) < 0) {
		json_object_put(o);
		return -ENOMEM;
	}
	if (par_json_put_string(o, "name", w->name) < 0 ||
	    par_json_put_string(o, "type", w->type) < 0 ||
	    par_json_put_string(o, "state", w->state) < 0 ||
	    par_json_put_string(o, "os", w->os) < 0)
		return -ENOMEM;
	if (w->cgroup < 0)
		return 0;
	if (put_processors(o, processors_used(u, &w->before, &w->now)) < 0 ||
	    put_number(o, "memory_used", w->now.memory) < 0 ||
	    put_number(o, "processes", w->now.processes) < 0 ||
	    put_number(o, "up_s", w->now.up_s) < 0)
		return -ENOMEM;
	return 0;
}

static int print_json(const struct usage *u, FILE *out, struct par_error **err)
{
	auto_json o = json_object_new_object();
	struct json_object *wpars = json_object_new_array();

	if (par_json_put(o, "wpars", wpars) < 0 ||
	    put_number(o, "processors", u->now.processors) < 0 ||
	    put_processors(o, processors_used(u, &u->before.usage, &u->now.usage)) < 0 ||
	    put_number(o, "memory", u->now.memory_total) < 0 ||
	    put_number(o, "memory_used", u->now.usage.memory) < 0 ||
	    put_number(o, "up_s", u->now.usage.up_s) < 0)
		return par_oom(err);
	for (size_t i = 0; i < u->n; i++) {
		if (put_wpar(wpars, u, &u->wpars[i]) < 0)
			return par_oom(err);
	}
	par_json_print(out, o);
	return 0;
}

static void put_row(FILE *out, const char *name, const char *state, double processors,
		    const struct wpar_usage *u)
{
	char cpu[32] = "-", memory[32] = "-";

	if (u && processors >= 0)
		snprintf(cpu, sizeof(cpu), "%.2f", processors);
	if (u && u->memory != WPAR_USAGE_UNKNOWN)
		snprintf(memory, sizeof(memory), "%llu", (unsigned long long)u->memory >> 20);
	fprintf(out, "%-25s  %-12s  %10s  %10s  %9llu\n", name, state, cpu, memory,
		u ? (unsigned long long)u->up_s : 0ULL);
}

static void print_table(const struct usage *u, FILE *out)
{
	fprintf(out, "%-25s  %-12s  %10s  %10s  %9s\n", "Name", "State", "Processors", "Memory MiB",
		"Up s");
	put_row(out, "Global", "Active", processors_used(u, &u->before.usage, &u->now.usage),
		&u->now.usage);
	for (size_t i = 0; i < u->n; i++) {
		const struct wpar_use *w = &u->wpars[i];

		put_row(out, w->name, w->state, processors_used(u, &w->before, &w->now),
			w->cgroup < 0 ? NULL : &w->now);
	}
}

static int usage_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct usage_args *a = args;
	struct usage u par_cleanup(usage_done) = { 0 };
	int r = take_wpars(&u, err);

	if (r == 0)
		r = measure(&u, err);
	if (r < 0)
		return r;
	if (a->json)
		return print_json(&u, ctx->out, err);
	print_table(&u, ctx->out);
	return 0;
}

const struct par_cmd wpar_cmd_usage = {
	.name = "usage",
	.shown = "wparctl usage",
	.synopsis = "",
	.summary = "What this system and its WPARs use now",
	.opts = opts,
	.args_size = sizeof(struct usage_args),
	.run = usage_run,
};
