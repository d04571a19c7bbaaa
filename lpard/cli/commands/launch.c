/* SPDX-License-Identifier: Apache-2.0 */
/* hmc launch - make an LPAR with sensible values and activate it */
#include "lpard/cli/commands/commands.h"
#include "lpard/cli/remote.h"
#include "lpard/cli/rows.h"
#include "lpard/cli/unfinished.h"
#include "lpard/common/process.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MEMORY_MIB 1024
#define PROCS	   1
#define PROFILE	   "default"
#define WAIT_S	   600 /* for the agent of an LPAR that boots */

struct launch_args {
	const char *system, *memory, *image;
	uint64_t procs;
	bool wait, progress;
};

static const struct par_opt opts[] = {
	OPT_STR('m', "system", "SYSTEM", struct launch_args, system,
		"The managed system; may be left out when there is one, or LPARD_SYSTEM is set",
		.values = "@systems"),
	OPT_STR(0, "memory", "SIZE", struct launch_args, memory,
		"Memory: 2G, 512M, or a number of MiB; rounded up to what the system gives (default: 1G)"),
	OPT_U64(0, "procs", "N", struct launch_args, procs, "Virtual processors (default: 1)",
		.field.min = 1, .field.max = 256),
	OPT_STR(0, "image", "IMAGE", struct launch_args, image,
		"Boot image (default: that of the system; hmc images lists them)",
		.values = "@images"),
	OPT_FLAG(0, "wait", struct launch_args, wait, "Wait until commands can be run in it"),
	OPT_FLAG(0, "progress", struct launch_args, progress,
		 "Show what is being done (on a terminal always)"),
	{ 0 },
};

/* "2G", "512M", "512": MiB */
static int read_memory(const char *text, uint64_t *ret, struct par_error **err)
{
	size_t len = text ? strlen(text) : 0;
	char last = len ? text[len - 1] : '\0';
	bool gib = last == 'G' || last == 'g', mib = last == 'M' || last == 'm';
	autofree char *digits = strndup(text ? text : "", gib || mib ? len - 1 : len);

	if (!digits)
		return par_oom(err);
	if (!text) {
		*ret = MEMORY_MIB;
		return 0;
	}
	if (par_parse_u64(digits, UINT32_MAX, ret) < 0 || *ret == 0)
		return par_fail(
			err, PAR_E_USAGE, 0,
			"option --memory cannot be '%s': it is a size such as 1024, 512M or 2G",
			text);
	if (gib)
		*ret *= 1024;
	return 0;
}

/* What sizes of memory of @system must be multiples of, in MiB. */
static int read_region(const char *system, uint64_t *ret, struct par_error **err)
{
	auto_rows rows = { 0 };
	int r = cli_rows_fetch("mem", "sys", system, "mem_region_size", &rows, err);

	if (r < 0)
		return r;
	if (rows.n != 1 || !cli_rows_get(&rows, 0, 0) ||
	    par_parse_u64(cli_rows_get(&rows, 0, 0), UINT32_MAX, ret) < 0 || *ret == 0)
		return par_fail(err, PAR_E_PROTOCOL, 0,
				"lpard does not say the memory region size");
	return 0;
}

/*
 * The configuration data: room to take away half and to add as much again; shared processors, half
 * a processor's worth for each virtual one, more when the system has it.
 */
static int make_attributes(const struct launch_args *a, const char *name, uint64_t region,
			   struct par_attrs *ret, struct par_error **err)
{
	unsigned int procs = a->procs ? (unsigned int)a->procs : PROCS, most = procs * 4;
	auto_buf text = { 0 };
	uint64_t mib = 0, least;
	int r = read_memory(a->memory, &mib, err);

	if (r < 0)
		return r;
	mib = (mib + region - 1) / region * region;
	least = mib / 2 / region * region;
	most = most > 256 ? 256 : most;
	par_buf_printf(&text, "profile_name=" PROFILE ",lpar_env=aixlinux,boot_mode=norm,");
	par_buf_printf(&text, "min_mem=%llu,desired_mem=%llu,max_mem=%llu,",
		       (unsigned long long)(least ? least : region), (unsigned long long)mib,
		       (unsigned long long)mib * 2);
	par_buf_printf(&text, "proc_mode=shared,sharing_mode=uncap,uncap_weight=128,");
	par_buf_printf(&text, "min_procs=1,desired_procs=%u,max_procs=%u,", procs, most);
	par_buf_printf(&text, "min_proc_units=0.05,desired_proc_units=%.2f,max_proc_units=%u.0",
		       procs / 2.0, most);
	if (text.failed)
		return par_oom(err);
	r = par_attrs_parse(text.data, ret, err);
	if (r < 0)
		return r;
	if (par_attrs_add(ret, "name", PAR_ATTR_SET, name) < 0 ||
	    (a->image && par_attrs_add(ret, "boot_image", PAR_ATTR_SET, a->image) < 0))
		return par_oom(err);
	return 0;
}

