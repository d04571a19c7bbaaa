/* SPDX-License-Identifier: Apache-2.0 */
/*
 * uname(2) of a versioned WPAR: its processes ask the kernel, the kernel asks us (seccomp user
 * notification), and we answer for the old system.  Other calls are not touched.
 */
#pragma once

#include "wparctl/spec/spec.h"

#include <sys/utsname.h>

/*
 * wpar_uname_filter_install - in the task that becomes the WPAR's PID 1, before it is
 * With no_new_privs set, or CAP_SYS_ADMIN in its user namespace.  @ret_listener (close-on-exec)
 * goes to the monitor.  Returns 0 or a negative errno.
 */
int wpar_uname_filter_install(int *ret_listener);

/* wpar_uname_make - the answer: this kernel's, with what the image's system says in its place */
int wpar_uname_make(const struct wpar_spec *s, struct utsname *ret);

/*
 * wpar_uname_answer - answer one notification; call it when poll() reports POLLIN (POLLHUP: all
 * of the WPAR's processes are gone).  Returns 0 (also when the asker has died), -errno otherwise.
 */
int wpar_uname_answer(int listener, const struct utsname *answer);

/* Texts for bind mounts over /proc/version and /proc/sys/kernel/osrelease; caller frees. */
char *wpar_uname_proc_version(const struct utsname *answer);
char *wpar_uname_osrelease(const struct utsname *answer);
