/* SPDX-License-Identifier: Apache-2.0 */
/* Passwords as /etc/shadow has them. */
#pragma once

#include "lpard/common/error.h"
#include "lpard/common/str.h"

#include <stdbool.h>
#include <stdint.h>

#define WPAR_PASSWORD_MAX 128 /* bytes */

/* wpar_password_hash - by the C library's usual method, with a salt of its own; the caller frees it
 */
int wpar_password_hash(const char *password, char **ret, struct par_error **err);

/*
 * wpar_password_fits - is it the password of @user in the text @shadow?
 * @today	days since 1970: an account that has expired takes none (chuser account_locked=true)
 * An account without one (an empty field) takes the empty password, one that is locked none.  The
 * method and its cost are what @shadow says: where that is not trusted, ask inside.
 */
bool wpar_password_fits(const char *shadow, const char *user, const char *password, uint64_t today);

/* wpar_password_put - @shadow with @hash as the password of @user, who may not be in it; 0, -ENOMEM
 */
int wpar_password_put(const char *shadow, const char *user, const char *hash, struct par_buf *ret);
