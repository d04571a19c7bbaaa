/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands that make a WPAR and can start it, too, have in common: mkwpar, restwpar. */
#pragma once

#include "lpard/common/cmd.h"
#include "wparctl/operations/say.h"
#include "wparctl/spec/spec.h"

/* wpar_creation_words - the words of the command line, by which the same command is known again */
int wpar_creation_words(const struct par_cmd_ctx *ctx, struct par_buf *ret, struct par_error **err);

/*
 * wpar_creation_begin - before the name is claimed: who makes @s, which its mark says until the end
 * @creator	as it is to be run again: "restwpar", "mkwpar -B"; NULL: mkwpar
 *
 * Says on stderr when that throws away what another command has begun, and not ended.
 */
int wpar_creation_begin(struct wpar_spec *s, const char *creator, struct par_error **err);

/* wpar_creation_end - all is there; @s is to be saved */
void wpar_creation_end(struct wpar_spec *s);

/* wpar_creation_is_made - is there a whole system WPAR of that name? */
bool wpar_creation_is_made(const char *name);

/*
 * wpar_creation_is_pending - has the same command made the WPAR, and not come to its end: killed,
 * or the start failed?  The lock is held.
 */
bool wpar_creation_is_pending(const char *name, const struct par_buf *words);

/* wpar_creation_go_on - with what is left of it then; errors of the start */
int wpar_creation_go_on(const char *name, struct wpar_say *say, struct par_error **err);

/* wpar_creation_say_made - the last lines; @start: it starts now */
void wpar_creation_say_made(const struct wpar_spec *s, bool start, FILE *out);
