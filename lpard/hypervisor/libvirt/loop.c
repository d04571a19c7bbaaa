/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one thread that runs libvirt's event loop.  The thread lives while there is a connection;
 * libvirt has one loop per process, so all managed systems share the thread.
 */
#include "lpard/hypervisor/libvirt/libvirt_priv.h"

#include <signal.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_t thread;
static unsigned int users;
static bool registered;
static bool stopping; /* belongs to the thread, set by a call in it */

struct call {
	void (*fn)(void *arg);
	void *arg;
	pthread_mutex_t lock;
	pthread_cond_t finished;
	bool done;
};

/* libvirt writes errors to stderr unless told otherwise; our error objects carry them. */
static void swallow(void *user, virErrorPtr e)
{
	(void)user;
	(void)e;
}

void hv_thread_block_signals(void)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
}

static void *loop_run(void *arg)
{
	(void)arg;
	hv_thread_block_signals();
	while (!stopping) {
		if (virEventRunDefaultImpl() < 0)
			break;
	}
	return NULL;
}

static void run_call(int timer, void *opaque)
{
	struct call *c = opaque;

	virEventRemoveTimeout(timer);
	c->fn(c->arg);
	pthread_mutex_lock(&c->lock);
	c->done = true;
	pthread_cond_signal(&c->finished);
	pthread_mutex_unlock(&c->lock);
}

int hv_loop_call(void (*fn)(void *arg), void *arg)
{
	struct call c = { .fn = fn, .arg = arg };

	if (pthread_equal(pthread_self(), thread)) {
		fn(arg);
		return 0;
	}
	pthread_mutex_init(&c.lock, NULL);
	pthread_cond_init(&c.finished, NULL);
	if (virEventAddTimeout(0, run_call, &c, NULL) < 0)
		return -ENOMEM;
	pthread_mutex_lock(&c.lock);
	while (!c.done)
		pthread_cond_wait(&c.finished, &c.lock);
	pthread_mutex_unlock(&c.lock);
	pthread_cond_destroy(&c.finished);
	pthread_mutex_destroy(&c.lock);
	return 0;
}

static int loop_start(struct par_error **err)
{
	int r;

	if (!registered) {
		virSetErrorFunc(NULL, swallow);
		if (virInitialize() < 0 || virEventRegisterDefaultImpl() < 0)
			return hv_fail(NULL, err, "could not start libvirt's event loop");
		registered = true;
	}
	stopping = false;
	r = pthread_create(&thread, NULL, loop_run, NULL);
	return r ? par_fail(err, PAR_E_SYSTEM, r, "could not start a thread") : 0;
}

int hv_loop_ref(struct par_error **err)
{
	int r = 0;

	pthread_mutex_lock(&lock);
	if (users == 0)
		r = loop_start(err);
	if (r == 0)
		users++;
	pthread_mutex_unlock(&lock);
	return r;
}

static void loop_stop(void *arg)
{
	(void)arg;
	stopping = true;
}

void hv_loop_unref(void)
{
	pthread_mutex_lock(&lock);
	if (--users == 0) {
		hv_loop_call(loop_stop, NULL);
		pthread_join(thread, NULL);
	}
	pthread_mutex_unlock(&lock);
}
