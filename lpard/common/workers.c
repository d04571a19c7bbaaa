/* SPDX-License-Identifier: Apache-2.0 */
/* The pool of threads: see workers.h. */
#include "lpard/common/workers.h"

#include <pthread.h>
#include <signal.h>

struct work {
	struct work *next;
	struct par_workers *pool;
	par_work_fn work, done;
	void *user;
};

struct par_workers {
	struct par_event *loop;
	pthread_mutex_t lock;
	pthread_cond_t cond;
	struct work *queue, **tail;
	pthread_t *threads;
	unsigned int n;
	bool stop;
};

static void ended(void *user)
{
	struct work *w = user;

	w->done(w->user);
	free(w);
}

static void *thread_main(void *arg)
{
	struct par_workers *p = arg;

	pthread_mutex_lock(&p->lock);
	for (;;) {
		struct work *w = p->queue;

		if (p->stop)
			break;
		if (!w) {
			pthread_cond_wait(&p->cond, &p->lock);
			continue;
		}
		p->queue = w->next;
		if (!p->queue)
			p->tail = &p->queue;
		pthread_mutex_unlock(&p->lock);
		w->work(w->user);
		/* Nothing can be done without memory for the report: try until there is some. */
		while (par_event_post(p->loop, ended, w) < 0)
			usleep(10000);
		pthread_mutex_lock(&p->lock);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

int par_workers_new(struct par_event *loop, unsigned int n, struct par_workers **ret,
		    struct par_error **err)
{
	struct par_workers *p = calloc(1, sizeof(*p));
	sigset_t all, old;
	int r = 0;

	if (!p || !(p->threads = calloc(n, sizeof(*p->threads)))) {
		free(p);
		return par_oom(err);
	}
	p->loop = loop;
	p->tail = &p->queue;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->cond, NULL);
	/* Signals are the loop's. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	while (p->n < n && r == 0) {
		r = pthread_create(&p->threads[p->n], NULL, thread_main, p);
		if (r == 0)
			p->n++;
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (r != 0) {
		par_workers_free(&p);
		return par_fail(err, PAR_E_SYSTEM, r, "could not start a thread");
	}
	*ret = p;
	return 0;
}

int par_workers_run(struct par_workers *p, par_work_fn work, par_work_fn done, void *user)
{
	struct work *w = p ? calloc(1, sizeof(*w)) : NULL;

	if (!w)
		return -ENOMEM;
	*w = (struct work){ .pool = p, .work = work, .done = done, .user = user };
	pthread_mutex_lock(&p->lock);
	*p->tail = w;
	p->tail = &w->next;
	pthread_cond_signal(&p->cond);
	pthread_mutex_unlock(&p->lock);
	return 0;
}

void par_workers_free(struct par_workers **workers)
{
	struct par_workers *p = *workers;

	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	p->stop = true;
	pthread_cond_broadcast(&p->cond);
	pthread_mutex_unlock(&p->lock);
	for (unsigned int i = 0; i < p->n; i++)
		pthread_join(p->threads[i], NULL);
	while (p->queue) {
		struct work *w = p->queue;

		p->queue = w->next;
		if (par_event_post(p->loop, ended, w) < 0)
			free(w);
	}
	pthread_cond_destroy(&p->cond);
	pthread_mutex_destroy(&p->lock);
	free(p->threads);
	free(p);
	*workers = NULL;
}
