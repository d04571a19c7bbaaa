/* SPDX-License-Identifier: Apache-2.0 */
/* What an image must be for a layer over it: see layer_check.h. */
#include "wparctl/versioned/layer_check.h"

#include "lpard/common/str.h"
#include "wparctl/archive/scan.h"

#include <fcntl.h>
#include <sys/stat.h>

int wpar_layer_check_image(int image, struct par_error **err)
{
	static const char *const folders[] = WPAR_ARCHIVE_NEEDED;
	struct stat st;

	for (size_t i = 0; i < PAR_ARRAY_SIZE(folders); i++) {
		if (fstatat(image, folders[i], &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    !S_ISDIR(st.st_mode))
			return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
					"The image's /%s is no folder, and what a workload "
					"partition has of its own is put there.",
					folders[i]);
	}
	return 0;
}
