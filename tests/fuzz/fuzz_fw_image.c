/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests of boot images: no accepted file name leads out of its folder. */
#include "firmware/image.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_fw_image image = { 0 };

	if (fw_image_parse((const char *)data, size, "/f", &image, NULL) < 0)
		return 0;
	for (int i = 0; i < FW_IMAGE_PARTS; i++) {
		const char *name = image.files[i].name;

		if (name && (strchr(name, '/') || strcmp(name, "..") == 0))
			__builtin_trap();
	}
	return 0;
}
