/* SPDX-License-Identifier: Apache-2.0 */
/* Requests carried out, and what is done when a subsystem ends: see serve.h. */
#include "wparctl/srcmstr/serve.h"

#include "lpard/common/now.h"
#include "wparctl/srcmstr/objrepos.h"
#include "wparctl/srcmstr/src_messages.h"
#include "wparctl/srcmstr/status.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#define ADOPTED_MS 1000 /* how often adopted processes are looked at */

/* One line of the answer, or several when the text has line ends. */
static void answer_put(struct par_buf *b, char what, const char *text)
{
	for (;;) {
		size_t n = strcspn(text, "\n");

		par_buf_putc(b, what);
		par_buf_put(b, text, n);
		par_buf_putc(b, '\n');
		if (!text[n])
			return;
		text += n + 1;
	}
}

#define ANSWER(b, what, ...)                                       \
	do {                                                       \
		auto_buf text_ = { 0 };                            \
		par_buf_printf(&text_, __VA_ARGS__);               \
		answer_put(b, what, text_.data ? text_.data : ""); \
	} while (0)

void wpar_src_reread(struct wpar_srcmstr *m)
{
	auto_subsystems now = { 0 };
	auto_error why = NULL;

	if (wpar_objrepos_load(&now, &why) < 0) {
		dprintf(STDERR_FILENO, "srcmstr: %s\n", par_error_text(why));
		return;
	}
	wpar_subsystems_done(&m->defined);
	m->defined = now;
	now = (struct wpar_subsystems){ 0 };
}

static bool is_active(const struct wpar_srcmstr *m, const char *name)
{
	for (size_t i = 0; i < m->running.n; i++) {
		if (m->running.v[i].pid > 0 && strcmp(m->running.v[i].name, name) == 0)
			return true;
	}
	return false;
}

/* Is the request for this one? by its own name, group and pid. */
static bool is_meant(const struct wpar_src_request *q, const char *name, const char *group,
		     pid_t pid)
{
	if (q->subsystem)
		return strcmp(q->subsystem, name) == 0;
	if (q->group)
		return group && strcmp(q->group, group) == 0;
	return q->all || (q->pid && (pid_t)q->pid == pid);
}

static void put_row(struct par_buf *answer, const char *name, const char *group, pid_t pid,
		    const char *status)
{
	struct wpar_src_row row = { .pid = pid > 0 ? (uint32_t)pid : 0 };

	snprintf(row.name, sizeof(row.name), "%s", name);
	snprintf(row.group, sizeof(row.group), "%s", group ? group : "");
	snprintf(row.status, sizeof(row.status), "%s", status);
	par_buf_putc(answer, 'r');
	wpar_src_rows_put(&row, answer);
	par_buf_putc(answer, '\n');
}

/* Subsystems that run come first. */
static int serve_status(const struct wpar_srcmstr *m, const struct wpar_src_request *q,
			struct par_buf *answer)
{
	for (size_t i = 0; i < m->running.n; i++) {
		const struct wpar_running *r = &m->running.v[i];

		if (r->pid > 0 && is_meant(q, r->name, r->group, r->pid))
			put_row(answer, r->name, r->group, r->pid,
				r->asked ? "stopping" : "active");
	}
	for (size_t i = 0; i < m->defined.n; i++) {
		const struct wpar_subsystem *s = &m->defined.v[i];

		if (!is_active(m, s->name) && is_meant(q, s->name, s->group, -1) &&
		    (!s->hide || q->subsystem))
			put_row(answer, s->name, s->group, 0, "inoperative");
	}
	return 0;
}

static int start_one(struct wpar_srcmstr *m, const struct wpar_subsystem *s,
		     const struct wpar_src_request *q, struct par_buf *answer)
{
	auto_buf why = { 0 };
	struct wpar_running *r;

	if (!s->multi && is_active(m, s->name)) {
		ANSWER(answer, 'e', WPAR_SRC_MSG_ALREADY, s->name);
		return 1;
	}
	/* One that is held back starts now, by the hand of its administrator. */
	for (size_t i = m->running.n; i-- > 0;) {
		if (m->running.v[i].pid == 0 && strcmp(m->running.v[i].name, s->name) == 0)
			wpar_runnings_remove(&m->running, i);
	}
	r = wpar_runnings_add(&m->running, s);
	if (!r) {
		ANSWER(answer, 'e', "The %s Subsystem could not be started: too many processes.",
		       s->name);
		return 1;
	}
	r->arguments = q->arguments ? strdup(q->arguments) : NULL;
	r->environment = q->environment ? strdup(q->environment) : NULL;
	wpar_respawn_allow(&r->respawn, par_now_s(), NULL);
	if (wpar_running_start(s, r, &why) < 0) {
		ANSWER(answer, 'e', "The %s Subsystem could not be started: %s.", s->name,
		       why.data ? why.data : "");
		wpar_runnings_remove(&m->running, m->running.n - 1);
		return 1;
	}
	ANSWER(answer, 'o', WPAR_SRC_MSG_STARTED, s->name, (int)r->pid);
	return 0;
}

