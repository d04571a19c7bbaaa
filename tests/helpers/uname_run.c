/* SPDX-License-Identifier: Apache-2.0 */
/*
 * uname_run RELEASE COMMAND... - as processes of a versioned WPAR: uname(2) answers with RELEASE
 * uname_run --images FOLDER RELEASE COMMAND... - the same for `criu restore`, whose images these
 * are
 */
#include "wparctl/versioned/uname_notify.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct wpar_spec s = { .name = (char *)"run" };
	struct par_error *err = NULL;
	int sock = -1;

	if (argc > 3 && strcmp(argv[1], "--images") == 0) {
		if (wpar_uname_restore_prepare(argv[2], &err) < 0) {
			fprintf(stderr, "%s\n", par_error_text(err));
			return 1;
		}
		argv += 2;
		argc -= 2;
	}
	if (argc < 3)
		return 2;
	s.version.image_digest = s.version.kernel_release = argv[1];
	if (wpar_uname_server_start(&s, &sock) < 0 || wpar_uname_server_join(sock) < 0)
		return 3;
	execvp(argv[2], argv + 2);
	return 127;
}
