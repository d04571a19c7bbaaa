/* SPDX-License-Identifier: Apache-2.0 */
/* The door: see server.h.  Clients that are in are served by connection.c. */
#include "lpard/daemon/server/server.h"

#include "lpard/common/log.h"
#include "lpard/daemon/server/connection.h"
#include "lpard/wire/wire.h"

#include <fcntl.h>
#include <grp.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#define RETRY_MS     100  /* after EMFILE */
#define WATCH_MS     1000 /* between looks at slow readers */
#define ROOT_RESERVE 32	  /* connections that only root gets */
#define BACKLOG	     1024
#define MAX_GROUPS   1024

/* A client that was let in. */
struct client {
	struct client *prev, *next;
	struct lpar_server *server;
	struct lpar_connection *connection;
};

struct lpar_server {
	struct par_event *loop;
	lpar_server_fn fn;
	void *user;
	char *path, *lock_path;
	int fd, lock_fd;
	bool passed; /* the socket belongs to systemd, which goes on listening after us */
	struct par_source *source;
	struct par_source *retry; /* timer: accept again after EMFILE; watch over slow readers */
	bool paused, watching;
	gid_t group, read_group; /* (gid_t)-1: none */
	size_t max_clients;
	struct client *clients;
	size_t n_clients;
};

const char *lpar_role_name(enum lpar_role role)
{
	switch (role) {
	case LPAR_ROLE_NONE:
		return "none";
	case LPAR_ROLE_VIEWER:
		return "viewer";
	case LPAR_ROLE_OPERATOR:
		return "operator";
	}
	return "none";
}

static bool in_group(gid_t group, gid_t own, const gid_t *groups, size_t n)
{
	if (group == (gid_t)-1)
		return false;
	if (group == own)
		return true;
	for (size_t i = 0; i < n; i++) {
		if (groups[i] == group)
			return true;
	}
	return false;
}

static int read_peer(const struct lpar_server *server, int fd, struct lpar_peer *ret)
{
	struct ucred cred;
	gid_t groups[MAX_GROUPS];
	socklen_t len = sizeof(cred), groups_len = sizeof(groups);
	size_t n;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) < 0)
		return -errno;
	/* Of a caller in more than MAX_GROUPS groups only the primary group counts. */
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &groups_len) < 0)
		groups_len = 0;
	n = groups_len / sizeof(groups[0]);
	*ret = (struct lpar_peer){ .uid = cred.uid, .pid = cred.pid, .role = LPAR_ROLE_NONE };
	if (cred.uid == 0 || in_group(server->group, cred.gid, groups, n))
		ret->role = LPAR_ROLE_OPERATOR;
	else if (in_group(server->read_group, cred.gid, groups, n))
		ret->role = LPAR_ROLE_VIEWER;
	return 0;
}

static void arm_timer(struct lpar_server *server)
{
	uint64_t ms = server->paused ? RETRY_MS : server->watching ? WATCH_MS : UINT64_MAX;

	(void)par_source_timer(server->retry, ms);
}

static void go_on_accepting(struct lpar_server *server)
{
	if (server->paused && server->source) {
		server->paused = false;
		(void)par_source_events(server->source, EPOLLIN);
	}
}

/* Drop the clients that have not read for long; true when some others still are behind. */
static bool check_readers(struct lpar_server *server, uint64_t now_ms)
{
	struct client *c = server->clients;
	bool behind = false;

	while (c) {
		switch (lpar_connection_check(c->connection, now_ms)) {
		case LPAR_READER_BEHIND:
			behind = true;
			break;
		case LPAR_READER_IN_TIME:
			break;
		case LPAR_READER_DROPPED:
			/* The owner of a dropped call may have dropped other clients, too: start
			 * again. */
			c = server->clients;
			continue;
		}
		c = c->next;
	}
	return behind;
}

static void on_timer(struct par_source *s, void *user)
{
	struct lpar_server *server = user;

	(void)s;
	go_on_accepting(server);
	if (server->watching)
		server->watching = check_readers(server, par_now_ms());
	arm_timer(server);
}

/* What connections tell. */

static void on_call(struct lpar_call *call, void *user)
{
	struct client *c = user;

	c->server->fn(call, c->server->user);
}