static int serve_start(struct wpar_srcmstr *m, const struct wpar_src_request *q,
		       struct par_buf *answer)
{
	int status = 0;

	for (size_t i = 0; i < m->defined.n; i++) {
		if (is_meant(q, m->defined.v[i].name, m->defined.v[i].group, -1))
			status |= start_one(m, &m->defined.v[i], q, answer);
	}
	wpar_runnings_save(&m->running);
	return status;
}

/* The signal, and whether the process goes on running for a while. */
static int stop_signal(const struct wpar_subsystem *s, enum wpar_src_how how)
{
	switch (how) {
	case WPAR_SRC_NORMAL:
		return s && s->signals && s->signorm ? (int)s->signorm : SIGTERM;
	case WPAR_SRC_FORCE:
		return s && s->signals && s->sigforce ? (int)s->sigforce : SIGKILL;
	case WPAR_SRC_CANCEL:
		break;
	}
	return SIGTERM;
}

static void signal_one(const struct wpar_running *r, int signo)
{
	/* Ours is not reaped yet, so the pid is its own; another's is looked at first. */
	if (!r->adopted || wpar_running_lives(r))
		kill(r->pid, signo);
}

static void stop_one(struct wpar_srcmstr *m, struct wpar_running *r,
		     const struct wpar_src_request *q, struct par_buf *answer)
{
	const struct wpar_subsystem *s = wpar_subsystems_find(&m->defined, r->name);

	signal_one(r, stop_signal(s, q->how));
	r->asked = true;
	if (q->how == WPAR_SRC_CANCEL)
		r->kill_at = par_now_s() + (s ? (time_t)s->waittime : 20);
	ANSWER(answer, 'o', WPAR_SRC_MSG_STOPPED, r->name);
}

/* What the request names, in messages. */
static const char *shown(const struct wpar_src_request *q, char *room, size_t size)
{
	if (q->subsystem || q->group)
		return q->subsystem ? q->subsystem : q->group;
	snprintf(room, size, "%u", q->pid);
	return room;
}

static int serve_stop(struct wpar_srcmstr *m, const struct wpar_src_request *q,
		      struct par_buf *answer)
{
	char room[16];
	size_t n = 0;

	for (size_t i = m->running.n; i-- > 0;) {
		struct wpar_running *r = &m->running.v[i];

		if (!is_meant(q, r->name, r->group, r->pid))
			continue;
		if (r->pid > 0) {
			stop_one(m, r, q, answer);
			n++;
		} else {
			/* The subsystem was to be started again, and no longer is. */
			wpar_runnings_remove(&m->running, i);
		}
	}
	wpar_runnings_save(&m->running);
	if (n > 0 || q->all)
		return 0;
	ANSWER(answer, 'e', WPAR_SRC_MSG_INOPERATIVE, shown(q, room, sizeof(room)));
	return 1;
}

static int serve_refresh(struct wpar_srcmstr *m, const struct wpar_src_request *q,
			 struct par_buf *answer)
{
	char room[16];
	int n = 0, status = 0;

	for (size_t i = 0; i < m->running.n; i++) {
		const struct wpar_running *r = &m->running.v[i];
		const struct wpar_subsystem *s = wpar_subsystems_find(&m->defined, r->name);

		if (r->pid == 0 || !is_meant(q, r->name, r->group, r->pid))
			continue;
		n++;
		if (s && s->signals) {
			ANSWER(answer, 'e', WPAR_SRC_MSG_SIGNALS, r->name);
			status = 1;
			continue;
		}
		signal_one(r, SIGHUP);
		ANSWER(answer, 'o', WPAR_SRC_MSG_REFRESHED);
	}
	if (n > 0)
		return status;
	ANSWER(answer, 'e', WPAR_SRC_MSG_NOT_PASSED, shown(q, room, sizeof(room)));
	return 1;
}

/* A synonym stands for the name; what is nowhere is said.  False: it is answered. */
static bool find_meant(const struct wpar_srcmstr *m, struct wpar_src_request *q,
		       struct par_buf *answer)
{
	const struct wpar_subsystem *s =
		q->subsystem ? wpar_subsystems_find(&m->defined, q->subsystem) : NULL;

