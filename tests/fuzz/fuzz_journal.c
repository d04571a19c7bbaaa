/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of the journal's file, which somebody may have edited: no crash, and each entry has a time.
 */
#include "lpard/daemon/journal/journal.h"

#include <json-c/json.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t time_ms = UINT64_MAX;
	struct json_object *o = lpar_journal_parse((const char *)data, size, &time_ms);

	if (o && (time_ms > INT64_MAX || !json_object_is_type(o, json_type_object)))
		abort();
	json_object_put(o);
	return 0;
}
