/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agent_wait.c - wait until the agent behind a qemu chardev socket answers, and say when
 *
 *	agent_wait SOCKET [SECONDS]
 *
 * The other side of a benchmark: a guest started by hand is "there" at the same point as an LPAR,
 * when its agent answers a hello.  Prints the milliseconds since the program started.
 */
#include "lpard/common/frame.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define HELLO_EVERY_MS 1000 /* as lpard does; and at once when the agent says that it is there */

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/* The socket of a qemu that may not have made it yet; -1 when @until has come. */
static int connect_until(const char *path, uint64_t until)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || strlen(path) >= sizeof(address.sun_path))
		return -1;
	memcpy(address.sun_path, path, strlen(path) + 1);
	while (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		if (now_ms() >= until) {
			close(fd);
			return -1;
		}
		usleep(5000);
	}
	return fd;
}

/* Whether the reader holds the answer to our hello; @again: only the news that the agent is there.
 */
static bool answered(struct par_frame_reader *reader, const uint8_t *nonce, bool *again)
{
	struct par_frame frame;
	struct par_hello hello;

	while (par_frame_next(reader, &frame, NULL) > 0) {
		if (frame.type != PAR_FRAME_HELLO || par_frame_get_hello(&frame, &hello, NULL))
			continue;
		if (!memcmp(hello.nonce, nonce, PAR_FRAME_NONCE))
			return true;
		*again = true;
	}
	return false;
}

static bool exchange(int fd, uint64_t until)
{
	uint8_t nonce[PAR_FRAME_NONCE], bytes[4096];
	struct par_frame_reader reader;
	struct par_buf out = { 0 };
	bool done = false, again = true;
	uint64_t sent = 0;

	if (getrandom(nonce, sizeof(nonce), 0) != (ssize_t)sizeof(nonce) ||
	    par_frame_put_hello(&out, nonce, ""))
		return false;
	par_frame_reader_init(&reader, false);
	while (!done && now_ms() < until) {
		struct pollfd readable = { .fd = fd, .events = POLLIN };
		ssize_t n;

		if (again || now_ms() - sent >= HELLO_EVERY_MS) {
			/* One that does not fit into the socket waits in it already. */
			if (send(fd, out.data, out.len, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 &&
			    errno != EAGAIN)
				break;
			sent = now_ms();
			again = false;
		}
		if (poll(&readable, 1, HELLO_EVERY_MS) <= 0)
			continue;
		n = read(fd, bytes, sizeof(bytes));
		if (n <= 0 || par_frame_feed(&reader, bytes, (size_t)n))
			break;
		done = answered(&reader, nonce, &again);
	}
	par_frame_reader_done(&reader);
	par_buf_done(&out);
	return done;
}

int main(int argc, char **argv)
{
	uint64_t start = now_ms(), until;
	int fd;

	if (argc < 2) {
		fprintf(stderr, "usage: agent_wait SOCKET [SECONDS]\n");
		return 2;
	}
	until = start + 1000 * strtoull(argc > 2 ? argv[2] : "60", NULL, 10);
	fd = connect_until(argv[1], until);
	if (fd < 0 || !exchange(fd, until)) {
		fprintf(stderr, "agent_wait: no answer on %s\n", argv[1]);
		return 1;
	}
	printf("%llu\n", (unsigned long long)(now_ms() - start));
	return 0;
}
