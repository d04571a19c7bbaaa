/* SPDX-License-Identifier: Apache-2.0 */
/* What the WPAR commands share: printing of steps, checks, and the flags that describe a WPAR. */
#pragma once

#include "lpard/common/cmd.h"
#include "wparctl/runtime/runtime.h"

#define auto_wpar_lock autofd

/* Where the lines of an operation go. */
struct cmd_say {
	FILE *out;
	bool verbose; /* -v: the lines of WPAR_NOTE_VERBOSE too */
};

/* cmd_report - a report that prints to @say, a line each, flushed (they show how far it is) */
struct wpar_report cmd_report(struct cmd_say *say);

/* cmd_say_line - one line of the command's own, flushed */
void cmd_say_line(FILE *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* cmd_need_root - PAR_E_NOT_PERMITTED unless the effective user is root */
int cmd_need_root(struct par_error **err);

/*
 * cmd_open - lock, then load, a defined WPAR: the order that keeps two commands apart
 * @ret_lock	closed by the caller when its operation is over
 */
int cmd_open(const char *name, int *ret_lock, struct wpar_spec *ret, struct par_error **err);

/* cmd_state - as wpar_state_get(), but B when the WPAR's creation was not completed */
int cmd_state(const struct wpar_spec *s, enum wpar_state *ret, struct par_error **err);
/* cmd_state_locked - the same for who holds the lock itself */
int cmd_state_locked(const struct wpar_spec *s, enum wpar_state *ret, struct par_error **err);

/* cmd_fail_state - "Workload partition NAME is Active …" as PAR_E_WRONG_STATE */
int cmd_fail_state(const struct wpar_spec *s, enum wpar_state st, const char *needs,
		   struct par_error **err);

/* cmd_start / cmd_stop - with the lines that AIX's commands begin with; the lock is held */
int cmd_start(const struct wpar_spec *s, struct cmd_say *say, struct par_error **err);
int cmd_stop(const struct wpar_spec *s, const struct wpar_stop_opts *opts, const char *command,
	     struct cmd_say *say, struct par_error **err);

/*
 * cmd_remove - the private file systems (unless @keep), the image if nobody else has it, the
 * specification; of a WPAR that does not run.  The lock is held, and its file goes too.
 */
int cmd_remove(const struct wpar_spec *s, bool keep, bool force, struct par_error **err);

/* The flags of mkwpar and wparexec that go into the specification. */
struct cmd_settings {
	struct par_groups addresses, routes, mounts, resources, security, devices, kexts;
	struct par_opt_value uuid;
	const char *name, *hostname, *architecture, *script, *from_wpar, *from_file, *to_file;
	bool checkpointable, routing, xwparipc, write_only;
};

/* The rows of these flags, for the table of a command whose struct begins with one. */
#define CMD_SETTINGS_OPTS                                                                         \
	OPT_FLAG('c', NULL, struct cmd_settings, checkpointable, "Mark it as checkpointable"),    \
		OPT_PAIRS('D', NULL, "devname=PATH…", struct cmd_settings, devices,               \
			  "Export a device"),                                                     \
		OPT_STR('e', NULL, "WPAR", struct cmd_settings, from_wpar,                        \
			"Copy the settings of WPAR", .values = "@wpars"),                         \
		OPT_STR('f', NULL, "FILE", struct cmd_settings, from_file,                        \
			"Read the specification FILE", .values = "@files"),                       \
		OPT_STR('h', NULL, "HOSTNAME", struct cmd_settings, hostname,                     \
			"Host name (default: its name)"),                                         \
		OPT_STR('H', NULL, "ARCH", struct cmd_settings, architecture,                     \
			"Processor architecture to note"),                                        \
		OPT_FLAG('i', NULL, struct cmd_settings, routing,                                 \
			 "Give it a routing table of its own"),                                   \
		OPT_PAIRS('I', NULL, "rtdest=… rtgateway=…", struct cmd_settings, routes,         \
			  "Add a route (implies -i)"),                                            \
		OPT_PAIRS('M', NULL, "directory=PATH…", struct cmd_settings, mounts,              \
			  "Add or change a file system"),                                         \
		OPT_STR('n', NULL, "NAME", struct cmd_settings, name, "Its name"),                \
		OPT_PAIRS('N', NULL, "address=…", struct cmd_settings, addresses,                 \
			  "Add an address"),                                                      \
		OPT_STR('o', NULL, "FILE", struct cmd_settings, to_file,                          \
			"Write the specification to FILE too", .values = "@files"),               \
		OPT_PAIRS('R', NULL, "CPU=…", struct cmd_settings, resources,                     \
			  "Set resource controls"),                                               \
		OPT_PAIRS('S', NULL, "privs=LIST", struct cmd_settings, security,                 \
			  "Set privileges, or add (privs+=) and take (privs-=) some"),            \
		OPT_STR('u', NULL, "PATH", struct cmd_settings, script,                           \
			"Script of the global environment for start and stop"),                   \
		OPT_STR_OPTIONAL('U', NULL, "UUID", struct cmd_settings, uuid, "Set its UUID"),   \
		OPT_FLAG('w', NULL, struct cmd_settings, write_only,                              \
			 "Only write the specification (-o)"),                                    \
		OPT_FLAG('x', NULL, struct cmd_settings, xwparipc, "Allow IPC with other WPARs"), \
		OPT_PAIRS('X', NULL, "kext=PATH…", struct cmd_settings, kexts,                    \
			  "Note a kernel extension")

/*
 * cmd_settings_apply - the specification that the flags describe, without defaults
 * Reads -e or -f first, then the flags on top.  The name may still be missing.
 */
int cmd_settings_apply(const struct cmd_settings *a, struct wpar_spec *ret, struct par_error **err);

/*
 * cmd_settings_output - show (@dry_run) or write (-o) a specification that is complete
 * Returns 1 when that was all that was asked for (@dry_run, -w), 0 to go on, or a negative errno.
 */
int cmd_settings_output(const struct cmd_settings *a, const struct wpar_spec *s, bool dry_run,
			FILE *out, struct par_error **err);

/* cmd_set - replace an owned string; PAR_E_NO_MEMORY */
int cmd_set(char **field, const char *value, struct par_error **err);

/*
 * cmd_forget_orphan - an application WPAR whose wparexec was killed and in which nothing runs: it
 * is removed, as it would have been.  False: it is none.
 */
bool cmd_forget_orphan(const struct wpar_spec *s);

/*
 * cmd_claim - take @s->name: checks that it is free, picks ids and a key, saves @s as being
 * created.  The lock of that name is held by the caller.
 */
int cmd_claim(struct wpar_spec *s, struct par_error **err);
