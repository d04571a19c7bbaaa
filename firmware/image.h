/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A boot image: a folder with kernel, initrd, root image and its manifest, image.json.
 */
#pragma once

#include "lpard/common/error.h"
#include "lpard/common/str.h"

#include <stdint.h>

#define FW_IMAGE_FORMAT 1

enum fw_image_part {
	FW_IMAGE_KERNEL,
	FW_IMAGE_INITRD,
	FW_IMAGE_ROOT,
	FW_IMAGE_MEDIA,
	FW_IMAGE_PARTS
};

struct fw_image_file {
	/* In the folder, without a slash; absolute for media.  NULL: there is no such part. */
	char *name;
	uint64_t size;
	char sha256[65]; /* lower-case hexadecimal */
};

struct fw_image {
	char *name;   /* "trixie" */
	char *folder; /* absolute path */
	char *suite;
	char *architecture;   /* "ppc64el" */
	char *os_name;	      /* "Debian GNU/Linux" */
	char *os_version;     /* "13.1" */
	char *kernel_release; /* "6.12.48-powerpc64le" */
	char *command_line;   /* of the kernel, to be added to; empty: the usual one */
	char *agent_version;
	uint32_t page_size;
	struct fw_image_file files[FW_IMAGE_PARTS];
};

#define auto_fw_image par_cleanup(fw_image_done) struct fw_image

/*
 * fw_image_parse - read a manifest
 * @folder	kept in ret
 * Errors: PAR_E_CORRUPT (not a manifest, a newer format, a name with a slash, no kernel).
 */
int fw_image_parse(const char *text, size_t len, const char *folder, struct fw_image *ret,
		   struct par_error **err);

/* fw_image_load - read FOLDER/image.json; PAR_E_NOT_FOUND, PAR_E_CORRUPT */
int fw_image_load(const char *folder, struct fw_image *ret, struct par_error **err);

/*
 * fw_image_set_media - give the image a media disk, a file outside of the image's folder
 * Reads the whole file once for its SHA-256.  Errors: PAR_E_NOT_FOUND, PAR_E_CORRUPT (no file).
 */
int fw_image_set_media(struct fw_image *image, const char *path, struct par_error **err);

void fw_image_done(struct fw_image *image);

/* fw_image_part_name - "kernel", "initrd", "root image", "media" */
const char *fw_image_part_name(enum fw_image_part part);
