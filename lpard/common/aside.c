/* SPDX-License-Identifier: Apache-2.0 */
/* Full logs: see aside.h. */
#include "lpard/common/aside.h"

#include "lpard/common/str.h"

#include <errno.h>
#include <stdio.h>

char *par_aside_path(const char *path)
{
	return path ? par_strdup_printf("%s.1", path) : NULL;
}

int par_put_aside(const char *path)
{
	autofree char *aside = par_aside_path(path);

	if (!aside)
		return -ENOMEM;
	return rename(path, aside) < 0 ? -errno : 0;
}
