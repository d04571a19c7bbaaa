/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A folder as an archive, so that there is one way to read an image.  Another process, whose root
 * directory is that folder, writes it into a pipe.
 */
#pragma once

#include "wparctl/archive/helper/extract.h"

/*
 * wpar_pack_start - a->input becomes the archive of the folder @folder
 * One pax archive: the folder itself as "./", then what is in it, each folder's names in the order
 * of their bytes; only what docs/MKSYSB.md says of it.  What is mounted below it comes too, but
 * for file systems that a kernel makes up and such of other machines, of which only the folder
 * does.
 * @confined	the process gives up all rights but that to read; false: it has none to give up
 * Returns 0 or a negative errno.
 */
int wpar_pack_start(struct extract *a, int folder, bool confined);

/* wpar_pack_finish - did it come to its end?  @r, the result of reading, or what went wrong there
 */
int wpar_pack_finish(struct extract *a, int r);
