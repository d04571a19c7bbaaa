/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One descriptor per command.  Parsing, arity, --help, the OPTIONS part of the manual page,
 * shell completion and "did you mean" all come from it.  Options are typed fields (field.h) of the
 * command's own struct, so that parsing has no globals.
 *
 * Grammar: getopt_long's with permutation.  Short flags bundle (`-Ncq`); a short option takes
 * its value joined or as the next word; a long one as `--name value` or `--name=value`; `--` ends
 * options.  Two more kinds of value come from the field: an optional value (`-F`, `-F a,b`, `-Fa`)
 * and AIX's pairs (`-N address=10.0.0.1 netmask=255.255.255.0`).
 */
#pragma once

#include "lpard/common/error.h"
#include "lpard/common/field.h"
#include "lpard/common/str.h"

#include <stddef.h>

enum par_opt_kind {
	PAR_OPT_END,
	PAR_OPT_FLAG,  /* no value: the field, a bool, becomes true */
	PAR_OPT_COUNT, /* no value: the field, an unsigned int, grows by one each time */
	PAR_OPT_VALUE, /* a value of the field's type; the last one given wins */
	/*
	 * Optional value: struct par_opt_value.  The value is the joined text (`-Fa,b`), or the
	 * next word unless that starts with a dash, is the last one and an operand that is needed,
	 * or there is none.
	 */
	PAR_OPT_OPTIONAL,
	PAR_OPT_LIST, /* struct par_args, one more for each time; points into argv */
	/*
	 * struct par_groups, one group for each time: the value and every following word up to
	 * the next option, as long as it is name=value.  `attr+=v` and `attr-=v` count as pairs.
	 */
	PAR_OPT_PAIRS,
};

struct par_args {
	char **v; /* not owned strings in an owned array */
	size_t n;
};

struct par_groups {
	struct par_args *v;
	size_t n;
};

struct par_opt_value {
	bool given;
	const char *value; /* NULL: given without a value */
};

struct par_opt {
	enum par_opt_kind kind;
	char short_name;	/* 0: none */
	const char *long_name;	/* NULL: none */
	const char *arg;	/* what the value is called in help: "SYSTEM" */
	struct par_field field; /* of the command's struct; parsed as such for PAR_OPT_VALUE */
	const char *help;	/* one line; NULL: accepted, but not shown */
	/*
	 * Why the command does not do it, as the end of "-x: …"; for the manual too.  Such an
	 * option has no help, and the command itself refuses it.
	 */
	const char *refused;
	/*
	 * For completion: "a|b|c" fixed words, or the name of a list that the completion script
	 * asks for: "@systems", "@lpars", "@profiles", "@images", "@wpars", "@files"; "@fields" and
	 * "@attributes" (names of -F, keys of -i: the command's own --attributes prints them); of
	 * operands "@in_lpar" (behind "--" a command in an LPAR).
	 */
	const char *values;
	bool required;
	bool bare; /* of pairs: it may stand alone, as an empty group */
};

/* All take a short and a long name, the command's struct, its member and a line of help. */
#define PAR_OPT_(kind_, s, l, type_, member, field_type, c_type, help_)          \
	.kind = PAR_OPT_##kind_, .short_name = s, .long_name = l, .help = help_, \
	.field.type = PAR_FIELD_##field_type, .field.size = sizeof(c_type),      \
	.field.offset = PAR_OFFSET(type_, member, c_type)

#define OPT_FLAG(s, l, type_, member, help_)                           \
	{                                                              \
		PAR_OPT_(FLAG, s, l, type_, member, BOOL, bool, help_) \
	}
/* One that is refused: see par_opt.refused. */
#define OPT_FLAG_REFUSED(s, type_, member, why_)                                          \
	{                                                                                 \
		PAR_OPT_(FLAG, s, NULL, type_, member, BOOL, bool, NULL), .refused = why_ \
	}
#define OPT_COUNT(s, l, type_, member, help_)                                  \
	{                                                                      \
		PAR_OPT_(COUNT, s, l, type_, member, U32, unsigned int, help_) \
	}
#define PAR_OPT_ARG_(kind_, s, l, arg_, type_, member, field_type, c_type, help_, ...)         \
	{                                                                                      \
		PAR_OPT_(kind_, s, l, type_, member, field_type, c_type, help_), .arg = arg_,  \
										 ##__VA_ARGS__ \
	}
/* The rest may set more: OPT_STR('m', NULL, "SYSTEM", struct x, system, "…", .required = true) */
#define OPT_STR(s, l, arg_, type_, member, ...) \
	PAR_OPT_ARG_(VALUE, s, l, arg_, type_, member, BORROW, const char *, __VA_ARGS__)
#define OPT_U64(s, l, arg_, type_, member, ...) \
	PAR_OPT_ARG_(VALUE, s, l, arg_, type_, member, U64, uint64_t, __VA_ARGS__)
#define OPT_STR_OPTIONAL(s, l, arg_, type_, member, ...) \
	PAR_OPT_ARG_(OPTIONAL, s, l, arg_, type_, member, CUSTOM, struct par_opt_value, __VA_ARGS__)
#define OPT_LIST(s, l, arg_, type_, member, ...) \
	PAR_OPT_ARG_(LIST, s, l, arg_, type_, member, CUSTOM, struct par_args, __VA_ARGS__)
#define OPT_PAIRS(s, l, arg_, type_, member, ...) \
	PAR_OPT_ARG_(PAIRS, s, l, arg_, type_, member, CUSTOM, struct par_groups, __VA_ARGS__)

