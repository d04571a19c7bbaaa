/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of boot images in the pool, and the marks beside them: see libvirt_priv.h.  A mark is a
 * volume of MARK_BYTES bytes, one line and blanks.  Other programs can write into the pool's
 * folder. So the mark also has the time at which the file was written last: while that is the
 * file's, its digest is, too.  A mark without a line (lpard once made empty ones) says only that
 * the file was whole.
 */
#include "lpard/common/sha256.h"
#include "lpard/hypervisor/libvirt/libvirt_priv.h"
#include "lpard/hypervisor/libvirt/xml/xml.h"

#include <string.h>

#define MARK_BYTES  192
#define DIGEST_NAME 12 /* digits of the digest that a file's name begins with */

struct mark {
	char sha256[PAR_SHA256_TEXT];
	char mtime[32]; /* as libvirt says it: seconds and nanoseconds */
	char size[32];	/* bytes */
};

/* What libvirt says of the file now; its digest is the caller's to fill. */
static int see(const char *xml, struct mark *ret, struct par_error **err)
{
	autofree char *mtime = NULL, *size = NULL;
	int r = hv_xml_text(xml, "target/timestamps/mtime", &mtime, err);

	if (r < 0)
		return r;
	r = hv_xml_text(xml, "capacity", &size, err);
	if (r < 0)
		return r;
	snprintf(ret->mtime, sizeof(ret->mtime), "%s", mtime ? mtime : "?");
	snprintf(ret->size, sizeof(ret->size), "%s", size ? size : "?");
	return 0;
}

static int put_into_hash(virStreamPtr st, const char *data, size_t len, void *opaque)
{
	(void)st;
	par_sha256_put(opaque, data, len);
	return (int)len;
}

static int put_hole(virStreamPtr st, long long length, void *opaque)
{
	(void)st;
	par_sha256_put_zeros(opaque, (uint64_t)length);
	return 0;
}

static int digest(virConnectPtr conn, virStorageVolPtr vol, char ret[PAR_SHA256_TEXT],
		  struct par_error **err)
{
	const char *name = virStorageVolGetName(vol);
	auto_stream st = virStreamNew(conn, 0);
	struct par_sha256 sha;

	par_sha256_init(&sha);
	if (!st ||
	    virStorageVolDownload(vol, st, 0, 0, VIR_STORAGE_VOL_DOWNLOAD_SPARSE_STREAM) < 0 ||
	    virStreamSparseRecvAll(st, put_into_hash, put_hole, &sha) < 0 ||
	    virStreamFinish(st) < 0)
		return hv_fail(conn, err, "could not read the volume \"%s\"", name);
	par_sha256_finish(&sha, ret);
	return 0;
}

static char *mark_name(const char *name)
{
	return par_strdup_printf("%s.complete", name);
}

struct line {
	char text[MARK_BYTES + 1];
	size_t len;
};

static int put_into_line(virStreamPtr st, const char *data, size_t len, void *opaque)
{
	struct line *l = opaque;
	size_t room = MARK_BYTES - l->len, n = len < room ? len : room;

	(void)st;
	memcpy(l->text + l->len, data, n);
	l->len += n;
	return (int)len;
}

/* Fills in what a mark's line says; nothing when it says nothing. */
static void parse_line(const char *text, struct mark *ret)
{
	struct mark m;

	if (sscanf(text, "sha256 %64[0-9a-f] mtime %31[0-9.] size %31[0-9]", m.sha256, m.mtime,
		   m.size) == 3 &&
	    strlen(m.sha256) == PAR_SHA256_TEXT - 1)
		*ret = m;
}

/* Returns 1, 0 when there is no mark, or an error. */
static int read_mark(virConnectPtr conn, virStoragePoolPtr pool, const char *name, struct mark *ret,
		     struct par_error **err)
{
	autofree char *called = mark_name(name);
	struct line line = { .len = 0 };
	auto_volume vol = NULL;
	auto_stream st = NULL;
	int r = called ? hv_volume_find(conn, pool, called, &vol, NULL, err) : par_oom(err);

	if (r <= 0)
		return r;
	st = virStreamNew(conn, 0);
	if (!st || virStorageVolDownload(vol, st, 0, MARK_BYTES, 0) < 0 ||
	    virStreamRecvAll(st, put_into_line, &line) < 0 || virStreamFinish(st) < 0)
		return hv_fail(conn, err, "could not read the volume \"%s\"", called);
	parse_line(line.text, ret);
	return 1;
}

int hv_mark_remove(virConnectPtr conn, virStoragePoolPtr pool, const char *name,
		   struct par_error **err)
{
	autofree char *called = mark_name(name);
	auto_volume vol = called ? virStorageVolLookupByName(pool, called) : NULL;

