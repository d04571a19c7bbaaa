/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests from inside: see cor.h.  The one who asks is not trusted: all that he says is the name
 * of a directory, and what is mounted there, and how, the specification says; or a message, which
 * the buffer of errors bounds and cleans.
 */
#include "wparctl/runtime/life/cor.h"

#include "lpard/common/fs.h"
#include "lpard/common/now.h"
#include "wparctl/filesystem/mount_change.h"
#include "wparctl/filesystem/namefs.h"
#include "wparctl/filesystem/outside.h"
#include "wparctl/resources/cgroup.h"
#include "wparctl/runtime/launch/launch.h"
#include "wparctl/runtime/launch/reset.h"
#include "wparctl/runtime/life/change_active.h"
#include "wparctl/runtime/life/lock.h"
#include "wparctl/runtime/life/outside_show.h"
#include "wparctl/runtime/life/wpar_log.h"
#include "wparctl/spec/cor_request.h"
#include "wparctl/spec/error_buffer.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#define REQUEST_MS 2000
#define SERVE_S	   60
#define BACKLOG	   8
#define LOCK_TRIES 20
#define LOCK_MS	   100
#define REST_MS	   250	/* at least; the lock is for others, too */
#define DIE_MS	   5000 /* of one that was killed */

static char *folder_of(const char *name)
{
	return wpar_path(WPAR_RUN_DIR "/%s/cor", name);
}

/* By a short name of the folder: a socket's path has room for 107 bytes. */
static int listen_in(int folder, uid_t owner)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	autofd int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	snprintf(at.sun_path, sizeof(at.sun_path), "/proc/self/fd/%d/" WPAR_COR_SOCKET, folder);
	unlinkat(folder, WPAR_COR_SOCKET, 0);
	if (bind(fd, (const struct sockaddr *)&at, sizeof(at)) < 0 ||
	    fchownat(folder, WPAR_COR_SOCKET, owner, owner, AT_SYMLINK_NOFOLLOW) < 0 ||
	    fchmodat(folder, WPAR_COR_SOCKET, 0600, 0) < 0 || listen(fd, BACKLOG) < 0)
		return -errno;
	return take_fd(&fd);
}

void wpar_cor_prepare(const char *name)
{
	autofree char *path = folder_of(name);

	if (path)
		par_fs_mkdirs(path, 0755); /* ignoring: the plan leaves out what is not there */
}

struct wpar_cor wpar_cor_begin(const struct wpar_spec *s)
{
	autofree char *path = folder_of(s->name);
	struct wpar_cor c = { .listener = -1, .busy = -1 };
	autofd int folder = -1;

	if (!path)
		return c;
	folder = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder >= 0)
		c.listener = listen_in(folder, s->idbase);
	return c;
}

static int64_t rest_of(const struct wpar_cor *c)
{
	int64_t left = c->rest_ms - (int64_t)par_now_ms();

	return c->busy >= 0 || left < 0 ? 0 : left;
}

int wpar_cor_fd(const struct wpar_cor *c)
{
	return c->busy >= 0 ? c->busy : rest_of(c) > 0 ? -1 : c->listener;
}

int wpar_cor_timeout(const struct wpar_cor *c)
{
	int64_t left = rest_of(c);

	return left > 0 ? (int)left : -1;
}

static int receive(int fd, struct wpar_cor_request *ret)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char data[WPAR_COR_MOST + 1];
	ssize_t n;

	if (poll(&p, 1, REQUEST_MS) <= 0)
		return -ETIMEDOUT;
	n = recv(fd, data, sizeof(data), MSG_DONTWAIT);
	if (n <= 0 || n > WPAR_COR_MOST || !wpar_cor_parse(data, (size_t)n, ret))
		return -EINVAL;
	return 0;
}

/* Of the WPAR's root alone. */
static bool may_ask(int fd, const struct wpar_spec *s)
{
	struct ucred who;
	socklen_t len = sizeof(who);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) == 0 && who.uid == s->idbase;
}

