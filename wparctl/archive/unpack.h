/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the helper program wparctl-archive and reads what it says. */
#pragma once

#include "lpard/common/error.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * wpar_unpack - unpack an archive into a folder, or only digest it
 * @input	a descriptor of it; NULL: it is opened by its path @archive
 * @folder	descriptor of an empty folder of ours, which gets root/; -1: only the digest
 * @kib		what it is expected to have; much more is refused; 0: not known
 * @digest	64 hexadecimal digits of the SHA-256 of the archive's bytes
 * Errors: PAR_E_NOT_FOUND, PAR_E_CORRUPT (what the archive has done), PAR_E_NO_SPACE, PAR_E_SYSTEM
 */
int wpar_unpack(const char *archive, const int *input, int folder, uint64_t kib, bool progress,
		char digest[65], struct par_error **err);
