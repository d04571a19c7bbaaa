/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agent_wait.c - wait until the agent of a guest has answered a hello
 *
 *	agent_wait SOCKET [SECONDS]		of a guest behind this chardev socket of qemu's
 *	agent_wait SYSTEM/LPAR [SECONDS]	of an LPAR: lpard says that its agent is connected
 *
 * The end of both sides of a benchmark; neither asks the guest for anything more.
 */
#include "lpard/wire/frame.h"
#include "lpard/common/json.h"
#include "lpard/wire/varlink.h"

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

#define ASK_EVERY_MS   10   /* lpard, which answers in less than 1 ms */
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

/* {resource, system, fields, filter} of the listing that has rmc_state alone. */
static struct json_object *list_parameters(char *system, char *lpar)
{
	struct json_object *o = json_object_new_object(), *filter = json_object_new_object();
	struct json_object *filters = json_object_new_array();
	char field[] = "rmc_state", *fields[] = { field };

	if (par_json_put_string(o, "resource", "lpar") < 0 ||
	    par_json_put_string(o, "system", system) < 0 ||
	    par_json_put_strv(o, "fields", fields, 1) < 0 ||
	    par_json_put_string(filter, "name", "lpar_names") < 0 ||
	    par_json_put_strv(filter, "values", &lpar, 1) < 0)
		return NULL;
	json_object_array_add(filters, filter);
	return par_json_put(o, "filter", filters) < 0 ? NULL : o;
}

/* Whether lpard says that the agent of this LPAR is connected, before @until. */
static bool connected(char *system, char *lpar, uint64_t until)
{
	auto_json parameters = list_parameters(system, lpar);
	auto_varlink v = NULL;

	if (!parameters || par_varlink_connect(par_varlink_default_path(), &v, NULL) < 0)
		return false;
	for (; now_ms() < until; usleep(ASK_EVERY_MS * 1000)) {
		auto_json reply = NULL;
		const char *text;

		if (par_varlink_call(v, "org.lpard.List", parameters, 10000, &reply, NULL) < 0)
			return false;
		text = json_object_to_json_string_ext(reply, JSON_C_TO_STRING_PLAIN);
		if (strstr(text, "[\"active\"]"))
			return true;
	}
	return false;
}

static bool answers(const char *socket, uint64_t until)
{
	int fd = connect_until(socket, until);

	return fd >= 0 && exchange(fd, until);
}

int main(int argc, char **argv)
{
	uint64_t until;
	char *slash;
	bool ok;

	if (argc < 2) {
		fprintf(stderr, "usage: agent_wait {SOCKET|SYSTEM/LPAR} [SECONDS]\n");
		return 2;
	}
	until = now_ms() + 1000 * strtoull(argc > 2 ? argv[2] : "60", NULL, 10);
	slash = argv[1][0] == '/' ? NULL : strchr(argv[1], '/');
	if (slash)
		*slash++ = '\0';
	ok = slash ? connected(argv[1], slash, until) : answers(argv[1], until);
	if (!ok)
		fprintf(stderr, "agent_wait: no agent at %s\n", argv[1]);
	return ok ? 0 : 1;
}
