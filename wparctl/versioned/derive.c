/* SPDX-License-Identifier: Apache-2.0 */
/* What a root says of itself, as an image.data: see derive.h.  Its texts are foreign. */
#include "wparctl/versioned/derive.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#define WORD_MAX 31 /* letters of OSID, OSLEVEL */
#define TEXT_MAX 63

static const char *const release_files[] = { "etc/redhat-release", "etc/centos-release",
					     "etc/SuSE-release", "etc/system-release",
					     "etc/slackware-version" };

/* What is known so far: as texts of image.data may be. */
struct facts {
	char name[TEXT_MAX + 1], id[WORD_MAX + 1], level[WORD_MAX + 1];
};

/* The first @len bytes of @from, without what a word of image.data may not have. */
static void put_word(char ret[WORD_MAX + 1], const char *from, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len && from[i] && n < WORD_MAX; i++) {
		if (isalnum((unsigned char)from[i]) || strchr("._+~:-", from[i]))
			ret[n++] = from[i];
	}
	ret[n] = '\0';
}

static void put_text(char ret[TEXT_MAX + 1], const char *from, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len && from[i] && n < TEXT_MAX; i++) {
		if (from[i] >= ' ' && from[i] < 0x7f && from[i] != '"' && from[i] != '\\')
			ret[n++] = from[i];
	}
	while (n > 0 && ret[n - 1] == ' ')
		n--;
	ret[n] = '\0';
}

/* KEY=VALUE of os-release and its like, perhaps in quotes; its length in @len; NULL: not there. */
static const char *value_of(const char *text, const char *key, size_t *len)
{
	const size_t n = strlen(key);

	while (text && *text) {
		const char *end = strchrnul(text, '\n');

		if (strncmp(text, key, n) == 0 && text[n] == '=') {
			text += n + 1;
			*len = (size_t)(end - text);
			if (*len >= 2 && (*text == '"' || *text == '\'') && end[-1] == *text) {
				text++;
				*len -= 2;
			}
			return *len ? text : NULL;
		}
		text = *end ? end + 1 : NULL;
	}
	return NULL;
}

static void by_os_release(const struct wpar_scan *s, struct facts *f)
{
	const char *text = wpar_scan_text(s, "usr/lib/os-release"), *value;
	size_t len;

	if (wpar_scan_text(s, "etc/os-release"))
		text = wpar_scan_text(s, "etc/os-release");
	value = value_of(text, "NAME", &len);
	if (value)
		put_text(f->name, value, len);
	value = value_of(text, "ID", &len);
	if (value)
		put_word(f->id, value, len);
	value = value_of(text, "VERSION_ID", &len);
	if (!value)
		value = value_of(text, "BUILD_ID", &len);
	if (value)
		put_word(f->level, value, len);
}

/* "CentOS release 5.11 (Final)": name, id, level */
static void by_release_file(const struct wpar_scan *s, struct facts *f)
{
	const char *text = NULL, *end, *release, *digit;

	for (size_t i = 0; i < PAR_ARRAY_SIZE(release_files) && !text; i++)
		text = wpar_scan_text(s, release_files[i]);
	if (f->id[0] || !text)
		return;
	end = strchrnul(text, '\n');
	release = memmem(text, (size_t)(end - text), " release ", 9);
	digit = text + strcspn(text, "0123456789\n");
	if (!release)
		release = *digit && digit > text ? digit : end;
	put_text(f->name, text, (size_t)(release - text));
	put_word(f->id, text, strcspn(text, " \n"));
	for (char *c = f->id; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	put_word(f->level, digit, strspn(digit, "0123456789."));
}

/* It has the point release, which os-release has not. */
static void by_debian_version(const struct wpar_scan *s, struct facts *f)
{
	const char *text = wpar_scan_text(s, "etc/debian_version");

	if (!text || (f->id[0] && strcmp(f->id, "debian") != 0))
		return;
	if (!f->name[0])
		put_text(f->name, "Debian GNU/Linux", TEXT_MAX);
	put_word(f->id, "debian", WORD_MAX);
	if (isdigit((unsigned char)*text))
		put_word(f->level, text, strcspn(text, "\n"));
	else if (!f->level[0]) /* "bookworm/sid" */
		put_word(f->level, text, strcspn(text, "/\n"));
}

/* A root may have no other folder than these; in all others of which there is one, it lies. */
static bool is_folder_of_roots(const char *top)
{
	static const char *const folders[] = { "bin", "sbin", "usr" };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(folders); i++) {
		if (strcmp(top, folders[i]) == 0)
			return true;
	}
	return false;
}

