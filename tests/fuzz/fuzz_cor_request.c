/* SPDX-License-Identifier: Apache-2.0 */
/* Requests from inside a WPAR: what is accepted is a plain path or a short message, and written the
 * same. */
#include "wparctl/spec/cor_request.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wpar_cor_request q;
	char again[WPAR_COR_MOST];

	if (!wpar_cor_parse((const char *)data, size, &q))
		return 0;
	if (q.verb == WPAR_COR_ERROR
		    ? strlen(q.text) >= WPAR_ERROR_BUFFER
		    : q.text[0] != '/' || strstr(q.text, "/../") || strstr(q.text, "//"))
		abort();
	if (wpar_cor_write(q.verb, q.text, again) != size || memcmp(again, data, size) != 0)
		abort();
	return 0;
}
