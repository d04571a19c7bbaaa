/* SPDX-License-Identifier: Apache-2.0 */
/* What the helper that has read a hostile archive may say: no crash, and only printable words are
 * kept. */
#include "wparctl/archive/scan.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_scan s = { 0 };
	char *text = strndup((const char *)data, size), *save = NULL;

	for (char *l = text ? strtok_r(text, "\n", &save) : NULL; l;
	     l = strtok_r(NULL, "\n", &save))
		wpar_scan_line(&s, l);
	free(text);
	if (!par_printable(s.libc) || !par_printable(s.libc_level) || !par_printable(s.init) ||
	    (s.refused && !par_printable(s.refused)))
		abort();
	return 0;
}
