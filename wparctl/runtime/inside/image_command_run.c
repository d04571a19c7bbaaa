/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The subsystem "image" of a WPAR of layers: what its image says is to run, as the user, in the
 * directory and with the environment that it says, in the place of this process.
 */
#include "wparctl/runtime/inside/image_command_run.h"

#include "lpard/common/fs.h"
#include "wparctl/spec/image_command.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define GROUPS_MAX 64
#define PATH_USUAL "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* Who it runs as. */
struct who {
	uid_t uid;
	gid_t gid;
	gid_t groups[GROUPS_MAX];
	size_t n_groups;
	char name[256], home[1024];
};

/* A number, or a name of /etc/group; false: there is none of that name */
static bool find_group(const char *text, gid_t *ret)
{
	autofile FILE *f = NULL;
	char line[4096], name[256];
	uint64_t n;
	unsigned int gid;

	if (par_parse_u64(text, INT32_MAX, &n) == 0) {
		*ret = (gid_t)n;
		return true;
	}
	f = fopen("/etc/group", "re");
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%255[^:]:%*[^:]:%u", name, &gid) == 2 &&
		    strcmp(name, text) == 0) {
			*ret = gid;
			return true;
		}
	}
	return false;
}

/* The groups that have the user as a member. */
static void find_groups(struct who *w)
{
	autofile FILE *f = fopen("/etc/group", "re");
	char line[4096], members[4096];
	unsigned int gid;

	while (f && fgets(line, sizeof(line), f) && w->n_groups < GROUPS_MAX) {
		char *save = NULL;

		if (sscanf(line, "%*[^:]:%*[^:]:%u:%4095[^\n]", &gid, members) != 2)
			continue;
		for (char *m = strtok_r(members, ",", &save); m; m = strtok_r(NULL, ",", &save)) {
			if (strcmp(m, w->name) == 0 && w->n_groups < GROUPS_MAX)
				w->groups[w->n_groups++] = gid;
		}
	}
}

/* By its name or number; a number that nobody has is a user, too. */
static bool find_user(const char *text, struct who *w)
{
	autofile FILE *f = fopen("/etc/passwd", "re");
	char line[4096], name[256], home[1024];
	unsigned int uid, gid;
	uint64_t n = 0;
	const bool number = par_parse_u64(text, INT32_MAX, &n) == 0;

	while (f && fgets(line, sizeof(line), f)) {
		*home = '\0';
		if (sscanf(line, "%255[^:]:%*[^:]:%u:%u:%*[^:]:%1023[^:\n]", name, &uid, &gid,
			   home) < 3 &&
		    sscanf(line, "%255[^:]:%*[^:]:%u:%u::%1023[^:\n]", name, &uid, &gid, home) < 3)
			continue;
		if (!*home)
			sscanf(line, "%*[^:]:%*[^:]:%*u:%*u::%1023[^:\n]", home);
		if (number ? uid == n : strcmp(name, text) == 0) {
			w->uid = uid;
			w->gid = gid;
			snprintf(w->name, sizeof(w->name), "%s", name);
			snprintf(w->home, sizeof(w->home), "%s", home);
			return true;
		}
	}
	w->uid = (uid_t)n;
	return number;
}

static bool find_who(const char *user, struct who *w)
{
	autofree char *text = strdup(user ? user : "0");
	char *group = text ? strchr(text, ':') : NULL;

	if (!text)
		return false;
	if (group)
		*group++ = '\0';
	if (!find_user(text, w))
		return false;
	if (!group) {
		find_groups(w);
		return true;
	}
	return find_group(group, &w->gid);
}

/* As those who make such images expect, a directory that is not there is made. */
static int enter_directory(const char *path)
{
	autofree char *copy = strdup(path);

	if (!copy)
		return -ENOMEM;
	for (char *at = copy; (at = strchr(at + 1, '/'));) {
		*at = '\0';
		mkdir(copy, 0755);
		*at = '/';
	}
	mkdir(copy, 0755);
	return chdir(copy) < 0 ? -errno : 0;
}

static int become(const struct who *w)
{
	if (setgroups(w->n_groups, w->groups) < 0 || setresgid(w->gid, w->gid, w->gid) < 0 ||
	    setresuid(w->uid, w->uid, w->uid) < 0)
		return -errno;
	return 0;
}

static int set_environment(const struct wpar_image_command *c, const struct who *w)
{
	if (clearenv() != 0 || setenv("PATH", PATH_USUAL, 1) < 0 ||
	    setenv("HOME", *w->home ? w->home : "/", 1) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < c->environment.n; i++) {
		if (putenv(c->environment.v[i]) != 0) /* which stays until exec */
			return -ENOMEM;
	}
	return 0;
}

static int image_command_fail(const char *what, const char *why)
{
	fprintf(stderr, "image: %s: %s\n", what, why);
	return 1;
}

int wpar_image_command_main(void)
{
	auto_image_command c = { 0 };
	auto_error err = NULL;
	auto_buf text = { 0 };
	struct who w = { 0 };
	int r = par_fs_read(WPAR_IMAGE_COMMAND_FILE, WPAR_IMAGE_COMMAND_MAX, &text);

	if (r < 0)
		return image_command_fail(WPAR_IMAGE_COMMAND_FILE, strerror(-r));
	if (wpar_image_command_parse(text.data ? text.data : "", text.len, &c, &err) < 0)
		return image_command_fail(WPAR_IMAGE_COMMAND_FILE,
					  err ? err->msg : "it is damaged");
	if (par_strv_add(&c.arguments, "") < 0)
		return image_command_fail(c.arguments.v[0], strerror(ENOMEM));
	/* The end of the list for exec. */
	free(c.arguments.v[--c.arguments.n]);
	c.arguments.v[c.arguments.n] = NULL;
	if (!find_who(c.user, &w))
		return image_command_fail(c.user ? c.user : "root",
					  "there is no such user or group in the image");
	r = enter_directory(c.directory ? c.directory : "/");
	if (r < 0)
		return image_command_fail(c.directory ? c.directory : "/", strerror(-r));
	r = set_environment(&c, &w);
	if (r < 0)
		return image_command_fail("the environment", strerror(-r));
	r = become(&w);
	if (r < 0)
		return image_command_fail(c.user ? c.user : "root", strerror(-r));
	execvp(c.arguments.v[0], c.arguments.v);
	return image_command_fail(c.arguments.v[0], strerror(errno));
}
