/* SPDX-License-Identifier: Apache-2.0 */
/* File systems of WPARs by their place in the global environment: see file_systems.h. */
#include "wparctl/operations/file_systems.h"

#include "lpard/common/fs.h"
#include "wparctl/filesystem/fstab.h"
#include "wparctl/filesystem/volume.h"
#include "wparctl/operations/image_volumes.h"
#include "wparctl/operations/machine.h"
#include "wparctl/operations/operation.h"
#include "wparctl/resources/cgroup.h"
#include "wparctl/spec/keys.h"

#include <inttypes.h>
#include <string.h>

void wpar_fs_done(struct wpar_fs *fs)
{
	wpar_spec_done(&fs->old);
	free(fs->path);
	free(fs->directory);
	if (fs->lock > 0)
		close(fs->lock);
	*fs = (struct wpar_fs){ 0 };
}

/* The WPAR whose base directory is above @path, the longest of them; "" : there is none. */
static int find_owner(const char *path, char ret[WPAR_NAME_MAX + 1], struct par_error **err)
{
	auto_strv names = { 0 };
	size_t longest = 0;
	int r = wpar_spec_list(&names, err);

	*ret = '\0';
	for (size_t i = 0; r == 0 && i < names.n; i++) {
		auto_spec s = { 0 };

		if (wpar_spec_load(names.v[i], &s, NULL) < 0 || s.type != WPAR_SYSTEM ||
		    !wpar_path_is_within(path, s.directory) || strcmp(path, s.directory) == 0 ||
		    strlen(s.directory) <= longest)
			continue;
		longest = strlen(s.directory);
		snprintf(ret, WPAR_NAME_MAX + 1, "%s", names.v[i]);
	}
	return r;
}

int wpar_fs_open(const char *path, const char *group, struct wpar_fs *ret, struct par_error **err)
{
	const struct wpar_key *key = wpar_key_find(WPAR_STANZA_MOUNT, "directory");
	autofree char *prefix = wpar_path("%s", "");
	struct wpar_mount probe = { 0 };
	char name[WPAR_NAME_MAX + 1] = "";
	int r;

	/* mount(8) gives the whole path. */
	if (prefix && *prefix && par_starts_with(path, prefix))
		path += strlen(prefix);
	r = wpar_key_set(key, &probe, path, err);
	free(probe.directory);
	if (r < 0)
		return r;
	r = find_owner(path, name, err);
	if (r < 0)
		return r;
	if (!*name)
		return par_fail(err, PAR_E_NOT_FOUND, 0,
				"%s lies in no workload partition; a file system of one lies below "
				"its base directory, such as /wpars/NAME",
				path);
	if (group && strcmp(group, name) != 0)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"-u %s: %s lies in the workload partition %s, which is its mount "
				"group",
				group, path, name);
	r = wpar_operation_open(name, &ret->lock, &ret->old, err);
	if (r < 0)
		return r;
	if (ret->old.creating || !wpar_path_is_within(path, ret->old.directory))
		return par_fail(err, PAR_E_WRONG_STATE, 0,
				"Workload partition %s is in the Broken state; mkwpar or rmwpar "
				"puts that right.",
				name);
	ret->path = strdup(path);
	ret->directory = strdup(path + strlen(ret->old.directory));
	return ret->path && ret->directory ? 0 : par_oom(err);
}

const struct wpar_mount *wpar_fs_mount(const struct wpar_fs *fs, struct par_error **err)
{
	const struct wpar_mount *m = wpar_spec_mount(&fs->old, fs->directory);

	if (m && wpar_mount_is_volume(m))
		return m;
	par_fail(err, PAR_E_NOT_FOUND, 0, WPAR_FS_MSG_NO_RECORD, fs->path);
	return NULL;
}

static int write_change(const struct wpar_spec *new, struct par_error **err)
{
	int r = wpar_fstab_update(new->name, new, err);

	return r < 0 ? r : wpar_spec_update(new, err);
}

/* The specification with what is laid over it, if that may be. */
static int save_change(const struct wpar_spec *old, const struct wpar_spec *new,
		       struct par_error **err)
{
	autofree char *base = wpar_path("%s", old->directory);
	int r = base ? wpar_volumes_begin(base, old, new, err) : par_oom(err);

