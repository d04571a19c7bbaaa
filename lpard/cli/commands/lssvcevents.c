/* SPDX-License-Identifier: Apache-2.0 */
/* lssvcevents - list console events: who changed what; and serviceable events, of which there are
 * none */
#include "lpard/cli/commands/commands.h"
#include "lpard/cli/listing.h"

struct lssvcevents_args {
	const char *type;
	const char *system;
	const char *days, *minutes;
	struct listing_args listing;
};

static const struct par_opt opts[] = {
	OPT_STR('t', NULL, "TYPE", struct lssvcevents_args, type,
		"Which: console (who changed what) or hardware", .values = "console|hardware",
		.required = true),
	OPT_STR('d', NULL, "DAYS", struct lssvcevents_args, days,
		"Of today and so many days before (usually 7)"),
	OPT_STR('i', NULL, "MINUTES", struct lssvcevents_args, minutes,
		"Of the last so many minutes"),
	OPT_STR('m', NULL, "SYSTEM", struct lssvcevents_args, system,
		"Only of this managed system, by name or TYPE-MODEL*SERIAL", .values = "@systems"),
	LISTING_OPTS(struct lssvcevents_args),
	{ 0 },
};

/* A number of days or minutes, if one was given. */
static int put_count(struct json_object *params, const char *key, const char *text,
		     const char *option, struct par_error **err)
{
	uint64_t n;

	if (!text)
		return 0;
	if (par_parse_u64(text, 100000, &n) < 0)
		return cli_missing(err, option);
	return par_json_put(params, key, json_object_new_int64((int64_t)n)) < 0 ? par_oom(err) : 0;
}

static int lssvcevents_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct lssvcevents_args *a = args;
	auto_json params = json_object_new_object();
	int r;

	if (a->days && a->minutes)
		return cli_missing(err, "-d,-i");
	if (par_json_put_string(params, "type", a->type) < 0 ||
	    (a->system && par_json_put_string(params, "system", a->system) < 0) ||
	    (a->listing.fields.given &&
	     par_json_put(params, "all_fields", json_object_new_boolean(true)) < 0))
		return par_oom(err);
	r = put_count(params, "days", a->days, "-d", err);
	if (r < 0)
		return r;
	r = put_count(params, "minutes", a->minutes, "-i", err);
	if (r < 0)
		return r;
	return cli_listing_call(ctx, &a->listing, "ListEvents", take_ptr(params), err);
}

const struct par_cmd cmd_lssvcevents = {
	.name = "lssvcevents",
	.synopsis = "",
	.summary = "List console events: who changed what, the newest first",
	.family = PAR_FAMILY_HMC,
	.max_args = PAR_ARGS_ANY, /* more names of -F: listing.c */
	.opts = opts,
	.args_size = sizeof(struct lssvcevents_args),
	.run = lssvcevents_run,
};
