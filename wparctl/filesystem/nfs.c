/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mounts a directory of a server: see nfs.h.  The server is tried first, with a connection that
 * has a limit of time, and the mount itself is waited for in a process that can be killed: the
 * kernel would wait for minutes, or for ever.
 */
#include "wparctl/filesystem/nfs.h"

#include "lpard/common/fs.h"
#include "wparctl/network/resolve.h"
#include "wparctl/spec/spec.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#define NFS_PORT      2049
#define CONNECT_MS    5000
#define MOUNT_MS      20000
#define RESOLVED_S    60
#define RESOLVE_TRIES 3
#define MOST_TRIED    3 /* addresses of one name */
#define VERSION_KEY   "vers="

struct server {
	const char *host, *path, *options;
	struct wpar_ip ip;
	char address[WPAR_IP_TEXT], client[WPAR_IP_TEXT]; /* its address; ours, for it */
	unsigned int port;
};

static socklen_t to_sockaddr(const struct wpar_ip *ip, unsigned int port,
			     struct sockaddr_storage *ret)
{
	struct sockaddr_in *in = (struct sockaddr_in *)ret;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ret;

	*ret = (struct sockaddr_storage){ .ss_family = (sa_family_t)ip->family };
	if (ip->family == AF_INET) {
		in->sin_port = htons((uint16_t)port);
		memcpy(&in->sin_addr, ip->bytes, sizeof(in->sin_addr));
		return sizeof(*in);
	}
	in6->sin6_port = htons((uint16_t)port);
	memcpy(&in6->sin6_addr, ip->bytes, sizeof(in6->sin6_addr));
	return sizeof(*in6);
}

static int note_own_address(struct server *s, int fd)
{
	struct sockaddr_storage own = { 0 };
	socklen_t len = sizeof(own);
	const void *bytes = &((const struct sockaddr_in *)&own)->sin_addr;

	if (getsockname(fd, (struct sockaddr *)&own, &len) < 0)
		return -errno;
	if (own.ss_family == AF_INET6)
		bytes = &((const struct sockaddr_in6 *)&own)->sin6_addr;
	return inet_ntop(own.ss_family, bytes, s->client, sizeof(s->client)) ? 0 : -errno;
}

/* Whether somebody answers there at all. */
static int try_server(struct server *s)
{
	struct sockaddr_storage to;
	socklen_t len = to_sockaddr(&s->ip, s->port, &to);
	autofd int fd = socket(s->ip.family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	int failed = 0;
	socklen_t size = sizeof(failed);

	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&to, len) < 0 && errno != EINPROGRESS)
		return -errno;
	if (poll(&p, 1, CONNECT_MS) <= 0)
		return -ETIMEDOUT;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &failed, &size) < 0)
		return -errno;
	return failed ? -failed : note_own_address(s, fd);
}

static unsigned int port_of(const char *options)
{
	const char *at = options ? strstr(options, "port=") : NULL;

	return at ? (unsigned int)strtoul(at + strlen("port="), NULL, 10) : NFS_PORT;
}

/* A name that was just looked up is not looked up again for each of a WPAR's file systems. */
static size_t look_up(const char *host, struct wpar_ip *ret)
{
	static struct {
		char host[256];
		struct wpar_ip ips[WPAR_NET_RESOLVED_MOST];
		size_t n;
		time_t until;
	} last;
	size_t n = 0;

	if (wpar_ip_parse(host, &ret[0]))
		return 1;
	if (strcmp(last.host, host) != 0 || time(NULL) >= last.until) {
		/* The resolver's limit of time is short: it is asked more than once. */
		for (int i = 0; i < RESOLVE_TRIES && n == 0; i++)
			n = wpar_net_resolve(host, ret);
		if (n == 0)
			return 0;
		snprintf(last.host, sizeof(last.host), "%s", host);
		memcpy(last.ips, ret, n * sizeof(*ret));
		last.n = n;
		last.until = time(NULL) + RESOLVED_S;
	}
	memcpy(ret, last.ips, last.n * sizeof(*ret));
	return last.n;
}

