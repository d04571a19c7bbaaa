/* SPDX-License-Identifier: Apache-2.0 */
/* What is in an archive, without unpacking it. */
#pragma once

#include "lpard/common/str.h"
#include "wparctl/archive/helper/agreed.h"
#include "lpard/common/error.h"

#include <sys/stat.h>

/* Programs of one kind. */
struct wpar_scan_programs {
	char machine[16]; /* as uname -m has it */
	unsigned int bits;
	uint64_t count;
	uint64_t align; /* bytes: the largest page on which all of them can be loaded */
	char *least;	/* the one for which that is so */
};

/* A file in which systems say what they are; it may have any byte but NUL. */
struct wpar_scan_text {
	char name[32]; /* "etc/os-release" */
	char *text;
};

#define WPAR_SCAN_TEXTS 16

/* What an image of layers says of itself: foreign bytes, without NUL. */
struct wpar_scan_config {
	char *architecture, *created, *user, *directory; /* NULL: not said */
	struct par_strv environment, arguments;
};

struct wpar_scan {
	char format[16];     /* "tar", "pax", "cpio", "directory", "oci", "docker", "aix-name",
				"aix-inode" */
	struct par_buf data; /* ./image.data, when it is the first member */
	struct wpar_scan_programs programs[16];
	size_t n_programs;
	uint32_t kernel; /* the oldest Linux that its programs run on, major << 16 | minor << 8 |
			    patch; 0: any */
	char libc[16];	 /* "glibc", "musl"; "": none was found */
	char libc_level[16]; /* "2.31"; "" */
	char init[16]; /* "systemd", "sysvinit", "busybox", "upstart", "openrc", "other"; "": none
			*/
	struct wpar_scan_config config;
	struct wpar_scan_text texts[WPAR_SCAN_TEXTS];
	size_t n_texts;
	char busybox[16];  /* its version; "": there is none */
	char manager[16];  /* of packages: "dpkg"; "" */
	char *top;	   /* all members lie below this one; NULL: they do not */
	uint64_t uid, gid; /* the greatest */
	uint64_t members, files, folders, links, devices, setuid;
	uint64_t bytes; /* of its files */
	char digest[65];
	bool lacks_program; /* none has the name of what config.arguments begin with */
	char *refused;	    /* why it would not be unpacked; NULL: nothing was seen */
};

#define auto_scan par_cleanup(wpar_scan_done) struct wpar_scan

void wpar_scan_done(struct wpar_scan *s);

/* A member of an archive; its name may have any byte. */
struct wpar_scan_member {
	mode_t mode;
	uint64_t uid, gid, size;
	const char *name;
};

/*
 * wpar_scan - look through an archive
 * @input	a descriptor of it; NULL: it is opened by its path @archive
 * @room_kib	it is not read on when the contents of its files are more; 0: whatever they are
 * @member	called for each member; NULL: they are not asked for
 * Errors: those of wpar_archive_run().
 */
int wpar_scan(const char *archive, const int *input, uint64_t room_kib,
	      void (*member)(void *user, const struct wpar_scan_member *m), void *user,
	      struct wpar_scan *ret, struct par_error **err);

/* wpar_scan_text - the text of that file; NULL: the archive has none */
const char *wpar_scan_text(const struct wpar_scan *s, const char *name);

/* wpar_scan_line - one line of the helper's (helper/scan.h); what is none is passed over.  For
 * tests */
void wpar_scan_line(struct wpar_scan *s, const char *line);
