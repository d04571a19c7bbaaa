/* SPDX-License-Identifier: Apache-2.0 */
/* hmc status - managed systems, their LPARs and the WPARs in those, in one table */
#include "lpard/cli/columns.h"
#include "lpard/cli/commands/commands.h"
#include "lpard/cli/rows.h"
#include "lpard/cli/usage.h"
#include "lpard/common/text.h"

#include <string.h>

#define WATCH_S 2

struct status_args {
	const char *system;
	bool watch, json;
};

static const struct par_opt opts[] = {
	OPT_STR('m', "system", "SYSTEM", struct status_args, system, "Only this managed system",
		.values = "@systems"),
	OPT_FLAG('w', "watch", struct status_args, watch,
		 "Show it again every two seconds, until interrupted"),
	OPT_FLAG(0, "json", struct status_args, json, "As a JSON array of systems"),
	{ 0 },
};

/* Columns of the listings that are asked for; the names of the lists of fields below. */
enum { SYS_NAME, SYS_STATE, SYS_TYPE_MODEL, SYS_SERIAL };
enum { LPAR_NAME, LPAR_ID, LPAR_STATE, LPAR_OS, LPAR_RMC };
enum { MEM_NAME, MEM_CURR };
enum { PROC_NAME, PROC_CURR, PROC_UNITS };
#define SYS_FIELDS  "name,state,type_model,serial_num"
#define LPAR_FIELDS "name,lpar_id,state,os_version,rmc_state"
#define MEM_FIELDS  "lpar_name,curr_mem"
#define PROC_FIELDS "lpar_name,curr_procs,curr_proc_units"

/* "4.00" stays the number that it is; NULL or text becomes null. */
static int put_number_text(struct json_object *o, const char *key, const char *text)
{
	char *end = NULL;
	double n = text ? strtod(text, &end) : 0;

	if (!text || end == text || *end)
		return json_object_object_add(o, key, NULL);
	if (!strchr(text, '.'))
		return par_json_put(o, key, json_object_new_int64((int64_t)n));
	return par_json_put(o, key, json_object_new_double_s(n, text));
}

static struct json_object *new_in(struct json_object *list)
{
	struct json_object *o = json_object_new_object();

	if (o && json_object_array_add(list, o) == 0)
		return o;
	json_object_put(o);
	return NULL;
}

static struct json_object *member(struct json_object *o, const char *key)
{
	struct json_object *v = NULL;

	json_object_object_get_ex(o, key, &v);
	return v;
}

/* A member of what an LPAR has said, if it is of the kind it must be. */
static struct json_object *said_number(struct json_object *o, const char *key)
{
	struct json_object *v = member(o, key);
	bool number =
		json_object_is_type(v, json_type_int) || json_object_is_type(v, json_type_double);

	return number && json_object_get_double(v) >= 0 ? json_object_get(v) : NULL;
}

static int take_number(struct json_object *o, const char *key, struct json_object *said,
		       const char *said_key)
{
	struct json_object *v = said_number(said, said_key);

	return v ? par_json_put(o, key, v) : json_object_object_add(o, key, NULL);
}

/* JSON is shown on terminals too, and escapes only a part of what they obey. */
static int take_text(struct json_object *o, const char *key, struct json_object *said)
{
	struct json_object *v = member(said, key);
	autofree char *text =
		strdup(json_object_is_type(v, json_type_string) ? json_object_get_string(v) : "");

	if (!text)
		return -ENOMEM;
	par_text_clean(text, PAR_TEXT_FOREIGN, PAR_TEXT_LINE);
	return par_json_put_string(o, key, text);
}

static int put_wpars(struct json_object *lpar, struct json_object *said)
{
	struct json_object *wpars = json_object_new_array(), *list = member(said, "wpars");

	if (par_json_put(lpar, "wpars", wpars) < 0)
		return -ENOMEM;
	if (!json_object_is_type(list, json_type_array))
		return 0;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *from = json_object_array_get_idx(list, i);
		struct json_object *o;

		if (!json_object_is_type(from, json_type_object))
			continue;
		o = new_in(wpars);
		if (!o || take_text(o, "name", from) < 0 || take_text(o, "type", from) < 0 ||
		    take_text(o, "state", from) < 0 || take_text(o, "os", from) < 0 ||
		    take_number(o, "processors_used", from, "processors_used") < 0 ||
		    take_number(o, "memory_used", from, "memory_used") < 0 ||
		    take_number(o, "up_s", from, "up_s") < 0)
			return -ENOMEM;
	}
	return 0;
}

