/* SPDX-License-Identifier: Apache-2.0 */
/* A system's identity behind links: see system_identity.h. */
#include "wparctl/backup/system_identity.h"

#include "lpard/common/fs.h"
#include "wparctl/backup/system_links.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

/* What is there under its own name is left out by that. */
static int add_real(int root, const char *name, struct par_strv *ret)
{
	autofree char *real = wpar_system_real_path(root, name);

	return real && strcmp(real, name) != 0 ? par_strv_add(ret, real) : 0;
}

static int add_keys(int root, DIR *dir, const char *folder, struct par_strv *ret)
{
	struct dirent *e;

	while ((e = readdir(dir))) {
		autofree char *name = NULL;

		if (!par_starts_with(e->d_name, "ssh_host_"))
			continue;
		name = par_strdup_printf("%s/%s", folder, e->d_name);
		if (!name || add_real(root, name, ret) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int add_host_keys(int root, const char *folder, struct par_strv *ret)
{
	int fd = par_fs_open_in(root, folder, O_RDONLY | O_DIRECTORY, 0);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	int r;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	r = add_keys(root, dir, folder, ret);
	closedir(dir);
	return r;
}

int wpar_system_identity(int root, struct par_strv *ret)
{
	static const char *const names[] = {
		"/etc/machine-id",
		"/var/lib/dbus/machine-id",
		"/var/lib/systemd/random-seed",
		"/var/lib/systemd/credential.secret",
		"/var/lib/urandom/random-seed",
		"/var/lib/urandom/.seed",
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(names); i++) {
		if (add_real(root, names[i], ret) < 0)
			return -ENOMEM;
	}
	return add_host_keys(root, "/etc/ssh", ret);
}
