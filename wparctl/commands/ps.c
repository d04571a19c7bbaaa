/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wparctl ps: the processes of WPARs as the global environment sees them, each with its WPAR's
 * name: AIX's `ps -ef -@`, and `-o wpar`.
 */
#include "wparctl/commands/commands.h"

#include "lpard/common/json.h"
#include "wparctl/resources/processes.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#define ALL	     "ALL" /* of -@: the global environment's, too */
#define FIELDS_MAX   32
#define FIELDS_USUAL "wpar,user,pid,ppid,c,stime,tty,time,args"
#define PIDS_MAX     256
#define PERCENT_MAX  99

struct ps_args {
	const char *wpar, *fields, *pids;
	bool every, full, json;
};

static const struct par_opt opts[] = {
	OPT_STR('@', NULL, "NAME", struct ps_args, wpar,
		"Only the processes of this workload partition; Global: those of none; ALL: all",
		.values = "@wpars"),
	/* Typed with AIX's ps; what is shown is all and full anyway. */
	OPT_FLAG('e', NULL, struct ps_args, every, NULL),
	OPT_FLAG('f', NULL, struct ps_args, full, NULL),
	OPT_STR('o', NULL, "FIELD,…", struct ps_args, fields,
		"Show these fields: wpar, user, uid, pid, pidin, ppid, state, c, stime, tty, time, "
		"rss, vsz, args"),
	OPT_STR('p', NULL, "PID,…", struct ps_args, pids,
		"Only these processes; without -@ of the global environment, too"),
	OPT_FLAG(0, "json", struct ps_args, json, "As a JSON list, with all fields"),
	{ 0 },
};

/* The moment that all processes are shown of. */
struct moment {
	time_t now;
	double up_s;
	double ticks_per_s;
};

static void put_wpar(const struct wpar_process *p, const struct moment *m, struct par_buf *b)
{
	(void)m;
	par_buf_puts(b, p->wpar);
}

static void put_user(const struct wpar_process *p, const struct moment *m, struct par_buf *b)
{
	(void)m;
	par_buf_puts(b, p->user);
}

#define NUMBER_FIELD(fn, value)                                                                 \
	static void fn(const struct wpar_process *p, const struct moment *m, struct par_buf *b) \
	{                                                                                       \
		(void)m;                                                                        \
		par_buf_put_u64(b, (uint64_t)(value));                                          \
	}

NUMBER_FIELD(put_uid, p->uid)
NUMBER_FIELD(put_pid, p->pid)
NUMBER_FIELD(put_pid_inside, p->pid_inside)
NUMBER_FIELD(put_ppid, p->ppid)
NUMBER_FIELD(put_rss, p->memory >> 10)
NUMBER_FIELD(put_vsz, p->virtual_memory >> 10)

static void put_state(const struct wpar_process *p, const struct moment *m, struct par_buf *b)
{
	(void)m;
	par_buf_putc(b, p->state);
}

/* Percent of a processor since its start. */
static void put_c(const struct wpar_process *p, const struct moment *m, struct par_buf *b)
{
	double age = m->up_s - (double)p->started_ticks / m->ticks_per_s;
	double percent = age > 0 ? (double)p->cpu_ticks / m->ticks_per_s * 100 / age : 0;

	par_buf_put_u64(b, percent < PERCENT_MAX ? (uint64_t)percent : PERCENT_MAX);
}

static void put_stime(const struct wpar_process *p, const struct moment *m, struct par_buf *b)
{
	time_t started = m->now - (time_t)(m->up_s - (double)p->started_ticks / m->ticks_per_s);
	struct tm then, today;
	char text[32];

	localtime_r(&started, &then);
	localtime_r(&m->now, &today);
	strftime(text, sizeof(text),
		 then.tm_year == today.tm_year && then.tm_yday == today.tm_yday ? "%H:%M" : "%b%d",
		 &then);
	par_buf_puts(b, text);
}

static void put_tty(const struct wpar_process *p, const struct moment *m, struct par_buf *b)
{
	(void)m;
	par_buf_puts(b, p->tty);
}

