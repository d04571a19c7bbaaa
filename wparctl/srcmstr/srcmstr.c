/* SPDX-License-Identifier: Apache-2.0 */
/* srcmstr: one loop over its socket, its clients and the ends of its children. */
#include "wparctl/srcmstr/srcmstr.h"

#include "wparctl/srcmstr/serve.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#define CLIENTS 16 /* at the same time; the oldest has to go for one more */

struct src_loop {
	struct wpar_srcmstr src;
	int listener, signals;
	int client[CLIENTS]; /* in the order in which they came */
	size_t n_clients;
};

int wpar_src_listen(void)
{
	const struct sockaddr_un where = { .sun_family = AF_UNIX, .sun_path = WPAR_SRC_SOCKET };
	autofd int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	unlink(WPAR_SRC_SOCKET);
	if (bind(fd, (const struct sockaddr *)&where, sizeof(where)) < 0 ||
	    chmod(WPAR_SRC_SOCKET, 0666) < 0 || listen(fd, CLIENTS) < 0)
		return -errno;
	return take_fd(&fd);
}

static void drop_client(struct src_loop *l, size_t at)
{
	close(l->client[at]);
	memmove(&l->client[at], &l->client[at + 1], (l->n_clients - at - 1) * sizeof(*l->client));
	l->n_clients--;
}

static void take_client(struct src_loop *l)
{
	int fd = accept4(l->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	if (l->n_clients == CLIENTS)
		drop_client(l, 0);
	l->client[l->n_clients++] = fd;
}

/* The answer in packets; what a client does not take at once it does not get. */
static void send_answer(int fd, const struct par_buf *answer)
{
	for (size_t at = 0; at < answer->len;) {
		size_t n = answer->len - at < 16384 ? answer->len - at : 16384;

		if (send(fd, answer->data + at, n, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
			return;
		at += n;
	}
}

static void serve_client(struct src_loop *l, size_t at)
{
	char packet[WPAR_SRC_PACKET];
	struct ucred peer = { .uid = (uid_t)-1 };
	socklen_t size = sizeof(peer);
	auto_src_request q = { 0 };
	auto_buf answer = { 0 };
	int fd = l->client[at];
	ssize_t n = recv(fd, packet, sizeof(packet), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0 && getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
	    wpar_src_request_parse(packet, (size_t)n, &q) == 0) {
		wpar_src_reread(&l->src);
		wpar_src_serve(&l->src, &q, peer.uid == 0, &answer);
		send_answer(fd, &answer);
	}
	drop_client(l, at);
}

/* True: srcmstr itself is to end; what it has started goes on. */
static bool take_signals(struct src_loop *l)
{
	struct signalfd_siginfo info;
	bool end = false;
	pid_t pid;

	while (read(l->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		end |= info.ssi_signo == SIGTERM;
	while (!end && (pid = waitpid(-1, NULL, WNOHANG)) > 0)
		wpar_src_ended(&l->src, pid);
	return end;
}

static void src_loop_run(struct src_loop *l)
{
	for (;;) {
		struct pollfd p[2 + CLIENTS] = { { .fd = l->signals, .events = POLLIN },
						 { .fd = l->listener, .events = POLLIN } };
		size_t n = l->n_clients;

		for (size_t i = 0; i < n; i++)
			p[2 + i] = (struct pollfd){ .fd = l->client[i], .events = POLLIN };
		if (poll(p, 2 + (nfds_t)n, wpar_src_tick(&l->src)) < 0 && errno != EINTR)
			return;
		if (p[0].revents && take_signals(l))
			return;
		for (size_t i = n; i-- > 0;) {
			if (p[2 + i].revents)
				serve_client(l, i);
		}
		if (p[1].revents)
			take_client(l);
	}
}

int wpar_srcmstr_run(int listener)
{
	struct src_loop l = { .listener = listener };
	sigset_t set;

	sigfillset(&set);
	sigprocmask(SIG_SETMASK, &set, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGCHLD);
	l.signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (l.signals < 0)
		return 1;
	wpar_src_reread(&l.src);
	wpar_runnings_adopt(&l.src.running);
	src_loop_run(&l);
	return 0;
}
