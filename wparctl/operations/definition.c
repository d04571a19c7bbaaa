/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a definition: see definition.h. */
#include "wparctl/operations/definition.h"
#include "wparctl/spec/error_buffer.h"

#include "lpard/common/fs.h"
#include "wparctl/filesystem/directory.h"
#include "wparctl/filesystem/fstab.h"
#include "wparctl/filesystem/namefs.h"
#include "wparctl/filesystem/native_stage.h"
#include "wparctl/filesystem/nfs_fill.h"
#include "wparctl/filesystem/rootfs.h"
#include "wparctl/filesystem/sizes.h"
#include "wparctl/filesystem/snapshot.h"
#include "wparctl/filesystem/volume.h"
#include "wparctl/operations/change_spec.h"
#include "wparctl/operations/machine.h"
#include "wparctl/operations/new_addresses.h"
#include "wparctl/resources/cgroup.h"
#include "wparctl/resources/inner_limits.h"
#include "wparctl/resources/limits.h"
#include "wparctl/runtime/life/move_record.h"
#include "wparctl/spec/claims.h"
#include "wparctl/spec/clash.h"
#include "wparctl/versioned/keeps.h"
#include "wparctl/versioned/versioned.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>

/* Names, ids and keys are given out to one command at a time. */
static int lock_registry(int *ret, struct par_error **err)
{
	autofree char *folder = wpar_path(WPAR_RUN_DIR);
	autofree char *path = wpar_path(WPAR_RUN_DIR "/.registry");
	const int flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
	autofd int fd = -1;
	int r;

	if (!folder || !path)
		return par_oom(err);
	fd = open(path, flags, 0600);
	if (fd < 0 && errno == ENOENT) {
		r = par_fs_mkdirs(folder, 0755);
		if (r < 0)
			return par_fail(err, PAR_E_SYSTEM, -r, "could not create '%s'", folder);
		fd = open(path, flags, 0600);
	}
	if (fd < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not open '%s'", path);
	while (flock(fd, LOCK_EX) < 0) {
		if (errno != EINTR)
			return par_fail(err, PAR_E_SYSTEM, errno, "could not lock '%s'", path);
	}
	*ret = take_fd(&fd);
	return 0;
}

/* The specification that names an image gives way to @s, which does not (@stays), or goes. */
static int replace_spec(const struct wpar_spec *s, bool stays, struct par_error **err)
{
	return stays ? wpar_spec_save(s, err) : wpar_spec_remove(s->name, err);
}

/*
 * The image goes with the last specification that names it.  One command at a time finds out, or
 * of two removals each would leave it to the other.
 */
static int remove_image_and_spec(const struct wpar_spec *s, const char *digest, bool stays,
				 struct par_error **err)
{
	par_cleanup(wpar_image_discard) struct wpar_image_gone gone = { .fd = -1, .store = -1 };
	autofd int registry = -1;
	int r = lock_registry(&registry, err);

	if (r < 0)
		return r;
	r = wpar_image_detach(digest, s->name, &gone, err);
	if (r < 0)
		return r;
	if (r == 0)
		return replace_spec(s, stays, err);
	close(take_fd(&registry));
	wpar_test_stop_at("detached");
	r = wpar_image_remove(&gone, err);
	return r < 0 ? r : replace_spec(s, stays, err);
}

int wpar_definition_drop_image(const struct wpar_spec *s, const char *digest,
			       struct par_error **err)
{
	return remove_image_and_spec(s, digest, true, err);
}

int wpar_definition_remove_image(const char *digest, struct par_error **err)
{
	par_cleanup(wpar_image_discard) struct wpar_image_gone gone = { .fd = -1, .store = -1 };
	autofd int registry = -1;
	int r = lock_registry(&registry, err);

	if (r < 0)
		return r;
	r = wpar_image_detach(digest, NULL, &gone, err);
	if (r <= 0)
		return r;
	close(take_fd(&registry));
	r = wpar_image_remove(&gone, err);
	return r < 0 ? r : 1;
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

/* The lock's file is the last: where it is, the others may be. */
static void forget_rest(const char *name)
{
	wpar_fstab_update(name, NULL, NULL); /* a line that stays names what is no more */
	clear_unfinished(name);
	wpar_console_log_remove(name);
	wpar_error_buffer_remove(name);
	wpar_pending_end(name);
	wpar_lock_forget(name);
}

/* A removal takes all of that away before the specification. */
static bool has_anything(const char *name)
{
	autofree char *run = wpar_path(WPAR_RUN_DIR "/%s", name);

	/* One that runs has that folder. */
	return !run || access(run, F_OK) == 0 || wpar_rootfs_complete(name) != 0;
}

void wpar_definition_sweep(const char *name)
{
	autofree char *path = wpar_path(WPAR_RUN_DIR "/%s.lock", name);
	auto_error why = NULL;
	autofd int lock = -1;
	auto_spec s = { 0 };

	if (wpar_name_check(name, NULL) < 0 || !path || access(path, F_OK) < 0 ||
	    wpar_lock(name, &lock, NULL) < 0)
		return;
	/* An administrator may have taken the file away for a moment. */
	if (wpar_spec_load(name, &s, &why) < 0 && why && why->id == PAR_E_NOT_FOUND &&
	    !has_anything(name))
		forget_rest(name);
}

/* Of a savewpar that was killed. */
static int clear_snapshot(const struct wpar_spec *s, struct par_error **err)
{
	autofree char *base = s->type == WPAR_SYSTEM ? wpar_path("%s", s->directory) : NULL;
	int r = base ? wpar_snapshot_clear(base) : 0;

	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r, "the snapshot of '%s' cannot be removed",
				s->name)
		     : 0;
}

/* The image of one that became native, and was killed before it let it go (migwpar -C). */
static int release_image(const char *digest, struct par_error **err)
{
	int r = digest ? wpar_definition_remove_image(digest, err) : 0;

	return r < 0 ? r : 0;
}

static int definition_remove(const struct wpar_spec *s, bool keep, struct par_error **err)
{
	autofree char *digest = !s->version.image_digest && wpar_rootfs_is_migrating(s->name)
					? wpar_native_stage_image(s)
					: NULL;
	int r = wpar_clear(s->name, err);

	if (r < 0)
		return r;
	r = clear_snapshot(s, err);
	if (r < 0)
		return r;
	wpar_volumes_hide(s);
	if (!keep && s->type == WPAR_SYSTEM) {
		r = wpar_rootfs_remove(s, err);
		if (r < 0)
			return r;
	}
	wpar_test_stop_at("files removed");
	r = wpar_sizes_release(s, keep, err);
	if (r < 0)
		return r;
	wpar_id_range_release(s);
	wpar_owner_forget(s);
	r = s->version.image_digest && !keep
		    ? remove_image_and_spec(s, s->version.image_digest, false, err)
		    : wpar_spec_remove(s->name, err);
	if (r < 0)
		return r;
	r = release_image(digest, err);
	if (r < 0)
		return r;
	if (s->version.image_digest)
		wpar_images_clear();
	wpar_test_stop_at("specification removed");
	forget_rest(s->name);
	return 0;
}

int wpar_definition_remove(const struct wpar_spec *s, bool keep, struct par_error **err)
{
	auto_error why = NULL;
	int r = definition_remove(s, keep, &why);

	wpar_event_log(s->name, "remove", why);
	if (r < 0)
		par_error_move(err, &why);
	return r;
}

#define MOST_TRIES 1000

static int fail_exists(const char *name, struct par_error **err)
{
	return par_fail(err, PAR_E_EXISTS, 0, "A workload partition called %s already exists.",
			name);
}

/* Has it a specification, whether that can be read or not? */
static bool is_taken(const char *name)
{
	static const enum wpar_type types[] = { WPAR_SYSTEM, WPAR_APPLICATION };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(types); i++) {
		autofree char *path = wpar_path("%s/%s.cf", wpar_spec_folder(types[i]), name);

		if (path && access(path, F_OK) == 0)
			return true;
	}
	return false;
}

