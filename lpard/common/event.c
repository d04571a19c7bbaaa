/* SPDX-License-Identifier: Apache-2.0 */
/* The event loop: see event.h. */
#include "lpard/common/event.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>

enum source_type { SOURCE_IO, SOURCE_TIMER, SOURCE_CHILD, SOURCE_SIGNAL };

struct par_source {
	struct par_event *loop;
	struct par_source *prev, *next;
	enum source_type type;
	int fd; /* owned unless SOURCE_IO */
	uint32_t events;
	bool in_epoll;
	bool dead; /* freed within a callback: goes at the end of the round */
	pid_t pid;
	union {
		par_io_fn io;
		par_timer_fn timer;
		par_child_fn child;
		par_signal_fn signal;
	} fn;
	void *user;
};

struct post {
	struct post *next;
	par_post_fn fn;
	void *user;
};

struct par_event {
	int epfd;
	int wake_fd;
	struct par_source *sources;
	struct par_source *graveyard;
	unsigned int depth; /* rounds under way */
	bool stopped;
	int status;
	pthread_mutex_t lock; /* posts */
	struct post *posts, **posts_tail;
};

int par_event_new(struct par_event **ret, struct par_error **err)
{
	struct par_event *e = calloc(1, sizeof(*e));
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = NULL };

	if (!e)
		return par_oom(err);
	pthread_mutex_init(&e->lock, NULL);
	e->posts_tail = &e->posts;
	e->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	e->epfd = epoll_create1(EPOLL_CLOEXEC);
	if (e->epfd < 0 || e->wake_fd < 0 ||
	    epoll_ctl(e->epfd, EPOLL_CTL_ADD, e->wake_fd, &ev) < 0) {
		int saved = errno;

		par_event_free(&e);
		return par_fail(err, PAR_E_SYSTEM, saved, "could not make an event loop");
	}
	*ret = e;
	return 0;
}

static void source_destroy(struct par_source *s)
{
	if (s->type != SOURCE_IO && s->fd >= 0)
		close(s->fd);
	free(s);
}

static void bury(struct par_event *e)
{
	while (e->graveyard) {
		struct par_source *s = e->graveyard;

		e->graveyard = s->next;
		source_destroy(s);
	}
}

void par_event_free(struct par_event **loop)
{
	struct par_event *e = *loop;

	if (!e)
		return;
	while (e->sources) {
		struct par_source *s = e->sources;

		par_source_free(&s);
	}
	bury(e);
	while (e->posts) {
		struct post *p = e->posts;

		e->posts = p->next;
		free(p);
	}
	if (e->epfd >= 0)
		close(e->epfd);
	if (e->wake_fd >= 0)
		close(e->wake_fd);
	pthread_mutex_destroy(&e->lock);
	free(e);
	*loop = NULL;
}

static int source_add(struct par_event *e, enum source_type type, int fd, uint32_t events,
		      void *user, struct par_source **ret, struct par_error **err)
{
	struct par_source *s = calloc(1, sizeof(*s));
	struct epoll_event ev = { .events = events, .data.ptr = s };

	if (!s) {
		if (type != SOURCE_IO)
			close(fd);
		return par_oom(err);
	}
	*s = (struct par_source){
		.loop = e, .type = type, .fd = fd, .events = events, .user = user
	};
	if (events != 0) {
		if (epoll_ctl(e->epfd, EPOLL_CTL_ADD, fd, &ev) < 0) {
			int saved = errno;

			source_destroy(s);
			return par_fail(err, PAR_E_SYSTEM, saved, "could not watch a descriptor");
		}
		s->in_epoll = true;
	}
	s->next = e->sources;
	if (s->next)
		s->next->prev = s;
	e->sources = s;
	*ret = s;
	return 0;
}

void par_source_free(struct par_source **source)
{
	struct par_source *s = *source;
	struct par_event *e;

	if (!s)
		return;
	*source = NULL;
	if (s->dead)
		return;
	e = s->loop;
	s->dead = true;
	if (s->in_epoll)
		epoll_ctl(e->epfd, EPOLL_CTL_DEL, s->fd, NULL);
	if (s->prev)
		s->prev->next = s->next;
	else
		e->sources = s->next;
	if (s->next)
		s->next->prev = s->prev;
	s->prev = NULL;
	s->next = e->graveyard;
	e->graveyard = s;
	if (e->depth == 0)
		bury(e);
}

int par_event_io(struct par_event *e, int fd, uint32_t events, par_io_fn fn, void *user,
		 struct par_source **ret, struct par_error **err)
{
	int r = source_add(e, SOURCE_IO, fd, events, user, ret, err);

	if (r < 0)
		return r;
	(*ret)->fn.io = fn;
	return 0;
}

int par_source_events(struct par_source *s, uint32_t events)
{
	struct epoll_event ev = { .events = events, .data.ptr = s };
	int op = events == 0 ? EPOLL_CTL_DEL : (s->in_epoll ? EPOLL_CTL_MOD : EPOLL_CTL_ADD);

	if (s->events == events || s->dead)
		return 0;
	if (epoll_ctl(s->loop->epfd, op, s->fd, &ev) < 0)
		return -errno;
	s->in_epoll = events != 0;
	s->events = events;
	return 0;
}

