/* SPDX-License-Identifier: Apache-2.0 */
/* See usage.h. */
#include "lpard/cli/usage.h"

#include "lpard/cli/remote.h"
#include "lpard/common/json.h"
#include "lpard/common/now.h"
#include "lpard/common/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#define AT_A_TIME 16
#define AGENT_S	  3 /* an agent that is just starting gets so long */
#define LIMIT_MS  10000
#define SAID_MAX  (1 << 20) /* bytes of one answer: some thousand WPARs */

struct asking {
	struct cli_usage_ask *ask;
	pid_t pid;
	int fd; /* -1: has ended */
	struct par_buf text;
};

static int ask_start(struct asking *a, struct par_error **err)
{
	static const char *const command[] = { "wparctl", "usage", "--json", NULL };
	int ends[2] = { -1, -1 };
	int r = par_pipe(ends, err);

	if (r < 0)
		return r;
	r = cli_remote_start(a->ask->system, a->ask->lpar, AGENT_S, command, ends[1], -1, &a->pid,
			     err);
	close(ends[1]);
	if (r < 0) {
		close(ends[0]);
		return r;
	}
	a->fd = ends[0];
	par_set_nonblock(a->fd);
	return 0;
}

static void ask_end(struct asking *a)
{
	if (a->fd < 0)
		return;
	close(a->fd);
	a->fd = -1;
	kill(a->pid, SIGKILL);
	while (waitpid(a->pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static void ask_read(struct asking *a)
{
	char bytes[16384];
	ssize_t n = read(a->fd, bytes, sizeof(bytes));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		ask_end(a);
		return;
	}
	par_buf_put(&a->text, bytes, (size_t)n);
	if (a->text.failed || a->text.len > SAID_MAX) {
		par_buf_clear(&a->text);
		ask_end(a);
	}
}

/* Read from all until each has ended or the time is over. */
static void ask_wait(struct asking *asking, size_t n)
{
	const uint64_t end = par_now_ms() + LIMIT_MS;
	struct pollfd p[AT_A_TIME];

	for (;;) {
		const int left = par_left_ms(end);
		nfds_t open = 0;

		for (size_t i = 0; i < n; i++) {
			p[i] = (struct pollfd){ .fd = asking[i].fd, .events = POLLIN };
			open += asking[i].fd >= 0;
		}
		if (open == 0 || left == 0)
			return;
		if (poll(p, (nfds_t)n, left) < 0)
			continue;
		for (size_t i = 0; i < n; i++) {
			if (p[i].revents)
				ask_read(&asking[i]);
		}
	}
}

static int ask_some(struct cli_usage_ask *asks, size_t n, struct par_error **err)
{
	struct asking asking[AT_A_TIME] = { 0 };
	int r = 0;

	for (size_t i = 0; i < n; i++)
		asking[i] = (struct asking){ .ask = &asks[i], .fd = -1 };
	for (size_t i = 0; i < n && r == 0; i++)
		r = ask_start(&asking[i], err);
	if (r == 0)
		ask_wait(asking, n);
	for (size_t i = 0; i < n; i++) {
		struct asking *a = &asking[i];
		bool whole = a->fd < 0 && a->text.len > 0;

		ask_end(a);
		if (r == 0 && whole &&
		    par_json_parse(a->text.data, a->text.len, &asks[i].said, NULL) == 0 &&
		    !json_object_is_type(asks[i].said, json_type_object)) {
			json_object_put(asks[i].said);
			asks[i].said = NULL;
		}
		par_buf_done(&a->text);
	}
	return r;
}

int cli_usage_ask(struct cli_usage_ask *asks, size_t n, struct par_error **err)
{
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i += AT_A_TIME)
		r = ask_some(asks + i, n - i < AT_A_TIME ? n - i : AT_A_TIME, err);
	return r;
}
