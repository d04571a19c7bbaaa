/* SPDX-License-Identifier: Apache-2.0 */
/* What a new WPAR of the LPAR's own system gets: see native.h. */
#include "wparctl/filesystem/native.h"

#include "lpard/common/fs.h"
#include "wparctl/filesystem/copy.h"
#include "wparctl/filesystem/origin.h"
#include "wparctl/filesystem/shipped.h"
#include "wparctl/filesystem/template.h"
#include "wparctl/filesystem/template_content.h"

#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#define MAX_HOSTS (16 << 20) /* bytes of /etc/hosts */

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

int wpar_native_hosts(const char *text, const char *host, struct par_buf *ret)
{
	static const char own[] = "127.0.1.1";
	bool said = false;

	for (const char *l = text; *l;) {
		const size_t n = strcspn(l, "\n");
		const char *address = l + strspn(l, " \t");
		const size_t after = strcspn(address, " \t\n");

		if (after != strlen(own) || strncmp(address, own, after) != 0)
			par_buf_printf(ret, "%.*s\n", (int)n, l);
		else if (!said)
			par_buf_printf(ret, "%s\t%s\n", own, host);
		said |= after == strlen(own) && strncmp(address, own, after) == 0;
		l += n + (l[n] == '\n');
	}
	if (!said)
		par_buf_printf(ret, "%s\t%s\n", own, host);
	return ret->failed ? -ENOMEM : 0;
}

/* A copy knows the hosts that its system knows; -ENOENT: there is no such file. */
static int rename_in_hosts(int etc, const char *host)
{
	auto_buf text = { 0 }, new = { 0 };
	autofd int fd = openat(etc, "hosts", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return -ENOENT;
	r = par_fs_read_fd(fd, MAX_HOSTS, &text);
	if (r < 0)
		return r;
	r = wpar_native_hosts(text.data ? text.data : "", host, &new);
	return r < 0 ? r
		     : par_fs_replace_volatile(etc, "hosts", new.data, new.len, st.st_mode & 07777);
}

/*
 * What is this WPAR's alone: its name and its machine id.  Like all of the tree these files reach
 * the disk by the syncfs(2) that comes before the mark "complete".
 * @copy	of a system, whose other hosts stay in /etc/hosts
 */
static int personalise(int top, const struct wpar_spec *s, bool copy)
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
	r = copy ? rename_in_hosts(etc, host) : -ENOENT;
	return r == -ENOENT ? par_fs_replace_volatile(etc, "hosts", hosts, strlen(hosts), 0644) : r;
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
	r = personalise(top, s, false);
	if (r < 0)
		return r;
	r = s->minimal || s->init ? 0 : wpar_shipped_install(top);
	if (r < 0)
		return r;
	return s->private_usr ? fill_private(top, s) : 0;
}

/* ---- A copy of the system ---- */

/* D-Bus has the same id under a name of its own. */
static int link_machine_id(int top)
{
	autofd int dbus = par_fs_open_plain(top, "var/lib/dbus", O_RDONLY | O_DIRECTORY, 0);

	if (dbus < 0)
		return 0;
	return symlinkat("/etc/machine-id", dbus, "machine-id") < 0 && errno != EEXIST ? -errno : 0;
}

static bool has_below(const struct wpar_inventory *l, const char *folder)
{
	const size_t n = strlen(folder);

	for (size_t i = 0; i < l->n; i++) {
		if (strncmp(l->v[i].path, folder, n) == 0 && l->v[i].path[n] == '/')
			return true;
	}
	return false;
}

/* What the LPAR has, and a copy of it is made without: as if the WPAR had removed it. */
static int list_left_out(struct wpar_inventory *list)
{
	static const char *const folders[] = { "usr/lib/modules", "usr/lib/firmware" };
	static const struct wpar_inventory_opts live = { .live = true };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(folders); i++) {
		autofree char *path = par_strdup_printf("/%s", folders[i]);
		autofd int fd = -1;
		int r;

		if (!path)
			return -ENOMEM;
		if (has_below(list, folders[i]))
			continue;
		fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		r = fd < 0 ? 0 : wpar_inventory_scan(fd, folders[i], &live, list);
		if (r < 0)
			return r;
	}
	return 0;
}

/*
 * What the LPAR has given it, by which syncwpar tells what has been changed since: what of it is as
 * the LPAR's.  Where /usr or /opt is another file system there is no list, and all counts as
 * changed.
 */
static int list_given(int top, const struct wpar_spec *s)
{
	static const char *const folders[] = { "usr", "opt" };
	static const struct wpar_inventory_opts all = { 0 };
	auto_inventory list = { 0 };
	int r = 0;

	for (size_t i = 0; i < PAR_ARRAY_SIZE(folders); i++) {
		autofree char *path = par_strdup_printf("/%s", folders[i]);
		const struct wpar_mount *m = path ? wpar_spec_mount(s, path) : NULL;
		autofd int fd = par_fs_open_plain(top, folders[i], O_RDONLY | O_DIRECTORY, 0);

		if (!path)
			return -ENOMEM;
		if (fd < 0 || (m && !par_streq(m->vfs, "directory")))
			return 0;
		r = wpar_inventory_scan(fd, folders[i], &all, &list);
		if (r < 0)
			return r;
	}
	r = list_left_out(&list);
	if (r < 0)
		return r;
	wpar_inventory_sort(&list);
	return wpar_origin_write(s->name, WPAR_ORIGIN_PRIVATE, &list);
}

int wpar_native_adopt(int top, const struct wpar_spec *s, struct par_error **err)
{
	auto_template template = WPAR_TEMPLATE_NONE;
	autofd int etc = -1;
	int r;

	if (mkdirat(top, "etc", 0755) < 0 && errno != EEXIST)
		return -errno;
	etc = openat(top, "etc", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (etc < 0)
		return -errno;
	r = wpar_template_texts(etc);
	if (r < 0)
		return r;
	r = personalise(top, s, true);
	if (r < 0)
		return r;
	r = link_machine_id(top);
	if (r < 0)
		return r;
	r = s->minimal || s->init ? 0 : wpar_shipped_install(top);
	if (r < 0)
		return r;
	r = list_given(top, s);
	if (r < 0)
		return r;
	r = wpar_template_open(false, &template, err);
	return r < 0 ? r : wpar_origin_take(s->name, template.folder);
}
