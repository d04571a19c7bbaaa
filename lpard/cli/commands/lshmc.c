/* SPDX-License-Identifier: Apache-2.0 */
/* lshmc - the version this console answers with, its vital product data and its settings */
#include "lpard/cli/commands/commands.h"
#include "lpard/cli/client.h"
#include "lpard/cli/network.h"
#include "lpard/common/table.h"

#include <string.h>

struct lshmc_args {
	bool version, vpd, remote, network;
	struct par_opt_value fields;
	bool header;
};

static const struct par_opt opts[] = {
	OPT_FLAG('V', NULL, struct lshmc_args, version, "The version"),
	OPT_FLAG('v', NULL, struct lshmc_args, vpd, "Vital product data"),
	OPT_FLAG('r', NULL, struct lshmc_args, remote, "Remote access settings"),
	OPT_FLAG('n', NULL, struct lshmc_args, network, "Network settings of this machine"),
	OPT_STR_OPTIONAL('F', NULL, "NAMES", struct lshmc_args, fields,
			 "Values only, of these attributes"),
	OPT_FLAG(0, "header", struct lshmc_args, header, "With -F: the names first"),
	{ 0 },
};

enum {
	MAX_COLUMNS = 32,
};

struct columns {
	const char *names[MAX_COLUMNS];
	const char *values[MAX_COLUMNS];
	size_t n;
};

static int fail_attribute(struct par_error **err, const char *name)
{
	return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
			"An invalid attribute was entered.  The invalid attribute is %s.  Please "
			"correct your entry and retry the command.",
			name);
}

/* The columns that -F asks for, out of @all. */
static int choose(const struct columns *all, const struct par_strv *wanted, struct columns *ret,
		  struct par_error **err)
{
	for (size_t i = 0; i < wanted->n; i++) {
		size_t k = 0;

		while (k < all->n && strcmp(all->names[k], wanted->v[i]) != 0)
			k++;
		if (k == all->n || ret->n == MAX_COLUMNS)
			return fail_attribute(err, wanted->v[i]);
		ret->names[ret->n] = all->names[k];
		ret->values[ret->n++] = all->values[k];
	}
	return 0;
}

static int print(const struct par_cmd_ctx *ctx, const struct lshmc_args *a,
		 const struct columns *all, struct par_error **err)
{
	struct par_table_format f = { .values_only = a->fields.given, .delimiter = ',' };
	struct columns chosen = { 0 };
	auto_strv wanted = { 0 };
	auto_buf b = { 0 };
	int r = par_table_fields(a->fields.value, &wanted, &f.delimiter, err);

	if (r < 0)
		return r;
	r = choose(all, &wanted, &chosen, err);
	if (r < 0)
		return r;
	if (wanted.n == 0)
		chosen = *all;
	if (a->fields.given && a->header)
		par_table_put_header(&b, &f, chosen.names, chosen.n);
	par_table_put_row(&b, &f, chosen.names, chosen.values, chosen.n);
	if (b.failed)
		return par_oom(err);
	fputs(b.data, ctx->out);
	return 0;
}

static const char *text(struct json_object *o, const char *key)
{
	const char *v = "";

	(void)par_json_string(o, key, false, &v, NULL);
	return v;
}

static void put_version(struct json_object *v, struct par_buf *b)
{
	auto_strv fixes = { 0 };

	par_buf_printf(b, " Version: %s\n Release: %s\n Service Pack: %s\nHMC Build level %s\n",
		       text(v, "version"), text(v, "release"), text(v, "service_pack"),
		       text(v, "build_level"));
	if (par_json_strv(v, "fixes", false, 1000, &fixes, NULL) == 0) {
		for (size_t i = 0; i < fixes.n; i++)
			par_buf_printf(b, "%s\n", fixes.v[i]);
	}
}

/* The line *RM is what programs look for. */
static void put_vpd(struct json_object *v, struct par_buf *b)
{
	par_buf_printf(b,
		       "*FC ????????\n*VC 20.0\n*N2 \n*FC ????????\n"
		       "*DS Hardware Management Console\n*TM lpard\n*SE %s\n*MN lpard\n"
		       "*OS Embedded Operating Systems\n*FC ????????\n*DS Platform Firmware\n"
		       "*RM %s.%s\n",
		       text(v, "lpard"), text(v, "base_version"), text(v, "service_pack"));
}

/* Every setting that an HMC has; a public parser wants them all, in this order. */
static const struct columns remote_access = {
	.names = { "ssh",
		   "sshprotocol",
		   "remotewebui",
		   "xntp",
		   "xntpserver",
		   "syslogserver",
		   "syslogtcpserver",
		   "syslogtlsserver",
		   "altdiskboot",
		   "ldap",
		   "kerberos",
		   "kerberos_default_realm",
		   "kerberos_realm_kdc",
		   "kerberos_clockskew",
		   "kerberos_ticket_lifetime",
		   "kpasswd_admin",
		   "trace",
		   "kerberos_keyfile_present",
		   "kerberos_allow_weak_crypto",
		   "legacyhmccomm",
		   "security",
		   "sol" },
	.values = { "enable",  "",	  "disable", "disable", "",	  "",	     "", "",
		    "disable", "disable", "disable", "",	"",	  "",	     "", "",
		    "",	       "",	  "",	     "disable", "legacy", "disabled" },
	.n = 22,
};

static int print_network(const struct par_cmd_ctx *ctx, const struct lshmc_args *a,
			 struct par_error **err)
{
	auto_network net = { 0 };
	int r = cli_network_read(&net, err);
	const struct columns all = {
		.names = { "hostname", "domain", "ipaddr", "networkmask", "gateway", "nameserver",
			   "domainsuffix", "slipipaddr", "slipnetmask", "ipaddrlpar",
			   "networkmasklpar", "clients", "ipv6addrlpar", "dns" },
		.values = { net.hostname, net.domain.data, net.addresses.data, net.masks.data,
			    net.gateway, net.nameservers.data, net.suffixes.data, "", "", "", "",
			    "", "", net.nameservers.len ? "enabled" : "disabled" },
		.n = 14,
	};

	return r < 0 ? r : print(ctx, a, &all, err);
}

static int lshmc_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct lshmc_args *a = args;
	struct columns all = { 0 };
	auto_json answer = NULL;
	auto_buf first = { 0 }, second = { 0 };
	int r;

	if (a->version + a->vpd + a->remote + a->network != 1)
		return cli_missing(err, "-v,-V,-r,-n");
	if (a->header && !a->fields.given)
		return cli_missing(err, "-F");
	if (a->remote)
		return print(ctx, a, &remote_access, err);
	if (a->network)
		return print_network(ctx, a, err);
	r = cli_call("GetVersion", json_object_new_object(), &answer, err);
	if (r < 0)
		return r;
	if (a->vpd) {
		put_vpd(answer, &first);
		all = (struct columns){ .names = { "vpd" }, .values = { first.data }, .n = 1 };
	} else {
		put_version(answer, &first);
		par_buf_printf(&second, "%s\n", text(answer, "base_version"));
		all = (struct columns){ .names = { "version", "base_version" },
					.values = { first.data, second.data },
					.n = 2 };
	}
	return first.failed || second.failed ? par_oom(err) : print(ctx, a, &all, err);
}

const struct par_cmd cmd_lshmc = {
	.name = "lshmc",
	.synopsis = "",
	.summary = "Show the console's version and settings",
	.family = PAR_FAMILY_HMC,
	.opts = opts,
	.args_size = sizeof(struct lshmc_args),
	.run = lshmc_run,
};
