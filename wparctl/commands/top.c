/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wparctl top: what each WPAR uses at the moment, on a terminal drawn again and again, and in
 * a fixed number of samples for programs.  With -@ the processes of one WPAR, too.
 */
#include "wparctl/commands/commands.h"

#include "lpard/common/fs.h"
#include "lpard/common/tty.h"
#include "wparctl/operations/uses.h"
#include "wparctl/resources/processes.h"

#include <poll.h>
#include <string.h>
#include <time.h>

#define DELAY_MS	2000
#define DELAY_MOST_X100 360000 /* an hour */
#define FIRST_MS	250    /* before the first picture: what is used is a difference */
#define PROCESSES_SHOWN 200    /* of one WPAR, without a terminal */
#define CTRL_C		'\003'

struct top_args {
	const char *wpar, *delay;
	uint64_t samples;
	bool once, json;
};

static const struct par_opt opts[] = {
	OPT_STR('@', NULL, "NAME", struct top_args, wpar,
		"Only this workload partition, and its processes", .values = "@wpars"),
	OPT_STR('d', NULL, "SECONDS", struct top_args, delay,
		"The time between two samples, 2 by default; 0.1 to 3600"),
	OPT_U64('n', NULL, "NUMBER", struct top_args, samples,
		"End after so many samples; none is drawn over the one before", .field.min = 1),
	OPT_FLAG(0, "once", struct top_args, once, "One sample: the same as -n 1"),
	OPT_FLAG(0, "json", struct top_args, json, "Each sample as a JSON object"),
	{ 0 },
};

/* What one picture is made from. */
struct sample {
	struct wpar_uses uses;
	struct wpar_processes processes; /* of the one WPAR of -@ */
};

static void sample_done(struct sample *s)
{
	wpar_uses_done(&s->uses);
	wpar_processes_done(&s->processes);
}

static int sample_take(const char *wpar, struct sample *ret, struct par_error **err)
{
	int r = wpar_uses_take(wpar, &ret->uses, err);

	return r < 0 || !wpar ? r : wpar_processes_get(wpar, false, &ret->processes, err);
}

static double processors_of(const struct wpar_uses *u, const struct wpar_use *w)
{
	return w->cgroup < 0 ? -1 : wpar_uses_processors(u, &w->before, &w->now);
}

/* The busiest first, then those that run, then by name. */
struct order {
	double processors;
	bool runs;
	const struct wpar_use *use;
};

static int by_use(const void *a, const void *b)
{
	const struct order *x = a, *y = b;

	if (x->processors > y->processors || x->processors < y->processors)
		return x->processors > y->processors ? -1 : 1;
	if (x->runs != y->runs)
		return x->runs ? -1 : 1;
	return strcmp(x->use->name, y->use->name);
}

static struct order *sort_uses(const struct wpar_uses *u)
{
	struct order *o = par_check_alloc(calloc(u->n + 1, sizeof(*o)));

	for (size_t i = 0; i < u->n; i++)
		o[i] = (struct order){ processors_of(u, &u->v[i]), u->v[i].cgroup >= 0, &u->v[i] };
	qsort(o, u->n, sizeof(*o), by_use);
	return o;
}

/* Processors that a process has used since the sample before. */
static double process_use(const struct wpar_process *p, const struct sample *before, double seconds)
{
	for (size_t i = 0; i < before->processes.n; i++) {
		const struct wpar_process *old = &before->processes.v[i];

		if (old->pid == p->pid && old->started_ticks == p->started_ticks && seconds > 0)
			return (double)(p->cpu_ticks - old->cpu_ticks) /
			       (double)sysconf(_SC_CLK_TCK) / seconds;
	}
	return 0;
}

struct process_order {
	double processors;
	const struct wpar_process *process;
};

static int by_process_use(const void *a, const void *b)
{
	const struct process_order *x = a, *y = b;

	if (x->processors > y->processors || x->processors < y->processors)
		return x->processors > y->processors ? -1 : 1;
	return x->process->pid < y->process->pid ? -1 : 1;
}

