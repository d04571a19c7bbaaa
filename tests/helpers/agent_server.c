/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agent_server SOCKET AGENT...
 * agent_server SOCKET --connect PORT
 *	RunCommand without a daemon, and without an LPAR
 *
 * Listens at SOCKET for Varlink's org.lpard.RunCommand, runs each in the one agent that it starts
 * ("wparctl agent" with --fd added), by lpard's own channel.c and command.c.  After an agent that
 * died it starts another.  --connect: the agent is that of a guest, PORT the unix socket of qemu's
 * chardev for its virtio port.  SIGUSR1: say that the LPAR went away.  For tests of wparcmd and for
 * measuring.
 */
#include "lpard/common/event.h"
#include "lpard/common/json.h"
#include "lpard/common/process.h"
#include "lpard/wire/wire.h"
#include "lpard/agent/command.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

struct server {
	struct par_event *loop;
	struct lpar_channel *channel;
	char **agent_argv;
	int channel_fd;
	struct par_source *channel_io, *timer, *agent, *listener, *gone;
};

struct client {
	struct server *server;
	int fd;
	struct par_source *io;
	struct par_wire_in in;
	struct lpar_command *run;
	bool upgraded;
};

static void die(const char *what, struct par_error *err)
{
	fprintf(stderr, "agent_server: %s: %s\n", what, err ? err->msg : strerror(errno));
	exit(1);
}

static void arm(struct server *s)
{
	const void *data;
	uint64_t now = par_now_ms(), deadline = lpar_channel_deadline(s->channel);

	if (s->channel_io)
		par_source_events(s->channel_io,
				  EPOLLIN |
					  (lpar_channel_output(s->channel, &data) ? EPOLLOUT : 0));
	par_source_timer(s->timer, deadline == UINT64_MAX ? deadline
				   : deadline > now	  ? deadline - now
							  : 0);
}

static void client_free(struct client *c)
{
	lpar_command_free(&c->run);
	par_wire_in_done(&c->in);
	par_source_free(&c->io);
	close(c->fd);
	arm(c->server);
	free(c);
}

static void client_arm(struct client *c)
{
	const void *data;
	uint32_t events = 0;

	if (!c->run || lpar_command_can_read(c->run))
		events |= EPOLLIN;
	if (c->upgraded && lpar_command_output(c->run, &data) > 0)
		events |= EPOLLOUT;
	if (c->upgraded && lpar_command_done(c->run))
		events |= EPOLLOUT;
	par_source_events(c->io, events);
	arm(c->server);
}

static void send_reply(struct client *c, const struct par_error *err)
{
	auto_buf b = { 0 };

	if (err) {
		par_wire_encode_error(err, &b);
	} else {
		struct par_wire_reply reply = { 0 };

		par_wire_encode_reply(&reply, &b, NULL);
	}
	if (send(c->fd, b.data, b.len, MSG_NOSIGNAL) != (ssize_t)b.len)
		fprintf(stderr, "agent_server: a reply was not sent\n");
}

static void on_replied(struct lpar_command *r, const struct par_error *err, void *user)
{
	struct client *c = user;

	(void)r;
	send_reply(c, err);
	c->upgraded = !err;
	if (err)
		shutdown(c->fd, SHUT_RDWR);
	client_arm(c);
}

static void on_changed(struct lpar_command *r, void *user)
{
	(void)r;
	client_arm(user);
}

static const struct lpar_command_ops run_ops = { .replied = on_replied, .changed = on_changed };

static int start_run(struct client *c, const char *text, size_t len, struct par_error **err)
{
	static const char *const own[] = { "system", "lpar", "id", "wait_s" };
	auto_wire_call call = { 0 };
	int r = par_wire_decode_call(text, len, &call, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < PAR_ARRAY_SIZE(own); i++)
		json_object_object_del(call.parameters, own[i]);
	return lpar_command_new(&c->run, c->server->channel, call.parameters, &run_ops, c, err);
}

static void take_call(struct client *c, const void *data, size_t len)
{
	auto_error err = NULL;
	const char *text;
	size_t text_len;

	par_wire_feed(&c->in, data, len);
	if (par_wire_next(&c->in, &text, &text_len, &err) == 1 &&
	    start_run(c, text, text_len, &err) < 0)
		send_reply(c, err);
}

static bool client_read(struct client *c)
{
	static char buf[65536];
	ssize_t n = recv(c->fd, buf, sizeof(buf), MSG_DONTWAIT);

	if (n < 0 && errno == EAGAIN)
		return true;
	if (n <= 0) {
		client_free(c);
		return false;
	}
	if (c->run)
		lpar_command_feed(c->run, buf, (size_t)n);
	else
		take_call(c, buf, (size_t)n);
	return true;
}

