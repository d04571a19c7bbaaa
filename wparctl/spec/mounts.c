/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file systems of a WPAR (-M): those that every WPAR has, and the rules of those that a user
 * adds or changes.  What has to be looked up on the machine (is there such a directory?) is asked
 * elsewhere: wparctl/operations/machine.c.
 */
#include "wparctl/spec/keys.h"

#include <string.h>

static int fill(char **field, const char *value)
{
	if (*field)
		return 0;
	*field = value ? strdup(value) : NULL;
	return *field ? 0 : -ENOMEM;
}

struct default_mount {
	const char *directory, *vfs, *device, *options;
};

static int fill_mount(struct wpar_spec *s, const struct default_mount *d)
{
	struct wpar_mount *m = wpar_spec_mount(s, d->directory);

	/* With vfs= a flag describes the whole mount; otherwise it changes what it names, and the
	 * rest stays. */
	if (m && m->vfs)
		return 0;
	if (!m)
		m = wpar_record_add(s, WPAR_STANZA_MOUNT);
	if (!m || fill(&m->directory, d->directory) < 0 || fill(&m->vfs, d->vfs) < 0 ||
	    (d->device && fill(&m->device, d->device) < 0) || fill(&m->options, d->options) < 0)
		return -ENOMEM;
	return 0;
}

int wpar_spec_type_volumes(struct wpar_spec *s)
{
	for (size_t i = 0; wpar_spec_is_versioned(s) && i < s->n_mounts; i++) {
		struct wpar_mount *m = &s->mounts[i];

		if (par_streq(m->directory, "/") || par_streq(m->directory, "/proc"))
			continue;
		if (!m->device && !m->host && fill(&m->vfs, "jfs2") < 0)
			return -ENOMEM;
	}
	return 0;
}

