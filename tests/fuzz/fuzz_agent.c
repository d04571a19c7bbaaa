/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The agent, fed over a socket pair by a hostile lpard.  The input is a list of steps: well-formed
 * frames and garbage.  No program is ever run (wpar_agent_opts.pretend).
 */
#include "lpard/wire/frame.h"
#include "lpard/common/log.h"
#include "wparctl/agent/server.h"
#include "wparctl/agent/methods.h"

#include <pthread.h>
#include <string.h>
#include <sys/socket.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_MAX (48u * 1024)

static const uint8_t nonce[PAR_FRAME_NONCE] = { 1, 2, 3, 4, 5 };

/* Steps to bytes: 0 garbage, 1 hello, the rest a frame with the right tag. */
static void build(const uint8_t *data, size_t size, struct par_buf *b)
{
	par_frame_put_hello(b, nonce, "");
	while (size >= 4) {
		size_t len = (size_t)data[2] << 8 | data[3];
		uint8_t kind = data[0], stream = data[1];

		data += 4;
		size -= 4;
		if (len > size)
			len = size;
		if (kind == 0)
			par_buf_put(b, data, len);
		else if (kind == 1)
			par_frame_put_hello(b, nonce, "");
		else
			par_frame_put(b, par_frame_nonce_tag(nonce), stream, kind, data, len);
		data += len;
		size -= len;
	}
}

/* Reads and drops what the agent says, so that it never waits for us. */
static void *read_all(void *fd)
{
	char buf[65536];

	while (read(*(int *)fd, buf, sizeof(buf)) > 0)
		;
	return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wpar_agent_opts opts = { .pretend = true };
	struct wpar_call call;
	auto_buf b = { 0 };
	pthread_t reader;
	int fds[2];

	if (size > INPUT_MAX)
		return 0;
	if (wpar_call_parse(data, size, &call, NULL) == 0)
		wpar_call_done(&call);
	build(data, size, &b);
	if (b.failed || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
		return 0;
	par_log_set_level(0);
	/* The input fits into the socket's buffer: INPUT_MAX and a frame's cost each. */
	if (send(fds[0], b.data, b.len, MSG_DONTWAIT) != (ssize_t)b.len ||
	    shutdown(fds[0], SHUT_WR) < 0)
		abort();
	pthread_create(&reader, NULL, read_all, &fds[0]);
	opts.fd = fds[1];
	if (wpar_agent_run(&opts, NULL) != 0)
		abort();
	pthread_join(reader, NULL);
	close(fds[0]);
	return 0;
}
