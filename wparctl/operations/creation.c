/* SPDX-License-Identifier: Apache-2.0 */
/* The beginning and the end of a creation: see creation.h. */
#include "wparctl/operations/creation.h"

#include "wparctl/operations/operation.h"

#include <string.h>

int wpar_creation_words(const struct par_cmd_ctx *ctx, struct par_buf *ret, struct par_error **err)
{
	for (char **word = ctx->words + 1; *word; word++) {
		par_buf_puts(ret, *word);
		par_buf_putc(ret, '\0');
	}
	return ret->failed ? par_oom(err) : 0;
}

static const char *creator_of(const struct wpar_spec *s)
{
	return s->creator ? s->creator : "mkwpar";
}

int wpar_creation_begin(struct wpar_spec *s, const char *creator, struct par_error **err)
{
	auto_spec old = { 0 };

	free(take_ptr(s->creator));
	s->creator = creator ? strdup(creator) : NULL;
	if (creator && !s->creator)
		return par_oom(err);
	/* What cannot be read is none that was begun: the claim says what there is to say. */
	if (wpar_spec_find(s->name, &old, NULL) > 0 && old.creating &&
	    !par_streq(creator_of(&old), creator_of(s)))
		fprintf(stderr,
			"%s: What %s has begun of workload partition %s, and not completed, is "
			"thrown away.\n",
			program_invocation_short_name, creator_of(&old), s->name);
	return 0;
}

void wpar_creation_end(struct wpar_spec *s)
{
	s->creating = s->kept = false;
	free(take_ptr(s->creator));
}

bool wpar_creation_is_made(const char *name)
{
	auto_spec made = { 0 };

	return wpar_spec_load(name, &made, NULL) == 0 && !made.creating;
}

bool wpar_creation_is_pending(const char *name, const struct par_buf *words)
{
	return wpar_pending_is(name, words->data, words->len) && wpar_creation_is_made(name);
}

int wpar_creation_go_on(const char *name, struct wpar_say *say, struct par_error **err)
{
	enum wpar_state st;
	auto_spec made = { 0 };
	int r = wpar_spec_load(name, &made, err);

	if (r < 0)
		return r;
	r = wpar_operation_state_locked(&made, &st, err);
	if (r < 0)
		return r;
	if (st == WPAR_STATE_ACTIVE) {
		/* It had only to be said. */
		wpar_pending_end(name);
		wpar_creation_say_made(&made, true, say->out);
		return 0;
	}
	wpar_creation_say_made(&made, true, say->out);
	return wpar_operation_start(&made, say, err);
}

void wpar_creation_say_made(const struct wpar_spec *s, bool start, FILE *out)
{
	wpar_say_line(out, "Workload partition %s created successfully.", s->name);
	/* AIX breaks the line there. */
	if (!start)
		wpar_say_line(out,
			      "mkwpar: 0960-390 To start the workload partition, execute the "
			      "following as root: \nstartwpar [-v] %s",
			      s->name);
}
