/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What would not come along: see precheck.h.  criu dumps the tree of PID 1 and ends the pid
 * namespace, and says nothing of who was in it beside that tree.
 */
#include "wparctl/checkpoint/precheck.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void wpar_ckpt_snapshot_done(struct wpar_ckpt_snapshot *s)
{
	free(s->processes);
	free(s->tasks);
	free(s->opens);
	par_strv_done(&s->externals);
	par_strv_done(&s->watched);
	par_strv_done(&s->gone);
	par_strv_done(&s->strangers);
	*s = (struct wpar_ckpt_snapshot){ 0 };
}

int wpar_ckpt_add_process(struct wpar_ckpt_snapshot *s, const struct wpar_ckpt_process *p)
{
	struct wpar_ckpt_process *more =
		reallocarray(s->processes, s->n_processes + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	s->processes = more;
	more[s->n_processes++] = *p;
	return 0;
}

int wpar_ckpt_add_task(struct wpar_ckpt_snapshot *s, const struct wpar_ckpt_task *t)
{
	struct wpar_ckpt_task *more = reallocarray(s->tasks, s->n_tasks + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	s->tasks = more;
	more[s->n_tasks++] = *t;
	return 0;
}

int wpar_ckpt_add_open(struct wpar_ckpt_snapshot *s, const struct wpar_ckpt_open *o)
{
	struct wpar_ckpt_open *more = reallocarray(s->opens, s->n_opens + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	s->opens = more;
	more[s->n_opens++] = *o;
	return 0;
}

__attribute__((format(printf, 2, 3))) static int say(struct par_strv *ret, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return par_strv_add(ret, text);
}

static const struct wpar_ckpt_process *find(const struct wpar_ckpt_snapshot *s, pid_t pid)
{
	for (size_t i = 0; i < s->n_processes; i++) {
		if (s->processes[i].pid == pid)
			return &s->processes[i];
	}
	return NULL;
}

/* A chain of parents has no circle, but what was read one after the other might show one. */
static bool descends(const struct wpar_ckpt_snapshot *s, const struct wpar_ckpt_process *p)
{
	for (size_t steps = 0; p && steps <= s->n_processes; steps++) {
		if (p->pid == s->init)
			return true;
		p = find(s, p->parent);
	}
	return false;
}

const struct wpar_ckpt_process *wpar_precheck_stranger(const struct wpar_ckpt_snapshot *s,
						       size_t at)
{
	for (size_t i = 0; i < s->n_processes; i++) {
		const struct wpar_ckpt_process *p = &s->processes[i];

		if (p->pid == s->init || find(s, p->parent))
			continue;
		if (at-- == 0)
			return p;
	}
	return NULL;
}

/* The one at the top, who came in. */
static const struct wpar_ckpt_process *find_top(const struct wpar_ckpt_snapshot *s,
						const struct wpar_ckpt_process *p)
{
	for (size_t steps = 0; steps <= s->n_processes; steps++) {
		const struct wpar_ckpt_process *above = find(s, p->parent);

		if (!above)
			return p;
		p = above;
	}
	return p;
}

static int say_stranger(const struct wpar_ckpt_snapshot *s, const struct wpar_ckpt_process *p,
			struct par_strv *ret)
{
	if (find_top(s, p)->clogin)
		return say(
			ret,
			"process %d (%s) came in by clogin and is no child of the first process: "
			"it would be lost; end that session, or have chkptwpar -F end it",
			(int)p->pid, p->command);
	return say(ret,
		   "process %d (%s) came in from outside and is no child of the first process: it "
		   "would be lost; end it",
		   (int)p->pid, p->command);
}

static int say_process(const struct wpar_ckpt_snapshot *s, const struct wpar_ckpt_process *p,
		       struct par_strv *ret)
{
	const int pid = (int)p->pid;

	if (!descends(s, p))
		return say_stranger(s, p, ret);
	if (p->tracer)
		return say(ret,
			   "process %d (%s) is traced by process %d (as by strace or gdb), which "
			   "criu needs to do itself; end the tracing",
			   pid, p->command, (int)p->tracer);
	if (p->other_time)
		return say(
			ret,
			"process %d (%s) has the clocks of the LPAR and not those of the "
			"workload partition, so it could not be restored; start it again by clogin",
			pid, p->command);
	if (p->stray)
		return say(ret,
			   "process %d (%s) is in the workload partition, and not in its control "
			   "group, so it would not stand still; end it",
			   pid, p->command);
	if (p->headless)
		return say(ret,
			   "process %d (%s) has ended its first thread and not all others, which "
			   "criu cannot take along; end it",
			   pid, p->command);
	if (p->other)
		return say(ret,
			   "process %d (%s) has %s than the first process, which could not be made "
			   "again; end it",
			   pid, p->command, p->other);
	return 0;
}

static int say_open(const struct wpar_ckpt_snapshot *s, const struct wpar_ckpt_open *o,
		    struct par_strv *ret)
{
	const struct wpar_ckpt_process *p = find(s, o->pid);

	if (o->pid == 0)
		return say(ret, "%s is there; %s", o->what, o->remedy);
	return say(ret, "process %d (%s) has %s; %s", (int)o->pid, p ? p->command : "?", o->what,
		   o->remedy);
}

static int say_task(const struct wpar_ckpt_task *t, enum wpar_ckpt_tree wrong, struct par_strv *ret)
{
	const int pid = (int)t->outer;

	switch (wrong) {
	case WPAR_CKPT_TREE_FITS:
		return 0;
	case WPAR_CKPT_TREE_SESSION:
		return say(
			ret,
			"process %d (%s) is in a session (%d, as inside) that its parent has not, "
			"so criu could not give it that again; end it",
			pid, t->command, (int)t->session);
	case WPAR_CKPT_TREE_GROUP:
		return say(ret,
			   "process %d (%s) is in a process group (%d, as inside) that the process "
			   "with this number has left: criu would wait for that one for ever; end "
			   "it",
			   pid, t->command, (int)t->group);
	case WPAR_CKPT_TREE_OUTSIDE:
		return say(ret,
			   "process %d (%s) is in a session of the LPAR, which could not be made "
			   "again; end it",
			   pid, t->command);
	}
	return 0;
}

static int say_tree(const struct wpar_ckpt_snapshot *s, struct par_strv *ret)
{
	autofree enum wpar_ckpt_tree *wrong = calloc(s->n_tasks + 1, sizeof(*wrong));
	int r = wrong ? wpar_ckpt_tree_check(s->tasks, s->n_tasks, s->init, wrong) : -ENOMEM;

	for (size_t i = 0; r == 0 && i < s->n_tasks; i++)
		r = say_task(&s->tasks[i], wrong[i], ret);
	return r;
}

/* What a process has that is lost itself needs no word more. */
static bool is_strangers(const struct wpar_ckpt_snapshot *s, const struct wpar_ckpt_open *o)
{
	const struct wpar_ckpt_process *p = find(s, o->pid);

	return p && !descends(s, p);
}

int wpar_precheck(const struct wpar_ckpt_snapshot *s, struct par_strv *ret)
{
	for (size_t i = 0; i < s->n_processes; i++) {
		if (say_process(s, &s->processes[i], ret) < 0)
			return -ENOMEM;
	}
	if (say_tree(s, ret) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < s->n_opens; i++) {
		if (!is_strangers(s, &s->opens[i]) && say_open(s, &s->opens[i], ret) < 0)
			return -ENOMEM;
	}
	for (size_t i = 0; i < s->gone.n; i++) {
		if (say(ret,
			"what is mounted at %s was removed or replaced in the LPAR since, so that it "
			"could not be mounted again; stop and start the workload partition",
			s->gone.v[i]) < 0)
			return -ENOMEM;
	}
	for (size_t i = 0; i < s->strangers.n; i++) {
		if (say(ret,
			"%s is mounted there, and is not in the specification: nothing would mount "
			"it again; unmount it, or give it with chwpar -M",
			s->strangers.v[i]) < 0)
			return -ENOMEM;
	}
	return 0;
}

bool wpar_precheck_passes(const struct wpar_ckpt_snapshot *s)
{
	auto_strv all = { 0 };
	size_t passing = 0;

	for (size_t i = 0; i < s->n_opens; i++)
		passing += s->opens[i].passes && !is_strangers(s, &s->opens[i]);
	return passing && wpar_precheck(s, &all) == 0 && all.n == passing;
}
