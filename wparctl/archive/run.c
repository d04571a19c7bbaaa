/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starts wparctl-archive with the archive as its stdin, a folder as descriptor 3 and a pipe as its
 * stdout: see run.h.
 */
#include "wparctl/archive/run.h"

#include "lpard/common/hex.h"
#include "lpard/common/interrupt.h"
#include "lpard/common/process.h"
#include "lpard/common/str.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#ifndef WPAR_ARCHIVE_PROGRAM
#define WPAR_ARCHIVE_PROGRAM "/usr/libexec/wparctl-archive"
#endif

char *wpar_archive_program(void)
{
	static const char *const places[] = { "archive/wparctl-archive",
					      "../wparctl/archive/wparctl-archive" };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(places); i++) {
		char *p = par_program_beside(places[i]);

		if (p)
			return p;
	}
	return strdup(WPAR_ARCHIVE_PROGRAM);
}

char **wpar_archive_environment(void)
{
	static char locale[] = "LC_ALL=C.UTF-8";
#ifdef __powerpc64__
	/*
	 * nettle 3.10 has SHA-256 by POWER8's own instructions, which qemu emulates by calls: three
	 * times slower than its C code (20 MB: 3.5 s against 1.1).
	 */
	static char nettle[] = "NETTLE_FAT_OVERRIDE=altivec";
	static char *environment[] = { locale, nettle, NULL };
#else
	static char *environment[] = { locale, NULL };
#endif

	return environment;
}

#define MOST_WORDS (WPAR_ARCHIVE_NAMES_MOST + 96)

/* @argv: room for all words; NULL: there are too many */
static bool put_words(const struct wpar_archive_run *run, char kib[24],
		      const char *argv[MOST_WORDS])
{
	size_t n = 0;

	argv[n++] = "wparctl-archive";
	argv[n++] = run->mode;
	snprintf(kib, 24, "%" PRIu64, run->kib);
	if (run->kib)
		argv[n++] = kib;
	for (size_t i = 0; run->words && run->words[i]; i++) {
		if (n == MOST_WORDS - 1)
			return false;
		argv[n++] = run->words[i];
	}
	argv[n] = NULL;
	return true;
}

/* Descriptor @fd becomes @number, once nothing that is needed has that number. */
static bool hand_over(int fd, int number)
{
	return fd >= 0 && dup2(fd, number) >= 0;
}

__attribute__((noreturn)) static void helper_child(const char *program, const char *const *argv,
						   const struct wpar_archive_run *run, int archive,
						   int out)
{
	const int above = WPAR_ARCHIVE_FD + (int)run->n_fds + 6;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), folder, fds[WPAR_ARCHIVE_FDS_MOST];
	bool given = true;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* None of them may have a number that another one gets, or dup2() would overwrite it. */
	archive = fcntl(archive, F_DUPFD_CLOEXEC, above);
	folder = fcntl(run->folder < 0 ? null : run->folder, F_DUPFD_CLOEXEC, above);
	out = fcntl(out, F_DUPFD_CLOEXEC, above);
	for (size_t i = 0; i < run->n_fds; i++)
		fds[i] = fcntl(run->fds[i], F_DUPFD_CLOEXEC, above);
	for (size_t i = 0; i < run->n_fds; i++)
		given = given && hand_over(fds[i], WPAR_ARCHIVE_FD + (int)i);
	if (!given || !hand_over(archive, 0) || !hand_over(out, 1) || !hand_over(folder, 3))
		_exit(126);
	execve(program, (char *const *)argv, wpar_archive_environment());
	_exit(127);
}

/* "left-out N", "digest HEX", "error CODE TEXT" and before it "refused"; true: it was one of them
 */
static bool take_end(struct wpar_archive_end *e, const char *line)
{
	const char *text;

	if (strcmp(line, "refused") == 0) {
		e->refused = true;
		return true;
	}
	if (sscanf(line, "left-out %" SCNu64, &e->left_out) == 1)
		return true;
	if (strcmp(line, "digest " WPAR_ARCHIVE_NO_DIGEST) == 0) {
		e->whole = true;
		return true;
	}
	if (par_starts_with(line, "digest ") && par_hex_is(line + 7, 64)) {
		memcpy(e->digest, line + 7, 65);
		e->whole = true;
		return true;
	}
	if (sscanf(line, "error %d ", &e->code) != 1)
		return false;
	text = strchr(line + 6, ' ');
	snprintf(e->text, sizeof(e->text), "%s",
		 text && par_printable(text + 1) ? text + 1 : "it is not valid");
	return true;
}

