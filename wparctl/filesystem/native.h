/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of a new system WPAR that has the LPAR's own system: a copy of the template, what is
 * this WPAR's alone, and with mkwpar -l its own /usr and /opt.
 */
#pragma once

#include "wparctl/spec/spec.h"

/* wpar_native_fill - into the empty directory @top; a negative errno, and *err may be set */
int wpar_native_fill(int top, const struct wpar_spec *s, struct par_error **err);

/*
 * wpar_native_adopt - a copy of this system's files, without what each system has of its own,
 * becomes the root of @s: its identity, how it starts, and what of it syncwpar may change
 * A negative errno, and *err may be set.
 */
int wpar_native_adopt(int top, const struct wpar_spec *s, struct par_error **err);

/*
 * wpar_native_hosts - the text of /etc/hosts with @host in the place of the system's own name
 * That is on the line of 127.0.1.1 (Debian's).  Pure; -ENOMEM
 */
int wpar_native_hosts(const char *text, const char *host, struct par_buf *ret);

/*
 * wpar_native_identify - a tree that came from another WPAR becomes that of @s: its host name, and
 * a machine id of its own, where plain files of /etc have them; a negative errno
 */
int wpar_native_identify(int top, const struct wpar_spec *s);