	if (r < 0)
		return r;
	r = write_change(new, err);
	if (r == 0)
		return 0;
	wpar_fstab_update(old->name, old, NULL);
	wpar_volumes_undo(base, old, new);
	return r;
}

static int check_new(struct wpar_fs *fs, struct wpar_spec *new, struct par_error **err)
{
	int r = wpar_spec_defaults(new, err);

	if (r < 0)
		return r;
	r = wpar_spec_check_rules(new, err);
	if (r < 0)
		return r;
	r = wpar_spec_check_supported(new, err);
	if (r < 0)
		return r;
	r = wpar_volumes_check_change(&fs->old, new, err);
	return r < 0 ? r : wpar_machine_check_files(new, err);
}

/* In one that runs the mount itself says it. */
static int check_place(const struct wpar_spec *new, struct par_error **err)
{
	enum wpar_state st;
	int r = new->version.image_digest ? wpar_operation_state_locked(new, &st, err) : 1;

	if (r != 0)
		return r < 0 ? r : 0;
	return st == WPAR_STATE_DEFINED ? wpar_image_places_check(new, err) : 0;
}

int wpar_fs_create(struct wpar_fs *fs, const char *vfs, const struct wpar_fs_settings *set,
		   uint64_t *ret_mib, struct par_error **err)
{
	autofree char *directory = par_strdup_printf("directory=%s", fs->directory);
	autofree char *type = par_strdup_printf("vfs=%s", vfs);
	autofree char *size = NULL, *options = NULL;
	char *pairs[4] = { directory, type };
	struct wpar_mount *m;
	auto_spec new = { 0 };
	int r;

	if (wpar_spec_mount(&fs->old, fs->directory))
		return par_fail(err, PAR_E_EXISTS, 0, WPAR_FS_MSG_EXISTS, fs->path);
	r = wpar_fs_parse_size(set->size, 0, ret_mib, err);
	if (r < 0)
		return r;
	r = wpar_spec_copy(&fs->old, &new, err);
	if (r < 0)
		return r;
	pairs[2] = size = par_strdup_printf("size=%" PRIu64 "M", *ret_mib);
	pairs[3] = options = par_strdup_printf("mountopts=%s", set->options ? set->options : "rw");
	if (!directory || !type || !size || !options)
		return par_oom(err);
	if (!wpar_record_add_pairs(&new, WPAR_STANZA_MOUNT, pairs, 4, "-a", err))
		return -EINVAL;
	r = check_new(fs, &new, err);
	if (r < 0)
		return r;
	r = check_place(&new, err);
	if (r < 0)
		return r;
	m = wpar_spec_mount(&new, fs->directory);
	r = wpar_volume_mount_point(&new, m, false, err);
	return r < 0 ? r : save_change(&fs->old, &new, err);
}

int wpar_fs_change(struct wpar_fs *fs, const struct wpar_fs_settings *set, uint64_t *ret_mib,
		   struct par_error **err)
{
	const struct wpar_mount *before = wpar_fs_mount(fs, err);
	struct wpar_mount *m;
	auto_spec new = { 0 };
	int r;

	if (!before)
		return -ENOENT;
	*ret_mib = before->size_mib;
	r = set->size ? wpar_fs_parse_size(set->size, before->size_mib, ret_mib, err) : 0;
	if (r < 0)
		return r;
	r = wpar_spec_copy(&fs->old, &new, err);
	if (r < 0)
		return r;
	m = wpar_spec_mount(&new, fs->directory);
	m->size_mib = *ret_mib;
	if (set->options)
		r = wpar_key_set(wpar_key_find(WPAR_STANZA_MOUNT, "mountopts"), m, set->options,
				 err);
	if (r < 0)
		return r;
	r = check_new(fs, &new, err);
	return r < 0 ? r : save_change(&fs->old, &new, err);
}

/* The specification with the file system at @directory instead. */
static int spec_with_moved(const struct wpar_fs *fs, const char *directory, struct wpar_spec *ret,
			   struct par_error **err)
{
	struct wpar_mount *m;
	int r = wpar_spec_copy(&fs->old, ret, err);

