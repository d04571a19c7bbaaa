/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starting programs: own session, standard descriptors or a pty, nothing else inherited.  Watching
 * them end is the event loop's (par_event_child).  And what our own programs may inherit.
 */
#pragma once

#include "lpard/common/error.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * par_process_begin - the first thing of a program: what whoever started it may have left
 *
 * SIGCHLD is at its default (ignored, no child could be waited for), so is SIGPIPE; no signal is
 * blocked; 0, 1 and 2 are open, so that no file of ours gets such a number.  Other signals stay
 * ignored: nohup(1) does that.
 */
void par_process_begin(void);

struct par_spawn {
	const char *path; /* of the program; see par_find_program() */
	char *const *argv;
	char *const *envp; /* NULL: the caller's */
	const char *cwd;   /* NULL: the caller's */
	int fds[3];	   /* what becomes 0, 1, 2; -1: /dev/null.  Stay the caller's */
	const char *tty;   /* NULL, or a terminal's path that becomes 0, 1, 2 and controlling */
	int parent_death_signal; /* what the program gets when the caller dies; 0: nothing */
	bool same_session;	 /* stay in the caller's session and process group */
};

/*
 * par_spawn - start a program with all signals at their defaults, none blocked, and no descriptor
 * but 0, 1 and 2
 *
 * Returns 0 with the child's pid, to be reaped by the caller (par_event_child), or a negative
 * errno, that of exec too: -ENOENT, -EACCES, -ENOEXEC …
 */
int par_spawn(const struct par_spawn *s, pid_t *ret_pid, struct par_error **err);

/*
 * par_find_program - where execvp() would find @name
 * @path_list	like $PATH; not used when @name has a slash
 * @ret		caller frees
 * Returns 0, -ENOENT, or -EACCES when there is one that cannot be run.
 */
int par_find_program(const char *name, const char *path_list, char **ret);

/*
 * par_pty_open - a new pty
 * @rows, @columns	0: not known
 * @ret_master		non-blocking
 * @ret_path		of the other end, caller frees
 */
int par_pty_open(uint16_t rows, uint16_t columns, int *ret_master, char **ret_path,
		 struct par_error **err);
int par_pty_resize(int fd, uint16_t rows, uint16_t columns);

/* par_pipe - both ends O_CLOEXEC; -errno */
int par_pipe(int ret_fds[2], struct par_error **err);
int par_set_nonblock(int fd);

/* Of a process, as proc(5) describes /proc/PID/stat. */
struct par_process_stat {
	char state; /* 'Z': ended, and not waited for yet */
	pid_t session;
	uint64_t started; /* clock ticks (_SC_CLK_TCK) from the system's boot to its start */
};

/*
 * par_process_stat - of @pid as /proc names it; 0: the caller, whatever /proc calls it
 * -ENOENT or -ESRCH when there is no such process.
 */
int par_process_stat(pid_t pid, struct par_process_stat *ret);

/*
 * par_kill_session - a signal to every process of a session (that is: every process group of it)
 * @sid		the session leader's pid
 * Needs /proc; without it only the leader's own process group gets it.  Returns how many got it.
 */
int par_kill_session(pid_t sid, int signo);

/*
 * par_wait_child - until a child has ended, but not for ever
 * @most_ms	how long, in milliseconds
 * @ret_status	of waitpid(2)
 * 0; -ETIMEDOUT: it lives, and is still to be waited for; another -errno: it is no child.
 */
int par_wait_child(pid_t pid, unsigned int most_ms, int *ret_status);

/* par_exit_status - as shells say it: the status, or 128 + the signal */
int par_exit_status(int wait_status);

/*
 * par_program_self - the path of this program's own file, or when that has been replaced since (an
 * upgrade), of the new one in its place
 * Returns 0 or a negative errno.
 */
int par_program_self(char *ret, size_t size);

/*
 * par_program_beside - an executable at @name, seen from the folder of this program's own file
 * Caller frees; NULL: there is none (or no memory to look for it).
 */
char *par_program_beside(const char *name);

/*
 * par_file_above - is there a file @name in the folder of this program's own file, or in one of
 * the three above that?  In a build tree: from any of its programs
 */
bool par_file_above(const char *name);
