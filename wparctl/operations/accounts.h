/* SPDX-License-Identifier: Apache-2.0 */
/* What lsuser and lsgroup share, and what mkuser, chuser and rmuser share. */
#pragma once

#include "wparctl/accounts/account_plan.h"
#include "wparctl/accounts/attribute.h"
#include "wparctl/operations/within.h"

/* What a listing's options say; they land in it. */
struct wpar_account_listing {
	const char *wpar;
	bool chosen, colon, stanza, json;
};

#define WPAR_ACCOUNT_LISTING_OPTS(what)                                                         \
	OPT_FLAG('a', NULL, struct wpar_account_listing, chosen,                                \
		 "The attributes that are named before the names of " what " only"),            \
		OPT_FLAG('c', NULL, struct wpar_account_listing, colon, "Separated by colons"), \
		OPT_FLAG('f', NULL, struct wpar_account_listing, stanza, "As stanzas"),         \
		WPAR_OPT_WITHIN(wpar_account_listing, wpar),                                    \
		OPT_FLAG(0, "json", struct wpar_account_listing, json, "As JSON"),              \
	{                                                                                       \
		0                                                                               \
	}

/* wpar_users_list, wpar_groups_list - run() of lsuser and lsgroup */
int wpar_users_list(const struct par_cmd_ctx *ctx, void *args, struct par_error **err);
int wpar_groups_list(const struct par_cmd_ctx *ctx, void *args, struct par_error **err);

/*
 * wpar_account_change_run - carry out a change, here or in the WPAR @wpar
 * @ctx		its last operand is the user's name, those before it are settings
 */
int wpar_account_change_run(const struct par_cmd_ctx *ctx, enum wpar_account_change change,
			    const char *wpar, struct par_error **err);
