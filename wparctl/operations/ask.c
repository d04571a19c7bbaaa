/* SPDX-License-Identifier: Apache-2.0 */
/* Questions and their answers: see ask.h. */
#include "wparctl/operations/ask.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <termios.h>
#include <unistd.h>

/*
 * A line without its end, cut at @size - 1 bytes; false: the input has ended before it.  No byte
 * behind the line is taken: the input's rest is that of the command that is run next.
 */
static bool take_line(char *ret, size_t size)
{
	size_t len = 0;
	bool any = false;

	while (len + 1 < size) {
		ssize_t n = read(STDIN_FILENO, ret + len, 1);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		any = true;
		if (ret[len] == '\n')
			break;
		len++;
	}
	ret[len] = '\0';
	return any;
}

bool wpar_ask_yes(const char *question)
{
	char line[16];

	fprintf(stderr, "%s y(es) n(o)? ", question);
	if (!take_line(line, sizeof(line)))
		return false;
	return strcasecmp(line, "y") == 0 || strcasecmp(line, "yes") == 0;
}

static int read_line(char *ret, size_t size, struct par_error **err)
{
	if (!take_line(ret, size))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "no password was given");
	if (strlen(ret) + 1 == size)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"the password has more than %zu bytes", size - 2);
	return 0;
}

/* A signal that ends the command leaves the terminal as it is: so signals of keys are off, too. */
static int read_hidden(const char *prompt, const char *again, char *ret, size_t size,
		       struct par_error **err)
{
	struct termios before, hidden;
	bool terminal = tcgetattr(STDIN_FILENO, &before) == 0;
	int r;

	fprintf(stderr, "%s%s: ", prompt, again);
	if (terminal) {
		hidden = before;
		hidden.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
	}
	r = read_line(ret, size, err);
	if (terminal)
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
	fputc('\n', stderr);
	return r;
}

int wpar_ask_password(const char *prompt, bool twice, char *ret, size_t size,
		      struct par_error **err)
{
	char again[256];
	bool differ;
	int r = read_hidden(prompt, "", ret, size, err);

	if (r < 0 || !twice || !isatty(STDIN_FILENO))
		return r;
	r = read_hidden(prompt, " again", again, size < sizeof(again) ? size : sizeof(again), err);
	differ = r < 0 || strcmp(ret, again) != 0;
	explicit_bzero(again, sizeof(again));
	if (r < 0)
		return r;
	return differ ? par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "the two passwords differ") : 0;
}
