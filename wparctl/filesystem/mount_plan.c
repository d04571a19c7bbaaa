/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of mounts that make a WPAR's file tree: see mount_plan.h.  A system WPAR gets its own
 * root part and the shared, read-only /usr and /opt; an application WPAR sees the global tree,
 * read-only, with /tmp, /run, /dev and /proc of its own.
 */
#include "wparctl/filesystem/mount_plan.h"

#include "wparctl/spec/cor_request.h"

#include <inttypes.h>
#include <string.h>

#define SECURE (WPAR_OP_NOSUID | WPAR_OP_NODEV | WPAR_OP_NOEXEC)

static const char *const kind_names[] = {
	[WPAR_OP_ROOT] = "root", [WPAR_OP_BIND] = "bind",	[WPAR_OP_FS] = "mount",
	[WPAR_OP_LINK] = "link", [WPAR_OP_OVERLAY] = "overlay", [WPAR_OP_FOLDER] = "folder",
	[WPAR_OP_HIDE] = "hide", [WPAR_OP_SEAL] = "seal",	[WPAR_OP_FIFO] = "fifo",
};
static const char *const flag_names[] = {
	"idmap",   "ro",    "nosuid", "nodev",	"noexec", "recursive", "file", "optional",
	"private", "shown", "device", "namefs", "volume", "nfs",       "over",
};

/* The devices that AIX gives every WPAR, as far as Linux has them. */
static const char *const default_devices[] = { "null", "zero", "full", "random", "urandom", "tty" };

void wpar_mount_plan_done(struct wpar_mount_plan *p)
{
	for (size_t i = 0; i < p->n_ops; i++) {
		free(p->ops[i].target);
		free(p->ops[i].source);
		free(p->ops[i].object);
		free(p->ops[i].fstype);
		free(p->ops[i].data);
	}
	free(p->ops);
	free(p->directory);
	free(p->run);
	free(p->global_name);
	par_strv_done(&p->layers);
	memset(p, 0, sizeof(*p));
}

static char *dup_or_null(const char *s)
{
	return s ? strdup(s) : NULL;
}

/* An operation to be added; plan_add() copies the strings. */
struct new_op {
	enum wpar_op_kind kind;
	unsigned int flags, mode;
	const char *target, *source, *object, *fstype, *data;
};

/* Sets *failed when memory ran out; the caller looks once, at the end. */
static void plan_add(struct wpar_mount_plan *p, bool *failed, struct new_op op)
{
	struct wpar_mount_op *more, *n;

	if (*failed)
		return;
	more = reallocarray(p->ops, p->n_ops + 1, sizeof(*more));
	*failed = !more;
	if (!more)
		return;
	p->ops = more;
	n = &more[p->n_ops++];
	*n = (struct wpar_mount_op){
		.kind = op.kind,
		.flags = op.flags,
		.mode = op.mode,
		.target = dup_or_null(op.target),
		.source = dup_or_null(op.source),
		.object = dup_or_null(op.object),
		.fstype = dup_or_null(op.fstype),
		.data = dup_or_null(op.data),
	};
	if (!n->target || (op.source && !n->source) || (op.object && !n->object) ||
	    (op.fstype && !n->fstype) || (op.data && !n->data))
		*failed = true;
}

#define ADD(...) plan_add(p, failed, (struct new_op){ __VA_ARGS__ })

static const struct wpar_mount *own_mount(const struct wpar_spec *s, const char *directory)
{
	for (size_t i = 0; i < s->n_mounts; i++) {
		if (par_streq(s->mounts[i].directory, directory))
			return &s->mounts[i];
	}
	return NULL;
}

/* A directory of the specification: absolute, no "..", no empty parts. */
static bool plain_path(const char *path)
{
	if (!path || path[0] != '/')
		return false;
	for (const char *s = path; *s;) {
		size_t n;

		if (*s++ != '/')
			return false;
		n = strcspn(s, "/");
		if (n == 0 || (n == 1 && s[0] == '.') || (n == 2 && s[0] == '.' && s[1] == '.'))
			return false;
		s += n;
	}
	return true;
}

