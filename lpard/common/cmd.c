/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parsing and running of commands by their descriptor (cmd.h).  Written by hand, because optional
 * values and AIX's pairs do not fit getopt_long(), and because its state is global.
 */
#include "lpard/common/cmd.h"
#include "lpard/common/interrupt.h"
#include "lpard/common/nearest.h"
#include "lpard/common/process.h"
#include "lpard/common/text.h"

#include <string.h>

#define ERROR_MAX \
	65536 /* bytes of an error that is printed: a change of many LPARs has a line for each */

struct parser {
	const struct par_cmd *cmd;
	int argc;
	char **argv;
	int at; /* the next word to look at */
	void *args;
	unsigned int n_operands; /* so far */
	uint64_t seen;		 /* bit per index in cmd->opts */
	struct par_error **err;
};

static const struct par_opt *find_short(const struct par_cmd *cmd, char c)
{
	for (const struct par_opt *o = cmd->opts; o && o->kind != PAR_OPT_END; o++) {
		if (o->short_name == c)
			return o;
	}
	return NULL;
}

static const struct par_opt *find_long(const struct par_cmd *cmd, const char *name, size_t len)
{
	for (const struct par_opt *o = cmd->opts; o && o->kind != PAR_OPT_END; o++) {
		if (o->long_name && strlen(o->long_name) == len &&
		    strncmp(o->long_name, name, len) == 0)
			return o;
	}
	return NULL;
}

/* "-m" or "--level" */
static void put_option(struct par_buf *b, const struct par_opt *o)
{
	if (o->short_name)
		par_buf_printf(b, "-%c", o->short_name);
	else
		par_buf_printf(b, "--%s", o->long_name);
}

static int fail_hmc_value(struct parser *p, const char *options)
{
	return par_fail(p->err, PAR_E_USAGE, 0, PAR_MSG_BAD_PARAMETERS, options);
}

static int fail_value(struct parser *p, const struct par_opt *o, const char *what)
{
	auto_buf shown = { 0 };

	put_option(&shown, o);
	if (p->cmd->family == PAR_FAMILY_HMC) {
		int r = fail_hmc_value(p, shown.data);

		par_error_hint(p->err, "Option %s %s.", shown.data, what);
		return r;
	}
	return par_fail(p->err, PAR_E_USAGE, 0, "option %s %s", shown.data, what);
}

/* The long option that a misspelt "--word=value" is near to, or NULL. */
static const char *nearest_long(const struct par_cmd *cmd, const char *word)
{
	autofree char *name = par_starts_with(word, "--") ? strdup(word + 2) : NULL;
	struct par_nearest guess = { .word = name };

	if (!name)
		return NULL;
	name[strcspn(name, "=")] = '\0';
	for (const struct par_opt *o = cmd->opts; o && o->kind != PAR_OPT_END; o++) {
		if (o->long_name && o->help)
			par_nearest_try(&guess, o->long_name);
	}
	par_nearest_try(&guess, "help");
	par_nearest_try(&guess, "version");
	return guess.best;
}

static int fail_unknown(struct parser *p, const char *word)
{
	const char *guess = nearest_long(p->cmd, word);

	if (p->cmd->family == PAR_FAMILY_HMC) {
		int r = par_fail(p->err, PAR_E_USAGE, 0, PAR_MSG_UNKNOWN_PARAMETERS, word);

		if (guess)
			par_error_hint(p->err, "Did you mean --%s?", guess);
		return r;
	}
	if (guess)
		return par_fail(p->err, PAR_E_USAGE, 0,
				"unknown option '%s'; did you mean '--%s'? See '%s --help'", word,
				guess, par_cmd_shown(p->cmd));
	return par_fail(p->err, PAR_E_USAGE, 0, "unknown option '%s'; see '%s --help'", word,
			par_cmd_shown(p->cmd));
}

