/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mount inside a WPAR: the listing shows the WPAR's file systems as its own, on the device Global
 * and with the options of each mount.  What else the system's mount shows is the LPAR's:
 * devices, the options that their file systems were mounted with, ids outside.  What is to be
 * mounted is cor_NAME's (cor_ask.c).
 */
#include "wparctl/runtime/inside/inside.h"

#include "lpard/common/fs.h"

#include <string.h>

#define REAL "/run/wpars/mount"

/* The kernel writes blanks, tabs, line ends and backslashes as \NNN. */
static void decode(char *s)
{
	char *to = s;

	for (; *s; s++) {
		unsigned int c;

		if (*s == '\\' && sscanf(s + 1, "%3o", &c) == 1 && strlen(s) >= 4) {
			*to++ = (char)c;
			s += 3;
		} else {
			*to++ = *s;
		}
	}
	*to = '\0';
}

/* Single files that we have laid over others, and the sealed part of /proc: no file systems. */
static bool is_fitting(const char *point)
{
	static const char *const folders[] = { "/proc/", "/run/wpars/", "/dev/" };
	static const char *const shown[] = { "/dev/pts", "/dev/shm" };
	static const char *const files[] = { "/etc/init",      "/usr/bin/df",
					     "/usr/bin/mount", "/usr/bin/umount",
					     "/usr/bin/uname", "/usr/bin/systemctl" };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(shown); i++) {
		if (strcmp(point, shown[i]) == 0)
			return false;
	}
	for (size_t i = 0; i < PAR_ARRAY_SIZE(folders); i++) {
		if (par_starts_with(point, folders[i]))
			return true;
	}
	for (size_t i = 0; i < PAR_ARRAY_SIZE(files); i++) {
		if (strcmp(point, files[i]) == 0)
			return true;
	}
	return false;
}

bool wpar_mounted_parse(const char *line, struct wpar_mounted *ret)
{
	const char *dash = strstr(line, " - ");

	if (!dash || sscanf(line, "%*u %*u %*s %*s %4095s %255s", ret->point, ret->options) != 2 ||
	    sscanf(dash, " - %63s", ret->fstype) != 1)
		return false;
	decode(ret->point);
	return !is_fitting(ret->point);
}

static bool is_wanted(const char *fstype, const char *types)
{
	bool no = types && par_starts_with(types, "no");
	size_t len = strlen(fstype);

	if (!types)
		return true;
	for (const char *t = types + (no ? 2 : 0); *t;) {
		size_t n = strcspn(t, ",");

		if (n == len && strncmp(t, fstype, n) == 0)
			return !no;
		t += n + (t[n] == ',');
	}
	return no;
}

/* Of a mount only: "idmapped" says how, and is the LPAR's business. */
static void cut_option(char *options, const char *name)
{
	char *at = strstr(options, name);

	if (!at)
		return;
	if (at > options)
		at--;
	memmove(at, at + strlen(name) + 1, strlen(at + strlen(name) + 1) + 1);
}

int wpar_mount_list(char *mountinfo, const char *types, struct par_buf *out)
{
	struct wpar_mounted m;
	char *save = NULL;

	for (char *l = strtok_r(mountinfo, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
		if (!wpar_mounted_parse(l, &m) || !is_wanted(m.fstype, types))
			continue;
		cut_option(m.options, "idmapped");
		par_buf_printf(out, "Global on %s type %s (%s)\n", m.point, m.fstype, m.options);
	}
	return out->failed ? -ENOMEM : 0;
}

/* The listing, with at most a choice of types; anything else is not ours. */
static bool asks_for_list(int argc, char **argv, const char **ret_types)
{
	*ret_types = NULL;
	for (int i = 1; i < argc; i++) {
		const char *a = argv[i];

		if (strcmp(a, "-l") == 0 || strcmp(a, "-v") == 0)
			continue;
		if (!par_starts_with(a, "-t") || (!a[2] && i + 1 == argc))
			return false;
		*ret_types = a[2] ? a + 2 : argv[++i];
	}
	return true;
}

static bool asks_for_version(int argc, char **argv)
{
	return argc == 2 && (strcmp(argv[1], "-V") == 0 || strcmp(argv[1], "--version") == 0);
}

int wpar_mount_main(int argc, char **argv)
{
	auto_buf in = { 0 }, out = { 0 };
	const char *types;

	if (!asks_for_list(argc, argv, &types)) {
		if (wpar_is_inside() && !asks_for_version(argc, argv))
			return wpar_cor_mount(argc, argv);
		argv[0] = (char *)"mount";
		execv(REAL, argv);
		perror("mount: " REAL);
		return 1;
	}
	errno = -par_fs_read("/proc/self/mountinfo", 1 << 20, &in);
	if (errno || wpar_mount_list(in.data, types, &out) < 0) {
		perror("mount: /proc/self/mountinfo");
		return 1;
	}
	fputs(out.data ? out.data : "", stdout);
	return fflush(stdout) == 0 ? 0 : 1;
}
