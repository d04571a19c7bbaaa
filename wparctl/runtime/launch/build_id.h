/* SPDX-License-Identifier: Apache-2.0 */
/* The build-id of a program or library: the note by which two files are the same build. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define WPAR_BUILD_ID_SIZE 129 /* 64 bytes in hexadecimal, with the NUL */

/* wpar_build_id_read - of the file @fd; false: it has none, or is no ELF file */
bool wpar_build_id_read(int fd, char ret[WPAR_BUILD_ID_SIZE]);

/* wpar_build_id_find - in the notes of a file, @len bytes; pure */
bool wpar_build_id_find(const void *notes, size_t len, char ret[WPAR_BUILD_ID_SIZE]);
