/* SPDX-License-Identifier: Apache-2.0 */
/* The file of subsystems on the disk: see objrepos.h. */
#include "wparctl/srcmstr/objrepos.h"

#include "lpard/common/fs.h"
#include "wparctl/srcmstr/subsystem_file.h"

#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

int wpar_objrepos_load(struct wpar_subsystems *ret, struct par_error **err)
{
	autofd int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	auto_buf text = { 0 };
	/* Whatever the WPAR's root has put there: a fifo must not hold up the command of -@. */
	int r = par_fs_read_in(root, WPAR_OBJREPOS_FILE, WPAR_STANZAS_BYTES, &text);

	*ret = (struct wpar_subsystems){ 0 };
	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "'%s' cannot be read", WPAR_OBJREPOS_FILE);
	r = wpar_stanzas_parse(text.data ? text.data : "", text.len, ret, err);
	if (r < 0)
		par_error_wrap(err, "%s", WPAR_OBJREPOS_FILE);
	return r;
}

bool wpar_objrepos_is_empty(void)
{
	struct stat st;

	return stat(WPAR_OBJREPOS_FILE, &st) < 0 || st.st_size == 0;
}

static int objrepos_save(const struct wpar_subsystems *l, struct par_error **err)
{
	auto_buf text = { 0 };
	int r = wpar_stanzas_write(l, &text);

	if (r < 0)
		return par_oom(err);
	if (text.len > WPAR_STANZAS_BYTES || l->n > WPAR_SUBSYSTEMS_MAX)
		return par_fail(err, PAR_E_TOO_LARGE, 0, "there are too many subsystems");
	r = par_fs_replace(AT_FDCWD, WPAR_OBJREPOS_FILE, text.data ? text.data : "", text.len,
			   0644);
	return r < 0 ? par_fail(err, r == -ENOSPC ? PAR_E_NO_SPACE : PAR_E_SYSTEM, r,
				"'%s' cannot be written", WPAR_OBJREPOS_FILE)
		     : 0;
}

int wpar_objrepos_change(int (*change)(struct wpar_subsystems *l, void *user,
				       struct par_error **err),
			 void *user, struct par_error **err)
{
	auto_subsystems list = { 0 };
	autofd int lock = -1;
	int r = par_fs_mkdirs(WPAR_OBJREPOS, 0755);

	if (r == 0)
		lock = open(WPAR_OBJREPOS "/.lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
			    0600);
	if (r < 0 || lock < 0 || flock(lock, LOCK_EX) < 0)
		return par_fail(err, PAR_E_SYSTEM, r < 0 ? r : errno, "'%s' cannot be locked",
				WPAR_OBJREPOS);
	/* What a killed change has left. */
	par_fs_replace_clear(AT_FDCWD, WPAR_OBJREPOS_FILE);
	r = wpar_objrepos_load(&list, err);
	if (r < 0)
		return r;
	r = change(&list, user, err);
	return r < 0 ? r : objrepos_save(&list, err);
}
