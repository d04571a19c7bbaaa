/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of PID 1 of a WPAR.  Internal to runtime/inside. */
#pragma once

#include "wparctl/runtime/inside/inittab.h"
#include "wparctl/srcmstr/respawn.h"

#include <signal.h>
#include <sys/types.h>

/* An entry of inittab, and what has become of it. */
struct wpar_job {
	struct wpar_inittab_entry entry;
	pid_t pid;    /* 0: it does not run */
	bool done;    /* wait, once, boot and bootwait: it has been started */
	time_t asked; /* it was asked to end then; 0: it was not */
	struct wpar_respawn respawn;
};

/* What has happened and is to be dealt with. */
struct wpar_init_events {
	void (*reaped)(pid_t pid); /* is told of each process that has ended */
	bool reread;		   /* SIGHUP, telinit q */
	int level;		   /* to go to; -1: none was asked for */
	bool end;		   /* the WPAR is to halt, by this signal: */
	siginfo_t why;
};

/* The signal that asks for a run level, which is its value. */
#define WPAR_INIT_LEVEL_SIGNAL SIGRTMIN

/* wpar_init_spawn - a shell with the command, leader of a session of its own; -1: none */
pid_t wpar_init_spawn(const char *command);

/*
 * wpar_jobs_load - the entries of /etc/inittab; those that run keep what has become of them, those
 * that are no longer there are to be ended.  Returns the run level of its initdefault line, or -1.
 */
int wpar_jobs_load(void);

/* wpar_jobs_reaped - the process of a job, if it is one, has ended */
void wpar_jobs_reaped(pid_t pid);

/*
 * wpar_jobs_first - what comes before any run level: sysinit, then boot and bootwait
 * wpar_jobs_enter - the run level is @level from now on: what is not in it ends; its wait and once
 * entries are to be started
 * wpar_jobs_run - start what is to run in the run level, in the order of the lines
 * All return early when @ev says that the WPAR is to end.
 */
void wpar_jobs_first(struct wpar_init_events *ev);
void wpar_jobs_enter(int level);
void wpar_jobs_run(struct wpar_init_events *ev);

/* wpar_jobs_wait - seconds until wpar_jobs_run() has something to do; -1: nothing by itself */
int wpar_jobs_wait(void);

/* wpar_jobs_forgive - nothing is held back any more */
void wpar_jobs_forgive(void);

#define WPAR_INIT_LONG_S 3600

/* wpar_init_next - wait for the next event, for at most @timeout_s, and take it down in @ev */
void wpar_init_next(struct wpar_init_events *ev, int timeout_s);

/* wpar_halt_all - /etc/rc.shutdown runs, then every process ends */
void wpar_halt_all(void);

/* wpar_telinit_main - `init LEVEL`, `telinit LEVEL`: asks PID 1; the exit status */
int wpar_telinit_main(int argc, char **argv);