static int lock_patiently(const char *name, struct par_error **err)
{
	int fd = -1, r = -EBUSY;

	for (int i = 0; i < LOCK_TRIES && r < 0; i++) {
		if (i > 0)
			poll(NULL, 0, LOCK_MS);
		par_error_free(err);
		r = wpar_lock(name, &fd, err);
	}
	return r < 0 ? r : fd;
}

static bool is_mounted_inside(pid_t init, const char *directory)
{
	char path[64];
	auto_buf b = { 0 };
	char *save = NULL;

	snprintf(path, sizeof(path), "/proc/%d/mountinfo", (int)init);
	if (par_fs_read(path, 4 << 20, &b) < 0)
		return false;
	for (char *l = strtok_r(b.data, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
		char point[4096];

		if (sscanf(l, "%*u %*u %*s %*s %4095s", point) == 1 &&
		    strcmp(point, directory) == 0)
			return true;
	}
	return false;
}

static const struct wpar_mount_op *find_op(const struct wpar_mount_plan *p, const char *directory)
{
	for (size_t i = 0; i < p->n_ops; i++) {
		if (strcmp(p->ops[i].target, directory) == 0 && wpar_outside_may_go(&p->ops[i]))
			return &p->ops[i];
	}
	return NULL;
}

static const char *shown_source(const struct wpar_mount_op *op)
{
	return op->flags & (WPAR_OP_NFS | WPAR_OP_NAMEFS) ? op->source : "Global";
}

/* As a plan, whose parts stay those of @p. */
static void carry_out(const struct wpar_spec *s, const struct wpar_mount_plan *p,
		      const struct wpar_mount_op *op, bool unmount, struct par_error **err)
{
	struct wpar_mount_op one = *op;
	struct wpar_mount_plan with = *p, without = *p;
	struct wpar_mount_change c = { 0 };

	with.ops = &one;
	with.n_ops = 1;
	without.ops = NULL;
	without.n_ops = 0;
	c.add = unmount ? without : with;
	c.drop = unmount ? with : without;
	c.resize = without;
	/* Of a versioned one nothing is shown outside, and nobody has unmounted it there. */
	if (!s->version.image_digest)
		wpar_outside_note(s->name, &c.add);
	if (wpar_change_mounts(s, &c, false, err) < 0)
		return;
	if (unmount)
		wpar_outside_drop(&with);
	else
		wpar_outside_show(s->name, p);
}

static void serve_request(const struct wpar_spec *s, const struct wpar_cor_request *q,
			  struct par_error **err)
{
	autofd int cgroup = wpar_cgroup_open(s->name, false, NULL);
	pid_t init = cgroup < 0 ? 0 : wpar_cgroup_init(cgroup);
	const struct wpar_mount_op *op;
	auto_mount_plan p = { 0 };
	auto_error why = NULL;
	const bool unmount = q->verb == WPAR_COR_UMOUNT;
	bool mounted = init > 0 && is_mounted_inside(init, q->text);

	if (wpar_launch_plan(s, &p, err) < 0)
		return;
	op = find_op(&p, q->text);
	if (!op) {
		par_fail(err, PAR_E_NOT_FOUND, 0,
			 mounted && unmount ? "0506-349 Cannot unmount %s: Operation not permitted."
					    : "0506-325 %s is not a known file system.",
			 q->text);
		return;
	}
	if (unmount && !mounted) {
		par_fail(err, PAR_E_NOT_FOUND, 0, "0506-347 Cannot find anything to unmount.");
		return;
	}
	if (!unmount && mounted) {
		par_fail(err, PAR_E_BUSY, 0,
			 "0506-324 Cannot mount %s on %s: The requested resource is busy.",
			 shown_source(op), q->text);
		return;
	}
	if (!unmount && wpar_plan_check_op(&p, op, &why) == 0)
		carry_out(s, &p, op, false, &why);
	else if (!why)
		carry_out(s, &p, op, true, &why);
	if (why && why->id == PAR_E_BUSY && unmount)
		par_fail(err, PAR_E_BUSY, 0,
			 "0506-349 Cannot unmount %s: The requested resource is busy.", q->text);
	else if (why)
		par_fail(err, why->id, 0, "0506-324 Cannot mount %s on %s: %s", shown_source(op),
			 q->text, par_error_text(why));
}

static int check_asker(int fd, const struct wpar_spec *s, struct par_error **err)
{
	return may_ask(fd, s)
		       ? 0
		       : par_fail(err, PAR_E_NOT_PERMITTED, 0, "0506-324 Only root may do that.");
}

/* The lock keeps commands away; what they have changed, the specification says. */
static void serve_mount(const char *name, int fd, const struct wpar_cor_request *q,
			struct par_error **err)
{
	auto_spec s = { 0 };
	autofd int lock = lock_patiently(name, err);

	if (lock < 0)
		return;
	if (wpar_spec_load(name, &s, err) < 0) {
		/* rmwpar came first, which had removed the lock's file. */
		if (!wpar_spec_is_there(name))
			wpar_lock_forget(name);
		return;
	}
	if (check_asker(fd, &s, err) < 0)
		return;
	serve_request(&s, q, err);
	wpar_event_log_detail(name, q->verb == WPAR_COR_UMOUNT ? "umount-inside" : "mount-inside",
			      q->text, err && *err ? *err : NULL);
}

/*
 * As wparerr outside: the buffer's own lock alone, since a start or stop, which holds the WPAR's,
 * is what scripts inside have messages about.  Not logged: a flood would push out what is.
 */
static void serve_error(const char *name, int fd, const struct wpar_cor_request *q,
			struct par_error **err)
{
	auto_spec s = { 0 };

	if (wpar_spec_load(name, &s, err) < 0 || check_asker(fd, &s, err) < 0)
		return;
	wpar_error_buffer_add(name, q->text, err);
}

static void serve_one(const char *name, int fd, struct par_error **err)
{
	struct wpar_cor_request q;

	if (receive(fd, &q) < 0)
		par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "0506-325 That is no file system.");
	else if (q.verb == WPAR_COR_ERROR)
		serve_error(name, fd, &q, err);
	else
		serve_mount(name, fd, &q, err);
}

