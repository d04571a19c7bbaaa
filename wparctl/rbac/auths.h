/* SPDX-License-Identifier: Apache-2.0 */
/* The authorizations that roles can give, and what each lets do. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* What is done to a WPAR, as a set of bits. */
enum wpar_right {
	WPAR_RIGHT_NONE = 0,
	WPAR_RIGHT_CHANGE = 1 << 0,
	WPAR_RIGHT_CREATE = 1 << 1,
	WPAR_RIGHT_LOGIN = 1 << 2,
	WPAR_RIGHT_REMOVE = 1 << 3,
	WPAR_RIGHT_START = 1 << 4,
	WPAR_RIGHT_STOP = 1 << 5,
	WPAR_RIGHT_RUN = 1 << 6, /* a command of one's own in an application WPAR */
	WPAR_RIGHT_END = 1 << 7,
};

struct wpar_auth {
	const char *name;
	enum wpar_right right; /* WPAR_RIGHT_NONE: it only includes others, or is the owner's */
	const char *description;
};

extern const struct wpar_auth wpar_auths[];
extern const size_t wpar_n_auths;

#define WPAR_AUTH_OWNER "aix.wpar.owner"

/* wpar_auth_find - by name; NULL */
const struct wpar_auth *wpar_auth_find(const char *name);

/* wpar_auth_of_right - the authorization for one right */
const struct wpar_auth *wpar_auth_of_right(enum wpar_right right);

/* wpar_auth_includes - does the authorization @given include @wanted?  Itself, and what is below */
bool wpar_auth_includes(const char *given, const char *wanted);
