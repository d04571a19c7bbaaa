/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of a running WPAR would not come along: found before anything stands still, and named.
 * Pure, over what ckpt_snapshot.h has seen.
 */
#pragma once

#include "lpard/common/str.h"
#include "wparctl/checkpoint/ckpt_tree.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct wpar_ckpt_process {
	pid_t pid, parent; /* as the LPAR numbers them */
	pid_t tracer;	   /* 0: nobody traces it */
	bool other_time;   /* in another time namespace than PID 1 */
	bool stray;	   /* among its processes, and not in its control group */
	bool clogin;	   /* its parent is a clogin, outside */
	bool headless;	   /* its first thread has ended, and others have not */
	const char *other; /* "other mounts": what else of it is not PID 1's; NULL: nothing */
	char command[33];
};

/* An open file, or memory, that criu cannot take along. */
struct wpar_ckpt_open {
	pid_t pid;	/* 0: it is there without a process */
	char what[160]; /* "the POSIX message queue /q" */
	const char *remedy;
	bool passes; /* by itself, in a moment */
};

struct wpar_ckpt_snapshot {
	pid_t init;
	struct wpar_ckpt_process *processes;
	size_t n_processes;
	struct wpar_ckpt_task *tasks; /* these, and who has ended and was not asked for */
	size_t n_tasks;
	struct wpar_ckpt_open *opens;
	size_t n_opens;
	uint64_t memory;	   /* bytes that are in no file, of all of them */
	struct par_strv externals; /* mount points of the plan that are mounted */
	struct par_strv watched;   /* names of files that criu could not find by their number */
	struct par_strv gone;	   /* those of them whose file or folder was removed since */
	struct par_strv strangers; /* other mounts, "/data (ext4)", that nothing would make again */
};

#define auto_ckpt_snapshot par_cleanup(wpar_ckpt_snapshot_done) struct wpar_ckpt_snapshot
void wpar_ckpt_snapshot_done(struct wpar_ckpt_snapshot *s);

/* wpar_ckpt_add_process, …_task, …_open - a copy of @p, @t, @o; 0 or -ENOMEM */
int wpar_ckpt_add_process(struct wpar_ckpt_snapshot *s, const struct wpar_ckpt_process *p);
int wpar_ckpt_add_task(struct wpar_ckpt_snapshot *s, const struct wpar_ckpt_task *t);
int wpar_ckpt_add_open(struct wpar_ckpt_snapshot *s, const struct wpar_ckpt_open *o);

/*
 * wpar_precheck - a sentence for each thing that would not come along, into @ret: what it is, why,
 * and what to do
 * Returns 0 or -ENOMEM.
 */
int wpar_precheck(const struct wpar_ckpt_snapshot *s, struct par_strv *ret);

/* wpar_precheck_passes - is there something, and would all of it pass by itself in a moment? */
bool wpar_precheck_passes(const struct wpar_ckpt_snapshot *s);

/*
 * wpar_precheck_stranger - the @at-th process that is no descendant of PID 1, and whose parent is
 * not one of the WPAR's either: who came in; NULL: there is none
 */
const struct wpar_ckpt_process *wpar_precheck_stranger(const struct wpar_ckpt_snapshot *s,
						       size_t at);
