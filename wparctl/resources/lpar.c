/* SPDX-License-Identifier: Apache-2.0 */
/* See lpar.h. */
#include "wparctl/resources/lpar.h"

#include "lpard/common/fs.h"
#include "lpard/common/text.h"

#include <inttypes.h>
#include <string.h>

#define LPARCFG	 "/proc/ppc64/lparcfg"
#define NAME	 "/proc/device-tree/ibm,partition-name"
#define FILE_MAX 65536

void wpar_lpar_done(struct wpar_lpar *l)
{
	par_buf_done(&l->config);
}

bool wpar_lpar_value(const struct wpar_lpar *l, const char *key, uint64_t *ret)
{
	size_t len = strlen(key);

	for (const char *line = l->config.data; line && *line;) {
		const char *end = strchr(line, '\n');

		if (strncmp(line, key, len) == 0 && line[len] == '=') {
			const char *number = line + len + 1;
			char *after;

			*ret = strtoull(number, &after, 10);
			return after != number && *number != '-';
		}
		line = end ? end + 1 : NULL;
	}
	return false;
}

/* The value of the word "KEY=…" with its %XX taken back; false: there is none, or no such value. */
static bool find_word(const char *cmdline, const char *key, char *ret, size_t size)
{
	const char *at = cmdline;
	size_t n = 0;

	while ((at = strstr(at, key)) && at != cmdline && at[-1] != ' ')
		at++;
	if (!at)
		return false;
	for (at += strlen(key); *at && !strchr(" \t\n", *at); at++) {
		unsigned int byte = (unsigned char)*at;

		if (n + 1 == size || (*at == '%' && sscanf(at + 1, "%2x", &byte) != 1))
			return false;
		at += *at == '%' ? 2 : 0;
		ret[n++] = (char)byte;
	}
	ret[n] = '\0';
	return n > 0;
}

static void take_number(struct wpar_lpar *l, const char *cmdline)
{
	char text[16];
	uint64_t number;

	if ((wpar_lpar_value(l, "partition_id", &number) && number && number <= INT32_MAX) ||
	    (cmdline && find_word(cmdline, "lpard.id=", text, sizeof(text)) &&
	     par_parse_u64(text, INT32_MAX, &number) == 0))
		l->number = (int64_t)number;
}

void wpar_lpar_parse(const struct wpar_lpar_texts *t, struct wpar_lpar *ret)
{
	*ret = (struct wpar_lpar){ .number = -1 };
	if (t->config)
		par_buf_puts(&ret->config, t->config);
	if (t->name && *t->name)
		snprintf(ret->name, sizeof(ret->name), "%s", t->name);
	else if (!t->cmdline || !find_word(t->cmdline, "lpard.name=", ret->name, sizeof(ret->name)))
		ret->name[0] = '\0';
	par_text_clean(ret->name, sizeof(ret->name) - 1, PAR_TEXT_LINE);
	take_number(ret, t->cmdline);
}

void wpar_lpar_get(struct wpar_lpar *ret)
{
	auto_buf config = { 0 }, name = { 0 }, cmdline = { 0 };
	struct wpar_lpar_texts t = { 0 };

	if (par_fs_read(LPARCFG, FILE_MAX, &config) == 0)
		t.config = config.data;
	if (par_fs_read(NAME, FILE_MAX, &name) == 0)
		t.name = name.data;
	if (par_fs_read("/proc/cmdline", FILE_MAX, &cmdline) == 0)
		t.cmdline = cmdline.data;
	wpar_lpar_parse(&t, ret);
}

void wpar_lpar_print_id(const struct wpar_lpar *l, FILE *out)
{
	fprintf(out, "%" PRId64 " %s", l->number, l->name[0] ? l->name : "NULL");
}
