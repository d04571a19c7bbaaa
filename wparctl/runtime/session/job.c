/* SPDX-License-Identifier: Apache-2.0 */
/* Whose job it is: see job.h. */
#include "wparctl/runtime/session/job.h"

#include "wparctl/runtime/session/session.h"

#include <fcntl.h>

static int find_user(const char *name, struct wpar_user *ret, struct par_error **err)
{
	autofd int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	auto_error why = NULL;
	int r = root < 0 ? par_fail(&why, PAR_E_SYSTEM, errno, "/ cannot be opened")
			 : wpar_user_find(root, name, UINT32_MAX, ret, &why);

	if (r < 0 && why && why->id == PAR_E_NOT_FOUND)
		return par_fail(err, PAR_E_NOT_FOUND, 0, "-l %s: /etc/passwd has no such user",
				name);
	return r < 0 ? par_fail(err, why ? why->id : PAR_E_SYSTEM, r,
				"-l %s: the entry of the user cannot be read", name)
		     : 0;
}

/* Whether the ids can be those of a job, the map of them says. */
static int check_ids(const struct wpar_own_ids *ids, struct par_error **err)
{
	auto_buf map = { 0 };
	int r = wpar_own_ids_map(WPAR_ID_FIRST, WPAR_ID_WIDTH, &ids->uid, 1, &map, err);

	return r < 0 ? r
		     : wpar_own_ids_map(WPAR_ID_FIRST, WPAR_ID_WIDTH, ids->gids, ids->n_gids, &map,
					err);
}

int wpar_job_find(const char *user, struct wpar_job *ret, struct par_error **err)
{
	auto_error why = NULL;
	int r;

	*ret = (struct wpar_job){ 0 };
	r = find_user(user, &ret->user, err);
	if (r < 0)
		return r;
	/* There may be more of them, and one too few could let the user in where others are kept
	 * out. */
	if (ret->user.n_groups == WPAR_GROUPS_MAX)
		return par_fail(err, PAR_E_NO_RESOURCES, 0,
				"-l %s: the user is in too many groups, %d are possible", user,
				WPAR_GROUPS_MAX - 1);
	ret->ids.uid = ret->user.uid;
	ret->ids.gids[ret->ids.n_gids++] = ret->user.gid;
	for (size_t i = 0; i < ret->user.n_groups; i++)
		ret->ids.gids[ret->ids.n_gids++] = ret->user.groups[i];
	r = check_ids(&ret->ids, &why);
	return r < 0 ? par_fail(err, why->id, r, "-l %s: %s", user, why->msg) : 0;
}

int wpar_exec_check_user(const char *user, struct par_error **err)
{
	struct wpar_job job;

	return wpar_job_find(user, &job, err);
}
