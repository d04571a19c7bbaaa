/* SPDX-License-Identifier: Apache-2.0 */
/* chsysstate - activate, shut down and restart partitions */
#include "lpard/cli/commands/commands.h"
#include "lpard/cli/client.h"
#include "lpard/common/words.h"

#include <string.h>

struct chsysstate_args {
	const char *resource, *system, *operation;
	const char *names, *ids, *profile;
	const char *boot_mode, *keylock, *ipl_source;
	bool all, immediate, restart, force, new_disk, no_vsi, progress;
};

static const struct par_opt opts[] = {
	OPT_STR('r', NULL, "RESOURCE", struct chsysstate_args, resource,
		"Whose state to change: lpar", .values = "lpar", .required = true),
	OPT_STR('m', NULL, "SYSTEM", struct chsysstate_args, system,
		"The managed system, by name or TYPE-MODEL*SERIAL", .values = "@systems",
		.required = true),
	OPT_STR('o', NULL, "OPERATION", struct chsysstate_args, operation,
		"on, shutdown (the power button) or osshutdown (the operating system shuts itself "
		"down)",
		.values = PAR_WORDS_BARRED(LPAR_POWER_WORDS), .required = true),
	OPT_STR('n', NULL, "LPARS", struct chsysstate_args, names,
		"The partition, or several with commas between them", .values = "@lpars"),
	OPT_STR(0, "id", "IDS", struct chsysstate_args, ids, "The same by id"),
	OPT_FLAG(0, "all", struct chsysstate_args, all, "All partitions of the system"),
	OPT_STR('f', NULL, "PROFILE", struct chsysstate_args, profile,
		"With on: the profile to activate with; without it the current configuration is "
		"used",
		.values = "@profiles"),
	OPT_STR('b', NULL, "MODE", struct chsysstate_args, boot_mode,
		"With on: the boot mode, this once: " PAR_WORDS_SAID(LPAR_BOOT_MODE_WORDS),
		.values = PAR_WORDS_BARRED(LPAR_BOOT_MODE_WORDS)),
	OPT_STR('k', NULL, "KEYLOCK", struct chsysstate_args, keylock,
		"With on: the keylock position: " PAR_WORDS_SAID(LPAR_KEYLOCK_WORDS),
		.values = PAR_WORDS_BARRED(LPAR_KEYLOCK_WORDS)),
	OPT_FLAG(0, "immed", struct chsysstate_args, immediate,
		 "With shutdown: at once, as by pulling the plug; with osshutdown: without delay"),
	OPT_FLAG(0, "restart", struct chsysstate_args, restart, "Start it again afterwards"),
	OPT_FLAG(0, "force", struct chsysstate_args, force,
		 "With on: give the saved memory of a suspended partition up"),
	OPT_FLAG(0, "new-disk", struct chsysstate_args, new_disk,
		 "With on: give a partition whose disk is missing a new one, made of its image"),
	OPT_FLAG(0, "progress", struct chsysstate_args, progress,
		 "Show on standard error what is being done"),
	/* There are no VSI profiles, and the initial load source is an IBM i matter. */
	OPT_FLAG(0, "novsi", struct chsysstate_args, no_vsi, NULL),
	OPT_STR('i', NULL, "SOURCE", struct chsysstate_args, ipl_source, NULL),
	{ 0 },
};

static int chsysstate_check(const struct chsysstate_args *a, struct par_error **err)
{
	int operation = par_word_find(lpar_power_words, a->operation);
	bool on = operation == LPAR_POWER_ON;
	bool mode = par_word_find(lpar_boot_mode_words, a->boot_mode) >= 0;
	bool keylock = par_word_find(lpar_keylock_words, a->keylock) >= 0;
	struct cli_missing m = { 0 };

	cli_need(&m, par_streq(a->resource, "lpar"), "-r");
	cli_need(&m, operation >= 0, "-o");
	cli_need(&m, (a->names != NULL) + (a->ids != NULL) + a->all == 1, "-n,--id,--all");
	cli_need(&m, !a->boot_mode || (on && mode), "-b");
	cli_need(&m, !a->keylock || (on && keylock), "-k");
	cli_need(&m, !a->profile || (on && !a->all), "-f");
	cli_need(&m, !(on && a->immediate), "--immed");
	cli_need(&m, !(on && a->restart), "--restart");
	cli_need(&m, !a->new_disk || (on && !a->all), "--new-disk");
	cli_need(&m, on || !a->force, "--force");
	return cli_needs_met(&m, err);
}

