/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all WPARs have that no other may have.
 *
 * The specification files are the truth.  So that not each command reads thousands of them,
 * /run/wpars/.claims keeps what was read before, with the inode, size and time of change of each
 * file: only a file that is new or has changed is read, whoever has written it.  Whether a file has
 * changed is asked of each, by one stat(2), as an editor may have written into it in its place.
 * Without the index, or with one that cannot be right, all are read.
 */
#pragma once

#include "wparctl/spec/claim.h"

struct wpar_claims {
	struct wpar_claim *v;
	size_t n;
	char *index;	/* where those lie that were known already */
	char **records; /* one for each of the others */
	size_t n_records;
	struct par_error *unreadable; /* of a specification that cannot be read, or NULL */
	char *unreadable_name;
};

#define auto_claims par_cleanup(wpar_claims_done) struct wpar_claims

void wpar_claims_done(struct wpar_claims *c);

#define WPAR_CLAIMS_SAVE 1u /* the index is written, too; two who do it at once harm nobody */
#define WPAR_CLAIMS_ANEW 2u /* all specifications are read, whatever the index says */

/*
 * wpar_claims_load - of all WPARs that there are; what *ret had before is freed, { 0 } is fine
 * @flags	WPAR_CLAIMS_…
 * A specification that cannot be read is none of them: of these the first by name is in
 * ret->unreadable.
 */
int wpar_claims_load(unsigned int flags, struct wpar_claims *ret, struct par_error **err);

/* wpar_claims_sort - by name; wpar_claims_find needs that: one of the name, or NULL */
void wpar_claims_sort(struct wpar_claims *c);
const struct wpar_claim *wpar_claims_find(const struct wpar_claims *c, const char *name);
