/* SPDX-License-Identifier: Apache-2.0 */
/* The agent's port: see transport.h. */
#include "wparctl/agent/transport.h"

#include "lpard/wire/frame.h"
#include "lpard/common/process.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>

/* virtio_console takes at most so much in one write. */
#define WRITE_MAX 32768u
#define READ_SIZE 65536u
#define CONGESTED (256u * 1024)
#define RELAXED	  (64u * 1024)
/* Nothing is read while so much waits: then lpard does not read, and answers would pile up. */
#define OUT_MAX	  (1024u * 1024)
#define REOPEN_MS 1000
#define WAITING	  ((uint32_t)(EPOLLIN | EPOLLOUT) | (uint32_t)EPOLLET)

struct wpar_transport {
	struct par_event *loop;
	int fd;
	bool is_fd;	/* given by the caller: its end is the end */
	bool connected; /* the host's end is open, as far as known */
	bool was_congested;
	char *path;
	struct par_source *io, *reopen;
	struct par_buf out;
	size_t sent; /* bytes of out already written */
	size_t rest; /* bytes of out behind sent that end a frame written in part */
	const struct wpar_transport_ops *ops;
	void *user;
	char in[READ_SIZE];
};

static int read_name(const char *dir, const char *port, char *name, size_t size)
{
	char path[512];
	autofd int fd = -1;
	ssize_t n;

	snprintf(path, sizeof(path), "%s/%.64s/name", dir, port);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, name, size - 1);
	if (n < 0)
		return -errno;
	name[n] = '\0';
	name[strcspn(name, "\n")] = '\0';
	return 0;
}

int wpar_port_find(const char *sysfs, char **ret)
{
	char dir[256], name[64];
	struct dirent *entry;
	DIR *ports;
	int r = -ENOENT;

	snprintf(dir, sizeof(dir), "%s/class/virtio-ports", sysfs ? sysfs : "/sys");
	ports = opendir(dir);
	if (!ports)
		return -ENOENT;
	while (r == -ENOENT && (entry = readdir(ports)) != NULL) {
		if (entry->d_name[0] == '.' ||
		    read_name(dir, entry->d_name, name, sizeof(name)) < 0)
			continue;
		if (strcmp(name, WPAR_AGENT_PORT_NAME) != 0)
			continue;
		*ret = par_strdup_printf("/dev/%s", entry->d_name);
		r = *ret ? 0 : -ENOMEM;
	}
	closedir(ports);
	return r;
}

static size_t waiting(const struct wpar_transport *t)
{
	return t->out.len - t->sent;
}

static uint32_t wanted(const struct wpar_transport *t)
{
	uint32_t events = 0;

	if (!t->connected)
		return WAITING;
	if (waiting(t) < OUT_MAX)
		events |= EPOLLIN;
	if (waiting(t) > 0)
		events |= EPOLLOUT;
	return events;
}

static void forget_output(struct wpar_transport *t)
{
	par_buf_clear(&t->out);
	t->sent = t->rest = 0;
	t->was_congested = false;
}

static void reopen_later(struct wpar_transport *t)
{
	par_source_free(&t->io);
	if (t->fd >= 0)
		close(t->fd);
	t->fd = -1;
	par_source_timer(t->reopen, REOPEN_MS);
}

/*
 * The host's end is closed.  A virtio port then reports EPOLLHUP for ever, so it is watched for
 * changes only (edge-triggered: the driver wakes its waiters when the host opens or closes).
 */
static void host_gone(struct wpar_transport *t, bool broken)
{
	bool was = t->connected;

	t->connected = false;
	forget_output(t);
	if (broken && !t->is_fd)
		reopen_later(t);
	else if (t->io)
		par_source_events(t->io, t->is_fd ? 0 : WAITING);
	if (was || t->is_fd)
		t->ops->lost(t->is_fd, t->user);
}

/* How much of what waits may go in one write: whole frames. */
static size_t write_size(const struct wpar_transport *t)
{
	const uint8_t *p = (const uint8_t *)t->out.data + t->sent; /* not empty */
	size_t left = waiting(t), size = t->rest;

	while (left - size >= PAR_FRAME_HEADER) {
		const uint8_t *h = p + size + 8;
		size_t frame = PAR_FRAME_COST +
			       ((size_t)h[0] << 24 | (size_t)h[1] << 16 | (size_t)h[2] << 8 | h[3]);

		if (size > 0 && size + frame > WRITE_MAX)
			break;
		size += frame;
	}
	return size;
}

