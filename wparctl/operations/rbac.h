/* SPDX-License-Identifier: Apache-2.0 */
/* Listings and changes of roles, domains and the domains of WPARs. */
#pragma once

#include "lpard/common/cmd.h"
#include "wparctl/rbac/rbac_table.h"

/* What lsrole, lsdom and lssecattr are asked for. */
struct wpar_rbac_listing {
	bool chosen, colon, stanza, json;
	bool objects; /* lssecattr -o */
};

#define WPAR_RBAC_LISTING_OPTS(colon_, stanza_)                                                 \
	OPT_FLAG('a', NULL, struct wpar_rbac_listing, chosen,                                   \
		 "Show the attributes that the operands in front of the last one name"),        \
		OPT_FLAG(colon_, NULL, struct wpar_rbac_listing, colon, "Separated by colons"), \
		OPT_FLAG(stanza_, NULL, struct wpar_rbac_listing, stanza, "As stanzas"),        \
		OPT_FLAG(0, "json", struct wpar_rbac_listing, json, "As JSON")

/* wpar_rbac_list_run - print rows: those that the last operand names, or ALL */
int wpar_rbac_list_run(const struct par_cmd_ctx *ctx, enum wpar_rbac_which which,
		       const struct wpar_rbac_listing *args, struct par_error **err);

/*
 * wpar_rbac_make_run, _change_run, _remove_run - of the row that the last operand names, with the
 * settings in front of it; _set_run makes the row where there is none.  PAR_E_NOT_PERMITTED,
 * PAR_E_NOT_FOUND, PAR_E_EXISTS, PAR_E_INVALID_ARGUMENT; PAR_E_BUSY: others name what is to go
 */
int wpar_rbac_make_run(const struct par_cmd_ctx *ctx, enum wpar_rbac_which which,
		       struct par_error **err);
int wpar_rbac_change_run(const struct par_cmd_ctx *ctx, enum wpar_rbac_which which,
			 struct par_error **err);
int wpar_rbac_set_run(const struct par_cmd_ctx *ctx, enum wpar_rbac_which which,
		      struct par_error **err);
int wpar_rbac_remove_run(const struct par_cmd_ctx *ctx, enum wpar_rbac_which which,
			 struct par_error **err);

/* wpar_rbac_outside_only - PAR_E_NOT_SUPPORTED in a WPAR, which has neither roles nor domains */
int wpar_rbac_outside_only(struct par_error **err);

/*
 * wpar_rbac_user_set - the roles and domains of a user: "roles=…", "domains=…"
 * @check_only	change nothing; is all of it possible?
 * @forget	begin without those that an earlier user of that name had; with no settings: rmuser
 */
int wpar_rbac_user_set(const char *user, char *const *settings, size_t n, bool check_only,
		       bool forget, struct par_error **err);

/* wpar_rbac_is_user_setting - is it a setting of these, not of the system's user? */
bool wpar_rbac_is_user_setting(const char *setting);