/* The rest of a line that is too long is passed over. */
static void read_lines(int fd, const struct wpar_archive_run *run, struct wpar_archive_end *end)
{
	const size_t most = run->max_line ? run->max_line : 1024;
	auto_buf line = { 0 };
	char c[4096];
	ssize_t n;

	while ((n = read(fd, c, sizeof(c))) > 0 || (n < 0 && errno == EINTR)) {
		for (ssize_t i = 0; i < n; i++) {
			if (c[i] != '\n') {
				if (line.len < most)
					par_buf_putc(&line, c[i]);
				continue;
			}
			if (line.data && !line.failed && !take_end(end, line.data) && run->line)
				run->line(run->user, line.data);
			par_buf_clear(&line);
		}
	}
}

static const char *what_of(const struct wpar_archive_run *run)
{
	return run->what ? run->what : "image";
}

static int judge(const struct wpar_archive_run *run, const struct wpar_archive_end *e, int status,
		 struct par_error **err)
{
	if (par_interrupted())
		return par_interrupt_check(err);
	if (e->code == ENOSPC || e->code == EDQUOT)
		return par_fail(err, PAR_E_NO_SPACE, 0,
				"There is no space to unpack the %s %s: %s.", what_of(run),
				run->archive, e->text[0] ? e->text : strerror(e->code));
	if (e->text[0] && e->refused)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "The %s %s %s.", what_of(run),
				run->archive, e->text);
	if (e->text[0])
		return par_fail(err, PAR_E_CORRUPT, 0, "The %s %s cannot be used: %s.",
				what_of(run), run->archive, e->text);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return par_fail(err, PAR_E_SYSTEM, 0, "could not run wparctl-archive");
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || !e->whole)
		return par_fail(err, PAR_E_CORRUPT, 0,
				"The %s %s cannot be used: reading it ended with %s %d.",
				what_of(run), run->archive,
				WIFSIGNALED(status) ? "signal" : "status",
				WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	return 0;
}

int wpar_archive_open(const char *archive, const char *what, struct par_error **err)
{
	autofd int in = open(archive, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;

	if (in < 0)
		return par_fail(err, PAR_E_NOT_FOUND, errno, "The %s %s cannot be opened: %s.",
				what ? what : "image", archive, strerror(errno));
	if (fstat(in, &st) < 0 || (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"The %s %s is neither a regular file nor a directory.",
				what ? what : "image", archive);
	return take_fd(&in);
}

static int run_helper(const struct wpar_archive_run *run, int input, struct wpar_archive_end *ret,
		      struct par_error **err)
{
	autofree char *program = wpar_archive_program();
	const char *argv[MOST_WORDS];
	char kib[24];
	int fds[2], status = 0;
	pid_t pid;

	if (!put_words(run, kib, argv) || run->n_fds > WPAR_ARCHIVE_FDS_MOST)
		return par_fail(err, PAR_E_TOO_LARGE, 0,
				"there are too many names or file systems");
	if (!program || pipe2(fds, O_CLOEXEC) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not make a pipe");
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		helper_child(program, argv, run, input, fds[1]);
	close(fds[1]);
	if (pid < 0) {
		close(fds[0]);
		return par_fail(err, PAR_E_SYSTEM, errno, "could not start a process");
	}
	par_interrupt_child(pid);
	read_lines(fds[0], run, ret);
	close(fds[0]);
	par_interrupt_wait(pid, &status);
	return judge(run, ret, status, err);
}

int wpar_archive_run(const struct wpar_archive_run *run, struct wpar_archive_end *ret,
		     struct par_error **err)
{
	autofd int in = run->input ? -1 : wpar_archive_open(run->archive, run->what, err);

	*ret = (struct wpar_archive_end){ 0 };
	if (!run->input && in < 0)
		return in;
	if (run->input && lseek(*run->input, 0, SEEK_SET) < 0 && errno != ESPIPE)
		return par_fail(err, PAR_E_SYSTEM, errno, "The %s %s cannot be read", what_of(run),
				run->archive);
	return run_helper(run, run->input ? *run->input : in, ret, err);
}
