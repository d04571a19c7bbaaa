/* SPDX-License-Identifier: Apache-2.0 */
/* Command lines of ordinary users: see user_request.h. */
#include "wparctl/operations/user_request.h"

#include "wparctl/rbac/auths.h"
#include "wparctl/spec/spec.h"

#include <string.h>

#define STOP_AND_START (WPAR_RIGHT_STOP | WPAR_RIGHT_START)

/*
 * The options are those that reach nothing of the global environment but the WPAR itself: no file,
 * no device, no address, no limit.  A host name can mean an address, so -h of mkwpar and chwpar is
 * root's.
 */
static const struct user_command {
	const char *name;
	unsigned int rights;
	const char *options; /* the letters of those that may be given */
	const char *more;    /* with one of these options these rights are needed as well */
	unsigned int more_rights;
	const char *long_options; /* those without a letter, blanks around each */
	char no_more;		  /* but not with this one, which takes away what the others give */
	bool by_option;		  /* the WPAR's name is -n's; else it is the first operand */
	bool interactive;
	bool is_job;
} commands[] = {
	{ .name = "chwpar",
	  .rights = WPAR_RIGHT_CHANGE,
	  .options = "AKcv",
	  .more = "A",
	  .more_rights = WPAR_RIGHT_START,
	  .no_more = 'K' },
	{ .name = "clogin", .rights = WPAR_RIGHT_LOGIN, .options = "Cl", .interactive = true },
	{ .name = "mkwpar",
	  .rights = WPAR_RIGHT_CREATE,
	  .options = "Acnrsv",
	  .more = "As",
	  .more_rights = WPAR_RIGHT_START,
	  .by_option = true },
	{ .name = "rebootwpar", .rights = STOP_AND_START, .options = "FNhtv" },
	{ .name = "rmwpar", .rights = WPAR_RIGHT_REMOVE, .options = "Fsv" },
	{ .name = "startwpar", .rights = WPAR_RIGHT_START, .options = "12mv" },
	{ .name = "stopwpar",
	  .rights = WPAR_RIGHT_STOP,
	  .options = "FNhrtv",
	  .more = "r",
	  .more_rights = WPAR_RIGHT_START },
	{ .name = "wparexec",
	  .rights = WPAR_RIGHT_RUN,
	  .options = "alnv",
	  .long_options = " directory umask ",
	  .interactive = true,
	  .is_job = true },
};

void wpar_user_request_done(struct wpar_user_request *q)
{
	free(q->name);
	par_strv_done(&q->argv);
	*q = (struct wpar_user_request){ 0 };
}

static const struct user_command *find_command(const char *name)
{
	for (size_t i = 0; i < PAR_ARRAY_SIZE(commands); i++) {
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	}
	return NULL;
}

bool wpar_user_command_is(const char *name)
{
	return find_command(name) != NULL;
}

static int refuse_option(const struct user_command *c, const struct par_opt *o,
			 struct par_error **err)
{
	if (o->short_name)
		return par_fail(err, PAR_E_NOT_PERMITTED, 0,
				"Only the root user can give %s the option -%c.", c->name,
				o->short_name);
	return par_fail(err, PAR_E_NOT_PERMITTED, 0,
			"Only the root user can give %s the option --%s.", c->name, o->long_name);
}

static bool may_have_option(const struct user_command *c, const struct par_opt *o)
{
	autofree char *word = NULL;

	if (o->short_name)
		return strchr(c->options, o->short_name) != NULL;
	word = par_strdup_printf(" %s ", o->long_name);
	return c->long_options && word && strstr(c->long_options, word);
}

/* 1: it was --dry-run. */
static int check_options(const struct user_command *c, const struct par_cmd *cmd, const void *args,
			 struct wpar_user_request *ret, struct par_error **err)
{
	bool more = false, no_more = false;

	for (const struct par_opt *o = cmd->opts; o->kind != PAR_OPT_END; o++) {
		if (!par_opt_is_given(o, args))
			continue;
		if (par_streq(o->long_name, "dry-run"))
			return 1;
		if (!may_have_option(c, o))
			return refuse_option(c, o, err);
		more |= c->more && strchr(c->more, o->short_name);
		no_more |= o->short_name == c->no_more;
	}
	if (more && !no_more)
		ret->rights |= c->more_rights;
	return 0;
}

/* The value of -n or another option with a letter; NULL. */
static const char *option_value(const struct par_cmd *cmd, const void *args, char letter)
{
	for (const struct par_opt *o = cmd->opts; o->kind != PAR_OPT_END; o++) {
		if (o->short_name == letter && o->kind == PAR_OPT_VALUE)
			return *(const char *const *)(const void *)((const char *)args +
								    o->field.offset);
	}
	return NULL;
}

