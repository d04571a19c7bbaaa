/* SPDX-License-Identifier: Apache-2.0 */
/* What migwpar does with one WPAR: see migrate.h. */
#include "wparctl/operations/migrate.h"

#include "wparctl/filesystem/origin.h"
#include "wparctl/filesystem/rootfs.h"
#include "wparctl/operations/operation.h"

#include <string.h>

static int find_level(struct wpar_migration *m, struct par_error **err)
{
	if (wpar_level_here(m->level) && wpar_level_compare(m->level, m->level) == WPAR_LEVEL_SAME)
		return 0;
	return par_fail(err, PAR_E_NOT_FOUND, 0,
			"the level of the global environment is not known; see oslevel");
}

int wpar_migration_init(struct wpar_migration *m, struct par_error **err)
{
	for (size_t i = 0; i < PAR_ARRAY_SIZE(m->sync); i++)
		m->sync[i] = (struct wpar_sync){ .migrates = true,
						 .detached = i == 1,
						 .template = WPAR_TEMPLATE_NONE,
						 .top = -1 };
	return m->versioned ? wpar_stored_images_get(false, &m->images, err) : find_level(m, err);
}

void wpar_migration_done(struct wpar_migration *m)
{
	for (size_t i = 0; i < PAR_ARRAY_SIZE(m->sync); i++)
		wpar_sync_done(&m->sync[i]);
	wpar_fit_done(&m->fit.rows);
	wpar_here_done(&m->fit.here);
	wpar_stored_images_done(&m->images);
}

bool wpar_migration_is_for(const struct wpar_migration *m, const struct wpar_spec *s)
{
	return s->type == WPAR_SYSTEM &&
	       (s->version.image_digest != NULL) == (m->versioned || m->to_native);
}

int wpar_migration_check(const struct wpar_migration *m, const struct wpar_spec *s,
			 struct par_error **err)
{
	if (s->type != WPAR_SYSTEM)
		return par_fail(
			err, PAR_E_INVALID_ARGUMENT, 0,
			"%s is an application workload partition and shares all files of the "
			"global environment.",
			s->name);
	if (s->version.image_digest && !m->versioned && !m->to_native)
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
				"%s is a versioned workload partition; migwpar -V keeps it working "
				"after an upgrade of the global environment, and migwpar -C makes "
				"a native one of it.",
				s->name);
	if (m->to_native && wpar_rootfs_is_migrating(s->name))
		return 0;
	if (!s->version.image_digest && (m->versioned || m->to_native))
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
				"%s is no versioned workload partition; leave -%c out.", s->name,
				m->versioned ? 'V' : 'C');
	return 0;
}

/* The LPAR is looked at when the first WPAR needs it. */
static int need_sync(struct wpar_migration *m, size_t which, struct par_error **err)
{
	int r = m->has_sync[which] ? 0 : wpar_sync_init(&m->sync[which], err);

	m->has_sync[which] = r == 0;
	return r;
}

/*
 * Other than syncwpar it needs the WPAR stopped: the programs that would go on running are of the
 * release before.
 */
static int check_state(const struct wpar_spec *s, struct par_error **err)
{
	enum wpar_state st;
	int r = wpar_operation_state_locked(s, &st, err);

	return r < 0 || st == WPAR_STATE_DEFINED
		       ? r
		       : wpar_fail_state(s, st, "it must be Defined: stop it first", err);
}

static int migrate_files(struct wpar_migration *m, const struct wpar_spec *s, struct wpar_say *say,
			 struct par_error **err)
{
	const size_t which = s->private_usr;
	int r = need_sync(m, which, err);

	return r < 0 ? r : wpar_sync_wpar(&m->sync[which], s, say, err);
}

static int migrate_native(struct wpar_migration *m, const struct wpar_spec *s, struct wpar_say *say,
			  struct par_error **err)
{
	char level[WPAR_LEVEL_MAX] = "";
	const bool known = wpar_origin_level(s->name, level);
	int r = check_state(s, err);

	if (r < 0)
		return r;
	switch (wpar_level_compare(known ? level : NULL, m->level)) {
	case WPAR_LEVEL_SAME:
		wpar_say_line(say->out,
			      "Workload partition %s is at level %s, as the global environment.",
			      s->name, level);
		return 0;
	case WPAR_LEVEL_NEWER:
		return par_fail(err, PAR_E_WRONG_STATE, 0,
				"%s has the level %s, which is newer than that of the global "
				"environment, %s: it cannot become older.",
				s->name, level, m->level);
	case WPAR_LEVEL_UNKNOWN:
	case WPAR_LEVEL_OLDER:
		break;
	}
	wpar_say_line(say->out, "The level of workload partition %s is %s, and becomes %s.",
		      s->name, known ? level : "not known", m->level);
	return migrate_files(m, s, say, err);
}

int wpar_migrate(struct wpar_migration *m, const struct wpar_spec *s, struct wpar_say *say,
		 struct par_error **err)
{
	auto_error why = NULL;
	int r = wpar_migration_check(m, s, err);

	if (r < 0)
		return r;
	r = m->versioned   ? wpar_migrate_image(m, s, say, &why)
	    : m->to_native ? wpar_migrate_to_native(s, say, &why)
			   : migrate_native(m, s, say, &why);
	wpar_event_log_detail(s->name, "migrate",
			      m->versioned   ? "image"
			      : m->to_native ? "native"
					     : m->level,
			      why);
	if (r < 0)
		par_error_move(err, &why);
	return r;
}