static struct process_order *sort_processes(const struct sample *now, const struct sample *before)
{
	struct process_order *o = par_check_alloc(calloc(now->processes.n + 1, sizeof(*o)));

	for (size_t i = 0; i < now->processes.n; i++)
		o[i] = (struct process_order){ process_use(&now->processes.v[i], before,
							   now->uses.seconds),
					       &now->processes.v[i] };
	qsort(o, now->processes.n, sizeof(*o), by_process_use);
	return o;
}

static const char *number_text(double n, int decimals, char text[32])
{
	if (n < 0)
		return "-";
	snprintf(text, 32, "%.*f", decimals, n);
	return text;
}

static double mib(uint64_t bytes)
{
	return bytes == WPAR_USAGE_UNKNOWN ? -1 : (double)(bytes >> 20);
}

static double kib_rate(const struct wpar_uses *u, uint64_t before, uint64_t now)
{
	double rate = wpar_uses_rate(u, before, now);

	return rate < 0 ? -1 : rate / 1024;
}

static void draw_head(const struct wpar_uses *u, struct par_buf *b)
{
	char used[32], clock[32];
	size_t running = 0;
	time_t now = time(NULL);
	struct tm tm;

	for (size_t i = 0; i < u->n; i++)
		running += u->v[i].cgroup >= 0;
	localtime_r(&now, &tm);
	strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	par_buf_printf(
		b, "%s  processors %s of %u  memory %llu of %llu MiB  WPARs %zu of %zu run\n\n",
		clock,
		number_text(wpar_uses_processors(u, &u->before.usage, &u->now.usage), 2, used),
		u->now.processors, (unsigned long long)u->now.usage.memory >> 20,
		(unsigned long long)u->now.memory_total >> 20, running, u->n);
}

static void draw_wpar(const struct wpar_uses *u, const struct wpar_use *w, struct par_buf *b)
{
	char cpu[32], memory[32], read[32], written[32];
	bool runs = w->cgroup >= 0;

	par_buf_printf(b, "%-25s  %-12s  %10s  %10s  %8s  %8s  ", w->name, w->state,
		       number_text(processors_of(u, w), 2, cpu),
		       number_text(runs ? mib(w->now.memory) : -1, 0, memory),
		       number_text(runs ? kib_rate(u, w->before.read, w->now.read) : -1, 0, read),
		       number_text(runs ? kib_rate(u, w->before.written, w->now.written) : -1, 0,
				   written));
	if (runs)
		par_buf_printf(b, "%9llu\n", (unsigned long long)w->now.processes);
	else
		par_buf_puts(b, "        -\n");
}

static void draw_processes(const struct sample *now, const struct sample *before, size_t most,
			   struct par_buf *b)
{
	autofree struct process_order *o = sort_processes(now, before);

	par_buf_printf(b, "\n%8s  %-12s  S  %10s  %10s  Command\n", "PID", "User", "Processors",
		       "Memory MiB");
	for (size_t i = 0; i < now->processes.n && i < most; i++) {
		const struct wpar_process *p = o[i].process;

		par_buf_printf(b, "%8d  %-12s  %c  %10.2f  %10llu  %s\n", (int)p->pid, p->user,
			       p->state, o[i].processors, (unsigned long long)p->memory >> 20,
			       p->command);
	}
}

static void draw(const struct sample *now, const struct sample *before, const char *wpar,
		 struct par_buf *b)
{
	autofree struct order *o = sort_uses(&now->uses);

	draw_head(&now->uses, b);
	par_buf_printf(b, "%-25s  %-12s  %10s  %10s  %8s  %8s  %9s\n", "Name", "State",
		       "Processors", "Memory MiB", "Read K/s", "Writ K/s", "Processes");
	for (size_t i = 0; i < now->uses.n; i++)
		draw_wpar(&now->uses, o[i].use, b);
	if (wpar)
		draw_processes(now, before, PROCESSES_SHOWN, b);
}

