/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What this LPAR is and can, as far as a checkpoint depends on it.  A checkpoint carries it
 * (ckpt_manifest.h), and the one that restores it compares (ckpt_fit.h).
 */
#pragma once

#include "lpard/common/error.h"
#include "lpard/common/str.h"

#include <stdbool.h>
#include <stdint.h>

struct wpar_ability {
	char *host;	    /* its name */
	char *machine;	    /* "ppc64le" */
	char *kernel;	    /* release */
	uint64_t page_size; /* bytes */
	uint64_t hwcap, hwcap2;
	unsigned int criu;  /* 40101: 4.1.1; 0: there is none */
	char *criu_path;    /* NULL: there is none; not kept in a checkpoint */
	char *network_lock; /* how criu holds packets back meanwhile: "nftables" or NULL */
	bool guard_scan; /* does the kernel refuse the scan that criu 4.2 and later begin with? */
	bool repair;	 /* is criu mended here? (images/criu) */
	bool time_namespaces; /* clocks go on */
	bool soft_dirty;      /* memory can be copied in rounds */
	bool userfaultfd;     /* memory can follow later */
	bool tools;	      /* ip and tar, which criu runs, are there */
};

#define auto_ability par_cleanup(wpar_ability_done) struct wpar_ability
void wpar_ability_done(struct wpar_ability *a);

/* wpar_ability_get - of this LPAR, here and now */
int wpar_ability_get(struct wpar_ability *ret, struct par_error **err);

/* wpar_criu_version - of "Version: 4.1.1\n…", as struct wpar_ability has it; 0: no such text. Pure
 */
unsigned int wpar_criu_version(const char *text);

/* wpar_criu_version_text - "4.1.1"; into @buf; returns @buf */
#define WPAR_CRIU_VERSION_SIZE 24
const char *wpar_criu_version_text(unsigned int version, char buf[WPAR_CRIU_VERSION_SIZE]);

/* CRIU before 3.19 does not know how POWER9's processes enter the kernel: they end at a restore. */
#define WPAR_CRIU_LEAST 31900u