/*
 * Ids cannot be mapped on it: what the server has as the WPAR's range is what the WPAR sees as its
 * own (ADR 8).
 */
static void add_nfs(struct wpar_mount_plan *p, bool *failed, const struct wpar_mount *m,
		    enum wpar_op_kind kind, unsigned int flags)
{
	autofree char *options = wpar_nfs_options(m->options);

	*failed |= !options;
	p->has_nfs = true;
	ADD(.kind = kind, .flags = (flags & ~WPAR_OP_IDMAP) | WPAR_OP_NFS, .source = m->device,
	    .object = m->host, .data = options, .target = m->directory);
}

static unsigned int option_flags(const struct wpar_mount *m)
{
	return (wpar_mount_has_option(m->options, "ro") ? WPAR_OP_READONLY : 0) |
	       (wpar_mount_has_option(m->options, "nosuid") ? WPAR_OP_NOSUID : 0) |
	       (wpar_mount_has_option(m->options, "noexec") ? WPAR_OP_NOEXEC : 0);
}

/* The folders between @after, a path at whose end one begins, and the last name of @path. */
static void add_folders(struct wpar_mount_plan *p, bool *failed, const char *path,
			const char *after)
{
	for (const char *slash = strchr(after, '/'); slash && !*failed;
	     slash = strchr(slash + 1, '/')) {
		autofree char *folder = strndup(path, (size_t)(slash - path));

		*failed |= !folder;
		ADD(.kind = WPAR_OP_FOLDER, .mode = 0755, .target = folder);
	}
}

static int add_spec_mount(struct wpar_mount_plan *p, bool *failed, const struct wpar_mount *m,
			  struct par_error **err)
{
	unsigned int flags = WPAR_OP_IDMAP | WPAR_OP_NODEV | WPAR_OP_SHOWN;

	if (par_streq(m->directory, "/") || par_streq(m->vfs, "proc"))
		return 0;
	if (!plain_path(m->directory))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "'%s' is not a mount point",
				m->directory ? m->directory : "");
	flags |= option_flags(m);
	/* Of a versioned WPAR nothing is made before its start: in its image they may be missing.
	 */
	if (p->layers.n)
		add_folders(p, failed, m->directory, m->directory + 1);
	if (!m->vfs || strcmp(m->vfs, "directory") == 0 || strcmp(m->vfs, "overlay") == 0) {
		ADD(.kind = WPAR_OP_BIND, .flags = flags | WPAR_OP_PRIVATE,
		    .source = m->directory + 1, .target = m->directory);
		return 0;
	}
	if (wpar_mount_is_volume(m)) {
		autofree char *image = wpar_volume_path(p->directory, m);

		*failed |= !image;
		ADD(.kind = WPAR_OP_BIND, .flags = flags | WPAR_OP_VOLUME, .source = image,
		    .fstype = wpar_vfs_of_kernel(m->vfs), .target = m->directory);
		return 0;
	}
	if (wpar_mount_is_nfs(m)) {
		if (!m->host || !plain_path(m->device))
			return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
					"the nfs '%s' needs host= and dev=", m->directory);
		add_nfs(p, failed, m, WPAR_OP_BIND, flags);
		return 0;
	}
	if (strcmp(m->vfs, "namefs") != 0)
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
				"file systems of type '%s' cannot be mounted yet", m->vfs);
	if (!m->device || m->device[0] != '/')
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"the namefs '%s' needs dev=, a global directory", m->directory);
	ADD(.kind = WPAR_OP_BIND, .flags = flags | WPAR_OP_NAMEFS, .source = m->device,
	    .object = m->object, .target = m->directory);
	return 0;
}

/* Nothing of the kernel is tuned from inside: not the network's, not the limits of IPC. */
static void add_proc(struct wpar_mount_plan *p, bool *failed, unsigned int shown)
{
	ADD(.kind = WPAR_OP_FS, .flags = SECURE | shown, .target = "/proc", .fstype = "proc");
	ADD(.kind = WPAR_OP_SEAL, .flags = SECURE, .target = "/proc/sys");
}

