/* SPDX-License-Identifier: Apache-2.0 */
/* Partitions: making, changing and copying them, and which operation their state allows. */
#include "lpard/core/model/partition.h"
#include "lpard/core/model/attributes.h"
#include "lpard/core/messages.h"
#include "lpard/core/model/profile_priv.h"

#include <string.h>

void lpar_partition_free(struct lpar_partition **p)
{
	struct lpar_partition *it = *p;

	if (!it)
		return;
	lpar_object_free(LPAR_LIST_LPAR, LPAR_OF_PARTITION, it);
	for (size_t i = 0; i < it->n_profiles; i++)
		lpar_profile_done(&it->profiles[i]);
	free(it->profiles);
	lpar_current_free(&it->current);
	free(it->damaged);
	free(it);
	*p = NULL;
}

static int copy_into(const struct lpar_partition *from, struct lpar_partition *to)
{
	if (lpar_object_copy(LPAR_LIST_LPAR, LPAR_OF_PARTITION, to) < 0)
		return -ENOMEM;
	to->profiles = calloc(from->n_profiles + 1, sizeof(*to->profiles));
	if (!to->profiles)
		return -ENOMEM;
	for (size_t i = 0; i < from->n_profiles; i++) {
		if (lpar_profile_copy(&from->profiles[i], &to->profiles[i]) < 0)
			return -ENOMEM;
		to->n_profiles++;
	}
	to->damaged = from->damaged ? strdup(from->damaged) : NULL;
	if (from->damaged && !to->damaged)
		return -ENOMEM;
	if (!from->current)
		return 0;
	to->current = calloc(1, sizeof(*to->current));
	if (!to->current)
		return -ENOMEM;
	*to->current = *from->current;
	to->current->profile = (struct lpar_profile){ 0 };
	return lpar_profile_copy(&from->current->profile, &to->current->profile);
}

struct lpar_partition *lpar_partition_dup(const struct lpar_partition *p)
{
	auto_partition copy = malloc(sizeof(*copy));

	if (!copy)
		return NULL;
	*copy = *p;
	copy->profiles = NULL;
	copy->n_profiles = 0;
	copy->current = NULL;
	copy->damaged = NULL;
	if (copy_into(p, copy) < 0)
		return NULL;
	return take_ptr(copy);
}

static int check_free_name(const struct lpar_set *others, const struct lpar_partition *self,
			   const char *name, struct par_error **err)
{
	struct lpar_partition *p = lpar_set_find(others, name);

	if (p && p != self)
		return par_fail(err, PAR_E_EXISTS, 0, LPAR_MSG_NAME_USED, name);
	return 0;
}

static const char *image_of(const struct lpar_system *sys, const struct lpar_partition *p)
{
	if (p->boot_image)
		return p->boot_image;
	return sys && sys->default_image ? sys->default_image : LPAR_IMAGE_DEFAULT;
}

/* Was the partition's disk made of that image, or is it being made of it? */
static bool is_disk_of(const struct lpar_partition *p, const char *image)
{
	const char *disk = p->disk_image ? p->disk_image : p->disk_begun;

	return par_starts_with(disk, image) && disk[strlen(image)] == ' ';
}

/* Another image's kernel would not fit the system on the disk. */
static int check_disk_image(const struct lpar_system *sys, const struct lpar_partition *old,
			    const struct lpar_partition *p, struct par_error **err)
{
	if ((!p->disk_image && !p->disk_begun) || par_streq(old->boot_image, p->boot_image) ||
	    is_disk_of(p, image_of(sys, p)))
		return 0;
	return lpar_value_fail("boot_image", p->boot_image ? p->boot_image : LPAR_IMAGE_DEFAULT,
			       "The partition has a disk that was made of another image; make "
			       "another partition for this image",
			       err);
}

