/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lock of a CRIU that was killed: see unlock.h.  CRIU puts a table of the family inet there,
 * "CRIU-" and a number, and takes it away when all is dumped.  A WPAR's own root can make none.
 */
#include "wparctl/network/unlock.h"

#include "lpard/common/str.h"

#include <fcntl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#define PREFIX	 "CRIU-"
#define ANSWER_S 5 /* of the kernel, which answers at once */
#define MESSAGE	 512
/* NFPROTO_INET, whose header does not go together with those of the C library. */
#define FAMILY_INET 1
#define SUBSYSTEM   (NFNL_SUBSYS_NFTABLES << 8)

static int send_bytes(int s, const void *data, size_t len)
{
	return send(s, data, len, 0) == (ssize_t)len ? 0 : -errno;
}

/* A message of nfnetlink at @at, which has room; returns its header. */
static struct nlmsghdr *put_message(void *at, int type, int flags, uint8_t family, uint16_t id)
{
	struct nlmsghdr *h = at;
	struct nfgenmsg *g = nlmsg_data(h);

	memset(at, 0, NLMSG_SPACE(sizeof(*g)));
	h->nlmsg_len = NLMSG_LENGTH(sizeof(*g));
	h->nlmsg_type = (uint16_t)type;
	h->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	g->nfgen_family = family;
	g->version = NFNETLINK_V0;
	g->res_id = htons(id);
	return h;
}

/* A change is one of a batch, which is carried out as a whole. */
static int delete_table(int s, const char *name)
{
	union {
		struct nlmsghdr align;
		char bytes[MESSAGE];
	} b = { 0 };
	struct nlmsghdr *h =
		put_message(b.bytes, NFNL_MSG_BATCH_BEGIN, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
	size_t at = NLMSG_ALIGN(h->nlmsg_len);
	struct nlattr *a;

	h = put_message(b.bytes + at, SUBSYSTEM | NFT_MSG_DELTABLE, 0, FAMILY_INET, 0);
	a = (void *)((char *)h + NLMSG_ALIGN(h->nlmsg_len));
	a->nla_type = NFTA_TABLE_NAME;
	a->nla_len = (uint16_t)(NLA_HDRLEN + strlen(name) + 1);
	strncpy((char *)a + NLA_HDRLEN, name, NFT_NAME_MAXLEN);
	h->nlmsg_len = NLMSG_ALIGN(h->nlmsg_len) + NLA_ALIGN(a->nla_len);
	at += NLMSG_ALIGN(h->nlmsg_len);
	h = put_message(b.bytes + at, NFNL_MSG_BATCH_END, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
	return send_bytes(s, b.bytes, at + h->nlmsg_len);
}

/* The names among one answer's tables; true: there are more answers. */
static bool take_names(struct nlmsghdr *h, int len, struct par_strv *ret)
{
	for (; nlmsg_ok(h, len); h = nlmsg_next(h, &len)) {
		const struct nlattr *a;

		if (h->nlmsg_type == NLMSG_DONE || h->nlmsg_type == NLMSG_ERROR)
			return false;
		if (h->nlmsg_type != (SUBSYSTEM | NFT_MSG_NEWTABLE))
			continue;
		a = nlmsg_find_attr(h, sizeof(struct nfgenmsg), NFTA_TABLE_NAME);
		if (a && par_starts_with(nla_data(a), PREFIX))
			par_strv_add(ret, nla_data(a));
	}
	return true;
}

static int list_tables(int s, struct par_strv *ret)
{
	union {
		struct nlmsghdr align;
		char bytes[32768];
	} b = { 0 };
	struct nlmsghdr *h =
		put_message(b.bytes, SUBSYSTEM | NFT_MSG_GETTABLE, NLM_F_DUMP, FAMILY_INET, 0);
	int r = send_bytes(s, h, h->nlmsg_len);

	if (r < 0)
		return r;
	for (;;) {
		ssize_t n = recv(s, b.bytes, sizeof(b.bytes), 0);

		if (n < 0)
			return -errno;
		if (!take_names((void *)b.bytes, (int)n, ret))
			return 0;
	}
}

/* A socket stays in the namespace that it was made in. */
static int open_inside(pid_t pid)
{
	const struct timeval most = { .tv_sec = ANSWER_S };
	autofd int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), theirs = -1;
	char path[64];
	int s;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)pid);
	theirs = open(path, O_RDONLY | O_CLOEXEC);
	if (own < 0 || theirs < 0 || setns(theirs, CLONE_NEWNET) < 0)
		return -errno;
	s = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	/* Whatever this process does next would be done to the WPAR's network. */
	if (setns(own, CLONE_NEWNET) < 0)
		abort();
	if (s >= 0)
		setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof(most));
	return s;
}

int wpar_net_unlock(pid_t pid)
{
	auto_strv names = { 0 };
	autofd int s = open_inside(pid);
	int r;

	if (s < 0)
		return errno == EPROTONOSUPPORT ? 0 : -errno;
	r = list_tables(s, &names);
	if (r < 0)
		return r;
	for (size_t i = 0; i < names.n; i++) {
		r = delete_table(s, names.v[i]);
		if (r < 0)
			return r;
	}
	return 0;
}