/* POSIX shared memory, and whatever else is put there; the pages are the WPAR's, so they count. */
static void add_shm(struct wpar_mount_plan *p, bool *failed, const struct wpar_mount_facts *facts)
{
	char options[64];

	snprintf(options, sizeof(options),
		 facts->shm_size ? "mode=1777,size=%" PRIu64 : "mode=1777", facts->shm_size);
	ADD(.kind = WPAR_OP_FS, .flags = WPAR_OP_NOSUID | WPAR_OP_NODEV, .target = "/dev/shm",
	    .fstype = "tmpfs", .data = options);
}

/* A device of -D, by a node of the WPAR's own, and the folders that its name has below /dev. */
static void add_device(struct wpar_mount_plan *p, bool *failed, const struct wpar_device *d)
{
	const char *inside = wpar_device_inside(d);

	if (d->no_export || !plain_path(d->name) || !plain_path(inside) ||
	    wpar_device_is_standard(inside))
		return;
	add_folders(p, failed, inside, inside + strlen("/dev/"));
	ADD(.kind = WPAR_OP_BIND, .flags = WPAR_OP_FILE | WPAR_OP_OPTIONAL | WPAR_OP_DEVICE,
	    .source = d->name, .target = inside);
}

/*
 * Everybody may write to the console, as on AIX.  PID 1 holds it open and the monitor reads it
 * (runtime/life/wires.c); an application WPAR, which has neither, has nobody who would read.
 */
static void add_console(struct wpar_mount_plan *p, bool *failed, const struct wpar_spec *s)
{
	if (wpar_device_is_kept_out(s, "/dev/console"))
		return;
	if (s->type == WPAR_SYSTEM)
		ADD(.kind = WPAR_OP_FIFO, .mode = 0622, .target = "/dev/console");
	else
		ADD(.kind = WPAR_OP_LINK, .target = "/dev/console", .source = "null");
}

static void add_devices(struct wpar_mount_plan *p, bool *failed, const struct wpar_spec *s,
			const struct wpar_mount_facts *facts)
{
	uint64_t ptys = s->resources.total_ptys && !s->resources.inactive ? s->resources.total_ptys
									  : WPAR_PTYS_DEFAULT;
	const uint64_t most = ptys < WPAR_PTYS_MOST ? ptys : WPAR_PTYS_MOST;
	autofree char *pts = par_strdup_printf("newinstance,ptmxmode=0666,mode=0620,gid=5,max=%llu",
					       (unsigned long long)most);

	*failed |= !pts;
	ADD(.kind = WPAR_OP_FS, .flags = WPAR_OP_NOSUID | WPAR_OP_NOEXEC, .target = "/dev",
	    .fstype = "tmpfs", .data = "mode=0755,size=16m,nr_inodes=4k");
	for (size_t i = 0; i < PAR_ARRAY_SIZE(default_devices) && !*failed; i++) {
		autofree char *path = par_strdup_printf("/dev/%s", default_devices[i]);

		if (path && wpar_device_is_kept_out(s, path))
			continue;
		ADD(.kind = WPAR_OP_BIND, .flags = WPAR_OP_FILE | WPAR_OP_STANDARD, .source = path,
		    .target = path);
	}
	for (size_t i = 0; i < s->n_devices && !*failed; i++)
		add_device(p, failed, &s->devices[i]);
	ADD(.kind = WPAR_OP_FOLDER, .mode = 0755, .target = "/dev/pts");
	ADD(.kind = WPAR_OP_FS, .flags = WPAR_OP_NOSUID | WPAR_OP_NOEXEC, .target = "/dev/pts",
	    .fstype = "devpts", .data = pts);
	ADD(.kind = WPAR_OP_LINK, .target = "/dev/ptmx", .source = "pts/ptmx");
	add_console(p, failed, s);
	ADD(.kind = WPAR_OP_LINK, .target = "/dev/fd", .source = "/proc/self/fd");
	ADD(.kind = WPAR_OP_LINK, .target = "/dev/stdin", .source = "/proc/self/fd/0");
	ADD(.kind = WPAR_OP_LINK, .target = "/dev/stdout", .source = "/proc/self/fd/1");
	ADD(.kind = WPAR_OP_LINK, .target = "/dev/stderr", .source = "/proc/self/fd/2");
	add_shm(p, failed, facts);
}