/* What the others have; @self: the name that the WPAR has now, or NULL: it is no other. */
struct others {
	struct wpar_claims claims;
	unsigned int flags; /* WPAR_CLAIMS_… */
	const char *self;
};

static void others_done(struct others *o)
{
	wpar_claims_done(&o->claims);
}

/* The first by name, whatever the order in which they were found. */
static enum wpar_clash find_claimed(const struct wpar_spec *s, const struct others *o,
				    const char *after, const char **ret_name)
{
	enum wpar_clash found = WPAR_CLASH_NONE;

	*ret_name = NULL;
	for (size_t i = 0; i < o->claims.n; i++) {
		const struct wpar_claim *c = &o->claims.v[i];
		enum wpar_clash clash = wpar_clash_with(s, c);

		if (clash == WPAR_CLASH_NONE || par_streq(c->name, o->self) ||
		    (after && strcmp(c->name, after) <= 0) ||
		    (*ret_name && strcmp(c->name, *ret_name) >= 0))
			continue;
		found = clash;
		*ret_name = c->name;
	}
	return found;
}

/*
 * What was read before is no proof: the other's specification is asked, and when that says
 * something else, all specifications are.
 */
static int find_clash(const struct wpar_spec *s, struct others *o, enum wpar_clash *ret,
		      struct wpar_spec *ret_other, struct par_error **err)
{
	const char *name = NULL;
	int r;

