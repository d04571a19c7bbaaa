/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Boot images into the pool.  libvirt cannot rename a volume.  So a file counts when a second
 * volume NAME.complete stands beside it, which is made last (mark.c): a file without that mark is
 * left over from an upload that was cut off, and is removed.
 */
#include "lpard/common/event.h"
#include "lpard/common/sha256.h"
#include "lpard/hypervisor/libvirt/libvirt_priv.h"
#include "lpard/hypervisor/libvirt/xml/xml.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define PROGRESS_MS 200

/* What the files of an image are sent with and into. */
struct target {
	virConnectPtr conn;
	virStoragePoolPtr pool;
	const struct fw_image *image;
	const struct hv_progress *progress;
	/* The volume that was being sent when the connection was lost, and the bytes of its file.
	 */
	char *half;
	uint64_t half_size;
};

/* One file on its way. */
struct upload {
	int fd;
	const char *what;
	uint64_t size, done;
	struct par_sha256 sha;
	const struct hv_progress *progress;
	uint64_t told_ms;
	bool cancelled;
	int errnum; /* of reading */
};

static int tell(struct upload *u, bool always)
{
	uint64_t now = par_now_ms();

	if (!u->progress || !u->progress->fn || (!always && now < u->told_ms + PROGRESS_MS))
		return 0;
	u->told_ms = now;
	if (u->progress->fn(u->what, u->done, u->size, u->progress->user) != 0) {
		u->cancelled = true;
		return -1;
	}
	return 0;
}

/* The bytes sent are the bytes hashed: the file is read once. */
static int read_data(virStreamPtr st, char *data, size_t len, void *opaque)
{
	struct upload *u = opaque;
	ssize_t n = read(u->fd, data, len);

	(void)st;
	if (n < 0) {
		u->errnum = errno;
		return -1;
	}
	par_sha256_put(&u->sha, data, (size_t)n);
	u->done += (uint64_t)n;
	if (u->done > u->size || tell(u, false) < 0)
		return -1; /* it grew meanwhile: the checksum cannot fit */
	return (int)n;
}

/* How much of the file is no hole: what is sent of it. */
static uint64_t data_bytes(int fd, uint64_t size)
{
	uint64_t sum = 0;
	off_t data = 0, hole = 0;

	while ((data = lseek(fd, hole, SEEK_DATA)) >= 0 && (uint64_t)data < size) {
		hole = lseek(fd, data, SEEK_HOLE);
		if (hole < 0)
			break;
		sum += (uint64_t)(hole - data);
	}
	if (lseek(fd, 0, SEEK_SET) < 0)
		return size;
	return sum < size ? sum : size;
}

/* Is the file's position in data or in a hole, and how far does that go? */
static int next_section(virStreamPtr st, int *in_data, long long *length, void *opaque)
{
	struct upload *u = opaque;
	off_t at = lseek(u->fd, 0, SEEK_CUR), data, end;

	(void)st;
	if (at < 0)
		return -1;
	*length = 0;
	*in_data = 0;
	if ((uint64_t)at >= u->size)
		return 0;
	data = lseek(u->fd, at, SEEK_DATA);
	if (data < 0 && errno != ENXIO)
		return -1;
	if (data == at) {
		*in_data = 1;
		end = lseek(u->fd, at, SEEK_HOLE);
	} else {
		end = data < 0 ? (off_t)u->size : data; /* a hole up to the end */
	}
	if (end < 0 || lseek(u->fd, at, SEEK_SET) < 0)
		return -1;
	*length = end - at;
	return 0;
}

static int skip_hole(virStreamPtr st, long long length, void *opaque)
{
	struct upload *u = opaque;

	(void)st;
	if (lseek(u->fd, length, SEEK_CUR) < 0) {
		u->errnum = errno;
		return -1;
	}
	par_sha256_put_zeros(&u->sha, (uint64_t)length);
	u->done += (uint64_t)length;
	return tell(u, false);
}

static int open_file(const struct fw_image *image, enum fw_image_part part, struct upload *u,
		     struct par_error **err)
{
	const struct fw_image_file *f = &image->files[part];
	autofree char *path = f->name[0] == '/'
				      ? strdup(f->name)
				      : par_strdup_printf("%s/%s", image->folder, f->name);
	struct stat st;