	if (r < 0)
		return r;
	m = wpar_spec_mount(ret, fs->directory);
	r = wpar_key_set(wpar_key_find(WPAR_STANZA_MOUNT, "directory"), m, directory, err);
	if (r < 0)
		return r;
	m->project = 0;
	r = wpar_spec_defaults(ret, err);
	if (r < 0)
		return r;
	r = wpar_spec_check_rules(ret, err);
	return r < 0 ? r : wpar_machine_check_files(ret, err);
}

/* The new place lies in the same WPAR, and nothing has that place. */
static int find_place(const struct wpar_fs *fs, const char *path, const char **ret,
		      struct par_error **err)
{
	autofree char *prefix = wpar_path("%s", "");

	if (prefix && *prefix && par_starts_with(path, prefix))
		path += strlen(prefix);
	if (!wpar_path_is_within(path, fs->old.directory) || strcmp(path, fs->old.directory) == 0)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"-m %s: it must lie below %s, in the same workload partition", path,
				fs->old.directory);
	*ret = path + strlen(fs->old.directory);
	if (wpar_spec_mount(&fs->old, *ret))
		return par_fail(err, PAR_E_EXISTS, 0, WPAR_FS_MSG_EXISTS, path);
	return 0;
}

static int put_moved(const struct wpar_spec *new, const struct wpar_mount *to,
		     struct par_error **err)
{
	int r = wpar_volume_mount_point(new, to, false, err);

	return r < 0 ? r : write_change(new, err);
}

static int save_moved(const struct wpar_fs *fs, const char *directory, const struct wpar_spec *new,
		      struct par_error **err)
{
	const struct wpar_mount *from = wpar_spec_mount(&fs->old, fs->directory);
	const struct wpar_mount *to = wpar_spec_mount(new, directory);
	autofree char *base = wpar_path("%s", fs->old.directory);
	int r = base ? wpar_volume_link(base, from, to) : -ENOMEM;

	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "the image of %s cannot be renamed",
				fs->path);
	wpar_test_stop_at("renamed");
	r = put_moved(new, to, err);
	if (r < 0) {
		wpar_fstab_update(fs->old.name, &fs->old, NULL);
		wpar_volume_unlink(base, to);
		return r;
	}
	wpar_test_stop_at("moved");
	r = wpar_volume_unlink(base, from);
	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r, "the image of %s keeps its old name, too",
				fs->path)
		     : 0;
}

int wpar_fs_move(struct wpar_fs *fs, const char *path, struct par_error **err)
{
	const struct wpar_mount *m = wpar_fs_mount(fs, err);
	const char *directory = NULL;
	auto_spec new = { 0 };
	auto_error why = NULL;
	enum wpar_state st;
	int r = m ? find_place(fs, path, &directory, err) : -ENOENT;

	if (r < 0)
		return r;
	r = wpar_operation_state_locked(&fs->old, &st, err);
	if (r < 0)
		return r;
	if (st != WPAR_STATE_DEFINED)
		return wpar_fail_state(&fs->old, st, "it must be stopped", err);
	r = spec_with_moved(fs, directory, &new, err);
	if (r < 0)
		return r;
	if (wpar_volume_hide(&fs->old, m, &why) < 0)
		return par_fail(err, PAR_E_BUSY, 0, WPAR_FS_MSG_MOUNTED, fs->path);
	return save_moved(fs, directory, &new, err);
}

/* As the processes in the WPAR see it. */
static bool is_mounted_inside(const struct wpar_fs *fs)
{
	autofd int cgroup = wpar_cgroup_open(fs->old.name, false, NULL);
	pid_t init = cgroup < 0 ? 0 : wpar_cgroup_init(cgroup);
	autofree char *point = par_strdup_printf(" %s ", fs->directory);
	char path[64];
	auto_buf b = { 0 };

	snprintf(path, sizeof(path), "/proc/%d/mountinfo", (int)init);
	return init > 0 && point && par_fs_read(path, 16 << 20, &b) == 0 && b.data &&
	       strstr(b.data, point);
}

static int spec_without(const struct wpar_fs *fs, struct wpar_spec *ret, struct par_error **err)
{
	int r = wpar_spec_copy(&fs->old, ret, err);

	for (size_t i = 0; r == 0 && i < ret->n_mounts; i++) {
		if (strcmp(ret->mounts[i].directory, fs->directory) == 0) {
			wpar_record_remove(ret, WPAR_STANZA_MOUNT, i);
			break;
		}
	}
	return r < 0 ? r : wpar_spec_defaults(ret, err);
}

