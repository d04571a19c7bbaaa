/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A backup that is written in a process of its own and read in this one through a pipe, so that
 * nothing of it is on the disk between: files of a system or a WPAR into another folder.
 */
#pragma once

#include "lpard/common/error.h"

#include <sys/types.h>

struct wpar_writer;

struct wpar_writer_pipe {
	pid_t pid;
	int archive, why; /* what it writes, and how it failed */
};

/*
 * wpar_writer_pipe_begin - start the process
 * @write	writes the archive into @out there; what it may use is as it is now
 * Errors: PAR_E_SYSTEM.  Afterwards @ret->archive is read, and wpar_writer_pipe_end() is called.
 */
int wpar_writer_pipe_begin(int (*write)(const void *user, int out, struct par_error **err),
			   const void *user, struct wpar_writer_pipe *ret, struct par_error **err);

/* wpar_writer_pipe_describe - the first member of such an archive: image.data, for its reader */
int wpar_writer_pipe_describe(struct wpar_writer *w, struct par_error **err);

/*
 * wpar_writer_pipe_end - end the process
 * @r, @err	how it went here.  Of both, what failed first is what is returned and said: an
 * archive that is not whole has its reason at the other end
 */
int wpar_writer_pipe_end(struct wpar_writer_pipe *p, int r, struct par_error **err);
