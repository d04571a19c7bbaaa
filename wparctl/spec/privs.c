/* SPDX-License-Identifier: Apache-2.0 */
/* Privileges (-S): the default set (privs.def), and changes to it. */
#include "lpard/common/nearest.h"
#include "wparctl/spec/spec.h"

#include <string.h>

/* The capabilities are named where a WPAR is started. */
static const struct {
	const char *name;
	bool fixed; /* stands for nothing that could be taken away */
	bool more;  /* a WPAR has it only when it is given */
} known[] = {
#define CAP(x)		 1
#define P(name, caps)	 { name, (caps) == 0, false },
#define MORE(name, caps) { name, false, true },
#include "wparctl/spec/privs.def"
#undef MORE
#undef P
#undef CAP
};

static bool is_default(const char *name)
{
	for (size_t i = 0; i < PAR_ARRAY_SIZE(known); i++) {
		if (strcmp(known[i].name, name) == 0)
			return !known[i].more;
	}
	return false;
}

static void drop_word(struct par_strv *l, size_t i)
{
	free(l->v[i]);
	memmove(&l->v[i], &l->v[i + 1], (l->n - i) * sizeof(*l->v));
	l->n--;
}

int wpar_spec_privs(const struct wpar_spec *s, struct par_strv *ret, struct par_error **err)
{
	auto_strv all = { 0 };

	*ret = (struct par_strv){ 0 };
	for (size_t i = 0; i < PAR_ARRAY_SIZE(known); i++) {
		if (!known[i].more && par_strv_add(&all, known[i].name) < 0)
			return par_oom(err);
	}
	for (size_t i = 0; i < s->privs.n; i++) {
		const char *word = s->privs.v[i];
		const char *name = word + (*word == '+' || *word == '-');
		ssize_t at = par_strv_find(&all, name);

		if (*word == '-' && at >= 0)
			drop_word(&all, (size_t)at);
		else if (*word != '-' && at < 0 && par_strv_add(&all, name) < 0)
			return par_oom(err);
	}
	*ret = all;
	all = (struct par_strv){ 0 };
	return 0;
}

/* One change; a later one about the same privilege takes the place of the earlier. */
static int change_priv(struct par_strv *l, char sign, const char *name)
{
	char text[72];

	for (size_t i = l->n; i-- > 0;) {
		if (strcmp(l->v[i] + (*l->v[i] == '+' || *l->v[i] == '-'), name) == 0)
			drop_word(l, i);
	}
	if ((sign == '+') == is_default(name))
		return 0;
	snprintf(text, sizeof(text), "%c%s", sign, name);
	return par_strv_add(l, text);
}

static int check_priv(char sign, const char *name, struct par_error **err)
{
	struct par_nearest guess = { .word = name };
	auto_buf b = { 0 };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(known); i++) {
		if (strcmp(known[i].name, name) == 0 && (sign != '-' || !known[i].fixed))
			return 0;
		if (strcmp(known[i].name, name) == 0)
			return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
					"the privilege %s cannot be taken away", name);
		par_nearest_try(&guess, known[i].name);
		par_buf_printf(&b, "%s%s", i ? ", " : "", known[i].name);
	}
	return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
			"\"%.64s\" is not a privilege of workload partitions here%s%s%s There are "
			"%s; the others of AIX have no counterpart on Linux",
			par_printable(name) ? name : "?", guess.best ? "; did you mean \"" : ".",
			guess.best ? guess.best : "", guess.best ? "\"?" : "",
			b.data ? b.data : "");
}

int wpar_spec_check_privs(const struct wpar_spec *s, struct par_error **err)
{
	for (size_t i = 0; i < s->privs.n; i++) {
		const char *word = s->privs.v[i];
		char sign = *word == '-' ? '-' : '+';
		int r = check_priv(sign, word + (*word == '-' || *word == '+'), err);

		if (r < 0)
			return r;
	}
	return 0;
}

int wpar_spec_set_privs(struct wpar_spec *s, char sign, const char *list, struct par_error **err)
{
	auto_strv words = { 0 };

	if (*list && par_strv_split(&words, list, ',') < 0)
		return par_oom(err);
	for (size_t i = 0; i < words.n; i++) {
		int r = check_priv(sign, words.v[i], err);

		if (r < 0)
			return r;
	}
	if (!sign)
		par_strv_done(&s->privs);
	for (size_t i = 0; !sign && i < PAR_ARRAY_SIZE(known); i++) {
		if (!known[i].fixed && !known[i].more && par_strv_find(&words, known[i].name) < 0 &&
		    change_priv(&s->privs, '-', known[i].name) < 0)
			return par_oom(err);
	}
	for (size_t i = 0; i < words.n; i++) {
		if (change_priv(&s->privs, sign == '-' ? '-' : '+', words.v[i]) < 0)
			return par_oom(err);
	}
	return 0;
}

void wpar_privs_print(FILE *f)
{
	for (size_t i = 0; i < PAR_ARRAY_SIZE(known); i++) {
		fputs(i ? ", _" : "_", f);
		for (const char *c = known[i].name; *c; c++)
			fprintf(f, *c == '_' ? "\\%c" : "%c", *c);
		fputc('_', f);
	}
}