static void on_behind(void *user)
{
	struct client *c = user;

	if (c->server->watching)
		return;
	c->server->watching = true;
	arm_timer(c->server);
}

static void on_gone(void *user)
{
	struct client *c = user;
	struct lpar_server *server = c->server;

	if (c->prev)
		c->prev->next = c->next;
	else
		server->clients = c->next;
	if (c->next)
		c->next->prev = c->prev;
	free(c);
	server->n_clients--;
	go_on_accepting(server);
}

static const struct lpar_connection_ops connection_ops = {
	.call = on_call,
	.behind = on_behind,
	.gone = on_gone,
};

/* Takes @fd over. */
static void let_in(struct lpar_server *server, int fd, const struct lpar_peer *peer)
{
	struct client *c = calloc(1, sizeof(*c));

	if (!c) {
		close(fd);
		return;
	}
	if (lpar_connection_new(server->loop, fd, peer, &connection_ops, c, &c->connection) < 0) {
		free(c);
		return;
	}
	c->server = server;
	c->next = server->clients;
	if (c->next)
		c->next->prev = c;
	server->clients = c;
	server->n_clients++;
}

static void pause_accept(struct lpar_server *server, int errnum)
{
	par_log(PAR_LOG_WARNING, "no more connections for now: %s", strerror(errnum));
	server->paused = true;
	(void)par_source_events(server->source, 0);
	arm_timer(server);
}

/* Send the reason, as far as the socket takes bytes without waiting. */
static void refuse_client(int fd, const struct lpar_peer *peer)
{
	auto_buf out = { 0 };
	auto_error err = NULL;

	par_fail(&err, PAR_E_BUSY, 0, "lpard has too many clients: try again later");
	if (par_wire_encode_error(err, &out) == 0)
		(void)!send(fd, out.data, out.len, MSG_NOSIGNAL | MSG_DONTWAIT);
	par_log(PAR_LOG_WARNING, "peer=%u/%d refused: too many clients", (unsigned int)peer->uid,
		(int)peer->pid);
	close(fd);
}

static void on_accept(struct par_source *s, int listen_fd, uint32_t events, void *user)
{
	struct lpar_server *server = user;

	(void)s;
	(void)events;
	/* A limited number at a time: clients that are in want to be served too. */
	for (int i = 0; i < 64; i++) {
		int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		struct lpar_peer peer = { 0 };

		if (fd < 0) {
			if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
			    errno == ENOMEM)
				pause_accept(server, errno);
			return;
		}
		if (read_peer(server, fd, &peer) < 0) {
			close(fd);
			continue;
		}
		if (server->n_clients >= server->max_clients + (peer.uid == 0 ? ROOT_RESERVE : 0)) {
			refuse_client(fd, &peer);
			continue;
		}
		let_in(server, fd, &peer);
	}
}

static gid_t find_group(const char *name)
{
	struct group *g = name ? getgrnam(name) : NULL;

	if (name && !g)
		par_log(PAR_LOG_NOTICE, "there is no group \"%s\": only root may use lpard", name);
	return g ? g->gr_gid : (gid_t)-1;
}

void lpar_server_limits(struct lpar_server *server, const struct lpar_server_config *config)
{
	server->group = find_group(config->group);
	server->read_group = find_group(config->read_group);
	server->max_clients = config->max_clients;
	/* Viewers are let in by the mode and told apart by their credentials. */
	if (server->fd >= 0) {
		(void)!chown(server->path, 0, server->group);
		(void)chmod(server->path, server->read_group != (gid_t)-1 ? 0666 : 0660);
	}
}

/* The folder of the socket, if its parent is there. */
static int make_folder(const char *path, struct par_error **err)
{
	autofree char *folder = strdup(path);
	char *slash = folder ? strrchr(folder, '/') : NULL;

	if (!slash || slash == folder)
		return 0;
	*slash = '\0';
	if (mkdir(folder, 0755) < 0 && errno != EEXIST)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not make the folder \"%s\"",
				folder);
	return 0;
}

