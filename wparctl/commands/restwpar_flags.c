/* SPDX-License-Identifier: Apache-2.0 */
/* Flags of mkwpar in one word: see restwpar_flags.h.  Each that is refused says what does it. */
#include "wparctl/commands/restwpar_flags.h"

#include "wparctl/operations/refused.h"

#include <string.h>

#define MOST_FLAGS 256

#define REFUSED(flag, i, why) OPT_FLAG_REFUSED(flag, struct restwpar_flags, refused[i], why)
#define REFUSED_VALUE(flag, i, why) \
	OPT_STR(flag, NULL, "VALUE", struct restwpar_flags, refused_value[i], NULL, .refused = why)
#define REFUSED_PAIRS(flag, i, why)                                                   \
	OPT_PAIRS(flag, NULL, "PAIR…", struct restwpar_flags, refused_pairs[i], NULL, \
		  .refused = why, .bare = true)

#define ITSELF "give it to restwpar itself"
#define FILES  "the files are those of the backup"

/* Those of mkwpar that are settings come first. */
static const struct par_opt opts[] = {
	WPAR_SETTINGS_C_TO_D(false),
	WPAR_SETTINGS_H_TO_M(false),
	WPAR_SETTINGS_N(false),
	WPAR_SETTINGS_R_TO_S(false),
	OPT_STR('u', NULL, "PATH", struct wpar_settings, script,
		"Script of the global environment for start and stop"),
	WPAR_SETTINGS_U,
	WPAR_SETTINGS_X(false),
	REFUSED('a', 0, ITSELF),
	REFUSED('A', 1, ITSELF),
	REFUSED_VALUE('b', 0, "give the file to restwpar itself, as -B"),
	REFUSED_VALUE('B', 1, "give the backup to restwpar itself, as -f"),
	REFUSED('C', 2, "whether it is a versioned workload partition says the backup"),
	REFUSED_VALUE('d', 2, ITSELF),
	REFUSED_VALUE('e', 3, "write its specification (mkwpar -e -w -o), and give it as -w"),
	REFUSED_VALUE('E', 4, FILES),
	REFUSED_VALUE('f', 5, "give the specification to restwpar itself, as -w"),
	REFUSED('F', 3, "what is refused could not work, so it cannot be forced"),
	REFUSED_VALUE('g', 6, "there is no volume group but rootvg"),
	REFUSED_VALUE('k', 7, FILES ", and no program changes them"),
	REFUSED('l', 4, "whether it has a /usr and /opt of its own says the backup"),
	REFUSED_PAIRS('L', 0, "give an image.data to restwpar itself, as -i"),
	REFUSED_VALUE('n', 8, ITSELF),
	REFUSED_VALUE('o', 9, "mkwpar writes specifications; restwparfiles -m that of the backup"),
	REFUSED('O', 5, "a workload partition has no volume group of its own"),
	REFUSED('p', 6, FILES),
	REFUSED('P', 7, FILES ", with its passwords"),
	REFUSED('r', 8, ITSELF),
	REFUSED('s', 9, ITSELF),
	REFUSED('t', 10, FILES),
	REFUSED_PAIRS('T', 1, FILES),
	REFUSED('v', 11, ITSELF),
	REFUSED('w', 12, "mkwpar writes specifications; restwparfiles -m that of the backup"),
	REFUSED('W', 13,
		"AIX has it beside -e of mkwpar, and its documents do not say what it does"),
	{ 0 },
};

static const struct par_cmd mkwpar_flags = {
	.name = "restwpar",
	.family = PAR_FAMILY_AIX,
	.max_args = PAR_ARGS_ANY,
	.opts = opts,
	.args_size = sizeof(struct restwpar_flags),
};

/* @text becomes words, in place. */
static int cut_words(char *text, char *argv[MOST_FLAGS], int *ret_n, struct par_error **err)
{
	int n = 0;

	argv[n++] = (char *)mkwpar_flags.name;
	while (*(text += strspn(text, " \t"))) {
		char *to = text;
		char quote = 0;

		if (n == MOST_FLAGS - 1)
			return par_fail(err, PAR_E_USAGE, 0, "there are more than %d words",
					MOST_FLAGS - 2);
		argv[n++] = text;
		for (; *text && (quote || !strchr(" \t", *text)); text++) {
			if (quote ? *text == quote : *text == '"' || *text == '\'')
				quote = quote ? 0 : *text;
			else
				*to++ = *text;
		}
		if (quote)
			return par_fail(err, PAR_E_USAGE, 0, "a quote is not closed");
		text += *text != '\0';
		*to = '\0';
	}
	argv[n] = NULL;
	*ret_n = n;
	return 0;
}

static int read_words(struct restwpar_flags *f, struct par_error **err)
{
	char *argv[MOST_FLAGS];
	int n = 0, first = 0, r = cut_words(f->text, argv, &n, err);

	if (r < 0)
		return r;
	r = par_cmd_parse(&mkwpar_flags, n, argv, f, &first, err);
	if (r < 0)
		return r;
	if (r > 0)
		return par_fail(err, PAR_E_USAGE, 0,
				"flags of mkwpar are expected; 'restwpar --help' says which");
	r = wpar_refuse_options(opts, f, err);
	if (r < 0)
		return r;
	return first == n ? 0
			  : par_fail(err, PAR_E_USAGE, 0,
				     "'%s' is no flag of mkwpar; give a name to restwpar itself",
				     argv[first]);
}

int restwpar_read_flags(const char *text, struct restwpar_flags *ret, struct par_error **err)
{
	int r;

	ret->text = strdup(text);
	if (!ret->text)
		return par_oom(err);
	r = read_words(ret, err);
	if (r < 0)
		par_error_wrap(err, "-M");
	return r;
}

void restwpar_flags_done(struct restwpar_flags *f)
{
	par_cmd_args_done(&mkwpar_flags, f);
	free(f->text);
}
