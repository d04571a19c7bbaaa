/* SPDX-License-Identifier: Apache-2.0 */
/* Requests to rtnetlink: see netlink.h. */
#include "wparctl/network/netlink.h"

#include "lpard/common/str.h"

#include <linux/netlink.h>
#include <netdb.h>
#include <netlink/netlink.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

/* Answers wait in the socket's buffer until all requests of a send are done. */
#define BATCH_MOST  32
#define BUFFER_SIZE (128 * 1024)

/*
 * libnl can print addresses and protocols by name.  Nothing here does, but a static program would
 * have glibc's resolver linked for it, a fifth of its size, and one that needs shared libraries.
 */
#ifdef WPAR_STATIC
int getaddrinfo(const char *restrict node, const char *restrict service,
		const struct addrinfo *restrict hints, struct addrinfo **restrict res)
{
	(void)node;
	(void)service;
	(void)hints;
	*res = NULL;
	return EAI_FAIL;
}

void freeaddrinfo(struct addrinfo *res)
{
	(void)res;
}

int getnameinfo(const struct sockaddr *restrict sa, socklen_t salen, char *restrict host,
		socklen_t hostlen, char *restrict serv, socklen_t servlen, int flags)
{
	(void)sa;
	(void)salen;
	(void)host;
	(void)hostlen;
	(void)serv;
	(void)servlen;
	(void)flags;
	return EAI_FAIL;
}

struct protoent *getprotobynumber(int number)
{
	(void)number;
	return NULL;
}

struct protoent *getprotobyname(const char *name)
{
	(void)name;
	return NULL;
}
#endif

int wpar_nl_open(struct wpar_nl *nl)
{
	const int on = 1;
	int fd;

	*nl = (struct wpar_nl){ .socket = nl_socket_alloc(), .seq = 1 };
	if (!nl->socket)
		return -ENOMEM;
	errno = 0;
	if (nl_connect(nl->socket, NETLINK_ROUTE) < 0) {
		wpar_nl_close(nl);
		return errno ? -errno : -EIO;
	}
	nl_socket_set_buffer_size(nl->socket, BUFFER_SIZE, BUFFER_SIZE);
	fd = nl_socket_get_fd(nl->socket);
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	return 0;
}

void wpar_nl_close(struct wpar_nl *nl)
{
	if (nl->socket)
		nl_socket_free(nl->socket);
	nl->socket = NULL;
}

struct nl_msg *wpar_nl_message(int type, int flags, const void *fixed, size_t len)
{
	struct nl_msg *m = nlmsg_alloc_simple(type, flags);

	if (m && nlmsg_append(m, (void *)fixed, len, NLMSG_ALIGNTO) < 0) {
		nlmsg_free(m);
		return NULL;
	}
	return m;
}

/* One datagram of the kernel. */
static ssize_t receive(struct wpar_nl *nl, char *buf, size_t size)
{
	ssize_t n;

	do
		n = recv(nl_socket_get_fd(nl->socket), buf, size, 0);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

static int send_messages(struct wpar_nl *nl, struct nl_msg *const *msgs, size_t n, int flags)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct iovec iov[BATCH_MOST];
	struct msghdr msg = {
		.msg_name = &kernel, .msg_namelen = sizeof(kernel), .msg_iov = iov, .msg_iovlen = n
	};
	ssize_t sent;

	for (size_t i = 0; i < n; i++) {
		struct nlmsghdr *h = nlmsg_hdr(msgs[i]);

		h->nlmsg_seq = nl->seq + (unsigned int)i;
		h->nlmsg_flags |= (uint16_t)(NLM_F_REQUEST | flags);
		/* The next one begins at an aligned place; libnl's room is as large. */
		iov[i] = (struct iovec){ h, NLMSG_ALIGN(h->nlmsg_len) };
	}
	do
		sent = sendmsg(nl_socket_get_fd(nl->socket), &msg, 0);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? -errno : 0;
}

/* The result that @h carries; what else the kernel says is kept. */
static int result_of(struct wpar_nl *nl, struct nlmsghdr *h)
{
	const struct nlmsgerr *e = nlmsg_data(h);
	struct nlattr *attrs[NLMSGERR_ATTR_MAX + 1];

	if (nlmsg_datalen(h) < (int)sizeof(*e))
		return -EPROTO;
	if (e->error == 0)
		return 0;
	nl->why[0] = '\0';
	if (h->nlmsg_flags & NLM_F_ACK_TLVS &&
	    nlmsg_parse(h, sizeof(*e), attrs, NLMSGERR_ATTR_MAX, NULL) >= 0 &&
	    attrs[NLMSGERR_ATTR_MSG])
		nla_strlcpy(nl->why, attrs[NLMSGERR_ATTR_MSG], sizeof(nl->why));
	return e->error;
}

static int batch(struct wpar_nl *nl, struct nl_msg *const *msgs, size_t n, int *ret_results)
{
	char buf[16384] __attribute__((aligned(8)));
	size_t done = 0;
	int r = send_messages(nl, msgs, n, NLM_F_ACK);

	while (r == 0 && done < n) {
		ssize_t got = receive(nl, buf, sizeof(buf));
		struct nlmsghdr *h = (struct nlmsghdr *)buf;
		int left = (int)got;

		if (got < 0)
			return (int)got;
		for (; nlmsg_ok(h, left); h = nlmsg_next(h, &left)) {
			uint32_t i = h->nlmsg_seq - nl->seq;

			if (h->nlmsg_type != NLMSG_ERROR || i >= n)
				continue;
			ret_results[i] = result_of(nl, h);
			done++;
		}
	}
	nl->seq += (unsigned int)n;
	return r;
}

int wpar_nl_batch(struct wpar_nl *nl, struct nl_msg *const *msgs, size_t n, int *ret_results)
{
	for (size_t i = 0; i < n; i += BATCH_MOST) {
		int r = batch(nl, msgs + i, n - i < BATCH_MOST ? n - i : BATCH_MOST,
			      ret_results + i);

		if (r < 0)
			return r;
	}
	return 0;
}

int wpar_nl_ask(struct wpar_nl *nl, struct nl_msg *msg, int (*each)(struct nlmsghdr *h, void *user),
		void *user)
{
	char buf[32768] __attribute__((aligned(8)));
	bool dump = nlmsg_hdr(msg)->nlmsg_flags & NLM_F_DUMP;
	unsigned int seq = nl->seq;
	int r = send_messages(nl, &msg, 1, 0), answer = 0;

	nl->seq++;
	while (r == 0) {
		ssize_t got = receive(nl, buf, sizeof(buf));
		struct nlmsghdr *h = (struct nlmsghdr *)buf;
		int left = (int)got;

		if (got < 0)
			return (int)got;
		for (; nlmsg_ok(h, left); h = nlmsg_next(h, &left)) {
			if (h->nlmsg_seq != seq)
				continue;
			if (h->nlmsg_type == NLMSG_DONE)
				return answer;
			if (h->nlmsg_type == NLMSG_ERROR)
				return result_of(nl, h);
			if (answer == 0)
				answer = each(h, user);
			if (!dump)
				return answer;
		}
	}
	return r;
}

int wpar_nl_fail(const struct wpar_nl *nl, int r, struct par_error **err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	par_failv(err, PAR_E_SYSTEM, -r, fmt, ap);
	va_end(ap);
	if (nl->why[0] && err && *err) {
		char *text = par_strdup_printf("%s (%s)", (*err)->msg, nl->why);

		if (text) {
			free((*err)->msg);
			(*err)->msg = text;
		}
	}
	return r;
}
