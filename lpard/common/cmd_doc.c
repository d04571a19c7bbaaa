/* SPDX-License-Identifier: Apache-2.0 */
/* Texts made from a command's descriptor: usage, help, manual options, completion. */
#include "lpard/common/cmd.h"
#include "lpard/common/cmd_completion.h"
#include "lpard/common/process.h"

#include <string.h>

#define TEXT_COLUMNS 100 /* of usage and help */
#define HELP_COLUMN  32	 /* where the help of an option stands */

/* The first shown option from @o on that is @required or is not. */
static const struct par_opt *find_shown(const struct par_opt *o, bool required)
{
	while (o && o->kind != PAR_OPT_END && (!o->help || o->required != required))
		o++;
	return o && o->kind != PAR_OPT_END ? o : NULL;
}

/* What is required comes first, in the table's order. */
static const struct par_opt *first_shown(const struct par_cmd *cmd)
{
	const struct par_opt *o = find_shown(cmd->opts, true);

	return o ? o : find_shown(cmd->opts, false);
}

static const struct par_opt *next_shown(const struct par_cmd *cmd, const struct par_opt *o)
{
	const struct par_opt *next = find_shown(o + 1, o->required);

	return next || !o->required ? next : find_shown(cmd->opts, false);
}

#define for_each_shown_opt(o, cmd) \
	for (const struct par_opt *o = first_shown(cmd); o; o = next_shown(cmd, o))

bool par_cmd_has_option(const struct par_cmd *cmd, const char *name)
{
	for (const struct par_opt *o = cmd->opts; o && o->kind != PAR_OPT_END; o++) {
		if (par_streq(o->long_name, name))
			return true;
	}
	return false;
}

static bool takes_value(const struct par_opt *o)
{
	return o->kind != PAR_OPT_FLAG && o->kind != PAR_OPT_COUNT;
}

static const char *arg_name(const struct par_opt *o)
{
	return o->arg ? o->arg : (o->kind == PAR_OPT_PAIRS ? "NAME=VALUE…" : "VALUE");
}

/* "-m SYSTEM", "--filter DATA", "-F [NAMES]" */
static void put_usage_word(const struct par_opt *o, struct par_buf *b)
{
	if (o->short_name)
		par_buf_printf(b, "-%c", o->short_name);
	else
		par_buf_printf(b, "--%s", o->long_name);
	if (takes_value(o))
		par_buf_printf(b, o->kind == PAR_OPT_OPTIONAL ? " [%s]" : " %s", arg_name(o));
}

/* @text behind what stands on the line up to column *at, or on a new line indented by @indent. */
static void put_word(const char *text, unsigned int indent, unsigned int *at, FILE *f)
{
	unsigned int width = par_columns(text);

	if (*at > indent && *at + 1 + width > TEXT_COLUMNS) {
		fprintf(f, "\n%*s", (int)indent, "");
		*at = indent;
	} else if (*at > indent) {
		fputc(' ', f);
		++*at;
	}
	fputs(text, f);
	*at += width;
}

void par_cmd_print_usage(const struct par_cmd *cmd, FILE *f)
{
	const unsigned int indent = (unsigned int)strlen("Usage: ");
	unsigned int at = indent;

	fputs("Usage: ", f);
	put_word(par_cmd_shown(cmd), indent, &at, f);
	for_each_shown_opt(o, cmd)
	{
		auto_buf b = { 0 };

		par_buf_puts(&b, o->required ? "" : "[");
		put_usage_word(o, &b);
		par_buf_puts(&b, o->required ? "" : "]");
		put_word(b.data ? b.data : "", indent, &at, f);
	}
	if (cmd->synopsis && cmd->synopsis[0])
		put_word(cmd->synopsis, indent, &at, f);
	fputc('\n', f);
}

/* Words of @text, from column HELP_COLUMN on as many lines as they need. */
static void put_help(const char *text, FILE *f)
{
	autofree char *copy = strdup(text);
	unsigned int at = HELP_COLUMN;
	char *rest = copy;

	while (rest)
		put_word(strsep(&rest, " "), HELP_COLUMN, &at, f);
	fputc('\n', f);
}

/* "-m, --system SYSTEM" */
static void put_names(const struct par_opt *o, struct par_buf *b)
{
	if (o->short_name)
		par_buf_printf(b, "-%c", o->short_name);
	if (o->short_name && o->long_name)
		par_buf_puts(b, ", ");
	if (o->long_name)
		par_buf_printf(b, "--%s", o->long_name);
	if (takes_value(o))
		par_buf_printf(b, o->kind == PAR_OPT_OPTIONAL ? " [%s]" : " %s", arg_name(o));
}