	if (!path)
		return par_oom(err);
	u->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW);
	if (u->fd < 0)
		return par_fail(err, errno == ENOENT ? PAR_E_NOT_FOUND : PAR_E_SYSTEM, errno,
				"could not open \"%s\"%s", path,
				errno == ENOENT ? ": it is not there" : "");
	if (fstat(u->fd, &st) < 0 || !S_ISREG(st.st_mode))
		return par_fail(err, PAR_E_CORRUPT, 0, "\"%s\" is not a file", path);
	if ((uint64_t)st.st_size != f->size)
		return par_fail(err, PAR_E_CORRUPT, 0,
				"\"%s\" has %lld bytes, and its manifest says %llu", path,
				(long long)st.st_size, (unsigned long long)f->size);
	u->size = f->size;
	return 0;
}

static int send_file(virConnectPtr conn, virStorageVolPtr vol, struct upload *u,
		     const struct fw_image_file *f, const char *folder, struct par_error **err)
{
	auto_stream st = virStreamNew(conn, 0);
	char digest[PAR_SHA256_TEXT];
	int r;

	if (!st ||
	    virStorageVolUpload(vol, st, 0, u->size, VIR_STORAGE_VOL_UPLOAD_SPARSE_STREAM) < 0)
		return hv_fail(conn, err, "could not start the upload of \"%s\"", f->name);
	r = virStreamSparseSendAll(st, read_data, next_section, skip_hole, u);
	if (u->cancelled)
		return par_fail(err, PAR_E_TIMED_OUT, 0, "the upload of \"%s\" was cancelled",
				f->name);
	if (u->errnum)
		return par_fail(err, PAR_E_SYSTEM, u->errnum, "could not read \"%s/%s\"", folder,
				f->name);
	par_sha256_finish(&u->sha, digest);
	if ((r == 0 && strcmp(digest, f->sha256) != 0) || u->done > u->size) {
		virStreamAbort(st);
		return par_fail(err, PAR_E_CORRUPT, 0,
				"\"%s/%s\" is damaged: its SHA-256 is not that of its manifest",
				folder, f->name);
	}
	if (r < 0)
		return hv_fail(conn, err, "could not upload \"%s\"", f->name);
	if (virStreamFinish(st) < 0)
		return hv_fail(conn, err, "could not finish the upload of \"%s\"", f->name);
	return 0;
}

static virStorageVolPtr make_volume(virConnectPtr conn, virStoragePoolPtr pool, const char *name,
				    uint64_t size, struct par_error **err)
{
	autofree char *xml = NULL;
	virStorageVolPtr vol;

	if (hv_xml_volume(name, size, "raw", NULL, &xml, err) < 0)
		return NULL;
	vol = virStorageVolCreateXML(pool, xml, 0);
	if (!vol)
		hv_fail(conn, err, "could not make the volume \"%s\"", name);
	return vol;
}

static int remove_volume(virConnectPtr conn, virStoragePoolPtr pool, const char *name,
			 struct par_error **err)
{
	auto_volume vol = virStorageVolLookupByName(pool, name);

	if (vol && virStorageVolDelete(vol, 0) < 0 && !hv_last_code_is(VIR_ERR_NO_STORAGE_VOL))
		return hv_fail(conn, err, "could not remove the volume \"%s\"", name);
	virResetLastError();
	return 0;
}

static int check_not_over(virConnectPtr conn, virStorageVolPtr vol, const char *base,
			  struct par_error **err)
{
	const char *name = virStorageVolGetName(vol), *slash;
	autofree char *xml = virStorageVolGetXMLDesc(vol, 0), *path = NULL;
	int r;

	if (!xml && hv_last_code_is(VIR_ERR_NO_STORAGE_VOL))
		return 0; /* it has just gone */
	if (!xml)
		return hv_fail(conn, err, "could not look at the volume \"%s\"", name);
	r = hv_volume_backing(xml, &path, err);
	if (r < 0 || !path)
		return r;
	slash = strrchr(path, '/');
	if (strcmp(slash ? slash + 1 : path, base) != 0)
		return 0;
	return par_fail(err, PAR_E_BUSY, 0, "the disk \"%s\" is made over the image", name);
}

