/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is in the template of private roots: the LPAR's root part (/etc, the folders of /var,
 * /etc/skel for root).  Secrets stay outside by one rule: what others may not read in the LPAR is
 * not copied. What describes the LPAR itself (its name, disks, network, services) is left out by
 * name.
 */
#include "wparctl/filesystem/template_content.h"

#include "lpard/common/colon_file.h"
#include "lpard/common/fs.h"
#include "wparctl/filesystem/copy.h"
#include "wparctl/filesystem/shipped.h"
#include "wparctl/spec/spec.h"

#include <fnmatch.h>
#include <string.h>
#include <sys/stat.h>

static const char *const left_out[] = {
	"machine-id",	  "hostname",	 "hosts",	  "fstab",	 "mtab",
	"inittab",	  "adjtime",	 "blkid.tab",	  "passwd",	 "passwd-",
	"group",	  "group-",	 "shadow*",	  "gshadow*",	 "subuid*",
	"subgid*",	  "resolv.conf", "wpars",	  "lpard",	 "rc?.d",
	"rc.*",		  "rcS.d",	 "systemd",	  "udev",	 "network",
	"NetworkManager", "netplan",	 "wireguard",	  "libvirt",	 "qemu",
	"docker",	  "containers",	 "cni",		  "kernel",	 "initramfs-tools",
	"modprobe.d",	  "modules*",	 "grub.d",	  "lvm",	 "mdadm",
	"multipath*",	  "iscsi",	 "nvme",	  "ssh",	 "cron.*",
	"crontab",	  "apparmor*",	 "nftables.conf", "iptables",	 "dnsmasq*",
	"exports",	  "letsencrypt", ".git",	  "ssl/private", "init",
	"telinit",
};

bool wpar_template_wants_etc(const char *path, unsigned int mode, void *user)
{
	(void)user;
	if (!S_ISLNK(mode) && !(mode & S_IROTH))
		return false;
	for (size_t i = 0; i < PAR_ARRAY_SIZE(left_out); i++) {
		if (fnmatch(left_out[i], path, FNM_PERIOD | FNM_PATHNAME) == 0)
			return false;
	}
	return true;
}

static bool want_var(const char *path, unsigned int mode, void *user)
{
	static const char *const skip[] = {
		"lib/wpars",	  "lib/lpard",	   "lib/libvirt",   "lib/docker",
		"lib/containers", "lib/apt/lists", "lib/dpkg/info", "cache/apt/archives",
		"cache/man",	  "tmp",	   "lib/systemd",   "backups",
		"crash",	  "lib/lxc",	   "adm/wpars",
	};

	(void)user;
	if (!(mode & S_IXOTH))
		return false;
	for (size_t i = 0; i < PAR_ARRAY_SIZE(skip); i++) {
		if (strcmp(path, skip[i]) == 0)
			return false;
	}
	/* Folders of services are deep; their programs make what they need. */
	return strlen(path) < 64;
}

/* The accounts of the system, not those of people, nor an id that a WPAR does not have. */
static bool is_of_system(const char *text)
{
	uint64_t id;

	return par_parse_u64(text, UINT32_MAX, &id) == 0 && (id < 1000 || id == 65534);
}

/* No password, wherever the LPAR has it. */
static int put_users(struct par_buf *passwd, struct par_buf *shadow)
{
	auto_buf in = { 0 }, line = { 0 };
	const char *text;
	char *part[7];
	int r = par_fs_read("/etc/passwd", 1 << 20, &in);

	if (r < 0)
		return r;
	for (text = in.data; (r = par_colon_next(&text, &line, part, PAR_ARRAY_SIZE(part))) > 0;) {
		if (!is_of_system(part[2]))
			continue;
		par_buf_printf(passwd, "%s:x:%s:%s:%s:%s:%s\n", part[0], part[2], part[3], part[4],
			       part[5], part[6]);
		par_buf_printf(shadow, "%s:*:20000:0:99999:7:::\n", part[0]);
	}
	return r;
}

static int put_groups(struct par_buf *group, struct par_buf *gshadow)
{
	auto_buf in = { 0 }, line = { 0 };
	const char *text;
	char *part[4];
	int r = par_fs_read("/etc/group", 1 << 20, &in);

	if (r < 0)
		return r;
	for (text = in.data; (r = par_colon_next(&text, &line, part, PAR_ARRAY_SIZE(part))) > 0;) {
		if (!is_of_system(part[2]))
			continue;
		par_buf_printf(group, "%s:x:%s:\n", part[0], part[2]);
		par_buf_printf(gshadow, "%s:*::\n", part[0]);
	}
	return r;
}

