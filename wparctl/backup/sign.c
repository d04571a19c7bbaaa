/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures by ssh-keygen: see sign.h. */
#include "wparctl/backup/sign.h"

#include "lpard/common/process.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_SIGNATURE (64 << 10)

static int read_all(int fd, struct par_buf *ret)
{
	char some[4096];
	ssize_t n;

	while ((n = read(fd, some, sizeof(some))) > 0 || (n < 0 && errno == EINTR)) {
		if (n > 0 &&
		    (ret->len + (size_t)n > MAX_SIGNATURE || par_buf_put(ret, some, (size_t)n) < 0))
			return -EFBIG;
	}
	return n < 0 ? -errno : 0;
}

static int sign_run(const char *program, const char *key, int in, struct par_buf *ret,
		    int *ret_status, struct par_error **err)
{
	char *const argv[] = { (char *)"ssh-keygen",
			       (char *)"-q",
			       (char *)"-Y",
			       (char *)"sign",
			       (char *)"-f",
			       (char *)key,
			       (char *)"-n",
			       (char *)WPAR_SIGN_NAMESPACE,
			       NULL };
	struct par_spawn s = {
		.path = program, .argv = argv, .same_session = true, .parent_death_signal = SIGKILL
	};
	int out[2], status = 0;
	pid_t pid;
	int r = par_pipe(out, err);

	if (r < 0)
		return r;
	s.fds[0] = in;
	s.fds[1] = out[1];
	s.fds[2] = -1; /* the error is ours to tell */
	r = par_spawn(&s, &pid, err);
	close(out[1]);
	if (r == 0) {
		const int read = read_all(out[0], ret);

		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
		*ret_status = read < 0 ? 1 : par_exit_status(status);
	}
	close(out[0]);
	return r;
}

int wpar_sign(const char *key, int fd, struct par_buf *ret, struct par_error **err)
{
	autofree char *program = NULL;
	int status = 0, r = par_find_program("ssh-keygen", getenv("PATH"), &program);

	if (r < 0)
		return par_fail(err, PAR_E_NOT_FOUND, 0,
				"--sign-key needs ssh-keygen, which is not installed (package "
				"openssh-client)");
	if (lseek(fd, 0, SEEK_SET) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "the list of checksums cannot be read");
	r = sign_run(program, key, fd, ret, &status, err);
	if (r < 0)
		return r;
	if (status != 0 || ret->len == 0)
		return par_fail(err, PAR_E_NOT_PERMITTED, 0,
				"--sign-key: ssh-keygen does not sign with '%s'; give a private "
				"key that has no passphrase, or the public one of a key that "
				"ssh-agent has",
				key);
	return 0;
}