/* What is given and what runs are the same but while one of them changes. */
static int put_given(struct json_object *o, const struct cli_rows *mem, const struct cli_rows *proc,
		     const char *name)
{
	int m = cli_rows_find(mem, name), p = cli_rows_find(proc, name);
	const char *mib = m < 0 ? NULL : cli_rows_get(mem, (size_t)m, MEM_CURR);
	const char *units = p < 0 ? NULL : cli_rows_get(proc, (size_t)p, PROC_UNITS);
	uint64_t n = 0;

	if (!units && p >= 0)
		units = cli_rows_get(proc, (size_t)p, PROC_CURR);
	if (put_number_text(o, "processors", units) < 0)
		return -ENOMEM;
	if (!mib || par_parse_u64(mib, INT64_MAX >> 20, &n) < 0)
		return json_object_object_add(o, "memory", NULL);
	return par_json_put(o, "memory", json_object_new_int64((int64_t)(n << 20)));
}

static int put_lpars(struct json_object *system, const char *name, struct par_error **err)
{
	struct json_object *list = json_object_new_array();
	auto_rows lpars = { 0 }, mem = { 0 }, proc = { 0 };
	int r;

	if (par_json_put(system, "lpars", list) < 0)
		return par_oom(err);
	r = cli_rows_fetch("lpar", NULL, name, LPAR_FIELDS, &lpars, err);
	if (r < 0)
		return r;
	r = cli_rows_fetch("mem", "lpar", name, MEM_FIELDS, &mem, err);
	if (r < 0)
		return r;
	r = cli_rows_fetch("proc", "lpar", name, PROC_FIELDS, &proc, err);
	for (size_t i = 0; i < lpars.n && r == 0; i++) {
		const char *lpar = cli_rows_get(&lpars, i, LPAR_NAME);
		struct json_object *o = new_in(list);

		if (!o || par_json_put_string(o, "name", lpar) < 0 ||
		    put_number_text(o, "lpar_id", cli_rows_get(&lpars, i, LPAR_ID)) < 0 ||
		    par_json_put_string(o, "state", cli_rows_get(&lpars, i, LPAR_STATE)) < 0 ||
		    par_json_put_string(o, "os_version", cli_rows_get(&lpars, i, LPAR_OS)) < 0 ||
		    par_json_put_string(o, "rmc_state", cli_rows_get(&lpars, i, LPAR_RMC)) < 0 ||
		    put_given(o, &mem, &proc, lpar) < 0)
			return par_oom(err);
	}
	return r;
}

/* Of what the system has, and how much of that LPARs have been given. */
static int put_capacity(struct json_object *system, const char *name, struct par_error **err)
{
	auto_rows mem = { 0 }, proc = { 0 };
	uint64_t has = 0, free_mib = 0;
	double units, given;
	char text[32];
	int r = cli_rows_fetch("mem", "sys", name, "configurable_sys_mem,curr_avail_sys_mem", &mem,
			       err);

	if (r < 0)
		return r;
	r = cli_rows_fetch("proc", "sys", name,
			   "configurable_sys_proc_units,curr_avail_sys_proc_units", &proc, err);
	if (r < 0 || mem.n != 1 || proc.n != 1)
		return r;
	par_parse_u64(cli_rows_get(&mem, 0, 0), INT64_MAX >> 20, &has);
	par_parse_u64(cli_rows_get(&mem, 0, 1), has, &free_mib);
	units = strtod(cli_rows_get(&proc, 0, 0), NULL);
	given = units - strtod(cli_rows_get(&proc, 0, 1), NULL);
	snprintf(text, sizeof(text), "%.2f", given > 0 ? given : 0);
	if (put_number_text(system, "processors", cli_rows_get(&proc, 0, 0)) < 0 ||
	    par_json_put(system, "processors_given", json_object_new_double_s(given, text)) < 0 ||
	    par_json_put(system, "memory", json_object_new_int64((int64_t)(has << 20))) < 0 ||
	    par_json_put(system, "memory_given",
			 json_object_new_int64((int64_t)((has - free_mib) << 20))) < 0)
		return par_oom(err);
	return 0;
}

