/* SPDX-License-Identifier: Apache-2.0 */
/* The head of a program of a system image: no crash, and what is found is within the bytes. */
#include "wparctl/archive/helper/elf.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct elf_facts f;

	if (wpar_elf_look(data, size, &f) && (f.align == 0 || !wpar_elf_machine(&f)))
		abort();
	return 0;
}
