/* SPDX-License-Identifier: Apache-2.0 */
/* See remote.h. */
#include "lpard/cli/remote.h"

#include "lpard/common/process.h"
#include "lpard/common/str.h"

#include <signal.h>

static int make_argv(const char *system, const char *lpar, unsigned int wait_s,
		     const char *const *command, struct par_strv *ret)
{
	autofree char *wait = par_strdup_printf("%u", wait_s);
	const char *const first[] = { "wparcmd", "-T", "-n", "-m", system, "-p",
				      lpar,	 "-w", wait, "--", NULL };

	if (!wait)
		return -ENOMEM;
	for (const char *const *word = first; *word; word++) {
		if (par_strv_add(ret, *word) < 0)
			return -ENOMEM;
	}
	for (; *command; command++) {
		if (par_strv_add(ret, *command) < 0)
			return -ENOMEM;
	}
	return 0;
}

int cli_remote_start(const char *system, const char *lpar, unsigned int wait_s,
		     const char *const *command, int out, int err_fd, pid_t *ret_pid,
		     struct par_error **err)
{
	auto_strv argv = { 0 };
	struct par_spawn s = { .path = "/proc/self/exe",
			       .fds = { -1, out, err_fd },
			       .parent_death_signal = SIGTERM };

	if (make_argv(system, lpar, wait_s, command, &argv) < 0)
		return par_oom(err);
	s.argv = argv.v;
	return par_spawn(&s, ret_pid, err);
}