static int call_create(const char *system, const struct par_attrs *attrs, struct par_error **err)
{
	auto_json params = json_object_new_object();
	int r;

	if (par_json_put_string(params, "resource", "lpar") < 0 ||
	    par_json_put_string(params, "system", system) < 0)
		return par_oom(err);
	r = cli_put_attributes(params, attrs, err);
	return r < 0 ? r : cli_call("Create", take_ptr(params), NULL, err);
}

/* What a killed launch has left, an LPAR just like the one that is wanted, is gone on with. */
static int create_or_go_on(const char *system, const char *name, const struct par_attrs *attrs,
			   bool *ret_made, struct par_error **err)
{
	auto_error why = NULL;
	int r = call_create(system, attrs, &why);

	*ret_made = r == 0;
	if (r == 0 ||
	    (why && why->id == PAR_E_EXISTS && cli_lpar_is_unfinished(system, name, attrs)))
		return 0;
	par_error_move(err, &why);
	return r;
}

static int call_remove(const char *system, const char *name, struct par_error **err)
{
	auto_json params = json_object_new_object();

	if (par_json_put_string(params, "resource", "lpar") < 0 ||
	    par_json_put_string(params, "system", system) < 0 ||
	    par_json_put_string(params, "lpar", name) < 0)
		return par_oom(err);
	return cli_call("Remove", take_ptr(params), NULL, err);
}

struct watcher {
	FILE *err;
	bool shown, line; /* line: each replaces the last */
	bool open;	  /* a line that is to be replaced stands there */
};

static void watcher_end(struct watcher *w)
{
	if (w->open)
		fputs("\r\033[K", w->err);
	w->open = false;
	fflush(w->err);
}

static void watcher_say(struct watcher *w, const char *lpar, const char *what, unsigned int percent)
{
	if (!w->shown)
		return;
	fprintf(w->err, w->line ? "\r\033[K%s: %3u%% %s" : "%s: %3u%% %s\n", lpar, percent, what);
	w->open = w->line;
	fflush(w->err);
}

static int show_progress(struct json_object *reply, void *user)
{
	struct cli_progress p;

	if (cli_progress_read(reply, &p))
		watcher_say(user, p.lpar, p.stage, p.percent);
	return 0;
}

static int call_activate(const char *system, const char *name, struct watcher *w,
			 struct par_error **err)
{
	auto_json params = json_object_new_object();
	char *const lpars[] = { (char *)(uintptr_t)name };
	auto_varlink v = NULL;
	int r;

	if (par_json_put_string(params, "resource", "lpar") < 0 ||
	    par_json_put_string(params, "system", system) < 0 ||
	    par_json_put_string(params, "operation", "on") < 0 ||
	    par_json_put_string(params, "profile", PROFILE) < 0 ||
	    par_json_put_strv(params, "lpars", lpars, 1) < 0)
		return par_oom(err);
	r = cli_connect(&v, err);
	if (r < 0)
		return r;
	r = par_varlink_call_more(v, "org.lpard.ChangeState", params, -1, show_progress, w, NULL,
				  err);
	watcher_end(w);
	return r;
}

/* Until its agent runs a command. */
static int wait_for_agent(const char *system, const char *name, struct watcher *w,
			  struct par_error **err)
{
	static const char *const command[] = { "true", NULL };
	pid_t pid;
	int status = 0;
	int r;

	watcher_say(w, name, "the operating system starts", 100);
	r = cli_remote_start(system, name, WAIT_S, command, -1, STDERR_FILENO, &pid, err);
	if (r < 0)
		return r;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	watcher_end(w);
	if (par_exit_status(status) != 0)
		return par_fail(
			err, PAR_E_TIMED_OUT, 0,
			"'%s' runs, but no command can be run in it; see its console: mkvterm "
			"-m %s -p %s",
			name, system, name);
	return 0;
}