	if (!called)
		return par_oom(err);
	if (vol && virStorageVolDelete(vol, 0) < 0 && !hv_last_code_is(VIR_ERR_NO_STORAGE_VOL))
		return hv_fail(conn, err, "could not remove the volume \"%s\"", called);
	virResetLastError();
	return 0;
}

static int send_line(virStreamPtr st, char *data, size_t len, void *opaque)
{
	struct line *l = opaque;
	size_t left = MARK_BYTES - l->len, n = len < left ? len : left;

	(void)st;
	memcpy(data, l->text + l->len, n);
	l->len += n;
	return (int)n;
}

static int write_mark(virConnectPtr conn, virStoragePoolPtr pool, const char *name,
		      const struct mark *m, struct par_error **err)
{
	autofree char *called = mark_name(name), *xml = NULL;
	struct line line = { .len = 0 };
	auto_volume vol = NULL;
	auto_stream st = NULL;
	int r;

	if (!called)
		return par_oom(err);
	snprintf(line.text, sizeof(line.text), "%-*s", MARK_BYTES, "");
	r = snprintf(line.text, sizeof(line.text), "sha256 %s mtime %s size %s", m->sha256,
		     m->mtime, m->size);
	line.text[r] = ' ';
	line.text[MARK_BYTES - 1] = '\n';
	r = hv_pool_check_room(conn, pool, called, MARK_BYTES, err);
	if (r < 0)
		return r;
	r = hv_mark_remove(conn, pool, name, err);
	if (r < 0)
		return r;
	r = hv_xml_volume(called, MARK_BYTES, "raw", NULL, &xml, err);
	if (r < 0)
		return r;
	vol = virStorageVolCreateXML(pool, xml, 0);
	st = vol ? virStreamNew(conn, 0) : NULL;
	if (!vol || !st || virStorageVolUpload(vol, st, 0, MARK_BYTES, 0) < 0 ||
	    virStreamSendAll(st, send_line, &line) < 0 || virStreamFinish(st) < 0)
		return hv_fail(conn, err, "could not make the volume \"%s\"", called);
	return 0;
}

int hv_mark_make(virConnectPtr conn, virStoragePoolPtr pool, const char *name, const char *sha256,
		 struct par_error **err)
{
	autofree char *xml = NULL;
	struct mark m = { .size = "" };
	int r = hv_volume_find(conn, pool, name, NULL, &xml, err);

	if (r == 0)
		return par_fail(err, PAR_E_NOT_FOUND, 0, "the volume \"%s\" has gone", name);
	if (r < 0)
		return r;
	r = see(xml, &m, err);
	if (r < 0)
		return r;
	snprintf(m.sha256, sizeof(m.sha256), "%s", sha256);
	return write_mark(conn, pool, name, &m, err);
}

static int changed(const char *name, struct par_error **err)
{
	return par_fail(
		err, PAR_E_CORRUPT, 0,
		"the file \"%s\" of a boot image has changed in the storage pool: its size or "
		"SHA-256 is not that of its manifest; put the right one there or remove it",
		name);
}

int hv_image_check(virConnectPtr conn, virStoragePoolPtr pool, const char *name, const char *sha256,
		   struct par_error **err)
{
	struct mark mark = { .size = "" }, now = { .size = "" };
	auto_error failed = NULL;
	autofree char *xml = NULL;
	auto_volume vol = NULL;
	const char *wanted;
	int r = hv_volume_find(conn, pool, name, &vol, &xml, err);

	if (r == 0)
		return par_fail(err, PAR_E_NOT_FOUND, 0,
				"the file \"%s\" of a boot image is not in the storage pool", name);
	if (r < 0 || read_mark(conn, pool, name, &mark, err) < 0)
		return -EIO;
	r = see(xml, &now, err);
	if (r < 0)
		return r;
	if (mark.size[0] && strcmp(mark.size, now.size) != 0)
		return changed(name, err);
	if (sha256 && mark.sha256[0] && !par_starts_with(mark.sha256, sha256))
		return changed(name, err);
	if (mark.size[0] && strcmp(mark.mtime, now.mtime) == 0)
		return 0;
	wanted = mark.sha256[0] ? mark.sha256 : sha256;
	r = digest(conn, vol, now.sha256, err);
	if (r < 0)
		return r;
	if (wanted ? !par_starts_with(now.sha256, wanted)
		   : strncmp(now.sha256, name, DIGEST_NAME) != 0)
		return changed(name, err);
	/* The file is right.  In a full pool its old mark stays, and it is read the next time, too.
	 */
	r = write_mark(conn, pool, name, &now, &failed);
	if (r < 0 && failed && failed->id == PAR_E_NO_SPACE)
		return 0;
	par_error_move(err, &failed);
	return r;
}
