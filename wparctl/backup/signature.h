/* SPDX-License-Identifier: Apache-2.0 */
/* Who has signed a backup: docs/SAVEWPAR.md. */
#pragma once

#include "lpard/common/str.h"
#include "lpard/common/error.h"

/* Where it is, a backup that none of those has signed is not restored. */
#define WPAR_ALLOWED_SIGNERS "/etc/wpars/allowed_signers"

/*
 * wpar_allowed_signers - the file that says who must have signed a backup
 * @given	by the user; NULL: the system's, if the administrator has made one
 * @ret		NULL: nobody must; caller frees
 * Errors: PAR_E_NOT_FOUND (@given is not there), PAR_E_NOT_PERMITTED (it is a link, or others than
 * root can write to it).
 */
int wpar_allowed_signers(const char *given, char **ret, struct par_error **err);

/*
 * wpar_signature_check - is @signature one of somebody whom @allowed names, for these bytes?
 * @allowed	a file as ssh-keygen(1) describes it under ALLOWED SIGNERS
 * @checksums	an open file, from its beginning
 * @backup	its name, for messages
 * @ret_who	whose it is; caller frees
 * Errors: PAR_E_NOT_PERMITTED (there is none, or another's), PAR_E_NOT_SUPPORTED (no ssh-keygen),
 * those of wpar_allowed_signers().
 */
int wpar_signature_check(const char *allowed, int checksums, const struct par_buf *signature,
			 const char *backup, char **ret_who, struct par_error **err);