/*
 * A picture as large as the terminal: lines and columns that have no room are left out.  A
 * character that is not ASCII may be as wide as two.
 */
static void show_picture(const char *text, FILE *out)
{
	struct winsize size;
	auto_buf b = { 0 };

	par_tty_size(&size);
	par_buf_puts(&b, "\033[H");
	for (unsigned int row = 0; *text && row + 1 < size.ws_row; row++) {
		size_t len = strcspn(text, "\n"), shown = 0;

		for (unsigned int column = 0; shown < len && column + 1 < size.ws_col; shown++) {
			if (((unsigned char)text[shown] & 0xc0) != 0x80)
				column += text[shown] & 0x80 ? 2 : 1;
		}
		while (shown < len && ((unsigned char)text[shown] & 0xc0) == 0x80)
			shown++;
		par_buf_put(&b, text, shown);
		par_buf_puts(&b, "\033[K\r\n");
		text += len + (text[len] == '\n');
	}
	par_buf_puts(&b, "\033[J");
	fwrite(b.data, 1, b.len, out);
	fflush(out);
}

static int put_rate(struct json_object *o, const char *key, double rate)
{
	return wpar_uses_put_number(o, key, rate < 0 ? WPAR_USAGE_UNKNOWN : (uint64_t)rate);
}

static int put_use(struct json_object *list, const struct wpar_uses *u, const struct wpar_use *w)
{
	struct json_object *o = json_object_new_object();
	bool runs = w->cgroup >= 0;

	if (!o || json_object_array_add(list, o) < 0) {
		json_object_put(o);
		return -ENOMEM;
	}
	if (par_json_put_string(o, "name", w->name) < 0 ||
	    par_json_put_string(o, "type", w->type) < 0 ||
	    par_json_put_string(o, "state", w->state) < 0 ||
	    wpar_uses_put_processors(o, processors_of(u, w)) < 0 ||
	    wpar_uses_put_number(o, "memory_used", runs ? w->now.memory : WPAR_USAGE_UNKNOWN) < 0 ||
	    put_rate(o, "read_per_s", runs ? wpar_uses_rate(u, w->before.read, w->now.read) : -1) <
		    0)
		return -ENOMEM;
	if (put_rate(o, "written_per_s",
		     runs ? wpar_uses_rate(u, w->before.written, w->now.written) : -1) < 0)
		return -ENOMEM;
	return wpar_uses_put_number(o, "processes", runs ? w->now.processes : WPAR_USAGE_UNKNOWN);
}

