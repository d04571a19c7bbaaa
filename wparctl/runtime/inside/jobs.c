/* SPDX-License-Identifier: Apache-2.0 */
/* What PID 1 of a WPAR runs by /etc/inittab: which entry, when, and what has become of it. */
#include "wparctl/runtime/inside/builtin.h"
#include "wparctl/runtime/inside/init.h"

#include "lpard/common/fs.h"
#include "lpard/common/now.h"

#include <errno.h>
#include <string.h>

#define END_S 20 /* between the SIGTERM to an entry that is to end and the SIGKILL */

static struct wpar_job *jobs;
static size_t n_jobs;
static int run_level = WPAR_LEVEL_DEFAULT;

static struct wpar_job *find_job(const char *id)
{
	for (size_t i = 0; i < n_jobs; i++) {
		if (strcmp(jobs[i].entry.id, id) == 0)
			return &jobs[i];
	}
	return NULL;
}

static int load_inittab(struct wpar_inittab *ret)
{
	auto_buf text = { 0 }, complaints = { 0 };
	int r = par_fs_read("/etc/inittab", WPAR_INITTAB_BYTES, &text);

	if (r < 0)
		return r;
	r = wpar_inittab_parse(text.data ? text.data : "", text.len, ret, &complaints);
	if (complaints.data)
		dprintf(STDERR_FILENO, "%s", complaints.data);
	return r;
}

static void read_inittab(struct wpar_inittab *ret)
{
	int r;

	memset(ret, 0, sizeof(*ret));
	ret->level = -1;
	r = load_inittab(ret);
	if (r < 0 && r != -ENOENT)
		dprintf(STDERR_FILENO, "init: /etc/inittab cannot be read: %s\n", strerror(-r));
}

/* The jobs are put into the order of the lines; what runs without a line comes last. */
static void take_table(struct wpar_inittab *t)
{
	struct wpar_job *now = calloc(t->n + n_jobs + 1, sizeof(*now));
	size_t n = 0;

	if (!now)
		return; /* ignoring: what is known stays as it is */
	for (size_t i = 0; i < t->n; i++) {
		struct wpar_job *old = find_job(t->v[i].id);

		if (old)
			now[n] = *old;
		now[n].entry = t->v[i];
		t->v[i].command = NULL;
		n++;
	}
	for (size_t i = 0; i < n_jobs; i++) {
		free(jobs[i].entry.command);
		if (jobs[i].pid > 0 && !wpar_inittab_find(t, jobs[i].entry.id)) {
			now[n] = jobs[i];
			now[n].entry.action = WPAR_INIT_OFF;
			now[n++].entry.command = NULL;
		}
	}
	free(jobs);
	jobs = now;
	n_jobs = n;
}

int wpar_jobs_load(void)
{
	struct wpar_inittab t;
	int level;

	read_inittab(&t);
	level = t.level;
	take_table(&t);
	wpar_inittab_done(&t);
	return level;
}

void wpar_jobs_reaped(pid_t pid)
{
	for (size_t i = 0; i < n_jobs; i++) {
		if (jobs[i].pid == pid) {
			jobs[i].pid = 0;
			jobs[i].asked = 0;
		}
	}
}

static void start_job(struct wpar_job *j)
{
	pid_t pid = wpar_init_spawn(j->entry.command);

	j->done = true;
	j->pid = pid > 0 ? pid : 0;
	if (pid < 0)
		dprintf(STDERR_FILENO, "init: %s cannot be started: %s\n", j->entry.id,
			strerror(errno));
}

static void start_and_wait(struct wpar_job *j, struct wpar_init_events *ev)
{
	start_job(j);
	while (!ev->end && j->pid > 0)
		wpar_init_next(ev, WPAR_INIT_LONG_S);
}

void wpar_jobs_first(struct wpar_init_events *ev)
{
	for (size_t i = 0; i < n_jobs && !ev->end; i++) {
		if (jobs[i].entry.action == WPAR_INIT_SYSINIT)
			start_and_wait(&jobs[i], ev);
	}
	for (size_t i = 0; i < n_jobs && !ev->end; i++) {
		if (jobs[i].entry.action == WPAR_INIT_BOOTWAIT)
			start_and_wait(&jobs[i], ev);
		else if (jobs[i].entry.action == WPAR_INIT_BOOT)
			start_job(&jobs[i]);
	}
}

void wpar_jobs_enter(int level)
{
	run_level = level;
	for (size_t i = 0; i < n_jobs; i++) {
		struct wpar_job *j = &jobs[i];

		if (j->entry.action == WPAR_INIT_WAIT || j->entry.action == WPAR_INIT_ONCE)
			j->done = j->pid > 0;
	}
}

static bool is_wanted(const struct wpar_job *j)
{
	/* What comes before any level ends by itself. */
	if (j->entry.action == WPAR_INIT_SYSINIT || j->entry.action == WPAR_INIT_BOOT ||
	    j->entry.action == WPAR_INIT_BOOTWAIT)
		return true;
	return j->entry.action != WPAR_INIT_OFF && wpar_inittab_in_level(&j->entry, run_level);
}

/* Its process and those it has started in its session's first group. */
static void end_job(struct wpar_job *j)
{
	if (!j->asked) {
		j->asked = par_now_s();
		kill(-j->pid, SIGTERM);
		kill(-j->pid, SIGCONT);
	} else if (par_now_s() - j->asked >= END_S) {
		kill(-j->pid, SIGKILL);
	}
}

static void respawn_job(struct wpar_job *j)
{
	bool begins;

	if (wpar_respawn_allow(&j->respawn, par_now_s(), &begins))
		start_job(j);
	else if (begins)
		dprintf(STDERR_FILENO,
			"init: %s ends again and again and is held back for %d seconds: %s\n",
			j->entry.id, WPAR_RESPAWN_HOLD, j->entry.command);
}

static bool is_idle(const struct wpar_job *j)
{
	return j->entry.action == WPAR_INIT_RESPAWN && wpar_builtin_is_idle(j->entry.command);
}

static void run_job(struct wpar_job *j, struct wpar_init_events *ev)
{
	if (j->entry.action == WPAR_INIT_RESPAWN)
		respawn_job(j);
	else if (j->entry.action == WPAR_INIT_ONCE && !j->done)
		start_job(j);
	else if (j->entry.action == WPAR_INIT_WAIT && !j->done)
		start_and_wait(j, ev);
}

void wpar_jobs_run(struct wpar_init_events *ev)
{
	for (size_t i = 0; i < n_jobs && !ev->end; i++) {
		struct wpar_job *j = &jobs[i];

		if (j->pid > 0 && !is_wanted(j))
			end_job(j);
		else if (j->pid == 0 && is_wanted(j) && !is_idle(j))
			run_job(j, ev);
	}
}

int wpar_jobs_wait(void)
{
	time_t now = par_now_s(), least = -1;

	for (size_t i = 0; i < n_jobs; i++) {
		const struct wpar_job *j = &jobs[i];
		time_t left = -1;

		if (j->asked)
			left = j->asked + END_S - now;
		else if (j->pid == 0 && j->entry.action == WPAR_INIT_RESPAWN && is_wanted(j) &&
			 !is_idle(j))
			left = wpar_respawn_wait(&j->respawn, now);
		if (left < 0)
			continue;
		/* One that could not be started is tried again, not at once. */
		left = left > 0 ? left : 1;
		least = least < 0 || left < least ? left : least;
	}
	return (int)least;
}

void wpar_jobs_forgive(void)
{
	for (size_t i = 0; i < n_jobs; i++)
		jobs[i].respawn = (struct wpar_respawn){ 0 };
}
