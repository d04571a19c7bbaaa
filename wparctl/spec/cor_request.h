/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a process inside a WPAR asks cor_NAME for: a file system of the specification is to be
 * mounted, or unmounted, or a message put into the WPAR's buffer of errors.  One packet each way.
 * Pure: what comes from inside is a foreigner's.
 */
#pragma once

#include "wparctl/spec/error_buffer.h"

#include <stdbool.h>
#include <stddef.h>

/* Where the socket is, inside, and its name in the WPAR's folder in /run/wpars. */
#define WPAR_COR_FOLDER "/run/wpars/cor"
#define WPAR_COR_SOCKET "request"
#define WPAR_COR_MOST	1200 /* bytes of a packet */

enum wpar_cor_verb { WPAR_COR_MOUNT, WPAR_COR_UMOUNT, WPAR_COR_ERROR };

/*
 * @text: of mount and umount a directory inside, absolute, no "..", no "//", no "/" at its end; of
 * an error the message, any bytes but NUL, as short as the empty buffer takes it
 */
struct wpar_cor_request {
	enum wpar_cor_verb verb;
	char text[WPAR_ERROR_BUFFER + 1];
};

/* wpar_cor_parse - false: @data is no request */
bool wpar_cor_parse(const char *data, size_t len, struct wpar_cor_request *ret);

/* wpar_cor_write - into @buf of WPAR_COR_MOST bytes; its length, 0: @text cannot be one's */
size_t wpar_cor_write(enum wpar_cor_verb verb, const char *text, char *buf);
