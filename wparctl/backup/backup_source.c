/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a backup comes from: see backup_source.h.  The helper reads what we cannot read twice from
 * a pipe that a process of ours fills: first it keeps what it has read, then it begins with that.
 */
#include "wparctl/backup/backup_source.h"

#include "lpard/common/fs.h"
#include "lpard/common/hex.h"
#include "lpard/common/interrupt.h"
#include "wparctl/archive/run.h"
#include "wparctl/backup/output.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#define MAX_HEAD_LINE (10 << 20) /* image.data in hexadecimal */
#define CHUNK	      65536
/*
 * Of a pipe, for what describes the backup and must be read twice: image.data and wpar.spec are of
 * 5 MiB at most.  The number is in docs/SAVEWPAR.md.
 */
#define MAX_KEPT      (32 << 20)
#define KEPT_TOO_MUCH 2 /* status of the process that keeps it */

void wpar_backup_head_done(struct wpar_backup_head *h)
{
	par_buf_done(&h->data);
	par_buf_done(&h->spec);
	par_buf_done(&h->signature);
}

void wpar_backup_source_close(struct wpar_backup_source *src)
{
	if (src->fd >= 0)
		close(src->fd);
	if (src->kept >= 0)
		close(src->kept);
	src->fd = src->kept = -1;
}

int wpar_backup_source_open(const char *path, struct wpar_backup_source *ret,
			    struct par_error **err)
{
	auto_backup_source src = WPAR_BACKUP_SOURCE_NONE;
	struct stat st;
	bool standard;
	int r = wpar_backup_place(path, &path, err);

	if (r < 0)
		return r;
	standard = strcmp(path, "-") == 0;
	/* One that is closed is that (lpard/common/process.c). */
	if (standard && (fcntl(0, F_GETFL) & O_ACCMODE) == O_WRONLY)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"the backup cannot be read from the standard input, which is "
				"closed: give its file, or a pipe");
	src.name = standard ? "on standard input" : path;
	src.fd = standard ? fcntl(0, F_DUPFD_CLOEXEC, 3)
			  : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (src.fd < 0)
		return par_fail(err, errno == ENOENT ? PAR_E_NOT_FOUND : PAR_E_SYSTEM, errno,
				"The backup %s cannot be opened%s", src.name,
				errno == ENOENT ? ": there is no such file" : "");
	if (fstat(src.fd, &st) < 0 || S_ISDIR(st.st_mode))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "The backup %s is a folder",
				src.name);
	src.seeks = S_ISREG(st.st_mode) || S_ISBLK(st.st_mode);
	if (!src.seeks && isatty(src.fd))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"The backup %s is a terminal: give its file, or a pipe", src.name);
	*ret = src;
	src = (struct wpar_backup_source)WPAR_BACKUP_SOURCE_NONE;
	return 0;
}

/* @from to its end, or until nobody reads @out any more; errno says what went wrong. */
static bool copy_all(int from, int out)
{
	char data[CHUNK];
	ssize_t n;

	for (;;) {
		const int r = par_interrupt_poll(from);

		if (r < 0) {
			errno = -r;
			return false;
		}
		n = read(from, data, sizeof(data));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0;
		if (par_fs_write_all(out, data, (size_t)n) < 0)
			return false;
	}
}

int wpar_backup_source_own(struct wpar_backup_source *src, int fd, struct par_error **err)
{
	autofd int copy = fd;
	bool fine;

	if (src->seeks && lseek(src->fd, 0, SEEK_SET) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "The backup %s cannot be read",
				src->name);
	fine = (src->seeks && ioctl(copy, FICLONE, src->fd) == 0) ||
	       ((src->kept < 0 || copy_all(src->kept, copy)) && copy_all(src->fd, copy));
	if (!fine)
		return par_fail(err, errno == ENOSPC ? PAR_E_NO_SPACE : PAR_E_SYSTEM, errno,
				"the backup %s cannot be copied to the disk of the image store, "
				"/var/lib/wpars/images",
				src->name);
	wpar_backup_source_close(src);
	src->fd = take_fd(&copy);
	src->seeks = true;
	return 0;
}

/*
 * Each chunk is kept before it is handed on, so none is lost when its reader has gone.  Returns the
 * status of the process.
 */
