/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Do two LPARs see the same directory of a server?  One leaves a token in it, a file with a random
 * text, the other reads it.  The WPAR's root can change the file: then its own move is refused.
 */
#pragma once

#include "wparctl/spec/spec.h"

#define MOVE_TOKEN_SIZE 37 /* a UUID with its NUL */

/*
 * move_token_leave - the token of the directory @path of the server @host, made when there is none
 * @options	of the mount, or NULL
 * Returns 0 or a negative errno; the text is "" then.
 */
int move_token_leave(const char *host, const char *path, const char *options,
		     char ret[MOVE_TOKEN_SIZE]);

/* move_token_read - the one that is there; "" when there is none, or the server is not reached */
void move_token_read(const char *host, const char *path, char ret[MOVE_TOKEN_SIZE]);

/* move_token_remove - what move_token_leave() has left, as far as the server is reached */
void move_token_remove(const char *host, const char *path);