static int take_lock(struct lpar_server *server, struct par_error **err)
{
	char pid[32] = "";
	ssize_t n;

	server->lock_fd = open(server->lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (server->lock_fd < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not open \"%s\"",
				server->lock_path);
	if (flock(server->lock_fd, LOCK_EX | LOCK_NB) < 0) {
		n = pread(server->lock_fd, pid, sizeof(pid) - 1, 0);
		pid[n > 0 ? strcspn(pid, "\n") : 0] = '\0';
		return par_fail(err, PAR_E_EXISTS, 0,
				"another lpard (process %s) serves \"%s\" already",
				*pid ? pid : "unknown", server->path);
	}
	snprintf(pid, sizeof(pid), "%d\n", (int)getpid());
	if (ftruncate(server->lock_fd, 0) < 0 ||
	    pwrite(server->lock_fd, pid, strlen(pid), 0) != (ssize_t)strlen(pid))
		return par_fail(err, PAR_E_SYSTEM, errno, "could not write \"%s\"",
				server->lock_path);
	return 0;
}

/* Bound under another name and renamed, so that a client that finds the socket can connect. */
static int listen_at(struct lpar_server *server, struct par_error **err)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	autofree char *temp = par_strdup_printf("%s.new", server->path);

	if (!temp)
		return par_oom(err);
	if (strlen(temp) >= sizeof(sa.sun_path))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"the socket path \"%s\" is too long", server->path);
	memcpy(sa.sun_path, temp, strlen(temp) + 1);
	server->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (server->fd < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not make a socket");
	if (unlink(temp) < 0 && errno != ENOENT)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not remove \"%s\"", temp);
	if (bind(server->fd, (struct sockaddr *)&sa, sizeof(sa)) < 0 ||
	    chown(temp, 0, server->group) < 0 ||
	    chmod(temp, server->read_group != (gid_t)-1 ? 0666 : 0660) < 0 ||
	    listen(server->fd, BACKLOG) < 0 || rename(temp, server->path) < 0) {
		int saved = errno;

		unlink(temp);
		return par_fail(err, PAR_E_SYSTEM, saved, "could not listen on \"%s\"",
				server->path);
	}
	return 0;
}

static int open_door(struct lpar_server *server, const struct lpar_server_config *config,
		     struct par_error **err)
{
	int r = make_folder(server->path, err);

	if (r < 0)
		return r;
	r = take_lock(server, err);
	if (r < 0)
		return r;
	r = par_event_timer(server->loop, UINT64_MAX, on_timer, server, &server->retry, err);
	if (r < 0)
		return r;
	server->passed = config->listen_fd > 0;
	if (!server->passed)
		r = listen_at(server, err);
	if (r < 0)
		return r;
	return par_event_io(server->loop, server->passed ? config->listen_fd : server->fd, EPOLLIN,
			    on_accept, server, &server->source, err);
}

int lpar_server_new(struct par_event *loop, const struct lpar_server_config *config,
		    lpar_server_fn fn, void *user, struct lpar_server **ret, struct par_error **err)
{
	struct lpar_server *server = calloc(1, sizeof(*server));
	int r;

	if (!server)
		return par_oom(err);
	*server = (struct lpar_server){
		.loop = loop, .fn = fn, .user = user, .fd = -1, .lock_fd = -1
	};
	server->path = strdup(config->path);
	server->lock_path = par_strdup_printf("%s.lock", config->path);
	if (!server->path || !server->lock_path) {
		lpar_server_free(&server);
		return par_oom(err);
	}
	lpar_server_limits(server, config);
	r = open_door(server, config, err);
	if (r < 0) {
		lpar_server_free(&server);
		return r;
	}
	if (server->passed) {
		server->fd = config->listen_fd;
		lpar_server_limits(server, config);
	}
	*ret = server;
	return 0;
}

void lpar_server_free(struct lpar_server **s)
{
	struct lpar_server *server = *s;

	if (!server)
		return;
	par_source_free(&server->source);
	while (server->clients)
		lpar_connection_drop(server->clients->connection);
	par_source_free(&server->retry);
	if (server->fd >= 0) {
		close(server->fd);
		if (server->lock_fd >= 0 && !server->passed)
			unlink(server->path);
	}
	/* The lock file stays: if it were removed, a second lpard could lock a new file while a
	 * third one waits for the old. */
	if (server->lock_fd >= 0)
		close(server->lock_fd);
	free(server->path);
	free(server->lock_path);
	free(server);
	*s = NULL;
}

size_t lpar_server_clients(const struct lpar_server *server)
{
	return server->n_clients;
}
