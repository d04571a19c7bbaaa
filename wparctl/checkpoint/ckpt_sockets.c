/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sockets: of which kind, of whose network, connected to whom.  See ckpt_seen.h.  A socket that a
 * process was given from outside belongs to the network of who has made it.
 */
#include "wparctl/checkpoint/ckpt_seen.h"

#include "lpard/common/fs.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/sockios.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>

#ifndef SIOCGSKNS
#define SIOCGSKNS 0x894C
#endif

#define ANSWER_S 5 /* of the kernel, which answers at once */
#define CANNOT	 "criu cannot restore that; end the process"

/* What criu 3.19 and later take along. */
static bool is_known(int family, int type, int protocol)
{
	switch (family) {
	case AF_UNIX:
	case AF_PACKET:
	case AF_NETLINK:
		return true;
	case AF_INET:
	case AF_INET6:
		return type == SOCK_RAW || protocol == IPPROTO_TCP || protocol == IPPROTO_UDP ||
		       protocol == IPPROTO_UDPLITE;
	default:
		return false;
	}
}

static int option(int socket, int name)
{
	socklen_t len = sizeof(int);
	int v = -1;

	return getsockopt(socket, SOL_SOCKET, name, &v, &len) < 0 ? -1 : v;
}

static bool is_of_network(int socket, ino_t network)
{
	autofd int ns = ioctl(socket, SIOCGSKNS);
	struct stat st;

	return ns < 0 || fstat(ns, &st) < 0 || st.st_ino == network;
}

int wpar_ckpt_see_socket(struct wpar_ckpt_seen *s, pid_t pid, int pidfd, int number, uint64_t ino)
{
	autofd int socket = (int)syscall(SYS_pidfd_getfd, pidfd, number, 0);
	const int family = socket < 0 ? -1 : option(socket, SO_DOMAIN);
	struct wpar_ckpt_end *end;
	char kind[48];

	if (family < 0)
		return 0; /* it has ended */
	snprintf(kind, sizeof(kind), "family %d, protocol %d", family, option(socket, SO_PROTOCOL));
	if (!is_known(family, option(socket, SO_TYPE), option(socket, SO_PROTOCOL)))
		return wpar_ckpt_seen_say(s, pid, "a socket that criu does not know, of ", kind,
					  CANNOT);
	/* What is accepted of a connection belongs to the network of who has made it. */
	if (!is_of_network(socket, s->network) && family == AF_UNIX)
		return wpar_ckpt_seen_say(s, pid, "a connection that was made from the LPAR", "",
					  "end the process, or who is at its other end");
	if (!is_of_network(socket, s->network))
		return wpar_ckpt_seen_say(
			s, pid, "a socket of the LPAR's network, of ", kind,
			"it was given in from outside; end the process, or start it without");
	if (family != AF_UNIX)
		return 0;
	end = wpar_ckpt_seen_end(s);
	if (!end)
		return -ENOMEM;
	end->ino = ino;
	end->pid = pid;
	return 0;
}

/* A socket stays in the namespace that it was made in. */
static int open_inside(pid_t init)
{
	const struct timeval most = { .tv_sec = ANSWER_S };
	autofd int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), theirs = -1;
	char path[64];
	int s;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)init);
	theirs = open(path, O_RDONLY | O_CLOEXEC);
	if (own < 0 || theirs < 0 || setns(theirs, CLONE_NEWNET) < 0)
		return -errno;
	s = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	/* Whatever this process does next would be done to the WPAR's network. */
	if (setns(own, CLONE_NEWNET) < 0)
		abort();
	if (s >= 0)
		setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof(most));
	return s;
}

static int ask(int s)
{
	struct {
		struct nlmsghdr h;
		struct unix_diag_req r;
	} q = { .h = { .nlmsg_len = sizeof(q),
		       .nlmsg_type = SOCK_DIAG_BY_FAMILY,
		       .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.r = { .sdiag_family = AF_UNIX,
		       .udiag_states = UINT32_MAX,
		       .udiag_show = UDIAG_SHOW_PEER } };

	return send(s, &q, sizeof(q), 0) == (ssize_t)sizeof(q) ? 0 : -errno;
}

/* The peer is the only attribute that was asked for. */
static void note_peer(struct wpar_ckpt_seen *s, const struct unix_diag_msg *m, size_t len)
{
	const char *at = (const char *)(m + 1), *end = (const char *)m + len;
	const struct rtattr *a;
	uint32_t peer;

	for (; at < end; at += RTA_ALIGN(a->rta_len)) {
		a = (const void *)at;
		if (!RTA_OK(a, (size_t)(end - at)))
			return;
		if (a->rta_type != UNIX_DIAG_PEER || RTA_PAYLOAD(a) < sizeof(peer))
			continue;
		memcpy(&peer, RTA_DATA(a), sizeof(peer));
		for (size_t i = 0; i < s->n_ends; i++) {
			if (!s->ends[i].is_pipe && s->ends[i].ino == m->udiag_ino)
				s->ends[i].peer = peer;
		}
	}
}

/* One datagram of answers; true: more come. */
static bool note_peers(struct wpar_ckpt_seen *s, const void *data, size_t len)
{
	const char *at = data, *end = at + len;
	const struct nlmsghdr *h;

	for (; at < end; at += NLMSG_ALIGN(h->nlmsg_len)) {
		h = (const void *)at;
		if (!NLMSG_OK(h, (size_t)(end - at)))
			break;
		if (h->nlmsg_type == NLMSG_DONE || h->nlmsg_type == NLMSG_ERROR)
			return false;
		if (h->nlmsg_type == SOCK_DIAG_BY_FAMILY &&
		    h->nlmsg_len >= NLMSG_LENGTH(sizeof(struct unix_diag_msg)))
			note_peer(s, NLMSG_DATA(h), NLMSG_PAYLOAD(h, 0));
	}
	return true;
}

int wpar_ckpt_see_peers(struct wpar_ckpt_seen *s)
{
	union {
		struct nlmsghdr align;
		char bytes[32768];
	} b;
	autofd int fd = s->n_ends ? open_inside(s->init) : -1;

	/* Without the kernel's module for it criu can dump none of them, and says so. */
	if (fd < 0 || ask(fd) < 0)
		return 0;
	for (;;) {
		ssize_t n = recv(fd, b.bytes, sizeof(b.bytes), 0);

		if (n <= 0 || !note_peers(s, b.bytes, (size_t)n))
			return 0;
	}
}