static void on_client(struct par_source *src, int fd, uint32_t events, void *user)
{
	struct client *c = user;
	const void *data;
	size_t len;

	(void)src;
	if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) && !client_read(c))
		return;
	if (c->upgraded) {
		len = lpar_command_output(c->run, &data);
		if (len > 0) {
			ssize_t n = send(fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL);

			if (n > 0)
				lpar_command_sent(c->run, (size_t)n);
		} else if (lpar_command_done(c->run)) {
			client_free(c);
			return;
		}
	}
	client_arm(c);
}

static void on_listener(struct par_source *src, int fd, uint32_t events, void *user)
{
	struct client *c = calloc(1, sizeof(*c));

	(void)src;
	(void)events;
	c->server = user;
	c->in.max = PAR_WIRE_MAX_CALL;
	c->fd = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (c->fd < 0 ||
	    par_event_io(c->server->loop, c->fd, EPOLLIN, on_client, c, &c->io, NULL) < 0)
		die("accept", NULL);
}

static void start_agent(struct server *s);

static void on_channel(struct par_source *src, int fd, uint32_t events, void *user)
{
	static char buf[262144];
	struct server *s = user;
	const void *data;
	size_t len = lpar_channel_output(s->channel, &data);
	ssize_t n;

	(void)src;
	if ((events & EPOLLOUT) && len > 0) {
		n = send(fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n > 0)
			lpar_channel_sent(s->channel, (size_t)n);
	}
	if (events & (EPOLLIN | EPOLLHUP)) {
		n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
		if (n > 0)
			lpar_channel_feed(s->channel, buf, (size_t)n, par_now_ms());
		else if (n == 0 || errno != EAGAIN)
			par_source_events(s->channel_io, 0);
	}
	if (s->channel_io)
		arm(s);
}

static void on_timer(struct par_source *src, void *user)
{
	struct server *s = user;

	(void)src;
	lpar_channel_tick(s->channel, par_now_ms());
	arm(s);
}

static void on_agent_end(struct par_source *src, pid_t pid, int status, void *user)
{
	struct server *s = user;

	(void)src;
	fprintf(stderr, "agent_server: agent %d ended (%d)\n", (int)pid, status);
	par_source_free(&s->agent);
	par_source_free(&s->channel_io);
	close(s->channel_fd);
	lpar_channel_disconnected(s->channel, NULL);
	start_agent(s);
}

static int connect_to(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	if (fd < 0 || connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		die(path, NULL);
	return fd;
}

static void use_channel(struct server *s, int fd)
{
	struct par_error *err = NULL;

	s->channel_fd = fd;
	if (par_event_io(s->loop, fd, EPOLLIN, on_channel, s, &s->channel_io, &err) < 0)
		die("channel", err);
	lpar_channel_connected(s->channel, par_now_ms());
	arm(s);
}

static void start_agent(struct server *s)
{
	struct par_error *err = NULL;
	int fds[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) < 0)
		die("socketpair", NULL);
	pid = fork();
	if (pid < 0)
		die("fork", NULL);
	if (pid == 0) {
		dup2(fds[1], STDIN_FILENO);
		execvp(s->agent_argv[0], s->agent_argv);
		die(s->agent_argv[0], NULL);
	}
	close(fds[1]);
	if (par_event_child(s->loop, pid, on_agent_end, s, &s->agent, &err) < 0)
		die("agent", err);
	use_channel(s, fds[0]);
}

static void on_gone(struct par_source *src, int signo, void *user)
{
	struct server *s = user;

	(void)src;
	(void)signo;
	lpar_channel_disconnected(s->channel, NULL);
	lpar_channel_connected(s->channel, par_now_ms());
	arm(s);
}

static void on_output(void *user)
{
	(void)user;
}

static void on_state(enum lpar_channel_state state, void *user)
{
	(void)user;
	fprintf(stderr, "agent_server: state %d\n", (int)state);
}

static const struct lpar_channel_ops channel_ops = { .output = on_output, .state = on_state };

int main(int argc, char **argv)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct server s = { 0 };
	struct par_error *err = NULL;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (argc < 3) {
		fprintf(stderr, "usage: agent_server SOCKET AGENT [ARGUMENT...]\n");
		return 1;
	}
	s.agent_argv = argv + 2;
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", argv[1]);
	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 || listen(fd, 64) < 0)
		die(argv[1], NULL);
	if (par_event_new(&s.loop, &err) < 0 ||
	    lpar_channel_new(&s.channel, "lpar01", &channel_ops, &s, &err) < 0 ||
	    par_event_timer(s.loop, UINT64_MAX, on_timer, &s, &s.timer, &err) < 0 ||
	    par_event_signal(s.loop, SIGUSR1, on_gone, &s, &s.gone, &err) < 0 ||
	    par_event_io(s.loop, fd, EPOLLIN, on_listener, &s, &s.listener, &err) < 0)
		die("set-up", err);
	signal(SIGPIPE, SIG_IGN);
	if (strcmp(argv[2], "--connect") == 0 && argc == 4)
		use_channel(&s, connect_to(argv[3]));
	else
		start_agent(&s);
	return par_event_run(s.loop);
}
