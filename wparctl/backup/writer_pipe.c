/* SPDX-License-Identifier: Apache-2.0 */
/* A backup that is written in a process of its own: see writer_pipe.h. */
#include "wparctl/backup/writer_pipe.h"

#include "lpard/common/contents.h"
#include "lpard/common/fs.h"
#include "lpard/common/interrupt.h"
#include "wparctl/archive/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* How it has ended, as it tells us. */
struct failure {
	bool failed;
	enum par_error_id id;
	char text[1000];
};

__attribute__((noreturn)) static void writing_child(int (*write)(const void *user, int out,
								 struct par_error **err),
						    const void *user, int out, int why)
{
	auto_error err = NULL;
	struct failure f = { 0 };

	par_interrupt_pass();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_IGN);
	if (write(user, out, &err) < 0) {
		f.failed = true;
		f.id = err ? err->id : PAR_E_SYSTEM;
		snprintf(f.text, sizeof(f.text), "%s", err ? par_error_text(err) : "out of memory");
		par_fs_write_all(why, &f, sizeof(f));
	}
	_exit(f.failed ? 1 : 0);
}

int wpar_writer_pipe_begin(int (*write)(const void *user, int out, struct par_error **err),
			   const void *user, struct wpar_writer_pipe *ret, struct par_error **err)
{
	int data[2], why[2];

	if (pipe2(data, O_CLOEXEC) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not make a pipe");
	if (pipe2(why, O_CLOEXEC) < 0) {
		close(data[0]);
		close(data[1]);
		return par_fail(err, PAR_E_SYSTEM, errno, "could not make a pipe");
	}
	fcntl(data[1], F_SETPIPE_SZ, 1 << 20); /* ignoring: it is only slower */
	fflush(stdout);
	ret->pid = fork();
	if (ret->pid == 0) {
		close(data[0]);
		writing_child(write, user, data[1], why[1]);
	}
	close(data[1]);
	close(why[1]);
	ret->archive = data[0];
	ret->why = why[0];
	if (ret->pid > 0) {
		par_interrupt_child(ret->pid);
		return 0;
	}
	close(ret->archive);
	close(ret->why);
	return par_fail(err, PAR_E_SYSTEM, errno, "could not start a process");
}

int wpar_writer_pipe_end(struct wpar_writer_pipe *p, int r, struct par_error **err)
{
	struct failure f = { 0 };
	int status = 0;
	ssize_t n;

	close(p->archive); /* it waits for nobody */
	n = read(p->why, &f, sizeof(f));
	close(p->why);
	par_interrupt_wait(p->pid, &status);
	if (r < 0 && par_interrupted())
		return r;
	if (r < 0 && (!err || !*err || (*err)->id != PAR_E_CORRUPT))
		return r;
	if (n == (ssize_t)sizeof(f)) {
		f.text[sizeof(f.text) - 1] = '\0';
		return par_fail(err, f.id, 0, "%s", f.text);
	}
	if (r < 0 || (WIFEXITED(status) && WEXITSTATUS(status) == 0))
		return r;
	return par_fail(err, PAR_E_SYSTEM, 0, "the process that reads the files was killed");
}

int wpar_writer_pipe_describe(struct wpar_writer *w, struct par_error **err)
{
	char text[64];
	const int n = snprintf(text, sizeof(text), "image_data:\n\tFORMAT = 1\n\tCHECKSUMS = %d\n",
			       PAR_CONTENTS_EXTENTS);

	return wpar_writer_member(w, "image.data", text, (size_t)n, err);
}