/* The systems with their LPARs, from lpard alone. */
static int list_systems(const char *only, struct json_object *all, struct par_error **err)
{
	auto_rows systems = { 0 };
	int r = cli_rows_fetch("sys", NULL, only, SYS_FIELDS, &systems, err);

	for (size_t i = 0; i < systems.n && r == 0; i++) {
		const char *name = cli_rows_get(&systems, i, SYS_NAME);
		const char *state = cli_rows_get(&systems, i, SYS_STATE);
		struct json_object *o = new_in(all);

		if (!o || par_json_put_string(o, "name", name) < 0 ||
		    par_json_put_string(o, "state", state) < 0 ||
		    par_json_put_string(o, "type_model",
					cli_rows_get(&systems, i, SYS_TYPE_MODEL)) < 0 ||
		    par_json_put_string(o, "serial_num", cli_rows_get(&systems, i, SYS_SERIAL)) < 0)
			return par_oom(err);
		/* One that lpard has no connection to has nothing more to tell. */
		if (!par_streq(state, "Operating"))
			continue;
		r = put_capacity(o, name, err);
		if (r < 0)
			return r;
		r = put_lpars(o, name, err);
	}
	return r;
}

static const char *text_of(struct json_object *o, const char *key)
{
	struct json_object *v = member(o, key);

	return json_object_is_type(v, json_type_string) ? json_object_get_string(v) : "";
}

typedef int (*lpar_fn)(struct json_object *system, struct json_object *lpar, void *user);

static int each_lpar(struct json_object *all, lpar_fn fn, void *user)
{
	int r = 0;

	for (size_t i = 0; i < json_object_array_length(all) && r == 0; i++) {
		struct json_object *system = json_object_array_get_idx(all, i);
		struct json_object *lpars = member(system, "lpars");

		for (size_t k = 0; lpars && k < json_object_array_length(lpars) && r == 0; k++)
			r = fn(system, json_object_array_get_idx(lpars, k), user);
	}
	return r;
}

struct questions {
	struct cli_usage_ask *asks;
	size_t n;
};

static int add_question(struct json_object *system, struct json_object *lpar, void *user)
{
	struct questions *q = user;
	struct cli_usage_ask *asks;

	if (strcmp(text_of(lpar, "rmc_state"), "active") != 0)
		return 0;
	asks = reallocarray(q->asks, q->n + 1, sizeof(*asks));
	if (!asks)
		return -ENOMEM;
	q->asks = asks;
	asks[q->n++] = (struct cli_usage_ask){ .system = text_of(system, "name"),
					       .lpar = text_of(lpar, "name") };
	return 0;
}

static int add_answer(struct json_object *system, struct json_object *lpar, void *user)
{
	struct questions *q = user;
	struct json_object *said = NULL;

	for (size_t i = 0; i < q->n; i++) {
		if (strcmp(q->asks[i].system, text_of(system, "name")) == 0 &&
		    strcmp(q->asks[i].lpar, text_of(lpar, "name")) == 0)
			said = q->asks[i].said;
	}
	if (take_number(lpar, "processors_used", said, "processors_used") < 0 ||
	    take_number(lpar, "memory_used", said, "memory_used") < 0 ||
	    take_number(lpar, "up_s", said, "up_s") < 0)
		return -ENOMEM;
	return put_wpars(lpar, said);
}

static int ask_all(struct json_object *all, struct questions *q, struct par_error **err)
{
	int r = each_lpar(all, add_question, q);

	if (r < 0)
		return r;
	r = cli_usage_ask(q->asks, q->n, err);
	return r < 0 ? r : each_lpar(all, add_answer, q);
}

/* What the LPARs themselves say. */
static int ask_lpars(struct json_object *all, struct par_error **err)
{
	struct questions q = { 0 };
	int r = ask_all(all, &q, err);

	for (size_t i = 0; i < q.n; i++)
		json_object_put(q.asks[i].said);
	free(q.asks);
	return r == -ENOMEM ? par_oom(err) : r;
}

static const struct cli_column columns[] = {
	{ "Name", false }, { "State", false }, { "System release", false },
	{ "Procs", true }, { "Used", true },   { "Memory", true },
	{ "Used", true },  { "Up", true },
};

