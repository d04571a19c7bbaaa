/* SPDX-License-Identifier: Apache-2.0 */
/* What the modes head, check, restore and files are told beside their name. */
#pragma once

#include "wparctl/archive/helper/extract.h"

/*
 * wpar_restore_words - the words behind the mode, from who has started us:
 * aside=FD		gets the bytes of the list of checksums
 * mount=FD:DIRECTORY	a file system that is put there, below the folder
 * name=NAME		of the mode files: that member, and what lies below it
 * info			of the mode files: the members of .savewpar_dir
 * plain, nosetid	of the mode files: without attributes; without set-id bits and capabilities
 * @files	it is that mode: what is in the folder already, and is not in the way, stays
 * Returns 0 or a negative errno with a sentence in a->why.
 */
int wpar_restore_words(struct extract *a, char **words, bool files);

/*
 * wpar_restore_mount - before the folder @top becomes the root: a mount namespace of our own, with
 * the file systems of the WPAR at their places in it.  *top is replaced by the same folder there.
 */
int wpar_restore_mount(struct extract *a, int top);
