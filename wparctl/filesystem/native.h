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
 * wpar_native_identify - a tree that came from another WPAR becomes that of @s: its host name, and
 * a machine id of its own, where plain files of /etc have them; a negative errno
 */
int wpar_native_identify(int top, const struct wpar_spec *s);