static int check_boot_image(const struct lpar_system *sys, struct lpar_partition *p,
			    struct par_error **err)
{
	/* As it is listed; an image may have that name, too. */
	if (par_streq(p->boot_image, LPAR_IMAGE_DEFAULT) &&
	    (!sys || par_strv_find(&sys->images, p->boot_image) < 0)) {
		free(p->boot_image);
		p->boot_image = NULL;
	}
	if (!p->boot_image || strcmp(p->boot_image, "none") == 0 || !sys || sys->images.n == 0 ||
	    par_strv_find(&sys->images, p->boot_image) >= 0)
		return 0;
	return lpar_value_fail("boot_image", p->boot_image, "There is no such boot image", err);
}

/* Kinds of partitions that the system cannot run, and what only one kind has. */
static int check_env(const struct lpar_system *sys, const struct lpar_partition *p,
		     struct par_error **err)
{
	if (p->env == LPAR_ENV_VIOSERVER && sys && !sys->vios_capable)
		return lpar_value_fail("lpar_env", "vioserver",
				       "The managed system cannot have a Virtual I/O Server: its "
				       "virtual_io_server_capable is 0",
				       err);
	if (p->env == LPAR_ENV_OS400 && sys && !sys->os400_capable)
		return lpar_value_fail("lpar_env", "os400",
				       "The managed system cannot have an IBM i partition: its "
				       "os400_capable is 0",
				       err);
	if (p->msp && p->env != LPAR_ENV_VIOSERVER)
		return lpar_value_fail("msp", "1",
				       "Only a Virtual I/O Server can be a mover service partition",
				       err);
	return 0;
}

/* The id asked for, or the lowest free one. */
static int choose_id(const struct lpar_set *others, struct lpar_partition *p,
		     struct par_error **err)
{
	if (p->id == 0) {
		p->id = lpar_set_free_id(others);
		if (p->id == 0)
			return par_fail(err, PAR_E_NO_RESOURCES, 0,
					"The managed system has no free partition id");
		return 0;
	}
	if (lpar_set_find_id(others, p->id))
		return par_fail(err, PAR_E_EXISTS, 0, LPAR_MSG_ID_USED, p->id);
	return 0;
}

/* One pair of mksyscfg -r lpar: the profile's, or else the partition's. */
static int create_set(struct lpar_partition *p, struct lpar_profile *profile,
		      const struct par_attr *attr, struct par_error **err)
{
	const struct lpar_attribute *a = lpar_attribute_find(LPAR_LIST_LPAR, attr->name);

	if (strcmp(attr->name, "profile_name") == 0)
		return lpar_attribute_change(lpar_attribute_find(LPAR_LIST_PROF, "name"), profile,
					     attr->op, attr->value, err);
	if (!a && !lpar_attribute_find(LPAR_LIST_PROF, attr->name))
		return lpar_attribute_fail_new(attr->name, err);
	if (!a || a->of_profile)
		return lpar_profile_set(profile, attr, err);
	if (a->when == LPAR_WHEN_FIXED || strcmp(attr->name, "default_profile") == 0)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, LPAR_MSG_INVALID_ATTRIBUTE,
				attr->name);
	return lpar_attribute_change(a, p, attr->op, attr->value, err);
}

static int create_fill(const struct lpar_system *sys, const struct par_attrs *attrs,
		       struct lpar_partition *p, struct par_error **err)
{
	static const char *const more[] = { "name", "profile_name", "lpar_env", NULL };
	par_cleanup(lpar_profile_done) struct lpar_profile profile;
	int r;

	lpar_profile_init(&profile);
	for (size_t i = 0; i < attrs->n; i++) {
		r = create_set(p, &profile, &attrs->v[i], err);
		if (r < 0)
			return r;
	}
	r = lpar_profile_require(&profile, attrs, more, err);
	if (r < 0)
		return r;
	r = lpar_profile_finish(&profile, sys, attrs, err);
	if (r < 0)
		return r;
	p->default_profile = strdup(profile.name);
	if (!p->default_profile)
		return par_oom(err);
	return lpar_profile_append(p, &profile, err);
}

int lpar_partition_create(const struct lpar_system *sys, const struct lpar_set *others,
			  const char *uuid, const struct par_attrs *attrs,
			  struct lpar_partition **ret, struct par_error **err)
{
	auto_partition p = calloc(1, sizeof(*p));
	int r;