/* What the LPAR has is not what a WPAR with limits has (ADR 7). */
static void add_proc_files(struct wpar_mount_plan *p, bool *failed,
			   const struct wpar_mount_facts *facts)
{
	const unsigned int over_proc =
		WPAR_OP_FILE | WPAR_OP_READONLY | WPAR_OP_OPTIONAL | WPAR_OP_OVER | SECURE;
	autofree char *meminfo = par_strdup_printf("%s/meminfo", p->run);
	autofree char *cpuinfo = par_strdup_printf("%s/cpuinfo", p->run);

	if (facts->meminfo)
		ADD(.kind = WPAR_OP_BIND, .flags = over_proc, .source = meminfo,
		    .target = "/proc/meminfo");
	if (facts->cpuinfo)
		ADD(.kind = WPAR_OP_BIND, .flags = over_proc, .source = cpuinfo,
		    .target = "/proc/cpuinfo");
}

/* Our own program as PID 1, as a df and a mount that list the WPAR's file systems (ADR 1), and as a
 * uname that knows the WPAR's number. */
static void add_programs(struct wpar_mount_plan *p, bool *failed,
			 const struct wpar_mount_facts *facts)
{
	const unsigned int flags = WPAR_OP_FILE | WPAR_OP_READONLY | WPAR_OP_NODEV;
	const struct {
		const char *inside, *real, *place;
	} own[] = {
		{ facts->df, facts->df_real, "/run/wpars/df" },
		{ facts->mount, facts->mount_real, "/run/wpars/mount" },
		{ facts->uname, facts->uname_real, "/run/wpars/uname" },
	};

	ADD(.kind = WPAR_OP_BIND, .flags = flags, .source = facts->program, .target = "/etc/init");
	if (facts->systemctl)
		ADD(.kind = WPAR_OP_BIND, .flags = flags, .source = facts->program,
		    .target = facts->systemctl);
	if (facts->df_real || facts->mount_real || facts->uname_real || facts->cor)
		ADD(.kind = WPAR_OP_FOLDER, .mode = 0755, .target = "/run/wpars");
	if (facts->umount)
		ADD(.kind = WPAR_OP_BIND, .flags = flags, .source = facts->program,
		    .target = facts->umount);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(own); i++) {
		if (own[i].real)
			ADD(.kind = WPAR_OP_BIND, .flags = flags, .source = own[i].real,
			    .target = own[i].place);
		if (own[i].inside)
			ADD(.kind = WPAR_OP_BIND, .flags = flags, .source = facts->program,
			    .target = own[i].inside);
	}
}

/* Where cor_NAME listens for what processes inside ask it to mount (runtime/life/cor.h). */
static void add_cor(struct wpar_mount_plan *p, bool *failed, const struct wpar_mount_facts *facts)
{
	autofree char *folder = par_strdup_printf("%s/cor", p->run);

	if (!facts->cor)
		return;
	*failed |= !folder;
	ADD(.kind = WPAR_OP_BIND, .flags = SECURE | WPAR_OP_READONLY | WPAR_OP_OPTIONAL,
	    .source = folder, .target = WPAR_COR_FOLDER);
}

