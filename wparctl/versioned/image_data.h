/* SPDX-License-Identifier: Apache-2.0 */
/* ./image.data, the first member of a system image: what system it is. */
#pragma once

#include "wparctl/spec/spec.h"

#define WPAR_IMAGE_DATA_MAX (4 << 20) /* bytes; it may have a list of all packages */

struct wpar_image_data {
	struct wpar_version version; /* without the digest */
	uint64_t size_kib;	     /* unpacked */
	uint64_t page_size;
	char *created;
};

#define auto_image_data par_cleanup(wpar_image_data_done) struct wpar_image_data

void wpar_image_data_done(struct wpar_image_data *d);

/*
 * wpar_image_data_parse - AIX's stanza grammar: `image_data:` and OSNAME, OSID, OSLEVEL,
 * KERNEL_RELEASE, KERNEL_VERSION, ARCH, PAGE_SIZE, SIZE_KB, CREATED; FORMAT is 1.  Other stanzas
 * and attributes are passed over, as in AIX, whose files have many.
 * Errors: PAR_E_CORRUPT.
 */
int wpar_image_data_parse(const char *text, size_t len, struct wpar_image_data *ret,
			  struct par_error **err);
