/* SPDX-License-Identifier: Apache-2.0 */
/* The databases and what their attributes can be: see rbac_table.h. */
#include "wparctl/rbac/auths.h"
#include "wparctl/rbac/rbac_table.h"
#include "wparctl/spec/spec.h"

#include <string.h>

/* AIX's rule for names of roles and domains. */
static const char *refuse_name(const char *name)
{
	static const char *const reserved[] = { "ALL", "default", "ALLOW_OWNER", "ALLOW_GROUP",
						"ALLOW_ALL" };

	if (!*name || strlen(name) > WPAR_RBAC_NAME_MAX || !par_printable(name))
		return "it must be 1 to 63 printable characters";
	if (strchr("-+@~*", *name))
		return "it must not begin with -, +, @, ~ or *";
	if (name[strcspn(name, " :\"#,=\\/?'`")])
		return "it must not have a blank nor any of : \" # , = \\ / ? ' `";
	for (size_t i = 0; i < PAR_ARRAY_SIZE(reserved); i++) {
		if (strcmp(name, reserved[i]) == 0)
			return "the name is reserved";
	}
	return NULL;
}

static const char *refuse_wpar(const char *name)
{
	if (*name == '#') /* a comment in the file */
		return "a name with # in front cannot be in a domain";
	return wpar_name_check(name, NULL) < 0 ? "it is no name of a workload partition" : NULL;
}

static const char *refuse_auth(const char *value)
{
	return wpar_auth_find(value) ? NULL
				     : "there is no such authorization; lsauth ALL shows them";
}

static const char *refuse_text(const char *value)
{
	return par_printable(value) && strlen(value) <= 255
		       ? NULL
		       : "it must be at most 255 printable characters";
}

static const char *refuse_number(const char *value)
{
	uint64_t number;

	return par_parse_u64(value, INT32_MAX, &number) < 0 || number == 0
		       ? "it must be a whole number, 1 or more"
		       : NULL;
}

static const char *refuse_type(const char *value)
{
	return strcmp(value, "wpar") == 0 ? NULL : "the only type of object here is wpar";
}

static const char *refuse_flags(const char *value)
{
	return strcmp(value, "FSF_DOM_ALL") == 0 || strcmp(value, "FSF_DOM_ANY") == 0
		       ? NULL
		       : "it must be FSF_DOM_ALL or FSF_DOM_ANY";
}

const struct wpar_rbac_kind wpar_rbac_kinds[WPAR_RBAC_COUNT] = {
	[WPAR_RBAC_ROLES] = {
		.path = "/etc/security/roles",
		.what = "Role",
		.rows_max = 1024,
		.id_max = INT32_MAX,
		.refuse_name = refuse_name,
		.attributes = { { "authorizations", true, false, refuse_auth },
				{ "rolelist", true, false, refuse_name },
				{ "dfltmsg", false, false, refuse_text },
				{ "id", false, true, refuse_number } },
		.n = 4,
	},
	[WPAR_RBAC_DOMAINS] = {
		.path = "/etc/security/domains",
		.what = "Domain",
		.rows_max = 1024,
		.id_max = 1024,
		.refuse_name = refuse_name,
		.attributes = { { "id", false, true, refuse_number },
				{ "dfltmsg", false, false, refuse_text } },
		.n = 2,
	},
	[WPAR_RBAC_OBJECTS] = {
		.path = "/etc/security/domobjs",
		.what = "Object",
		.rows_max = 8192,
		.refuse_name = refuse_wpar,
		.attributes = { { "domains", true, false, refuse_name },
				{ "conflictsets", true, false, refuse_name },
				{ "objtype", false, false, refuse_type },
				{ "secflags", false, false, refuse_flags } },
		.n = 4,
	},
	[WPAR_RBAC_USERS] = {
		.path = "/etc/security/user.roles",
		.what = "User",
		.rows_max = 8192,
		.refuse_name = refuse_name,
		.attributes = { { "roles", true, false, refuse_name },
				{ "domains", true, false, refuse_name } },
		.n = 2,
	},
};

int wpar_rbac_kind_attribute(const struct wpar_rbac_kind *kind, const char *name, size_t len)
{
	for (size_t i = 0; i < kind->n; i++) {
		if (strlen(kind->attributes[i].name) == len &&
		    strncmp(kind->attributes[i].name, name, len) == 0)
			return (int)i;
	}
	return -1;
}
