/* SPDX-License-Identifier: Apache-2.0 */
/* Marks of a WPAR that stands still: see checkpoint_mark.h. */
#include "wparctl/runtime/life/checkpoint_mark.h"

#include "lpard/common/fs.h"
#include "wparctl/spec/spec.h"

static char *mark_path(const char *name, enum wpar_checkpoint_mark mark)
{
	static const char *const words[] = {
		[WPAR_MARK_PAUSED] = "paused", [WPAR_MARK_RESTORING] = "restoring"
	};

	return wpar_path(WPAR_RUN_DIR "/%s/%s", name, words[mark]);
}

int wpar_checkpoint_mark(const char *name, enum wpar_checkpoint_mark mark)
{
	autofree char *path = mark_path(name, mark);

	return path ? par_fs_replace_volatile(AT_FDCWD, path, "", 0, 0600) : -ENOMEM;
}

bool wpar_checkpoint_marked(const char *name, enum wpar_checkpoint_mark mark)
{
	autofree char *path = mark_path(name, mark);

	return path && access(path, F_OK) == 0;
}

int wpar_checkpoint_unmark(const char *name, enum wpar_checkpoint_mark mark)
{
	autofree char *path = mark_path(name, mark);

	if (!path)
		return -ENOMEM;
	return unlink(path) < 0 && errno != ENOENT ? -errno : 0;
}
