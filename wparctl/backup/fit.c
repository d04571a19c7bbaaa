/* SPDX-License-Identifier: Apache-2.0 */
/* A backup and this system: see fit.h. */
#include "wparctl/backup/fit.h"

#include "lpard/common/str.h"
#include "wparctl/spec/level.h"
#include "wparctl/versioned/compat.h"
#include "wparctl/versioned/here.h"

#include <inttypes.h>
#include <string.h>

bool wpar_backup_fits(const struct wpar_image_data *d, bool private_usr, char **ret_why)
{
	struct wpar_here_facts facts;
	char level[WPAR_LEVEL_MAX];

	wpar_here_get(&facts);
	if (!wpar_architecture_same(d->version.architecture, facts.here.machine))
		*ret_why = par_strdup_printf("its programs are for %s, and this system is %s",
					     d->version.architecture, facts.here.machine);
	else if (d->page_align && d->page_align < facts.here.page_size)
		*ret_why = par_strdup_printf("its programs can be loaded on pages of %" PRIu64
					     " bytes at most, and here they have %" PRIu64,
					     d->page_align, facts.here.page_size);
	else if (!private_usr && wpar_level_here(level) &&
		 !wpar_level_same_release(d->version.os_level, level))
		*ret_why = par_strdup_printf("it has the level %s and shares the programs of its "
					     "system, which are of the level %s here",
					     d->version.os_level, level);
	else
		return true;
	return false;
}
