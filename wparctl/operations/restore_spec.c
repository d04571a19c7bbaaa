/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The specification of a WPAR that is restored: the backup's, or a file's, with what the flags say
 * on top; and whether it is fit for this system, and allowed on it.  See restore.h.
 */
#include "wparctl/operations/restore.h"

#include "lpard/common/fs.h"
#include "wparctl/backup/fit.h"
#include "wparctl/backup/trust.h"
#include "wparctl/operations/definition.h"
#include "wparctl/operations/device_exports.h"

#include <string.h>

#define MOST_NAMES 1000

static int read_data(const struct wpar_restore *rs, const struct wpar_backup_head *head,
		     struct wpar_image_data *ret, struct par_error **err)
{
	const struct par_buf *from = &head->data;
	auto_buf file = { 0 };
	int r;

	if (rs->data_file) {
		r = par_fs_read(rs->data_file, WPAR_IMAGE_DATA_MAX, &file);
		if (r < 0)
			return par_fail(err, r == -ENOENT ? PAR_E_NOT_FOUND : PAR_E_SYSTEM, r,
					"-i %s cannot be read", rs->data_file);
		from = &file;
	}
	r = wpar_image_data_parse(from->data ? from->data : "", from->len, ret, err);
	if (r < 0) {
		par_error_wrap(err, "The backup %s cannot be used", rs->backup);
		return r;
	}
	if (ret->wpar.type && strchr("SL", *ret->wpar.type))
		return 0;
	return par_fail(err, PAR_E_CORRUPT, 0,
			"The backup %s cannot be used: its image.data does not say what kind of "
			"workload partition it is of.",
			rs->backup);
}

static int parse_spec(const struct wpar_restore *rs, const struct wpar_backup_head *head,
		      struct wpar_spec *ret, struct par_error **err)
{
	int r;

	if (rs->spec_file)
		return wpar_spec_read_file(rs->spec_file, ret, err);
	r = wpar_spec_parse(head->spec.data ? head->spec.data : "", head->spec.len, ret, err);
	if (r < 0)
		par_error_wrap(err, "The backup %s cannot be used: its wpar.spec", rs->backup);
	return r;
}

/*
 * dev01, dev01_1, … : the first that no WPAR has, and that no command is at; what a killed restwpar
 * has left is none.
 */
static int find_name(const char *name, char **ret, struct par_error **err)
{
	autofree char *found = strdup(name);

	for (unsigned int n = 1; found && n < MOST_NAMES; n++) {
		auto_error why = NULL;
		char end[12];
		int most;

		if (wpar_definition_expect_new(found, &why) == 0 && !wpar_lock_busy(found)) {
			*ret = take_ptr(found);
			return 0;
		}
		if (why && why->id != PAR_E_EXISTS) {
			par_error_move(err, &why);
			return -EIO;
		}
		most = WPAR_NAME_MAX - snprintf(end, sizeof(end), "_%u", n);
		free(found);
		found = par_strdup_printf("%.*s%s", most, name, end);
	}
	return found ? par_fail(err, PAR_E_EXISTS, 0, "there is no free name like %s", name)
		     : par_oom(err);
}

static int put(char **field, const char *value, struct par_error **err)
{
	char *copy = strdup(value);

	if (!copy)
		return par_oom(err);
	free(*field);
	*field = copy;
	return 0;
}

/* What follows from the name that it had gives way; the UUID does, too, unless it is to be kept. */
static int rename_to(const struct wpar_restore *rs, const char *name, struct wpar_spec *s,
		     struct par_error **err)
{
	autofree char *uuid = rs->keep_uuid ? take_ptr(s->uuid) : NULL;

	wpar_settings_rename(s, name);
	if (uuid)
		s->uuid = take_ptr(uuid);
	return put(&s->name, name, err);
}

static int give_name(const struct wpar_restore *rs, const char *was, struct wpar_spec *s,
		     struct par_error **err)
{
	const char *name = rs->name ? rs->name : s->name ? s->name : was;
	autofree char *found = NULL;
	int r;

	if (!name)
		return par_fail(err, PAR_E_USAGE, 0, "the backup has no name: give one, -n NAME");
	r = wpar_name_check(name, err);
	if (r < 0)
		return r;
	r = rs->resolve ? find_name(name, &found, err) : 0;
	if (r < 0)
		return r;
	if (found)
		name = found;
	if (!s->name && was)
		r = put(&s->name, was, err);
	return r < 0 ? r : rename_to(rs, name, s, err);
}

