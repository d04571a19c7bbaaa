/* SPDX-License-Identifier: Apache-2.0 */
/* wparctl usage: what this LPAR and its WPARs use now.  `hmc status` asks each LPAR for it. */
#include "wparctl/commands/commands.h"

#include "lpard/common/json.h"
#include "wparctl/operations/uses.h"

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

static int put_wpar(struct json_object *list, const struct wpar_uses *u, const struct wpar_use *w)
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
	if (wpar_uses_put_processors(o, wpar_uses_processors(u, &w->before, &w->now)) < 0 ||
	    wpar_uses_put_number(o, "memory_used", w->now.memory) < 0 ||
	    wpar_uses_put_number(o, "processes", w->now.processes) < 0 ||
	    wpar_uses_put_number(o, "up_s", w->now.up_s) < 0)
		return -ENOMEM;
	return 0;
}

static int print_json(const struct wpar_uses *u, FILE *out, struct par_error **err)
{
	auto_json o = json_object_new_object();
	struct json_object *wpars = json_object_new_array();

	if (par_json_put(o, "wpars", wpars) < 0 ||
	    wpar_uses_put_number(o, "processors", u->now.processors) < 0 ||
	    wpar_uses_put_processors(o, wpar_uses_processors(u, &u->before.usage, &u->now.usage)) <
		    0 ||
	    wpar_uses_put_number(o, "memory", u->now.memory_total) < 0 ||
	    wpar_uses_put_number(o, "memory_used", u->now.usage.memory) < 0 ||
	    wpar_uses_put_number(o, "up_s", u->now.usage.up_s) < 0)
		return par_oom(err);
	for (size_t i = 0; i < u->n; i++) {
		if (put_wpar(wpars, u, &u->v[i]) < 0)
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

static void print_table(const struct wpar_uses *u, FILE *out)
{
	fprintf(out, "%-25s  %-12s  %10s  %10s  %9s\n", "Name", "State", "Processors", "Memory MiB",
		"Up s");
	put_row(out, "Global", "Active", wpar_uses_processors(u, &u->before.usage, &u->now.usage),
		&u->now.usage);
	for (size_t i = 0; i < u->n; i++) {
		const struct wpar_use *w = &u->v[i];

		put_row(out, w->name, w->state, wpar_uses_processors(u, &w->before, &w->now),
			w->cgroup < 0 ? NULL : &w->now);
	}
}

static int usage_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct timespec pause = { .tv_nsec = SAMPLE_MS * 1000000L };
	const struct usage_args *a = args;
	auto_uses u = { 0 };
	int r = wpar_uses_take(NULL, &u, err);

	if (r < 0)
		return r;
	nanosleep(&pause, NULL);
	r = wpar_uses_again(&u, err);
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