static int args_add(struct par_args *a, char *word)
{
	char **v = reallocarray(a->v, a->n + 2, sizeof(*v));

	if (!v)
		return -ENOMEM;
	a->v = v;
	v[a->n++] = word;
	v[a->n] = NULL;
	return 0;
}

static bool is_pair(const char *word)
{
	return word[0] != '-' && strchr(word, '=') != NULL;
}

static int take_pairs(struct parser *p, const struct par_opt *o, char *joined)
{
	struct par_groups *g = (void *)((char *)p->args + o->field.offset);
	struct par_args *v = reallocarray(g->v, g->n + 1, sizeof(*v));
	struct par_args *group;

	if (!v)
		return par_oom(p->err);
	g->v = v;
	group = &v[g->n++];
	*group = (struct par_args){ 0 };
	if (joined && args_add(group, joined) < 0)
		return par_oom(p->err);
	while (p->at < p->argc && is_pair(p->argv[p->at])) {
		if (args_add(group, p->argv[p->at++]) < 0)
			return par_oom(p->err);
	}
	if (group->n == 0 && !o->bare)
		return fail_value(p, o, "needs name=value");
	return 0;
}

/* Is the next word the value of an option that may stand without one? */
static bool is_optional_value(const struct parser *p)
{
	if (p->at >= p->argc || p->argv[p->at][0] == '-')
		return false;
	return p->at < p->argc - 1 || p->n_operands >= p->cmd->min_args;
}

static int set_value(struct parser *p, const struct par_opt *o, const char *value)
{
	auto_buf why = { 0 }, what = { 0 };
	int r = par_field_parse(&o->field, p->args, value, &why);

	if (r == 0)
		return 0;
	par_buf_printf(&what, "cannot be '%s'. %s", value, why.data);
	if (r == -ENOMEM || what.failed)
		return par_oom(p->err);
	return fail_value(p, o, what.data);
}

/* @joined: the value that was written onto the option itself, or NULL. */
static int take_option(struct parser *p, const struct par_opt *o, char *joined)
{
	void *member = (char *)p->args + o->field.offset;
	char *value = joined;

	p->seen |= UINT64_C(1) << (o - p->cmd->opts);
	switch (o->kind) {
	case PAR_OPT_FLAG:
		*(bool *)member = true;
		return 0;
	case PAR_OPT_COUNT:
		++*(unsigned int *)member;
		return 0;
	case PAR_OPT_OPTIONAL:
		if (!value && is_optional_value(p))
			value = p->argv[p->at++];
		*(struct par_opt_value *)member =
			(struct par_opt_value){ .given = true, .value = value };
		return 0;
	case PAR_OPT_PAIRS:
		return take_pairs(p, o, joined);
	case PAR_OPT_VALUE:
	case PAR_OPT_LIST:
	case PAR_OPT_END:
		break;
	}
	if (!value) {
		if (p->at >= p->argc)
			return fail_value(p, o, "needs a value");
		value = p->argv[p->at++];
	}
	if (o->kind == PAR_OPT_VALUE)
		return set_value(p, o, value);
	return args_add(member, value) < 0 ? par_oom(p->err) : 0;
}

static int take_short(struct parser *p, char *word)
{
	for (char *c = word + 1; *c; c++) {
		const struct par_opt *o = find_short(p->cmd, *c);
		bool bare;
		int r;

		if (!o)
			return fail_unknown(p, (char[]){ '-', *c, '\0' });
		bare = o->kind == PAR_OPT_FLAG || o->kind == PAR_OPT_COUNT;
		r = take_option(p, o, !bare && c[1] ? c + 1 : NULL);
		if (r < 0)
			return r;
		if (!bare)
			break;
	}
	return 0;
}

