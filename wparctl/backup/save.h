/* SPDX-License-Identifier: Apache-2.0 */
/* A backup of a WPAR, from its files to a file. */
#pragma once

#include "wparctl/spec/spec.h"

#include <stdio.h>

/* How a running WPAR is made to stand still; the caller knows. */
struct wpar_still {
	/* From here on none of its processes runs, until end() or the end of this process. */
	int (*begin)(void *user, struct par_error **err);
	int (*end)(void *user, struct par_error **err);
	void *user;
};

struct wpar_save {
	const struct wpar_spec *spec;
	const char *file;		/* -f; NULL: the tape drive */
	const char *exclude;		/* a file of patterns; NULL: nothing is left out */
	const char *key;		/* of ssh-keygen, to sign with; NULL: not signed */
	const struct wpar_still *still; /* NULL: it does not run */
	char state;			/* 'D', 'A' */
	size_t block;			/* bytes that are written at once; 0: as it comes */
	bool snapshot;			/* only from a snapshot, whether it runs or not */
	bool no_attributes, servers, plain, names, make_info,
		verify;	 /* read it again, when it is a file */
	FILE *out, *err; /* messages; what went otherwise than expected, and -v */
};

/*
 * wpar_save - do it, with the lines of AIX's savewpar on @out
 * The caller holds the WPAR's lock.  After an error no file has the name that was asked for.
 */
int wpar_save(const struct wpar_save *save, struct par_error **err);

/*
 * wpar_save_info - mkwpardata: /tmp/wpardata/NAME/image.data, and its line on @out
 */
int wpar_save_info(const struct wpar_spec *s, char state, FILE *out, struct par_error **err);
