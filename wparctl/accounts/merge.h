/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The users and groups of an old system that becomes one of ours: those of the new system stay what
 * they are, the old one's own come to them, with their passwords.  Where a number means one name in
 * the old system and another one in the new, the files that are taken along get other owners. Pure.
 */
#pragma once

#include "lpard/common/str.h"

#include <stdint.h>

/* The texts of four files; NULL: there is none.  Those of the old system are foreign bytes. */
struct wpar_account_texts {
	const char *passwd, *group, *shadow, *gshadow;
};

/* What the old system has as @from, in files too, is @to in the new one. */
struct wpar_id_change {
	uint32_t from, to;
};

struct wpar_id_changes {
	struct wpar_id_change *v;
	size_t n;
};

struct wpar_accounts_merged {
	struct par_buf passwd, group, shadow, gshadow;
	struct wpar_id_changes uids, gids; /* no @from twice; to be made all at once */
	struct par_strv notes;		   /* a sentence for each that is not as it was */
};

#define auto_merged par_cleanup(wpar_accounts_merged_done) struct wpar_accounts_merged

void wpar_accounts_merged_done(struct wpar_accounts_merged *m);

/*
 * wpar_accounts_merge - the files of the WPAR that is native from then on
 * @id_max	the highest number that it has
 *
 * A name that both have is the new system's, with the password of the old one.  Another one keeps
 * its number; where the new system has given that to somebody else it gets a free one, and a note.
 * Lines that are no entry are passed over, as the libc does it, with a note; of two with one name
 * the first counts, and two names of one number stay so.  The number 0 stays 0.  -ENOMEM, also of
 * what is in @ret.
 */
int wpar_accounts_merge(const struct wpar_account_texts *native,
			const struct wpar_account_texts *old, uint32_t id_max,
			struct wpar_accounts_merged *ret);

/* wpar_id_changed - the number in the new system of what is @id in the old one */
uint32_t wpar_id_changed(const struct wpar_id_changes *c, uint32_t id);
