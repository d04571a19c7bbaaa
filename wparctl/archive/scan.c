/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of the helper's scan (helper/scan.h), which has read foreign bytes: see scan.h. */
#include "wparctl/archive/scan.h"

#include "lpard/common/hex.h"
#include "wparctl/archive/run.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LINE (10 << 20) /* image.data in hexadecimal */

void wpar_scan_done(struct wpar_scan *s)
{
	par_buf_done(&s->data);
	for (size_t i = 0; i < s->n_programs; i++)
		free(s->programs[i].least);
	for (size_t i = 0; i < s->n_texts; i++)
		free(s->texts[i].text);
	free(s->config.architecture);
	free(s->config.created);
	free(s->config.user);
	free(s->config.directory);
	par_strv_done(&s->config.environment);
	par_strv_done(&s->config.arguments);
	free(s->top);
	free(s->refused);
	*s = (struct wpar_scan){ 0 };
}

/* Bytes from hexadecimal; no NUL, which no name has. */
static int take_hex(const char *text, struct par_buf *ret)
{
	for (; *text; text += 2) {
		const int byte = par_hex_byte(text);

		if (byte <= 0)
			return -EINVAL;
		if (par_buf_putc(ret, (char)byte) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* A name, to be freed; NULL: it is none. */
static char *take_name(const char *text)
{
	auto_buf b = { 0 };

	return take_hex(text, &b) < 0 || b.len == 0 ? NULL : par_buf_steal(&b);
}

static void take_programs(struct wpar_scan *s, const char *line)
{
	struct wpar_scan_programs p = { 0 };
	int end = 0;

	if (s->n_programs == PAR_ARRAY_SIZE(s->programs) ||
	    sscanf(line, "elf %15s %u %" SCNu64 " %" SCNu64 " %n", p.machine, &p.bits, &p.count,
		   &p.align, &end) != 4 ||
	    end == 0 || !par_printable(p.machine))
		return;
	p.least = take_name(line + end);
	if (!p.least)
		return;
	s->programs[s->n_programs++] = p;
}

static void take_kernel(struct wpar_scan *s, const char *line)
{
	unsigned int major, minor, patch;

	if (sscanf(line, "kernel %u.%u.%u ", &major, &minor, &patch) == 3 && major < 256 &&
	    minor < 256 && patch < 256)
		s->kernel = major << 16 | minor << 8 | patch;
}

#define MAX_CONFIG 4096 /* values of one kind */

static void put_once(char **place, char **value)
{
	if (*place)
		return;
	*place = *value;
	*value = NULL;
}

static void take_config(struct wpar_scan *s, const char *line)
{
	struct wpar_scan_config *c = &s->config;
	autofree char *value = NULL;
	char key[16];
	int end = 0;

	if (sscanf(line, "config %15s %n", key, &end) != 1 || end == 0)
		return;
	value = line[end] ? take_name(line + end) : strdup("");
	if (!value)
		return;
	if (strcmp(key, "environment") == 0 || strcmp(key, "argument") == 0) {
		struct par_strv *l = *key == 'e' ? &c->environment : &c->arguments;

		if (l->n < MAX_CONFIG)
			par_strv_add(l, value);
		return;
	}
	if (strcmp(key, "architecture") == 0)
		put_once(&c->architecture, &value);
	else if (strcmp(key, "created") == 0)
		put_once(&c->created, &value);
	else if (strcmp(key, "user") == 0)
		put_once(&c->user, &value);
	else if (strcmp(key, "directory") == 0)
		put_once(&c->directory, &value);
}

static void take_text(struct wpar_scan *s, const char *line)
{
	struct wpar_scan_text t = { 0 };
	int end = 0;

	if (s->n_texts == WPAR_SCAN_TEXTS || sscanf(line, "text %31s %n", t.name, &end) != 1 ||
	    end == 0 || !par_printable(t.name))
		return;
	t.text = take_name(line + end);
	if (t.text)
		s->texts[s->n_texts++] = t;
}

const char *wpar_scan_text(const struct wpar_scan *s, const char *name)
{
	for (size_t i = 0; i < s->n_texts; i++) {
		if (strcmp(s->texts[i].name, name) == 0)
			return s->texts[i].text;
	}
	return NULL;
}

/* A line of one word. */
static bool take_word(struct wpar_scan *s, const char *line)
{
	const struct {
		const char *key;
		char *place;
	} words[] = {
		{ "init ", s->init },
		{ "format ", s->format },
		{ "busybox ", s->busybox },
		{ "manager ", s->manager },
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(words); i++) {
		const char *value = line + strlen(words[i].key);

		if (!par_starts_with(line, words[i].key))
			continue;
		if (strlen(value) < 16 && par_printable(value) && !strchr(value, ' '))
			memcpy(words[i].place, value, strlen(value) + 1);
		return true;
	}
	return false;
}

static void take_libc(struct wpar_scan *s, const char *line)
{
	char one[16], two[16];

	if (sscanf(line, "libc %15s %15s", one, two) == 2 && par_printable(one) &&
	    par_printable(two)) {
		snprintf(s->libc, sizeof(s->libc), "%s", one);
		snprintf(s->libc_level, sizeof(s->libc_level), "%s",
			 strcmp(two, "-") == 0 ? "" : two);
	}
}

static void take_numbers(struct wpar_scan *s, const char *line)
{
	sscanf(line, "ids %" SCNu64 " %" SCNu64, &s->uid, &s->gid);
	sscanf(line,
	       "count %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
	       " %" SCNu64,
	       &s->members, &s->files, &s->folders, &s->links, &s->devices, &s->setuid, &s->bytes);
}

void wpar_scan_line(struct wpar_scan *s, const char *line)
{
	if (par_starts_with(line, "data ")) {
		par_buf_clear(&s->data);
		if (take_hex(line + strlen("data "), &s->data) < 0)
			par_buf_clear(&s->data);
	} else if (par_starts_with(line, "refused ") && !s->refused) {
		s->refused = strdup(par_printable(line + 8) ? line + 8 : "a member has a bad name");
	} else if (strcmp(line, "lacks program") == 0) {
		s->lacks_program = true;
	} else if (par_starts_with(line, "elf ")) {
		take_programs(s, line);
	} else if (par_starts_with(line, "kernel ")) {
		take_kernel(s, line);
	} else if (par_starts_with(line, "config ")) {
		take_config(s, line);
	} else if (par_starts_with(line, "text ")) {
		take_text(s, line);
	} else if (par_starts_with(line, "top ") && !s->top) {
		s->top = take_name(line + strlen("top "));
	} else if (!take_word(s, line)) {
		take_libc(s, line);
		take_numbers(s, line);
	}
}

struct reading {
	struct wpar_scan *scan;
	void (*member)(void *user, const struct wpar_scan_member *m);
	void *user;
};

static void take_member(const struct reading *rd, const char *line)
{
	struct wpar_scan_member m = { 0 };
	autofree char *name = NULL;
	int end = 0;

	if (sscanf(line, "member %o %" SCNu64 " %" SCNu64 " %" SCNu64 " %n", &m.mode, &m.uid,
		   &m.gid, &m.size, &end) != 4 ||
	    end == 0)
		return;
	name = take_name(line + end);
	m.name = name;
	if (name)
		rd->member(rd->user, &m);
}

static void take_line(void *user, const char *line)
{
	const struct reading *rd = user;

	if (!par_starts_with(line, "member "))
		wpar_scan_line(rd->scan, line);
	else if (rd->member)
		take_member(rd, line);
}

int wpar_scan(const char *archive, const int *input, uint64_t room_kib,
	      void (*member)(void *user, const struct wpar_scan_member *m), void *user,
	      struct wpar_scan *ret, struct par_error **err)
{
	struct reading rd = { .scan = ret, .member = member, .user = user };
	const struct wpar_archive_run run = {
		.archive = archive,
		.input = input,
		.mode = member ? "list" : "scan",
		.kib = room_kib,
		.folder = -1,
		.max_line = MAX_LINE,
		.line = take_line,
		.user = &rd,
	};
	struct wpar_archive_end end;
	int r;

	*ret = (struct wpar_scan){ 0 };
	r = wpar_archive_run(&run, &end, err);
	if (r < 0)
		return r;
	memcpy(ret->digest, end.digest, sizeof(ret->digest));
	return ret->data.failed ? par_oom(err) : 0;
}