static int find_server(struct server *s, struct par_error **err)
{
	struct wpar_ip ips[WPAR_NET_RESOLVED_MOST];
	size_t n = look_up(s->host, ips);
	int r = -EHOSTUNREACH;

	if (n == 0)
		return par_fail(err, PAR_E_NOT_FOUND, 0,
				"The NFS server %s is not known: the name has no address.",
				s->host);
	s->port = port_of(s->options);
	for (size_t i = 0; i < n && i < MOST_TRIED; i++) {
		s->ip = ips[i];
		wpar_ip_text(&s->ip, s->address);
		r = try_server(s);
		if (r == 0)
			return 0;
	}
	return par_fail(err, PAR_E_TIMED_OUT, 0,
			"The NFS server %s (%s) does not answer at port %u: %s.", s->host,
			s->address, s->port, strerror(-r));
}

static int set_text(int fs, const char *key, const char *value)
{
	unsigned int command = value ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG;

	return syscall(SYS_fsconfig, fs, command, key, value, 0) < 0 ? -errno : 0;
}

/* The options of mountopts; the version is chosen elsewhere. */
static int set_options(int fs, const char *options)
{
	auto_strv words = { 0 };

	if (!options || !*options)
		return 0;
	if (par_strv_split(&words, options, ',') < 0)
		return -ENOMEM;
	for (size_t i = 0; i < words.n; i++) {
		char *value = strchr(words.v[i], '=');
		int r;

		if (par_starts_with(words.v[i], VERSION_KEY))
			continue;
		if (value)
			*value++ = '\0';
		r = set_text(fs, words.v[i], value);
		if (r < 0)
			return r;
	}
	return 0;
}

static int configure(int fs, const struct server *s, const char *version)
{
	bool v6 = s->ip.family == AF_INET6;
	bool bracket = strchr(s->host, ':') != NULL;
	autofree char *source = par_strdup_printf("%s%s%s:%s", bracket ? "[" : "", s->host,
						  bracket ? "]" : "", s->path);
	const struct {
		const char *key, *value;
	} all[] = { { "source", source },	 { "addr", s->address },
		    { "clientaddr", s->client }, { "proto", v6 ? "tcp6" : "tcp" },
		    { "vers", version },	 { "sec", "sys" } };

	if (!source)
		return -ENOMEM;
	for (size_t i = 0; i < PAR_ARRAY_SIZE(all); i++) {
		int r = set_text(fs, all[i].key, all[i].value);

		if (r < 0)
			return r;
	}
	return set_options(fs, s->options);
}

/* The process @pid, which ends with an errno as its status; killed when it takes too long. */
static int await(pid_t pid)
{
	autofd int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd p = { .fd = pidfd, .events = POLLIN };
	bool late = pidfd < 0 || poll(&p, 1, MOUNT_MS) == 0;
	int status = 0;

	if (late)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -ETIMEDOUT;
}

/* The descriptor of what the other process has made is shared with this process. */
static int create_superblock(int fs)
{
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		_exit(syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0 ? errno
											: 0);
	}
	return await(pid);
}

static int mount_version(const struct server *s, const char *version)
{
	autofd int fs = (int)syscall(SYS_fsopen, "nfs4", FSOPEN_CLOEXEC);
	int fd, r;

	if (fs < 0)
		return -errno;
	r = configure(fs, s, version);
	if (r < 0)
		return r;
	r = create_superblock(fs);
	if (r < 0)
		return r;
	fd = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_NODEV);
	return fd < 0 ? -errno : fd;
}

static int fail_mount(const struct server *s, int r, struct par_error **err)
{
	switch (-r) {
	case ENODEV:
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
				"The kernel of this system has no NFS client (module nfsv4).");
	case ENOENT:
	case ENOTDIR:
		return par_fail(err, PAR_E_NOT_FOUND, 0, "The NFS server %s has no directory %s.",
				s->host, s->path);
	case EACCES:
	case EPERM:
		return par_fail(err, PAR_E_NOT_PERMITTED, 0,
				"The NFS server %s does not let this system (%s) have %s; see its "
				"exports.",
				s->host, s->client, s->path);
	case EPROTONOSUPPORT:
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
				"The NFS server %s does not have the version of NFS; NFSv4 is "
				"needed.",
				s->host);
	case ETIMEDOUT:
		return par_fail(err, PAR_E_TIMED_OUT, 0, "The NFS server %s (%s) does not answer.",
				s->host, s->address);
	default:
		return par_fail(err, PAR_E_SYSTEM, r, "%s:%s cannot be mounted", s->host, s->path);
	}
}

