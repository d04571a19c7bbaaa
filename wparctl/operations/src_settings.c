/* SPDX-License-Identifier: Apache-2.0 */
/* Flags of mkssys and chssys: see src_settings.h. */
#include "wparctl/operations/src_settings.h"

#include "lpard/common/colon_file.h"
#include "lpard/common/fs.h"
#include "wparctl/operations/refused.h"

#include <string.h>

int wpar_src_settings_check(const struct wpar_src_settings *a, const struct par_opt *opts,
			    struct par_error **err)
{
	const struct wpar_option_pair pairs[] = {
		{ a->once, a->respawn, "-O and -R" },
		{ a->show, a->hide, "-d and -D" },
		{ a->multi, a->single, "-q and -Q" },
		{ a->socket, a->signals, "-K and -S" },
	};
	int r = wpar_refuse_options(opts, a, err);

	if (r < 0)
		return r;
	r = wpar_refuse_pairs(pairs, PAR_ARRAY_SIZE(pairs), err);
	if (r < 0)
		return r;
	if (a->socket && (a->signorm || a->sigforce))
		return par_fail(err, PAR_E_USAGE, 0, "-n and -f need -S");
	return 0;
}

/* A number, or a name of the WPAR's /etc/passwd as its number in @room. */
static int find_user(const char *user, char *room, size_t size, struct par_error **err)
{
	autofd int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	auto_buf passwd = { 0 }, line = { 0 };
	const char *rest;
	char *part[7];
	uint64_t number;

	if (par_parse_u64(user, UINT32_MAX, &number) == 0) {
		snprintf(room, size, "%s", user);
		return 0;
	}
	rest = par_fs_read_in(root, "/etc/passwd", 4 << 20, &passwd) == 0 ? passwd.data : NULL;
	while (par_colon_next(&rest, &line, part, PAR_ARRAY_SIZE(part)) > 0) {
		if (strcmp(part[0], user) != 0 || par_parse_u64(part[2], UINT32_MAX, &number) < 0)
			continue;
		snprintf(room, size, "%s", part[2]);
		return 0;
	}
	return par_fail(err, PAR_E_NOT_FOUND, 0, "3004-687 User \"%s\" does not exist.", user);
}

static int set_words(const struct wpar_src_settings *a, struct wpar_subsystem *s,
		     struct par_error **err)
{
	const struct {
		const char *key, *value;
	} texts[] = {
		{ "path", a->path },	     { "cmdargs", a->arguments }, { "standin", a->standin },
		{ "standout", a->standout }, { "standerr", a->standerr }, { "synonym", a->synonym },
		{ "grpname", a->group },     { "priority", a->nice },	  { "waittime", a->wait },
		{ "signorm", a->signorm },   { "sigforce", a->sigforce },
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(texts); i++) {
		int r = texts[i].value ? wpar_subsystem_set(s, texts[i].key, texts[i].value, err)
				       : 0;

		if (r < 0)
			return r;
	}
	return 0;
}

static int set_user(const char *user, struct wpar_subsystem *s, struct par_error **err)
{
	char uid[16];
	int r = find_user(user, uid, sizeof(uid), err);

	return r < 0 ? r : wpar_subsystem_set(s, "uid", uid, err);
}

int wpar_src_settings_apply(const struct wpar_src_settings *a, struct wpar_subsystem *s,
			    struct par_error **err)
{
	int r = set_words(a, s, err);

	if (r < 0)
		return r;
	if (a->user)
		r = set_user(a->user, s, err);
	if (r < 0)
		return r;
	s->respawn = (s->respawn || a->respawn) && !a->once;
	s->hide = (s->hide || a->hide) && !a->show;
	s->multi = (s->multi || a->multi) && !a->single;
	s->signals = (s->signals || a->signals) && !a->socket;
	if (a->signals && (!s->signorm || !s->sigforce))
		return par_fail(err, PAR_E_USAGE, 0, "-S needs -n and -f");
	return 0;
}
