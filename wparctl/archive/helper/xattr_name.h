/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of extended attributes as a pax header's key has them, which ends at an equals sign: as GNU
 * tar writes them, `=` is `%3D` and `%` is `%25`.  libarchive writes more bytes so.
 */
#pragma once

#include "lpard/common/str.h"

struct archive_entry;

/* xattr_name_put - @name as a part of a key */
void xattr_name_put(struct par_buf *key, const char *name);

/*
 * xattr_names_decode - the names that @e has from an archive's headers, as they are on disk; one
 * that would have a NUL stays as it is.  0 or -ENOMEM.
 */
int xattr_names_decode(struct archive_entry *e);
