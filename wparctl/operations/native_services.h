/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What starts in a WPAR that was a versioned one: the new system's services, and those of the old
 * one whose programs are there.  Pure.
 */
#pragma once

#include "lpard/common/str.h"
#include "wparctl/accounts/merge.h"

/* The files of one system; NULL: there is none.  Those of the old one are foreign bytes. */
struct wpar_service_texts {
	const char *subsystems; /* /etc/objrepos/SRCsubsys */
	const char *inittab;
	const char *image_program; /* what the subsystem of an image of layers runs */
};

struct wpar_services_merged {
	struct par_buf subsystems, inittab;
	struct par_strv notes; /* a sentence for each that is left out */
};

#define auto_services par_cleanup(wpar_services_merged_done) struct wpar_services_merged

void wpar_services_merged_done(struct wpar_services_merged *m);

/*
 * wpar_services_merge - the files of the native WPAR
 * @has		is that program there? It gets @user
 * @uids	users that have other numbers now
 *
 * A subsystem comes along when its program is there, with its settings also where the new system
 * has one of the name.  A line of inittab whose identifier is new comes along when it starts such a
 * subsystem, or a program of the WPAR's own (native_plan.h).
 * 0 or -ENOMEM.
 */
int wpar_services_merge(const struct wpar_service_texts *native,
			const struct wpar_service_texts *old,
			bool (*has)(const char *program, void *user), void *user,
			const struct wpar_id_changes *uids, struct wpar_services_merged *ret);
