/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>

/* wpar_put_hex - to standard output, without a line end */
void wpar_put_hex(const void *data, size_t len);
