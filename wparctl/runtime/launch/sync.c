/* SPDX-License-Identifier: Apache-2.0 */
/* Messages between the two sides of a new process: see sync.h. */
#include "wparctl/runtime/launch/sync.h"

#include "lpard/common/str.h"
#include "wparctl/filesystem/mount_apply.h"

#include <string.h>
#include <sys/socket.h>

/* One message upwards.  A process inside may have made it up: no number in it is trusted. */
struct sync_message {
	int id;	    /* of the error, or STARTED, or STEP */
	int number; /* errno, or what wpar_sync_started() or _step() says */
	char text[400];
};

#define STARTED (-1)
#define STEP	(-2)

void wpar_sync_fail(int sync, const struct par_error *e)
{
	struct sync_message m = { .id = e ? (int)e->id : PAR_E_NO_MEMORY,
				  .number = e && e->errnum > 0 ? e->errnum : EIO };

	snprintf(m.text, sizeof(m.text), "%s", par_error_text(e));
	(void)!send(sync, &m, sizeof(m), MSG_NOSIGNAL);
}

static int send_number(int sync, int id, int number)
{
	struct sync_message m = { .id = id, .number = number };

	return send(sync, &m, sizeof(m), MSG_NOSIGNAL) < 0 ? -errno : 0;
}

void wpar_sync_started(int sync, int value)
{
	send_number(sync, STARTED, value);
}

int wpar_sync_step(int sync, int step)
{
	return send_number(sync, STEP, step);
}

static ssize_t receive(int sync, struct sync_message *ret)
{
	ssize_t n;

	do
		n = recv(sync, ret, sizeof(*ret), 0);
	while (n < 0 && errno == EINTR);
	return n;
}

/* The error that @m carries; *err has the other side's text and kind. */
static int take_error(struct sync_message *m, struct par_error **err)
{
	m->text[sizeof(m->text) - 1] = '\0';
	par_fail(err, PAR_E_INVALID_ARGUMENT, m->number, "%s", m->text);
	if (err && *err)
		(*err)->id = (enum par_error_id)m->id;
	return -m->number;
}

static bool is_error(const struct sync_message *m, ssize_t n)
{
	return n == (ssize_t)sizeof(*m) && m->id >= 0 && m->id < PAR_E_COUNT && m->number > 0;
}

int wpar_sync_wait(int sync, struct par_error **err)
{
	struct sync_message m = { 0 };
	ssize_t n = receive(sync, &m);

	if (n == 0)
		return 0;
	if (!is_error(&m, n))
		return par_fail(err, PAR_E_SYSTEM, EPROTO, "the WPAR's first process failed");
	return take_error(&m, err);
}

int wpar_sync_wait_step(int sync, int step, struct par_error **err)
{
	struct sync_message m = { 0 };
	ssize_t n = receive(sync, &m);

	if (n == (ssize_t)sizeof(m) && m.id == STEP && m.number == step)
		return 0;
	if (!is_error(&m, n))
		return par_fail(err, PAR_E_SYSTEM, EPROTO, "the WPAR's first process failed");
	return take_error(&m, err);
}

int wpar_sync_wait_started(int sync, const char *who, void (*stepped)(int step, void *user),
			   void *user, int *ret_value, struct par_error **err)
{
	struct sync_message m = { 0 };
	ssize_t n;

	while ((n = receive(sync, &m)) == (ssize_t)sizeof(m) && m.id == STEP) {
		if (stepped)
			stepped(m.number, user);
	}
	if (n == (ssize_t)sizeof(m) && m.id == STARTED) {
		*ret_value = m.number;
		return 0;
	}
	if (!is_error(&m, n))
		return par_fail(err, PAR_E_SYSTEM, EPIPE, "%s ended", who);
	return take_error(&m, err);
}

int wpar_sync_send_mounts(int sync, const int *fds, size_t n)
{
	union {
		char room[CMSG_SPACE(sizeof(int) * WPAR_MOUNTS_MAX)];
		struct cmsghdr align;
	} control = { 0 };
	struct iovec iov = { .iov_base = &n, .iov_len = sizeof(n) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *c;

	msg.msg_control = control.room;
	msg.msg_controllen = CMSG_SPACE(sizeof(int) * n);
	c = CMSG_FIRSTHDR(&msg);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int) * n);
	memcpy(CMSG_DATA(c), fds, sizeof(int) * n);
	return sendmsg(sync, &msg, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int wpar_sync_receive_mounts(int sync, int *fds, size_t *ret_n, struct par_error **err)
{
	union {
		char room[CMSG_SPACE(sizeof(int) * WPAR_MOUNTS_MAX)];
		struct cmsghdr align;
	} control = { 0 };
	size_t n = 0;
	struct iovec iov = { .iov_base = &n, .iov_len = sizeof(n) };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = control.room,
			      .msg_controllen = sizeof(control.room) };
	ssize_t got = recvmsg(sync, &msg, MSG_CMSG_CLOEXEC);
	struct cmsghdr *c = got > 0 ? CMSG_FIRSTHDR(&msg) : NULL;

	if (got < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "the mounts cannot be taken over");
	if (got == 0)
		return par_fail(err, PAR_E_SYSTEM, EPIPE, "the command that starts it has ended");
	if (got != sizeof(n) || !c || c->cmsg_type != SCM_RIGHTS || n > WPAR_MOUNTS_MAX ||
	    c->cmsg_len != CMSG_LEN(sizeof(int) * n))
		return par_fail(err, PAR_E_SYSTEM, EMFILE, "not all mounts could be taken over");
	memcpy(fds, CMSG_DATA(c), sizeof(int) * n);
	*ret_n = n;
	return 0;
}
