/* SPDX-License-Identifier: Apache-2.0 */
/* What a new WPAR of the LPAR's own system gets: see native.h. */
#include "wparctl/filesystem/native.h"

#include "lpard/common/fs.h"
#include "wparctl/filesystem/copy.h"
#include "wparctl/filesystem/origin.h"
#include "wparctl/filesystem/shipped.h"
#include "wparctl/filesystem/template.h"

#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

static int put_machine_id(int etc)
{
	unsigned char id[16];
	char text[34];

	if (getrandom(id, sizeof(id), 0) != (ssize_t)sizeof(id))
		return -errno;
	for (size_t i = 0; i < sizeof(id); i++)
		snprintf(text + 2 * i, 3, "%02x", id[i]);
	text[32] = '\n';
	return par_fs_replace_volatile(etc, "machine-id", text, 33, 0444);
}

static bool has_file(int etc, const char *name)
{
	struct stat st;

	return fstatat(etc, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode);
}

int wpar_native_identify(int top, const struct wpar_spec *s)
{
	autofree char *hostname = par_strdup_printf("%s\n", s->hostname ? s->hostname : s->name);
	autofd int etc = par_fs_open_plain(top, "etc", O_RDONLY | O_DIRECTORY, 0);
	int r = 0;

	if (!hostname)
		return -ENOMEM;
	if (etc >= 0 && has_file(etc, "hostname"))
		r = par_fs_replace_volatile(etc, "hostname", hostname, strlen(hostname), 0644);
	if (r < 0)
		return r;
	return etc >= 0 && has_file(etc, "machine-id") ? put_machine_id(etc) : 0;
}

/*
 * What is this WPAR's alone: its name and its machine id.  Like all of the tree these files reach
 * the disk by the syncfs(2) that comes before the mark "complete".
 */
static int personalise(int top, const struct wpar_spec *s)
{
	const char *host = s->hostname ? s->hostname : s->name;
	autofree char *hosts = par_strdup_printf("127.0.0.1\tlocalhost\n127.0.1.1\t%s\n"
						 "::1\tlocalhost ip6-localhost\n",
						 host);
	autofree char *hostname = par_strdup_printf("%s\n", host);
	autofd int etc = openat(top, "etc", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int r;

	if (!hosts || !hostname)
		return -ENOMEM;
	if (etc < 0)
		return -errno;
	r = put_machine_id(etc);
	if (r < 0)
		return r;
	r = par_fs_replace_volatile(etc, "hostname", hostname, strlen(hostname), 0644);
	if (r < 0)
		return r;
	return par_fs_replace_volatile(etc, "hosts", hosts, strlen(hosts), 0644);
}

/* mkwpar -l: /usr and /opt are copies of the LPAR's as they are now, and from then on the WPAR's.
 */
static int fill_private(int top, const struct wpar_spec *s)
{
	static const char *const folders[] = { "/usr", "/opt" };
	static const struct wpar_copy_opts opts = { .ids_below = WPAR_ID_WIDTH };
	static const struct wpar_inventory_opts all = { 0 };
	auto_inventory list = { 0 };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(folders); i++) {
		const struct wpar_mount *m = wpar_spec_mount(s, folders[i]);
		autofd int from = -1, to = -1;
		int r;

		if (m && !par_streq(m->vfs, "directory") && !wpar_mount_is_volume(m))
			continue;
		from = open(folders[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		to = openat(top, folders[i] + 1, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (from < 0 || to < 0)
			return -errno;
		r = wpar_copy_tree(from, to, &opts);
		if (r < 0)
			return r;
		r = wpar_inventory_scan(to, folders[i] + 1, &all, &list);
		if (r < 0)
			return r;
	}
	wpar_inventory_sort(&list);
	return wpar_origin_write(s->name, WPAR_ORIGIN_PRIVATE, &list);
}

static int fill_root(int top, const struct wpar_spec *s, struct par_error **err)
{
	static const struct wpar_copy_opts all = { 0 };
	auto_template template = WPAR_TEMPLATE_NONE;
	int r = wpar_template_open(false, &template, err);

	if (r < 0)
		return r;
	r = wpar_copy_tree(template.root, top, &all);
	if (r < 0)
		return r;
	return wpar_origin_take(s->name, template.folder);
}

int wpar_native_fill(int top, const struct wpar_spec *s, struct par_error **err)
{
	char level[WPAR_LEVEL_MAX];
	int r = fill_root(top, s, err);

	if (r < 0)
		return r;
	r = wpar_origin_note_level(s->name, wpar_level_here(level) ? level : NULL, false);
	if (r < 0)
		return r;
	if (fchmod(top, 0755) < 0)
		return -errno;
	r = personalise(top, s);
	if (r < 0)
		return r;
	r = s->minimal || s->init ? 0 : wpar_shipped_install(top);
	if (r < 0)
		return r;
	return s->private_usr ? fill_private(top, s) : 0;
}
