/* SPDX-License-Identifier: Apache-2.0 */
/* The files that lie over /proc/meminfo and /proc/cpuinfo of a WPAR with limits: RUN/meminfo, … */
#pragma once

#include "wparctl/spec/spec.h"

enum wpar_proc_file { WPAR_PROC_MEMINFO, WPAR_PROC_CPUINFO, WPAR_PROC_FILES };

/* wpar_proc_source_needed - do the limits of @s change what the file says? */
bool wpar_proc_source_needed(const struct wpar_spec *s, enum wpar_proc_file file);

/* wpar_proc_source_make - all of them, in the folder @run, empty where they are not there; -errno
 */
int wpar_proc_source_make(const char *run);

/* wpar_proc_source_fill - those that @s needs, as they are now; -errno */
int wpar_proc_source_fill(const struct wpar_spec *s, const char *run, int cgroup);

/*
 * wpar_proc_source_open - for writing; -errno
 * One that is not there is not made: a command may be removing the folder.
 */
int wpar_proc_source_open(const char *run, enum wpar_proc_file file);

/*
 * wpar_proc_source_write - by what the LPAR and the group @cgroup have now
 * @fd	of wpar_proc_source_open(); what cannot be found out stays as it was; -errno
 */
int wpar_proc_source_write(int fd, enum wpar_proc_file file, int cgroup);
