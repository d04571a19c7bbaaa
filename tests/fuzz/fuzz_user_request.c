/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A command line of an ordinary user, its words with NUL between them, read by the commands' own
 * descriptors: no crash, and what is accepted names a WPAR and has none of root's options.
 */
#include "wparctl/commands/commands.h"
#include "wparctl/commands/user_commands.h"
#include "wparctl/operations/user_request.h"
#include "wparctl/rbac/auths.h"
#include "wparctl/spec/spec.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is made is the user's, as the command itself reads the line that is run. */
static void check_owner(const struct wpar_user_request *q)
{
	const struct par_cmd *cmd = par_cmd_find(wpar_user_commands, q->command);
	autofree char **words = calloc(q->argv.n + 1, sizeof(*words));
	void *args = cmd ? calloc(1, cmd->args_size) : NULL;
	int first;

	if (!words || !args)
		abort();
	memcpy(words, q->argv.v, q->argv.n * sizeof(*words));
	if (par_cmd_parse(cmd, (int)q->argv.n, words, args, &first, NULL) != 0)
		abort();
	for (const struct par_opt *o = cmd->opts; o->kind != PAR_OPT_END; o++) {
		const char **value = (void *)((char *)args + o->field.offset);

		if (par_streq(o->long_name, "owner") && !par_streq(*value, "ann"))
			abort();
	}
	par_cmd_args_done(cmd, args);
	free(args);
}

static void check(const struct wpar_user_request *q)
{
	if (!q->name || wpar_name_check(q->name, NULL) < 0 || q->rights == 0 || q->argv.n == 0 ||
	    strcmp(q->argv.v[0], q->command) != 0)
		abort();
	if (q->creates)
		check_owner(q);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_user_request q = { 0 };
	auto_strv argv = { 0 };

	for (size_t at = 0; at < size;) {
		size_t len = strnlen((const char *)data + at, size - at);

		if (par_strv_add_len(&argv, (const char *)data + at, len) < 0)
			return 0;
		at += len + 1;
	}
	if (wpar_user_request_parse(wpar_user_commands, &argv, "ann", &q, NULL) == 0)
		check(&q);
	return 0;
}
