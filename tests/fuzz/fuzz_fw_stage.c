/* SPDX-License-Identifier: Apache-2.0 */
/* A guest's console bytes: the stage does not depend on the pieces in which they come. */
#include "firmware/stage.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum fw_stage_id feed(const char *bytes, size_t n, size_t step)
{
	struct fw_stage s = { .now = FW_STAGE_POWER_ON };

	for (size_t i = 0; i < n;) {
		size_t piece = n - i < step ? n - i : step;
		size_t taken = fw_stage_feed(&s, bytes + i, piece);

		if (taken == 0 || taken > piece || s.now >= FW_STAGE_COUNT)
			__builtin_trap();
		i += taken;
	}
	return s.now;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data;

	if (feed(bytes, size, SIZE_MAX) != feed(bytes, size, 3))
		__builtin_trap();
	return 0;
}