	while (find_claimed(s, o, name, &name) != WPAR_CLASH_NONE) {
		wpar_spec_done(ret_other);
		*ret = wpar_spec_load(name, ret_other, NULL) == 0 ? wpar_clash_find(s, ret_other)
								  : WPAR_CLASH_NONE;
		if (*ret != WPAR_CLASH_NONE)
			return 0;
		if (o->flags & WPAR_CLAIMS_ANEW)
			continue; /* it has changed just now */
		o->flags |= WPAR_CLAIMS_ANEW;
		r = wpar_claims_load(o->flags, &o->claims, err);
		if (r < 0)
			return r;
		name = NULL;
	}
	*ret = WPAR_CLASH_NONE;
	return 0;
}

/* Images that were kept, and whose base directory somebody has removed. */
static int has_volumes(const struct wpar_spec *s)
{
	autofree char *base = wpar_path("%s", s->directory);

	return base && wpar_volumes_exist(base);
}

static int fail_in_use(const struct wpar_spec *s, struct par_error **err)
{
	return par_fail(err, PAR_E_EXISTS, 0, "The base directory %s is not empty.", s->directory);
}

/* Something in the base directory of a new WPAR is a clash too. */
static int check_directory(const struct wpar_spec *s, enum wpar_files files, bool resolve,
			   enum wpar_clash *ret, struct par_error **err)
{
	int used;

	if (s->type != WPAR_SYSTEM)
		return 0;
	if (files == WPAR_FILES_KEPT)
		return wpar_directory_expect_kept(s->directory, err);
	used = wpar_directory_in_use(s->directory, err);
	if (used < 0)
		return used;
	if (!used && !has_volumes(s))
		return 0;
	if (!resolve)
		return fail_in_use(s, err);
	*ret = WPAR_CLASH_DIRECTORY;
	return 0;
}

int wpar_definition_check_limits(const struct wpar_spec *s, struct par_error **err)
{
	struct wpar_machine machine;
	int r;

	wpar_machine_get_for(s, &machine);
	r = wpar_limits_check(s, &machine, err);
	return r < 0 ? r : wpar_inner_limits_check(s, err);
}

/* What -R gives is in force from the start, or refused. */
static int check_controllers(const struct wpar_spec *s, struct par_error **err)
{
	static const struct wpar_spec none = { 0 };
	const char *missing = wpar_change_missing(&none, s, wpar_cgroup_has_controller);

	return missing ? wpar_machine_fail_controller(missing, err) : 0;
}

int wpar_definition_allowed(struct wpar_spec *s, struct par_error **err)
{
	int r = wpar_machine_check_devices(NULL, s, err);

	if (r < 0)
		return r;
	r = wpar_spec_check_rules(s, err);
	if (r < 0)
		return r;
	r = wpar_spec_check_supported(s, err);
	if (r < 0)
		return r;
	r = wpar_version_checkpointable(s, err);
	if (r < 0)
		return r;
	r = wpar_network_complete(s, err);
	if (r < 0)
		return r;
	r = wpar_definition_check_limits(s, err);
	if (r < 0)
		return r;
	r = check_controllers(s, err);
	if (r < 0)
		return r;
	r = wpar_machine_check_files(s, err);
	return r < 0 ? r : wpar_machine_check_file_systems(s, err);
}

static int check_loaded(struct wpar_spec *s, struct others *others, enum wpar_files files,
			bool resolve, struct par_error **err)
{
	int r = 0;

	for (unsigned int n = 1; r == 0; n++) {
		enum wpar_clash clash = WPAR_CLASH_NONE;
		auto_spec other = { 0 };

		r = find_clash(s, others, &clash, &other, err);
		if (r < 0)
			return r;
		if (clash == WPAR_CLASH_NONE && files != WPAR_FILES_THERE)
			r = check_directory(s, files, resolve, &clash, err);
		if (r < 0 || clash == WPAR_CLASH_NONE)
			return r;
		if (!other.name && n > MOST_TRIES)
			return fail_in_use(s, err);
		if (!resolve || n > MOST_TRIES)
			return wpar_clash_fail(clash, s, &other, err);
		r = wpar_clash_avoid(clash, s, n, &other, err);
	}
	return r;
}

