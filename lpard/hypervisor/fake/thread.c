/* SPDX-License-Identifier: Apache-2.0 */
/* The fake's one thread: it moves the streams' bytes, keeps the guests' time, delivers events. */
#include "lpard/hypervisor/fake/fake_priv.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#define STREAMS_MAX 256

static void stream_free(struct fake_stream *s)
{
	if (s->fd >= 0)
		close(s->fd);
	if (s->agent > 0) {
		kill(s->agent, SIGKILL);
		waitpid(s->agent, NULL, 0);
	}
	par_buf_done(&s->out);
	par_buf_done(&s->line);
	free(s);
}

void fake_streams_free(struct fake *f)
{
	while (f->streams) {
		struct fake_stream *s = f->streams;

		f->streams = s->next;
		stream_free(s);
	}
}

/* Writes the bytes that wait; returns false when the stream is at its end. */
static bool stream_write(struct fake_stream *s)
{
	while (s->out.len > 0) {
		ssize_t n = send(s->fd, s->out.data, s->out.len, MSG_NOSIGNAL);

		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		par_buf_drop(&s->out, (size_t)n);
	}
	return !s->closing;
}

/* A guest that echoes reads nothing more while nobody takes its echo. */
static bool stream_read(struct fake *f, struct fake_stream *s)
{
	char chunk[4096];
	ssize_t n = recv(s->fd, chunk, sizeof(chunk), 0);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	if (n == 0)
		return false;
	fake_guest_input(f, s, chunk, (size_t)n);
	return true;
}

/* An agent's stream lives as long as its process. */
static bool agent_there(struct fake_stream *s)
{
	if (s->closing || waitpid(s->agent, NULL, WNOHANG) == s->agent) {
		if (!s->closing)
			s->agent = 0;
		return false;
	}
	return true;
}

static void streams_serve(struct fake *f, const struct pollfd *polled, size_t n)
{
	struct fake_stream **at = &f->streams;

	while (*at) {
		struct fake_stream *s = *at;
		bool there = true;
		short events = 0;

		for (size_t i = 1; i < n; i++) {
			if (s->fd >= 0 && polled[i].fd == s->fd)
				events = polled[i].revents;
		}
		if (s->fd < 0)
			there = agent_there(s);
		else if (events & (POLLIN | POLLHUP | POLLERR))
			there = stream_read(f, s);
		if (there && s->fd >= 0)
			there = stream_write(s);
		if (there) {
			at = &s->next;
			continue;
		}
		*at = s->next;
		stream_free(s);
	}
}

static size_t fill_poll(struct fake *f, struct pollfd *p)
{
	size_t n = 1;

	p[0] = (struct pollfd){ .fd = f->wake_fd, .events = POLLIN };
	for (struct fake_stream *s = f->streams; s && n < STREAMS_MAX; s = s->next) {
		if (s->fd < 0)
			continue;
		p[n++] = (struct pollfd){
			.fd = s->fd,
			.events = s->out.len > 0 ? POLLOUT : POLLIN,
		};
	}
	return n;
}

static void deliver(struct fake *f)
{
	struct fake_event *e = f->events;

	f->events = NULL;
	f->events_tail = &f->events;
	pthread_mutex_unlock(&f->lock);
	while (e) {
		struct fake_event *next = e->next;
		bool link = e->type == HV_EVENT_CONNECTION;
		struct hv_event out = {
			.type = e->type,
			.connection = e->connection,
			.uuid = link ? NULL : e->uuid,
			.name = link ? NULL : e->name,
			.detail = e->detail,
		};

		if (f->fn)
			f->fn(&out, f->user);
		free(e->name);
		free(e);
		e = next;
	}
	pthread_mutex_lock(&f->lock);
}

void *fake_thread(void *arg)
{
	struct fake *f = arg;
	struct pollfd p[STREAMS_MAX];

	pthread_mutex_lock(&f->lock);
	while (!f->closing) {
		int wait_ms = fake_guests_tick(f);
		size_t n = fill_poll(f, p);
		uint64_t count;

		if (f->events)
			wait_ms = 0;
		pthread_mutex_unlock(&f->lock);
		poll(p, n, wait_ms);
		(void)!read(f->wake_fd, &count, sizeof(count));
		pthread_mutex_lock(&f->lock);
		streams_serve(f, p, n);
		deliver(f);
	}
	pthread_mutex_unlock(&f->lock);
	return NULL;
}

void fake_forget_events(struct fake *f)
{
	while (f->events) {
		struct fake_event *e = f->events;

		f->events = e->next;
		free(e->name);
		free(e);
	}
	f->events_tail = &f->events;
}

void fake_free(struct fake *f)
{
	fake_streams_free(f);
	for (size_t i = 0; i < f->n_lpars; i++)
		fake_lpar_done(&f->lpars[i]);
	free(f->lpars);
	fake_forget_events(f);
	par_strv_done(&f->images);
	par_strv_done(&f->disks);
	free(f->system);
	free(f->type_model);
	free(f->serial);
	free(f->agent);
	if (f->wake_fd >= 0)
		close(f->wake_fd);
	pthread_mutex_destroy(&f->lock);
	free(f);
}

void fake_close(struct hv *hv)
{
	struct fake *f = fake_of(hv);

	pthread_mutex_lock(&f->lock);
	f->closing = true;
	fake_wake(f);
	pthread_mutex_unlock(&f->lock);
	pthread_join(f->thread, NULL);
	fake_free(f);
}
