/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of an image's command: see image_command.h.  Their values come from an image. */
#include "wparctl/spec/image_command.h"

#include "wparctl/spec/spec.h"

#include <ctype.h>
#include <string.h>

#define VALUES_MAX 4096 /* of one kind */

void wpar_image_command_done(struct wpar_image_command *c)
{
	free(c->user);
	free(c->directory);
	par_strv_done(&c->environment);
	par_strv_done(&c->arguments);
	*c = (struct wpar_image_command){ 0 };
}

static int copy_list(const struct par_strv *from, struct par_strv *to)
{
	for (size_t i = 0; i < from->n; i++) {
		if (par_strv_add(to, from->v[i]) < 0)
			return -ENOMEM;
	}
	return 0;
}

int wpar_image_command_copy(const struct wpar_image_command *from, struct wpar_image_command *ret)
{
	*ret = (struct wpar_image_command){ 0 };
	ret->user = from->user ? strdup(from->user) : NULL;
	ret->directory = from->directory ? strdup(from->directory) : NULL;
	if ((from->user && !ret->user) || (from->directory && !ret->directory) ||
	    copy_list(&from->environment, &ret->environment) < 0 ||
	    copy_list(&from->arguments, &ret->arguments) < 0) {
		wpar_image_command_done(ret);
		return -ENOMEM;
	}
	return 0;
}

static int digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* To be freed; NULL: it is not written so, or memory is missing. */
static char *decode(const char *text)
{
	auto_buf b = { 0 };

	for (; *text; text++) {
		int high, low;

		if (*text != '%') {
			par_buf_putc(&b, *text);
			continue;
		}
		high = digit(text[1]);
		low = high < 0 ? -1 : digit(text[2]);
		if (low < 0 || (high == 0 && low == 0))
			return NULL;
		par_buf_putc(&b, (char)(high << 4 | low));
		text += 2;
	}
	return b.failed ? NULL : b.data ? par_buf_steal(&b) : strdup("");
}

static void encode(const char *text, struct par_buf *ret)
{
	for (; *text; text++) {
		if (isalnum((unsigned char)*text) || strchr("_-./:=,@+", *text))
			par_buf_putc(ret, *text);
		else
			par_buf_printf(ret, "%%%02X", (unsigned char)*text);
	}
}

static int put_one(char **place, const char *name, char **value, struct par_error **err)
{
	if (*place)
		return par_fail(err, PAR_E_CORRUPT, 0, "%s is given twice", name);
	*place = *value;
	*value = NULL;
	return 0;
}

static int put_next(struct par_strv *list, const char *name, const char *value,
		    struct par_error **err)
{
	if (list->n == VALUES_MAX)
		return par_fail(err, PAR_E_CORRUPT, 0, "there are too many lines %s", name);
	return par_strv_add(list, value) < 0 ? par_oom(err) : 0;
}

int wpar_image_command_put(struct wpar_image_command *c, const char *name, const char *value,
			   struct par_error **err)
{
	autofree char *text = decode(value);

	if (!text)
		return par_fail(err, PAR_E_CORRUPT, 0, "%s has a bad value", name);
	if (strcmp(name, "USER") == 0)
		return put_one(&c->user, name, &text, err);
	if (strcmp(name, "ENVIRONMENT") == 0)
		return strchr(text, '=') > text
			       ? put_next(&c->environment, name, text, err)
			       : par_fail(err, PAR_E_CORRUPT, 0, "%s has no name", name);
	if (strcmp(name, "ARGUMENT") == 0)
		return put_next(&c->arguments, name, text, err);
	if (strcmp(name, "DIRECTORY") != 0)
		return 0;
	return *text == '/' ? put_one(&c->directory, name, &text, err)
			    : par_fail(err, PAR_E_CORRUPT, 0, "%s is not absolute", name);
}

static void write_one(const char *indent, const char *name, const char *value, struct par_buf *ret)
{
	if (!value)
		return;
	par_buf_printf(ret, "%s%s = ", indent, name);
	encode(value, ret);
	par_buf_putc(ret, '\n');
}

int wpar_image_command_write(const struct wpar_image_command *c, const char *indent,
			     struct par_buf *ret)
{
	write_one(indent, "USER", c->user, ret);
	write_one(indent, "DIRECTORY", c->directory, ret);
	for (size_t i = 0; i < c->environment.n; i++)
		write_one(indent, "ENVIRONMENT", c->environment.v[i], ret);
	for (size_t i = 0; i < c->arguments.n; i++)
		write_one(indent, "ARGUMENT", c->arguments.v[i], ret);
	return ret->failed ? -ENOMEM : 0;
}

static int parse_lines(char *text, struct wpar_image_command *ret, struct par_error **err)
{
	char *save = NULL;

	for (char *l = strtok_r(text, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
		char *eq = strchr(l, '=');
		int r;

		if (!eq)
			return par_fail(err, PAR_E_CORRUPT, 0, "a line without a value");
		*eq = '\0';
		r = wpar_image_command_put(ret, par_trim(l), par_trim(eq + 1), err);
		if (r < 0)
			return r;
	}
	return ret->arguments.n ? 0 : par_fail(err, PAR_E_CORRUPT, 0, "it has no ARGUMENT");
}

int wpar_image_command_parse(const char *text, size_t len, struct wpar_image_command *ret,
			     struct par_error **err)
{
	autofree char *copy = strndup(text, len);
	int r;

	*ret = (struct wpar_image_command){ 0 };
	if (!copy)
		return par_oom(err);
	r = parse_lines(copy, ret, err);
	if (r < 0)
		wpar_image_command_done(ret);
	return r;
}

bool wpar_image_command_is_init(const struct wpar_image_command *c)
{
	const char *program = c->arguments.n ? c->arguments.v[0] : "";
	const char *slash = strrchr(program, '/');

	program = slash ? slash + 1 : program;
	return strcmp(program, "init") == 0 || strcmp(program, "systemd") == 0;
}

bool wpar_image_command_listed(const char *text, const char *name)
{
	const size_t n = strlen(name);
	uint64_t number;

	if (par_parse_u64(name, UINT64_MAX, &number) == 0)
		return number < WPAR_ID_WIDTH;
	for (const char *at = text; at && *at;
	     at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL) {
		if (strncmp(at, name, n) == 0 && at[n] == ':')
			return true;
	}
	return false;
}

char *wpar_image_command_lacking(const char *what, const char *name)
{
	uint64_t number;

	if (strcmp(what, "program") != 0 && par_parse_u64(name, UINT64_MAX, &number) == 0)
		return par_strdup_printf(
			"the image names the %s %s, and a workload partition has 0 to %u", what,
			name, WPAR_ID_WIDTH - 1);
	return par_strdup_printf("the image has no %s '%s'", what,
				 par_printable(name) ? name : "(of other bytes)");
}