static int copy_and_keep(int from, int kept, int out)
{
	char data[CHUNK];
	size_t all = 0;

	for (;;) {
		struct pollfd p[2] = { { .fd = from, .events = POLLIN }, { .fd = out } };
		ssize_t n;

		if (poll(p, 2, -1) < 0 && errno != EINTR)
			return 1;
		if (p[1].revents & (POLLERR | POLLHUP))
			return 0; /* it knows enough */
		if (!p[0].revents)
			continue;
		n = read(from, data, sizeof(data));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0;
		all += (size_t)n;
		if (all > MAX_KEPT)
			return KEPT_TOO_MUCH;
		if (par_fs_write_all(kept, data, (size_t)n) < 0)
			return 1;
		if (par_fs_write_all(out, data, (size_t)n) < 0)
			return 0;
	}
}

/* A process that fills a pipe from @src; @keep: for the first time. */
static int begin_feeding(const struct wpar_backup_source *src, bool keep, int *ret_in,
			 pid_t *ret_pid, struct par_error **err)
{
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not make a pipe");
	fcntl(ends[1], F_SETPIPE_SZ, 1 << 20); /* ignoring: it is only slower */
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		int status;

		par_interrupt_pass();
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		signal(SIGPIPE, SIG_IGN);
		close(ends[0]);
		status = keep ? copy_and_keep(src->fd, src->kept, ends[1])
			      : !((src->kept < 0 || copy_all(src->kept, ends[1])) &&
				  copy_all(src->fd, ends[1]));
		_exit(status);
	}
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return par_fail(err, PAR_E_SYSTEM, errno, "could not start a process");
	}
	par_interrupt_child(pid);
	*ret_in = ends[0];
	*ret_pid = pid;
	return 0;
}

/* Bytes from hexadecimal; what is none leaves nothing. */
static void take_hex(const char *text, struct par_buf *ret)
{
	par_buf_clear(ret);
	par_buf_puts(ret, "");
	for (; *text; text += 2) {
		const int byte = par_hex_byte(text);

		if (byte < 0) {
			par_buf_clear(ret);
			return;
		}
		par_buf_putc(ret, (char)byte);
	}
}

struct telling {
	struct wpar_backup_head head;
	const char *doing; /* for the progress */
	bool progress, shown;
};

/* "progress KIB-READ KIB-TOTAL ENTRIES"; the total of a pipe is not known */
static void show_progress(struct telling *t, const char *line)
{
	unsigned long long done, total, entries;

	if (!t->progress || sscanf(line, "progress %llu %llu %llu", &done, &total, &entries) != 3)
		return;
	t->shown = isatty(2);
	fprintf(stderr, "%s%s: %llu MiB read, %llu files%s", t->shown ? "\r" : "", t->doing,
		done >> 10, entries, t->shown ? " " : "\n");
}

static void take_line(void *user, const char *line)
{
	struct telling *t = user;

	if (par_starts_with(line, "data "))
		take_hex(line + strlen("data "), &t->head.data);
	else if (par_starts_with(line, "spec "))
		take_hex(line + strlen("spec "), &t->head.spec);
	else if (par_starts_with(line, "signature "))
		take_hex(line + strlen("signature "), &t->head.signature);
	else
		show_progress(t, line);
}

static int run_helper(struct wpar_backup_source *src, const struct wpar_archive_run *what,
		      bool keep, struct wpar_archive_end *ret, struct par_error **err)
{
	struct wpar_archive_run run = *what;
	int in = src->fd, r = 0, status = 0;
	pid_t feeder = -1;

	if (!src->seeks && (keep || src->kept >= 0))
		r = begin_feeding(src, keep, &in, &feeder, err);
	if (r < 0)
		return r;
	run.archive = src->name;
	run.input = &in;
	run.what = "backup";
	run.max_line = MAX_HEAD_LINE;
	r = wpar_archive_run(&run, ret, err);
	if (feeder < 0)
		return r;
	close(in);
	par_interrupt_wait(feeder, &status);
	if (WIFEXITED(status) && WEXITSTATUS(status) == KEPT_TOO_MUCH) {
		if (err)
			par_error_free(err);
		return par_fail(
			err, PAR_E_TOO_LARGE, 0,
			"The backup %s cannot be used: its files do not begin in its first %d MiB, "
			"which is the most that is kept of a pipe; give it as a file.",
			src->name, MAX_KEPT >> 20);
	}
	return r;
}