static int put_ids(struct json_object *params, const char *text, struct par_error **err)
{
	struct json_object *list = json_object_new_array();
	auto_strv ids = { 0 };
	int r;

	if (par_json_put(params, "ids", list) < 0)
		return par_oom(err);
	r = par_attrs_split_list(text, &ids, err);
	for (size_t i = 0; i < ids.n && r == 0; i++) {
		uint64_t id = 0;

		if (par_parse_u64(ids.v[i], INT32_MAX, &id) < 0)
			return cli_missing(err, "--id");
		if (json_object_array_add(list, json_object_new_int64((int64_t)id)) < 0)
			return par_oom(err);
	}
	return r;
}

static int put_flag(struct json_object *params, const char *key, bool value)
{
	return value ? par_json_put(params, key, json_object_new_boolean(true)) : 0;
}

static int put_text(struct json_object *params, const char *key, const char *value)
{
	return value ? par_json_put_string(params, key, value) : 0;
}

static int make_params(const struct chsysstate_args *a, struct json_object *params,
		       struct par_error **err)
{
	if (put_text(params, "resource", a->resource) < 0 ||
	    put_text(params, "system", a->system) < 0 ||
	    put_text(params, "operation", a->operation) < 0 ||
	    put_text(params, "profile", a->profile) < 0 ||
	    put_text(params, "boot_mode", a->boot_mode) < 0 ||
	    put_text(params, "keylock", a->keylock) < 0 || put_flag(params, "all", a->all) < 0 ||
	    put_flag(params, "immediate", a->immediate) < 0 ||
	    put_flag(params, "restart", a->restart) < 0 ||
	    put_flag(params, "force", a->force) < 0 ||
	    put_flag(params, "new_disk", a->new_disk) < 0)
		return par_oom(err);
	if (a->names)
		return cli_put_list(params, "lpars", a->names, err);
	return a->ids ? put_ids(params, a->ids, err) : 0;
}

/* "lpar01: 40% root image" on stderr, one line for each reply. */
static int show_progress(struct json_object *reply, void *user)
{
	const struct par_cmd_ctx *ctx = user;
	struct cli_progress p;

	if (!cli_progress_read(reply, &p))
		return 0;
	fprintf(ctx->err, "%s: %3u%% %s\n", p.lpar, p.percent, p.stage);
	fflush(ctx->err);
	return 0;
}

static int ignore_progress(struct json_object *reply, void *user)
{
	(void)reply;
	(void)user;
	return 0;
}

static int chsysstate_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct chsysstate_args *a = args;
	auto_json params = json_object_new_object();
	auto_varlink v = NULL;
	int r = chsysstate_check(a, err);

	if (r < 0)
		return r;
	if (!params)
		return par_oom(err);
	r = make_params(a, params, err);
	if (r < 0)
		return r;
	r = cli_connect(&v, err);
	if (r < 0)
		return r;
	return par_varlink_call_more(v, "org.lpard.ChangeState", params, -1,
				     a->progress ? show_progress : ignore_progress,
				     (void *)(uintptr_t)ctx, NULL, err);
}

const struct par_cmd cmd_chsysstate = {
	.name = "chsysstate",
	.synopsis = "",
	.summary = "Activate, shut down and restart partitions",
	.family = PAR_FAMILY_HMC,
	.opts = opts,
	.args_size = sizeof(struct chsysstate_args),
	.run = chsysstate_run,
};
