/* SPDX-License-Identifier: Apache-2.0 */
/*
 * restwparfiles: some or all files of a backup into a directory, or only a look whether it is
 * whole.  The program that reads archives has that directory as its root and follows no link in
 * it.
 */
#include "wparctl/backup/file_names.h"
#include "wparctl/backup/fill.h"
#include "wparctl/backup/signature.h"
#include "wparctl/commands/commands.h"
#include "wparctl/operations/operation.h"
#include "wparctl/operations/refused.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

struct restwparfiles_args {
	const char *blocks, *directory, *device, *allowed_signers;
	bool check_blocks, debug, info, plain, verify;
};

static const struct par_opt opts[] = {
	OPT_FLAG_REFUSED('a', struct restwparfiles_args, check_blocks,
			 "a backup is read as it comes, whatever blocks its tape has"),
	OPT_STR('b', NULL, "BLOCKS", struct restwparfiles_args, blocks, NULL,
		.refused = "a backup is read as it comes; a tape that needs a size of blocks is "
			   "read by dd, into -f -"),
	OPT_STR('d', NULL, "DIRECTORY", struct restwparfiles_args, directory,
		"Where the files go (default: the current directory)", .values = "@files"),
	OPT_FLAG('D', NULL, struct restwparfiles_args, debug, "Show how far it is"),
	OPT_STR('f', NULL, "FILE", struct restwparfiles_args, device,
		"The backup; -: the standard input (default: /dev/rmt0)", .values = "@files"),
	OPT_FLAG('m', NULL, struct restwparfiles_args, info,
		 "Only what describes the backup: image.data and wpar.spec in .savewpar_dir"),
	OPT_FLAG('n', NULL, struct restwparfiles_args, plain,
		 "Without access lists and extended attributes"),
	OPT_FLAG('V', NULL, struct restwparfiles_args, verify,
		 "Restore nothing: read all of it, and compare each file with its checksum"),
	OPT_STR(0, "allowed-signers", "FILE", struct restwparfiles_args, allowed_signers,
		"Who must have signed it, one of them (default: /etc/wpars/allowed_signers, if it is "
		"there)",
		.values = "@files"),
	{ 0 },
};

static int open_target(const char *path, struct par_error **err)
{
	autofd int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat root, st;

	if (fd < 0)
		return par_fail(err, errno == ENOENT ? PAR_E_NOT_FOUND : PAR_E_SYSTEM, errno,
				"-d %s cannot be opened", path);
	if (fstat(fd, &st) < 0 || stat("/", &root) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "-d %s cannot be looked at", path);
	if (st.st_dev == root.st_dev && st.st_ino == root.st_ino)
		return par_fail(err, PAR_E_NOT_PERMITTED, 0,
				"files are not restored into the root directory of the global "
				"environment: give another one, -d DIRECTORY");
	return take_fd(&fd);
}

static int put_words(const struct par_cmd_ctx *ctx, const struct restwparfiles_args *a, bool setid,
		     struct par_strv *ret, struct par_error **err)
{
	const char *const given[] = {
		a->info ? "info" : NULL,
		a->plain ? "plain" : NULL,
		setid ? NULL : "nosetid",
	};

	for (int i = 0; i < ctx->argc; i++) {
		const char *name = ctx->argv[i] + strspn(ctx->argv[i], "/");
		autofree char *word = par_strdup_printf("name=%s", name);

		if (!word || par_strv_add(ret, word) < 0)
			return par_oom(err);
	}
	for (size_t i = 0; i < PAR_ARRAY_SIZE(given); i++) {
		if (given[i] && par_strv_add(ret, given[i]) < 0)
			return par_oom(err);
	}
	return 0;
}

static int restore_files(const struct par_cmd_ctx *ctx, const struct restwparfiles_args *a,
			 struct wpar_backup_fill *f, struct par_error **err)
{
	const char *path = a->directory ? a->directory : ".";
	autofd int target = open_target(path, err);
	auto_strv words = { 0 };
	bool setid;
	int r;

	if (target < 0)
		return target;
	/* A program of the WPAR's root would be one of this system's for whoever can start it. */
	setid = wpar_backup_may_set_ids(target);
	r = put_words(ctx, a, setid, &words, err);
	if (r < 0)
		return r;
	if (!setid && !a->info)
		fprintf(ctx->err,
			"restwparfiles: set-user-ID and set-group-ID bits and capabilities are left "
			"out, for others than root can reach %s.\n",
			path);
	return wpar_backup_files(f, target, words.v, err);
}

static int check_args(const struct par_cmd_ctx *ctx, const struct restwparfiles_args *a,
		      struct par_error **err)
{
	int r = wpar_refuse_options(opts, a, err);

	if (r < 0)
		return r;
	if (a->info && ctx->argc)
		return par_fail(err, PAR_E_USAGE, 0, "-m takes no names of files");
	r = wpar_backup_check_names(ctx->argv, (size_t)ctx->argc, err);
	if (r < 0)
		return r;
	if (a->verify && (a->info || a->plain || a->directory || ctx->argc))
		return par_fail(
			err, PAR_E_USAGE, 0,
			"-V restores nothing: it takes no -d, -m, -n and no names of files");
	return wpar_need_root(err);
}

static int restwparfiles_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct restwparfiles_args *a = args;
	autofree char *signers = NULL;
	auto_backup_source source = WPAR_BACKUP_SOURCE_NONE;
	struct wpar_backup_fill f = { .source = &source, .progress = a->debug };
	int r = check_args(ctx, a, err);

	if (r < 0)
		return r;
	r = wpar_allowed_signers(a->allowed_signers, &signers, err);
	if (r < 0)
		return r;
	f.allowed_signers = signers;
	r = wpar_backup_source_open(a->device, &source, err);
	if (r < 0)
		return r;
	if (!a->verify)
		r = wpar_backup_verify_first(&f, err);
	if (r < 0)
		return r;
	r = a->verify ? wpar_backup_verify(&f, err) : restore_files(ctx, a, &f, err);
	if (r == 0 && f.signer)
		wpar_say_line(ctx->out, "The backup is signed by %s.", f.signer);
	if (r == 0 && a->verify)
		wpar_say_line(ctx->out, "The backup %s is whole.", source.name);
	free(f.signer);
	return r;
}

const struct par_cmd wpar_cmd_restwparfiles = {
	.name = "restwparfiles",
	.synopsis = "[FILE…]",
	.summary = "Restore files from a backup of a workload partition",
	.family = PAR_FAMILY_AIX,
	.max_args = PAR_ARGS_ANY,
	.opts = opts,
	.args_size = sizeof(struct restwparfiles_args),
	.run = restwparfiles_run,
};
