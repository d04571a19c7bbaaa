/* SPDX-License-Identifier: Apache-2.0 */
/* ./image.data of a system image: no crash, and what it accepts fits a specification. */
#include "wparctl/versioned/image_data.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_image_data d = { 0 };
	auto_error err = NULL;
	auto_buf text = { 0 };
	auto_spec back = { 0 };
	struct wpar_spec s = { 0 };

	if (wpar_image_data_parse((const char *)data, size, &d, &err) < 0)
		return 0;
	s.version = d.version;
	if (wpar_spec_write(&s, &text, &err) < 0)
		return 0;
	/* What an image says must not be able to break the WPAR's specification. */
	if (wpar_spec_parse(text.data ? text.data : "", text.len, &back, &err) < 0)
		abort();
	return 0;
}
