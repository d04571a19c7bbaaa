/* SPDX-License-Identifier: Apache-2.0 */
/* dpkg's list of packages, /var/lib/dpkg/status: see packages.h. */
#include "wparctl/backup/packages.h"

#include "lpard/common/fs.h"

#include <string.h>

/* A paragraph of the list; what points into it has no line ends. */
struct package {
	const char *name, *status, *version, *architecture;
};

/* What follows "KEY:", without the blanks before it; NULL: it is another line. */
static const char *value_of(const char *line, const char *key)
{
	const size_t n = strlen(key);

	if (strncmp(line, key, n) != 0 || line[n] != ':')
		return NULL;
	line += n + 1;
	return line + strspn(line, " \t");
}

static void take_line(struct package *p, const char *line)
{
	const struct {
		const char *key, **value;
	} rows[] = { { "Package", &p->name },
		     { "Status", &p->status },
		     { "Version", &p->version },
		     { "Architecture", &p->architecture } };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(rows); i++) {
		const char *value = value_of(line, rows[i].key);

		if (value && !*rows[i].value)
			*rows[i].value = value;
	}
}

static bool is_word(const char *s)
{
	return s && *s && !strpbrk(s, " \t\r");
}

/* "install ok installed", "hold ok installed"; not "deinstall ok config-files" */
static bool is_installed(const struct package *p)
{
	const char *last = p->status ? strrchr(p->status, ' ') : NULL;

	return last && strcmp(last + 1, "installed") == 0 && is_word(p->name) &&
	       is_word(p->version) && is_word(p->architecture);
}

/* Returns the bytes of its line in image.data. */
static int end_package(struct package *p, struct par_strv *ret, struct par_error **err)
{
	autofree char *line = NULL;
	size_t len;

	if (!is_installed(p)) {
		*p = (struct package){ 0 };
		return 0;
	}
	line = par_strdup_printf("%s %s %s", p->name, p->version, p->architecture);
	*p = (struct package){ 0 };
	if (!line || par_strv_add(ret, line) < 0)
		return par_oom(err);
	len = strlen(line) + strlen("\tPACKAGE = \"\"\n");
	return len < WPAR_PACKAGES_MAX ? (int)len : WPAR_PACKAGES_MAX;
}

int wpar_packages_parse(char *text, struct par_strv *ret, struct par_error **err)
{
	struct package p = { 0 };
	size_t bytes = 0;

	while (text && bytes < WPAR_PACKAGES_MAX && ret->n <= WPAR_PACKAGES_COUNT) {
		const char *line = strsep(&text, "\n");
		int r = 0;

		if (*line)
			take_line(&p, line);
		if (!*line || !text)
			r = end_package(&p, ret, err);
		if (r < 0)
			return r;
		bytes += (size_t)r;
	}
	if (bytes >= WPAR_PACKAGES_MAX || ret->n > WPAR_PACKAGES_COUNT)
		par_strv_done(ret);
	return 0;
}

/* The innermost of its file systems that the list is in, and the list's path there. */
static int find_tree(const struct wpar_backup_trees *t, const char **ret_path)
{
	size_t best = 0, best_len = 0;

	for (size_t i = 1; i < t->n; i++) {
		const size_t n = strlen(t->v[i].directory);

		if (n > best_len && strncmp(WPAR_PACKAGES_FILE, t->v[i].directory, n) == 0 &&
		    WPAR_PACKAGES_FILE[n] == '/') {
			best = i;
			best_len = n;
		}
	}
	*ret_path = &WPAR_PACKAGES_FILE[best_len];
	return t->v[best].fds[0];
}

int wpar_packages_read(const struct wpar_backup_trees *t, struct par_strv *ret,
		       struct par_error **err)
{
	auto_buf text = { 0 };
	const char *path;
	const int root = find_tree(t, &path);

	if (par_fs_read_in(root, path, WPAR_PACKAGES_FILE_MAX, &text) < 0)
		return 0;
	return text.data ? wpar_packages_parse(text.data, ret, err) : 0;
}
