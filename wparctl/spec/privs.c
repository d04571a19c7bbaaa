/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Privileges (-S): the default set, and changes to it.  Which capabilities each stands for is said
 * where a WPAR is started.
 */
#include "wparctl/spec/spec.h"

#include <string.h>

/* What every WPAR has: the AIX names that stand for the capabilities of the default set. */
static const char *const defaults[] = {
	"PV_AU_WRITE",	"PV_DAC_O",	"PV_DAC_GID",	"PV_DAC_UID",
	"PV_FS_CHOWN",	"PV_FS_CHROOT", "PV_KER_IPC_O", "PV_NET_PORT",
	"PV_PROC_PRIO", "PV_PROC_SIG",	"PV_DEV_QUERY",
};

static bool is_default(const char *name)
{
	for (size_t i = 0; i < PAR_ARRAY_SIZE(defaults); i++) {
		if (strcmp(defaults[i], name) == 0)
			return true;
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
	for (size_t i = 0; i < PAR_ARRAY_SIZE(defaults); i++) {
		if (par_strv_add(&all, defaults[i]) < 0)
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

static int check_priv(const char *name, struct par_error **err)
{
	if (strncmp(name, "PV_", 3) != 0 || strlen(name) > 64 ||
	    name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")])
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "\"%.64s\" is not a privilege",
				name);
	return 0;
}

int wpar_spec_set_privs(struct wpar_spec *s, char sign, const char *list, struct par_error **err)
{
	auto_strv words = { 0 };

	if (*list && par_strv_split(&words, list, ',') < 0)
		return par_oom(err);
	for (size_t i = 0; i < words.n; i++) {
		int r = check_priv(words.v[i], err);

		if (r < 0)
			return r;
	}
	if (!sign)
		par_strv_done(&s->privs);
	for (size_t i = 0; !sign && i < PAR_ARRAY_SIZE(defaults); i++) {
		if (par_strv_find(&words, defaults[i]) < 0 &&
		    change_priv(&s->privs, '-', defaults[i]) < 0)
			return par_oom(err);
	}
	for (size_t i = 0; i < words.n; i++) {
		if (change_priv(&s->privs, sign == '-' ? '-' : '+', words.v[i]) < 0)
			return par_oom(err);
	}
	return 0;
}