/* Is all there, and can it be read again? */
static int check_head(const struct wpar_backup_source *src, const struct wpar_backup_head *h,
		      struct par_error **err)
{
	if (src->kept >= 0 && lseek(src->kept, 0, SEEK_SET) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not read a file");
	if (h->data.len && h->spec.len)
		return 0;
	return par_fail(err, PAR_E_CORRUPT, 0,
			"The backup %s cannot be used: it has no image.data or no wpar.spec.",
			src->name);
}

int wpar_backup_read_head(struct wpar_backup_source *src, struct wpar_backup_head *ret,
			  struct par_error **err)
{
	struct telling t = { 0 };
	struct wpar_archive_run run = {
		.mode = "head", .folder = -1, .line = take_line, .user = &t
	};
	struct wpar_archive_end end;
	int r;

	if (!src->seeks) {
		src->kept = memfd_create("backup", MFD_CLOEXEC);
		if (src->kept < 0)
			return par_fail(err, PAR_E_SYSTEM, errno, "could not make a file");
	}
	r = run_helper(src, &run, true, &end, err);
	if (r < 0 || check_head(src, &t.head, err) < 0) {
		wpar_backup_head_done(&t.head);
		return r < 0 ? r : -EBADMSG;
	}
	*ret = t.head;
	return 0;
}

static bool is_same(const struct par_buf *a, const struct par_buf *b)
{
	return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

/* "aside=4" and the words of the caller; caller frees the array alone */
static char **join_words(const struct wpar_backup_reading *rd)
{
	static char aside[] = "aside=4";
	size_t n = 0, at = 0;
	char **v;

	while (rd->words && rd->words[n])
		n++;
	v = calloc(n + 2, sizeof(*v));
	if (v && rd->checksums >= 0)
		v[at++] = aside;
	for (size_t i = 0; v && i < n; i++)
		v[at++] = rd->words[i];
	return v;
}

static void say_left_out(const struct wpar_archive_end *end)
{
	fprintf(stderr,
		"%s: %" PRIu64 " device nodes of the backup are not made: a workload partition has "
		"those that -D of mkwpar and chwpar gives it\n",
		program_invocation_short_name, end->left_out);
}

static int read_all(struct wpar_backup_source *src, const struct wpar_backup_reading *rd,
		    struct telling *t, struct par_error **err)
{
	autofree char **words = join_words(rd);
	autofree int *fds = calloc(rd->n_fds + 1, sizeof(*fds));
	struct wpar_archive_run run = {
		.mode = rd->mode,
		.folder = rd->folder,
		.words = words,
		.fds = fds,
		.n_fds = rd->n_fds + 1,
		.line = take_line,
		.user = t,
	};
	struct wpar_archive_end end;
	int r;

	if (!words || !fds)
		return par_oom(err);
	fds[0] = rd->checksums >= 0 ? rd->checksums : 2;
	for (size_t i = 0; i < rd->n_fds; i++)
		fds[i + 1] = rd->fds[i];
	r = run_helper(src, &run, false, &end, err);
	if (t->shown)
		fputc('\n', stderr);
	if (r < 0)
		return r;
	if (rd->head &&
	    (!is_same(&rd->head->data, &t->head.data) || !is_same(&rd->head->spec, &t->head.spec)))
		return par_fail(err, PAR_E_CORRUPT, 0,
				"The backup %s has changed while it was read.", src->name);
	memcpy(t->head.digest, end.digest, sizeof(t->head.digest));
	if (rd->folder >= 0 && end.left_out)
		say_left_out(&end);
	return 0;
}

int wpar_backup_read(struct wpar_backup_source *src, const struct wpar_backup_reading *rd,
		     struct wpar_backup_head *ret, struct par_error **err)
{
	struct telling t = { .progress = rd->progress,
			     .doing = rd->folder < 0 ? "Verifying" : "Restoring" };
	int r = read_all(src, rd, &t, err);

	if (r < 0 || !ret) {
		wpar_backup_head_done(&t.head);
		return r;
	}
	*ret = t.head;
	return 0;
}