static void by_others(const struct wpar_scan *s, struct facts *f)
{
	const char *alpine = wpar_scan_text(s, "etc/alpine-release");
	const char *lsb = wpar_scan_text(s, "etc/lsb-release"), *value;
	size_t len;

	if (alpine && (!f->id[0] || strcmp(f->id, "alpine") == 0)) {
		if (!f->name[0])
			put_text(f->name, "Alpine Linux", TEXT_MAX);
		put_word(f->id, "alpine", WORD_MAX);
		put_word(f->level, alpine, strcspn(alpine, "\n"));
	}
	value = value_of(lsb, "DISTRIB_ID", &len);
	if (value && !f->id[0]) {
		put_text(f->name, value, len);
		put_word(f->id, value, len);
		for (char *c = f->id; *c; c++)
			*c = (char)tolower((unsigned char)*c);
		value = value_of(lsb, "DISTRIB_RELEASE", &len);
		if (value)
			put_word(f->level, value, len);
	}
	if (wpar_scan_text(s, "etc/arch-release") && !f->id[0]) {
		put_text(f->name, "Arch Linux", TEXT_MAX);
		put_word(f->id, "arch", WORD_MAX);
	}
	if (s->busybox[0] && !f->id[0] && (!s->top || is_folder_of_roots(s->top))) {
		put_text(f->name, "BusyBox", TEXT_MAX);
		put_word(f->id, "busybox", WORD_MAX);
		put_word(f->level, s->busybox, WORD_MAX);
	}
	/* Systems without releases. */
	if (f->id[0] && !f->level[0])
		put_word(f->level, "rolling", WORD_MAX);
}

static const struct wpar_scan_programs *most_programs(const struct wpar_scan *s)
{
	const struct wpar_scan_programs *most = NULL;

	for (size_t i = 0; i < s->n_programs; i++) {
		if ((!most || s->programs[i].count > most->count) &&
		    strcmp(s->programs[i].machine, "unknown") != 0)
			most = &s->programs[i];
	}
	return most;
}

/* Of layers their configuration says it, too. */
static const char *architecture_of(const struct wpar_scan *s,
				   const struct wpar_scan_programs *programs)
{
	const char *said = s->config.architecture;

	if (programs)
		return programs->machine;
	return said && *said && strlen(said) < 16 && par_printable(said) &&
			       !strpbrk(said, " \"\\/=")
		       ? said
		       : NULL;
}

static int refuse(const struct wpar_scan *s, const struct facts *f, struct par_error **err)
{
	static const char how[] = "describe it in a file and give that by image_data=FILE";

	if (s->top)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"all its members lie in the folder '%s': make the image of what is "
				"in that folder",
				par_printable(s->top) ? s->top : "?");
	if (!f->id[0])
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"it has no image.data, and no file in it says which system it is "
				"(/etc/os-release or its like, busybox): %s",
				how);
	return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
			"it has no image.data, and no program by which its architecture could be "
			"told: %s",
			how);
}

static int fill(const struct wpar_scan *s, const struct facts *f,
		const struct wpar_scan_programs *programs, struct wpar_image_data *d,
		struct par_error **err)
{
	const char *host = wpar_scan_text(s, "etc/hostname");
	char text[TEXT_MAX + 1] = "";

	if (host)
		put_text(text, host, strcspn(host, "\n"));
	d->version.os_name = strdup(f->name[0] ? f->name : f->id);
	d->version.os_id = strdup(f->id);
	d->version.os_level = strdup(f->level);
	d->version.architecture = strdup(architecture_of(s, programs));
	d->user_ids = par_strdup_printf("0-%" PRIu64, s->uid);
	d->group_ids = par_strdup_printf("0-%" PRIu64, s->gid);
	if (!d->version.os_name || !d->version.os_id || !d->version.os_level ||
	    !d->version.architecture || !d->user_ids || !d->group_ids)
		return par_oom(err);
	if (s->config.created) {
		char created[TEXT_MAX + 1];

		put_text(created, s->config.created, TEXT_MAX);
		d->created = created[0] ? strdup(created) : NULL;
	}
	d->host = text[0] ? strdup(text) : NULL;
	d->package_manager = s->manager[0] ? strdup(s->manager) : NULL;
	if ((text[0] && !d->host) || (s->manager[0] && !d->package_manager))
		return par_oom(err);
	if (programs) {
		d->bits = programs->bits;
		d->page_align = programs->align;
	}
	d->size_kib = (s->bytes + 1023) >> 10;
	return 0;
}

int wpar_image_derive(const struct wpar_scan *scan, struct wpar_image_data *ret,
		      struct par_error **err)
{
	const struct wpar_scan_programs *programs = most_programs(scan);
	struct facts f = { 0 };
	int r;

	*ret = (struct wpar_image_data){ 0 };
	if (par_starts_with(scan->format, "aix-"))
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
				"it is a backup of AIX, and programs of AIX cannot run on Linux: "
				"restore it on a system with AIX");
	by_os_release(scan, &f);
	by_release_file(scan, &f);
	by_debian_version(scan, &f);
	by_others(scan, &f);
	if (!f.id[0] || !f.level[0] || !architecture_of(scan, programs))
		return refuse(scan, &f, err);
	r = fill(scan, &f, programs, ret, err);
	if (r < 0)
		wpar_image_data_done(ret);
	return r;
}
