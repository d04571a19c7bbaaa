/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starts wparctl-archive with the archive as its stdin, a folder as descriptor 3 and a pipe as its
 * stdout: see run.h.
 */
#include "wparctl/archive/run.h"

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

__attribute__((noreturn)) static void
helper_child(const char *program, const struct wpar_archive_run *run, int archive, int out)
{
	char kib[24];
	char *const argv[] = { (char *)"wparctl-archive", (char *)run->mode, run->kib ? kib : NULL,
			       NULL };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), folder = run->folder;

	snprintf(kib, sizeof(kib), "%" PRIu64, run->kib);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* None of the three may lie below 4, or dup2() would overwrite it. */
	archive = fcntl(archive, F_DUPFD_CLOEXEC, 10);
	folder = fcntl(folder < 0 ? null : folder, F_DUPFD_CLOEXEC, 10);
	out = fcntl(out, F_DUPFD_CLOEXEC, 10);
	if (archive < 0 || folder < 0 || out < 0 || dup2(archive, 0) < 0 || dup2(out, 1) < 0 ||
	    dup2(folder, 3) < 0)
		_exit(126);
	execve(program, argv, wpar_archive_environment());
	_exit(127);
}

/* "digest HEX" and "error CODE TEXT"; true: it was one of them */
static bool take_end(struct wpar_archive_end *e, const char *line)
{
	const char *text;

	if (par_starts_with(line, "digest ") && strlen(line) == 7 + 64 &&
	    strspn(line + 7, "0123456789abcdef") == 64) {
		memcpy(e->digest, line + 7, 65);
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

static int judge(const struct wpar_archive_run *run, const struct wpar_archive_end *e, int status,
		 struct par_error **err)
{
	if (e->code == ENOSPC || e->code == EDQUOT)
		return par_fail(err, PAR_E_NO_SPACE, 0,
				"There is no space to unpack the image %s: %s.", run->archive,
				e->text[0] ? e->text : strerror(e->code));
	if (e->text[0])
		return par_fail(err, PAR_E_CORRUPT, 0, "The image %s cannot be used: %s.",
				run->archive, e->text);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return par_fail(err, PAR_E_SYSTEM, 0, "could not run wparctl-archive");
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || !e->digest[0])
		return par_fail(err, PAR_E_CORRUPT, 0,
				"The image %s cannot be used: reading it ended with %s %d.",
				run->archive, WIFSIGNALED(status) ? "signal" : "status",
				WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	return 0;
}

int wpar_archive_run(const struct wpar_archive_run *run, struct wpar_archive_end *ret,
		     struct par_error **err)
{
	autofd int in = open(run->archive, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	autofree char *program = wpar_archive_program();
	int fds[2], status = 0;
	struct stat st;
	pid_t pid;

	*ret = (struct wpar_archive_end){ 0 };
	if (in < 0)
		return par_fail(err, PAR_E_NOT_FOUND, errno, "The image %s cannot be opened: %s.",
				run->archive, strerror(errno));
	if (fstat(in, &st) < 0 || (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"The image %s is neither a regular file nor a directory.",
				run->archive);
	if (!program || pipe2(fds, O_CLOEXEC) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not make a pipe");
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		helper_child(program, run, in, fds[1]);
	close(fds[1]);
	if (pid < 0) {
		close(fds[0]);
		return par_fail(err, PAR_E_SYSTEM, errno, "could not start a process");
	}
	read_lines(fds[0], run, ret);
	close(fds[0]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return judge(run, ret, status, err);
}
