/* SPDX-License-Identifier: Apache-2.0 */
/* The files of criu's images, and those of the rounds before: their digests, and nothing else. */
#pragma once

#include "wparctl/checkpoint/ckpt_manifest.h"

/*
 * wpar_image_files_add - all files of the folder @images, and of its m->rounds rounds, into @m
 * @path	the folder's, for messages
 * What is in @m already is not read again.
 */
int wpar_image_files_add(int images, const char *path, struct wpar_ckpt_manifest *m,
			 struct par_error **err);

/*
 * wpar_image_files_verify - is what @m says there, as it says, and nothing beside it?
 * PAR_E_CORRUPT, naming the file.
 */
int wpar_image_files_verify(int images, const char *path, const struct wpar_ckpt_manifest *m,
			    struct par_error **err);
