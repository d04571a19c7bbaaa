/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A command that can undo what it has begun: SIGINT, SIGTERM, SIGHUP and SIGPIPE are noted, and its
 * long steps end as if they had failed.  One process has one such command.
 *
 *	par_interrupt_begin();
 *	r = step(err);                  each asks par_interrupted() now and then
 *	…				undo, when r < 0
 *	par_interrupt_end();
 */
#pragma once

#include "lpard/common/error.h"

#include <stdbool.h>
#include <sys/types.h>

/*
 * par_interrupt_begin - from here on these signals are noted; those that are ignored (nohup(1))
 * stay so; when it has begun already, nothing changes
 * A system call that waits goes on after one, if it can: see par_interrupt_child() and _wait().
 */
void par_interrupt_begin(void);

/* par_interrupt_end - if it has begun, they have their defaults again; if one was noted, the
 * process dies of it */
void par_interrupt_end(void);

/*
 * par_interrupt_pass - in the child of a fork(2) that execs nothing: it dies of them again
 * Between fork and exec nothing is to be done: exec gives them their defaults.
 */
void par_interrupt_pass(void);

/* par_interrupted - has there been one since par_interrupt_begin()? */
bool par_interrupted(void);

/* par_interrupt_check - 0, or -EINTR with a sentence, when there has been one */
int par_interrupt_check(struct par_error **err);

/* par_interrupt_explain - when @r is negative and there has been one: that is why, not what *@err
 * says */
int par_interrupt_explain(int r, struct par_error **err);

/*
 * par_interrupt_child - a child without which the command does not go on: the signals kill it
 * @pid is not reaped before par_interrupt_wait() is called for it.
 */
void par_interrupt_child(pid_t pid);

/* par_interrupt_wait - until that child has ended; @ret_status as of waitpid(2); 0 or -errno */
int par_interrupt_wait(pid_t pid, int *ret_status);

/* par_interrupt_sleep - for @ms milliseconds, or until one has been noted: then -EINTR, else 0 */
int par_interrupt_sleep(int ms);

/*
 * par_interrupt_poll - until something can be read from @fd, or one has been noted
 * 0, or -EINTR.
 */
int par_interrupt_poll(int fd);
