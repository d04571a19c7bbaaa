/* SPDX-License-Identifier: Apache-2.0 */
/* Records on servers: see owner_fence.h.  Two LPARs that start at once see each other's lock. */
#include "wparctl/runtime/life/owner_fence.h"

#include "lpard/common/fs.h"
#include "wparctl/filesystem/nfs.h"

#include <string.h>

#define PREFIX ".wpar.owner."

static bool has_fence(const struct wpar_spec *s, const struct wpar_mount *m)
{
	return s->uuid && wpar_mount_is_nfs(m) && !wpar_mount_has_option(m->options, "ro");
}

/* The server's directory. */
static int open_place(const struct wpar_mount *m, struct par_error **err)
{
	autofree char *options = wpar_nfs_options(m->options);
	autofd int mount = -1;
	int fd;

	if (!options)
		return par_oom(err);
	mount = wpar_nfs_mount(m->host, m->device, options, err);
	if (mount < 0)
		return mount;
	fd = openat(mount, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? par_fail(err, PAR_E_SYSTEM, errno, "%s:%s cannot be opened", m->host,
				 m->device)
		      : fd;
}

/* Only root of an LPAR can have made it: a WPAR's ids are others. */
static bool is_roots(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == 0 && !(st.st_mode & 022);
}

/* What the WPAR has put in its place is none. */
static int open_record(int place, const char *name, bool make)
{
	const int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
	int fd = openat(place, name, flags);

	if (fd >= 0 && is_roots(fd))
		return fd;
	if (fd < 0 && errno != ENOENT && errno != ELOOP && errno != EISDIR && errno != ENXIO)
		return -errno;
	if (fd >= 0)
		close(fd);
	if (!make)
		return -ENOENT;
	if (par_fs_remove_tree(place, name) < 0)
		return -EACCES;
	fd = openat(place, name, flags | O_CREAT | O_EXCL, 0600);
	return fd < 0 ? -errno : fd;
}

static int lock_record(int fd)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	if (fcntl(fd, F_OFD_SETLK, &whole) == 0 || (errno != EAGAIN && errno != EACCES))
		return 0; /* a server without locks: then there is no more than the record */
	return -EAGAIN;
}

static int read_record(int fd, const char *where, struct wpar_owner *ret, struct par_error **err)
{
	char text[WPAR_OWNER_MOST];
	ssize_t n = pread(fd, text, sizeof(text), 0);
	int r;

	if (n < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "the owner's record on %s cannot be read",
				where);
	if (n == 0)
		return 0; /* made a moment ago */
	r = wpar_owner_parse(text, (size_t)n, ret, err);
	if (r < 0)
		par_error_wrap(err, "the owner's record on %s", where);
	return r;
}

static int write_record(int fd, const struct wpar_owner *o)
{
	auto_buf text = { 0 };

	if (wpar_owner_print(o, &text) < 0)
		return -ENOMEM;
	if (pwrite(fd, text.data, text.len, 0) != (ssize_t)text.len ||
	    ftruncate(fd, (off_t)text.len) < 0 || fsync(fd) < 0)
		return -errno;
	return 0;
}

static int visit_record(int fd, const char *where, const struct wpar_fence_visit *v,
			struct par_error **err)
{
	struct wpar_owner o = { 0 };
	int r = lock_record(fd);

	if (r < 0)
		return par_fail(err, PAR_E_BUSY, 0,
				"another LPAR is at the owner's record on %s; try again", where);
	r = read_record(fd, where, &o, err);
	if (r < 0)
		return r;
	r = v->visit(&o, where, v->user, err);
	if (r <= 0)
		return r;
	r = write_record(fd, &o);
	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r, "the owner's record on %s cannot be written",
				where)
		     : 0;
}

static int visit_place(const struct wpar_spec *s, const struct wpar_mount *m,
		       const struct wpar_fence_visit *v, struct par_error **err)
{
	autofree char *name = par_strdup_printf(PREFIX "%s", s->uuid);
	autofree char *where = par_strdup_printf("%s of the NFS server %s", m->device, m->host);
	autofd int place = -1, fd = -1;

	if (!name || !where)
		return par_oom(err);
	place = open_place(m, err);
	if (place < 0)
		return place;
	fd = open_record(place, name, true);
	if (fd == -EACCES || fd == -EPERM || fd == -EROFS)
		return 0; /* the server makes nobody of root */
	if (fd < 0)
		return par_fail(err, PAR_E_SYSTEM, fd, "the owner's record on %s cannot be opened",
				where);
	return visit_record(fd, where, v, err);
}

int wpar_fence_visit(const struct wpar_spec *s, const struct wpar_fence_visit *v,
		     struct par_error **err)
{
	const char *silent = NULL; /* a server that need not be asked again */

	for (size_t i = 0; i < s->n_mounts; i++) {
		const struct wpar_mount *m = &s->mounts[i];
		auto_error why = NULL;
		int r;

		if (!has_fence(s, m) || par_streq(m->host, silent))
			continue;
		r = visit_place(s, m, v, &why);
		if (r < 0 && v->patient) {
			par_error_move(err, &why);
			return r;
		}
		if (r < 0 && why && why->id == PAR_E_TIMED_OUT)
			silent = m->host;
	}
	return 0;
}

void wpar_fence_remove(const struct wpar_spec *s)
{
	autofree char *name = par_strdup_printf(PREFIX "%s", s->uuid ? s->uuid : "");
	const char *silent = NULL;

	for (size_t i = 0; name && i < s->n_mounts; i++) {
		const struct wpar_mount *m = &s->mounts[i];
		const bool asked = has_fence(s, m) && !par_streq(m->host, silent);
		autofd int place = asked ? open_place(m, NULL) : -1;
		autofd int fd = place < 0 ? -1 : open_record(place, name, false);

		if (asked && place < 0)
			silent = m->host;
		if (fd >= 0)
			unlinkat(place, name, 0);
	}
}