static int plan_system(struct wpar_mount_plan *p, bool *failed, const struct wpar_spec *s,
		       const struct wpar_mount_facts *facts, struct par_error **err)
{
	static const char *const own[] = { "/home", "/tmp", "/var" };
	static const char *const shared[] = { "/opt", "/usr" };
	const unsigned int flags = WPAR_OP_IDMAP | WPAR_OP_NODEV | WPAR_OP_SHOWN;
	const struct wpar_mount *root = own_mount(s, "/");
	int r;

	if (root && wpar_mount_is_nfs(root) && root->host && root->device)
		add_nfs(p, failed, root, WPAR_OP_ROOT, flags | option_flags(root));
	else
		ADD(.kind = WPAR_OP_ROOT, .flags = flags | WPAR_OP_PRIVATE, .source = "",
		    .target = "/");
	for (size_t i = 0; i < PAR_ARRAY_SIZE(own); i++) {
		if (!own_mount(s, own[i]))
			ADD(.kind = WPAR_OP_BIND, .flags = flags | WPAR_OP_PRIVATE,
			    .source = own[i] + 1, .target = own[i]);
	}
	for (size_t i = 0; i < PAR_ARRAY_SIZE(shared); i++) {
		if (own_mount(s, shared[i]))
			continue;
		ADD(.kind = WPAR_OP_BIND,
		    .flags = flags | (s->private_usr ? WPAR_OP_PRIVATE : WPAR_OP_READONLY),
		    .source = shared[i] + (s->private_usr ? 1 : 0), .target = shared[i]);
	}
	for (size_t i = 0; i < s->n_mounts; i++) {
		r = add_spec_mount(p, failed, &s->mounts[i], err);
		if (r < 0)
			return r;
	}
	add_proc(p, failed, WPAR_OP_SHOWN);
	add_proc_files(p, failed, facts);
	add_devices(p, failed, s, facts);
	ADD(.kind = WPAR_OP_FS, .flags = WPAR_OP_NOSUID | WPAR_OP_NODEV, .target = "/run",
	    .fstype = "tmpfs", .data = "mode=0755,size=10%");
	add_programs(p, failed, facts);
	add_cor(p, failed, facts);
	return 0;
}

/* The image's own system: everything below its root is private. */
static int plan_versioned(struct wpar_mount_plan *p, bool *failed, const struct wpar_spec *s,
			  const struct wpar_mount_facts *facts, struct par_error **err)
{
	const unsigned int over_proc = WPAR_OP_FILE | WPAR_OP_READONLY | WPAR_OP_OPTIONAL | SECURE;
	autofree char *version = par_strdup_printf("%s/version", p->run);
	autofree char *release = par_strdup_printf("%s/osrelease", p->run);
	int r;

	for (size_t i = 0; facts->layers && i < facts->layers->n; i++) {
		if (par_strv_add(&p->layers, facts->layers->v[i]) < 0)
			*failed = true;
	}
	ADD(.kind = WPAR_OP_OVERLAY, .flags = WPAR_OP_IDMAP | WPAR_OP_NODEV | WPAR_OP_SHOWN,
	    .target = "/");
	for (size_t i = 0; i < s->n_mounts; i++) {
		r = add_spec_mount(p, failed, &s->mounts[i], err);
		if (r < 0)
			return r;
	}
	add_proc(p, failed, WPAR_OP_SHOWN);
	/* The old system's release, where programs read it, in files of runtime/launch/launch.c. */
	ADD(.kind = WPAR_OP_BIND, .flags = over_proc, .source = version, .target = "/proc/version");
	ADD(.kind = WPAR_OP_BIND, .flags = over_proc, .source = release,
	    .target = "/proc/sys/kernel/osrelease");
	add_proc_files(p, failed, facts);
	add_devices(p, failed, s, facts);
	ADD(.kind = WPAR_OP_FS, .flags = WPAR_OP_NOSUID | WPAR_OP_NODEV, .target = "/run",
	    .fstype = "tmpfs", .data = "mode=0755,size=10%");
	add_programs(p, failed, facts);
	add_cor(p, failed, facts);
	return 0;
}

/* What the global environment knows of the other WPARs; /sys is empty and read-only. */
static void hide_others(struct wpar_mount_plan *p, bool *failed,
			const struct wpar_mount_facts *facts)
{
	static const char *const folders[] = { WPAR_CONFIG_DIR, WPAR_LOG_DIR, WPAR_RUN_DIR,
					       WPAR_STORE_DIR };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(folders) && !*failed; i++) {
		autofree char *path = par_strdup_printf("%s%s", facts->prefix, folders[i]);

		ADD(.kind = WPAR_OP_HIDE, .source = "/sys", .target = path);
	}
}

