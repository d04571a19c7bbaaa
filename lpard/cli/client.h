/* SPDX-License-Identifier: Apache-2.0 */
/* Talking to lpard from a command: connecting, and the parameters that many methods have. */
#pragma once

#include "lpard/common/attrs.h"
#include "lpard/common/cmd.h"
#include "lpard/common/json.h"
#include "lpard/wire/varlink.h"

/* cli_connect - to lpard; PAR_E_DISCONNECTED with a clear text when lpard does not run */
int cli_connect(struct par_varlink **ret, struct par_error **err);

/*
 * cli_call - connect, call org.lpard.@method, disconnect
 * @params	taken over, also on failure; NULL is out of memory
 * @ret		the answer, caller puts it; NULL: not wanted
 */
int cli_call(const char *method, struct json_object *params, struct json_object **ret,
	     struct par_error **err);

/*
 * cli_system - the managed system that a command of our own is about, when -m may be left out
 * @given	the value of -m; NULL: that of the environment's LPARD_SYSTEM, or else the only one
 * @ret		its name, caller frees
 * Errors: PAR_E_USAGE when there are several, or none.
 */
int cli_system(const char *given, char **ret, struct par_error **err);

/* What a reply on the way says of a job; the texts are borrowed from the reply. */
struct cli_progress {
	const char *lpar, *stage;
	unsigned int percent;
};

/* cli_progress_read - false when @reply has no progress in it */
bool cli_progress_read(struct json_object *reply, struct cli_progress *ret);

/* cli_missing - "… missing a required parameter …  are -m,-r. …"; @options as in "-m,-r" */
int cli_missing(struct par_error **err, const char *options);

/* Collects the options that are missing. */
struct cli_missing {
	struct par_buf names;
};

/* cli_need - note @option when @there is false */
void cli_need(struct cli_missing *m, bool there, const char *option);
/* cli_needs_met - 0, or the error that names all of them; frees what was collected */
int cli_needs_met(struct cli_missing *m, struct par_error **err);

/* cli_no_operands - 0, or the HMC's error about the first word that belongs to no option */
int cli_no_operands(const struct par_cmd_ctx *ctx, struct par_error **err);

/* cli_join_words - @first and the operands, with blanks between them, to @ret */
int cli_join_words(const struct par_cmd_ctx *ctx, const char *first, struct par_buf *ret,
		   struct par_error **err);

/* cli_put_lpar - "lpar": name, or "id": number when @name is NULL */
int cli_put_lpar(struct json_object *params, const char *name, const char *id,
		 struct par_error **err);

/* cli_put_attributes - "attributes": [{name, op, value}…] */
int cli_put_attributes(struct json_object *params, const struct par_attrs *attrs,
		       struct par_error **err);

/*
 * cli_print_attributes - the names of attributes, one a line
 * @params	of org.lpard.Attributes; taken over, also on failure
 */
int cli_print_attributes(FILE *out, struct json_object *params, struct par_error **err);

/* cli_print_names - the same of an answer's "names" */
int cli_print_names(FILE *out, struct json_object *answer, struct par_error **err);

/* cli_print_settable - the same of what can be set; @use: "create" or "change" */
int cli_print_settable(FILE *out, const char *resource, const char *use, struct par_error **err);

/* cli_put_filter - "filter": [{name, values}…] from the argument of --filter */
int cli_put_filter(struct json_object *params, const char *filter, struct par_error **err);

/* cli_put_list - @key: ["a", "b"] from "a,b" */
int cli_put_list(struct json_object *params, const char *key, const char *text,
		 struct par_error **err);
