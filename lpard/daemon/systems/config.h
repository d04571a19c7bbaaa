/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration file, lpard.conf(5): `key = value` lines and `[system NAME]` sections.
 * Parsing is strict and pure: a line that is not understood is an error that names its number.
 */
#pragma once

#include "lpard/common/error.h"
#include "lpard/common/log.h"
#include "lpard/common/str.h"

#include <stdbool.h>
#include <stdint.h>

#ifndef LPAR_CONFIG_PATH /* meson's sysconfdir */
#define LPAR_CONFIG_PATH "/etc/lpard/lpard.conf"
#endif
#define LPAR_CONFIG_SOCKET "/run/lpard/lpard.sock"

enum lpar_config_accel { LPAR_CONFIG_ACCEL_AUTO, LPAR_CONFIG_ACCEL_TCG, LPAR_CONFIG_ACCEL_KVM };

/* One managed system; strings owned, NULL: not given. */
struct lpar_config_system {
	char *name;
	char *uri;
	char *pool;
	char *pool_path;
	char *network;
	char *type_model;
	char *serial;
	char *description;
	enum lpar_config_accel accel;
};

struct lpar_config {
	char *socket;
	char *group;	  /* may do everything; root always may */
	char *read_group; /* may look; NULL: nobody but those above */
	char *log;	  /* file; NULL: stderr, in the background see lpar_daemon_file() */
	char *journal;	  /* file; NULL: see lpar_daemon_file() */
	enum par_log_level log_level;
	struct par_strv images; /* folders that hold image folders */
	char *default_image;
	char *media;	   /* disk image that every LPAR sees read-only; NULL: none */
	uint64_t disk_mib; /* size of an LPAR's disk; 0: the image's */
	uint64_t max_clients;
	uint64_t shutdown_wait_s; /* how long a shutdown waits for the guest */
	/* what lshmc shows */
	char *hmc_version, *hmc_release, *hmc_service_pack, *hmc_build, *hmc_base_version;
	struct par_strv hmc_fixes;
	struct lpar_config_system *systems;
	size_t n_systems;
};

#define auto_config par_cleanup(lpar_config_done) struct lpar_config

void lpar_config_done(struct lpar_config *c);

/*
 * lpar_config_parse - the text of a configuration file
 * @path	for messages
 * @hostname	the name of the one system when the text has none
 *
 * Gives every setting its default first.  Errors: PAR_E_INVALID_ARGUMENT ("PATH:LINE: …").
 */
int lpar_config_parse(const char *text, const char *path, const char *hostname,
		      struct lpar_config *ret, struct par_error **err);

/*
 * lpar_config_load - read a configuration file
 * @path	NULL: LPAR_CONFIG_PATH, which may be missing
 * Errors: PAR_E_NOT_FOUND, PAR_E_SYSTEM, those of parsing.
 */
int lpar_config_load(const char *path, struct lpar_config *ret, struct par_error **err);
