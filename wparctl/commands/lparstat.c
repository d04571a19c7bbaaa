/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lparstat: what the logical partition has (-i), which WPAR this is (-W), and how busy the
 * processors are.  The same in the global environment, in a WPAR and on a machine that is no
 * partition, where what only a hypervisor knows is "-".
 */
#include "wparctl/commands/commands.h"

#include "lpard/common/fs.h"
#include "lpard/common/json.h"
#include "wparctl/resources/lpar.h"
#include "wparctl/resources/cgroup_usage.h"
#include "wparctl/runtime/inside/inside.h"

#include <inttypes.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <time.h>

#define LABEL_WIDTH   43 /* programs cut at the colon; AIX has it there */
#define COUNT_ENDLESS UINT64_MAX
#define HEADER_EVERY  20 /* lines */

struct lparstat_args {
	bool info, wpar, json;
};

static const struct par_opt opts[] = {
	OPT_FLAG('i', NULL, struct lparstat_args, info, "Show the configuration of the partition"),
	OPT_FLAG('W', NULL, struct lparstat_args, wpar,
		 "Show the numbers of the workload partition: 0 in the global environment"),
	OPT_FLAG(0, "json", struct lparstat_args, json, "As a JSON object"),
	{ 0 },
};

/* What rows are made from. */
struct facts {
	struct wpar_lpar lpar;
	struct utsname uts;
	uint64_t memory_mib;
	unsigned int processors;
	uint32_t wpar; /* 0: the global environment */
};

static void facts_done(struct facts *f)
{
	wpar_lpar_done(&f->lpar);
}

static void facts_get(struct facts *f)
{
	struct sysinfo info = { 0 };
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	wpar_lpar_get(&f->lpar);
	uname(&f->uts);
	sysinfo(&info);
	f->memory_mib = (uint64_t)info.totalram * info.mem_unit >> 20;
	f->processors = processors > 0 ? (unsigned int)processors : 1;
	f->wpar = wpar_inside_key();
}

static bool is_shared(const struct facts *f)
{
	uint64_t shared = 0;

	return wpar_lpar_value(&f->lpar, "shared_processor_mode", &shared) && shared;
}

static bool is_capped(const struct facts *f)
{
	uint64_t capped = 1;

	wpar_lpar_value(&f->lpar, "capped", &capped);
	return capped || !is_shared(f);
}

/* Hundredths of a processor: what the hypervisor has promised, or all that are here. */
static uint64_t entitled_x100(const struct facts *f)
{
	uint64_t n;

	return wpar_lpar_value(&f->lpar, "partition_entitled_capacity", &n) && n
		       ? n
		       : f->processors * UINT64_C(100);
}

static void put_number(const struct facts *f, const char *key, struct par_buf *b)
{
	uint64_t n;

	if (wpar_lpar_value(&f->lpar, key, &n))
		par_buf_put_u64(b, n);
}

static void put_x100(uint64_t n, struct par_buf *b)
{
	par_buf_printf(b, "%" PRIu64 ".%02" PRIu64, n / 100, n % 100);
}

static void put_capacity(const struct facts *f, const char *key, struct par_buf *b)
{
	uint64_t n;

	if (wpar_lpar_value(&f->lpar, key, &n))
		put_x100(n, b);
}

static void put_node(const struct facts *f, const char *key, struct par_buf *b)
{
	(void)key;
	par_buf_puts(b, f->uts.nodename);
}

static void put_lpar_name(const struct facts *f, const char *key, struct par_buf *b)
{
	(void)key;
	par_buf_puts(b, f->lpar.name);
}

static void put_lpar_number(const struct facts *f, const char *key, struct par_buf *b)
{
	(void)key;
	if (f->lpar.number >= 0)
		par_buf_put_u64(b, (uint64_t)f->lpar.number);
}

static void put_type(const struct facts *f, const char *key, struct par_buf *b)
{
	(void)key;
	par_buf_puts(b, is_shared(f) ? "Shared" : "Dedicated");
}

static void put_mode(const struct facts *f, const char *key, struct par_buf *b)
{
	(void)key;
	par_buf_puts(b, is_capped(f) ? "Capped" : "Uncapped");
}

static void put_entitled(const struct facts *f, const char *key, struct par_buf *b)
{
	(void)key;
	put_x100(entitled_x100(f), b);
}

static void put_processors(const struct facts *f, const char *key, struct par_buf *b)
{
	(void)key;
	par_buf_put_u64(b, f->processors);
}

static void put_memory(const struct facts *f, const char *key, struct par_buf *b)
{
	(void)key;
	par_buf_printf(b, "%" PRIu64 " MB", f->memory_mib);
}

static void put_wpar(const struct facts *f, const char *key, struct par_buf *b)
{
	(void)key;
	par_buf_put_u64(b, f->wpar);
}