/* An error is left to on_io(): the same port then reports EPOLLHUP. */
static void write_some(struct wpar_transport *t)
{
	while (waiting(t) > 0) {
		size_t size = write_size(t);
		ssize_t n = write(t->fd, t->out.data + t->sent, size);

		if (n <= 0)
			break;
		t->sent += (size_t)n;
		t->rest = size - (size_t)n;
	}
	if (waiting(t) == 0 || t->sent > CONGESTED) {
		par_buf_drop(&t->out, t->sent);
		t->sent = 0;
	}
}

/*
 * The pad's length is no multiple of what one write takes, and it has no header to tell its length:
 * it goes out as the rest of a frame does.
 */
int wpar_transport_pad(struct wpar_transport *t)
{
	if (waiting(t) > 0)
		return -EBUSY;
	if (par_frame_put_pad(&t->out) < 0)
		return -ENOMEM;
	t->rest = waiting(t);
	return 0;
}

void wpar_transport_flush(struct wpar_transport *t)
{
	if (!t->connected) {
		forget_output(t);
		return;
	}
	write_some(t);
	par_source_events(t->io, wanted(t));
	if (waiting(t) >= CONGESTED)
		t->was_congested = true;
}

static void relax(struct wpar_transport *t)
{
	if (!t->was_congested || waiting(t) > RELAXED)
		return;
	t->was_congested = false;
	t->ops->drained(t->user);
}

static bool read_some(struct wpar_transport *t)
{
	ssize_t n = read(t->fd, t->in, sizeof(t->in));

	if (n > 0) {
		t->ops->input(t->in, (size_t)n, t->user);
		return t->connected;
	}
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	host_gone(t, n < 0);
	return false;
}

static void on_io(struct par_source *s, int fd, uint32_t events, void *user)
{
	struct wpar_transport *t = user;

	(void)s;
	if (!t->connected) {
		struct pollfd p = { .fd = fd, .events = POLLIN | POLLOUT };

		if (poll(&p, 1, 0) < 0 || (p.revents & POLLHUP) != 0)
			return;
		t->connected = true;
		t->ops->opened(t->user);
	} else {
		if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0 && !read_some(t))
			return;
		if ((events & EPOLLHUP) != 0 && (events & EPOLLIN) == 0) {
			host_gone(t, false);
			return;
		}
	}
	wpar_transport_flush(t);
	relax(t);
}

static int start_watching(struct wpar_transport *t, struct par_error **err)
{
	int r;

	t->connected = false;
	r = par_event_io(t->loop, t->fd, WAITING, on_io, t, &t->io, err);
	if (r < 0)
		return r;
	/* The first report may not come when nothing is ready; look now. */
	on_io(t->io, t->fd, 0, t);
	return 0;
}

static int open_port(struct wpar_transport *t)
{
	autofree char *found = NULL;
	const char *path = t->path;

	if (!path) {
		int r = wpar_port_find(NULL, &found);

		if (r < 0)
			return r;
		path = found;
	}
	t->fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	return t->fd < 0 ? -errno : 0;
}

static void on_reopen(struct par_source *s, void *user)
{
	struct wpar_transport *t = user;

	if (open_port(t) < 0 || start_watching(t, NULL) < 0)
		par_source_timer(s, REOPEN_MS);
}

static int transport_start(struct wpar_transport *t, const char *path, struct par_error **err)
{
	int r;

	if (path) {
		t->path = strdup(path);
		if (!t->path)
			return par_oom(err);
	}
	r = par_event_timer(t->loop, t->is_fd ? UINT64_MAX : 0, on_reopen, t, &t->reopen, err);
	if (r < 0 || !t->is_fd)
		return r;
	par_set_nonblock(t->fd);
	return start_watching(t, err);
}

int wpar_transport_new(struct wpar_transport **ret, struct par_event *loop, int fd,
		       const char *path, const struct wpar_transport_ops *ops, void *user,
		       struct par_error **err)
{
	struct wpar_transport *t = calloc(1, sizeof(*t));
	int r;

	if (!t)
		return par_oom(err);
	*t = (struct wpar_transport){
		.loop = loop, .fd = fd, .is_fd = fd >= 0, .ops = ops, .user = user
	};
	/* Its first events may come before this returns. */
	*ret = t;
	r = transport_start(t, path, err);
	if (r < 0)
		wpar_transport_free(ret);
	return r;
}

void wpar_transport_free(struct wpar_transport **transport)
{
	struct wpar_transport *t = *transport;

	if (!t)
		return;
	par_source_free(&t->io);
	par_source_free(&t->reopen);
	if (t->fd >= 0)
		close(t->fd);
	par_buf_done(&t->out);
	free(t->path);
	free(t);
	*transport = NULL;
}

struct par_buf *wpar_transport_out(struct wpar_transport *t)
{
	return &t->out;
}

bool wpar_transport_congested(const struct wpar_transport *t)
{
	return waiting(t) >= CONGESTED;
}
