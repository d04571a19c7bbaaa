/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A command line of an ordinary user, its words with NUL between them, read by the commands' own
 * descriptors: no crash, and what is accepted names a WPAR and has none of root's options.
 */
#include "wparctl/commands/user_commands.h"
#include "wparctl/operations/user_request.h"
#include "wparctl/rbac/auths.h"
#include "wparctl/spec/spec.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* As the command itself will read the line: the last of several, its owner's own word first. */
static void check(const struct wpar_user_request *q)
{
	if (!q->name || wpar_name_check(q->name, NULL) < 0 || q->rights == 0 || q->argv.n == 0 ||
	    strcmp(q->argv.v[0], q->command) != 0)
		abort();
	if (q->creates && (q->argv.n < 3 || strcmp(q->argv.v[2], "ann") != 0))
		abort();
	for (size_t i = q->creates ? 3 : 1; q->creates && i < q->argv.n; i++) {
		if (par_starts_with(q->argv.v[i], "--owner"))
			abort();
	}
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