static void put_time(const struct wpar_process *p, const struct moment *m, struct par_buf *b)
{
	uint64_t s = (uint64_t)((double)p->cpu_ticks / m->ticks_per_s);

	par_buf_printf(b, "%02" PRIu64 ":%02" PRIu64 ":%02" PRIu64, s / 3600, s / 60 % 60, s % 60);
}

static void put_args(const struct wpar_process *p, const struct moment *m, struct par_buf *b)
{
	(void)m;
	par_buf_puts(b, p->command);
}

static const struct field {
	const char *name, *heading;
	bool number; /* to the right; a number in JSON */
	void (*put)(const struct wpar_process *p, const struct moment *m, struct par_buf *b);
} all_fields[] = {
	{ "wpar", "WPAR", false, put_wpar },
	{ "user", "UID", false, put_user },
	{ "uid", "UID", true, put_uid },
	{ "pid", "PID", true, put_pid },
	{ "pidin", "PIDIN", true, put_pid_inside },
	{ "ppid", "PPID", true, put_ppid },
	{ "state", "S", false, put_state },
	{ "c", "C", true, put_c },
	{ "stime", "STIME", false, put_stime },
	{ "tty", "TTY", false, put_tty },
	{ "time", "TIME", false, put_time },
	{ "rss", "RSS", true, put_rss },
	{ "vsz", "VSZ", true, put_vsz },
	{ "args", "CMD", false, put_args },
};

struct columns {
	const struct field *v[FIELDS_MAX];
	size_t width[FIELDS_MAX];
	size_t n;
};

static const struct field *find_field(const char *name)
{
	for (size_t i = 0; i < PAR_ARRAY_SIZE(all_fields); i++) {
		if (strcmp(all_fields[i].name, name) == 0)
			return &all_fields[i];
	}
	return NULL;
}

static int choose_columns(const char *names, struct columns *ret, struct par_error **err)
{
	auto_strv words = { 0 };

	*ret = (struct columns){ 0 };
	if (par_strv_split(&words, names ? names : FIELDS_USUAL, ',') < 0)
		return par_oom(err);
	if (words.n > FIELDS_MAX)
		return par_fail(err, PAR_E_USAGE, 0, "-o has more than %d fields", FIELDS_MAX);
	for (size_t i = 0; i < words.n; i++) {
		ret->v[ret->n] = find_field(words.v[i]);
		if (!ret->v[ret->n++])
			return par_fail(err, PAR_E_USAGE, 0,
					"\"%s\" is no field of -o; see 'wparctl ps --help'",
					words.v[i]);
	}
	return 0;
}

struct pids {
	pid_t v[PIDS_MAX];
	size_t n;
};

static int parse_pids(const char *text, struct pids *ret, struct par_error **err)
{
	auto_strv words = { 0 };

	if (par_strv_split(&words, text, ',') < 0)
		return par_oom(err);
	for (size_t i = 0; i < words.n; i++) {
		uint64_t pid;

		if (ret->n == PIDS_MAX || par_parse_u64(words.v[i], INT32_MAX, &pid) < 0)
			return par_fail(err, PAR_E_USAGE, 0,
					"-p needs process numbers with commas between, not '%s'",
					words.v[i]);
		ret->v[ret->n++] = (pid_t)pid;
	}
	return 0;
}

static void keep_only(struct wpar_processes *list, const struct pids *pids)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->n; i++) {
		bool wanted = false;

		for (size_t j = 0; j < pids->n; j++)
			wanted |= pids->v[j] == list->v[i].pid;
		if (wanted)
			list->v[kept++] = list->v[i];
		else
			free(list->v[i].command);
	}
	list->n = kept;
}

static void measure_columns(const struct wpar_processes *list, const struct moment *m,
			    struct columns *c)
{
	for (size_t j = 0; j < c->n; j++)
		c->width[j] = strlen(c->v[j]->heading);
	for (size_t i = 0; i < list->n; i++) {
		for (size_t j = 0; j + 1 < c->n; j++) {
			auto_buf b = { 0 };

			c->v[j]->put(&list->v[i], m, &b);
			if (par_columns(b.data) > c->width[j])
				c->width[j] = par_columns(b.data);
		}
	}
}

