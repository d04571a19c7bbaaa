/* SPDX-License-Identifier: Apache-2.0 */
/*
 * uname(2) of a versioned WPAR: its processes ask the kernel, the kernel asks us (seccomp user
 * notification), and we answer for the old system.  Other calls are not touched.
 */
#pragma once

#include "wparctl/spec/spec.h"

#include <sys/utsname.h>

/*
 * wpar_uname_server_start - a process outside the WPAR that answers: "uname_NAME"
 * @ret_sock	for wpar_uname_server_join(), close-on-exec; -1 when @s is no versioned WPAR
 *
 * The server is nobody's child: it ends when the last process that asks it has ended (or when
 * @ret_sock is closed unused), and lives on when cor_NAME or a clogin is killed.  Start it before
 * anything that changes this process' namespaces.  Each tree of processes (PID 1's, a clogin's) has
 * one, because a filter is handed on by fork only.  Returns 0 or a negative errno.
 */
int wpar_uname_server_start(const struct wpar_spec *s, int *ret_sock);

/*
 * wpar_uname_server_join - in the task that is to become the WPAR's, while it has CAP_SYS_ADMIN in
 * its user namespace: from now on its uname(2) is answered.  Closes @sock; -1: nothing to do.
 */
int wpar_uname_server_join(int sock);

/* wpar_uname_make - the answer: this kernel's, with what the image's system says in its place */
int wpar_uname_make(const struct wpar_spec *s, struct utsname *ret);

/* Texts for bind mounts over /proc/version and /proc/sys/kernel/osrelease; caller frees. */
char *wpar_uname_proc_version(const struct utsname *answer);
char *wpar_uname_osrelease(const struct utsname *answer);

/*
 * A dump and a restore by CRIU: it restores the filters of the processes, but nobody listens at
 * them any more, and uname fails with ENOSYS.  So before a restore
 *
 *	wpar_uname_restore_prepare(images);
 *	wpar_uname_server_start(s, &sock);
 *
 * and wpar_uname_server_join(sock) in the process that becomes `criu restore`: what it restores are
 * its children, and have its filter, behind which the new server listens.  criu gets the old
 * system's answer then, too, of which it needs nothing.
 *
 * wpar_uname_restore_prepare - let the dumped filters pass uname on to that one; done again, it
 * changes nothing
 * @images	the folder of CRIU's images
 * Returns how many filters there are, or a negative errno with *err set: PAR_E_NOT_FOUND when the
 * dump has none, and is of no versioned WPAR or of another wparctl.
 */
int wpar_uname_restore_prepare(const char *images, struct par_error **err);

/*
 * wpar_uname_forget_filters - make each of our filters among @len bytes one that asks nobody; how
 * many those were
 */
unsigned int wpar_uname_forget_filters(void *data, size_t len);

/* wpar_uname_find_forgotten - how many of them are such already */
unsigned int wpar_uname_find_forgotten(const void *data, size_t len);

/* wpar_uname_filter_put - @n times our filter, as CRIU keeps it.  For tests */
int wpar_uname_filter_put(struct par_buf *b, unsigned int n);