	if (q->subsystem && s) {
		char *name = strdup(s->name);

		if (!name)
			return false;
		free(q->subsystem);
		q->subsystem = name;
		return true;
	}
	if (q->subsystem && (q->verb == WPAR_SRC_START || !is_active(m, q->subsystem))) {
		ANSWER(answer, 'e', WPAR_SRC_MSG_NO_SUBSYS, q->subsystem);
		return false;
	}
	if (q->group && !wpar_subsystems_has_group(&m->defined, q->group)) {
		ANSWER(answer, 'e', WPAR_SRC_MSG_NO_GROUP, q->group);
		return false;
	}
	return true;
}

static int serve_verb(struct wpar_srcmstr *m, const struct wpar_src_request *q,
		      struct par_buf *answer)
{
	switch (q->verb) {
	case WPAR_SRC_STATUS:
		return serve_status(m, q, answer);
	case WPAR_SRC_START:
		return serve_start(m, q, answer);
	case WPAR_SRC_STOP:
		return serve_stop(m, q, answer);
	case WPAR_SRC_REFRESH:
		return serve_refresh(m, q, answer);
	}
	return 1;
}

void wpar_src_serve(struct wpar_srcmstr *m, const struct wpar_src_request *q, bool root,
		    struct par_buf *answer)
{
	struct wpar_src_request meant = *q;
	int status = 1;

	meant.subsystem = q->subsystem ? strdup(q->subsystem) : NULL;
	if (!root && q->verb != WPAR_SRC_STATUS)
		ANSWER(answer, 'e', "Only the root user of the workload partition can do this.");
	else if (!q->subsystem || meant.subsystem)
		status = find_meant(m, &meant, answer) ? serve_verb(m, &meant, answer) : 1;
	par_buf_printf(answer, "s%d\n", status);
	free(meant.subsystem);
}

/* Started again at once, or held back until wpar_src_tick() finds that its time has come. */
static bool start_again(const struct wpar_srcmstr *m, struct wpar_running *r)
{
	const struct wpar_subsystem *s = wpar_subsystems_find(&m->defined, r->name);
	auto_buf why = { 0 };
	bool begins = false;

	if (!s || !s->respawn || r->asked)
		return false;
	r->pid = 0;
	if (!wpar_respawn_allow(&r->respawn, par_now_s(), &begins)) {
		if (begins)
			dprintf(STDERR_FILENO,
				"srcmstr: The %s Subsystem ends again and again and is held back "
				"for %d seconds.\n",
				r->name, WPAR_RESPAWN_HOLD);
		return true;
	}
	if (wpar_running_start(s, r, &why) < 0) {
		dprintf(STDERR_FILENO, "srcmstr: The %s Subsystem could not be started: %s.\n",
			r->name, why.data ? why.data : "");
		return true;
	}
	dprintf(STDERR_FILENO, "srcmstr: The %s Subsystem has ended and was started again.\n",
		r->name);
	return true;
}

static void ended_at(struct wpar_srcmstr *m, size_t i)
{
	if (!start_again(m, &m->running.v[i]))
		wpar_runnings_remove(&m->running, i);
	wpar_runnings_save(&m->running);
}

void wpar_src_ended(struct wpar_srcmstr *m, pid_t pid)
{
	for (size_t i = 0; i < m->running.n; i++) {
		if (m->running.v[i].pid == pid && !m->running.v[i].adopted) {
			ended_at(m, i);
			return;
		}
	}
}

int wpar_src_tick(struct wpar_srcmstr *m)
{
	time_t now = par_now_s();
	int least = -1;

	for (size_t i = m->running.n; i-- > 0;) {
		struct wpar_running *r = &m->running.v[i];
		int next = -1;

		if (r->pid == 0 && wpar_respawn_wait(&r->respawn, now) == 0) {
			ended_at(m, i);
			next = ADOPTED_MS;
		} else if (r->pid == 0) {
			next = (int)wpar_respawn_wait(&r->respawn, now) * 1000;
		} else if (r->adopted && !wpar_running_lives(r)) {
			ended_at(m, i);
			next = ADOPTED_MS;
		} else if (r->kill_at && now >= r->kill_at) {
			signal_one(r, SIGKILL);
			r->kill_at = 0;
		} else if (r->adopted || r->kill_at) {
			next = ADOPTED_MS;
		}
		if (next >= 0 && (least < 0 || next < least))
			least = next;
	}
	return least;
}
