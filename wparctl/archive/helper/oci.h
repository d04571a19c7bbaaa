/* SPDX-License-Identifier: Apache-2.0 */
/* Images of layers: an OCI image layout, as a directory or in an archive, and docker save's. */
#pragma once

#include "wparctl/archive/helper/walk.h"

/* oci_is_layout - is a member of that name (normalised) one of a layout, and of no system's root?
 */
bool oci_is_layout(const char *name);

/*
 * oci_walk_archive - all members of all layers, the lowest layer first
 * @ar, @e	the archive at its first member; it is read to its end and digested
 */
int oci_walk_archive(struct extract *a, const struct walk *w, struct archive *ar,
		     struct archive_entry *e);

/* oci_walk_folder - the same of a->layout; a->digest is that of its index.json */
int oci_walk_folder(struct extract *a, const struct walk *w);

/* oci_digest_folder - that digest only */
int oci_digest_folder(struct extract *a);