/* One thing of which an LPAR may be given less than it was to have. */
struct cut {
	const char *resource, *column, *wanted, *unit;
};

static void say_cut(const char *system, const char *name, const struct par_attrs *attrs,
		    const struct cut *cut, FILE *out)
{
	const char *wanted = par_attrs_get(attrs, cut->wanted), *given;
	autofree char *columns = par_strdup_printf("lpar_name,%s", cut->column);
	auto_rows rows = { 0 };
	int at = -1;

	if (columns && cli_rows_fetch(cut->resource, "lpar", system, columns, &rows, NULL) == 0)
		at = cli_rows_find(&rows, name);
	given = at < 0 ? NULL : cli_rows_get(&rows, (size_t)at, 1);
	if (wanted && given && strtod(given, NULL) < strtod(wanted, NULL))
		fprintf(out,
			"hmc launch: '%s' was given %s of the %s %s that it was to have: there is no "
			"more\n",
			name, given, wanted, cut->unit);
}

/* As on an HMC, an LPAR starts with less than desired when there is no more; but that is said. */
static void say_cuts(const char *system, const char *name, const struct par_attrs *attrs, FILE *out)
{
	static const struct cut cuts[] = {
		{ "mem", "run_mem", "desired_mem", "MiB" },
		{ "proc", "run_procs", "desired_procs", "virtual processors" },
		{ "proc", "run_proc_units", "desired_proc_units", "processing units" },
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(cuts); i++)
		say_cut(system, name, attrs, &cuts[i], out);
}

/*
 * An LPAR that is not there any more is in no state: of the HMC's message only the reason is said.
 * "HSCL3205 The partition named X entered the Error state with reference code C.  REASON"
 */
static void say_reason(struct par_error **err, const char *name)
{
	const char *text = *err && (*err)->msg ? (*err)->msg : "", *reason = text, *dot;
	enum par_error_id id = *err ? (*err)->id : PAR_E_SYSTEM;
	auto_error told = NULL;

	dot = par_starts_with(text, "HSCL3205 ") ? strstr(text, ".  ") : NULL;
	if (dot)
		reason = dot + 3;
	if (par_starts_with(reason, "It "))
		par_fail(&told, id, 0, "'%s' cannot be activated, and is removed again: it %s",
			 name, reason + 3);
	else
		par_fail(&told, id, 0, "'%s' cannot be activated, and is removed again: %s", name,
			 reason);
	par_error_free(err);
	par_error_move(err, &told);
}

static int launch_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct launch_args *a = args;
	const char *name = ctx->argv[0];
	bool terminal = isatty(fileno(ctx->err));
	struct watcher w = { .err = ctx->err, .shown = a->progress || terminal, .line = terminal };
	autofree char *system = NULL;
	auto_error undo = NULL;
	auto_attrs attrs = { 0 };
	uint64_t region = 1;
	bool made;
	int r = cli_system(a->system, &system, err);

	if (r < 0)
		return r;
	r = read_region(system, &region, err);
	if (r < 0)
		return r;
	r = make_attributes(a, name, region, &attrs, err);
	if (r < 0)
		return r;
	r = create_or_go_on(system, name, &attrs, &made, err);
	if (r < 0)
		return r;
	r = call_activate(system, name, &w, err);
	if (r < 0) {
		/* Nothing half made: what cannot be activated goes again, if it was made here. */
		if (!made)
			fprintf(ctx->err, "hmc launch: '%s' stays defined, as it was\n", name);
		else if (call_remove(system, name, &undo) < 0)
			fprintf(ctx->err, "hmc launch: '%s' stays defined: %s\n", name,
				par_error_text(undo));
		else
			say_reason(err, name);
		return r;
	}
	say_cuts(system, name, &attrs, ctx->err);
	if (a->wait)
		r = wait_for_agent(system, name, &w, err);
	if (r == 0 && terminal)
		fprintf(ctx->err, "%s runs on %s. Its console: mkvterm -m %s -p %s\n", name, system,
			system, name);
	return r;
}

const struct par_cmd cmd_launch = {
	.name = "launch",
	.shown = "hmc launch",
	.synopsis = "NAME",
	.summary = "Make an LPAR with sensible values and activate it",
	.family = PAR_FAMILY_OWN,
	.min_args = 1,
	.max_args = 1,
	.opts = opts,
	.args_size = sizeof(struct launch_args),
	.run = launch_run,
};
