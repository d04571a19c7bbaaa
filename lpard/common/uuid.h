/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UUIDs as text: 8-4-4-4-12 hexadecimal digits.  Managed systems, libvirt and WPARs write them in
 * lower case, the HMC writes those of partitions in upper case; either is read.
 */
#pragma once

#include <stdbool.h>

#define PAR_UUID_LEN 37 /* bytes, the NUL included */

/* par_uuid_valid - is @text a UUID, in any case?  NULL is none. */
bool par_uuid_valid(const char *text);

/*
 * par_uuid_lower / par_uuid_upper - the UUID @text in one case
 * @text may be @ret.  Return 0, or -EINVAL when @text is no UUID (@ret is unchanged then).
 */
int par_uuid_lower(const char *text, char ret[PAR_UUID_LEN]);
int par_uuid_upper(const char *text, char ret[PAR_UUID_LEN]);

/* par_uuid_make - a new random one (version 4), in lower case; 0 or a negative errno */
int par_uuid_make(char ret[PAR_UUID_LEN]);