/* The commands whose manners a command has: where its errors go and how they read. */
enum par_family {
	PAR_FAMILY_OWN, /* "NAME: message" on stderr */
	/*
	 * The bare message on stdout and an empty stderr, as the HMC's lssyscfg and lshwres were
	 * seen to do it.
	 */
	PAR_FAMILY_HMC,
	PAR_FAMILY_AIX, /* "NAME: message" on stderr */
};

struct par_cmd;

/* What a command's function gets. */
struct par_cmd_ctx {
	const struct par_cmd *cmd;
	const char *called_as; /* argv[0]'s last part, or the sub-command */
	int argc;	       /* operands, options taken out */
	char **argv;	       /* NULL-terminated */
	char **words;	       /* all, options first, as they were given; NULL-terminated */
	FILE *out;
	FILE *err;
};

struct par_cmd {
	const char *name;  /* as typed: "mkwpar", "lssyscfg" */
	const char *shown; /* of a command that only its program knows: "hmc status"; else NULL */
	const char *synopsis; /* operands for the usage line: "NAME", "-- COMMAND [ARG…]" */
	const char *summary;  /* one line */
	enum par_family family;
	unsigned int min_args, max_args; /* operands; PAR_ARGS_ANY: no limit */
	bool stop_at_operand;		 /* options end at the first operand (clogin, wparexec) */
	bool hidden;			 /* not in overviews (internal helpers) */
	const struct par_opt *opts;	 /* ends with { 0 } */
	size_t args_size;		 /* of the struct that options land in; it starts zeroed */
	/*
	 * Runs the command.  Returns the exit status (0..255), or a negative errno with *err
	 * set, which the caller prints in the family's manner and turns into an exit status.
	 */
	int (*run)(const struct par_cmd_ctx *ctx, void *args, struct par_error **err);
	const char *operand_values; /* completion of operands, as par_opt.values */
	/* The keys of its pairs for its manual page, as scdoc's source; NULL: it has none */
	void (*print_keys)(FILE *f);
	int error_status; /* exit status of every error; 0: that of the error's kind */
};

#define PAR_ARGS_ANY (~0u)

/* What the HMC says of options that are missing or have a bad value; their names, "-m,-p". */
#define PAR_MSG_BAD_PARAMETERS                                                                \
	"The command entered is either missing a required parameter or a parameter value is " \
	"invalid. The parameters that are missing or have an invalid value are %s. Please "   \
	"check your entry and retry the command."

/* What the HMC says of options and words that it does not know; the first of them. */
#define PAR_MSG_UNKNOWN_PARAMETERS                                              \
	"An invalid parameter was entered.  The parameters %s are not valid.  " \
	"Please check your entry and retry the command."

#define PAR_CMD_HELP	1 /* --help */
#define PAR_CMD_VERSION 2 /* --version, where the command has none of its own */

/*
 * par_cmd_parse - options into @args (args_size bytes, zeroed by the caller), operands to the end
 * @argv	argv[0] is the command; permuted
 * @ret_first	index of the first operand
 * Returns 0, PAR_CMD_HELP or PAR_CMD_VERSION when that was asked for, or a negative errno
 * (PAR_E_USAGE).
 * What the arrays in @args own is freed with par_cmd_args_done().
 */
int par_cmd_parse(const struct par_cmd *cmd, int argc, char **argv, void *args, int *ret_first,
		  struct par_error **err);
void par_cmd_args_done(const struct par_cmd *cmd, void *args);

/* par_cmd_has_option - has its table the long option @name? */
bool par_cmd_has_option(const struct par_cmd *cmd, const char *name);

/* par_opt_is_given - has the command line set it? (a number or a count that is 0 was not given) */
bool par_opt_is_given(const struct par_opt *o, const void *args);

/*
 * par_cmd_run - parse, run, print the error; returns the exit status
 * A command of the HMC's that is called without anything prints its usage and returns 1.
 */
int par_cmd_run(const struct par_cmd *cmd, int argc, char **argv);

/*
 * par_cmd_main - the main() of a multicall program
 * @program	its own name ("hmc"); called so, the first operand names the command
 * @cmds	NULL-terminated, sorted by name
 *
 * Also knows: --help, --version, --list-commands (those called by their names), --doc-options
 * COMMAND, --doc-keys COMMAND and --doc-commands SECTION (scdoc text), --completion bash (a
 * script).
 */
int par_cmd_main(const char *program, const char *summary, const struct par_cmd *const *cmds,
		 int argc, char **argv);

/* par_cmd_shown - what the command is called in messages: "lssyscfg", "hmc status" */
static inline const char *par_cmd_shown(const struct par_cmd *cmd)
{
	return cmd->shown ? cmd->shown : cmd->name;
}

/* par_cmd_find - by name, NULL if there is none */
const struct par_cmd *par_cmd_find(const struct par_cmd *const *cmds, const char *name);

/* par_cmd_nearest - the best guess for a misspelt name, or NULL */
const char *par_cmd_nearest(const struct par_cmd *const *cmds, const char *name);

/* cmd_doc.c: texts made from the descriptor */
void par_cmd_print_usage(const struct par_cmd *cmd, FILE *f);
void par_cmd_print_help(const struct par_cmd *cmd, FILE *f);
void par_cmd_print_doc_options(const struct par_cmd *cmd, FILE *f);
/* par_cmd_print_doc_commands - scdoc text; @section: of the manual, which their pages are in */
void par_cmd_print_doc_commands(const struct par_cmd *const *cmds, const char *section, FILE *f);
void par_cmd_print_overview(const char *program, const char *summary,
			    const struct par_cmd *const *cmds, FILE *f);
void par_cmd_print_completion_bash(const char *program, const struct par_cmd *const *cmds, FILE *f);
