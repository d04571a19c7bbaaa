/* SPDX-License-Identifier: Apache-2.0 */
/* All members of a system image into root/ of a folder: see extract.h, which makes each of them. */
#include "wparctl/archive/helper/backup.h"
#include "wparctl/archive/helper/judge.h"
#include "wparctl/archive/helper/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int begin_root(struct extract *a)
{
	int r = wpar_extract_expect(a, a->declared_kib);

	if (r < 0)
		return r;
	if (mkdirat(a->top, "root", 0755) < 0)
		return wpar_extract_fail(a, errno, "could not make a folder: %s", strerror(errno));
	a->root = openat(a->top, "root", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return a->root < 0 ? wpar_extract_fail(a, errno, "could not open a folder") : 0;
}

static int take_member(void *user, struct archive *ar, struct archive_entry *e, const char *name)
{
	struct extract *a = user;
	int r;

	/* The backup of a versioned WPAR is an image, too. */
	if (a->entries == 1 && wpar_backup_is_first(name))
		a->backup = wpar_backup_begin(a, false);
	if (a->backup)
		return wpar_backup_member(a->backup, ar, e, name);
	if (wpar_walk_is_description(a, name))
		return 0;
	r = wpar_judge_member(a, e, name);
	return r < 0 ? r : wpar_extract_make(a, ar, e, name);
}

static int take_gone(void *user, const char *name, bool inner)
{
	return wpar_tree_gone(user, name, inner);
}

int wpar_extract_run(struct extract *a)
{
	const struct walk w = { .member = take_member, .gone = take_gone, .user = a };
	int r = begin_root(a);

	if (r < 0)
		return r;
	r = wpar_walk(a, &w);
	if (r < 0)
		return r;
	r = a->backup ? wpar_backup_end(a->backup) : 0;
	if (r < 0)
		return r;
	r = wpar_extract_finish(a);
	if (r < 0)
		return r;
	if (syncfs(a->top) < 0)
		return wpar_extract_fail(a, errno, "could not write it to the disk: %s",
					 strerror(errno));
	return 0;
}
