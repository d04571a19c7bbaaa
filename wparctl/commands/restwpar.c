/* SPDX-License-Identifier: Apache-2.0 */
/*
 * restwpar: make a WPAR of a backup of savewpar.  What it does is in operations/restore.c; those
 * flags of mkwpar that it takes in one word (-M) are in restwpar_flags.c.
 */
#include "wparctl/commands/commands.h"
#include "wparctl/commands/restwpar_flags.h"
#include "wparctl/operations/creation.h"
#include "wparctl/operations/operation.h"
#include "wparctl/operations/refused.h"
#include "wparctl/operations/restore.h"

#include <string.h>

struct restwpar_args {
	const char *blocks, *devexports, *directory, *device, *hostname, *image_data, *name, *spec;
	const char *mkwpar_flags, *sync, *allowed_signers;
	bool resolve, autostart, incompatible, force, minimal_lvs, exact_fit, resolver, start;
	bool keep_uuid, trust, progress, verbose;
};

static const struct par_opt opts[] = {
	OPT_FLAG('a', NULL, struct restwpar_args, resolve,
		 "Choose another name, base directory, host name when one clashes, and leave out "
		 "addresses"),
	OPT_FLAG('A', NULL, struct restwpar_args, autostart, "Start it whenever the system starts"),
	OPT_STR('b', NULL, "BLOCKS", struct restwpar_args, blocks, NULL,
		.refused = "a backup is read as it comes; a tape that needs a size of blocks is "
			   "read by dd, into -f -"),
	OPT_STR('B', NULL, "FILE", struct restwpar_args, devexports,
		"The devices that it may have (default: /etc/wpars/devexports)",
		.values = "@files"),
	OPT_FLAG('C', NULL, struct restwpar_args, incompatible,
		 "Also where architecture, page size or level do not fit"),
	OPT_STR('d', NULL, "DIRECTORY", struct restwpar_args, directory,
		"Base directory (default: that of the backup)"),
	OPT_STR('f', NULL, "FILE", struct restwpar_args, device,
		"The backup; -: the standard input (default: /dev/rmt0)", .values = "@files"),
	OPT_FLAG_REFUSED('F', struct restwpar_args, force,
			 "what is refused could not work, so it cannot be forced"),
	OPT_STR('h', NULL, "HOSTNAME", struct restwpar_args, hostname,
		"Host name (default: that of the backup)"),
	OPT_STR('i', NULL, "FILE", struct restwpar_args, image_data,
		"An image.data in the place of the backup's", .values = "@files"),
	OPT_FLAG_REFUSED('k', struct restwpar_args, minimal_lvs,
			 "a file system is made as the specification has it; -w gives another one"),
	OPT_FLAG_REFUSED('K', struct restwpar_args, exact_fit,
			 "there are no physical partitions that could be placed as they were"),
	OPT_STR('M', NULL, "FLAGS", struct restwpar_args, mkwpar_flags,
		"Flags of mkwpar in one word, laid over the specification: -c, -D, -h, -i, -I, -M, "
		"-N, -R, -S, -u, -U"),
	OPT_STR('n', NULL, "NAME", struct restwpar_args, name,
		"Its name (default: that of the backup)"),
	OPT_FLAG('r', NULL, struct restwpar_args, resolver,
		 "Copy the name resolution files of the global environment"),
	OPT_FLAG('s', NULL, struct restwpar_args, start, "Start it when it is made"),
	OPT_STR('S', NULL, "a|A|f|F|n", struct restwpar_args, sync,
		"Synchronize it with this system: a, A: only what is additional; f, F: all; A, F: or "
		"fail; n: not (default)",
		.values = "a|A|f|F|n"),
	OPT_FLAG('U', NULL, struct restwpar_args, keep_uuid, "Keep the UUID that it had"),
	OPT_FLAG('v', NULL, struct restwpar_args, verbose, "Show each step"),
	OPT_STR('w', NULL, "FILE", struct restwpar_args, spec,
		"A specification in the place of the backup's", .values = "@files"),
	OPT_STR(0, "allowed-signers", "FILE", struct restwpar_args, allowed_signers,
		"Who must have signed it, one of them (default: /etc/wpars/allowed_signers, if it is "
		"there)",
		.values = "@files"),
	OPT_FLAG(0, "progress", struct restwpar_args, progress, "Show how far it is"),
	OPT_FLAG(0, "trust", struct restwpar_args, trust,
		 "Grant what its specification asks for beyond a plain workload partition"),
	{ 0 },
};

static int check_args(const struct par_cmd_ctx *ctx, const struct restwpar_args *a,
		      struct par_error **err)
{
	int r = wpar_refuse_options(opts, a, err);

	if (r < 0)
		return r;
	if (a->sync && (strlen(a->sync) != 1 || !strchr("aAfFn", *a->sync)))
		return par_fail(err, PAR_E_USAGE, 0, "-S is a, A, f, F or n");
	if (a->name && ctx->argc && strcmp(a->name, ctx->argv[0]) != 0)
		return par_fail(err, PAR_E_USAGE, 0, "two names are given: %s and %s", a->name,
				ctx->argv[0]);
	return wpar_need_root(err);
}

static int read_and_run(const struct restwpar_args *a, struct restwpar_flags *flags,
			const struct wpar_restore *rs, const struct par_buf *words,
			struct wpar_say *say, struct par_error **err)
{
	int r = a->mkwpar_flags ? restwpar_read_flags(a->mkwpar_flags, flags, err) : 0;

	if (r < 0)
		return r;
	if (a->hostname && flags->settings.hostname)
		return par_fail(err, PAR_E_USAGE, 0, "-h and -M -h give two host names: %s and %s",
				a->hostname, flags->settings.hostname);
	if (a->keep_uuid && flags->settings.uuid.given)
		return par_fail(err, PAR_E_USAGE, 0, "-U and -M -U cannot be used together");
	return wpar_restore_run(rs, words, say, err);
}

static int restwpar_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct restwpar_args *a = args;
	struct wpar_say say = { .out = ctx->out, .verbose = a->verbose };
	par_cleanup(restwpar_flags_done) struct restwpar_flags flags = { 0 };
	auto_buf words = { 0 };
	struct wpar_restore rs = {
		.backup = a->device,
		.name = a->name	    ? a->name
			: ctx->argc ? ctx->argv[0]
				    : NULL,
		.hostname = a->hostname,
		.directory = a->directory,
		.spec_file = a->spec,
		.data_file = a->image_data,
		.devexports = a->devexports,
		.allowed_signers = a->allowed_signers,
		.flags = a->mkwpar_flags ? &flags.settings : NULL,
		.resolve = a->resolve,
		.autostart = a->autostart,
		.start = a->start,
		.resolver = a->resolver,
		.incompatible = a->incompatible,
		.keep_uuid = a->keep_uuid,
		.trust = a->trust,
		.progress = a->progress,
		.sync = a->sync ? *a->sync : 0,
	};
	int r = check_args(ctx, a, err);

	if (r < 0)
		return r;
	r = wpar_creation_words(ctx, &words, err);
	return r < 0 ? r : read_and_run(a, &flags, &rs, &words, &say, err);
}

const struct par_cmd wpar_cmd_restwpar = {
	.name = "restwpar",
	.synopsis = "[NAME]",
	.summary = "Restore a workload partition from a backup",
	.family = PAR_FAMILY_AIX,
	.max_args = 1,
	.opts = opts,
	.args_size = sizeof(struct restwpar_args),
	.run = restwpar_run,
};
