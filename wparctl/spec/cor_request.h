/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a process inside a WPAR asks cor_NAME for: a file system of the specification is to be
 * mounted, or unmounted.  One packet each way.  Pure: what comes from inside is a foreigner's.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Where the socket is, inside, and its name in the WPAR's folder in /run/wpars. */
#define WPAR_COR_FOLDER "/run/wpars/cor"
#define WPAR_COR_SOCKET "request"
#define WPAR_COR_MOST	1200 /* bytes of a packet */

struct wpar_cor_request {
	bool unmount;
	char directory[1025]; /* inside: absolute, no "..", no "//", no "/" at its end */
};

/* wpar_cor_parse - false: @data is no request */
bool wpar_cor_parse(const char *data, size_t len, struct wpar_cor_request *ret);

/* wpar_cor_write - into @buf of WPAR_COR_MOST bytes; its length, 0: the directory cannot be one */
size_t wpar_cor_write(bool unmount, const char *directory, char *buf);
