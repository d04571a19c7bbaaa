/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a WPAR's processes may do: capabilities in its own user namespace, a seccomp filter that is
 * made at build time, a session keyring of its own.  docs/SECURITY.md has the table.
 */
#pragma once

#include "wparctl/spec/spec.h"

/* wpar_security_caps - the bounding set of a WPAR: the default one and its privileges (-S) */
uint64_t wpar_security_caps(const struct wpar_spec *s);

/* wpar_security_job_caps - that of a user's job: to make its terminal and become it, and nothing
 * else */
uint64_t wpar_security_job_caps(void);

/*
 * wpar_security_apply - in the task that is to be the WPAR's, as its root, before exec
 * @no_new_privs	setuid programs gain nothing (application WPARs)
 * Returns 0 or a negative errno; the caller must not go on after a failure.
 */
int wpar_security_apply(uint64_t caps, bool no_new_privs);
