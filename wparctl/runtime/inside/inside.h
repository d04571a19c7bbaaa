/* SPDX-License-Identifier: Apache-2.0 */
/* What this program is inside a WPAR: its PID 1, and its df. */
#pragma once

/*
 * wpar_inside_main - when called as PID 1 ("init") or as "df": the exit status; -1: neither
 */
int wpar_inside_main(int argc, char **argv);

/* wpar_df_arguments - argv for the system's df: every file system named when none was; NULL: no
 * memory.  @real is argv[0]; the array is the caller's, the strings are not. */
char **wpar_df_arguments(const char *real, int argc, char **argv, char *const *mounts);

/* wpar_init_run - PID 1's loop; returns when the WPAR halts */
int wpar_init_run(void);
