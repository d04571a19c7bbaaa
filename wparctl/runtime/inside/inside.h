/* SPDX-License-Identifier: Apache-2.0 */
/* What this program is inside a WPAR: PID 1, df, mount, uname, telinit; the WPAR commands are none
 * there.
 */
#pragma once

#include "lpard/common/str.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Descriptors that PID 1 is started with: both ends of two pipes (../life/wires.h). */
#define WPAR_INIT_CONSOLE_READ 20
#define WPAR_INIT_CONSOLE      21
#define WPAR_INIT_END_READ     22
#define WPAR_INIT_END	       23
#define WPAR_INIT_RESTART      'r' /* written to END: start the WPAR again */
/* And both ends of one more while startwpar has it wait (../life/hold.h). */
#define WPAR_INIT_HOLD_READ 24
#define WPAR_INIT_HOLD	    25

/*
 * wpar_inside_main - when called as PID 1 ("init"), "df", "mount", "umount", "uname" or "telinit",
 * or with anything else in a WPAR, which is refused with one message: the exit status; -1: go on
 */
int wpar_inside_main(int argc, char **argv);

/*
 * wpar_is_inside - is this a process of a WPAR, of whatever type?
 * By what the kernel says of it: no CAP_SYS_ADMIN to be had, and a user namespace whose first id is
 * one of those that WPARs get.  No mark that the WPAR's root could remove.
 */
bool wpar_is_inside(void);

/* wpar_inside_key - the number of the WPAR that this process is in; 0: the global environment */
uint32_t wpar_inside_key(void);

/* wpar_uname_main - uname(1) inside, which knows AIX's -W and -L; the exit status */
int wpar_uname_main(int argc, char **argv);

/* wpar_uname_is_own - are these arguments -W and -L alone, as `uname` is called with? */
bool wpar_uname_is_own(int argc, char **argv, bool *ret_lpar, bool *ret_wpar);

/* wpar_uname_print - what is asked for, in one line: "15 lpar01", "3", "15 lpar01 3" */
void wpar_uname_print(bool lpar, bool wpar, FILE *out);

/* wpar_df_arguments - argv for the system's df: every file system named when none was; NULL: no
 * memory.  @real is argv[0]; the array is the caller's, the strings are not. */
char **wpar_df_arguments(const char *real, int argc, char **argv, char *const *mounts);

/*
 * wpar_df_list_outside - the mount points that df lists in the global environment
 * @mountinfo	text of the kernel; is changed
 */
int wpar_df_list_outside(char *mountinfo, struct par_strv *ret);

/* wpar_df_main - df(1) inside, and in an LPAR; the exit status */
int wpar_df_main(int argc, char **argv);

/*
 * wpar_df_point - where in a line of the LPAR's df its mount point begins, when that is one of
 * @points; else -1
 */
ssize_t wpar_df_point(const char *line, const struct par_strv *points);

/* wpar_df_line - a line of the real df as it is handed on; changed in place, never longer */
void wpar_df_line(char *line);

/* A file system of the WPAR, from a line of mountinfo. */
struct wpar_mounted {
	char point[4096], options[256], fstype[64];
};
/* wpar_mounted_parse - false: no such line, or a file of ours that is mounted over another */
bool wpar_mounted_parse(const char *line, struct wpar_mounted *ret);

/*
 * wpar_mount_list - what mount without operands prints
 * @mountinfo	text of the kernel; is changed
 * @types	of -t: "ext4,xfs", "noproc"; NULL: all
 */
int wpar_mount_list(char *mountinfo, const char *types, struct par_buf *out);

/* wpar_mount_main - mount(8) inside; the exit status */
int wpar_mount_main(int argc, char **argv);

/* wpar_cor_mount - mount with operands: what the specification lists; the exit status */
int wpar_cor_mount(int argc, char **argv);
/*
 * wpar_cor_error - wparerr inside: a message for the WPAR's buffer of errors; the exit status,
 * after one sentence on stderr when that is not 0
 */
int wpar_cor_error(const char *message);
/* wpar_umount_main - umount(8) inside; the exit status */
int wpar_umount_main(int argc, char **argv);

/*
 * wpar_power_main - reboot, halt, poweroff, shutdown or systemctl inside; the exit status
 * wpar_power_signal - what that command line asks PID 1 by; 0: nothing that can be done
 */
int wpar_power_main(const char *name, int argc, char **argv);
int wpar_power_signal(const char *name, int argc, char **argv);

/* wpar_init_run - PID 1's loop; returns when the WPAR halts */
int wpar_init_run(void);
