/* SPDX-License-Identifier: Apache-2.0 */
/* Requests to srcmstr, written and read: see request.h. */
#include "wparctl/srcmstr/request.h"

#include <string.h>

static const char *const verbs[] = {
	[WPAR_SRC_STATUS] = "status",
	[WPAR_SRC_START] = "start",
	[WPAR_SRC_STOP] = "stop",
	[WPAR_SRC_REFRESH] = "refresh",
};
static const char *const hows[] = { "normal", "force", "cancel" };
static const char *const no_yes[] = { "no", "yes" };

#define TEXT(name_, ...)                                                                  \
	{                                                                                 \
		.name = #name_, .type = PAR_FIELD_STR,                                    \
		.offset = PAR_OFFSET(struct wpar_src_request, name_, char *), __VA_ARGS__ \
	}
static const struct par_field fields[] = {
	TEXT(subsystem, .valid = wpar_subsystem_is_name, .max = WPAR_SUBSYSTEM_NAME_MAX),
	TEXT(group, .valid = wpar_subsystem_is_name, .max = WPAR_SUBSYSTEM_NAME_MAX),
	{ .name = "pid",
	  .type = PAR_FIELD_U32,
	  .offset = PAR_OFFSET(struct wpar_src_request, pid, uint32_t),
	  .min = 1,
	  .max = INT32_MAX },
	{ .name = "all",
	  .type = PAR_FIELD_BOOL,
	  .offset = PAR_OFFSET(struct wpar_src_request, all, bool),
	  PAR_WORDS(no_yes) },
	{ .name = "how",
	  .type = PAR_FIELD_WORD,
	  .offset = PAR_OFFSET_ENUM(struct wpar_src_request, how),
	  PAR_WORDS(hows) },
	TEXT(arguments, .valid = par_printable, .max = WPAR_SUBSYSTEM_ARGS_MAX),
	TEXT(environment, .valid = par_printable, .max = WPAR_SUBSYSTEM_ARGS_MAX),
};

void wpar_src_request_done(struct wpar_src_request *q)
{
	for (size_t i = 0; i < PAR_ARRAY_SIZE(fields); i++)
		par_field_free(&fields[i], q);
}

int wpar_src_request_write(const struct wpar_src_request *q, struct par_buf *out)
{
	par_buf_puts(out, verbs[q->verb]);
	par_buf_putc(out, '\0');
	for (size_t i = 0; i < PAR_ARRAY_SIZE(fields); i++) {
		if (!par_field_is_set(&fields[i], q))
			continue;
		par_buf_printf(out, "%s=", fields[i].name);
		if (par_field_print(&fields[i], q, out) < 0)
			return -ENOMEM;
		par_buf_putc(out, '\0');
	}
	return out->failed ? -ENOMEM : out->len > WPAR_SRC_PACKET ? -E2BIG : 0;
}

static int take_verb(const char *word, struct wpar_src_request *ret)
{
	for (size_t i = 0; i < PAR_ARRAY_SIZE(verbs); i++) {
		if (strcmp(verbs[i], word) == 0) {
			ret->verb = (enum wpar_src_verb)i;
			return 0;
		}
	}
	return -EBADMSG;
}

static int take_field(const char *word, struct wpar_src_request *ret)
{
	const char *eq = strchr(word, '=');

	for (size_t i = 0; eq && i < PAR_ARRAY_SIZE(fields); i++) {
		auto_buf why = { 0 };
		int r;

		if (strlen(fields[i].name) != (size_t)(eq - word) ||
		    strncmp(fields[i].name, word, (size_t)(eq - word)) != 0)
			continue;
		if (par_field_is_set(&fields[i], ret))
			return -EBADMSG;
		r = par_field_parse(&fields[i], ret, eq + 1, &why);
		return r == -ENOMEM ? r : r < 0 ? -EBADMSG : 0;
	}
	return -EBADMSG;
}

int wpar_src_request_parse(const char *data, size_t len, struct wpar_src_request *ret)
{
	const char *end = data + len;
	int named, r;

	*ret = (struct wpar_src_request){ 0 };
	if (len == 0 || len > WPAR_SRC_PACKET || end[-1] != '\0')
		return -EBADMSG;
	r = take_verb(data, ret);
	for (data += strlen(data) + 1; r == 0 && data < end; data += strlen(data) + 1)
		r = take_field(data, ret);
	if (r < 0)
		return r;
	named = (ret->subsystem != NULL) + (ret->group != NULL) + (ret->pid != 0) + ret->all;
	return named == 1 ? 0 : -EBADMSG;
}
