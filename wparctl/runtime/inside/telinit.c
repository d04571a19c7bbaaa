/* SPDX-License-Identifier: Apache-2.0 */
/* init and telinit as a command in a WPAR: a run level, or a new look at /etc/inittab. */
#include "wparctl/runtime/inside/init.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

int wpar_telinit_main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');
	const char *name = slash ? slash + 1 : argv[0];
	int r;

	if (argc != 2 || strlen(argv[1]) != 1 ||
	    (!isdigit((unsigned char)argv[1][0]) && argv[1][0] != 'q' && argv[1][0] != 'Q')) {
		fprintf(stderr, "Usage: %s {0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | Q | q}\n",
			name);
		return 1;
	}
	if (isdigit((unsigned char)argv[1][0]))
		r = sigqueue(1, WPAR_INIT_LEVEL_SIGNAL,
			     (union sigval){ .sival_int = argv[1][0] - '0' });
	else
		r = kill(1, SIGHUP);
	if (r < 0) {
		perror(name);
		return 1;
	}
	return 0;
}