/* Is the image's root the base of a disk? */
static int check_base_unused(virConnectPtr conn, virStoragePoolPtr pool, const char *base,
			     struct par_error **err)
{
	virStorageVolPtr *vols = NULL;
	int n = virStoragePoolListAllVolumes(pool, &vols, 0), r = 0;

	if (n < 0)
		return hv_fail(conn, err, "could not list the volumes");
	for (int i = 0; i < n && r >= 0; i++)
		r = check_not_over(conn, vols[i], base, err);
	for (int i = 0; i < n; i++)
		virStorageVolFree(vols[i]);
	free(vols);
	return r;
}

static int filled(const char *name, uint64_t size, struct par_error **err)
{
	par_error_free(err);
	return par_fail(err, PAR_E_NO_SPACE, ENOSPC,
			"no space is left in the storage pool for \"%s\", which needs %llu MiB: "
			"others have filled it meanwhile",
			name, (unsigned long long)((size + HV_MIB - 1) / HV_MIB));
}

/* libvirt says "Input/output error" when the disk is full, or nothing. */
static int explain(const struct target *t, const struct upload *u, const char *name, int r,
		   struct par_error **err)
{
	uint64_t missing = u->size - (u->done < u->size ? u->done : u->size), available = 0;

	if (!err || !*err || ((*err)->id != PAR_E_SYSTEM && (*err)->id != PAR_E_NO_SPACE) ||
	    u->errnum || hv_pool_available(t->conn, t->pool, &available, NULL) < 0)
		return r;
	if (available > missing && available >= HV_POOL_FULL)
		return r;
	return filled(name, u->size, err);
}

/* The upload has failed, for @r. */
static int give_up(struct target *t, const struct upload *u, const char *name, int r,
		   struct par_error **err)
{
	if (virConnectIsAlive(t->conn) != 1) {
		t->half = strdup(name);
		t->half_size = u->size;
		return r;
	}
	r = explain(t, u, name, r, err);
	remove_volume(t->conn, t->pool, name, NULL);
	return r;
}

/*
 * The file has been sent whole, or nothing is left of it; when the connection was lost meanwhile,
 * t->half names what is.
 */
static int upload_part(struct target *t, enum fw_image_part part, const char *name,
		       struct par_error **err)
{
	struct upload u = { .fd = -1, .what = fw_image_part_name(part), .progress = t->progress };
	const struct fw_image_file *file = &t->image->files[part];
	auto_volume vol = NULL;
	autofd int fd = -1;
	int r = open_file(t->image, part, &u, err);

	if (r < 0)
		return r;
	fd = u.fd;
	par_sha256_init(&u.sha);
	r = remove_volume(t->conn, t->pool, name, err);
	if (r < 0)
		return r;
	r = hv_pool_check_room(t->conn, t->pool, name, data_bytes(fd, u.size), err);
	if (r < 0)
		return r;
	vol = make_volume(t->conn, t->pool, name, u.size, err);
	r = vol ? send_file(t->conn, vol, &u, file, t->image->folder, err) : -EIO;
	if (r < 0)
		return give_up(t, &u, name, r, err);
	r = hv_mark_make(t->conn, t->pool, name, file->sha256, err);
	if (r < 0)
		return r;
	(void)tell(&u, true); /* all bytes have been sent: too late to stop */
	return 0;
}

/* An image of which only the names of its files in the pool are known: see lpar_images_recall(). */
static bool is_recalled(const struct fw_image *image, enum fw_image_part part)
{
	return !image->folder && image->files[part].name[0] != '/';
}

