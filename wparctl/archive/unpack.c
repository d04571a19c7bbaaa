/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs wparctl-archive with the archive as its stdin, the folder as descriptor 3 and a pipe as its
 * stdout.  The helper has read hostile bytes, so its answers are taken with care: short lines,
 *	progress KIB-READ KIB-TOTAL ENTRIES
 *	digest HEX
 *	error CODE TEXT
 */
#include "wparctl/archive/unpack.h"

#include "lpard/common/process.h"
#include "lpard/common/str.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define MAX_LINE 1024

#ifndef WPAR_ARCHIVE_PROGRAM
#define WPAR_ARCHIVE_PROGRAM "/usr/libexec/wparctl-archive"
#endif

/* In a build folder the helper is near this program; otherwise where it was installed. */
static char *helper_path(void)
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

__attribute__((noreturn)) static void helper_child(const char *program, int archive, int folder,
						   int out)
{
	char *const argv[] = { (char *)"wparctl-archive",
			       (char *)(folder < 0 ? "digest" : "unpack"), NULL };
	char *const envp[] = {
		(char *)"LC_ALL=C.UTF-8",
#ifdef __powerpc64__
		/*
		 * nettle 3.10 has SHA-256 by POWER8's own instructions, which qemu emulates
		 * by calls: three times slower than its C code (20 MB: 3.5 s against 1.1).
		 */
		(char *)"NETTLE_FAT_OVERRIDE=altivec",
#endif
		NULL,
	};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* None of the three may lie below 4, or dup2() would overwrite it. */
	archive = fcntl(archive, F_DUPFD_CLOEXEC, 10);
	folder = fcntl(folder < 0 ? null : folder, F_DUPFD_CLOEXEC, 10);
	out = fcntl(out, F_DUPFD_CLOEXEC, 10);
	if (archive < 0 || folder < 0 || out < 0 || dup2(archive, 0) < 0 || dup2(out, 1) < 0 ||
	    dup2(folder, 3) < 0)
		_exit(126);
	execve(program, argv, envp);
	_exit(127);
}

struct answer {
	char digest[65];
	int code; /* errno of the helper's error */
	char text[MAX_LINE];
	bool progress, shown;
};

static void helper_take_line(struct answer *a, const char *line)
{
	unsigned long long done, total, entries;

	if (par_starts_with(line, "digest ") && strlen(line) == 7 + 64 &&
	    strspn(line + 7, "0123456789abcdef") == 64) {
		memcpy(a->digest, line + 7, 65);
	} else if (sscanf(line, "error %d ", &a->code) == 1) {
		const char *text = strchr(line + 6, ' ');

		snprintf(a->text, sizeof(a->text), "%s",
			 text && par_printable(text + 1) ? text + 1 : "it is not valid");
	} else if (a->progress &&
		   sscanf(line, "progress %llu %llu %llu", &done, &total, &entries) == 3) {
		fprintf(stderr, "%sUnpacking the image: %llu of %llu MiB read, %llu files%s",
			isatty(2) ? "\r" : "", done >> 10, total >> 10, entries,
			isatty(2) ? " " : "\n");
		a->shown = isatty(2);
	}
}

static void helper_read_answer(int fd, struct answer *a)
{
	char line[MAX_LINE];
	size_t len = 0;
	char c[4096];
	ssize_t n;

	while ((n = read(fd, c, sizeof(c))) > 0 || (n < 0 && errno == EINTR)) {
		for (ssize_t i = 0; i < n; i++) {
			if (c[i] != '\n') {
				if (len < sizeof(line) - 1)
					line[len++] = c[i];
				continue;
			}
			line[len] = '\0';
			helper_take_line(a, line);
			len = 0;
		}
	}
	if (a->shown)
		fputc('\n', stderr);
}

static int helper_judge(const struct answer *a, const char *archive, int status,
			struct par_error **err)
{
	if (a->code == ENOSPC || a->code == EDQUOT)
		return par_fail(err, PAR_E_NO_SPACE, 0,
				"There is no space to unpack the image %s: %s.", archive,
				a->text[0] ? a->text : strerror(a->code));
	if (a->text[0])
		return par_fail(err, PAR_E_CORRUPT, 0, "The image %s cannot be used: %s.", archive,
				a->text);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return par_fail(err, PAR_E_SYSTEM, 0, "could not run wparctl-archive");
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || !a->digest[0])
		return par_fail(err, PAR_E_CORRUPT, 0,
				"The image %s cannot be used: unpacking it ended with %s %d.",
				archive, WIFSIGNALED(status) ? "signal" : "status",
				WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	return 0;
}

int wpar_unpack(const char *archive, int folder, bool progress, char digest[65],
		struct par_error **err)
{
	autofd int in = open(archive, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	autofree char *program = helper_path();
	struct answer a = { .progress = progress };
	int fds[2], status = 0, r;
	struct stat st;
	pid_t pid;

	if (in < 0)
		return par_fail(err, PAR_E_NOT_FOUND, errno, "The image %s cannot be opened: %s.",
				archive, strerror(errno));
	if (fstat(in, &st) < 0 || !S_ISREG(st.st_mode))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"The image %s is not a regular file.", archive);
	if (!program || pipe2(fds, O_CLOEXEC) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not make a pipe");
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		helper_child(program, in, folder, fds[1]);
	close(fds[1]);
	if (pid < 0) {
		close(fds[0]);
		return par_fail(err, PAR_E_SYSTEM, errno, "could not start a process");
	}
	helper_read_answer(fds[0], &a);
	close(fds[0]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	r = helper_judge(&a, archive, status, err);
	if (r < 0)
		return r;
	memcpy(digest, a.digest, 65);
	return 0;
}