static int fill_all(struct wpar_spec *s)
{
	static const struct default_mount native[] = {
		{ "/", "directory", NULL, "rw" },    { "/home", "directory", NULL, "rw" },
		{ "/opt", "namefs", "/opt", "ro" },  { "/proc", "proc", NULL, "rw" },
		{ "/tmp", "directory", NULL, "rw" }, { "/usr", "namefs", "/usr", "ro" },
		{ "/var", "directory", NULL, "rw" },
	};
	static const struct default_mount own_usr[] = {
		{ "/opt", "directory", NULL, "rw" },
		{ "/usr", "directory", NULL, "rw" },
	};
	static const struct default_mount versioned[] = {
		{ "/", "overlay", NULL, "rw" },
		{ "/proc", "proc", NULL, "rw" },
	};

	if (s->type == WPAR_APPLICATION)
		return 0;
	if (s->version.image_digest) {
		for (size_t i = 0; i < PAR_ARRAY_SIZE(versioned); i++) {
			if (fill_mount(s, &versioned[i]) < 0)
				return -ENOMEM;
		}
		return wpar_spec_type_volumes(s);
	}
	/* In the order of startwpar -v: by name. */
	for (size_t i = 0; i < PAR_ARRAY_SIZE(native); i++) {
		const struct default_mount *d = &native[i];

		for (size_t j = 0; s->private_usr && j < PAR_ARRAY_SIZE(own_usr); j++) {
			if (strcmp(own_usr[j].directory, d->directory) == 0)
				d = &own_usr[j];
		}
		if (fill_mount(s, d) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int by_directory(const void *a, const void *b)
{
	const struct wpar_mount *x = a, *y = b;

	return strcmp(x->directory, y->directory);
}

/* AIX lists /proc as the namefs of its own /proc, so a specification from there has it like that.
 */
static int take_proc(struct wpar_mount *m)
{
	char *proc;

	if (strcmp(m->directory, "/proc") != 0 || !par_streq(m->vfs, "namefs") ||
	    !par_streq(m->device, "/proc"))
		return 0;
	proc = strdup("proc");
	if (!proc)
		return -ENOMEM;
	free(m->vfs);
	m->vfs = proc;
	free(take_ptr(m->device));
	return 0;
}

int wpar_spec_fill_mounts(struct wpar_spec *s, struct par_error **err)
{
	for (size_t i = 0; i < s->n_mounts; i++) {
		if (!s->mounts[i].directory)
			return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
					"a mount has no \"directory\"");
		if (take_proc(&s->mounts[i]) < 0)
			return par_oom(err);
	}
	if (fill_all(s) < 0)
		return par_oom(err);
	if (s->n_mounts > 1)
		qsort(s->mounts, s->n_mounts, sizeof(*s->mounts), by_directory);
	return 0;
}

struct wpar_mount *wpar_spec_mount(const struct wpar_spec *s, const char *directory)
{
	for (size_t i = 0; i < s->n_mounts; i++) {
		if (par_streq(s->mounts[i].directory, directory))
			return &s->mounts[i];
	}
	return NULL;
}

static bool is_proc(const struct wpar_mount *m)
{
	return par_streq(m->vfs, "proc") && !m->device;
}

const char *wpar_mount_listed_vfs(const struct wpar_mount *m)
{
	return is_proc(m) ? "namefs" : m->vfs;
}

const char *wpar_mount_listed_device(const struct wpar_mount *m)
{
	return is_proc(m) ? "/proc" : m->device;
}

bool wpar_path_is_within(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	if (strcmp(folder, "/") == 0)
		return true;
	return strncmp(path, folder, len) == 0 && (path[len] == '\0' || path[len] == '/');
}

__attribute__((format(printf, 3, 4))) static int
refuse(const struct wpar_mount *m, struct par_error **err, const char *fmt, ...)
{
	char reason[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(reason, sizeof(reason), fmt, ap);
	va_end(ap);
	return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "-M directory=%.256s: %s", m->directory,
			reason);
}

/* What AIX has apart from directory and namefs; proc and overlay are only our own defaults. */
static int check_vfs(const struct wpar_mount *m, struct par_error **err)
{
	if (!m->vfs || wpar_is_word_of(WPAR_MOUNT_TYPES, m->vfs))
		return 0;
	/* The default of /proc, and no choice: check_place() */
	if (strcmp(m->directory, "/proc") == 0 && strcmp(m->vfs, "proc") == 0)
		return 0;
	if (strcmp(m->vfs, "jfs") == 0)
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
				"-M vfs=jfs: there is no such file system on Linux; vfs=jfs2 "
				"stands for the journaled one");
	return refuse(m, err,
		      "\"%.32s\" is not a type of file system (vfs). It must "
		      "be " WPAR_MOUNT_TYPES,
		      m->vfs);
}

/* The commands of this system that replace the image's would be hidden; the rest is the image's. */
static int check_versioned_place(const struct wpar_mount *m, struct par_error **err)
{
	static const char *const commands[] = { "/usr",	  "/bin",   "/sbin",  "/lib",
						"/lib32", "/lib64", "/libx32" };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(commands); i++) {
		if (wpar_path_is_within(m->directory, commands[i]) &&
		    !wpar_path_is_within(m->directory, "/usr/local"))
			return refuse(m, err,
				      "%s of a versioned workload partition is its image's, with "
				      "commands of this system over it; below it only /usr/local "
				      "can be a file system of its own",
				      commands[i]);
	}
	if (strcmp(m->directory, "/opt") == 0 && par_streq(m->vfs, "namefs"))
		return refuse(m, err, "/opt of a versioned workload partition is always private");
	if (par_streq(m->vfs, "directory"))
		return refuse(m, err,
			      "a directory of a versioned workload partition is its image's, and "
			      "has no size; a file system of its own is vfs=jfs2, ext4 or xfs");
	return 0;
}

