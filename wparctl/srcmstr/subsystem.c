/* SPDX-License-Identifier: Apache-2.0 */
/* One subsystem and the list of them: see subsystem.h. */
#include "wparctl/srcmstr/subsystem.h"

#include <string.h>

#define PATH_MAX_BYTES 200 /* of AIX's records */

bool wpar_subsystem_is_name(const char *text)
{
	size_t len = strlen(text);

	return len > 0 && len <= WPAR_SUBSYSTEM_NAME_MAX && text[0] != '-' && par_printable(text) &&
	       !strpbrk(text, " :=\"\\*#");
}

static bool is_path(const char *text)
{
	return text[0] == '/' && par_printable(text);
}

static const char *const actions[] = { "once", "respawn" };
static const char *const no_yes[] = { "no", "yes" };
static const char *const yes_no[] = { "yes", "no" };
static const char *const contacts[] = { "socket", "signals" };

#define NAME_RULE                                                        \
	.valid = wpar_subsystem_is_name, .max = WPAR_SUBSYSTEM_NAME_MAX, \
	.must_be = "a name of at most 30 bytes without blanks"
#define F(name_, type_, c_type, ...)                                                      \
	{                                                                                 \
		.name = #name_, .type = PAR_FIELD_##type_,                                \
		.offset = PAR_OFFSET(struct wpar_subsystem, name_, c_type), ##__VA_ARGS__ \
	}
#define B(name_, member, words_)                                                             \
	{                                                                                    \
		.name = name_, .type = PAR_FIELD_BOOL,                                       \
		.offset = PAR_OFFSET(struct wpar_subsystem, member, bool), PAR_WORDS(words_) \
	}
#define PATH_RULE .valid = is_path, .max = PATH_MAX_BYTES, .must_be = "an absolute path"
const struct par_field wpar_subsystem_fields[] = {
	F(synonym, STR, char *, NAME_RULE),
	F(cmdargs, STR, char *, .valid = par_printable, .max = WPAR_SUBSYSTEM_ARGS_MAX,
	  .must_be = "printable text of at most 1200 bytes"),
	F(path, STR, char *, PATH_RULE),
	F(uid, U32, uint32_t, .max = UINT32_MAX - 1),
	F(standin, STR, char *, PATH_RULE),
	F(standout, STR, char *, PATH_RULE),
	F(standerr, STR, char *, PATH_RULE),
	B("action", respawn, actions),
	B("multi", multi, no_yes),
	B("contact", signals, contacts),
	F(priority, U32, uint32_t, .max = 39),
	F(signorm, U32, uint32_t, .max = 64),
	F(sigforce, U32, uint32_t, .max = 64),
	B("display", hide, yes_no),
	F(waittime, U32, uint32_t, .min = 1, .max = 86400),
	{ .name = "grpname",
	  .type = PAR_FIELD_STR,
	  .offset = PAR_OFFSET(struct wpar_subsystem, group, char *),
	  NAME_RULE },
};
const size_t wpar_n_subsystem_fields = PAR_ARRAY_SIZE(wpar_subsystem_fields);

void wpar_subsystem_done(struct wpar_subsystem *s)
{
	for (size_t i = 0; i < wpar_n_subsystem_fields; i++)
		par_field_free(&wpar_subsystem_fields[i], s);
	free(s->name);
	memset(s, 0, sizeof(*s));
}

void wpar_subsystems_done(struct wpar_subsystems *l)
{
	for (size_t i = 0; i < l->n; i++)
		wpar_subsystem_done(&l->v[i]);
	free(l->v);
	*l = (struct wpar_subsystems){ 0 };
}

int wpar_subsystem_init(struct wpar_subsystem *s)
{
	char **const streams[] = { &s->standin, &s->standout, &s->standerr };

	s->priority = 20;
	s->waittime = 20;
	for (size_t i = 0; i < PAR_ARRAY_SIZE(streams); i++) {
		*streams[i] = strdup("/dev/console");
		if (!*streams[i])
			return -ENOMEM;
	}
	return 0;
}

static int set_name(struct wpar_subsystem *s, const char *value, struct par_error **err)
{
	char *copy;

	if (!wpar_subsystem_is_name(value))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"the name of a subsystem cannot be '%s'. It must be a name of at "
				"most 30 bytes without blanks",
				value);
	copy = strdup(value);
	if (!copy)
		return par_oom(err);
	free(s->name);
	s->name = copy;
	return 0;
}

int wpar_subsystem_set(struct wpar_subsystem *s, const char *name, const char *value,
		       struct par_error **err)
{
	auto_buf why = { 0 };
	int r;

	if (strcmp(name, "subsysname") == 0)
		return set_name(s, value, err);
	for (size_t i = 0; i < wpar_n_subsystem_fields; i++) {
		if (strcmp(wpar_subsystem_fields[i].name, name) != 0)
			continue;
		r = par_field_parse(&wpar_subsystem_fields[i], s, value, &why);
		if (r == -ENOMEM)
			return par_oom(err);
		return r < 0 ? par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "%s cannot be '%s'. %s",
					name, value, why.data ? why.data : "It is not valid")
			     : 0;
	}
	return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "there is no attribute '%s'", name);
}

int wpar_subsystem_copy(const struct wpar_subsystem *s, struct wpar_subsystem *ret)
{
	int r = 0;

	*ret = (struct wpar_subsystem){ 0 };
	ret->name = s->name ? strdup(s->name) : NULL;
	if (s->name && !ret->name)
		return -ENOMEM;
	for (size_t i = 0; i < wpar_n_subsystem_fields && r == 0; i++)
		r = par_field_copy(&wpar_subsystem_fields[i], s, ret);
	if (r < 0)
		wpar_subsystem_done(ret);
	return r;
}

struct wpar_subsystem *wpar_subsystems_find(const struct wpar_subsystems *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++) {
		if (strcmp(l->v[i].name, name) == 0)
			return &l->v[i];
	}
	for (size_t i = 0; i < l->n; i++) {
		if (par_streq(l->v[i].synonym, name))
			return &l->v[i];
	}
	return NULL;
}

bool wpar_subsystems_has_group(const struct wpar_subsystems *l, const char *group)
{
	for (size_t i = 0; i < l->n; i++) {
		if (par_streq(l->v[i].group, group))
			return true;
	}
	return false;
}

int wpar_subsystems_add(struct wpar_subsystems *l, struct wpar_subsystem *s)
{
	struct wpar_subsystem *more = reallocarray(l->v, l->n + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	l->v = more;
	more[l->n++] = *s;
	memset(s, 0, sizeof(*s));
	return 0;
}

void wpar_subsystems_remove(struct wpar_subsystems *l, struct wpar_subsystem *s)
{
	size_t at = (size_t)(s - l->v);

	wpar_subsystem_done(s);
	memmove(s, s + 1, (l->n - at - 1) * sizeof(*s));
	l->n--;
}
