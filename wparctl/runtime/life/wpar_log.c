/* SPDX-License-Identifier: Apache-2.0 */
/* The logs of WPARs: see wpar_log.h. */
#include "wparctl/runtime/life/wpar_log.h"

#include "lpard/common/aside.h"
#include "lpard/common/bounded_log.h"
#include "wparctl/runtime/life/log_who.h"
#include "wparctl/spec/spec.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#define EVENTS_MAX  (512 * 1024)
#define CONSOLE_MAX (64 * 1024)
#define LINE_MAX    1024

static char *console_path(const char *name)
{
	return wpar_path(WPAR_LOG_DIR "/%s.console", name);
}

static void make_printable(char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if ((text[i] < ' ' || text[i] > '~') && text[i] != '\n' && text[i] != '\t')
			text[i] = '?';
	}
}

/* An event is one line. */
static void make_line_printable(char *text, size_t len)
{
	make_printable(text, len);
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n' || text[i] == '\t')
			text[i] = ' ';
	}
}

void wpar_event_log_detail(const char *name, const char *event, const char *detail,
			   const struct par_error *why)
{
	autofree char *path = wpar_path(WPAR_LOG_DIR "/event.log");
	char line[LINE_MAX], when[PAR_UTC_SIZE], who[WPAR_WHO_SIZE];
	int n;

	par_utc_text(time(NULL), when);
	wpar_who(who);
	n = snprintf(line, sizeof(line) - 1, "%s %s %s %s %s%s%s", when, name, event, who,
		     why ? "failed: " : "ok", !why && detail ? ": " : "",
		     why && why->msg  ? why->msg
		     : !why && detail ? detail
				      : "");
	if (n < 0 || !path)
		return;
	if ((size_t)n > sizeof(line) - 2)
		n = (int)sizeof(line) - 2;
	make_line_printable(line, (size_t)n);
	line[n] = '\n';
	par_bounded_log_append(path, EVENTS_MAX, line, (size_t)n + 1);
}

void wpar_event_log(const char *name, const char *event, const struct par_error *why)
{
	wpar_event_log_detail(name, event, NULL, why);
}

void wpar_console_log_begin(const char *name)
{
	autofree char *path = console_path(name);
	size_t size;
	int fd = path ? par_bounded_log_open(path, &size) : -1;

	if (fd >= 0)
		close(fd);
}

void wpar_console_log(const char *name, const char *data, size_t len)
{
	autofree char *path = console_path(name);
	char text[4096];

	if (!path)
		return;
	while (len > 0) {
		size_t n = len < sizeof(text) ? len : sizeof(text);

		memcpy(text, data, n);
		make_printable(text, n);
		par_bounded_log_append(path, CONSOLE_MAX, text, n);
		data += n;
		len -= n;
	}
}

void wpar_console_log_remove(const char *name)
{
	autofree char *path = console_path(name);
	autofree char *aside = par_aside_path(path);

	if (path)
		unlink(path);
	if (aside)
		unlink(aside);
}

/* What is not there takes its place, too: then there is nothing. */
static void move_over(const char *from, const char *to)
{
	if (from && to && rename(from, to) < 0)
		unlink(to);
}

void wpar_console_log_rename(const char *name, const char *new_name)
{
	autofree char *from = console_path(name), *to = console_path(new_name);
	autofree char *from_aside = par_aside_path(from), *to_aside = par_aside_path(to);

	move_over(from, to);
	move_over(from_aside, to_aside);
}
