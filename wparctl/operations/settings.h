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

/*
 * The rows of the flags that make and change a WPAR, in parts that each command's own go between,
 * for the table of a command whose struct begins with one.  @bare_: may a flag stand without pairs?
 */
#define WPAR_SETTINGS_PAIRS(s, arg_, member, bare_, help_) \
	OPT_PAIRS(s, NULL, arg_, struct wpar_settings, member, help_, .bare = bare_)
#define WPAR_SETTINGS_C_TO_D(bare_)                                                 \
	OPT_FLAG('c', NULL, struct wpar_settings, checkpointable,                   \
		 "Mark it as checkpointable, or say why it cannot be (chkptwpar)"), \
		WPAR_SETTINGS_PAIRS('D', "devname=PATH…", devices, bare_, "Export a device")
#define WPAR_SETTINGS_H_TO_M(bare_)                                             \
	OPT_STR('h', NULL, "HOSTNAME", struct wpar_settings, hostname,          \
		"Host name (default: its name)"),                               \
		OPT_STR('H', NULL, "ARCH", struct wpar_settings, architecture,  \
			"Refused: processes see the processor that there is"),  \
		OPT_FLAG('i', NULL, struct wpar_settings, routing,              \
			 "Give it a routing table of its own"),                 \
		WPAR_SETTINGS_PAIRS('I', "rtdest=… rtgateway=…", routes, bare_, \
				    "Add a route (implies -i)"),                \
		WPAR_SETTINGS_PAIRS('M', "directory=PATH…", mounts, bare_,      \
				    "Add or change a file system")
#define WPAR_SETTINGS_N(bare_) \
	WPAR_SETTINGS_PAIRS('N', "address=…", addresses, bare_, "Add an address")
#define WPAR_SETTINGS_R_TO_S(bare_)                                                   \
	WPAR_SETTINGS_PAIRS('R', "CPU=…", resources, bare_, "Set resource controls"), \
		WPAR_SETTINGS_PAIRS('S', "privs=LIST", security, bare_,               \
				    "Set privileges, or add (privs+=) and take (privs-=) some")
#define WPAR_SETTINGS_U                                                 \
	OPT_STR_OPTIONAL('U', NULL, "UUID", struct wpar_settings, uuid, \
			 "Set its UUID; alone: a new one")
#define WPAR_SETTINGS_X(bare_)                                         \
	OPT_FLAG('x', NULL, struct wpar_settings, xwparipc,            \
		 "Refused: the kernel lets no WPARs share their IPC"), \
		WPAR_SETTINGS_PAIRS('X', "kext=PATH…", kexts, bare_,   \
				    "Refused: a kernel module is the whole system's")

/* All of them: mkwpar, wparexec. */
#define WPAR_SETTINGS_OPTS                                                          \
	WPAR_SETTINGS_C_TO_D(false),                                                \
		OPT_STR('e', NULL, "WPAR", struct wpar_settings, from_wpar,         \
			"Copy the settings of WPAR", .values = "@wpars"),           \
		OPT_STR('f', NULL, "FILE", struct wpar_settings, from_file,         \
			"Read the specification FILE", .values = "@files"),         \
		WPAR_SETTINGS_H_TO_M(false),                                        \
		OPT_STR('n', NULL, "NAME", struct wpar_settings, name, "Its name"), \
		WPAR_SETTINGS_N(false),                                             \
		OPT_STR('o', NULL, "FILE", struct wpar_settings, to_file,           \
			"Write the specification to FILE too", .values = "@files"), \
		WPAR_SETTINGS_R_TO_S(false),                                        \
		OPT_STR('u', NULL, "PATH", struct wpar_settings, script,            \
			"Script of the global environment for start and stop"),     \
		WPAR_SETTINGS_U,                                                    \
		OPT_FLAG('w', NULL, struct wpar_settings, write_only,               \
			 "Only write the specification (-o)"),                      \
		WPAR_SETTINGS_X(false)

/*
 * wpar_settings_apply - the specification that the flags describe, without defaults
 * Reads -e or -f first, then the flags on top.  The name may still be missing.
 */
int wpar_settings_apply(const struct wpar_settings *a, struct wpar_spec *ret,
			struct par_error **err);

/*
 * wpar_settings_change - the flags on top of @s, without what they are laid over (-e, -f)
 * After an error @s is half changed.
 */
int wpar_settings_change(const struct wpar_settings *a, struct wpar_spec *s,
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

/* wpar_settings_forget_numbers - what the machine of before has given out: ids, key, projects */
void wpar_settings_forget_numbers(struct wpar_spec *s);

/*
 * wpar_settings_forget_image - of a versioned WPAR whose image will be another: which one it was,
 * and the file system over it
 */
void wpar_settings_forget_image(struct wpar_spec *s);

/*
 * wpar_settings_rename - what follows from the old name gives way to what follows from @name
 * The name itself stays; NULL: nothing is done.
 */
void wpar_settings_rename(struct wpar_spec *s, const char *name);
