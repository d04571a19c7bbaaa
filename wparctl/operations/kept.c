/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What rmwpar -p keeps beside the files: see kept.h.  On the LPAR's disk ids are as inside, and
 * what lies there can be seen; on a server files have ids of the WPAR's range, and only the
 * specification says where they are.  It is kept in /var/lib/wpars, where no WPAR writes.
 */
#include "wparctl/operations/kept.h"

#include "lpard/common/cleanup.h"
#include "lpard/common/fs.h"
#include "wparctl/spec/keys.h"

#include <string.h>
#include <unistd.h>

static char *kept_path(const char *name)
{
	return wpar_path(WPAR_STORE_DIR "/kept/%s.cf", name);
}

static bool has_servers(const struct wpar_spec *s)
{
	for (size_t i = 0; i < s->n_mounts; i++) {
		if (wpar_mount_is_nfs(&s->mounts[i]))
			return true;
	}
	return false;
}

int wpar_kept_note(const struct wpar_spec *s, struct par_error **err)
{
	autofree char *folder = wpar_path(WPAR_STORE_DIR "/kept"), *path = kept_path(s->name);
	int r;

	if (!folder || !path)
		return par_oom(err);
	if (!has_servers(s)) {
		wpar_kept_forget(s->name);
		return 0;
	}
	r = par_fs_mkdirs(folder, 0700);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "'%s' cannot be made", folder);
	return wpar_spec_write_file(s, path, err);
}

static int take_mount(struct wpar_spec *s, struct wpar_mount *kept, struct par_error **err)
{
	struct wpar_mount *m = wpar_spec_mount(s, kept->directory);

	/* What -M says of it now is what counts. */
	if (m)
		return 0;
	m = wpar_record_add(s, WPAR_STANZA_MOUNT);
	if (!m)
		return par_oom(err);
	*m = *kept;
	*kept = (struct wpar_mount){ 0 };
	return 0;
}

int wpar_kept_take(struct wpar_spec *s, struct par_error **err)
{
	autofree char *path = kept_path(s->name);
	auto_spec kept = { 0 };
	int r = 0;

	if (!path)
		return par_oom(err);
	if (access(path, F_OK) < 0)
		return 0;
	r = wpar_spec_read_file(path, &kept, err);
	if (r < 0 || !par_streq(kept.directory, s->directory))
		return r;
	for (size_t i = 0; i < kept.n_mounts && r == 0; i++) {
		if (wpar_mount_is_nfs(&kept.mounts[i]))
			r = take_mount(s, &kept.mounts[i], err);
	}
	if (r < 0)
		return r;
	s->key = kept.key;
	s->idbase = kept.idbase;
	s->idrange = kept.idrange;
	return 0;
}

void wpar_kept_forget(const char *name)
{
	autofree char *path = kept_path(name);

	if (path)
		unlink(path);
}
