/* SPDX-License-Identifier: Apache-2.0 */
/* Files of a WPAR into another folder: see transfer.h. */
#include "wparctl/backup/transfer.h"

#include "lpard/common/fs.h"
#include "wparctl/archive/run.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_TEXT 4096 /* bytes of an error */

static int put_in(const struct wpar_transfer *t, struct wpar_writer *w, struct par_error **err)
{
	static const char text[] = "image_data:\n\tFORMAT = 1\n";
	uint64_t files, bytes;
	int sums, r = wpar_writer_member(w, "image.data", text, strlen(text), err);

	(void)t;
	if (r < 0)
		return r;
	r = wpar_writer_pass(w, &files, &bytes, err);
	if (r < 0)
		return r;
	r = wpar_writer_sums(w, 0, &sums, err);
	return r < 0 ? r : wpar_writer_end(w, err);
}

static int put_all(const struct wpar_transfer *t, int out, struct par_error **err)
{
	const struct wpar_writer_setup setup = {
		.trees = t->trees->v,
		.n_trees = t->trees->n,
		.empty = &t->trees->empty,
		.patterns = t->patterns,
		.users = t->users,
		.groups = t->groups,
		.n_users = t->n_users,
		.n_groups = t->n_groups,
		.packing = "none",
		.out = out,
		.work = t->trees->work,
	};
	static const struct wpar_writer_say say;
	auto_writer *w = NULL;
	int r = wpar_writer_new(&setup, &say, &w, err);

	return r < 0 ? r : put_in(t, w, err);
}

/* In a process of its own: the other end is read by this one. */
__attribute__((noreturn)) static void writing_child(const struct wpar_transfer *t, int out,
						    int words)
{
	auto_error err = NULL;
	char line[MAX_TEXT];
	int r;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_IGN);
	r = put_all(t, out, &err);
	if (r < 0) {
		snprintf(line, sizeof(line), "%s", par_error_text(err));
		par_fs_write_all(words, line, strlen(line));
	}
	_exit(r < 0 ? 1 : 0);
}

/* The parent's ends and the child, which are ended in any case. */
struct writing {
	int archive, words;
	pid_t pid;
};

static int begin_writing(const struct wpar_transfer *t, struct writing *w, struct par_error **err)
{
	int data[2], words[2];

	if (pipe2(data, O_CLOEXEC) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not make a pipe");
	w->archive = data[0];
	if (pipe2(words, O_CLOEXEC) < 0) {
		close(data[1]);
		return par_fail(err, PAR_E_SYSTEM, errno, "could not make a pipe");
	}
	w->words = words[0];
	fcntl(data[1], F_SETPIPE_SZ, 1 << 20); /* ignoring: it is only slower */
	fflush(stdout);
	w->pid = fork();
	if (w->pid == 0) {
		close(data[0]);
		writing_child(t, data[1], words[1]);
	}
	close(data[1]);
	close(words[1]);
	return w->pid < 0 ? par_fail(err, PAR_E_SYSTEM, errno, "could not start a process") : 0;
}

/* What the writer says of its end; NULL: it has ended well. */
static char *end_writing(struct writing *w)
{
	char text[MAX_TEXT] = "";
	size_t len = 0;
	ssize_t n;
	int status = 0;

	close(w->archive); /* it waits for nobody */
	w->archive = -1;
	while (len < sizeof(text) - 1 &&
	       (n = read(w->words, text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)n;
	text[len] = '\0';
	while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
		;
	w->pid = 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return NULL;
	return strdup(*text ? text : "the process that reads the files was killed");
}

static int read_all(const struct wpar_transfer *t, const struct writing *w, int folder,
		    struct par_error **err)
{
	const struct wpar_archive_run run = {
		.archive = t->name,
		.input = &w->archive,
		.what = "copy of",
		.mode = "restore",
		.folder = folder,
	};
	struct wpar_archive_end end;

	return wpar_archive_run(&run, &end, err);
}

static int transfer(const struct wpar_transfer *t, struct writing *w, int folder,
		    struct par_error **err)
{
	autofree char *told = NULL;
	auto_error why = NULL;
	int r = begin_writing(t, w, err);

	if (r < 0)
		return r;
	r = read_all(t, w, folder, &why);
	told = end_writing(w);
	if (r == 0)
		return 0;
	/* An archive that is not whole has its reason at the other end. */
	if (told && (!why || why->id == PAR_E_CORRUPT))
		return par_fail(err, PAR_E_SYSTEM, 0, "the files of %s cannot be copied: %s",
				t->name, told);
	par_error_move(err, &why);
	return r;
}

int wpar_transfer(const struct wpar_transfer *t, int folder, struct par_error **err)
{
	struct writing w = { .archive = -1, .words = -1 };
	int r = transfer(t, &w, folder, err);

	if (w.archive >= 0)
		close(w.archive);
	if (w.words >= 0)
		close(w.words);
	return r;
}