/* Texts to the left and numbers to the right, nothing behind the last. */
static void print_cell(const struct columns *c, size_t j, const char *text, FILE *out)
{
	int room = (int)c->width[j] - (int)par_columns(text);

	if (room < 0)
		room = 0;
	fprintf(out, "%s%*s%s%*s", j ? " " : "", c->v[j]->number ? room : 0, "", text,
		c->v[j]->number || j + 1 == c->n ? 0 : room, "");
}

static void print_table(const struct wpar_processes *list, const struct moment *m,
			struct columns *c, FILE *out)
{
	measure_columns(list, m, c);
	for (size_t j = 0; j < c->n; j++)
		print_cell(c, j, c->v[j]->heading, out);
	fputc('\n', out);
	for (size_t i = 0; i < list->n; i++) {
		for (size_t j = 0; j < c->n; j++) {
			auto_buf b = { 0 };

			c->v[j]->put(&list->v[i], m, &b);
			print_cell(c, j, b.data ? b.data : "", out);
		}
		fputc('\n', out);
	}
}

static int put_process(struct json_object *list, const struct wpar_process *p,
		       const struct moment *m)
{
	struct json_object *o = json_object_new_object();

	if (!o || json_object_array_add(list, o) < 0) {
		json_object_put(o);
		return -ENOMEM;
	}
	for (size_t i = 0; i < PAR_ARRAY_SIZE(all_fields); i++) {
		const struct field *f = &all_fields[i];
		auto_buf b = { 0 };
		int r;

		f->put(p, m, &b);
		r = f->number ? par_json_put(o, f->name,
					     json_object_new_int64(strtoll(b.data, NULL, 10)))
			      : par_json_put_string(o, f->name, b.data ? b.data : "");
		if (r < 0)
			return r;
	}
	return 0;
}

static int print_json(const struct wpar_processes *list, const struct moment *m, FILE *out,
		      struct par_error **err)
{
	auto_json o = json_object_new_array();

	for (size_t i = 0; o && i < list->n; i++) {
		if (put_process(o, &list->v[i], m) < 0)
			return par_oom(err);
	}
	if (!o)
		return par_oom(err);
	par_json_print(out, o);
	return 0;
}

static struct moment take_moment(void)
{
	struct timespec up;

	clock_gettime(CLOCK_BOOTTIME, &up);
	return (struct moment){ .now = time(NULL),
				.up_s = (double)up.tv_sec + (double)up.tv_nsec / 1e9,
				.ticks_per_s = (double)sysconf(_SC_CLK_TCK) };
}

static int get_processes(const struct ps_args *a, struct wpar_processes *ret,
			 struct par_error **err)
{
	bool all = par_streq(a->wpar, ALL);
	auto_spec s = { 0 };
	int r = 0;

	if (a->wpar && !all && strcmp(a->wpar, WPAR_GLOBAL) != 0)
		r = wpar_spec_load(a->wpar, &s, err);
	if (r < 0)
		return r;
	return wpar_processes_get(all ? NULL : a->wpar, all || a->pids, ret, err);
}

static int ps_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct ps_args *a = args;
	const struct moment m = take_moment();
	auto_processes list = { 0 };
	struct pids pids = { 0 };
	struct columns c;
	int r = choose_columns(a->fields, &c, err);

	if (r < 0)
		return r;
	if (a->pids)
		r = parse_pids(a->pids, &pids, err);
	if (r < 0)
		return r;
	r = get_processes(a, &list, err);
	if (r < 0)
		return r;
	if (a->pids)
		keep_only(&list, &pids);
	if (a->json)
		r = print_json(&list, &m, ctx->out, err);
	else
		print_table(&list, &m, &c, ctx->out);
	return r < 0 ? r : a->pids && list.n == 0 ? 1 : 0;
}

const struct par_cmd wpar_cmd_ps = {
	.name = "ps",
	.shown = "wparctl ps",
	.synopsis = "",
	.summary = "Show the processes of workload partitions",
	.family = PAR_FAMILY_AIX,
	.opts = opts,
	.args_size = sizeof(struct ps_args),
	.run = ps_run,
};