static int apply_names(const struct wpar_restore *rs, struct wpar_spec *s, struct par_error **err)
{
	int r = wpar_settings_set(s, "hostname", rs->hostname, err);

	if (r < 0)
		return r;
	/* As on AIX, by the flag alone. */
	s->autostart = rs->autostart;
	return wpar_settings_set(s, "directory", rs->directory, err);
}

/* What is asked for must be possible with what the backup is of. */
static int check_flags(const struct wpar_restore *rs, const struct wpar_image_data *d,
		       const struct wpar_spec *s, struct par_error **err)
{
	if (rs->resolver && *d->wpar.type == 'L')
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
				"-r: the files of a versioned workload partition are its image's");
	if (rs->keep_uuid && !s->uuid)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"-U: the specification has no UUID that could be kept; restore it "
				"without");
	return 0;
}

/* Programs of the WPAR's own, and those of the /usr that it has from its system. */
static int check_fit(const struct wpar_restore *rs, const struct wpar_image_data *d,
		     const struct wpar_spec *s, struct par_error **err)
{
	autofree char *why = NULL;

	if (rs->incompatible || *d->wpar.type == 'L' || wpar_backup_fits(d, s->private_usr, &why))
		return 0;
	return why ? par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
			      "The backup %s does not fit this system: %s; -C restores it "
			      "nevertheless.",
			      rs->backup, why)
		   : par_oom(err);
}

/* Where one that may sign has done it, or the administrator has given the words, it is granted. */
static int check_trust(const struct wpar_restore *rs, const struct wpar_image_data *d,
		       const struct wpar_spec *s, struct par_error **err)
{
	auto_spec plain = { 0 };
	int r;

	if (rs->trust || rs->spec_file || rs->allowed_signers)
		return 0;
	plain.private_usr = s->private_usr;
	r = put(&plain.name, s->name, err);
	if (r < 0)
		return r;
	r = rs->directory ? put(&plain.directory, rs->directory, err) : 0;
	if (r < 0)
		return r;
	if (*d->wpar.type == 'S')
		r = wpar_spec_fill_mounts(&plain, err);
	if (r < 0)
		return r;
	r = wpar_devices_export(rs->devexports, &plain, err);
	return r < 0 ? r : wpar_trust_check(s, &plain, rs->backup, err);
}

/* What the machine of before has given out, and what the image says anew. */
static void forget(const struct wpar_restore *rs, struct wpar_spec *s)
{
	wpar_settings_forget_image(s);
	wpar_settings_forget_numbers(s);
	if (!rs->keep_uuid) {
		free(s->uuid);
		s->uuid = NULL;
	}
	for (size_t i = 0; i < s->n_mounts; i++) {
		free(s->mounts[i].object);
		s->mounts[i].object = NULL;
	}
}

int wpar_restore_spec(const struct wpar_restore *rs, const struct wpar_backup_head *head,
		      struct wpar_image_data *ret_data, struct wpar_spec *ret, bool *ret_other,
		      struct par_error **err)
{
	autofree char *was = NULL, *host = NULL;
	int r = read_data(rs, head, ret_data, err);

	if (r < 0)
		return r;
	r = parse_spec(rs, head, ret, err);
	if (r < 0)
		return r;
	if (ret->type != WPAR_SYSTEM)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"application workload partitions are made by wparexec");
	forget(rs, ret);
	r = check_flags(rs, ret_data, ret, err);
	if (r < 0)
		return r;
	was = ret->name ? strdup(ret->name) : NULL;
	host = ret->hostname ? strdup(ret->hostname) : NULL;
	r = give_name(rs, ret_data->wpar.name, ret, err);
	if (r < 0)
		return r;
	r = apply_names(rs, ret, err);
	if (r < 0)
		return r;
	/* Before mkwpar's flags: these are the administrator's own words. */
	r = check_trust(rs, ret_data, ret, err);
	if (r < 0)
		return r;
	r = rs->flags ? wpar_settings_change(rs->flags, ret, err) : 0;
	if (r < 0)
		return r;
	*ret_other = (was && strcmp(was, ret->name) != 0) ||
		     (host && ret->hostname && strcmp(host, ret->hostname) != 0);
	return check_fit(rs, ret_data, ret, err);
}
