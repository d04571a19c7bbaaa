/* SPDX-License-Identifier: Apache-2.0 */
/* Questions and their answers: see ask.h. */
#include "wparctl/operations/ask.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

bool wpar_ask_yes(const char *question)
{
	char line[16];

	fprintf(stderr, "%s y(es) n(o)? ", question);
	if (!fgets(line, sizeof(line), stdin))
		return false;
	line[strcspn(line, "\n")] = '\0';
	return strcasecmp(line, "y") == 0 || strcasecmp(line, "yes") == 0;
}
