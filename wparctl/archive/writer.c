/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The other end of the helper's mode "write" (helper/save.c): see writer.h.  The helper reads
 * files of a WPAR, so what it says is taken with care.
 */
#include "wparctl/archive/writer.h"

#include "wparctl/archive/run.h"

#include "lpard/common/fd_pass.h"
#include "lpard/common/fs.h"
#include "lpard/common/hex.h"
#include "lpard/common/interrupt.h"
#include "lpard/common/process.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define FIRST_FD   3 /* as helper/save.h has them: the backup, the spool, two lists, the sums */
#define WORK_FILES 4
#define SUMS	   3  /* which of those */
#define LEAST_TREE 10 /* number of a tree's descriptor */

struct wpar_writer {
	pid_t pid;
	int requests;
	FILE *answers;
	int work[WORK_FILES]; /* files without names */
	int late;	      /* a socket, for mounts that come late */
	const struct wpar_writer_say *say;
	char *line;
	size_t line_size;
	uint64_t parts[WPAR_ARCHIVE_TREES]; /* bytes */
	void (*on_pipe)(int);		    /* what SIGPIPE did before */
};

/* ---- The process ---- */

/* A file that nobody else can open, and that goes with its last descriptor. */
static int open_nameless(int folder)
{
	char name[40];
	int fd = openat(folder, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
		return fd < 0 ? -errno : fd;
	/* A file system without such files: it has a name for a moment. */
	snprintf(name, sizeof(name), ".savewpar.%ld", (long)getpid());
	unlinkat(folder, name, 0);
	fd = openat(folder, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	unlinkat(folder, name, 0);
	return fd;
}

/* In the child: the trees keep their numbers, which the requests name. */
__attribute__((noreturn)) static void writer_child(const char *program, const struct wpar_writer *w,
						   const int *trees, size_t n_trees, int in,
						   int out, int backup, int late)
{
	char *const argv[] = { (char *)"wparctl-archive", (char *)"write", NULL };
	int fds[FIRST_FD + 2 + WORK_FILES] = { in, out, -1, backup };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (int i = 0; i < WORK_FILES; i++)
		fds[FIRST_FD + 1 + i] = w->work[i];
	fds[FIRST_FD + 1 + WORK_FILES] = late;
	for (size_t i = 0; i < PAR_ARRAY_SIZE(fds); i++) {
		if (fds[i] >= 0 && (fds[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, LEAST_TREE)) < 0)
			_exit(126);
	}
	for (size_t i = 0; i < PAR_ARRAY_SIZE(fds); i++) {
		if (fds[i] >= 0 && dup2(fds[i], (int)i) < 0)
			_exit(126);
	}
	for (size_t i = 0; i < n_trees; i++)
		fcntl(trees[i], F_SETFD, 0);
	execve(program, argv, wpar_archive_environment());
	_exit(127);
}

static int writer_start(struct wpar_writer *w, const struct wpar_writer_setup *s, const int *trees,
			struct par_error **err)
{
	autofree char *program = wpar_archive_program();
	int in[2], out[2], late[2];
	autofd int theirs = -1;

	if (!program)
		return par_oom(err);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, late) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not make a socket");
	w->late = late[0];
	theirs = late[1];
	if (pipe2(in, O_CLOEXEC) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not make a pipe");
	w->requests = in[1];
	if (pipe2(out, O_CLOEXEC) < 0) {
		close(in[0]);
		return par_fail(err, PAR_E_SYSTEM, errno, "could not make a pipe");
	}
	w->answers = fdopen(out[0], "r");
	if (w->answers) {
		fflush(stdout);
		w->pid = fork();
	}
	if (w->pid == 0)
		writer_child(program, w, trees, s->n_trees * WPAR_ARCHIVE_PASSES, in[0], out[1],
			     s->out, theirs);
	close(in[0]);
	close(out[1]);
	if (w->pid < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not start a process");
	par_interrupt_child(w->pid);
	return 0;
}

void wpar_writer_free(struct wpar_writer *w)
{
	if (!w)
		return;
	if (w->pid > 0) {
		kill(w->pid, SIGKILL);
		par_interrupt_wait(w->pid, NULL);
	}
	if (w->requests >= 0)
		close(w->requests);
	if (w->answers)
		fclose(w->answers);
	for (int i = 0; i < WORK_FILES; i++) {
		if (w->work[i] >= 0)
			close(w->work[i]);
	}
	if (w->late >= 0)
		close(w->late);
	signal(SIGPIPE, w->on_pipe);
	free(w->line);
	free(w);
}

/* ---- Requests and answers ---- */

/* In place, up to what is no digit; returns what follows. */
static char *take_hex(char *text)
{
	char *to = text;

	for (int byte; (byte = par_hex_byte(text)) >= 0; text += 2)
		*to++ = (char)byte;
	if (*text == ' ')
		text++;
	*to = '\0';
	return text;
}

/* When the helper has gone, its last words tell more than the pipe's error. */
static int request(struct wpar_writer *w, const struct par_buf *b, struct par_error **err)
{
	if (b->failed)
		return par_oom(err);
	par_fs_write_all(w->requests, b->data, b->len);
	return 0;
}

static int fail_ended(struct wpar_writer *w, struct par_error **err)
{
	int status = 0;

	par_interrupt_wait(w->pid, &status);
	w->pid = 0;
	if (par_interrupted())
		return par_interrupt_check(err);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return par_fail(err, PAR_E_SYSTEM, 0, "could not run wparctl-archive");
	return par_fail(err, PAR_E_SYSTEM, 0, "writing the backup ended with %s %d",
			WIFSIGNALED(status) ? "signal" : "status",
			WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

static int fail_told(char *line, struct par_error **err)
{
	int code = 0, end = 0;
	const char *text;

	sscanf(line, "error %d %n", &code, &end);
	line[strcspn(line, "\n")] = '\0';
	text = end > 0 && line[end] && par_printable(line + end) ? line + end : strerror(code);
	if (code == ENOSPC || code == EDQUOT)
		return par_fail(err, PAR_E_NO_SPACE, 0, "There is no space for the backup: %s.",
				text);
	if (code == EPIPE)
		return par_fail(err, PAR_E_SYSTEM, 0, "Nobody reads the backup any more.");
	return par_fail(err,
			code == EINVAL			 ? PAR_E_INVALID_ARGUMENT
			: code == E2BIG || code == EFBIG ? PAR_E_TOO_LARGE
							 : PAR_E_SYSTEM,
			0, "The backup cannot be written: %s.", text);
}

/* A line that comes meanwhile; false: it is an answer. */
static bool take_meanwhile(struct wpar_writer *w, char *line)
{
	const struct wpar_writer_say *say = w->say;
	uint64_t n, i;
	char *rest;

	line[strcspn(line, "\n")] = '\0';
	if (sscanf(line, "progress %" SCNu64, &n) == 1) {
		if (say->progress)
			say->progress(say->user, n);
	} else if (sscanf(line, "part %" SCNu64 " %" SCNu64, &i, &n) == 2) {
		if (i < PAR_ARRAY_SIZE(w->parts))
			w->parts[i] = n;
	} else if (par_starts_with(line, "name ")) {
		take_hex(line + strlen("name "));
		if (say->name)
			say->name(say->user, line + strlen("name "));
	} else if (par_starts_with(line, "left ")) {
		rest = take_hex(line + strlen("left "));
		if (say->left_out)
			say->left_out(say->user, line + strlen("left "),
				      par_printable(rest) ? rest : "");
	} else {
		return false;
	}
	return true;
}

/* The line that begins with @word; @ret: what follows it, until the next call. */
static int fail_answer(struct par_error **err)
{
	return par_fail(err, PAR_E_SYSTEM, 0, "writing the backup has not gone as it should");
}

static int answer(struct wpar_writer *w, const char *word, const char **ret, struct par_error **err)
{
	for (;;) {
		if (getline(&w->line, &w->line_size, w->answers) <= 0)
			return fail_ended(w, err);
		if (par_starts_with(w->line, "error "))
			return fail_told(w->line, err);
		if (take_meanwhile(w, w->line))
			continue;
		if (!par_starts_with(w->line, word))
			return fail_answer(err);
		if (ret)
			*ret = w->line + strlen(word);
		return 0;
	}
}

static int ask(struct wpar_writer *w, const char *question, const char *word, const char **ret,
	       struct par_error **err)
{
	auto_buf b = { 0 };
	int r;

	par_buf_printf(&b, "%s\n", question);
	r = request(w, &b, err);
	return r < 0 ? r : answer(w, word, ret, err);
}

static int take_numbers(const char *text, uint64_t *ret_a, uint64_t *ret_b, struct par_error **err)
{
	return sscanf(text, "%" SCNu64 " %" SCNu64, ret_a, ret_b) == 2 ? 0 : fail_answer(err);
}

/* ---- What it is set to ---- */

static void put_tree(struct par_buf *b, const struct wpar_writer_tree *t, const int *fds)
{
	autofree char *name =
		par_strdup_printf(".%s", strcmp(t->directory, "/") == 0 ? "" : t->directory);

	b->failed |= !name;
	par_buf_printf(b, "tree %" PRIu32 " %" PRIu32 " ", t->shift, t->range);
	if (name)
		par_hex_put(b, name, strlen(name));
	for (int i = 0; i < WPAR_ARCHIVE_PASSES && fds[i] >= 0; i++)
		par_buf_printf(b, " %d", fds[i]);
	par_buf_putc(b, '\n');
}

static void put_later(struct par_buf *b, const char *directory)
{
	par_buf_puts(b, "later 2e");
	par_hex_put(b, directory, strlen(directory));
	par_buf_putc(b, '\n');
}

static void put_list(struct par_buf *b, const char *word, const char *before,
		     const struct par_strv *l)
{
	for (size_t i = 0; l && i < l->n; i++) {
		par_buf_printf(b, "%s ", word);
		par_hex_put(b, before, strlen(before));
		par_hex_put(b, l->v[i], strlen(l->v[i]));
		par_buf_putc(b, '\n');
	}
}

static void put_parts(struct par_buf *b, const struct par_strv *parts)
{
	for (size_t i = 0; parts && i < parts->n; i++) {
		par_buf_puts(b, "part 2e");
		if (strcmp(parts->v[i], "/") != 0)
			par_hex_put(b, parts->v[i], strlen(parts->v[i]));
		par_buf_putc(b, '\n');
	}
}

static void put_owners(struct par_buf *b, const char *kind, const struct wpar_writer_owner *v,
		       size_t n)
{
	for (size_t i = 0; i < n; i++)
		par_buf_printf(b, "owner %s %" PRIu32 " %" PRIu32 "\n", kind, v[i].from, v[i].to);
}

static int set_up(struct wpar_writer *w, const struct wpar_writer_setup *s, const int *trees,
		  struct par_error **err)
{
	auto_buf b = { 0 };
	int r;

	par_buf_printf(&b, "packing %s %zu\nattributes %d\nverbose %d\n", s->packing, s->block,
		       !s->no_attributes, s->names);
	for (size_t i = 0; i < s->n_trees; i++)
		put_tree(&b, &s->trees[i], trees + i * WPAR_ARCHIVE_PASSES);
	for (size_t i = 1; i < s->n_trees; i++) {
		if (s->trees[i].later)
			put_later(&b, s->trees[i].directory);
	}
	put_list(&b, "empty", ".", s->empty);
	put_parts(&b, s->parts);
	put_list(&b, "pattern", "", s->patterns);
	put_owners(&b, "user", s->users, s->n_users);
	put_owners(&b, "group", s->groups, s->n_groups);
	par_buf_puts(&b, "confine\n");
	r = request(w, &b, err);
	return r < 0 ? r : answer(w, "confined", NULL, err);
}

/* Numbers that the helper's own descriptors do not have; -1: from here on as the one before. */
static int copy_trees(const struct wpar_writer_setup *s, int *trees)
{
	for (size_t i = 0; i < s->n_trees * WPAR_ARCHIVE_PASSES; i++) {
		const int *fds = s->trees[i / WPAR_ARCHIVE_PASSES].fds;
		const size_t pass = i % WPAR_ARCHIVE_PASSES;

		if (pass > 0 && fds[pass] == fds[0])
			continue;
		trees[i] = fcntl(fds[pass], F_DUPFD_CLOEXEC, LEAST_TREE);
		if (trees[i] < 0)
			return -errno;
	}
	return 0;
}

static int new_in(struct wpar_writer *w, const struct wpar_writer_setup *s, int *trees,
		  struct par_error **err)
{
	int r = copy_trees(s, trees);

	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r,
				"the %zu file systems cannot be opened (ulimit -n)", s->n_trees);
	for (int i = 0; i < WORK_FILES; i++) {
		w->work[i] = open_nameless(s->work);
		if (w->work[i] < 0)
			return par_fail(err, PAR_E_SYSTEM, w->work[i],
					"could not make a file for the work in the folder of the "
					"base directory");
	}
	r = writer_start(w, s, trees, err);
	return r < 0 ? r : set_up(w, s, trees, err);
}

int wpar_writer_new(const struct wpar_writer_setup *s, const struct wpar_writer_say *say,
		    struct wpar_writer **ret, struct par_error **err)
{
	int trees[WPAR_ARCHIVE_TREES * WPAR_ARCHIVE_PASSES];
	struct wpar_writer *w = calloc(1, sizeof(*w));
	int r;

	if (!w)
		return par_oom(err);
	w->requests = w->late = -1;
	w->say = say;
	/* A write to one that has gone fails, here and in the helper, and is told of. */
	w->on_pipe = signal(SIGPIPE, SIG_IGN);
	memset(w->work, -1, sizeof(w->work));
	memset(trees, -1, sizeof(trees));
	r = s->n_trees <= WPAR_ARCHIVE_TREES
		    ? new_in(w, s, trees, err)
		    : par_fail(err, PAR_E_TOO_LARGE, 0,
			       "%zu file systems are more than the %d that can be saved",
			       s->n_trees, WPAR_ARCHIVE_TREES);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(trees); i++) {
		if (trees[i] >= 0)
			close(trees[i]);
	}
	if (r < 0) {
		wpar_writer_free(w);
		return r;
	}
	*ret = w;
	return 0;
}

/* ---- The steps ---- */

int wpar_writer_count(struct wpar_writer *w, struct wpar_writer_counted *ret,
		      struct par_error **err)
{
	const char *text;
	int r = ask(w, "count", "counted ", &text, err);

	if (r < 0)
		return r;
	if (sscanf(text, "%" SCNu64 " %" SCNu64 " %" SCNu64, &ret->files, &ret->bytes,
		   &ret->sizes) != 3)
		return fail_answer(err);
	return 0;
}

uint64_t wpar_writer_part(const struct wpar_writer *w, size_t i)
{
	return i < PAR_ARRAY_SIZE(w->parts) ? w->parts[i] : 0;
}

int wpar_writer_member(struct wpar_writer *w, const char *name, const void *data, size_t len,
		       struct par_error **err)
{
	auto_buf b = { 0 };
	int r;

	par_buf_puts(&b, "member ");
	par_hex_put(&b, "./.savewpar_dir/", strlen("./.savewpar_dir/"));
	par_hex_put(&b, name, strlen(name));
	par_buf_putc(&b, ' ');
	par_hex_put(&b, data, len);
	par_buf_putc(&b, '\n');
	r = request(w, &b, err);
	return r < 0 ? r : answer(w, "member", NULL, err);
}

int wpar_writer_pass(struct wpar_writer *w, uint64_t *ret_files, uint64_t *ret_bytes,
		     struct par_error **err)
{
	const char *text;
	int r = ask(w, "pass", "passed ", &text, err);

	return r < 0 ? r : take_numbers(text, ret_files, ret_bytes, err);
}

int wpar_writer_late(struct wpar_writer *w, const struct wpar_writer_tree *trees, size_t n,
		     struct par_error **err)
{
	int r = 0;

	/* A helper that has gone tells why where it is asked. */
	for (size_t i = 1; r == 0 && i < n; i++) {
		if (trees[i].later)
			r = par_fd_send(w->late, trees[i].fds[0]);
	}
	if (r < 0 && r != -EPIPE)
		return par_fail(err, PAR_E_SYSTEM, r, "a file system cannot be handed on");
	return ask(w, "late", "late", NULL, err);
}

int wpar_writer_mark(struct wpar_writer *w, struct par_error **err)
{
	return ask(w, "mark", "marked", NULL, err);
}

/* The thread that copies; those that compress are none that anybody stands still for. */
static void set_priority(const struct wpar_writer *w, int nice)
{
	if (w->pid > 0)
		setpriority(PRIO_PROCESS, (id_t)w->pid, nice); /* ignoring: it takes longer */
}

int wpar_writer_spool(struct wpar_writer *w, struct par_error **err)
{
	int r = ask(w, "spool", "spooled", NULL, err);

	if (r == 0)
		set_priority(w, -20);
	return r;
}

int wpar_writer_drain(struct wpar_writer *w, struct par_error **err)
{
	set_priority(w, getpriority(PRIO_PROCESS, 0)); /* as ours is */
	return ask(w, "drain", "drained", NULL, err);
}

int wpar_writer_sums(struct wpar_writer *w, uint64_t frozen_ms, int *ret, struct par_error **err)
{
	char question[40];
	int r;

	snprintf(question, sizeof(question), "sums %" PRIu64, frozen_ms);
	r = ask(w, question, "summed", NULL, err);
	if (r == 0)
		*ret = w->work[SUMS];
	return r;
}

int wpar_writer_end(struct wpar_writer *w, struct par_error **err)
{
	return ask(w, "end", "ended ", NULL, err);
}
