/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lpard-doc-keys --doc-keys COMMAND - the attributes that mksyscfg and chsyscfg set, for their
 * manual pages.  A program of the build alone: the commands know no attributes, lpard does.
 */
#include "lpard/core/model/attributes.h"

#include <string.h>

int main(int argc, char **argv)
{
	if (argc != 3 || strcmp(argv[1], "--doc-keys") != 0 ||
	    (strcmp(argv[2], "mksyscfg") != 0 && strcmp(argv[2], "chsyscfg") != 0))
		return 1;
	lpar_attributes_print_doc(stdout);
	return ferror(stdout) ? 1 : 0;
}