/* Places in a WPAR that each start makes, or that are links to others. */
static int check_place(const struct wpar_spec *s, const struct wpar_mount *m,
		       struct par_error **err)
{
	static const char *const ours[] = { "/dev", "/proc",	 "/run",
					    "/sys", "/etc/init", "/usr/bin/df" };
	static const char *const links[] = { "/bin", "/sbin", "/lib", "/lib64" };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(ours); i++) {
		if (wpar_path_is_within(m->directory, ours[i]))
			return refuse(m, err, "%s is made by the start of a workload partition",
				      ours[i]);
	}
	if (s->type == WPAR_SYSTEM && strcmp(m->directory, "/etc") == 0)
		return refuse(m, err, "/etc is a part of the root directory");
	if (wpar_spec_is_versioned(s))
		return check_versioned_place(m, err);
	for (size_t i = 0; s->type == WPAR_SYSTEM && i < PAR_ARRAY_SIZE(links); i++) {
		if (wpar_path_is_within(m->directory, links[i]))
			return refuse(m, err, "%s is a symbolic link to /usr%s", links[i],
				      links[i]);
	}
	return 0;
}

/* The root and /proc are what they are. */
/* Of a root whose image is not known yet the type is left open (restwpar). */
static bool is_unchanged(const struct wpar_mount *m, const char *vfs)
{
	return (!m->vfs || par_streq(m->vfs, vfs)) && !m->device && !m->host &&
	       (!m->options || strcmp(m->options, "rw") == 0);
}

/* The commands of a WPAR, its PID 1 included, are in its /usr, and belong to this system. */
static int check_nfs(const struct wpar_mount *m, struct par_error **err)
{
	if (!m->host || !m->device)
		return refuse(m, err,
			      "vfs=nfs needs host=, the server, and dev=, the directory there");
	if (!wpar_nfs_host_fits(m->host))
		return refuse(m, err, "\"%.80s\" (host=) is not the name or address of a server",
			      m->host);
	if (wpar_path_is_within(m->directory, "/usr"))
		return refuse(m, err, "/usr is this system's own and cannot be an nfs");
	if (strcmp(m->directory, "/") == 0 && wpar_mount_has_option(m->options, "ro"))
		return refuse(m, err, "the root directory cannot be read-only");
	return 0;
}

static int check_source(const struct wpar_spec *s, const struct wpar_mount *m,
			struct par_error **err)
{
	bool namefs = par_streq(m->vfs, "namefs");

	if (wpar_mount_is_nfs(m))
		return check_nfs(m, err);
	if (m->host)
		return refuse(m, err, "host= goes with vfs=nfs only");
	if (namefs && !m->device)
		return refuse(m, err,
			      "vfs=namefs needs dev=, a directory of the global "
			      "environment");
	if (!namefs && m->device)
		return refuse(m, err, "dev= goes with vfs=namefs and vfs=nfs only");
	if (!namefs && s->type == WPAR_APPLICATION)
		return refuse(m, err,
			      "no file systems are made for an application workload partition; "
			      "it needs vfs=namefs or vfs=nfs and dev=");
	if (!namefs && strcmp(m->directory, "/usr") == 0 && !s->private_usr)
		return refuse(m, err, "a /usr of its own would be empty; -l gives it a copy");
	return 0;
}

static int check_size(const struct wpar_spec *s, const struct wpar_mount *m, struct par_error **err)
{
	/* The image may say how large it was. */
	if (wpar_mount_is_volume(m) && s->image_pending && !m->size_mib)
		return 0;
	if (wpar_mount_is_volume(m))
		return wpar_volume_check(m, err);
	if (par_streq(m->vfs, "namefs") && m->size_mib)
		return refuse(m, err, "a namefs has no size of its own");
	if (wpar_mount_is_nfs(m) && m->size_mib)
		return refuse(m, err, "an nfs has no size of its own");
	return 0;
}