static int mount_inside(struct wpar_fs *fs, struct par_error **err)
{
	auto_spec without = { 0 };
	int r = spec_without(fs, &without, err);

	return r < 0 ? r : wpar_change_live(&without, &fs->old, false, NULL, err);
}

/* Nothing lies below its base directory at that place: it is mounted inside only. */
static int mount_versioned(struct wpar_fs *fs, enum wpar_state st, struct par_error **err)
{
	if (st == WPAR_STATE_DEFINED)
		return par_fail(err, PAR_E_WRONG_STATE, 0,
				"%s is mounted by the start of %s, a versioned workload partition, "
				"and inside only",
				fs->path, fs->old.name);
	return is_mounted_inside(fs) ? 0 : mount_inside(fs, err);
}

int wpar_fs_mount_now(struct wpar_fs *fs, struct par_error **err)
{
	const struct wpar_mount *m = wpar_fs_mount(fs, err);
	auto_error why = NULL;
	enum wpar_state st;
	bool outside;
	int r;

	if (!m)
		return -ENOENT;
	r = wpar_operation_state_locked(&fs->old, &st, err);
	if (r < 0)
		return r;
	if (fs->old.version.image_digest)
		return mount_versioned(fs, st, err);
	r = wpar_volume_mount_point(&fs->old, m, false, err);
	if (r < 0)
		return r;
	r = wpar_volume_show(&fs->old, m, &why);
	outside = r == 0;
	if (r < 0 && (!why || why->id != PAR_E_EXISTS || st == WPAR_STATE_DEFINED ||
		      is_mounted_inside(fs))) {
		par_error_move(err, &why);
		return r;
	}
	if (st == WPAR_STATE_DEFINED || is_mounted_inside(fs))
		return 0;
	r = mount_inside(fs, err);
	if (r < 0 && outside)
		wpar_volume_hide(&fs->old, m, NULL);
	return r;
}

/* Outside first: what is in use there is found out before anything changes inside. */
static int unmount_both(struct wpar_fs *fs, const struct wpar_mount *m,
			const struct wpar_spec *without, struct par_error **err)
{
	enum wpar_state st;
	int r = wpar_operation_state_locked(&fs->old, &st, err);

	if (r < 0)
		return r;
	r = wpar_volume_hide(&fs->old, m, err);
	if (r < 0 || st == WPAR_STATE_DEFINED || !is_mounted_inside(fs))
		return r;
	r = wpar_change_live(&fs->old, without, false, NULL, err);
	if (r < 0 && !fs->old.version.image_digest)
		wpar_volume_show(&fs->old, m, NULL);
	return r;
}

static int unmount_all(struct wpar_fs *fs, const struct wpar_mount *m,
		       const struct wpar_spec *without, struct par_error **err)
{
	auto_error why = NULL;
	int r = unmount_both(fs, m, without, &why);

	if (r == 0)
		return 0;
	if (why && why->id == PAR_E_BUSY)
		return par_fail(err, PAR_E_BUSY, 0, WPAR_FS_MSG_MOUNTED, fs->path);
	par_error_move(err, &why);
	return r;
}

int wpar_fs_remove(struct wpar_fs *fs, bool mount_point, struct par_error **err)
{
	const struct wpar_mount *m = wpar_fs_mount(fs, err);
	autofree char *base = wpar_path("%s", fs->old.directory);
	auto_spec without = { 0 };
	int r;

	if (!m || !base)
		return m ? par_oom(err) : -ENOENT;
	r = spec_without(fs, &without, err);
	if (r < 0)
		return r;
	r = unmount_all(fs, m, &without, err);
	if (r < 0)
		return r;
	r = wpar_spec_update(&without, err);
	if (r < 0)
		return r;
	/* Killed from here on, it leaves an image that the next crfs or rmwpar takes away. */
	wpar_test_stop_at("forgotten");
	r = wpar_volume_remove(base, m);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "the image of %s cannot be removed",
				fs->path);
	if (mount_point)
		wpar_volume_mount_point(&fs->old, m, true, NULL);
	return wpar_fstab_update(without.name, &without, err);
}
