/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of an image's files, written when it is unpacked: /var/lib/wpars/images/SHA256/files.
 * A line for each: kind, mode, owner, group, size, time, attributes' digest, contents' SHA-256
 * (lpard/common/contents.h; 256 KiB of zeros, from a multiple of that on, are a hole) and the name,
 * in which all but plain bytes are %XX:
 *
 *	f 755 0 0 31 1700000000.5 - 9f86d081… usr/bin/tool
 */
#pragma once

#include "lpard/common/error.h"

#include <stdint.h>

#define WPAR_MANIFEST "files"

/*
 * wpar_manifest_write - of root/ in the image's folder @folder
 * Errors: PAR_E_NO_SPACE, PAR_E_SYSTEM; nothing is to be kept of the folder then.
 */
int wpar_manifest_write(int folder, struct par_error **err);

/* What differs from the list. */
struct wpar_manifest_report {
	uint64_t files, differ;
	/* for each name that differs, as the list writes it, and how */
	void (*differs)(void *user, const char *name, const char *how);
	void *user;
};

/*
 * wpar_manifest_verify - look at every file of the image again
 * Returns 0 when that was possible, whatever was found.
 * Errors: PAR_E_NOT_FOUND (an image of before there were lists), PAR_E_CORRUPT (the list),
 * PAR_E_SYSTEM.
 */
int wpar_manifest_verify(int folder, struct wpar_manifest_report *report, struct par_error **err);