/* A row of the table from an object with the members that all three kinds of objects share. */
static int add_row(struct cli_columns *c, const char *indent, struct json_object *o, const char *os,
		   const char *procs_used, const char *memory_used)
{
	char procs[32] = "", used[32] = "", memory[16] = "", taken[16] = "", up[32] = "";
	struct json_object *v;
	autofree char *name = par_strdup_printf("%s%s", indent, text_of(o, "name"));

	if (!name)
		return -ENOMEM;
	if ((v = member(o, "processors")))
		snprintf(procs, sizeof(procs), "%.2f", json_object_get_double(v));
	if ((v = member(o, procs_used)))
		snprintf(used, sizeof(used), "%.2f", json_object_get_double(v));
	if ((v = member(o, "memory")))
		cli_put_size(memory, (uint64_t)json_object_get_int64(v));
	if ((v = member(o, memory_used)))
		cli_put_size(taken, (uint64_t)json_object_get_int64(v));
	if ((v = member(o, "up_s")))
		cli_put_duration(up, (uint64_t)json_object_get_int64(v));
	return cli_columns_add(c,
			       (const char *const[]){ name, text_of(o, "state"), os, procs, used,
						      memory, taken, up },
			       1, cli_state_colour(text_of(o, "state")));
}

static int add_system(struct cli_columns *c, struct json_object *system)
{
	struct json_object *lpars = member(system, "lpars");
	autofree char *mtms = par_strdup_printf("%s*%s", text_of(system, "type_model"),
						text_of(system, "serial_num"));
	int r = mtms ? add_row(c, "", system, mtms, "processors_given", "memory_given") : -ENOMEM;

	for (size_t i = 0; lpars && i < json_object_array_length(lpars) && r == 0; i++) {
		struct json_object *lpar = json_object_array_get_idx(lpars, i);
		struct json_object *wpars = member(lpar, "wpars");
		const char *os = text_of(lpar, "os_version");

		r = add_row(c, "  ", lpar, strcmp(os, "Unknown") == 0 ? "" : os, "processors_used",
			    "memory_used");
		for (size_t k = 0; wpars && k < json_object_array_length(wpars) && r == 0; k++) {
			struct json_object *w = json_object_array_get_idx(wpars, k);

			r = add_row(c, "    ", w, text_of(w, "os"), "processors_used",
				    "memory_used");
		}
	}
	return r;
}

static int print_table(struct json_object *all, FILE *out, struct par_error **err)
{
	auto_columns c = cli_columns_new(columns, PAR_ARRAY_SIZE(columns));
	int r = c ? 0 : -ENOMEM;

	for (size_t i = 0; i < json_object_array_length(all) && r == 0; i++)
		r = add_system(c, json_object_array_get_idx(all, i));
	if (r < 0)
		return par_oom(err);
	if (json_object_array_length(all) == 0)
		fputs("lpard has no managed system; lpard.conf(5) says how to add one.\n", out);
	else
		cli_columns_print(c, out, cli_wants_colour(out));
	return 0;
}

static int show_once(const struct par_cmd_ctx *ctx, const struct status_args *a,
		     struct par_error **err)
{
	auto_json all = json_object_new_array();
	int r = all ? list_systems(a->system, all, err) : par_oom(err);

	if (r < 0)
		return r;
	r = ask_lpars(all, err);
	if (r < 0)
		return r;
	/* The table comes whole: the screen is cleared when it is there. */
	if (a->watch && isatty(fileno(ctx->out)))
		fputs("\033[H\033[2J", ctx->out);
	if (!a->json)
		return print_table(all, ctx->out, err);
	par_json_print(ctx->out, all);
	return 0;
}

static int status_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct status_args *a = args;
	int r;

	for (;;) {
		r = show_once(ctx, a, err);
		if (r < 0 || !a->watch)
			return r;
		if (fflush(ctx->out) != 0)
			return 0;
		sleep(WATCH_S);
	}
}

const struct par_cmd cmd_status = {
	.name = "status",
	.shown = "hmc status",
	.synopsis = "",
	.summary = "Systems, their LPARs and WPARs in one table",
	.family = PAR_FAMILY_OWN,
	.opts = opts,
	.args_size = sizeof(struct status_args),
	.run = status_run,
};
