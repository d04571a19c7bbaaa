/* SPDX-License-Identifier: Apache-2.0 */
/* mkwpar -r: see resolver.h. */
#include "wparctl/filesystem/resolver.h"

#include "lpard/common/fs.h"

#define MAX_SIZE (1 << 20)

static int copy_one(int etc, const char *name, struct par_error **err)
{
	autofree char *from = wpar_path("/etc/%s", name);
	auto_buf text = { 0 };
	int r;

	if (!from)
		return par_oom(err);
	r = par_fs_read(from, MAX_SIZE, &text);
	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "could not read '%s'", from);
	r = par_fs_replace(etc, name, text.data, text.len, 0644);
	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r, "could not write /etc/%s in it", name) : 0;
}

int wpar_resolver_copy(const struct wpar_spec *s, struct par_error **err)
{
	static const char *const files[] = { "resolv.conf", "hosts", "nsswitch.conf", "networks" };
	autofree char *path = wpar_path("%s/etc", s->directory);
	autofd int etc = -1;

	if (!path)
		return par_oom(err);
	etc = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (etc < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not open /etc of '%s'",
				s->directory);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(files); i++) {
		int r = copy_one(etc, files[i], err);

		if (r < 0)
			return r;
	}
	return 0;
}
