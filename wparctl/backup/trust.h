/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a specification that comes with a backup may ask for: a backup can have been made by hand,
 * and its specification would then be somebody else's word for what this machine gives away.
 */
#pragma once

#include "wparctl/spec/spec.h"

/*
 * wpar_trust_asks - what @s has beyond a plain workload partition, in words with "; " between
 * Privileges and limits above the default ones, devices, directories and programs of the global
 * environment, servers, another owner, another place.
 * @plain	a plain workload partition here: with the devices that all get (devexports) and the
 *		file systems of its kind, and the base directory that the administrator has named
 * @ret	emptied first; empty: nothing.  0 or -ENOMEM
 */
int wpar_trust_asks(const struct wpar_spec *s, const struct wpar_spec *plain, struct par_buf *ret);

/* wpar_trust_check - the same as an error: PAR_E_NOT_PERMITTED, with what to do */
int wpar_trust_check(const struct wpar_spec *s, const struct wpar_spec *plain, const char *backup,
		     struct par_error **err);
