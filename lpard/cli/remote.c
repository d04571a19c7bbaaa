/* SPDX-License-Identifier: Apache-2.0 */
/* See remote.h. */
#include "lpard/cli/remote.h"

#include "lpard/common/process.h"
#include "lpard/common/str.h"

#include <signal.h>

int cli_remote_start(const char *system, const char *lpar, unsigned int wait_s,
		     const char *const *command, int out, int err_fd, pid_t *ret_pid,
		     struct par_error **err)
{
	const char *const first[] = { "wparcmd", "-T", "-n", "-m", system, "-p", lpar, "-w" };
	autofree char *wait = par_strdup_printf("%u", wait_s);
	auto_strv argv = { 0 };
	struct par_spawn s = { .path = "/proc/self/exe",
			       .fds = { -1, out, err_fd },
			       .parent_death_signal = SIGTERM };
	int r = wait ? 0 : -ENOMEM;

	for (size_t i = 0; i < PAR_ARRAY_SIZE(first) && r == 0; i++)
		r = par_strv_add(&argv, first[i]);
	if (r == 0)
		r = par_strv_add(&argv, wait);
	if (r == 0)
		r = par_strv_add(&argv, "--");
	for (; *command && r == 0; command++)
		r = par_strv_add(&argv, *command);
	if (r < 0)
		return par_oom(err);
	s.argv = argv.v;
	return par_spawn(&s, ret_pid, err);
}
