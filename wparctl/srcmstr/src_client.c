/* SPDX-License-Identifier: Apache-2.0 */
/* The commands' end of srcmstr's socket: see srcmstr.h. */
#include "wparctl/srcmstr/srcmstr.h"

#include "lpard/common/now.h"
#include "wparctl/srcmstr/serve.h"
#include "wparctl/srcmstr/src_messages.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#define ANSWER_S     60
#define ANSWER_BYTES (256 * 1024)

static int src_connect(void)
{
	const struct sockaddr_un where = { .sun_family = AF_UNIX, .sun_path = WPAR_SRC_SOCKET };
	const struct timeval limit = { .tv_sec = ANSWER_S };
	autofd int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&where, sizeof(where)) < 0)
		return errno == ENOENT || errno == ECONNREFUSED ? -ENOTCONN : -errno;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	return take_fd(&fd);
}

bool wpar_src_is_active(void)
{
	autofd int fd = src_connect();

	return fd >= 0;
}

/* A line of the answer: what it is, then its text. */
static int take_line(const char *line, struct wpar_src_rows *rows, FILE *out, FILE *errors,
		     int *status)
{
	uint64_t n;

	switch (line[0]) {
	case 'o':
		fprintf(out, "%s\n", line + 1);
		return 0;
	case 'e':
		fprintf(errors, "%s\n", line + 1);
		return 0;
	case 'r':
		return rows ? wpar_src_rows_parse(rows, line + 1) : -EBADMSG;
	case 's':
		if (par_parse_u64(line + 1, 255, &n) < 0)
			return -EBADMSG;
		*status = (int)n;
		return 0;
	default:
		return -EBADMSG;
	}
}

/* The whole answer: srcmstr closes behind it.  It may be an impostor's, so all has a limit. */
static int receive_all(int fd, struct par_buf *answer)
{
	char chunk[32768];
	const time_t end = par_now_s() + ANSWER_S;
	ssize_t n;

	for (;;) {
		if (par_now_s() > end)
			return -ETIMEDOUT;
		if (answer->len > ANSWER_BYTES)
			return -EMSGSIZE;
		n = recv(fd, chunk, sizeof(chunk), 0);
		if (n == 0)
			return answer->failed ? -ENOMEM : 0;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? -ETIMEDOUT : -errno;
		par_buf_put(answer, chunk, (size_t)n);
	}
}

static int print_answer(struct par_buf *answer, struct wpar_src_rows *rows, FILE *out, FILE *errors)
{
	int status = -EPIPE, r = 0;
	char *save = NULL;

	if (!answer->data)
		return -EPIPE;
	for (char *line = strtok_r(answer->data, "\n", &save); r == 0 && line;
	     line = strtok_r(NULL, "\n", &save))
		r = take_line(line, rows, out, errors, &status);
	return r < 0 ? r : status;
}

/* There is no srcmstr: nothing runs, and what is on file can be said. */
static int answer_alone(const struct wpar_src_request *q, struct par_buf *answer)
{
	struct wpar_srcmstr none = { .defined = { 0 } };
	struct wpar_src_request look = *q;

	if (q->verb == WPAR_SRC_START)
		look.verb = WPAR_SRC_STATUS;
	wpar_src_reread(&none);
	wpar_src_serve(&none, &look, true, answer);
	wpar_subsystems_done(&none.defined);
	return answer->failed ? -ENOMEM : 0;
}

static int ask_alone(const struct wpar_src_request *q, struct wpar_src_rows *rows, FILE *out,
		     FILE *errors)
{
	auto_src_rows unused = { 0 };
	auto_buf answer = { 0 };
	int r = answer_alone(q, &answer);

	if (r < 0)
		return r;
	r = print_answer(&answer, rows ? rows : &unused, out, errors);
	return q->verb == WPAR_SRC_START && r == 0 ? -ENOTCONN : r;
}

int wpar_src_ask(const struct wpar_src_request *q, struct wpar_src_rows *rows, FILE *out,
		 FILE *errors)
{
	auto_buf packet = { 0 }, answer = { 0 };
	int r = wpar_src_request_write(q, &packet);
	autofd int fd = r < 0 ? r : src_connect();

	if (fd == -ENOTCONN)
		return ask_alone(q, rows, out, errors);
	if (fd < 0)
		return fd;
	if (send(fd, packet.data, packet.len, MSG_NOSIGNAL) < 0)
		return -errno;
	r = receive_all(fd, &answer);
	if (r == -ETIMEDOUT) {
		fprintf(errors, WPAR_SRC_MSG_TIMEOUT "\n");
		return 1;
	}
	return r < 0 ? r : print_answer(&answer, rows, out, errors);
}