static int put_processes(struct json_object *top, const struct sample *now,
			 const struct sample *before)
{
	autofree struct process_order *order = sort_processes(now, before);
	struct json_object *list = json_object_new_array();

	if (par_json_put(top, "processes", list) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < now->processes.n; i++) {
		const struct wpar_process *p = order[i].process;
		struct json_object *o = json_object_new_object();

		if (!o || json_object_array_add(list, o) < 0) {
			json_object_put(o);
			return -ENOMEM;
		}
		if (wpar_uses_put_number(o, "pid", (uint64_t)p->pid) < 0 ||
		    par_json_put_string(o, "user", p->user) < 0 ||
		    wpar_uses_put_processors(o, order[i].processors) < 0 ||
		    wpar_uses_put_number(o, "memory_used", p->memory) < 0 ||
		    par_json_put_string(o, "command", p->command) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int print_json(const struct sample *now, const struct sample *before, const char *wpar,
		      FILE *out, struct par_error **err)
{
	const struct wpar_uses *u = &now->uses;
	autofree struct order *order = sort_uses(u);
	auto_json o = json_object_new_object();
	struct json_object *wpars = json_object_new_array();
	int r = par_json_put(o, "wpars", wpars);

	for (size_t i = 0; r == 0 && i < u->n; i++)
		r = put_use(wpars, u, order[i].use);
	if (r < 0 || wpar_uses_put_number(o, "processors", u->now.processors) < 0 ||
	    wpar_uses_put_processors(o, wpar_uses_processors(u, &u->before.usage, &u->now.usage)) <
		    0 ||
	    wpar_uses_put_number(o, "memory", u->now.memory_total) < 0 ||
	    wpar_uses_put_number(o, "memory_used", u->now.usage.memory) < 0 ||
	    (wpar && put_processes(o, now, before) < 0))
		return par_oom(err);
	par_json_print(out, o);
	return 0;
}

/* false: the user has asked for the end */
static bool wait_or_key(bool live, int ms)
{
	struct pollfd p = { .fd = live ? STDIN_FILENO : -1, .events = POLLIN };
	char key;

	if (poll(&p, 1, ms) <= 0 || !p.revents)
		return true;
	return read(STDIN_FILENO, &key, 1) == 1 && key != 'q' && key != CTRL_C;
}

static int show(const struct par_cmd_ctx *ctx, const struct top_args *a, bool live,
		const struct sample *now, const struct sample *before, struct par_error **err)
{
	auto_buf b = { 0 };

	if (a->json)
		return print_json(now, before, a->wpar, ctx->out, err);
	draw(now, before, a->wpar, &b);
	if (b.failed)
		return par_oom(err);
	if (live)
		show_picture(b.data, ctx->out);
	else
		fputs(b.data, ctx->out);
	fflush(ctx->out);
	return 0;
}

static int show_samples(const struct par_cmd_ctx *ctx, const struct top_args *a, uint64_t samples,
			int delay_ms, struct par_error **err)
{
	bool live = samples == 0;
	par_cleanup(sample_done) struct sample before = { 0 };
	int r = sample_take(a->wpar, &before, err);
	int ms = delay_ms < FIRST_MS ? delay_ms : FIRST_MS;

	for (uint64_t i = 0; r == 0 && (live || i < samples); i++) {
		struct sample now = { 0 };

		if (!wait_or_key(live, ms))
			return 0;
		r = sample_take(a->wpar, &now, err);
		if (r == 0) {
			wpar_uses_follow(&now.uses, &before.uses);
			if (i > 0 && !live && !a->json)
				fputc('\n', ctx->out);
			r = show(ctx, a, live, &now, &before, err);
		}
		sample_done(&before);
		before = now;
		ms = delay_ms;
	}
	return r;
}

static int parse_delay(const char *text, int *ret_ms, struct par_error **err)
{
	uint64_t x100;

	*ret_ms = DELAY_MS;
	if (!text)
		return 0;
	if (par_parse_x100(text, DELAY_MOST_X100, &x100) < 0 || x100 < 10)
		return par_fail(err, PAR_E_USAGE, 0, "-d '%s': it must be 0.1 to 3600 seconds",
				text);
	*ret_ms = (int)x100 * 10;
	return 0;
}

static int top_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct top_args *a = args;
	uint64_t samples = a->samples ? a->samples : a->once;
	int delay_ms, r = parse_delay(a->delay, &delay_ms, err);

	if (r < 0)
		return r;
	/* Without a terminal, and for a program, there is nobody to press q. */
	if (!samples && (a->json || !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)))
		samples = 1;
	if (samples)
		return show_samples(ctx, a, samples, delay_ms, err);
	par_tty_guard();
	r = par_tty_raw(STDIN_FILENO);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "the terminal cannot be read by keys");
	fputs("\033[2J", ctx->out);
	r = show_samples(ctx, a, 0, delay_ms, err);
	par_tty_restore();
	fputc('\n', ctx->out);
	return r;
}

const struct par_cmd wpar_cmd_top = {
	.name = "top",
	.shown = "wparctl top",
	.synopsis = "",
	.summary = "Watch what workload partitions use",
	.family = PAR_FAMILY_AIX,
	.opts = opts,
	.args_size = sizeof(struct top_args),
	.run = top_run,
};