static int check_options(const struct wpar_mount *m, struct par_error **err)
{
	const char *text = wpar_mount_is_nfs(m) ? WPAR_NFS_OPTIONS_TEXT : WPAR_MOUNT_OPTIONS_TEXT;
	auto_strv words = { 0 };
	bool ok = true;

	if (!m->options)
		return 0;
	if (par_strv_split(&words, m->options, ',') < 0)
		return par_oom(err);
	for (size_t i = 0; i < words.n; i++)
		ok &= wpar_is_word_of(WPAR_MOUNT_OPTIONS, words.v[i]) ||
		      (wpar_mount_is_nfs(m) && wpar_nfs_has_option(words.v[i]));
	if (ok && (par_strv_find(&words, "rw") < 0 || par_strv_find(&words, "ro") < 0))
		return 0;
	return refuse(m, err, "\"%.80s\" is not a valid value of \"mountopts\". It must be %s",
		      m->options, text);
}

/* `-M directory=/datavfs=namefs`: two pairs that ran together would be a strange path. */
static int check_blanks(const struct wpar_mount *m, const char *path, struct par_error **err)
{
	for (size_t i = 0; path && i < wpar_n_keys; i++) {
		const struct wpar_key *key = &wpar_keys[i];
		autofree char *pair = NULL;

		if (key->stanza != WPAR_STANZA_MOUNT || !wpar_key_is_known(key))
			continue;
		pair = par_strdup_printf("%s=", key->field.name);
		if (!pair)
			return par_oom(err);
		if (strstr(path, pair))
			return refuse(m, err, "a blank is missing before %s in \"%.256s\"", pair,
				      path);
	}
	return 0;
}

static int check_mount(const struct wpar_spec *s, const struct wpar_mount *m,
		       struct par_error **err)
{
	bool root = strcmp(m->directory, "/") == 0;
	int r = check_blanks(m, m->directory, err);

	if (r < 0)
		return r;
	r = check_blanks(m, m->device, err);
	if (r < 0)
		return r;

	if (s->type == WPAR_SYSTEM && root &&
	    is_unchanged(m, wpar_spec_is_versioned(s) ? "overlay" : "directory"))
		return 0;
	if (s->type == WPAR_SYSTEM && strcmp(m->directory, "/proc") == 0 &&
	    is_unchanged(m, "proc") && !m->size_mib)
		return 0;
	r = check_vfs(m, err);
	if (r < 0)
		return r;
	if (root && wpar_spec_is_versioned(s))
		return refuse(m, err,
			      "the root directory is the image's, with the changes in the "
			      "base directory (-d)");
	if (root && (!wpar_mount_is_nfs(m) || s->type != WPAR_SYSTEM))
		return refuse(m, err,
			      "the root directory is the base directory (-d); it has no "
			      "options");
	r = check_place(s, m, err);
	if (r < 0)
		return r;
	r = check_source(s, m, err);
	if (r < 0)
		return r;
	r = check_size(s, m, err);
	return r < 0 ? r : check_options(m, err);
}

/* A start hands all of them over at once: mount_apply.h. */
static int check_number(const struct wpar_spec *s, struct par_error **err)
{
	const size_t n = s->n_mounts + s->n_devices;

	return n <= WPAR_SPEC_MOUNTS_MAX
		       ? 0
		       : par_fail(err, PAR_E_TOO_LARGE, 0,
				  "the workload partition would have %zu file systems and devices "
				  "(-M, -D), and can have %d at most",
				  n, WPAR_SPEC_MOUNTS_MAX);
}

int wpar_spec_check_mounts(const struct wpar_spec *s, struct par_error **err)
{
	int number = check_number(s, err);

	if (number < 0)
		return number;
	for (size_t i = 0; i < s->n_mounts; i++) {
		int r = check_mount(s, &s->mounts[i], err);

		if (r < 0)
			return r;
	}
	return 0;
}

bool wpar_mount_has_option(const char *options, const char *name)
{
	size_t len = strlen(name);

	for (const char *o = options; o && *o;) {
		size_t n = strcspn(o, ",");

		if (n == len && strncmp(o, name, n) == 0)
			return true;
		o += n + (o[n] == ',');
	}
	return false;
}
