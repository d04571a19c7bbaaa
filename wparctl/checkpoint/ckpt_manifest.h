/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manifest.json of a checkpoint: what it is of, and what it needs where it is restored.  It is
 * written last: a folder without it holds no checkpoint.  Whoever brings one back may have changed
 * it, so it is read strictly and with limits.
 */
#pragma once

#include "wparctl/checkpoint/ability.h"
#include "wparctl/checkpoint/ckpt_groups.h"

#define WPAR_CKPT_FORMAT   1
#define WPAR_CKPT_MANIFEST "manifest.json"

/*
 * Memory that was copied in rounds before (rounds.h) lies in folders of the images: pre.1, pre.2.
 * In each but the first one, and in the images, a link says which is the one before.
 */
#define WPAR_CKPT_ROUND	 "pre."
#define WPAR_CKPT_PARENT "parent"

/* A file of the images. */
struct wpar_ckpt_file {
	char *name; /* plain, or of a round: "pre.1/pages-1.img" */
	uint64_t size;
	char *sha256;
};

/* A file that processes have mapped: it must be the same where they go on. */
struct wpar_ckpt_mapped {
	char *path; /* inside */
	uint64_t size;
	char *build_id; /* in hexadecimal; NULL: it has none */
};

struct wpar_ckpt_link {
	char *inner, *outer;
};

struct wpar_ckpt_manifest {
	char *product;		   /* version of what wrote it */
	char *name;		   /* of the WPAR */
	char *specification;	   /* as /etc/wpars/NAME.cf had it then */
	char *images;		   /* plain name of the folder beside it */
	uint64_t generation;	   /* of the WPAR: runtime/life/ownership.h */
	uint64_t taken_ms;	   /* CLOCK_REALTIME */
	uint64_t boottime_ms;	   /* CLOCK_BOOTTIME of the LPAR */
	uint64_t rounds;	   /* how many the images are based on */
	uint64_t frozen_us;	   /* how long criu had all processes stand still */
	bool ended;		   /* the WPAR was ended with it, not let go on */
	struct wpar_ability there; /* the LPAR it was taken in; without criu_path */
	struct wpar_ckpt_file *files;
	size_t n_files;
	struct wpar_ckpt_mapped *mapped;
	size_t n_mapped;
	struct wpar_ckpt_link *links;
	size_t n_links;
	struct wpar_ckpt_groups groups; /* of one that makes groups; in no other there are any */
};

#define auto_ckpt_manifest par_cleanup(wpar_ckpt_manifest_done) struct wpar_ckpt_manifest
void wpar_ckpt_manifest_done(struct wpar_ckpt_manifest *m);

/* wpar_ckpt_forget_files - those that were added so far: the images are made anew */
void wpar_ckpt_forget_files(struct wpar_ckpt_manifest *m);

/* Each adds a row whose strings it copies; 0 or -ENOMEM. */
int wpar_ckpt_add_file(struct wpar_ckpt_manifest *m, const char *name, uint64_t size,
		       const char *sha256);
int wpar_ckpt_add_mapped(struct wpar_ckpt_manifest *m, const char *path, uint64_t size,
			 const char *build_id);
int wpar_ckpt_add_link(struct wpar_ckpt_manifest *m, const char *inner, const char *outer);

/* wpar_ckpt_program - the build-id of our program, its first process; NULL: it says none */
const char *wpar_ckpt_program(const struct wpar_ckpt_manifest *m);

/* wpar_ckpt_manifest_print - its text */
int wpar_ckpt_manifest_print(const struct wpar_ckpt_manifest *m, struct par_buf *out);

/*
 * wpar_ckpt_manifest_parse - such a text
 * Errors: PAR_E_CORRUPT, which says what is wrong; PAR_E_NOT_SUPPORTED: a newer format.
 */
int wpar_ckpt_manifest_parse(const char *text, size_t len, struct wpar_ckpt_manifest *ret,
			     struct par_error **err);
