/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes of this system and the WPAR that each is in, as the control groups say it.  Whatever a
 * process says of itself is made harmless here.
 */
#pragma once

#include "wparctl/spec/spec.h"

#define WPAR_GLOBAL "Global" /* the WPAR of a process that is in none */

struct wpar_process {
	char wpar[WPAR_NAME_MAX + 1];	 /* WPAR_GLOBAL: none */
	pid_t pid, ppid;		 /* as the global environment numbers them */
	pid_t pid_inside;		 /* as the WPAR does */
	uid_t uid;			 /* as the WPAR does */
	char user[33];			 /* its name there, or the number */
	char state;			 /* R, S, D, T, Z … of proc(5) */
	char tty[16];			 /* "pts/3", "?" */
	uint64_t cpu_ticks;		 /* used, of user and system; _SC_CLK_TCK a second */
	uint64_t started_ticks;		 /* from the system's boot */
	uint64_t memory, virtual_memory; /* bytes */
	char *command; /* its words with blanks between; "[name]" when it has none */
};

struct wpar_processes {
	struct wpar_process *v;
	size_t n;
};

#define auto_processes par_cleanup(wpar_processes_done) struct wpar_processes

void wpar_processes_done(struct wpar_processes *p);

/*
 * wpar_processes_get - by their numbers
 * @wpar	of this one only, or WPAR_GLOBAL: of none; NULL: of all WPARs
 * @global	with NULL: those of no WPAR as well
 * A process that ends meanwhile is left out.  Errors: PAR_E_SYSTEM, PAR_E_NO_MEMORY.
 */
int wpar_processes_get(const char *wpar, bool global, struct wpar_processes *ret,
		       struct par_error **err);

/*
 * The parsers of the kernel's files, for tests.
 * wpar_process_group - the WPAR in the text of /proc/PID/cgroup; false: it is in none
 * @top	the path of the WPARs' group from the tree's root: "/wpars"
 */
bool wpar_process_group(const char *text, const char *top, char ret[WPAR_NAME_MAX + 1]);
/* wpar_process_stat - /proc/PID/stat; .command is its [name] then; false: no such line */
bool wpar_process_stat(const char *text, struct wpar_process *ret);
/* wpar_process_status - numbers inside, from /proc/PID/status */
void wpar_process_status(const char *text, struct wpar_process *p);
/* wpar_process_user - the name of @uid in the text of a WPAR's passwd; false: there is none */
bool wpar_process_user(const char *passwd, uid_t uid, char ret[33]);