__attribute__((noreturn)) static void serve(const char *name, pid_t monitor, int fd)
{
	auto_error err = NULL;
	const char *text;

	/* Nothing of the monitor's outlives that: files inside would wait for it. */
	wpar_child_only(monitor, &fd, 1);
	alarm(SERVE_S);
	serve_one(name, fd, &err);
	text = err ? par_error_text(err) : "ok";
	send(fd, text, strnlen(text, WPAR_COR_MOST), MSG_DONTWAIT | MSG_NOSIGNAL);
	_exit(0);
}

static void start_serving(struct wpar_cor *c, const char *name, int fd)
{
	const pid_t monitor = getpid();
	pid_t pid = fork();

	if (pid < 0)
		return;
	if (pid == 0)
		serve(name, monitor, fd);
	c->server = pid;
	c->since_ms = (int64_t)par_now_ms();
	c->busy = (int)syscall(SYS_pidfd_open, pid, 0);
	if (c->busy >= 0)
		return;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void note_end(struct wpar_cor *c)
{
	int64_t now = (int64_t)par_now_ms(), took = now - c->since_ms;

	close(c->busy);
	c->busy = -1;
	waitpid(c->server, NULL, WNOHANG);
	c->rest_ms = now + (took > REST_MS ? took : REST_MS);
}

void wpar_cor_event(struct wpar_cor *c, const char *name)
{
	autofd int fd = -1;

	if (c->busy >= 0) {
		note_end(c);
		return;
	}
	fd = accept4(c->listener, NULL, NULL, SOCK_CLOEXEC);
	if (fd >= 0)
		start_serving(c, name, fd);
}

void wpar_cor_end(struct wpar_cor *c)
{
	struct pollfd p = { .fd = c->busy, .events = POLLIN };

	if (c->listener >= 0)
		close(c->listener);
	c->listener = -1;
	if (c->busy < 0)
		return;
	kill(c->server, SIGKILL);
	poll(&p, 1, DIE_MS);
	note_end(c);
}
