/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a logical partition knows of itself: /proc/ppc64/lparcfg and the device tree, where the
 * kernel has them, and the words lpard.name= and lpard.id= with which lpard boots it, which can be
 * read in a WPAR, too.  On a machine that is no partition there is none of that.
 */
#pragma once

#include "lpard/common/str.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct wpar_lpar {
	struct par_buf config; /* lines "key=value" of lparcfg; empty: there is none */
	char name[64];	       /* "" when it is not known; printable */
	int64_t number;	       /* -1: not known */
};

#define auto_lpar par_cleanup(wpar_lpar_done) struct wpar_lpar

/* wpar_lpar_get - of the system we are on; *ret is whole and needs wpar_lpar_done() in any case */
void wpar_lpar_get(struct wpar_lpar *ret);
void wpar_lpar_done(struct wpar_lpar *l);

/* The texts of the kernel's files; NULL: there is no such file. */
struct wpar_lpar_texts {
	const char *config;  /* /proc/ppc64/lparcfg */
	const char *name;    /* ibm,partition-name of the device tree */
	const char *cmdline; /* /proc/cmdline */
};
/* wpar_lpar_parse - the same from texts; memory that is short leaves .config empty */
void wpar_lpar_parse(const struct wpar_lpar_texts *t, struct wpar_lpar *ret);

/* wpar_lpar_value - the number behind "key=" in lparcfg; false: there is none */
bool wpar_lpar_value(const struct wpar_lpar *l, const char *key, uint64_t *ret);

/* wpar_lpar_print_id - as AIX's `uname -L`, without a line's end: "15 lpar01"; "-1 NULL": no LPAR
 */
void wpar_lpar_print_id(const struct wpar_lpar *l, FILE *out);
