/* SPDX-License-Identifier: Apache-2.0 */
/* The blocking Varlink client: see varlink.h. */
#include "lpard/wire/varlink.h"

#include "lpard/common/event.h"
#include "lpard/common/json.h"
#include "lpard/wire/wire.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#define DEFAULT_PATH "/run/lpard/lpard.sock"

struct par_varlink {
	int fd;
	struct par_wire_in in;
};

const char *par_varlink_default_path(void)
{
	const char *path = secure_getenv("LPARD_SOCKET");

	return path && *path ? path : DEFAULT_PATH;
}

int par_varlink_from_fd(int fd, struct par_varlink **ret, struct par_error **err)
{
	struct par_varlink *v = calloc(1, sizeof(*v));

	if (!v) {
		close(fd);
		return par_oom(err);
	}
	v->fd = fd;
	v->in.max = PAR_WIRE_MAX_REPLY;
	*ret = v;
	return 0;
}

int par_varlink_connect(const char *path, struct par_varlink **ret, struct par_error **err)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	autofd int fd = -1;

	if (strlen(path) >= sizeof(sa.sun_path))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"the socket path \"%s\" is too long", path);
	memcpy(sa.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not make a socket");
	if (connect(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0) {
		if (errno == EACCES || errno == EPERM)
			return par_fail(err, PAR_E_NOT_PERMITTED, errno,
					"you may not use lpard's socket \"%s\"", path);
		if (errno == ENOENT || errno == ECONNREFUSED)
			return par_fail(err, PAR_E_DISCONNECTED, errno,
					"lpard does not run (nobody listens on \"%s\")", path);
		return par_fail(err, PAR_E_SYSTEM, errno, "could not connect to \"%s\"", path);
	}
	return par_varlink_from_fd(take_fd(&fd), ret, err);
}

void par_varlink_free(struct par_varlink **varlink)
{
	struct par_varlink *v = *varlink;

	if (!v)
		return;
	if (v->fd >= 0)
		close(v->fd);
	par_wire_in_done(&v->in);
	free(v);
	*varlink = NULL;
}

static int disconnected(struct par_error **err)
{
	return par_fail(err, PAR_E_DISCONNECTED, 0, "lpard closed the connection");
}

static uint64_t deadline_of(int timeout_ms)
{
	return timeout_ms < 0 ? UINT64_MAX : par_now_ms() + (uint64_t)timeout_ms;
}

static int wait_for(int fd, short events, uint64_t deadline, struct par_error **err)
{
	for (;;) {
		struct pollfd pfd = { .fd = fd, .events = events };
		uint64_t now = par_now_ms();
		int timeout = -1, n;

		if (deadline != UINT64_MAX)
			timeout = deadline > now ? (int)(deadline - now) : 0;
		n = poll(&pfd, 1, timeout);
		if (n > 0)
			return 0;
		if (n == 0)
			return par_fail(err, PAR_E_TIMED_OUT, 0, "lpard does not answer");
		if (errno != EINTR)
			return par_fail(err, PAR_E_SYSTEM, errno, "could not wait for lpard");
	}
}

static int send_call(struct par_varlink *v, const struct par_wire_call *c, uint64_t deadline,
		     struct par_error **err)
{
	auto_buf out = { 0 };
	size_t done = 0;
	int r;

	if (v->fd < 0)
		return disconnected(err);
	r = par_wire_encode_call(c, &out, err);
	if (r < 0)
		return r;
	if (out.len - 1 > PAR_WIRE_MAX_CALL)
		return par_fail(err, PAR_E_TOO_LARGE, 0, "the request is too large");
	while (done < out.len) {
		ssize_t n =
			send(v->fd, out.data + done, out.len - done, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n >= 0) {
			done += (size_t)n;
			continue;
		}
		if (errno == EPIPE || errno == ECONNRESET)
			return 0; /* lpard's reason for closing may still be there to read */
		if (errno != EAGAIN && errno != EINTR)
			return par_fail(err, PAR_E_SYSTEM, errno, "could not write to lpard");
		r = wait_for(v->fd, POLLOUT, deadline, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int read_reply(struct par_varlink *v, uint64_t deadline, struct par_wire_reply *ret,
		      struct par_error **err)
{
	char data[16384];
	const char *text;
	size_t len;

	for (;;) {
		ssize_t n;
		int r = par_wire_next(&v->in, &text, &len, err);

		if (r < 0)
			return r;
		if (r > 0)
			return par_wire_decode_reply(text, len, ret, err);
		r = wait_for(v->fd, POLLIN, deadline, err);
		if (r < 0)
			return r;
		n = recv(v->fd, data, sizeof(data), MSG_DONTWAIT);
		if (n == 0 || (n < 0 && errno == ECONNRESET))
			return disconnected(err);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return par_fail(err, PAR_E_SYSTEM, errno, "could not read from lpard");
		if (n > 0 && par_wire_feed(&v->in, data, (size_t)n) < 0)
			return par_oom(err);
	}
}

static int do_call(struct par_varlink *v, struct par_wire_call *c, int timeout_ms,
		   par_varlink_reply_fn fn, void *user, struct json_object **ret,
		   struct par_error **err)
{
	int r = send_call(v, c, deadline_of(timeout_ms), err);
	uint64_t deadline = deadline_of(timeout_ms);

	while (r >= 0) {
		auto_wire_reply reply = { 0 };

		r = read_reply(v, deadline, &reply, err);
		if (r < 0)
			break;
		r = par_wire_reply_error(&reply, err);
		if (r < 0)
			break;
		if (!reply.continues) {
			if (ret)
				*ret = take_ptr(reply.parameters);
			return 0;
		}
		if (!fn)
			return par_fail(err, PAR_E_PROTOCOL, 0,
					"lpard sent more answers than were asked for");
		r = fn(reply.parameters, user);
		if (r < 0)
			return par_fail(err, PAR_E_SYSTEM, -r, "the call was given up");
		deadline = deadline_of(timeout_ms);
	}
	return r;
}

int par_varlink_call(struct par_varlink *v, const char *method, struct json_object *parameters,
		     int timeout_ms, struct json_object **ret, struct par_error **err)
{
	struct par_wire_call c = { .method = (char *)method, .parameters = parameters };

	return do_call(v, &c, timeout_ms, NULL, NULL, ret, err);
}

int par_varlink_call_more(struct par_varlink *v, const char *method, struct json_object *parameters,
			  int timeout_ms, par_varlink_reply_fn fn, void *user,
			  struct json_object **ret, struct par_error **err)
{
	struct par_wire_call c = { .method = (char *)method,
				   .parameters = parameters,
				   .more = true };

	return do_call(v, &c, timeout_ms, fn, user, ret, err);
}

int par_varlink_call_upgrade(struct par_varlink *v, const char *method,
			     struct json_object *parameters, int timeout_ms,
			     struct json_object **ret, struct par_buf *ret_rest, int *ret_fd,
			     struct par_error **err)
{
	struct par_wire_call c = { .method = (char *)method,
				   .parameters = parameters,
				   .upgrade = true };
	auto_json answer = NULL;
	const char *rest;
	size_t len;
	int r = do_call(v, &c, timeout_ms, NULL, NULL, &answer, err);

	if (r < 0)
		return r;
	rest = par_wire_rest(&v->in, &len);
	if (par_buf_put(ret_rest, rest, len) < 0)
		return par_oom(err);
	if (ret)
		*ret = take_ptr(answer);
	*ret_fd = take_fd(&v->fd);
	return 0;
}