/* @self: the name that it has now, which is no other WPAR */
static int check_others(struct wpar_spec *s, const char *self, enum wpar_files files, bool resolve,
			unsigned int flags, struct par_error **err)
{
	par_cleanup(others_done) struct others others = { .flags = flags, .self = self };
	int r = wpar_claims_load(flags, &others.claims, err);

	if (r < 0)
		return r;
	r = wpar_namefs_check_others(s, &others.claims, self, err);
	return r < 0 ? r : check_loaded(s, &others, files, resolve, err);
}

int wpar_definition_check(struct wpar_spec *s, enum wpar_files files, bool resolve,
			  struct par_error **err)
{
	return check_others(s, NULL, files, resolve, 0, err);
}

/* Is the new name free?  A killed chwpar -n may have left the same WPAR there already. */
static int check_rename(const struct wpar_spec *old, const struct wpar_spec *new,
			struct par_error **err)
{
	auto_spec there = { 0 };
	int r = wpar_spec_find(new->name, &there, NULL);

	if (r == 0)
		return 0;
	if (r > 0 && there.key == old->key && par_streq(there.uuid, old->uuid))
		return 0;
	return fail_exists(new->name, err);
}

int wpar_definition_change_begin(const struct wpar_spec *old, struct wpar_spec *new, bool resolve,
				 int *ret_registry, struct par_error **err)
{
	enum wpar_files files = WPAR_FILES_THERE;
	autofd int registry = -1;
	int r = lock_registry(&registry, err);

	if (r < 0)
		return r;
	if (strcmp(old->name, new->name) != 0)
		r = check_rename(old, new, err);
	if (r < 0)
		return r;
	/* A killed one may have moved them: then there is nothing in the old place. */
	if (!par_streq(old->directory, new->directory) &&
	    wpar_directory_in_use(old->directory, NULL) != 0)
		files = WPAR_FILES_NEW;
	r = check_others(new, old->name, files, resolve, WPAR_CLAIMS_SAVE, err);
	if (r < 0)
		return r;
	r = wpar_namefs_note(new, false, err);
	if (r < 0)
		return r;
	*ret_registry = take_fd(&registry);
	return 0;
}

int wpar_definition_expect_new(const char *name, struct par_error **err)
{
	auto_spec old = { 0 };
	int r = wpar_spec_find(name, &old, err);

	if (r <= 0)
		return r;
	return old.creating ? 0 : fail_exists(name, err);
}

/* One whose specification cannot be read may have any ids: its files are there, and it may run. */
static int pick_ids(struct wpar_spec *s, struct wpar_claims *others, struct par_error **err)
{
	if (others->unreadable && s->type == WPAR_SYSTEM) {
		int r = -others->unreadable->errnum;

		par_error_wrap(&others->unreadable,
			       "no ids can be given out before it is put right");
		par_error_move(err, &others->unreadable);
		return r;
	}
	return wpar_id_range_pick(s, others, err);
}

int wpar_definition_claim(struct wpar_spec *s, enum wpar_files files, bool resolve,
			  struct par_error **err)
{
	par_cleanup(others_done) struct others others = { .flags = WPAR_CLAIMS_SAVE };
	autofd int registry = -1;
	int r = lock_registry(&registry, err);

	if (r < 0)
		return r;
	if (is_taken(s->name))
		return fail_exists(s->name, err);
	r = wpar_move_admits(s->name, err);
	if (r < 0)
		return r;
	r = wpar_claims_load(others.flags, &others.claims, err);
	if (r < 0)
		return r;
	r = check_loaded(s, &others, files, resolve, err);
	if (r < 0)
		return r;
	r = wpar_namefs_check_others(s, &others.claims, NULL, err);
	if (r < 0)
		return r;
	r = wpar_namefs_note(s, true, err);
	if (r < 0)
		return r;
	r = pick_ids(s, &others.claims, err);
	if (r < 0)
		return r;
	wpar_spec_number_projects(s, NULL);
	s->creating = s->type == WPAR_SYSTEM;
	s->kept = files == WPAR_FILES_KEPT;
	return wpar_spec_save(s, err);
}

int wpar_definition_redo(const char *name, struct par_error **err)
{
	auto_spec old = { 0 };
	int r = wpar_spec_find(name, &old, err);

	if (r == 0)
		clear_unfinished(name);
	if (r <= 0)
		return r;
	if (!old.creating)
		return fail_exists(name, err);
	r = wpar_nfs_clear(&old, err);
	if (r < 0)
		return r;
	return wpar_definition_remove(&old, old.kept, err);
}