/* passwd, group and locked shadows */
static int write_accounts(int etc)
{
	auto_buf passwd = { 0 }, shadow = { 0 }, group = { 0 }, gshadow = { 0 };
	const struct {
		const char *name;
		const struct par_buf *text;
		mode_t mode;
	} files[] = {
		{ "passwd", &passwd, 0644 },
		{ "group", &group, 0644 },
		{ "shadow", &shadow, 0600 },
		{ "gshadow", &gshadow, 0600 },
	};
	int r = put_users(&passwd, &shadow);

	if (r < 0)
		return r;
	r = put_groups(&group, &gshadow);
	if (r < 0)
		return r;
	for (size_t i = 0; i < PAR_ARRAY_SIZE(files); i++) {
		const struct par_buf *b = files[i].text;

		if (b->failed)
			return -ENOMEM;
		r = par_fs_replace(etc, files[i].name, b->data ? b->data : "", b->len,
				   files[i].mode);
		if (r < 0)
			return r;
	}
	return 0;
}

static int make_unless_there(int r)
{
	return r < 0 && errno != EEXIST ? -errno : 0;
}

int wpar_template_texts(int etc)
{
	static const char fstab[] =
		"# The global environment mounts the file systems of a workload partition.\n";
	int r = par_fs_replace(etc, "inittab", wpar_shipped_inittab, strlen(wpar_shipped_inittab),
			       0644);

	if (r < 0)
		return r;
	r = par_fs_replace(etc, "fstab", fstab, sizeof(fstab) - 1, 0644);
	if (r < 0)
		return r;
	/* Empty: the jobs of the LPAR are not the WPAR's, and cron complains without the folder. */
	r = make_unless_there(mkdirat(etc, "cron.d", 0755));
	if (r < 0)
		return r;
	r = make_unless_there(mknodat(etc, "init", S_IFREG | 0755, 0));
	if (r < 0)
		return r;
	r = make_unless_there(symlinkat("init", etc, "telinit"));
	return r < 0 ? r : make_unless_there(symlinkat("../proc/self/mounts", etc, "mtab"));
}

static int template_make_folders(int top)
{
	static const struct {
		const char *name;
		mode_t mode;
	} folders[] = {
		{ "dev", 0755 }, { "etc", 0755 }, { "home", 0755 }, { "media", 0755 },
		{ "mnt", 0755 }, { "opt", 0755 }, { "proc", 0555 }, { "root", 0700 },
		{ "run", 0755 }, { "srv", 0755 }, { "sys", 0555 },  { "tmp", 01777 },
		{ "usr", 0755 }, { "var", 0755 },
	};
	static const char *const merged[] = { "bin", "sbin", "lib", "lib32", "lib64", "libx32" };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(folders); i++) {
		if (mkdirat(top, folders[i].name, 0700) < 0 ||
		    fchmodat(top, folders[i].name, folders[i].mode, 0) < 0)
			return -errno;
	}
	for (size_t i = 0; i < PAR_ARRAY_SIZE(merged); i++) {
		char target[32];

		snprintf(target, sizeof(target), "/usr/%s", merged[i]);
		if (access(target, F_OK) == 0 && symlinkat(target + 1, top, merged[i]) < 0)
			return -errno;
	}
	return 0;
}

