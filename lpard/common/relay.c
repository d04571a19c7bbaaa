/* SPDX-License-Identifier: Apache-2.0 */
/* Carries bytes between descriptors: see relay.h. */
#include "lpard/common/relay.h"

#include "lpard/common/str.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

size_t par_way_pending(const struct par_way *w)
{
	return w->len - w->written;
}

bool par_way_ended(const struct par_way *w)
{
	return w->no_output || (w->no_input && par_way_pending(w) == 0);
}

static bool is_temporary(int errnum)
{
	return errnum == EINTR || errnum == EAGAIN;
}

/* A pty whose other side is closed says EIO: an end like any other. */
static void way_read(struct par_way *w)
{
	char data[PAR_WAY_PIECE];
	ssize_t n = read(w->from, w->filter ? data : w->data, PAR_WAY_PIECE);

	if (n < 0 && is_temporary(errno))
		return;
	w->written = 0;
	w->len = n > 0 ? (size_t)n : 0;
	w->no_input = n <= 0;
	if (n > 0 && w->filter)
		w->no_input = !w->filter(data, (size_t)n, w->data, &w->len, w->user);
}

static void way_write(struct par_way *w)
{
	size_t left = par_way_pending(w);
	ssize_t n = write(w->to, w->data + w->written, left < PAR_WAY_PIECE ? left : PAR_WAY_PIECE);

	if (n >= 0)
		w->written += (size_t)n;
	else if (!is_temporary(errno))
		w->no_output = true;
}

/* What the way waits for: room for what it has, or something to read. */
static struct pollfd way_poll(const struct par_way *w)
{
	if (w->from < 0 || par_way_ended(w))
		return (struct pollfd){ .fd = -1 };
	if (par_way_pending(w) > 0)
		return (struct pollfd){ .fd = w->to, .events = POLLOUT };
	return (struct pollfd){ .fd = w->from, .events = POLLIN };
}

static void way_step(struct par_way *w)
{
	if (par_way_pending(w) > 0)
		way_write(w);
	else
		way_read(w);
}

int par_relay(struct par_way *ways, size_t n_ways, struct pollfd *more, size_t n_more,
	      int timeout_ms)
{
	struct pollfd p[PAR_RELAY_MAX];
	int r;

	if (n_ways + n_more > PAR_RELAY_MAX)
		return -EINVAL;
	for (size_t i = 0; i < n_ways; i++)
		p[i] = way_poll(&ways[i]);
	for (size_t i = 0; i < n_more; i++) {
		more[i].revents = 0;
		p[n_ways + i] = more[i];
	}
	r = poll(p, n_ways + n_more, timeout_ms);
	if (r <= 0)
		return r == 0 ? 0 : errno == EINTR ? 1 : -errno;
	for (size_t i = 0; i < n_ways; i++) {
		if (p[i].revents)
			way_step(&ways[i]);
	}
	for (size_t i = 0; i < n_more; i++)
		more[i].revents = p[n_ways + i].revents;
	return 1;
}

void par_way_drain(struct par_way *w)
{
	while (w->from >= 0 && !par_way_ended(w)) {
		struct pollfd p = way_poll(w);
		int r = poll(&p, 1, par_way_pending(w) > 0 ? -1 : 0);

		if (r == 0 || (r < 0 && errno != EINTR))
			return;
		if (r > 0)
			way_step(w);
	}
}
