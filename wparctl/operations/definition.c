/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a definition: see definition.h. */
#include "wparctl/operations/definition.h"

#include "lpard/common/fs.h"
#include "wparctl/filesystem/rootfs.h"
#include "wparctl/versioned/versioned.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>

/* Names, ids and keys are given out to one command at a time. */
static int lock_registry(int *ret, struct par_error **err)
{
	autofree char *folder = wpar_path(WPAR_RUN_DIR);
	autofree char *path = wpar_path(WPAR_RUN_DIR "/.registry");
	autofd int fd = -1;
	int r;

	if (!folder || !path)
		return par_oom(err);
	r = par_fs_mkdirs(folder, 0755);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, -r, "could not create '%s'", folder);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not open '%s'", path);
	while (flock(fd, LOCK_EX) < 0) {
		if (errno != EINTR)
			return par_fail(err, PAR_E_SYSTEM, errno, "could not lock '%s'", path);
	}
	*ret = take_fd(&fd);
	return 0;
}

/*
 * The image goes with the last specification that names it.  One command at a time finds out, or
 * of two removals each would leave it to the other.
 */
static int remove_image_and_spec(const struct wpar_spec *s, struct par_error **err)
{
	par_cleanup(wpar_image_discard) struct wpar_image_gone gone = { .fd = -1, .store = -1 };
	autofd int registry = -1;
	int r = lock_registry(&registry, err);

	if (r < 0)
		return r;
	r = wpar_image_detach(s->version.image_digest, s->name, &gone, err);
	if (r < 0)
		return r;
	if (r == 0)
		return wpar_spec_remove(s->name, err);
	close(take_fd(&registry));
	wpar_test_stop_at("detached");
	r = wpar_image_remove(&gone, err);
	return r < 0 ? r : wpar_spec_remove(s->name, err);
}

/* What killed writers of these files have left; the lock keeps living ones away. */
static void clear_unfinished(const char *name)
{
	static const char *const files[][2] = { { WPAR_CONFIG_DIR, ".cf" },
						{ WPAR_RUN_DIR, ".cf" },
						{ WPAR_STORE_DIR "/roots", "" } };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(files); i++) {
		autofree char *path = wpar_path("%s/%s%s", files[i][0], name, files[i][1]);

		if (path)
			par_fs_replace_clear(AT_FDCWD, path);
	}
}

int wpar_definition_remove(const struct wpar_spec *s, bool keep, struct par_error **err)
{
	int r = wpar_clear(s->name, err);

	if (r < 0)
		return r;
	if (!keep && s->type == WPAR_SYSTEM) {
		r = wpar_rootfs_remove(s, err);
		if (r < 0)
			return r;
	}
	wpar_test_stop_at("files removed");
	wpar_id_range_release(s);
	r = s->version.image_digest && !keep ? remove_image_and_spec(s, err)
					     : wpar_spec_remove(s->name, err);
	if (r < 0)
		return r;
	clear_unfinished(s->name);
	wpar_restart_end(s->name);
	wpar_lock_forget(s->name);
	return 0;
}

/* Another WPAR must not have the base directory or lie above or below it. */
static int check_clash(const struct wpar_spec *s, const char *other, struct par_error **err)
{
	auto_spec o = { 0 };
	size_t a, b;

	if (strcmp(other, s->name) == 0 || wpar_spec_load(other, &o, NULL) < 0 ||
	    o.type != WPAR_SYSTEM || !o.directory || s->type != WPAR_SYSTEM)
		return 0;
	a = strlen(s->directory);
	b = strlen(o.directory);
	if (strncmp(s->directory, o.directory, a < b ? a : b) == 0 &&
	    (a == b || (a < b ? o.directory[a] : s->directory[b]) == '/'))
		return par_fail(err, PAR_E_EXISTS, 0,
				"The base directory %s clashes with that of workload partition %s.",
				s->directory, other);
	return 0;
}

static int fail_exists(const char *name, struct par_error **err)
{
	return par_fail(err, PAR_E_EXISTS, 0, "A workload partition called %s already exists.",
			name);
}

int wpar_definition_claim(struct wpar_spec *s, struct par_error **err)
{
	autofd int registry = -1;
	auto_strv names = { 0 };
	int r = lock_registry(&registry, err);

	if (r < 0)
		return r;
	r = wpar_spec_list(&names, err);
	if (r < 0)
		return r;
	if (par_strv_find(&names, s->name) >= 0)
		return fail_exists(s->name, err);
	for (size_t i = 0; i < names.n; i++) {
		r = check_clash(s, names.v[i], err);
		if (r < 0)
			return r;
	}
	r = wpar_id_range_pick(s, err);
	if (r < 0)
		return r;
	s->creating = s->type == WPAR_SYSTEM;
	return wpar_spec_save(s, err);
}

int wpar_definition_redo(const char *name, struct par_error **err)
{
	auto_spec old = { 0 };
	auto_error why = NULL;
	int r = wpar_spec_load(name, &old, &why);

	if (r < 0 && why && why->id == PAR_E_NOT_FOUND) {
		clear_unfinished(name);
		return 0;
	}
	if (r < 0) {
		par_error_move(err, &why);
		return r;
	}
	if (!old.creating)
		return fail_exists(name, err);
	return wpar_definition_remove(&old, false, err);
}

int wpar_definition_hold(const char *name, int *ret_hold)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	autofree char *path = wpar_path(WPAR_RUN_DIR "/%s.cf", name);
	autofd int fd = path ? open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW) : -1;

	/* This process's alone: what it has started and is just dying does not hold it. */
	if (fd < 0 || fcntl(fd, F_SETLK, &whole) < 0)
		return -errno;
	*ret_hold = take_fd(&fd);
	return 0;
}

int wpar_definition_redo_application(const char *name, struct par_error **err)
{
	const struct wpar_stop_opts stop = { .hard = true, .force = true, .timeout_s = 10 };
	auto_spec old = { 0 };
	enum wpar_state st;
	autofd int hold = -1;
	int r;

	if (wpar_spec_load(name, &old, NULL) < 0 || old.type != WPAR_APPLICATION ||
	    wpar_definition_hold(name, &hold) < 0)
		return 0; /* wpar_definition_claim() says what there is to say */
	r = wpar_state_probe(&old, &st, err);
	if (r < 0)
		return r;
	if (st != WPAR_STATE_DEFINED) {
		r = wpar_stop(&old, &stop, NULL, err);
		if (r < 0)
			return r;
	}
	return wpar_spec_remove(name, err);
}

bool wpar_definition_forget_orphan(const struct wpar_spec *s)
{
	const struct wpar_stop_opts stop = { .hard = true, .force = true, .timeout_s = 10 };
	autofd int lock = -1, hold = -1;
	enum wpar_state st;

	if (s->type != WPAR_APPLICATION || geteuid() != 0 || wpar_lock(s->name, &lock, NULL) < 0)
		return false;
	if (wpar_definition_hold(s->name, &hold) < 0 || wpar_state_probe(s, &st, NULL) < 0 ||
	    st != WPAR_STATE_DEFINED)
		return false;
	return wpar_stop(s, &stop, NULL, NULL) == 0 && wpar_definition_remove(s, false, NULL) == 0;
}