static int take_long(struct parser *p, char *word)
{
	char *name = word + 2;
	char *eq = strchr(name, '=');
	const struct par_opt *o = find_long(p->cmd, name, eq ? (size_t)(eq - name) : strlen(name));

	if (!o)
		return fail_unknown(p, word);
	if (eq && (o->kind == PAR_OPT_FLAG || o->kind == PAR_OPT_COUNT))
		return fail_value(p, o, "takes no value");
	return take_option(p, o, eq ? eq + 1 : NULL);
}

/* The message of the HMC names every missing option, that of the other families the first one. */
static int check_required(struct parser *p)
{
	auto_buf missing = { 0 };

	for (size_t i = 0; p->cmd->opts && p->cmd->opts[i].kind != PAR_OPT_END; i++) {
		const struct par_opt *o = &p->cmd->opts[i];

		if (!o->required || (p->seen & (UINT64_C(1) << i)))
			continue;
		if (p->cmd->family != PAR_FAMILY_HMC)
			return fail_value(p, o, "is needed");
		par_buf_puts(&missing, missing.len ? "," : "");
		put_option(&missing, o);
	}
	return missing.len ? fail_hmc_value(p, missing.data) : 0;
}

int par_cmd_parse(const struct par_cmd *cmd, int argc, char **argv, void *args, int *ret_first,
		  struct par_error **err)
{
	struct parser p = {
		.cmd = cmd, .argc = argc, .argv = argv, .at = 1, .args = args, .err = err
	};
	autofree char **operands = par_check_alloc(calloc((size_t)argc + 1, sizeof(*operands)));
	int r;

	while (p.at < argc) {
		char *word = argv[p.at];

		if (word[0] != '-' || word[1] == '\0') {
			if (cmd->stop_at_operand)
				break;
			operands[p.n_operands++] = word;
			p.at++;
			continue;
		}
		p.at++;
		if (strcmp(word, "--") == 0)
			break;
		if (strcmp(word, "--help") == 0)
			return PAR_CMD_HELP;
		if (strcmp(word, "--version") == 0 && !par_cmd_has_option(cmd, "version"))
			return PAR_CMD_VERSION;
		r = word[1] == '-' ? take_long(&p, word) : take_short(&p, word);
		if (r < 0)
			return r;
	}
	while (p.at < argc)
		operands[p.n_operands++] = argv[p.at++];
	r = check_required(&p);
	if (r < 0)
		return r;
	if (p.n_operands < cmd->min_args)
		return par_fail(err, PAR_E_USAGE, 0, "too few operands; usage: %s %s",
				par_cmd_shown(cmd), cmd->synopsis ? cmd->synopsis : "");
	if (p.n_operands > cmd->max_args && cmd->family == PAR_FAMILY_HMC)
		return fail_unknown(&p, operands[cmd->max_args]);
	if (p.n_operands > cmd->max_args)
		return par_fail(err, PAR_E_USAGE, 0, "unexpected operand '%s'; see '%s --help'",
				operands[cmd->max_args], par_cmd_shown(cmd));
	*ret_first = argc - (int)p.n_operands;
	memcpy(argv + *ret_first, operands, p.n_operands * sizeof(*operands));
	return 0;
}

bool par_opt_is_given(const struct par_opt *o, const void *args)
{
	return par_field_is_set(&o->field, args);
}

void par_cmd_args_done(const struct par_cmd *cmd, void *args)
{
	for (const struct par_opt *o = cmd->opts; o && o->kind != PAR_OPT_END; o++) {
		void *member = (char *)args + o->field.offset;

		if (o->kind == PAR_OPT_LIST)
			free(((struct par_args *)member)->v);
		if (o->kind == PAR_OPT_PAIRS) {
			struct par_groups *g = member;

			for (size_t i = 0; i < g->n; i++)
				free(g->v[i].v);
			free(g->v);
		}
	}
}

/* On a line of its own and on standard error: programs read the HMC's message to the character. */
static void print_hint(const struct par_error *err)
{
	autofree char *clean = err && err->hint ? strdup(err->hint) : NULL;

	if (!clean || !isatty(STDERR_FILENO))
		return;
	par_text_clean(clean, ERROR_MAX, PAR_TEXT_LINE);
	fprintf(stderr, "%s\n", clean);
}

