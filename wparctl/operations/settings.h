/* SPDX-License-Identifier: Apache-2.0 */
/* The flags of mkwpar and wparexec that go into the specification. */
#pragma once

#include "lpard/common/cmd.h"
#include "wparctl/spec/spec.h"

struct wpar_settings {
	struct par_groups addresses, routes, mounts, resources, security, devices, kexts;
	struct par_opt_value uuid;
	const char *name, *hostname, *architecture, *script, *from_wpar, *from_file, *to_file;
	bool checkpointable, routing, xwparipc, write_only;
};

/* The rows of these flags, for the table of a command whose struct begins with one. */
#define WPAR_SETTINGS_OPTS                                                                         \
	OPT_FLAG('c', NULL, struct wpar_settings, checkpointable, "Mark it as checkpointable"),    \
		OPT_PAIRS('D', NULL, "devname=PATH…", struct wpar_settings, devices,               \
			  "Export a device"),                                                      \
		OPT_STR('e', NULL, "WPAR", struct wpar_settings, from_wpar,                        \
			"Copy the settings of WPAR", .values = "@wpars"),                          \
		OPT_STR('f', NULL, "FILE", struct wpar_settings, from_file,                        \
			"Read the specification FILE", .values = "@files"),                        \
		OPT_STR('h', NULL, "HOSTNAME", struct wpar_settings, hostname,                     \
			"Host name (default: its name)"),                                          \
		OPT_STR('H', NULL, "ARCH", struct wpar_settings, architecture,                     \
			"Processor architecture to note"),                                         \
		OPT_FLAG('i', NULL, struct wpar_settings, routing,                                 \
			 "Give it a routing table of its own"),                                    \
		OPT_PAIRS('I', NULL, "rtdest=… rtgateway=…", struct wpar_settings, routes,         \
			  "Add a route (implies -i)"),                                             \
		OPT_PAIRS('M', NULL, "directory=PATH…", struct wpar_settings, mounts,              \
			  "Add or change a file system"),                                          \
		OPT_STR('n', NULL, "NAME", struct wpar_settings, name, "Its name"),                \
		OPT_PAIRS('N', NULL, "address=…", struct wpar_settings, addresses,                 \
			  "Add an address"),                                                       \
		OPT_STR('o', NULL, "FILE", struct wpar_settings, to_file,                          \
			"Write the specification to FILE too", .values = "@files"),                \
		OPT_PAIRS('R', NULL, "CPU=…", struct wpar_settings, resources,                     \
			  "Set resource controls"),                                                \
		OPT_PAIRS('S', NULL, "privs=LIST", struct wpar_settings, security,                 \
			  "Set privileges, or add (privs+=) and take (privs-=) some"),             \
		OPT_STR('u', NULL, "PATH", struct wpar_settings, script,                           \
			"Script of the global environment for start and stop"),                    \
		OPT_STR_OPTIONAL('U', NULL, "UUID", struct wpar_settings, uuid,                    \
				 "Set its UUID; alone: a new one"),                                \
		OPT_FLAG('w', NULL, struct wpar_settings, write_only,                              \
			 "Only write the specification (-o)"),                                     \
		OPT_FLAG('x', NULL, struct wpar_settings, xwparipc, "Allow IPC with other WPARs"), \
		OPT_PAIRS('X', NULL, "kext=PATH…", struct wpar_settings, kexts,                    \
			  "Note a kernel extension")

/*
 * wpar_settings_apply - the specification that the flags describe, without defaults
 * Reads -e or -f first, then the flags on top.  The name may still be missing.
 */
int wpar_settings_apply(const struct wpar_settings *a, struct wpar_spec *ret,
			struct par_error **err);

/*
 * wpar_settings_output - show (@dry_run) or write (-o) a specification that is complete
 * Returns 1 when that was all that was asked for (@dry_run, -w), 0 to go on, or a negative errno.
 */
int wpar_settings_output(const struct wpar_settings *a, const struct wpar_spec *s, bool dry_run,
			 FILE *out, struct par_error **err);

/*
 * wpar_settings_set - an attribute of the general stanza by its key; NULL: it stays as it is
 * Errors: PAR_E_INVALID_ARGUMENT.
 */
int wpar_settings_set(struct wpar_spec *s, const char *key, const char *value,
		      struct par_error **err);
