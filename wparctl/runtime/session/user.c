/* SPDX-License-Identifier: Apache-2.0 */
/* Users of a WPAR: see user.h. */
#include "wparctl/runtime/session/user.h"

#include "lpard/common/colon_file.h"
#include "lpard/common/fs.h"

#include <string.h>

#define MAX_FILE   (4 << 20)
#define MAX_SHELLS (64 << 10)

/*
 * An id out of the file.  A plain number that the WPAR has no id for is the administrator's
 * mistake, and is told apart from an entry that is none.
 */
static int take_id(const char *text, const char *what, const char *name, unsigned int id_max,
		   uint64_t *ret, struct par_error **err)
{
	if (par_parse_u64(text, UINT32_MAX, ret) < 0)
		return par_fail(err, PAR_E_CORRUPT, 0,
				"the entry of user '%s' in the WPAR's /etc/passwd is wrong", name);
	if (*ret >= id_max)
		return par_fail(
			err, PAR_E_INVALID_ARGUMENT, 0,
			"user '%s' has the %s id %s, and the workload partition has the ids "
			"0 to %u only; give the user one of these",
			name, what, text, id_max - 1);
	return 0;
}

/* The next line of @text as a copy in @buf; NULL at the end.  Lines that do not fit are empty. */
static const char *next_line(const char *text, char *buf, size_t size)
{
	size_t n;

	if (!text || !*text)
		return NULL;
	n = strcspn(text, "\n");
	if (n < size)
		memcpy(buf, text, n);
	buf[n < size ? n : 0] = '\0';
	return text + n + (text[n] == '\n');
}

int wpar_user_parse(const char *passwd, const char *name, unsigned int id_max,
		    struct wpar_user *ret, struct par_error **err)
{
	auto_buf line = { 0 };
	char *part[7];
	int r;

	*ret = (struct wpar_user){ 0 };
	while ((r = par_colon_next(&passwd, &line, part, PAR_ARRAY_SIZE(part))) > 0) {
		uint64_t uid, gid;

		if (strcmp(part[0], name) != 0)
			continue;
		r = take_id(part[2], "user", name, id_max, &uid, err);
		if (r < 0)
			return r;
		r = take_id(part[3], "group", name, id_max, &gid, err);
		if (r < 0)
			return r;
		if (strlen(part[0]) >= sizeof(ret->name) || strlen(part[5]) >= sizeof(ret->home) ||
		    strlen(part[6]) >= sizeof(ret->shell) || !par_printable(part[5]) ||
		    !par_printable(part[6]))
			return par_fail(err, PAR_E_CORRUPT, 0,
					"the entry of user '%s' in the WPAR's /etc/passwd is wrong",
					name);
		snprintf(ret->name, sizeof(ret->name), "%s", part[0]);
		snprintf(ret->home, sizeof(ret->home), "%s", *part[5] ? part[5] : "/");
		snprintf(ret->shell, sizeof(ret->shell), "%s", *part[6] ? part[6] : "/bin/sh");
		ret->uid = (uid_t)uid;
		ret->gid = (gid_t)gid;
		return 0;
	}
	if (r < 0)
		return par_oom(err);
	return par_fail(err, PAR_E_NOT_FOUND, 0, "user '%s' does not exist in the WPAR", name);
}

void wpar_user_groups(const char *group, unsigned int id_max, struct wpar_user *u)
{
	auto_buf line = { 0 };
	char *part[4];

	while (par_colon_next(&group, &line, part, PAR_ARRAY_SIZE(part)) > 0) {
		uint64_t gid;
		char *members, *m;

		if (par_parse_u64(part[2], id_max - 1, &gid) < 0)
			continue;
		members = part[3];
		while ((m = strsep(&members, ","))) {
			if (strcmp(m, u->name) == 0 && u->n_groups < WPAR_GROUPS_MAX) {
				u->groups[u->n_groups++] = (gid_t)gid;
				break;
			}
		}
	}
}

bool wpar_user_shell_is_listed(const char *shells, const char *shell)
{
	char line[256];

	while ((shells = next_line(shells, line, sizeof(line)))) {
		char *word = line + strspn(line, " \t");

		word[strcspn(word, " \t\r#")] = '\0';
		if (*word == '/' && strcmp(word, shell) == 0)
			return true;
	}
	return false;
}

bool wpar_user_may_run(int rootfd, const struct wpar_user *u)
{
	/* What getusershell(3) knows without the file, and the one that root has on Debian. */
	static const char usual[] = "/bin/sh\n/usr/bin/sh\n/bin/bash\n/usr/bin/bash\n";
	auto_buf shells = { 0 };
	int r = par_fs_read_in(rootfd, "/etc/shells", MAX_SHELLS, &shells);

	if (r == -ENOENT)
		return wpar_user_shell_is_listed(usual, u->shell);
	return r == 0 && wpar_user_shell_is_listed(shells.data, u->shell);
}

int wpar_user_find(int rootfd, const char *name, unsigned int id_max, struct wpar_user *ret,
		   struct par_error **err)
{
	auto_buf passwd = { 0 }, group = { 0 };
	int r = par_fs_read_in(rootfd, "/etc/passwd", MAX_FILE, &passwd);

	r = r < 0 ? par_fail(err, PAR_E_SYSTEM, r, "the WPAR's /etc/passwd cannot be read")
		  : wpar_user_parse(passwd.data, name, id_max, ret, err);
	if (r < 0 && strcmp(name, "root") == 0) {
		/* The administrator must get in to repair the file. */
		par_error_free(err);
		*ret = (struct wpar_user){ .name = "root", .home = "/", .shell = "/bin/sh" };
		return 0;
	}
	if (r < 0)
		return r;
	if (par_fs_read_in(rootfd, "/etc/group", MAX_FILE, &group) == 0)
		wpar_user_groups(group.data, id_max, ret);
	return 0;
}
