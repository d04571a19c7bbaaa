/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures of backups, by ssh-keygen. */
#pragma once

#include "lpard/common/error.h"
#include "lpard/common/str.h"

#define WPAR_SIGN_NAMESPACE "savewpar@lpard"

/*
 * wpar_sign - what `ssh-keygen -Y sign` makes of a file
 * @key		path of a private key, or of a public one whose private one an agent has
 * @fd		read from its begin
 * Errors: PAR_E_NOT_FOUND (no ssh-keygen), PAR_E_NOT_PERMITTED (it did not sign).
 */
int wpar_sign(const char *key, int fd, struct par_buf *ret, struct par_error **err);
