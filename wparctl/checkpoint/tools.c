/* SPDX-License-Identifier: Apache-2.0 */
/* Programs for criu: see tools.h.  Tables of nftables criu saves by a library of its own. */
#include "wparctl/checkpoint/tools.h"

#include "lpard/common/fs.h"
#include "lpard/common/process.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#define FOLDER	   "criu-tools"
#define TOOLS_PATH "/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
#define NAMES_MOST 4096

/* The tables that iptables of old has there, by name. */
static bool has_rules(pid_t init)
{
	static const char *const files[] = { "ip_tables_names", "ip6_tables_names",
					     "arp_tables_names" };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(files); i++) {
		auto_buf b = { 0 };
		char path[64];
		int r;

		snprintf(path, sizeof(path), "/proc/%d/net/%s", (int)init, files[i]);
		r = par_fs_read(path, NAMES_MOST, &b);
		/* Without the module there is no such file. */
		if (r != -ENOENT && (r < 0 || b.len > 0))
			return true;
	}
	return false;
}

static int put_link(const char *folder, const char *name, struct par_error **err)
{
	autofree char *path = par_strdup_printf("%s/%s", folder, name), *program = NULL;
	int r = par_find_program(name, TOOLS_PATH, &program);

	if (!path || r == -ENOMEM)
		return par_oom(err);
	if (r < 0)
		return 0; /* criu says what it has missed */
	if (symlink(program, path) < 0 && errno != EEXIST)
		return par_fail(err, PAR_E_SYSTEM, errno, "'%s' cannot be made", path);
	return 0;
}

int wpar_tools_path(const char *run, pid_t init, char **ret, struct par_error **err)
{
	static const char *const names[] = { "ip", "tar", "gzip", "sh" };
	autofree char *folder = par_strdup_printf("%s/" FOLDER, run);

	*ret = NULL;
	if (!folder)
		return par_oom(err);
	if (has_rules(init))
		return 0;
	if (mkdir(folder, 0755) < 0 && errno != EEXIST)
		return par_fail(err, PAR_E_SYSTEM, errno, "'%s' cannot be made", folder);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(names); i++) {
		int r = put_link(folder, names[i], err);

		if (r < 0)
			return r;
	}
	*ret = take_ptr(folder);
	return 0;
}