static void print_error(const struct par_cmd *cmd, const struct par_error *err)
{
	autofree char *clean = err && err->msg ? strdup(err->msg) : NULL;
	const char *text = clean ? clean : "out of memory";

	/* The text may quote a name that somebody else has made up. */
	par_text_clean(clean, ERROR_MAX, PAR_TEXT_LINES);
	fflush(stdout);
	switch (cmd->family) {
	case PAR_FAMILY_HMC:
		printf("%s\n", text);
		fflush(stdout);
		break;
	case PAR_FAMILY_OWN:
	case PAR_FAMILY_AIX:
		fprintf(stderr, "%s: %s\n", par_cmd_shown(cmd), text);
		break;
	}
	print_hint(err);
}

/* A value of @o that is none of its words: which was perhaps meant, and which there are. */
static void hint_words(const struct par_opt *o, const char *value, struct par_error **err)
{
	autofree char *words = strdup(o->values);
	struct par_nearest guess = { .word = value };
	auto_buf all = { 0 };
	char *rest = words;
	const char *word;

	while (rest && (word = strsep(&rest, "|"))) {
		if (strcmp(word, value) == 0)
			return;
		par_nearest_try(&guess, word);
		par_buf_printf(&all, "%s%s", all.len ? ", " : "", word);
	}
	if (guess.best)
		par_error_hint(err, "Did you mean %s?", guess.best);
	else if (!all.failed)
		par_error_hint(err, "It can be one of: %s.", all.data);
}

/*
 * The HMC's message names options with a bad value.  To people it is told what the value can be, if
 * that is one of some words.
 */
static void hint_value(const struct par_cmd *cmd, const void *args, struct par_error **err)
{
	if (cmd->family != PAR_FAMILY_HMC || !*err || !(*err)->msg || (*err)->hint ||
	    !strstr((*err)->msg, "have an invalid value are "))
		return;
	for (const struct par_opt *o = cmd->opts; o && o->kind != PAR_OPT_END; o++) {
		const void *member = (const char *)args + o->field.offset;
		auto_buf shown = { 0 };
		const char *value;

		if (o->kind != PAR_OPT_VALUE || o->field.type != PAR_FIELD_BORROW || !o->values ||
		    o->values[0] == '@')
			continue;
		value = *(const char *const *)member;
		put_option(&shown, o);
		if (value && !shown.failed && strstr((*err)->msg, shown.data))
			hint_words(o, value, err);
	}
}

static int error_status(const struct par_cmd *cmd, const struct par_error *err)
{
	return cmd->error_status ? cmd->error_status : par_error_exit_status(err);
}

int par_cmd_run(const struct par_cmd *cmd, int argc, char **argv)
{
	auto_error err = NULL;
	void *args = par_check_alloc(calloc(1, cmd->args_size + 1));
	bool bare = argc == 1 && cmd->family == PAR_FAMILY_HMC;
	int first = 0, status;
	int r = bare ? 0 : par_cmd_parse(cmd, argc, argv, args, &first, &err);

	if (bare) {
		par_cmd_print_usage(cmd, stdout);
		status = 1;
	} else if (r == PAR_CMD_HELP) {
		par_cmd_print_help(cmd, stdout);
		status = 0;
	} else if (r == PAR_CMD_VERSION) {
		printf("%s %s\n", par_cmd_shown(cmd), PAR_VERSION);
		status = 0;
	} else if (r < 0) {
		print_error(cmd, err);
		status = error_status(cmd, err);
	} else {
		struct par_cmd_ctx ctx = { .cmd = cmd,
					   .called_as = argv[0],
					   .argc = argc - first,
					   .argv = argv + first,
					   .words = argv,
					   .out = stdout,
					   .err = stderr };

		status = cmd->run(&ctx, args, &err);
		if (status < 0) {
			hint_value(cmd, args, &err);
			print_error(cmd, err);
			status = error_status(cmd, err);
		}
		if ((fflush(stdout) != 0 || ferror(stdout)) && status == 0) {
			fprintf(stderr, "%s: could not write to standard output\n",
				par_cmd_shown(cmd));
			status = 1;
		}
	}
	par_cmd_args_done(cmd, args);
	free(args);
	/* Whoever called it is told by which signal it ended, as of any program. */
	par_interrupt_end();
	return status;
}