/* As git does it: the page of "hmc status" is hmc-status. */
static void put_page(const struct par_cmd *cmd, FILE *f)
{
	for (const char *c = par_cmd_shown(cmd); *c; c++)
		fputc(*c == ' ' ? '-' : *c, f);
}

/* Is the page installed, or beside the program that was just built?  Images have none. */
static bool page_is_there(const struct par_cmd *cmd)
{
	static const char *const roots[] = { "/usr/share/man", "/usr/local/share/man" };
	autofree char *page = strdup(par_cmd_shown(cmd));

	for (char *c = page; c && *c; c++)
		*c = *c == ' ' ? '-' : *c;
	for (int section = 1; page && section <= 8; section += 7) {
		autofree char *built = par_strdup_printf("docs/%s.%d", page, section);

		if (built && par_file_above(built))
			return true;
		for (size_t i = 0; i < PAR_ARRAY_SIZE(roots); i++) {
			autofree char *plain = par_strdup_printf("%s/man%d/%s.%d", roots[i],
								 section, page, section);
			autofree char *packed = plain ? par_strdup_printf("%s.gz", plain) : NULL;

			if (packed && (access(plain, F_OK) == 0 || access(packed, F_OK) == 0))
				return true;
		}
	}
	return false;
}

static void put_option_help(const char *names, const char *help, FILE *f)
{
	unsigned int width = par_columns(names);

	if (width > HELP_COLUMN - 4)
		fprintf(f, "  %s\n%*s", names, HELP_COLUMN, "");
	else
		fprintf(f, "  %s%*s", names, (int)(HELP_COLUMN - 2 - width), "");
	put_help(help, f);
}

void par_cmd_print_help(const struct par_cmd *cmd, FILE *f)
{
	par_cmd_print_usage(cmd, f);
	fprintf(f, "%s.\n\nOptions:\n", cmd->summary);
	for_each_shown_opt(o, cmd)
	{
		auto_buf b = { 0 };

		put_names(o, &b);
		put_option_help(b.data ? b.data : "", o->help, f);
	}
	put_option_help("--help", "Show this text", f);
	if (!par_cmd_has_option(cmd, "version"))
		put_option_help("--version", "Show the version", f);
	if (page_is_there(cmd)) {
		fputs("\nSee the manual page ", f);
		put_page(cmd, f);
		fputs(" for examples.\n", f);
	}
}

/* In scdoc * and _ are markup; a backslash in front makes them plain. */
static void put_scd(const char *s, FILE *f)
{
	for (; *s; s++) {
		if (strchr("*_\\#", *s))
			fputc('\\', f);
		fputc(*s, f);
	}
}

/* What another system's command of that name has, and this one does not have. */
static void put_doc_refused(const struct par_cmd *cmd, FILE *f)
{
	bool any = false;

	for (const struct par_opt *o = cmd->opts; o && o->kind != PAR_OPT_END; o++) {
		if (!o->refused)
			continue;
		fputs(any ? "" : "\nThese are refused:\n", f);
		any = true;
		fprintf(f, "\n*-%c*\n\t", o->short_name);
		put_scd(o->refused, f);
		fputc('\n', f);
	}
}

void par_cmd_print_doc_options(const struct par_cmd *cmd, FILE *f)
{
	for_each_shown_opt(o, cmd)
	{
		if (o->short_name)
			fprintf(f, "*-%c*", o->short_name);
		if (o->short_name && o->long_name)
			fputs(", ", f);
		if (o->long_name) {
			fputs("*--", f);
			put_scd(o->long_name, f);
			fputc('*', f);
		}
		if (takes_value(o)) {
			fputs(o->kind == PAR_OPT_OPTIONAL ? " [_" : " _", f);
			fputs(arg_name(o), f);
			fputs(o->kind == PAR_OPT_OPTIONAL ? "_]" : "_", f);
		}
		fputs("\n\t", f);
		put_scd(o->help, f);
		fputs("\n\n", f);
	}
	fputs("*--help*\n\tShow a short help text\n", f);
	if (!par_cmd_has_option(cmd, "version"))
		fputs("\n*--version*\n\tShow the version\n", f);
	put_doc_refused(cmd, f);
}

/* A line for each command; @own: for those that only the program knows. */
static void put_summaries(const struct par_cmd *const *cmds, bool own, const char *title, FILE *f)
{
	bool titled = false;

	for (; *cmds; cmds++) {
		const struct par_cmd *cmd = *cmds;

		if (cmd->hidden || (cmd->shown != NULL) != own)
			continue;
		if (!titled)
			fprintf(f, "\n%s\n", title);
		titled = true;
		fprintf(f, "  %-16s %s\n", par_cmd_shown(cmd), cmd->summary);
	}
}