static int copy_part(int top, const char *name, const char *source,
		     const struct wpar_copy_opts *opts)
{
	autofd int from = open(source, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	autofd int to = openat(top, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (from < 0)
		return errno == ENOENT ? 0 : -errno;
	return to < 0 ? -errno : wpar_copy_tree(from, to, opts);
}

/*
 * The package database, so that `dpkg -l` answers for the shared /usr; as old as the LPAR's, so
 * that two templates of the same packages are the same.
 */
static int copy_packages(int top)
{
	static const char source[] = "/var/lib/dpkg/status";
	autofd int to = openat(top, "var/lib/dpkg", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct timespec times[2];
	auto_buf b = { 0 };
	struct stat st;
	int r;

	if (to < 0 || stat(source, &st) < 0 || par_fs_read(source, 64 << 20, &b) < 0)
		return 0;
	r = par_fs_replace(to, "status", b.data ? b.data : "", b.len, 0644);
	if (r < 0)
		return r;
	times[0] = times[1] = st.st_mtim;
	return utimensat(to, "status", times, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
}

int wpar_template_fill(int top)
{
	static const struct wpar_copy_opts etc_opts = { .want = wpar_template_wants_etc,
							.ids_below = WPAR_ID_WIDTH };
	static const struct wpar_copy_opts skel_opts = { .ids_below = WPAR_ID_WIDTH };
	static const struct wpar_copy_opts var_opts = { .want = want_var,
							.dirs_only = true,
							.ids_below = WPAR_ID_WIDTH };
	autofd int etc = -1;
	int r = template_make_folders(top);

	if (r < 0)
		return r;
	r = copy_part(top, "etc", "/etc", &etc_opts);
	if (r < 0)
		return r;
	r = copy_part(top, "root", "/etc/skel", &skel_opts);
	if (r < 0)
		return r;
	r = copy_part(top, "var", "/var", &var_opts);
	if (r < 0)
		return r;
	r = copy_packages(top);
	if (r < 0)
		return r;
	mkdirat(top, "var/tmp", 0755);
	fchmodat(top, "var/tmp", 01777, 0);
	(void)!symlinkat("/run", top, "var/run");
	(void)!symlinkat("/run/lock", top, "var/lock");
	etc = openat(top, "etc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (etc < 0)
		return -errno;
	r = write_accounts(etc);
	if (r < 0)
		return r;
	return wpar_template_texts(etc);
}

/*
 * What a WPAR has from the template and keeps as its own: its users, and what says how it starts.
 * They stay whatever the LPAR has, and so do the files that no template has (machine-id, hostname,
 * hosts, the host keys).
 */
static bool is_own(const char *path)
{
	static const char *const own[] = {
		"etc/passwd", "etc/group", "etc/shadow", "etc/gshadow", "etc/inittab",
		"etc/fstab",  "etc/mtab",  "etc/init",	 "etc/telinit",
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(own); i++) {
		if (strcmp(path, own[i]) == 0)
			return true;
	}
	return false;
}

static bool want_listed(const char *path, unsigned int mode, void *user)
{
	(void)mode;
	(void)user;
	return !is_own(path);
}

static bool want_link(const char *path, unsigned int mode, void *user)
{
	(void)path;
	(void)user;
	return S_ISLNK(mode);
}

int wpar_template_list(int top, struct wpar_inventory *ret)
{
	static const char *const parts[] = { "etc", "root", "var" };
	static const struct wpar_inventory_opts opts = { .want = want_listed, .digests = true };
	static const struct wpar_inventory_opts links = { .want = want_link };
	auto_inventory l = { 0 };
	int r = wpar_inventory_scan(top, "", &links, &l);

	if (r < 0)
		return r;
	for (size_t i = 0; i < PAR_ARRAY_SIZE(parts); i++) {
		autofd int fd = openat(top, parts[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		if (fd < 0)
			return -errno;
		r = wpar_inventory_scan(fd, parts[i], &opts, &l);
		if (r < 0)
			return r;
	}
	wpar_inventory_sort(&l);
	*ret = l;
	l = (struct wpar_inventory){ 0 };
	return 0;
}

/* Of a file that is not there all is 0. */
static int put_stamp(const char *path, struct par_buf *out)
{
	struct stat st = { 0 };

	if (stat(path, &st) < 0 && errno != ENOENT && errno != ENOTDIR)
		return -errno;
	return par_buf_printf(out, "%lld %lld.%09ld %lld.%09ld %s\n", (long long)st.st_ino,
			      (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
			      (long long)st.st_ctim.tv_sec, st.st_ctim.tv_nsec, path);
}

static bool want_etc_folder(const char *path, unsigned int mode, void *user)
{
	return S_ISDIR(mode) && wpar_template_wants_etc(path, mode, user);
}

int wpar_template_stamps(struct par_buf *out)
{
	/* The packages, the users, and this program, which decides what a template has. */
	static const char *const watched[] = {
		"/proc/self/exe",
		"/etc",
		"/etc/passwd",
		"/etc/group",
		"/var",
		"/usr",
		"/var/lib/dpkg/status",
		"/var/lib/rpm/Packages",
		"/var/lib/rpm/rpmdb.sqlite",
		"/usr/lib/sysimage/rpm/rpmdb.sqlite",
	};
	static const struct wpar_inventory_opts folders = { .want = want_etc_folder, .live = true };
	autofd int etc = open("/etc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_inventory l = { 0 };
	int r = etc < 0 ? -errno : wpar_inventory_scan(etc, "", &folders, &l);

	for (size_t i = 0; r == 0 && i < PAR_ARRAY_SIZE(watched); i++)
		r = put_stamp(watched[i], out);
	for (size_t i = 0; r == 0 && i < l.n; i++) {
		autofree char *path = par_strdup_printf("/etc/%s", l.v[i].path);

		/* A line is a path. */
		if (!path || strchr(path, '\n'))
			return path ? -EINVAL : -ENOMEM;
		r = put_stamp(path, out);
	}
	return r;
}

bool wpar_template_stamps_hold(const char *stamps)
{
	autofree char *text = strdup(stamps);
	auto_buf now = { 0 };
	char *save = NULL;

	for (char *line = text ? strtok_r(text, "\n", &save) : NULL; line;
	     line = strtok_r(NULL, "\n", &save)) {
		const char *path = strchr(line, '/');

		par_buf_clear(&now);
		if (!path || put_stamp(path, &now) < 0 ||
		    strncmp(now.data, line, strlen(line)) != 0 || now.data[strlen(line)] != '\n')
			return false;
	}
	return text && *stamps;
}
