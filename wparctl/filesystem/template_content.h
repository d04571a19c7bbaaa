/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the template of private roots is made of, and how one sees that the LPAR has changed since:
 * template.h has its life.  Internal to wparctl/filesystem.
 */
#pragma once

#include "wparctl/filesystem/inventory.h"

/* wpar_template_fill - the empty directory @top (mode 0755) gets all; a negative errno, or 0 */
int wpar_template_fill(int top);

/* wpar_template_wants_etc - does a template have the LPAR's /etc/@path?  As wpar_copy_opts.want */
bool wpar_template_wants_etc(const char *path, unsigned int mode, void *user);

/*
 * wpar_template_texts - what says how a WPAR begins, into its folder @etc: inittab, fstab, the
 * place of init; what is there of others stays.  A negative errno, or 0
 */
int wpar_template_texts(int etc);

/*
 * wpar_template_list - the files of a template that follow the LPAR (syncwpar), with digests
 * Those that become a WPAR's own are not in it: users, passwords, inittab.
 */
int wpar_template_list(int top, struct wpar_inventory *ret);

/*
 * wpar_template_stamps - a text that tells whether the LPAR may have changed: inode and times of
 * the package database, of the users, of the folders of /etc and of this program
 * wpar_template_stamps_hold - is that still so?  A few hundred stat(2), no file is read.  A file
 * of /etc that is written in its place, and keeps its name, is not seen: syncwpar looks at all.
 */
int wpar_template_stamps(struct par_buf *out);
bool wpar_template_stamps_hold(const char *stamps);