void par_cmd_print_overview(const char *program, const char *summary,
			    const struct par_cmd *const *cmds, FILE *f)
{
	fprintf(f, "Usage: %s COMMAND [OPTION…]\n       COMMAND [OPTION…]\n%s\n", program, summary);
	put_summaries(cmds, false, "Commands:", f);
	put_summaries(cmds, true, "Of its own:", f);
	fprintf(f, "\n'COMMAND --help' tells a command's options.\n");
}

void par_cmd_print_doc_commands(const struct par_cmd *const *cmds, const char *section, FILE *f)
{
	for (; *cmds; cmds++) {
		if ((*cmds)->hidden)
			continue;
		fputs("*", f);
		put_scd(par_cmd_shown(*cmds), f);
		fputs("*\n\t", f);
		put_scd((*cmds)->summary, f);
		fputs(": *", f);
		put_page(*cmds, f);
		fprintf(f, "*(%s)\n\n", section);
	}
}

static void put_opt_words(const struct par_cmd *cmd, FILE *f)
{
	for_each_shown_opt(o, cmd)
	{
		if (o->short_name)
			fprintf(f, "-%c ", o->short_name);
		if (o->long_name)
			fprintf(f, "--%s ", o->long_name);
	}
	fputs("--help --version", f);
}

/* One case per option that has a list of values. */
static void put_value_cases(const struct par_cmd *cmd, FILE *f)
{
	for_each_shown_opt(o, cmd)
	{
		if (!o->values)
			continue;
		fputs("\t\t", f);
		if (o->short_name)
			fprintf(f, "-%c", o->short_name);
		if (o->long_name)
			fprintf(f, "%s--%s", o->short_name ? "|" : "", o->long_name);
		fputs(") words='", f);
		for (const char *c = o->values; *c; c++)
			fputc(*c == '|' ? ' ' : *c, f);
		fputs("' ;;\n", f);
	}
}

/* Options whose values are lists of several words, with the names of those lists. */
static void put_lists(const struct par_cmd *cmd, FILE *f)
{
	fputs("\t\t_par_lists='", f);
	for_each_shown_opt(o, cmd)
	{
		if (o->values && o->short_name &&
		    (strcmp(o->values, "@fields") == 0 || strcmp(o->values, "@attributes") == 0))
			fprintf(f, " -%c%s", o->short_name, o->values);
	}
	fputs(" '\n", f);
}

void par_cmd_print_completion_bash(const char *program, const struct par_cmd *const *cmds, FILE *f)
{
	fputs(par_completion_lists, f);
	fprintf(f,
		"# bash completion for %s, made by `%s --completion bash`\n"
		"_%s_complete()\n{\n"
		"\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} "
		"words= opts= command=${1##*/}\n"
		"\tif [ \"$command\" = %s ]; then\n"
		"\t\tcommand=\n"
		"\t\t[ $COMP_CWORD -gt 1 ] && command=${COMP_WORDS[1]}\n"
		"\tfi\n"
		"\tcase $command in\n"
		"\t'') words='",
		program, program, program, program);
	for (size_t i = 0; cmds[i]; i++) {
		if (!cmds[i]->hidden)
			fprintf(f, "%s ", cmds[i]->name);
	}
	fputs("' opts=--help ;;\n", f);
	for (size_t i = 0; cmds[i]; i++) {
		if (cmds[i]->hidden)
			continue;
		fprintf(f, "\t%s)\n\t\topts='", cmds[i]->name);
		put_opt_words(cmds[i], f);
		fputs("'\n", f);
		if (cmds[i]->operand_values)
			fprintf(f, "\t\twords='%s'\n", cmds[i]->operand_values);
		put_lists(cmds[i], f);
		fputs("\t\tcase $prev in\n", f);
		put_value_cases(cmds[i], f);
		fputs("\t\tesac ;;\n", f);
	}
	fprintf(f,
		"\tesac\n"
		"\t_par_special && return\n"
		"\tcase $words in\n"
		"\t@systems) words=$(_par_systems) ;;\n"
		"\t@lpars) words=$(_par_names lpar) ;;\n"
		"\t@profiles) words=$(_par_names prof) ;;\n"
		"\t@images) words=$(_par_images) ;;\n"
		"\t@wpars) words=$(lswpar -q -a name 2>/dev/null) ;;\n"
		"\t@files) COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n"
		"\t@*) words= ;;\n"
		"\tesac\n"
		"\t[ \"${cur#-}\" != \"$cur\" ] && words=$opts\n"
		"\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
		"}\n"
		"complete -F _%s_complete",
		program);
	for (size_t i = 0; cmds[i]; i++) {
		if (!cmds[i]->hidden && !cmds[i]->shown)
			fprintf(f, " %s", cmds[i]->name);
	}
	fprintf(f, " %s\n", program);
}
