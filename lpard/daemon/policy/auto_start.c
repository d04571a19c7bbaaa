/* SPDX-License-Identifier: Apache-2.0 */
/* Partitions that come up with their system: see auto_start.h. */
#include "lpard/daemon/policy/auto_start.h"

#include "lpard/common/fs.h"
#include "lpard/common/log.h"
#include "lpard/daemon/jobs/shutdown.h"

#include <fcntl.h>
#include <string.h>

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

/* The activations of one system that are under way. */
struct wave {
	struct wave *next;
	char *system;
	uint64_t *jobs;
	size_t n;
	bool again; /* the connection was lost under one of them: not done yet */
};

struct lpar_auto_start {
	struct lpar_daemon *daemon;
	struct lpar_subscription *subscription;
	char *folder; /* of the marks */
	struct par_buf boot_id;
	struct wave *waves;
};

static char *mark_path(const struct lpar_auto_start *a, const char *system)
{
	return par_strdup_printf("%s/auto_start.%s", a->folder, system);
}

static bool is_marked(const struct lpar_auto_start *a, const char *system)
{
	autofree char *path = mark_path(a, system);
	auto_buf text = { 0 };

	return path && par_fs_read(path, 4096, &text) == 0 && text.len == a->boot_id.len &&
	       memcmp(text.data, a->boot_id.data, text.len) == 0;
}

static void mark(const struct lpar_auto_start *a, const char *system)
{
	autofree char *path = mark_path(a, system);
	int r = path ? par_fs_replace_volatile(AT_FDCWD, path, a->boot_id.data, a->boot_id.len,
					       0600)
		     : -ENOMEM;

	if (r < 0)
		par_log(PAR_LOG_WARNING,
			"system=%s \"%s\" could not be written (%s): the next lpard activates the "
			"LPARs with auto_start again",
			system, path ? path : "?", strerror(-r));
}

static struct wave **find_wave(struct lpar_auto_start *a, const char *system)
{
	struct wave **at = &a->waves;

	while (*at && strcmp((*at)->system, system) != 0)
		at = &(*at)->next;
	return at;
}

static void wave_free(struct wave *w)
{
	free(w->system);
	free(w->jobs);
	free(w);
}

/* All of a wave have ended. */
static void finish(struct lpar_auto_start *a, struct wave **at)
{
	struct wave *w = *at;

	*at = w->next;
	if (!w->again && !a->daemon->stopping)
		mark(a, w->system);
	wave_free(w);
}

/* A partition takes auto_start over from the profile that it is activated with: until then that of
 * its default profile holds. */
static bool wants_to(const struct lpar_partition *p)
{
	const struct lpar_profile *first =
		p->default_profile ? lpar_profile_find(p, p->default_profile) : NULL;

	if (p->current)
		return p->auto_start;
	return first && (p->auto_start || first->auto_start);
}

static bool comes_up(const struct lpar_lpar *lpar)
{
	return !lpar->part->damaged && !lpar->reserved && !lpar->job && lpar->live.run_id < 0 &&
	       wants_to(lpar->part);
}

/* With the current configuration; with the default profile when there is none yet. */
static void activate(struct wave *w, struct lpar_reply *reply, struct lpar_lpar *lpar)
{
	struct lpar_power_request *rq = calloc(1, sizeof(*rq));
	uint64_t *jobs = reallocarray(w->jobs, w->n + 1, sizeof(*jobs));
	struct lpar_job *job;

	if (jobs)
		w->jobs = jobs;
	if (!rq || !jobs) {
		free(rq);
		return;
	}
	rq->op = LPAR_OP_ON;
	if (!lpar->part->current)
		rq->profile = strdup(lpar->part->default_profile);
	job = lpar_job_new(lpar->managed, reply, "AutoStart", rq, lpar_power_request_free);
	if (!job)
		return;
	w->jobs[w->n++] = job->id;
	lpar_power_start(job, lpar);
}

static void start_wave(struct lpar_auto_start *a, struct lpar_managed *managed)
{
	struct wave *w = calloc(1, sizeof(*w));
	struct lpar_reply *reply = lpar_reply_alone();
	struct wave **at;

	if (w)
		w->system = strdup(managed->name);
	if (!w || !w->system || !reply) {
		free(w);
		if (reply)
			lpar_reply_drop(&reply);
		return;
	}
	w->next = a->waves;
	a->waves = w;
	for (size_t i = 0; i < managed->n_lpars; i++) {
		if (comes_up(managed->lpars[i]))
			activate(w, reply, managed->lpars[i]);
	}
	lpar_reply_drop(&reply);
	at = find_wave(a, managed->name);
	if ((*at)->n == 0)
		finish(a, at);
}

static void job_ended(struct lpar_auto_start *a, const struct lpar_event *event)
{
	struct wave **at = find_wave(a, event->system);
	struct wave *w = *at;

	for (size_t i = 0; w && i < w->n; i++) {
		if (w->jobs[i] != event->job)
			continue;
		w->jobs[i] = w->jobs[--w->n];
		if (par_streq(event->result, par_error_name(PAR_E_DISCONNECTED)))
			w->again = true;
		if (w->n == 0)
			finish(a, at);
		return;
	}
}

static void on_event(const struct lpar_event *event, void *user)
{
	struct lpar_auto_start *a = user;
	struct lpar_managed *managed;

	if (event->type == LPAR_EVENT_JOB_ENDED)
		job_ended(a, event);
	if (event->type != LPAR_EVENT_SYSTEM_UP || a->daemon->stopping)
		return;
	managed = lpar_managed_find(a->daemon, event->system);
	if (managed && !*find_wave(a, event->system) && !is_marked(a, event->system))
		start_wave(a, managed);
}

int lpar_auto_start_new(struct lpar_daemon *d, const char *socket, struct lpar_auto_start **ret,
			struct par_error **err)
{
	struct lpar_auto_start *a = calloc(1, sizeof(*a));
	const char *slash = strrchr(socket, '/');
	int r;

	if (!a)
		return par_oom(err);
	a->daemon = d;
	a->folder = slash ? strndup(socket, (size_t)(slash - socket)) : strdup(".");
	r = par_fs_read(BOOT_ID, 256, &a->boot_id);
	a->subscription = lpar_events_subscribe(d->events, LPAR_EVENT_RANK_OTHERS, on_event, a);
	if (r < 0 || !a->folder || !a->subscription) {
		lpar_auto_start_free(&a);
		return r < 0 ? par_fail(err, PAR_E_SYSTEM, -r, "could not read " BOOT_ID)
			     : par_oom(err);
	}
	*ret = a;
	return 0;
}

void lpar_auto_start_free(struct lpar_auto_start **a)
{
	struct lpar_auto_start *it = *a;

	if (!it)
		return;
	*a = NULL;
	lpar_events_unsubscribe(it->daemon->events, &it->subscription);
	while (it->waves) {
		struct wave *w = it->waves;

		it->waves = w->next;
		wave_free(w);
	}
	free(it->folder);
	par_buf_done(&it->boot_id);
	free(it);
}
