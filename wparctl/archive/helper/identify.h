/* SPDX-License-Identifier: Apache-2.0 */
/* Which system an archive's root is of, by the files in which systems say so. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IDENTIFY_TEXTS 14
/* Bytes of such a file that are looked at; of lists of users and groups, which are read whole. */
#define IDENTIFY_TEXT_MAX  4096
#define IDENTIFY_NAMES_MAX 65536

struct identify {
	char *texts[IDENTIFY_TEXTS]; /* by wpar_identify_text() */
	size_t lens[IDENTIFY_TEXTS];
	int layers[IDENTIFY_TEXTS]; /* that they come from */
	char busybox[16];
	const char *manager; /* of packages */
	char top[256];	     /* the one name at the top; @tops: how many there are, 2: more */
	int tops;
};

/* wpar_identify_text - which of the files that are read is it?  -1: none */
int wpar_identify_text(const char *name);

/* wpar_identify_most - how many bytes of that one, which has @size, are read; 0: none */
size_t wpar_identify_most(int text, int64_t size);

/* wpar_identify_name - what the name of a member (normalised) says */
void wpar_identify_name(struct identify *id, const char *name);

/* wpar_identify_put - the text of such a file, in the place of an earlier one; false: no memory */
bool wpar_identify_put(struct identify *id, int text, int layer, const void *data, size_t len);

/* wpar_identify_gone - that layer removes the member, or what a folder has, of those below it */
void wpar_identify_gone(struct identify *id, const char *name, int layer);

/* wpar_identify_busybox - the contents of a program of that name: "BusyBox v1.35.0" */
void wpar_identify_busybox(struct identify *id, const void *data, size_t len);

/* wpar_identify_show - the lines of scan.h */
void wpar_identify_show(const struct identify *id);
void wpar_identify_done(struct identify *id);
