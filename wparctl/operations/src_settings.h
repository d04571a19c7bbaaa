/* SPDX-License-Identifier: Apache-2.0 */
/* The flags of mkssys and chssys that go into the definition of a subsystem. */
#pragma once

#include "wparctl/operations/src.h"

struct wpar_src_settings {
	const char *wpar;
	struct par_args names; /* -s; chssys: the old one, then the new one */
	const char *path, *user, *arguments, *standin, *standout, *standerr, *synonym, *group;
	const char *nice, *wait, *signorm, *sigforce, *queue, *type;
	bool once, respawn, show, hide, multi, single, socket, signals;
};

#define WPAR_SRC_SETTINGS_STR(s, arg_, member, ...) \
	OPT_STR(s, NULL, arg_, struct wpar_src_settings, member, __VA_ARGS__)
#define WPAR_SRC_SETTINGS_FLAG(s, member, help_) \
	OPT_FLAG(s, NULL, struct wpar_src_settings, member, help_)

#define WPAR_SRC_NO_QUEUES "a subsystem is told by signals here, not by message queues"

/* The rows of all but -p, -s and -u. */
#define WPAR_SRC_SETTINGS_OPTS                                                                     \
	WPAR_OPT_WITHIN(wpar_src_settings, wpar),                                                  \
		WPAR_SRC_SETTINGS_STR('a', "ARGUMENTS", arguments,                                 \
				      "Its arguments, as a shell's words"),                        \
		WPAR_SRC_SETTINGS_FLAG('d', show, "lssrc shows it while it is inoperative"),       \
		WPAR_SRC_SETTINGS_FLAG('D', hide, "lssrc -a and -g do not"),                       \
		WPAR_SRC_SETTINGS_STR('e', "FILE", standerr, "Its standard error"),                \
		WPAR_SRC_SETTINGS_STR('E', "NICE", nice, "Its priority: 0 to 39; 20 is as it is"), \
		WPAR_SRC_SETTINGS_STR('f', "SIGNAL", sigforce,                                     \
				      "The signal of stopsrc -f (with -S)"),                       \
		WPAR_SRC_SETTINGS_STR('G', "GROUP", group, "The group that it belongs to"),        \
		WPAR_SRC_SETTINGS_STR('i', "FILE", standin, "Its standard input"),                 \
		WPAR_SRC_SETTINGS_STR('I', "QUEUE", queue, NULL, .refused = WPAR_SRC_NO_QUEUES),   \
		WPAR_SRC_SETTINGS_FLAG('K', socket, "It can be refreshed (by SIGHUP)"),            \
		WPAR_SRC_SETTINGS_STR('m', "TYPE", type, NULL, .refused = WPAR_SRC_NO_QUEUES),     \
		WPAR_SRC_SETTINGS_STR('n', "SIGNAL", signorm, "The signal of stopsrc (with -S)"),  \
		WPAR_SRC_SETTINGS_STR('o', "FILE", standout, "Its standard output"),               \
		WPAR_SRC_SETTINGS_FLAG('O', once, "It is not started again when it ends"),         \
		WPAR_SRC_SETTINGS_FLAG('q', multi, "Several of it may run"),                       \
		WPAR_SRC_SETTINGS_FLAG('Q', single, "One of it may run"),                          \
		WPAR_SRC_SETTINGS_FLAG('R', respawn, "It is started again when it ends unasked"),  \
		WPAR_SRC_SETTINGS_FLAG('S', signals, "It knows signals only (-n, -f)"),            \
		WPAR_SRC_SETTINGS_STR('t', "SYNONYM", synonym, "Another name"),                    \
		WPAR_SRC_SETTINGS_STR('w', "SECONDS", wait,                                        \
				      "The time between stopsrc -c and its end")

/* wpar_src_settings_check - flags that exclude or need each other; PAR_E_USAGE */
int wpar_src_settings_check(const struct wpar_src_settings *a, const struct par_opt *opts,
			    struct par_error **err);

/* wpar_src_settings_apply - all but the name into @s; in the WPAR, whose users -u may name */
int wpar_src_settings_apply(const struct wpar_src_settings *a, struct wpar_subsystem *s,
			    struct par_error **err);
