/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parser of a checkpoint's manifest, which may come from anywhere: no crash, no name that leads
 * out of its folder, and what it takes it writes again the same.
 */
#include "wparctl/checkpoint/ckpt_manifest.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_ckpt_manifest m = { 0 }, again = { 0 };
	auto_buf first = { 0 }, second = { 0 };

	if (wpar_ckpt_manifest_parse((const char *)data, size, &m, NULL) < 0)
		return 0;
	if (strchr(m.images, '/') || m.images[0] == '.')
		abort();
	for (size_t i = 0; i < m.n_files; i++) {
		const char *name = m.files[i].name, *slash = strchr(name, '/');

		/* None but the folders of its rounds. */
		if (slash && (!par_starts_with(name, WPAR_CKPT_ROUND) ||
			      strtoull(name + strlen(WPAR_CKPT_ROUND), NULL, 10) > m.rounds))
			abort();
		name = slash ? slash + 1 : name;
		if (!*name || strchr(name, '/') || name[0] == '.' ||
		    strlen(m.files[i].sha256) != 64)
			abort();
	}
	if (wpar_ckpt_manifest_print(&m, &first) < 0 ||
	    wpar_ckpt_manifest_parse(first.data, first.len, &again, NULL) < 0 ||
	    wpar_ckpt_manifest_print(&again, &second) < 0 || strcmp(first.data, second.data) != 0)
		abort();
	return 0;
}
