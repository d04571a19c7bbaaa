/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net - what tests do with a WPAR's network, from inside and from outside; static, needs nothing
 *
 *	net serve ADDRESS PORT		answers TCP connections with the caller's address, until
 *killed net ask ADDRESS PORT		prints that answer net ping ADDRESS		an echo by a
 *socket that needs no rights net hear ADDRESS PORT SECONDS	prints the source of each datagram
 *	net free SOURCE ADDRESS PORT	a datagram from SOURCE, bound as an address that is not
 *there net raw SOURCE ADDRESS PORT	the same by a raw socket of the network layer net frame
 *DEVICE TYPE HEX	a frame of that Ethernet type
 *
 * Ends with 0, or says what failed and ends with 1.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

union address {
	struct sockaddr any;
	struct sockaddr_in four;
	struct sockaddr_in6 six;
};

static int fail(const char *what)
{
	printf("%s: %s\n", what, strerror(errno));
	return 1;
}

static socklen_t parse(const char *text, const char *port, union address *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (strchr(text, ':')) {
		ret->six.sin6_family = AF_INET6;
		ret->six.sin6_port = htons((uint16_t)atoi(port));
		inet_pton(AF_INET6, text, &ret->six.sin6_addr);
		return sizeof(ret->six);
	}
	ret->four.sin_family = AF_INET;
	ret->four.sin_port = htons((uint16_t)atoi(port));
	inet_pton(AF_INET, text, &ret->four.sin_addr);
	return sizeof(ret->four);
}

static const char *text_of(const union address *a)
{
	static char buf[INET6_ADDRSTRLEN];
	const void *at = a->any.sa_family == AF_INET6 ? (const void *)&a->six.sin6_addr
						      : (const void *)&a->four.sin_addr;

	return inet_ntop(a->any.sa_family, at, buf, sizeof(buf));
}

static int open_for(const union address *a, int type, int protocol)
{
	const struct timeval limit = { .tv_sec = 3 };
	const int on = 1;
	int fd = socket(a->any.sa_family, type, protocol);

	if (fd < 0)
		exit(fail("socket"));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	return fd;
}

static int serve(char **arg)
{
	union address a, peer = { 0 };
	socklen_t len = parse(arg[0], arg[1], &a);
	int fd = open_for(&a, SOCK_STREAM, 0);

	if (bind(fd, &a.any, len) < 0 || listen(fd, 8) < 0)
		return fail("bind");
	for (;;) {
		socklen_t peer_len = sizeof(peer);
		int c = accept(fd, &peer.any, &peer_len);

		if (c >= 0) {
			dprintf(c, "%s\n", text_of(&peer));
			close(c);
		}
	}
}

static int ask(char **arg)
{
	union address a;
	socklen_t len = parse(arg[0], arg[1], &a);
	int fd = open_for(&a, SOCK_STREAM, 0);
	char answer[64];
	ssize_t n;

	if (connect(fd, &a.any, len) < 0)
		return fail("connect");
	n = read(fd, answer, sizeof(answer));
	if (n <= 0)
		return fail("read");
	fwrite(answer, 1, (size_t)n, stdout);
	return 0;
}

static int ping(char **arg)
{
	union address a;
	socklen_t len = parse(arg[0], "0", &a);
	int six = a.any.sa_family == AF_INET6;
	int fd = open_for(&a, SOCK_DGRAM, six ? IPPROTO_ICMPV6 : IPPROTO_ICMP);
	unsigned char packet[16] = { six ? ICMP6_ECHO_REQUEST : ICMP_ECHO }, answer[64];

	if (sendto(fd, packet, sizeof(packet), 0, &a.any, len) < 0)
		return fail("send");
	if (recv(fd, answer, sizeof(answer), 0) < 0)
		return fail("receive");
	return answer[0] != (six ? ICMP6_ECHO_REPLY : ICMP_ECHOREPLY);
}

static int hear(char **arg)
{
	const struct timeval limit = { .tv_sec = atoi(arg[2]) };
	union address a, from = { 0 };
	socklen_t len = parse(arg[0], arg[1], &a), from_len = sizeof(from);
	int fd = open_for(&a, SOCK_DGRAM, 0);
	char datagram[64];

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (bind(fd, &a.any, len) < 0)
		return fail("bind");
	puts("ready");
	fflush(stdout);
	while (recvfrom(fd, datagram, sizeof(datagram), 0, &from.any, &from_len) >= 0) {
		puts(text_of(&from));
		fflush(stdout);
		from_len = sizeof(from);
	}
	return 0;
}

static int from_free(char **arg)
{
	union address source, a;
	socklen_t source_len = parse(arg[0], "0", &source), len = parse(arg[1], arg[2], &a);
	int fd = open_for(&a, SOCK_DGRAM, 0), on = 1;

	if (a.any.sa_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, 78 /* IPV6_FREEBIND */, &on, sizeof(on));
	else
		setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &on, sizeof(on));
	if (bind(fd, &source.any, source_len) < 0)
		return fail("bind");
	return sendto(fd, "free", 4, 0, &a.any, len) < 0 ? fail("send") : 0;
}

/* A datagram of UDP with its header of IP, without checksums: IPv4 needs none. */
static int from_raw(char **arg)
{
	union address source, a;
	socklen_t len = (parse(arg[0], "9", &source), parse(arg[1], arg[2], &a));
	int fd = open_for(&a, SOCK_RAW, IPPROTO_RAW);
	struct {
		struct iphdr ip;
		struct udphdr udp;
		char text[4];
	} packet = { .ip = { .version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP },
		     .udp = { .len = htons(12) },
		     .text = "raw" };

	packet.ip.tot_len = htons(sizeof(packet));
	packet.ip.saddr = source.four.sin_addr.s_addr;
	packet.ip.daddr = a.four.sin_addr.s_addr;
	packet.udp.source = source.four.sin_port;
	packet.udp.dest = a.four.sin_port;
	return sendto(fd, &packet, sizeof(packet), 0, &a.any, len) < 0 ? fail("send") : 0;
}

static int frame(char **arg)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET,
				  .sll_protocol = htons((uint16_t)strtoul(arg[1], NULL, 0)),
				  .sll_halen = 6,
				  .sll_addr = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } };
	unsigned char data[256];
	size_t n = 0;
	int fd = socket(AF_PACKET, SOCK_DGRAM, 0);

	if (fd < 0)
		return fail("socket");
	to.sll_ifindex = (int)if_nametoindex(arg[0]);
	for (const char *p = arg[2]; p[0] && p[1] && n < sizeof(data); p += 2) {
		char byte[3] = { p[0], p[1] };

		data[n++] = (unsigned char)strtoul(byte, NULL, 16);
	}
	return sendto(fd, data, n, 0, (struct sockaddr *)&to, sizeof(to)) < 0 ? fail("send") : 0;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int args;
		int (*run)(char **arg);
	} modes[] = { { "serve", 2, serve }, { "ask", 2, ask },	       { "ping", 1, ping },
		      { "hear", 3, hear },   { "free", 3, from_free }, { "raw", 3, from_raw },
		      { "frame", 3, frame } };

	for (size_t i = 0; argc > 1 && i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (strcmp(argv[1], modes[i].name) == 0 && argc == 2 + modes[i].args)
			return modes[i].run(argv + 2);
	}
	fprintf(stderr, "usage: net serve|ask|ping|hear|free|raw|frame ...\n");
	return 2;
}
