/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures of backups, by ssh-keygen: see signature.h. */
#include "wparctl/backup/signature.h"

#include "lpard/common/fs.h"
#include "lpard/common/process.h"
#include "wparctl/spec/spec.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define SPACE	    "savewpar@lpard"
#define MAX_NAME    1024
#define MAX_SIGNERS (1 << 20) /* bytes of the list of who may sign */

/* A file without a name, which ssh-keygen opens by its number. */
static int put_file(const struct par_buf *text, char path[32], struct par_error **err)
{
	autofd int fd = memfd_create("signature", MFD_CLOEXEC);
	int r = fd < 0 ? -errno : par_fs_write_all(fd, text->data, text->len);

	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "the signature cannot be kept");
	snprintf(path, 32, "/proc/%d/fd/%d", getpid(), fd);
	return take_fd(&fd);
}

static int read_signers(const char *path, struct par_buf *ret, struct par_error **err)
{
	int r = wpar_config_read(path, MAX_SIGNERS, ret, err);

	return r == -ENOENT ? par_fail(err, PAR_E_NOT_FOUND, 0, "there is no file %s", path) : r;
}

/* ssh-keygen reads what was looked at. */
static int put_signers(const char *allowed, char path[32], struct par_error **err)
{
	auto_buf text = { 0 };
	int r = read_signers(allowed, &text, err);

	return r < 0 ? r : put_file(&text, path, err);
}

/* Its status; what it says on stdout comes into @said. */
static int run_keygen(const char *program, const char *const *argv, int in, struct par_buf *said,
		      struct par_error **err)
{
	int out[2], status = 0, r;
	char text[512];
	ssize_t n;
	pid_t pid;

	r = par_pipe(out, err);
	if (r < 0)
		return r;
	r = par_spawn(&(const struct par_spawn){ .path = program,
						 .argv = (char *const *)argv,
						 .fds = { in, out[1], -1 },
						 .parent_death_signal = SIGKILL },
		      &pid, err);
	close(out[1]);
	while (r == 0 &&
	       ((n = read(out[0], text, sizeof(text))) > 0 || (n < 0 && errno == EINTR))) {
		if (n > 0 && said->len < MAX_NAME)
			par_buf_put(said, text, (size_t)n);
	}
	close(out[0]);
	if (r < 0)
		return r;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return par_exit_status(status);
}

static int fail_signature(const char *backup, const char *allowed, struct par_error **err)
{
	return par_fail(err, PAR_E_NOT_PERMITTED, 0,
			"The backup %s has no signature that holds, of one whom %s allows.", backup,
			allowed);
}

static int verify(const char *program, const char *allowed, const char *list, int checksums,
		  const char *file, const char *backup, char **ret_who, struct par_error **err)
{
	const char *const find[] = {
		program, "-Y", "find-principals", "-f", list, "-s", file, NULL
	};
	auto_buf who = { 0 }, said = { 0 };
	char *line;
	int r = run_keygen(program, find, -1, &who, err);

	if (r < 0)
		return r;
	line = who.data ? who.data : NULL;
	if (line)
		line[strcspn(line, "\n")] = '\0';
	if (r != 0 || !line || !*line || !par_printable(line))
		return fail_signature(backup, allowed, err);
	{
		const char *const check[] = { program, "-Y", "verify", "-f", list, "-I",
					      line,    "-n", SPACE,    "-s", file, NULL };

		if (lseek(checksums, 0, SEEK_SET) < 0)
			return par_fail(err, PAR_E_SYSTEM, errno, "a file cannot be read");
		r = run_keygen(program, check, checksums, &said, err);
	}
	if (r < 0)
		return r;
	if (r != 0)
		return fail_signature(backup, allowed, err);
	*ret_who = strdup(line);
	return *ret_who ? 0 : par_oom(err);
}

int wpar_signature_check(const char *allowed, int checksums, const struct par_buf *signature,
			 const char *backup, char **ret_who, struct par_error **err)
{
	autofree char *program = NULL;
	autofd int list = -1, file = -1;
	char list_path[32], path[32];

	if (signature->len == 0)
		return par_fail(err, PAR_E_NOT_PERMITTED, 0,
				"The backup %s is not signed, and must be by one whom %s allows.",
				backup, allowed);
	if (par_find_program("ssh-keygen", "/usr/bin:/bin", &program) < 0)
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
				"signatures are verified by ssh-keygen, of the package "
				"openssh-client, which is not installed");
	list = put_signers(allowed, list_path, err);
	if (list < 0)
		return list;
	file = put_file(signature, path, err);
	return file < 0
		       ? file
		       : verify(program, allowed, list_path, checksums, path, backup, ret_who, err);
}

int wpar_allowed_signers(const char *given, char **ret, struct par_error **err)
{
	autofree char *path = given ? strdup(given) : wpar_path(WPAR_ALLOWED_SIGNERS);
	auto_buf text = { 0 };
	int r;

	if (!path)
		return par_oom(err);
	r = given ? read_signers(path, &text, err)
		  : wpar_config_read(path, MAX_SIGNERS, &text, err);
	if (r < 0)
		return r == -ENOENT && !given ? 0 : r;
	*ret = take_ptr(path);
	return 0;
}