int wpar_nfs_mount(const char *host, const char *path, const char *options, struct par_error **err)
{
	static const char *const versions[] = { "4.2", "4.1", "4.0" };
	struct server s = { .host = host, .path = path, .options = options };
	const char *given = options ? strstr(options, VERSION_KEY) : NULL;
	int r = find_server(&s, err);

	if (r < 0)
		return r;
	if (given) {
		autofree char *version = strndup(given + strlen(VERSION_KEY),
						 strcspn(given + strlen(VERSION_KEY), ","));

		r = version ? mount_version(&s, version) : -ENOMEM;
		return r < 0 ? fail_mount(&s, r, err) : r;
	}
	for (size_t i = 0; i < PAR_ARRAY_SIZE(versions); i++) {
		r = mount_version(&s, versions[i]);
		if (r != -EPROTONOSUPPORT && r != -EINVAL)
			break;
	}
	return r < 0 ? fail_mount(&s, r, err) : r;
}

/* What mountinfo says of an NFS. */
struct nfs_line {
	char device[32], point[4096]; /* "0:57" */
	char address[WPAR_IP_TEXT];
	unsigned int port;
};

static bool parse_line(const char *line, struct nfs_line *ret)
{
	const char *dash = strstr(line, " - nfs");
	const char *address = dash ? strstr(dash, ",addr=") : NULL;
	const char *port = dash ? strstr(dash, ",port=") : NULL;

	*ret = (struct nfs_line){ .port = NFS_PORT };
	if (!dash || sscanf(line, "%*u %*u %31s %*s %4095s", ret->device, ret->point) != 2)
		return false;
	if (address)
		sscanf(address + strlen(",addr="), "%45[0-9a-fA-F:.]", ret->address);
	if (port)
		ret->port = (unsigned int)strtoul(port + strlen(",port="), NULL, 10);
	return true;
}

static bool answers(const struct nfs_line *l)
{
	struct server s = { .port = l->port };

	return wpar_ip_parse(l->address, &s.ip) && try_server(&s) == 0;
}

bool wpar_nfs_is_alone(const char *mountinfo, const char *device, const char *directory)
{
	autofree char *text = strdup(mountinfo);
	char *save = NULL, *l = text ? strtok_r(text, "\n", &save) : NULL;
	bool alone = text != NULL;

	for (; l && alone; l = strtok_r(NULL, "\n", &save)) {
		struct nfs_line line;

		if (parse_line(l, &line) && strcmp(line.device, device) == 0)
			alone = wpar_path_is_within(line.point, directory);
	}
	return alone;
}

/*
 * All that waits for it, and whatever comes, ends with an error (Linux 6.4), for good: only when
 * nobody else has it.  Else, and before that, what waits now: as umount -f does, by a process that
 * nobody waits for, since it would wait itself.
 */
static void shut_down(const struct nfs_line *l, bool alone)
{
	autofree char *path = par_strdup_printf("/sys/fs/nfs/%s/shutdown", l->device);

	if (alone && path && par_fs_write_str(AT_FDCWD, path, "1") == 0)
		return;
	if (fork() == 0) {
		/* The child must not hold the command's lock. */
		syscall(SYS_close_range, 3u, ~0u, 0u);
		umount2(l->point, MNT_FORCE | UMOUNT_NOFOLLOW);
		_exit(0);
	}
}

/* Nothing here looks at the directories themselves: that could wait for the server. */
void wpar_nfs_give_up(const char *directory, bool ask)
{
	struct nfs_line line, gone = { 0 };
	autofree char *all = NULL;
	auto_buf b = { 0 };
	char *save = NULL;

	if (par_fs_read("/proc/self/mountinfo", 64 << 20, &b) < 0)
		return;
	all = strdup(b.data);
	if (!all)
		return;
	for (char *l = strtok_r(b.data, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
		if (!parse_line(l, &line) || !wpar_path_is_within(line.point, directory))
			continue;
		/* Most often all are one server's: it is asked once. */
		if (ask && strcmp(line.address, gone.address) != 0 && answers(&line))
			continue;
		gone = line;
		shut_down(&line, wpar_nfs_is_alone(all, line.device, directory));
	}
}

void wpar_nfs_detach(const char *directory)
{
	auto_buf b = { 0 };
	char *save = NULL;

	if (par_fs_read("/proc/self/mountinfo", 64 << 20, &b) < 0)
		return;
	for (char *l = strtok_r(b.data, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
		struct nfs_line line;

		if (parse_line(l, &line) && strcmp(line.point, directory) == 0)
			umount2(line.point, MNT_DETACH | UMOUNT_NOFOLLOW);
	}
}
