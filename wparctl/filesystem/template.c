/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The template of private roots: made once from the LPAR's root part (/etc, the folders of /var,
 * /etc/skel for root).  Secrets stay outside by one rule: what others may not read in the LPAR is
 * not copied. What describes the LPAR itself (its name, disks, network, services) is left out by
 * name.
 */
#include "wparctl/filesystem/rootfs.h"

#include "lpard/common/fs.h"
#include "wparctl/filesystem/copy.h"

#include <dirent.h>
#include <fnmatch.h>
#include <signal.h>
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

static bool want_etc(const char *path, unsigned int mode, void *user)
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

/* passwd, group and locked shadows: the accounts of the system, not the accounts of people. */
static int write_accounts(int etc)
{
	auto_buf passwd = { 0 }, shadow = { 0 }, group = { 0 }, gshadow = { 0 }, in = { 0 };
	char *rest, *line;
	int r = par_fs_read("/etc/passwd", 1 << 20, &in);

	if (r < 0)
		return r;
	for (rest = in.data; (line = strsep(&rest, "\n"));) {
		char name[64];
		unsigned int uid;

		if (sscanf(line, "%63[^:]:%*[^:]:%u", name, &uid) != 2 ||
		    (uid >= 1000 && uid != 65534))
			continue;
		par_buf_printf(&passwd, "%s\n", line);
		par_buf_printf(&shadow, "%s:*:20000:0:99999:7:::\n", name);
	}
	par_buf_clear(&in);
	r = par_fs_read("/etc/group", 1 << 20, &in);
	if (r < 0)
		return r;
	for (rest = in.data; (line = strsep(&rest, "\n"));) {
		char name[64];
		unsigned int gid;

		if (sscanf(line, "%63[^:]:%*[^:]:%u", name, &gid) != 2 ||
		    (gid >= 1000 && gid != 65534))
			continue;
		par_buf_printf(&group, "%s:x:%u:\n", name, gid);
		par_buf_printf(&gshadow, "%s:*::\n", name);
	}
	if (passwd.failed || shadow.failed || group.failed || gshadow.failed)
		return -ENOMEM;
	r = par_fs_replace(etc, "passwd", passwd.data, passwd.len, 0644);
	if (r < 0)
		return r;
	r = par_fs_replace(etc, "group", group.data, group.len, 0644);
	if (r < 0)
		return r;
	r = par_fs_replace(etc, "shadow", shadow.data, shadow.len, 0600);
	if (r < 0)
		return r;
	return par_fs_replace(etc, "gshadow", gshadow.data, gshadow.len, 0600);
}

static int write_texts(int etc)
{
	static const char inittab[] =
		"# id:runlevels:action:command, read by the workload partition's init; inittab(5)\n"
		"init:2:initdefault:\n"
		"srcmstr:23456789:respawn:/usr/sbin/srcmstr\n"
		"rc:2:wait:[ ! -x /etc/rc ] || /etc/rc\n";
	static const char fstab[] =
		"# The global environment mounts the file systems of a workload partition.\n";
	int r = par_fs_replace(etc, "inittab", inittab, sizeof(inittab) - 1, 0644);

	if (r < 0)
		return r;
	r = par_fs_replace(etc, "fstab", fstab, sizeof(fstab) - 1, 0644);
	if (r < 0)
		return r;
	if (mknodat(etc, "init", S_IFREG | 0755, 0) < 0 || symlinkat("init", etc, "telinit") < 0 ||
	    symlinkat("../proc/self/mounts", etc, "mtab") < 0)
		return -errno;
	return 0;
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

/* The package database, so that `dpkg -l` answers for the shared /usr. */
static int copy_packages(int top)
{
	autofd int to = openat(top, "var/lib/dpkg", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_buf b = { 0 };

	if (to < 0 || par_fs_read("/var/lib/dpkg/status", 64 << 20, &b) < 0)
		return 0;
	return par_fs_replace(to, "status", b.data, b.len, 0644);
}

static int template_fill(int top)
{
	static const struct wpar_copy_opts etc_opts = { .want = want_etc };
	static const struct wpar_copy_opts var_opts = { .want = want_var, .dirs_only = true };
	autofd int etc = -1;
	int r = template_make_folders(top);

	if (r < 0)
		return r;
	r = copy_part(top, "etc", "/etc", &etc_opts);
	if (r < 0)
		return r;
	r = copy_part(top, "root", "/etc/skel", NULL);
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
	return write_texts(etc);
}

/* What killed makers have left in @store: template.new.PID, with no such process. */
static void clear_killed(int store)
{
	int copy = openat(store, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *e;
	int pid;

	while (dir && (e = readdir(dir))) {
		if (sscanf(e->d_name, "template.new.%d", &pid) == 1 && pid > 0 &&
		    kill(pid, 0) < 0 && errno == ESRCH)
			par_fs_remove_tree(store, e->d_name); /* ignoring: the next maker tries */
	}
	if (dir)
		closedir(dir);
	else if (copy >= 0)
		close(copy);
}

/* Filled under a name of its own in @store, then named; somebody else's is as good as ours. */
static int template_make(int store, const char *name)
{
	autofd int top = -1;
	int r = par_fs_remove_tree(store, name);

	if (r < 0)
		return r;
	if (mkdirat(store, name, 0755) < 0)
		return -errno;
	top = openat(store, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (top < 0)
		return -errno;
	r = template_fill(top);
	if (r < 0)
		return r;
	if (renameat(store, name, store, "template") < 0 && errno != EEXIST && errno != ENOTEMPTY)
		return -errno;
	return 0;
}

char *wpar_template_path(struct par_error **err)
{
	autofree char *store = wpar_path(WPAR_STORE_DIR);
	autofree char *path = wpar_path(WPAR_STORE_DIR "/template");
	autofree char *name = par_strdup_printf("template.new.%d", (int)getpid());
	autofd int dir = -1;
	int r;

	if (!store || !path || !name) {
		par_oom(err);
		return NULL;
	}
	if (access(path, F_OK) == 0)
		return take_ptr(path);
	r = par_fs_mkdirs(store, 0700);
	dir = r < 0 ? -1 : open(store, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0) {
		par_fail(err, PAR_E_SYSTEM, r < 0 ? r : errno, "'%s' cannot be opened", store);
		return NULL;
	}
	clear_killed(dir);
	r = template_make(dir, name);
	par_fs_remove_tree(dir, name);
	if (r < 0) {
		par_fail(err, r == -ENOSPC ? PAR_E_NO_SPACE : PAR_E_SYSTEM, r,
			 "the template of file systems cannot be made in '%s'", store);
		return NULL;
	}
	return take_ptr(path);
}
