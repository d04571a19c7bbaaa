/* SPDX-License-Identifier: Apache-2.0 */
/*
 * uname inside a WPAR: AIX's -W (its number) and -L (number and name of the LPAR).  With all else
 * it is the system's own, which in a versioned WPAR is the image's.
 */
#include "wparctl/resources/lpar.h"
#include "wparctl/runtime/inside/inside.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#define REAL "/run/wpars/uname"

bool wpar_uname_is_own(int argc, char **argv, bool *ret_lpar, bool *ret_wpar)
{
	*ret_lpar = *ret_wpar = false;
	for (int i = 1; i < argc; i++) {
		if (argv[i][0] != '-' || !argv[i][1] || argv[i][1 + strspn(argv[i] + 1, "LW")])
			return false;
		*ret_lpar |= strchr(argv[i], 'L') != NULL;
		*ret_wpar |= strchr(argv[i], 'W') != NULL;
	}
	return *ret_lpar || *ret_wpar;
}

void wpar_uname_print(bool lpar, bool wpar, FILE *out)
{
	auto_lpar l = { 0 };

	if (lpar) {
		wpar_lpar_get(&l);
		wpar_lpar_print_id(&l, out);
	}
	if (wpar)
		fprintf(out, "%s%" PRIu32, lpar ? " " : "", wpar_inside_key());
	fputc('\n', out);
}

int wpar_uname_main(int argc, char **argv)
{
	bool lpar, wpar;

	if (wpar_uname_is_own(argc, argv, &lpar, &wpar)) {
		wpar_uname_print(lpar, wpar, stdout);
		return fflush(stdout) == 0 ? 0 : 1;
	}
	if (argc > 0)
		argv[0] = (char *)"uname";
	execv(REAL, argv);
	perror("uname: " REAL);
	return 1;
}
