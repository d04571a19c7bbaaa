/* SPDX-License-Identifier: Apache-2.0 */
/* The error object: see error.h. */
#include "lpard/common/error.h"

#include <string.h>

struct kind {
	const char *name;
	int errnum;
	int status;
};

static const struct kind kinds[PAR_E_COUNT] = {
#define X(id, name, err, status, meaning) [PAR_E_##id] = { name, err, status },
#include "lpard/common/errors.def"
#undef X
};

int par_failv(struct par_error **err, enum par_error_id id, int errnum, const char *fmt, va_list ap)
{
	struct par_error *e;
	char *text = NULL, *full = NULL;
	int shown = errnum;

	if (errnum < 0)
		errnum = -errnum;
	if (errnum == 0)
		errnum = kinds[id].errnum;
	if (!err)
		return -errnum;
	par_error_free(err);
	e = calloc(1, sizeof(*e));
	if (!e)
		return -errnum;
	e->id = id;
	e->errnum = errnum;
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	if (text && shown != 0 && (id == PAR_E_SYSTEM || id == PAR_E_NO_SPACE) &&
	    asprintf(&full, "%s: %s", text, strerror(errnum)) >= 0) {
		free(text);
		text = full;
	}
	e->msg = text;
	*err = e;
	return -errnum;
}

int par_fail(struct par_error **err, enum par_error_id id, int errnum, const char *fmt, ...)
{
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = par_failv(err, id, errnum, fmt, ap);
	va_end(ap);
	return r;
}

void par_error_wrap(struct par_error **err, const char *fmt, ...)
{
	autofree char *text = NULL;
	char *full = NULL;
	va_list ap;
	int n;

	if (!err || !*err)
		return;
	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0) {
		text = NULL;
		return;
	}
	if (asprintf(&full, "%s: %s", text, par_error_text(*err)) < 0)
		return;
	free((*err)->msg);
	(*err)->msg = full;
}

void par_error_hint(struct par_error **err, const char *fmt, ...)
{
	va_list ap;
	char *text = NULL;

	if (!err || !*err)
		return;
	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	free((*err)->hint);
	(*err)->hint = text;
}

void par_error_move(struct par_error **to, struct par_error **from)
{
	if (!to) {
		par_error_free(from);
		return;
	}
	par_error_free(to);
	*to = *from;
	*from = NULL;
}

void par_error_free(struct par_error **err)
{
	if (!err || !*err)
		return;
	free((*err)->msg);
	free((*err)->hint);
	free(*err);
	*err = NULL;
}

const char *par_error_name(enum par_error_id id)
{
	return (unsigned int)id < PAR_E_COUNT ? kinds[id].name : "System";
}

enum par_error_id par_error_from_name(const char *name)
{
	for (unsigned int i = 0; i < PAR_E_COUNT; i++) {
		if (name && strcmp(kinds[i].name, name) == 0)
			return (enum par_error_id)i;
	}
	return PAR_E_SYSTEM;
}

int par_error_exit_status(const struct par_error *err)
{
	return err ? kinds[err->id].status : 1;
}

const char *par_error_text(const struct par_error *err)
{
	return err && err->msg ? err->msg : "out of memory";
}

int par_oom(struct par_error **err)
{
	return par_fail(err, PAR_E_NO_MEMORY, 0, "out of memory");
}

void *par_check_alloc(void *p)
{
	if (!p) {
		static const char text[] = "out of memory\n";

		(void)!write(STDERR_FILENO, text, sizeof(text) - 1);
		abort();
	}
	return p;
}