	if (!p)
		return par_oom(err);
	p->avail_priority = 127;
	if (par_uuid_upper(uuid, p->uuid) < 0)
		return lpar_value_fail("uuid", uuid, "It is not a UUID", err);
	r = create_fill(sys, attrs, p, err);
	if (r < 0)
		return r;
	r = check_free_name(others, NULL, p->name, err);
	if (r < 0)
		return r;
	r = check_env(sys, p, err);
	if (r < 0)
		return r;
	r = check_boot_image(sys, p, err);
	if (r < 0)
		return r;
	r = choose_id(others, p, err);
	if (r < 0)
		return r;
	*ret = take_ptr(p);
	return 0;
}

static int rename_partition(struct lpar_partition *p, const struct lpar_partition *original,
			    const struct lpar_set *others, enum lpar_state state, const char *name,
			    struct par_error **err)
{
	int r = lpar_name_check("new_name", name, err);

	if (r < 0 || strcmp(name, p->name) == 0)
		return r;
	if (!lpar_state_off(state))
		return par_fail(err, PAR_E_WRONG_STATE, 0, LPAR_MSG_MUST_BE_OFF, p->name,
				lpar_state_text(state));
	r = check_free_name(others, original, name, err);
	if (r < 0)
		return r;
	return lpar_field_set(&lpar_attribute_find(LPAR_LIST_LPAR, "name")->field, p, name, err);
}

static int change_one(struct lpar_partition *p, enum lpar_state state, const struct par_attr *attr,
		      struct par_error **err)
{
	const struct lpar_attribute *a = lpar_attribute_find(LPAR_LIST_LPAR, attr->name);
	struct lpar_profile *profile;

	if (!a || a->when == LPAR_WHEN_FIXED || a->when == LPAR_WHEN_BORN)
		return lpar_attribute_fail(LPAR_LIST_LPAR, attr->name, err);
	if (a->when == LPAR_WHEN_STOPPED && !lpar_state_off(state))
		return par_fail(err, PAR_E_WRONG_STATE, 0, LPAR_MSG_MUST_BE_OFF, p->name,
				lpar_state_text(state));
	if (strcmp(attr->name, "default_profile") == 0) {
		int r = lpar_profile_get(p, attr->value, &profile, err);

		if (r < 0)
			return r;
	}
	return lpar_attribute_change(a, p, attr->op, attr->value, err);
}

int lpar_partition_change(struct lpar_partition *p, const struct lpar_system *sys,
			  const struct lpar_set *others, enum lpar_state state,
			  const struct par_attrs *attrs, struct par_error **err)
{
	auto_partition copy = lpar_partition_dup(p);
	struct lpar_partition swap;
	int r;

	if (!copy)
		return par_oom(err);
	for (size_t i = 0; i < attrs->n; i++) {
		const struct par_attr *a = &attrs->v[i];

		if (strcmp(a->name, "name") == 0 || strcmp(a->name, "lpar_id") == 0)
			continue;
		if (strcmp(a->name, "new_name") == 0)
			r = rename_partition(copy, p, others, state, a->value, err);
		else
			r = change_one(copy, state, a, err);
		if (r < 0)
			return r;
	}
	r = copy->msp && !p->msp ? check_env(NULL, copy, err) : 0;
	if (r < 0)
		return r;
	r = check_boot_image(sys, copy, err);
	if (r < 0)
		return r;
	r = check_disk_image(sys, p, copy, err);
	if (r < 0)
		return r;
	swap = *p;
	*p = *copy;
	*copy = swap;
	return 0;
}

enum lpar_state lpar_partition_state(const struct lpar_partition *p, const struct lpar_live *live)
{
	enum lpar_state s = live ? live->state : LPAR_STATE_NOT_ACTIVATED;

	bool error = p->error_refcode || p->damaged;

	return s == LPAR_STATE_NOT_ACTIVATED && error ? LPAR_STATE_ERROR : s;
}