static int ensure_part(struct target *t, enum fw_image_part part, struct par_error **err)
{
	const struct fw_image *image = t->image;
	virStoragePoolPtr pool = t->pool;
	virConnectPtr conn = t->conn;
	autofree char *name = hv_image_volume(image, part), *mark = NULL;
	bool there, marked;
	int r;

	mark = name ? par_strdup_printf("%s.complete", name) : NULL;
	if (!mark)
		return par_oom(err);
	r = hv_volume_find(conn, pool, name, NULL, NULL, err);
	if (r < 0)
		return r;
	there = r > 0;
	r = there ? hv_volume_find(conn, pool, mark, NULL, NULL, err) : 0;
	if (r < 0)
		return r;
	marked = r > 0;
	if (!there && is_recalled(image, part))
		return par_fail(
			err, PAR_E_NOT_FOUND, 0,
			"the %s \"%s\" of the image that the LPAR's disk was made of is not in "
			"the storage pool, and the image is there no more",
			fw_image_part_name(part), name);
	/* A file without its mark was cut off while it was sent, unless a disk is made over it. */
	if (there &&
	    (marked || is_recalled(image, part) || check_base_unused(conn, pool, name, NULL) < 0))
		return hv_image_check(conn, pool, name, image->files[part].sha256, err);
	r = hv_mark_remove(conn, pool, name, err);
	return r < 0 ? r : upload_part(t, part, name, err);
}

/*
 * The connection was lost in the middle of an upload.  libvirtd 11 dies when a pool is full, so the
 * next one is asked, if it comes soon; what is left of the file goes.  Without it that is what the
 * next activation does.
 */
static int after_loss(struct hv_libvirt *h, const struct target *t, int r, struct par_error **err)
{
	auto_pool pool = NULL;
	uint64_t available = 0;
	virConnectPtr conn;

	if (hv_call_again(h, &conn, NULL) < 0)
		return r;
	if (hv_pool_open(h, conn, &pool, NULL) == 0) {
		if (hv_pool_available(conn, pool, &available, NULL) == 0 &&
		    available < HV_POOL_FULL)
			r = filled(t->half, t->half_size, err);
		remove_volume(conn, pool, t->half, NULL);
	}
	hv_call_end(h, conn);
	return r;
}

int hv_libvirt_image_ensure(struct hv *hv, const struct fw_image *image,
			    const struct hv_progress *progress, struct par_error **err)
{
	struct hv_libvirt *h = hv_libvirt_of(hv);
	struct target t = { .image = image, .progress = progress };
	int r = hv_call_begin(h, &t.conn, err);

	if (r < 0)
		return r;
	pthread_mutex_lock(&h->upload);
	r = hv_pool_open(h, t.conn, &t.pool, err);
	for (int i = 0; r == 0 && i < FW_IMAGE_PARTS; i++) {
		if (image->files[i].name)
			r = ensure_part(&t, (enum fw_image_part)i, err);
	}
	hv_cleanup_pool(&t.pool);
	if (t.half)
		r = after_loss(h, &t, r, err);
	free(t.half);
	pthread_mutex_unlock(&h->upload);
	hv_call_end(h, t.conn);
	return r;
}

static int image_remove(struct hv_libvirt *h, virConnectPtr conn, const struct fw_image *image,
			struct par_error **err)
{
	auto_pool pool = virStoragePoolLookupByName(conn, h->pool);
	auto_pool open = NULL;
	int r;

	if (!pool && hv_last_code_is(VIR_ERR_NO_STORAGE_POOL))
		return 0;
	r = hv_pool_open(h, conn, &open, err);
	if (r < 0)
		return r;
	for (int i = FW_IMAGE_PARTS - 1; i >= 0; i--) {
		autofree char *name = NULL;

		if (!image->files[i].name)
			continue;
		name = hv_image_volume(image, (enum fw_image_part)i);
		if (!name)
			return par_oom(err);
		r = i == FW_IMAGE_ROOT ? check_base_unused(conn, pool, name, err) : 0;
		if (r < 0)
			return r;
		r = hv_mark_remove(conn, pool, name, err);
		if (r < 0)
			return r;
		r = remove_volume(conn, pool, name, err);
		if (r < 0)
			return r;
	}
	return 0;
}

int hv_libvirt_image_remove(struct hv *hv, const struct fw_image *image, struct par_error **err)
{
	struct hv_libvirt *h = hv_libvirt_of(hv);
	virConnectPtr conn;
	int r = hv_call_begin(h, &conn, err);

	if (r < 0)
		return r;
	pthread_mutex_lock(&h->upload);
	r = image_remove(h, conn, image, err);
	pthread_mutex_unlock(&h->upload);
	hv_call_end(h, conn);
	return r;
}