static const struct row {
	const char *label;
	void (*put)(const struct facts *f, const char *key, struct par_buf *b);
	const char *key;  /* of lparcfg */
	const char *json; /* its member */
} info_rows[] = {
	{ "Node Name", put_node, NULL, "node_name" },
	{ "Partition Name", put_lpar_name, NULL, "partition_name" },
	{ "Partition Number", put_lpar_number, NULL, "partition_number" },
	{ "Type", put_type, NULL, "type" },
	{ "Mode", put_mode, NULL, "mode" },
	{ "Entitled Capacity", put_entitled, NULL, "entitled_capacity" },
	{ "Partition Group-ID", put_number, "group", "partition_group_id" },
	{ "Shared Pool ID", put_number, "pool", "shared_pool_id" },
	{ "Online Virtual CPUs", put_processors, NULL, "online_virtual_cpus" },
	{ "Maximum Virtual CPUs", put_number, "partition_potential_processors",
	  "maximum_virtual_cpus" },
	{ "Minimum Virtual CPUs", put_number, "partition_min_processors", "minimum_virtual_cpus" },
	{ "Online Memory", put_memory, NULL, "online_memory" },
	{ "Variable Capacity Weight", put_number, "capacity_weight", "variable_capacity_weight" },
	{ "Minimum Capacity", put_capacity, "MinEntCap", "minimum_capacity" },
	{ "Maximum Capacity", put_capacity, "partition_max_entitled_capacity", "maximum_capacity" },
	{ "Capacity Increment", put_capacity, "capacity_increment", "capacity_increment" },
	{ "Maximum Physical CPUs in system", put_number, "system_potential_processors",
	  "maximum_physical_cpus" },
	{ "Active Physical CPUs in system", put_number, "system_active_processors",
	  "active_physical_cpus" },
	{ "Active CPUs in Pool", put_number, "physical_procs_allocated_to_virtualization",
	  "active_cpus_in_pool" },
	{ "Unallocated Capacity", put_capacity, "unallocated_capacity", "unallocated_capacity" },
	{ "Unallocated Weight", put_number, "unallocated_capacity_weight", "unallocated_weight" },
};

static const struct row wpar_rows[] = {
	{ "WPAR Key", put_wpar, NULL, "wpar_key" },
	{ "WPAR Configured ID", put_wpar, NULL, "wpar_configured_id" },
};

static void print_rows(const struct row *rows, size_t n, const struct facts *f, FILE *out)
{
	for (size_t i = 0; i < n; i++) {
		auto_buf b = { 0 };

		rows[i].put(f, rows[i].key, &b);
		fprintf(out, "%-*s: %s\n", LABEL_WIDTH, rows[i].label, b.len ? b.data : "-");
	}
}

