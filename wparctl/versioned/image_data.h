/* SPDX-License-Identifier: Apache-2.0 */
/* ./image.data, the first member of a system image: what system it is. */
#pragma once

#include "wparctl/spec/image_command.h"
#include "wparctl/spec/spec.h"

#define WPAR_IMAGE_DATA_MAX (4 << 20) /* bytes; it may have a list of all packages */

#define WPAR_IMAGE_FILE_SYSTEMS_MAX 256

/* Of a backup (docs/SAVEWPAR.md): the WPAR that it is of (stanza wpar_data). */
struct wpar_image_wpar {
	char *name, *type; /* type: "S", "L"; NULL: there is no such stanza */
	char *state, *created, *host, *product;
	char *consistency;	/* "stopped", "frozen", "snapshot" */
	char *nfs, *attributes; /* "yes", "no"; NULL: no, and yes */
};

/* A file system that the system had (stanza fs_data). */
struct wpar_image_file_system {
	char *name; /* its mount point */
	char *device, *type;
	uint64_t size, used; /* in blocks of 512 bytes */
};

struct wpar_image_data {
	struct wpar_version version; /* without the digest */
	uint64_t size_kib;	     /* unpacked */
	uint64_t page_size;	     /* bytes, of the kernel that ran; 0: not given */
	uint64_t page_align; /* bytes: the largest page that its programs can have; 0: not given */
	uint64_t bits;	     /* of its programs; 0: not given */
	char *created, *host;
	char *user_ids, *group_ids; /* "0-65534" */
	struct wpar_image_file_system *file_systems;
	size_t n_file_systems;
	struct wpar_image_wpar wpar;
	struct wpar_image_command command; /* of an image of layers */
	char *package_manager;		   /* "dpkg"; NULL: no list */
	struct par_strv packages;	   /* "NAME VERSION ARCHITECTURE" */
};

#define auto_image_data par_cleanup(wpar_image_data_done) struct wpar_image_data

void wpar_image_data_done(struct wpar_image_data *d);

/*
 * wpar_image_data_parse - AIX's stanza grammar, with the names of docs/MKSYSB.md; FORMAT is 1.
 * Other stanzas and attributes are passed over, as in AIX, whose files have many. Errors:
 * PAR_E_CORRUPT.
 */
int wpar_image_data_parse(const char *text, size_t len, struct wpar_image_data *ret,
			  struct par_error **err);

/* wpar_image_data_write - as wpar_image_data_parse() reads it; 0 or -ENOMEM */
int wpar_image_data_write(const struct wpar_image_data *d, struct par_buf *ret);
