/* SPDX-License-Identifier: Apache-2.0 */
/* The inner half of a start.  Internal to runtime/launch. */
#pragma once

#include "wparctl/runtime/launch/launch.h"

/* wpar_launch_child - the first process, from clone to exec; never returns */
__attribute__((noreturn)) void wpar_launch_child(const struct wpar_launch *l, int sync);