static int check_on(const struct lpar_partition *p, bool active, enum lpar_state state,
		    unsigned int with, struct par_error **err)
{
	if (active)
		return par_fail(err, PAR_E_WRONG_STATE, 0, LPAR_MSG_ALREADY_ON, p->name,
				lpar_state_text(state));
	if (p->damaged)
		return par_fail(err, PAR_E_WRONG_STATE, 0, LPAR_MSG_DAMAGED, p->name, p->damaged);
	if (state == LPAR_STATE_SUSPENDED && with & (LPAR_WITH_PROFILE | LPAR_WITH_BOOT_MODE) &&
	    !(with & LPAR_WITH_FORCE))
		return par_fail(err, PAR_E_WRONG_STATE, 0, LPAR_MSG_SAVED, p->name);
	if (!(with & LPAR_WITH_PROFILE) && !p->current)
		return par_fail(err, PAR_E_WRONG_STATE, 0, LPAR_MSG_NO_CURRENT, p->name);
	return 0;
}

/* For what is only done to a partition of which nothing runs. */
static int check_off(const struct lpar_partition *p, bool active, enum lpar_state state,
		     enum lpar_operation op, unsigned int with, struct par_error **err)
{
	bool saved = state == LPAR_STATE_SUSPENDED && !active;

	if (active || (saved && op != LPAR_OP_REMOVE))
		return par_fail(err, PAR_E_WRONG_STATE, 0, LPAR_MSG_MUST_BE_OFF, p->name,
				lpar_state_text(state));
	if (p->damaged && op != LPAR_OP_REMOVE)
		return par_fail(err, PAR_E_WRONG_STATE, 0, LPAR_MSG_DAMAGED, p->name, p->damaged);
	if (saved && !(with & LPAR_WITH_FORCE))
		return par_fail(err, PAR_E_WRONG_STATE, 0, LPAR_MSG_SAVED_REMOVE, p->name);
	return 0;
}

static int check_shutdown(const struct lpar_partition *p, const struct lpar_live *live,
			  enum lpar_state state, enum lpar_operation op, struct par_error **err)
{
	bool immediate = op == LPAR_OP_SHUTDOWN_IMMED, active = lpar_live_active(live);

	/* Error is left by an immediate shutdown, as on the HMC, and so is a saved memory. */
	if (!active && immediate && !p->damaged &&
	    (state == LPAR_STATE_ERROR || state == LPAR_STATE_SUSPENDED))
		return 0;
	if (!active)
		return par_fail(err, PAR_E_WRONG_STATE, 0, LPAR_MSG_ALREADY_OFF, p->name,
				lpar_state_text(state));
	if (state == LPAR_STATE_SUSPENDED && !immediate)
		return par_fail(err, PAR_E_WRONG_STATE, 0, LPAR_MSG_PAUSED, p->name);
	if ((op == LPAR_OP_OSSHUTDOWN || op == LPAR_OP_OSSHUTDOWN_RESTART) &&
	    live->rmc_state != LPAR_RMC_ACTIVE)
		return par_fail(err, PAR_E_WRONG_STATE, 0, LPAR_MSG_NO_OS_SHUTDOWN, p->name);
	return 0;
}

int lpar_operation_check(const struct lpar_partition *p, const struct lpar_live *live,
			 enum lpar_operation op, unsigned int with, struct par_error **err)
{
	enum lpar_state state = lpar_partition_state(p, live);
	bool active = lpar_live_active(live);

	switch (op) {
	case LPAR_OP_ON:
		return check_on(p, active, state, with, err);
	case LPAR_OP_APPLY:
	case LPAR_OP_REMOVE:
		return check_off(p, active, state, op, with, err);
	case LPAR_OP_SHUTDOWN:
	case LPAR_OP_SHUTDOWN_IMMED:
	case LPAR_OP_RESTART_IMMED:
	case LPAR_OP_OSSHUTDOWN:
	case LPAR_OP_OSSHUTDOWN_RESTART:
		return check_shutdown(p, live, state, op, err);
	case LPAR_OP_COUNT:
		break;
	}
	return -EINVAL;
}
