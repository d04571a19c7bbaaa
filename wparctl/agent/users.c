/* SPDX-License-Identifier: Apache-2.0 */
/* The socket of ordinary users: see users.h. */
#include "wparctl/agent/users.h"

#include "lpard/common/fs.h"
#include "lpard/common/log.h"
#include "lpard/common/process.h"

#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#define BACKLOG	  64
#define PAUSE_MS  200
#define STRANGERS ((uid_t)-1) /* no user has it */

struct users_session {
	pid_t pid; /* 0: free */
	uid_t uid;
	struct par_source *child;
};

struct wpar_users {
	struct par_event *loop;
	int fd;
	char *path;
	bool (*is_known)(int connection);
	struct par_source *io, *pause;
	struct users_session sessions[WPAR_USERS_ALL];
};

static int set_address(struct sockaddr_un *address, const char *path)
{
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(address->sun_path))
		return -ENAMETOOLONG;
	memcpy(address->sun_path, path, strlen(path) + 1);
	return 0;
}

int wpar_users_connect(const char *path)
{
	autofd int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un address;
	int r = set_address(&address, path);

	if (r < 0)
		return r;
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	return take_fd(&fd);
}

static void on_ended(struct par_source *src, pid_t pid, int status, void *user)
{
	struct users_session *s = user;

	(void)src;
	(void)pid;
	(void)status;
	par_source_free(&s->child);
	s->pid = 0;
}

/* A place for one more of @uid; NULL: there are enough. */
static struct users_session *find_place(struct wpar_users *u, uid_t uid)
{
	struct users_session *place = NULL;
	size_t of_user = 0;

	for (size_t i = 0; i < WPAR_USERS_ALL; i++) {
		if (u->sessions[i].pid == 0)
			place = &u->sessions[i];
		else
			of_user += u->sessions[i].uid == uid;
	}
	return of_user < WPAR_USERS_EACH ? place : NULL;
}

/* Without an event of its end nobody would ever give its place back. */
static void end_session(struct users_session *s)
{
	kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
	s->pid = 0;
}

/* The caller sees a connection that is closed when there is no place for it. */
static int begin_session(struct wpar_users *u, int connection, struct par_error **err)
{
	char *const argv[] = { (char[]){ "wparctl" }, (char[]){ "agent" },
			       (char[]){ "--user-session" }, NULL };
	struct par_spawn spawn = { .path = "/proc/self/exe",
				   .argv = argv,
				   .cwd = "/",
				   .fds = { connection, -1, 2 },
				   .parent_death_signal = SIGHUP };
	struct users_session *s;
	struct ucred peer;
	socklen_t len = sizeof(peer);
	int r;

	if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "a caller is not known");
	if (u->is_known && !u->is_known(connection))
		peer.uid = STRANGERS;
	s = find_place(u, peer.uid);
	if (!s) /* no line for it either, of which a user could make any number */
		return 0;
	r = par_spawn(&spawn, &s->pid, err);
	if (r < 0) {
		s->pid = 0;
		return r;
	}
	s->uid = peer.uid;
	r = par_event_child(u->loop, s->pid, on_ended, s, &s->child, err);
	if (r < 0)
		end_session(s);
	return r;
}

/* Without a descriptor to be had the connection stays where it is, and would be reported for ever.
 */
static void hold_on(struct wpar_users *u)
{
	par_source_events(u->io, 0);
	par_source_timer(u->pause, PAUSE_MS);
}

static void on_pause_over(struct par_source *src, void *user)
{
	struct wpar_users *u = user;

	(void)src;
	par_source_events(u->io, EPOLLIN);
}

static void on_connection(struct par_source *src, int fd, uint32_t events, void *user)
{
	struct wpar_users *u = user;
	auto_error err = NULL;
	autofd int connection = accept4(fd, NULL, NULL, SOCK_CLOEXEC);

	(void)src;
	(void)events;
	if (connection < 0) {
		if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
			hold_on(u);
		return;
	}
	if (begin_session(u, connection, &err) < 0) {
		par_log(PAR_LOG_WARNING, "%s", par_error_text(err));
		hold_on(u);
	}
}

static int users_bind(struct wpar_users *u, struct par_error **err)
{
	struct sockaddr_un address;
	int served = wpar_users_connect(u->path), r = set_address(&address, u->path);

	if (served >= 0) {
		close(served);
		return par_fail(err, PAR_E_ALREADY_OPEN, 0, "'%s' is served already", u->path);
	}
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, -r, "'%s' cannot be served", u->path);
	if (unlink(u->path) < 0 && errno != ENOENT)
		return par_fail(err, PAR_E_SYSTEM, errno, "'%s' cannot be removed", u->path);
	u->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (u->fd < 0 || bind(u->fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    chmod(u->path, 0666) < 0 || listen(u->fd, BACKLOG) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "'%s' cannot be served", u->path);
	return 0;
}

static int users_set_up(struct wpar_users *u, const char *path, struct par_error **err)
{
	autofree char *folder = strndup(path, (size_t)(strrchr(path, '/') - path));
	int r;

	u->path = strdup(path);
	if (!folder || !u->path)
		return par_oom(err);
	r = par_fs_mkdirs(folder, 0755);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, -r, "'%s' cannot be made", folder);
	r = users_bind(u, err);
	if (r < 0)
		return r;
	r = par_event_timer(u->loop, UINT64_MAX, on_pause_over, u, &u->pause, err);
	if (r < 0)
		return r;
	return par_event_io(u->loop, u->fd, EPOLLIN, on_connection, u, &u->io, err);
}

int wpar_users_new(struct wpar_users **ret, struct par_event *loop, const char *path,
		   bool (*is_known)(int connection), struct par_error **err)
{
	struct wpar_users *u = calloc(1, sizeof(*u));
	int r;

	if (!u)
		return par_oom(err);
	u->loop = loop;
	u->is_known = is_known;
	u->fd = -1;
	r = users_set_up(u, path, err);
	if (r < 0) {
		wpar_users_free(&u);
		return r;
	}
	*ret = u;
	return 0;
}

void wpar_users_free(struct wpar_users **users)
{
	struct wpar_users *u = *users;

	if (!u)
		return;
	par_source_free(&u->io);
	par_source_free(&u->pause);
	for (size_t i = 0; i < WPAR_USERS_ALL; i++) {
		if (u->sessions[i].pid > 0)
			kill(u->sessions[i].pid, SIGTERM);
		par_source_free(&u->sessions[i].child);
	}
	if (u->fd >= 0) {
		close(u->fd);
		unlink(u->path);
	}
	free(u->path);
	free(u);
	*users = NULL;
}