int par_source_timer(struct par_source *s, uint64_t ms)
{
	struct itimerspec its = { 0 };

	if (ms != UINT64_MAX) {
		its.it_value.tv_sec = (time_t)(ms / 1000);
		its.it_value.tv_nsec = (long)(ms % 1000) * 1000000;
		if (ms == 0)
			its.it_value.tv_nsec = 1;
	}
	return timerfd_settime(s->fd, 0, &its, NULL) < 0 ? -errno : 0;
}

int par_event_timer(struct par_event *e, uint64_t ms, par_timer_fn fn, void *user,
		    struct par_source **ret, struct par_error **err)
{
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	int r;

	if (fd < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not make a timer");
	r = source_add(e, SOURCE_TIMER, fd, EPOLLIN, user, ret, err);
	if (r < 0)
		return r;
	(*ret)->fn.timer = fn;
	return par_source_timer(*ret, ms);
}

int par_event_child(struct par_event *e, pid_t pid, par_child_fn fn, void *user,
		    struct par_source **ret, struct par_error **err)
{
	int fd = pidfd_open(pid, 0);
	int r;

	if (fd < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not watch process %d", (int)pid);
	r = source_add(e, SOURCE_CHILD, fd, EPOLLIN, user, ret, err);
	if (r < 0)
		return r;
	(*ret)->fn.child = fn;
	(*ret)->pid = pid;
	return 0;
}

int par_event_signal(struct par_event *e, int signo, par_signal_fn fn, void *user,
		     struct par_source **ret, struct par_error **err)
{
	sigset_t set;
	int fd, r;

	sigemptyset(&set);
	sigaddset(&set, signo);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not watch signal %d", signo);
	r = source_add(e, SOURCE_SIGNAL, fd, EPOLLIN, user, ret, err);
	if (r < 0)
		return r;
	(*ret)->fn.signal = fn;
	return 0;
}

int par_event_post(struct par_event *e, par_post_fn fn, void *user)
{
	struct post *p = calloc(1, sizeof(*p));
	uint64_t one = 1;

	if (!p)
		return -ENOMEM;
	p->fn = fn;
	p->user = user;
	pthread_mutex_lock(&e->lock);
	*e->posts_tail = p;
	e->posts_tail = &p->next;
	pthread_mutex_unlock(&e->lock);
	/* A full counter means that the loop wakes up anyway. */
	(void)!write(e->wake_fd, &one, sizeof(one));
	return 0;
}

static void run_posts(struct par_event *e)
{
	struct post *list;
	uint64_t count;

	(void)!read(e->wake_fd, &count, sizeof(count));
	pthread_mutex_lock(&e->lock);
	list = e->posts;
	e->posts = NULL;
	e->posts_tail = &e->posts;
	pthread_mutex_unlock(&e->lock);
	while (list) {
		struct post *p = list;

		list = p->next;
		p->fn(p->user);
		free(p);
	}
}

static void dispatch_child(struct par_source *s)
{
	int status = 0;
	pid_t pid = waitpid(s->pid, &status, WNOHANG);

	if (pid == 0)
		return;
	epoll_ctl(s->loop->epfd, EPOLL_CTL_DEL, s->fd, NULL);
	s->in_epoll = false;
	s->fn.child(s, s->pid, pid < 0 ? -1 : status, s->user);
}

static void dispatch(struct par_source *s, uint32_t events)
{
	struct signalfd_siginfo si;
	uint64_t count;

	switch (s->type) {
	case SOURCE_IO:
		s->fn.io(s, s->fd, events, s->user);
		return;
	case SOURCE_TIMER:
		if (read(s->fd, &count, sizeof(count)) == (ssize_t)sizeof(count))
			s->fn.timer(s, s->user);
		return;
	case SOURCE_CHILD:
		dispatch_child(s);
		return;
	case SOURCE_SIGNAL:
		if (read(s->fd, &si, sizeof(si)) == (ssize_t)sizeof(si))
			s->fn.signal(s, (int)si.ssi_signo, s->user);
		return;
	}
}

int par_event_run_once(struct par_event *e, int timeout_ms)
{
	struct epoll_event evs[32];
	int n = epoll_wait(e->epfd, evs, PAR_ARRAY_SIZE(evs), timeout_ms);

	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	e->depth++;
	for (int i = 0; i < n; i++) {
		struct par_source *s = evs[i].data.ptr;

		if (!s)
			run_posts(e);
		else if (!s->dead)
			dispatch(s, evs[i].events);
	}
	e->depth--;
	if (e->depth == 0)
		bury(e);
	return n;
}

int par_event_run(struct par_event *e)
{
	e->stopped = false;
	while (!e->stopped) {
		int r = par_event_run_once(e, -1);

		if (r < 0)
			return r;
	}
	return e->status;
}

void par_event_stop(struct par_event *e, int status)
{
	e->stopped = true;
	e->status = status;
}