static int check_name(const struct user_command *c, const struct par_cmd *cmd, const void *args,
		      char *const *operands, size_t n, struct wpar_user_request *ret,
		      struct par_error **err)
{
	const char *name = c->by_option ? option_value(cmd, args, 'n') : operands[0];

	if (c->by_option ? n > 0 : n == 0 || (n > 1 && !cmd->stop_at_operand))
		return par_fail(err, PAR_E_USAGE, 0, "one workload partition is to be named");
	if (!name)
		return par_fail(err, PAR_E_USAGE, 0, "the name is missing: -n NAME");
	if (wpar_name_check(name, err) < 0)
		return -EINVAL;
	ret->name = strdup(name);
	return ret->name ? 0 : par_oom(err);
}

/* Its name is -n's, or that of the command, which stands behind the variables. */
static int check_job(const struct par_cmd *cmd, const void *args, char *const *operands, size_t n,
		     const char *user, struct wpar_user_request *ret, struct par_error **err)
{
	const char *name = option_value(cmd, args, 'n'), *as = option_value(cmd, args, 'l');
	size_t i = 0;

	while (i < n && operands[i][0] != '/' && strchr(operands[i], '='))
		i++;
	if (i == n || operands[i][0] != '/')
		return par_fail(err, PAR_E_USAGE, 0, "the command is missing: an absolute path");
	if (!name)
		name = strrchr(operands[i], '/') + 1;
	if (wpar_name_check(name, err) < 0)
		return -EINVAL;
	ret->name = strdup(name);
	if (!ret->name)
		return par_oom(err);
	if (as && *user && strcmp(as, user) != 0)
		return par_fail(err, PAR_E_NOT_PERMITTED, 0,
				"Only the root user can run a command as another user (-l %s).",
				as);
	return 0;
}

/* @words is changed, its strings are not. */
static int parse_into(const struct user_command *c, const struct par_cmd *cmd, int argc,
		      char **words, const char *user, void *args, struct wpar_user_request *ret,
		      struct par_error **err)
{
	int first = 0, r = par_cmd_parse(cmd, argc, words, args, &first, err);

	if (r != 0)
		return r < 0 ? r : 1;
	if (c->is_job)
		r = check_job(cmd, args, words + first, (size_t)(argc - first), user, ret, err);
	else
		r = check_name(c, cmd, args, words + first, (size_t)(argc - first), ret, err);
	return r < 0 ? r : check_options(c, cmd, args, ret, err);
}

static int parse_words(const struct user_command *c, const struct par_cmd *cmd, int argc,
		       char **words, const char *user, struct wpar_user_request *ret,
		       struct par_error **err)
{
	void *args = calloc(1, cmd->args_size);
	int r = args ? parse_into(c, cmd, argc, words, user, args, ret, err) : par_oom(err);

	if (args)
		par_cmd_args_done(cmd, args);
	free(args);
	return r;
}

static int put_option(const char *option, const char *value, struct wpar_user_request *ret,
		      struct par_error **err)
{
	return par_strv_add(&ret->argv, option) < 0 || par_strv_add(&ret->argv, value) < 0
		       ? par_oom(err)
		       : 0;
}

/* What is run is read in the same way: the words as they came, the owner's in front of them. */
static int put_words(const struct par_strv *argv, const char *user, struct wpar_user_request *ret,
		     struct par_error **err)
{
	for (size_t i = 0; i < argv->n; i++) {
		if (par_strv_add(&ret->argv, argv->v[i]) < 0)
			return par_oom(err);
		if (i > 0)
			continue;
		if ((ret->creates && put_option("--owner", user, ret, err) < 0) ||
		    (ret->is_job && put_option("-l", user, ret, err) < 0))
			return -ENOMEM;
	}
	return 0;
}

int wpar_user_request_parse(const struct par_cmd *const *cmds, const struct par_strv *argv,
			    const char *user, struct wpar_user_request *ret, struct par_error **err)
{
	const struct user_command *c = argv->n > 0 ? find_command(argv->v[0]) : NULL;
	const struct par_cmd *cmd = c ? par_cmd_find(cmds, c->name) : NULL;
	autofree char **words = NULL;
	int r;

	*ret = (struct wpar_user_request){ 0 };
	if (!cmd)
		return par_fail(err, PAR_E_NOT_PERMITTED, 0,
				"Only the root user can run this command.");
	*ret = (struct wpar_user_request){ .command = c->name,
					   .rights = c->rights,
					   .creates = c->by_option || c->is_job,
					   .is_job = c->is_job,
					   .interactive = c->interactive };
	words = calloc(argv->n + 1, sizeof(*words));
	if (!words)
		return par_oom(err);
	memcpy(words, argv->v, argv->n * sizeof(*words));
	r = parse_words(c, cmd, (int)argv->n, words, user, ret, err);
	return r == 0 ? put_words(argv, user, ret, err) : r;
}
