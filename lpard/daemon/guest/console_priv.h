/* SPDX-License-Identifier: Apache-2.0 */
/* For tests. */
#pragma once

#include "lpard/daemon/guest/console.h"

/* lpar_console_set_patience - how long the console is held for the next stage of a boot */
void lpar_console_set_patience(struct lpar_console *c, uint64_t ms);