static int plan_application(struct wpar_mount_plan *p, bool *failed, const struct wpar_spec *s,
			    const struct wpar_mount_facts *facts, struct par_error **err)
{
	int r;

	/* A user's job writes what the user may; root's nothing, for that would be no boundary. */
	ADD(.kind = WPAR_OP_ROOT,
	    .flags = WPAR_OP_RECURSIVE | WPAR_OP_NOSUID | WPAR_OP_NODEV | WPAR_OP_SHOWN |
		     (s->user ? 0 : WPAR_OP_READONLY),
	    .source = "/", .target = "/");
	add_proc(p, failed, 0);
	add_devices(p, failed, s, facts);
	ADD(.kind = WPAR_OP_FS, .flags = WPAR_OP_NOSUID | WPAR_OP_NODEV, .target = "/run",
	    .fstype = "tmpfs", .data = "mode=0755");
	ADD(.kind = WPAR_OP_FS, .flags = SECURE | WPAR_OP_READONLY, .target = "/sys",
	    .fstype = "tmpfs", .data = "mode=0555");
	hide_others(p, failed, facts);
	if (!s->user)
		ADD(.kind = WPAR_OP_FS, .flags = WPAR_OP_NOSUID | WPAR_OP_NODEV, .target = "/tmp",
		    .fstype = "tmpfs", .data = "mode=1777");
	for (size_t i = 0; i < s->n_mounts; i++) {
		r = add_spec_mount(p, failed, &s->mounts[i], err);
		if (r < 0)
			return r;
	}
	return 0;
}

int wpar_mount_plan_build(const struct wpar_spec *s, const struct wpar_mount_facts *facts,
			  struct wpar_mount_plan *ret, struct par_error **err)
{
	auto_mount_plan p = { .idbase = s->idbase, .idrange = s->idrange };
	bool failed = false;
	int r;

	p.directory = par_strdup_printf("%s%s", facts->prefix, s->directory ? s->directory : "/");
	p.run = par_strdup_printf("%s/run/wpars/%s", facts->prefix, s->name);
	p.global_name = strdup("Global");
	if (!p.directory || !p.run || !p.global_name)
		return par_oom(err);
	if (s->type == WPAR_APPLICATION)
		r = plan_application(&p, &failed, s, facts, err);
	else if (s->version.image_digest)
		r = plan_versioned(&p, &failed, s, facts, err);
	else
		r = plan_system(&p, &failed, s, facts, err);
	if (r < 0)
		return r;
	if (failed)
		return par_oom(err);
	*ret = p;
	memset(&p, 0, sizeof(p));
	return 0;
}

static void print_flags(unsigned int flags, struct par_buf *out)
{
	const char *sep = " ";

	for (size_t i = 0; i < PAR_ARRAY_SIZE(flag_names); i++) {
		if (flags & PAR_BIT(i)) {
			par_buf_printf(out, "%s%s", sep, flag_names[i]);
			sep = ",";
		}
	}
}

int wpar_mount_plan_print(const struct wpar_mount_plan *p, struct par_buf *out)
{
	par_buf_printf(out, "ids %u %u\n", (unsigned int)p->idbase, (unsigned int)p->idrange);
	for (size_t i = 0; i < p->n_ops; i++) {
		const struct wpar_mount_op *op = &p->ops[i];

		par_buf_printf(out, "%s %s", kind_names[op->kind], op->target);
		for (size_t l = 0; op->kind == WPAR_OP_OVERLAY && l < p->layers.n; l++)
			par_buf_printf(out, " over %s", p->layers.v[l]);
		if (op->kind == WPAR_OP_OVERLAY)
			par_buf_printf(out, " upper %s/upper", p->directory);
		if (op->fstype)
			par_buf_printf(out, " type %s", op->fstype);
		if (op->source && (op->flags & WPAR_OP_PRIVATE))
			par_buf_printf(out, " from %s%s%s", p->directory, *op->source ? "/" : "",
				       op->source);
		else if (op->source)
			par_buf_printf(out, " from %s%s%s",
				       op->flags & WPAR_OP_NFS ? op->object : "",
				       op->flags & WPAR_OP_NFS ? ":" : "", op->source);
		if (op->kind == WPAR_OP_FOLDER || op->kind == WPAR_OP_FIFO)
			par_buf_printf(out, " mode %04o", op->mode);
		if (op->data && *op->data)
			par_buf_printf(out, " options %s", op->data);
		print_flags(op->flags, out);
		par_buf_putc(out, '\n');
	}
	return out->failed ? -ENOMEM : 0;
}