const struct par_cmd *par_cmd_find(const struct par_cmd *const *cmds, const char *name)
{
	for (; *cmds; cmds++) {
		if (strcmp((*cmds)->name, name) == 0)
			return *cmds;
	}
	return NULL;
}

const char *par_cmd_nearest(const struct par_cmd *const *cmds, const char *name)
{
	struct par_nearest guess = { .word = name };

	for (; *cmds; cmds++) {
		if (!(*cmds)->hidden)
			par_nearest_try(&guess, (*cmds)->name);
	}
	return guess.best;
}

/* Options and words of the program itself, not of a command.  Returns -1 when there is none. */
static int own_option(const char *program, const char *summary, const struct par_cmd *const *cmds,
		      int argc, char **argv)
{
	if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
		par_cmd_print_overview(program, summary, cmds, argc < 2 ? stderr : stdout);
		return argc < 2 ? 1 : 0;
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("%s %s\n", program, PAR_VERSION);
		return 0;
	}
	if (strcmp(argv[1], "--list-commands") == 0) {
		for (; *cmds; cmds++) {
			if (!(*cmds)->hidden && !(*cmds)->shown)
				puts((*cmds)->name);
		}
		return 0;
	}
	if (strcmp(argv[1], "--doc-options") == 0 && argc == 3) {
		const struct par_cmd *cmd = par_cmd_find(cmds, argv[2]);

		if (cmd) {
			par_cmd_print_doc_options(cmd, stdout);
			return 0;
		}
		fprintf(stderr, "%s: there is no command '%s'\n", program, argv[2]);
		return 1;
	}
	if (strcmp(argv[1], "--doc-commands") == 0 && argc == 3) {
		par_cmd_print_doc_commands(cmds, argv[2], stdout);
		return 0;
	}
	if (strcmp(argv[1], "--doc-keys") == 0 && argc == 3) {
		const struct par_cmd *cmd = par_cmd_find(cmds, argv[2]);

		if (cmd && cmd->print_keys)
			cmd->print_keys(stdout);
		return cmd && cmd->print_keys ? 0 : 1;
	}
	if (strcmp(argv[1], "--completion") == 0 && argc == 3 && strcmp(argv[2], "bash") == 0) {
		par_cmd_print_completion_bash(program, cmds, stdout);
		return 0;
	}
	return -1;
}

int par_cmd_main(const char *program, const char *summary, const struct par_cmd *const *cmds,
		 int argc, char **argv)
{
	const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
	const char *called = argc > 0 ? (slash ? slash + 1 : argv[0]) : program;
	const struct par_cmd *cmd = par_cmd_find(cmds, called);
	const char *guess;
	int status;

	par_process_begin();
	if (cmd && !cmd->shown)
		return par_cmd_run(cmd, argc, argv);
	status = own_option(program, summary, cmds, argc, argv);
	if (status >= 0)
		return status;
	cmd = par_cmd_find(cmds, argv[1]);
	if (cmd)
		return par_cmd_run(cmd, argc - 1, argv + 1);
	guess = par_cmd_nearest(cmds, argv[1]);
	if (guess)
		fprintf(stderr, "%s: there is no command '%s'; did you mean '%s'?\n", program,
			argv[1], guess);
	else
		fprintf(stderr, "%s: there is no command '%s'; see '%s --help'\n", program, argv[1],
			program);
	return 1;
}
