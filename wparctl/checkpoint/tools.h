/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The programs that criu runs while all stands still, each of which takes its time.  It asks four
 * of iptables for their versions before it finds out that there is nothing to be saved; where there
 * is nothing, it finds none of them.
 */
#pragma once

#include "lpard/common/error.h"

#include <sys/types.h>

/*
 * wpar_tools_path - PATH for a criu that dumps the WPAR of @init: a folder in @run with what it
 * needs
 * @ret	caller frees; NULL: it is to have that of the caller, for there are rules of iptables
 */
int wpar_tools_path(const char *run, pid_t init, char **ret, struct par_error **err);
