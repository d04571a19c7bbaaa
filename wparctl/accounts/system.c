/* SPDX-License-Identifier: Apache-2.0 */
/* The files in /etc, and the tools that change them: see system.h. */
#include "wparctl/accounts/system.h"

#include "lpard/common/fs.h"
#include "lpard/common/process.h"

#include <inttypes.h>
#include <sys/wait.h>

#define MAX_FILE (4 << 20)
#define FOLDERS	 "/usr/sbin:/usr/bin:/sbin:/bin"

int wpar_accounts_load(struct wpar_accounts *ret, struct par_error **err)
{
	auto_buf passwd = { 0 }, group = { 0 }, shadow = { 0 };
	int r = par_fs_read("/etc/passwd", MAX_FILE, &passwd);

	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "/etc/passwd cannot be read");
	r = par_fs_read("/etc/group", MAX_FILE, &group);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "/etc/group cannot be read");
	r = par_fs_read("/etc/shadow", MAX_FILE, &shadow);
	return wpar_accounts_parse(passwd.data, group.data, r < 0 ? NULL : shadow.data, ret) < 0
		       ? par_oom(err)
		       : 0;
}

uint32_t wpar_accounts_id_max(void)
{
	auto_buf map = { 0 };
	uint32_t inside, outside, count;

	if (par_fs_read("/proc/self/uid_map", 4096, &map) < 0 ||
	    sscanf(map.data, "%" SCNu32 " %" SCNu32 " %" SCNu32, &inside, &outside, &count) != 3 ||
	    count == 0 || inside > UINT32_MAX - count)
		return UINT32_MAX - 1;
	return inside + count - 1 < UINT32_MAX - 1 ? inside + count - 1 : UINT32_MAX - 1;
}

int wpar_accounts_run(const struct par_strv *words, struct par_error **err)
{
	autofree char *path = NULL;
	struct par_spawn s = { .argv = words->v, .fds = { -1, 1, 2 }, .same_session = true };
	int r = par_find_program(words->v[0], FOLDERS, &path), status;
	pid_t pid;

	if (r < 0)
		return par_fail(err, PAR_E_NOT_SUPPORTED, -r,
				"this system has no %s, which makes the change", words->v[0]);
	s.path = path;
	r = par_spawn(&s, &pid, err);
	if (r < 0)
		return r;
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return par_fail(err, PAR_E_SYSTEM, errno, "the end of %s was not seen",
					words->v[0]);
	}
	return par_exit_status(status);
}