/* A text as AIX shows it; null for what is not known. */
static int put_json(struct json_object *o, const struct row *rows, size_t n, const struct facts *f)
{
	for (size_t i = 0; i < n; i++) {
		auto_buf b = { 0 };

		rows[i].put(f, rows[i].key, &b);
		if (par_json_put_string(o, rows[i].json, b.len ? b.data : NULL) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int take_times(struct wpar_usage_times *ret, struct par_error **err)
{
	auto_buf b = { 0 };
	int r = par_fs_read("/proc/stat", 1 << 20, &b);

	if (r < 0 || !b.data || !wpar_usage_times(b.data, ret))
		return par_fail(err, PAR_E_SYSTEM, r < 0 ? r : EPROTO, "/proc/stat cannot be read");
	return 0;
}

/* Between two readings, in percent; of a shared partition also processors in use. */
struct use {
	double user, sys, wait, idle, busy_processors;
};

static struct use use_between(const struct wpar_usage_times *a, const struct wpar_usage_times *b,
			      unsigned int processors)
{
	double user = (double)(b->user - a->user), sys = (double)(b->system - a->system);
	double wait = b->wait > a->wait ? (double)(b->wait - a->wait) : 0;
	double idle = b->idle > a->idle ? (double)(b->idle - a->idle) : 0;
	double all = user + sys + wait + idle;

	if (all <= 0)
		return (struct use){ .idle = 100 };
	return (struct use){ .user = user * 100 / all,
			     .sys = sys * 100 / all,
			     .wait = wait * 100 / all,
			     .idle = idle * 100 / all,
			     .busy_processors = (user + sys) / all * processors };
}

static void print_system(const struct facts *f, FILE *out)
{
	fprintf(out, "\nSystem configuration: type=%s mode=%s lcpu=%u mem=%" PRIu64 "MB",
		is_shared(f) ? "Shared" : "Dedicated", is_capped(f) ? "Capped" : "Uncapped",
		f->processors, f->memory_mib);
	if (is_shared(f))
		fprintf(out, " ent=%" PRIu64 ".%02" PRIu64, entitled_x100(f) / 100,
			entitled_x100(f) % 100);
	fputs(" \n", out);
}

static void print_use_header(bool shared, FILE *out)
{
	fprintf(out, "\n%%user  %%sys  %%wait  %%idle%s\n", shared ? " physc %entc" : "");
	fprintf(out, "----- ----- ------ ------%s\n", shared ? " ----- -----" : "");
}

static void print_use(const struct facts *f, const struct use *u, FILE *out)
{
	fprintf(out, "%5.1f %5.1f %6.1f %6.1f", u->user, u->sys, u->wait, u->idle);
	if (is_shared(f))
		fprintf(out, " %5.2f %5.1f", u->busy_processors,
			u->busy_processors * 10000 / (double)entitled_x100(f));
	fputc('\n', out);
	fflush(out);
}

static int put_percent(struct json_object *o, const char *key, double n)
{
	char text[32];

	snprintf(text, sizeof(text), "%.1f", n);
	return par_json_put(o, key, json_object_new_double_s(n, text));
}

static int put_use(struct json_object *o, const struct use *u)
{
	if (put_percent(o, "user_percent", u->user) < 0 ||
	    put_percent(o, "sys_percent", u->sys) < 0 ||
	    put_percent(o, "wait_percent", u->wait) < 0)
		return -ENOMEM;
	return put_percent(o, "idle_percent", u->idle);
}

/* Since the system's start, or @count lines for @interval seconds each. */
static int print_times(const struct par_cmd_ctx *ctx, const struct facts *f, uint64_t interval,
		       uint64_t count, struct par_error **err)
{
	struct wpar_usage_times before = { 0 }, now = { 0 };
	int r;

	print_system(f, ctx->out);
	r = interval ? take_times(&before, err) : 0;
	for (uint64_t i = 0; r == 0 && i < count; i++) {
		struct use u;

		if (i % HEADER_EVERY == 0)
			print_use_header(is_shared(f), ctx->out);
		if (interval)
			sleep((unsigned int)interval);
		r = take_times(&now, err);
		if (r < 0)
			break;
		u = use_between(&before, &now, f->processors);
		print_use(f, &u, ctx->out);
		before = now;
	}
	return r;
}

static int print_json(const struct lparstat_args *a, const struct facts *f, FILE *out,
		      struct par_error **err)
{
	auto_json o = json_object_new_object();
	struct wpar_usage_times none = { 0 }, now = { 0 };
	struct use u;
	int r;

	if (!o || (a->info && put_json(o, info_rows, PAR_ARRAY_SIZE(info_rows), f) < 0) ||
	    (a->wpar && put_json(o, wpar_rows, PAR_ARRAY_SIZE(wpar_rows), f) < 0))
		return par_oom(err);
	if (!a->info && !a->wpar) {
		r = take_times(&now, err);
		if (r < 0)
			return r;
		u = use_between(&none, &now, f->processors);
		if (put_use(o, &u) < 0)
			return par_oom(err);
	}
	par_json_print(out, o);
	return 0;
}

static int parse_operand(const struct par_cmd_ctx *ctx, int i, const char *what, uint64_t *ret,
			 struct par_error **err)
{
	if (ctx->argc <= i)
		return 0;
	if (par_parse_u64(ctx->argv[i], INT32_MAX, ret) < 0 || *ret == 0)
		return par_fail(err, PAR_E_USAGE, 0,
				"the %s '%s' must be a whole number of 1 to %d", what, ctx->argv[i],
				INT32_MAX);
	return 0;
}

static int lparstat_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct lparstat_args *a = args;
	par_cleanup(facts_done) struct facts f = { 0 };
	uint64_t interval = 0, count = ctx->argc > 0 ? COUNT_ENDLESS : 1;
	int r = parse_operand(ctx, 0, "interval", &interval, err);

	if (r < 0)
		return r;
	r = parse_operand(ctx, 1, "count", &count, err);
	if (r < 0)
		return r;
	if (ctx->argc > 0 && (a->info || a->wpar || a->json))
		return par_fail(err, PAR_E_USAGE, 0,
				"an interval cannot be given with -i, -W or --json");
	facts_get(&f);
	if (a->json)
		return print_json(a, &f, ctx->out, err);
	if (a->info)
		print_rows(info_rows, PAR_ARRAY_SIZE(info_rows), &f, ctx->out);
	if (a->wpar)
		print_rows(wpar_rows, PAR_ARRAY_SIZE(wpar_rows), &f, ctx->out);
	return a->info || a->wpar ? 0 : print_times(ctx, &f, interval, count, err);
}

const struct par_cmd wpar_cmd_lparstat = {
	.name = "lparstat",
	.synopsis = "[INTERVAL [COUNT]]",
	.summary = "Show the logical partition, the workload partition's number, and processor use",
	.family = PAR_FAMILY_AIX,
	.max_args = 2,
	.opts = opts,
	.args_size = sizeof(struct lparstat_args),
	.run = lparstat_run,
};
