/* SPDX-License-Identifier: Apache-2.0 */
/* See terminal.h. */
#include "lpard/cli/terminal.h"
#include "lpard/common/event.h"
#include "lpard/common/relay.h"
#include "lpard/common/tty.h"

#include <signal.h>
#include <unistd.h>

#define LINGER_MS 10000 /* output goes on for so long after the end of input */

bool cli_terminal_unescape(struct terminal_escape *e, const char *typed, size_t len, char *ret,
			   size_t *ret_len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		char c = typed[i];

		if (e->tilde) {
			e->tilde = false;
			if (c == '.') {
				*ret_len = n;
				e->found = true;
				return true;
			}
			ret[n++] = '~';
			e->at_start = false;
			if (c == '~')
				continue;
		} else if (e->at_start && c == '~') {
			e->tilde = true;
			continue;
		}
		ret[n++] = c;
		e->at_start = c == '\r' || c == '\n';
	}
	*ret_len = n;
	return false;
}

static bool unescape(const char *data, size_t len, char *ret, size_t *ret_len, void *user)
{
	return !cli_terminal_unescape(user, data, len, ret, ret_len);
}

/* The end of input is not the end of output: milliseconds that are left, -1 before it. */
static int wait_time(uint64_t deadline)
{
	uint64_t now = par_now_ms();

	if (deadline == 0)
		return -1;
	return now < deadline ? (int)(deadline - now) : 0;
}

static int relay_until_end(int in, int out, int fd, enum terminal_end *ret)
{
	struct terminal_escape escape = { .at_start = true };
	enum { FROM_USER, TO_USER, WAYS };
	struct par_way ways[WAYS] = { PAR_WAY(in, fd), PAR_WAY(fd, out) };
	uint64_t deadline = 0;
	int r;

	ways[FROM_USER].filter = unescape;
	ways[FROM_USER].user = &escape;
	for (;;) {
		r = par_relay(ways, WAYS, NULL, 0, wait_time(deadline));
		if (r < 0)
			return r;
		if (par_way_ended(&ways[TO_USER])) {
			*ret = ways[TO_USER].no_output ? TERMINAL_OUTPUT_GONE : TERMINAL_CLOSED;
			return 0;
		}
		if (!par_way_ended(&ways[FROM_USER]))
			continue;
		if (escape.found) {
			*ret = TERMINAL_ESCAPED;
			return 0;
		}
		if (deadline == 0)
			deadline = par_now_ms() + LINGER_MS;
		if (par_now_ms() >= deadline) {
			*ret = TERMINAL_INPUT_GONE;
			return 0;
		}
	}
}

int cli_terminal_run(int in, int out, int fd, enum terminal_end *ret, struct par_error **err)
{
	int r;

	signal(SIGPIPE, SIG_IGN);
	if (isatty(in)) {
		par_tty_guard();
		par_tty_raw(in); /* ignoring: the terminal may be gone already */
	}
	r = relay_until_end(in, out, fd, ret);
	par_tty_restore();
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, -r, "the terminal session broke off");
	return 0;
}
