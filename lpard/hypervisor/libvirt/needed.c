/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Volumes that nothing needs: disks of domains that virsh undefined, files of images that were
 * replaced.  A volume is needed when a domain of whatever kind, defined or running, says its name
 * anywhere in its XML or its snapshots', when another volume of any pool is made over it, or when
 * the caller keeps it.  Names are compared without their folders: a folder can have several paths,
 * and a name with a digest or a UUID does not stand for two things.
 */
#include "lpard/hypervisor/libvirt/libvirt_priv.h"
#include "lpard/hypervisor/libvirt/xml/xml.h"

#include <string.h>

struct item {
	char *name;
	char *backing; /* name of what it is made over; NULL: nothing */
	uint64_t bytes;
	bool ours, needed;
};

struct look {
	struct hv_libvirt *h;
	virConnectPtr conn;
	virStoragePoolPtr pool;
	struct item *v;
	size_t n;
	/* A domain's disk that cannot be looked into, and so hides what it is made over. */
	char *blind_disk, *blind_domain;
};

static void look_done(struct look *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->v[i].name);
		free(l->v[i].backing);
	}
	free(l->v);
	free(l->blind_disk);
	free(l->blind_domain);
	hv_cleanup_pool(&l->pool);
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void need(const char *path, void *user)
{
	const char *name = base_name(path);
	struct look *l = user;

	for (size_t i = 0; i < l->n; i++) {
		if (strcmp(l->v[i].name, name) == 0)
			l->v[i].needed = true;
	}
}

/* "UUID-root.qcow2", and layers over it: ours by the form of the name. */
static bool is_ours(const char *name)
{
	char uuid[PAR_UUID_LEN], lower[PAR_UUID_LEN];

	if (hv_volume_is_ours(name))
		return true;
	snprintf(uuid, sizeof(uuid), "%s", name);
	return par_uuid_lower(uuid, lower) == 0 && strcmp(uuid, lower) == 0 &&
	       hv_volume_is_disk_of(name, lower);
}

/* The name of what a volume is made over, to *ret; 0 also when the volume has just gone. */
static int read_backing(virConnectPtr conn, virStorageVolPtr vol, char **ret,
			struct par_error **err)
{
	const char *name = virStorageVolGetName(vol);
	autofree char *xml = virStorageVolGetXMLDesc(vol, 0), *path = NULL;
	int r;

	if (!xml && hv_last_code_is(VIR_ERR_NO_STORAGE_VOL))
		return 0;
	if (!xml)
		return hv_fail(conn, err, "could not look at the volume \"%s\"", name);
	r = hv_volume_backing(xml, &path, err);
	if (r < 0 || !path)
		return r;
	*ret = strdup(base_name(path));
	return *ret ? 0 : par_oom(err);
}

static int add_volume(struct look *l, virStorageVolPtr vol, struct par_error **err)
{
	struct item *it = &l->v[l->n];
	virStorageVolInfo info;

	*it = (struct item){ .name = strdup(virStorageVolGetName(vol)) };
	if (!it->name)
		return par_oom(err);
	l->n++;
	it->ours = is_ours(it->name);
	if (virStorageVolGetInfo(vol, &info) == 0)
		it->bytes = info.allocation;
	return read_backing(l->conn, vol, &it->backing, err);
}

static int see_volume(struct look *l, virStorageVolPtr vol, struct par_error **err)
{
	autofree char *backing = NULL;
	int r = read_backing(l->conn, vol, &backing, err);

	if (backing)
		need(backing, l);
	return r;
}

static int see_volumes(struct look *l, virStorageVolPtr *vols, int n, bool own,
		       struct par_error **err)
{
	if (own) {
		l->v = calloc((size_t)n + 1, sizeof(*l->v));
		if (!l->v)
			return par_oom(err);
	}
	for (int i = 0; i < n; i++) {
		int r = own ? add_volume(l, vols[i], err) : see_volume(l, vols[i], err);

		if (r < 0)
			return r;
	}
	return 0;
}

/* Volumes of our pool become items; of other pools only what they are made over counts. */
static int see_pool(struct look *l, virStoragePoolPtr pool, bool own, struct par_error **err)
{
	virStorageVolPtr *vols = NULL;
	int n = virStoragePoolListAllVolumes(pool, &vols, 0), r;

	if (n < 0)
		return hv_fail(l->conn, err, "could not list the volumes of a storage pool");
	r = see_volumes(l, vols, n, own, err);
	for (int i = 0; i < n; i++)
		virStorageVolFree(vols[i]);
	free(vols);
	return r;
}

static int see_other_pool(struct look *l, virStoragePoolPtr pool, struct par_error **err)
{
	int r;

	if (strcmp(virStoragePoolGetName(pool), l->h->pool) == 0)
		return 0;
	r = hv_pool_refresh(l->conn, pool, err);
	return r < 0 ? r : see_pool(l, pool, false, err);
}

static int see_other_pools(struct look *l, struct par_error **err)
{
	virStoragePoolPtr *pools = NULL;
	int n = virConnectListAllStoragePools(l->conn, &pools,
					      VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE);
	int r = 0;

	if (n < 0)
		return hv_fail(l->conn, err, "could not list the storage pools");
	for (int i = 0; i < n && r >= 0; i++)
		r = see_other_pool(l, pools[i], err);
	for (int i = 0; i < n; i++)
		virStoragePoolFree(pools[i]);
	free(pools);
	return r;
}

/* A disk in no pool is a chain that nobody has looked at, unless it has the form that has none. */
static void see_disk(const char *file, const char *format, void *user)
{
	struct look *l = user;
	auto_volume vol = NULL;

	if (l->blind_disk || par_streq(format, "raw"))
		return;
	vol = virStorageVolLookupByPath(l->conn, file);
	if (!vol)
		l->blind_disk = strdup(file);
}

static int see_xml(struct look *l, const char *xml, struct par_error **err)
{
	return hv_xml_each_value(xml, need, l, err);
}

static int see_snapshot(struct look *l, virDomainSnapshotPtr snapshot, struct par_error **err)
{
	autofree char *xml = virDomainSnapshotGetXMLDesc(snapshot, 0);

	return xml ? see_xml(l, xml, err) : 0;
}

static int see_snapshots(struct look *l, virDomainPtr dom, struct par_error **err)
{
	virDomainSnapshotPtr *all = NULL;
	int n = virDomainListAllSnapshots(dom, &all, 0), r = 0;

	for (int i = 0; i < n && r >= 0; i++)
		r = see_snapshot(l, all[i], err);
	for (int i = 0; i < n; i++)
		virDomainSnapshotFree(all[i]);
	free(all);
	virResetLastError();
	return r;
}

static int see_domain(struct look *l, virDomainPtr dom, struct par_error **err)
{
	const char *name = virDomainGetName(dom);
	autofree char *now = NULL, *defined = NULL;
	char uuid[VIR_UUID_STRING_BUFLEN] = "";
	int r;

	virDomainGetUUIDString(dom, uuid);
	for (size_t i = 0; i < l->n; i++) {
		if (hv_volume_is_disk_of(l->v[i].name, uuid))
			l->v[i].needed = true;
	}
	now = virDomainGetXMLDesc(dom, 0);
	if (!now && hv_last_code_is(VIR_ERR_NO_DOMAIN))
		return 0;
	defined = now ? virDomainGetXMLDesc(dom, VIR_DOMAIN_XML_INACTIVE) : NULL;
	if (!defined)
		return hv_fail(l->conn, err, "could not read the domain \"%s\"", name);
	r = see_xml(l, now, err);
	if (r < 0)
		return r;
	r = see_xml(l, defined, err);
	if (r < 0)
		return r;
	r = hv_xml_each_disk(defined, see_disk, l, err);
	if (l->blind_disk && !l->blind_domain)
		l->blind_domain = strdup(name);
	if (r < 0)
		return r;
	return see_snapshots(l, dom, err);
}

static int see_domains(struct look *l, struct par_error **err)
{
	virDomainPtr *doms = NULL;
	int n = virConnectListAllDomains(l->conn, &doms, 0), r = 0;

	if (n < 0)
		return hv_fail(l->conn, err, "could not list the domains");
	for (int i = 0; i < n && r >= 0; i++)
		r = see_domain(l, doms[i], err);
	for (int i = 0; i < n; i++)
		virDomainFree(doms[i]);
	free(doms);
	return r;
}

static int keep_images(struct look *l, const struct hv_keep *keep, struct par_error **err)
{
	for (size_t i = 0; i < keep->n_images; i++) {
		for (int part = 0; part < FW_IMAGE_PARTS; part++) {
			autofree char *name = NULL;

			if (!keep->images[i].files[part].name)
				continue;
			name = hv_image_volume(&keep->images[i], (enum fw_image_part)part);
			if (!name)
				return par_oom(err);
			need(name, l);
		}
	}
	for (size_t i = 0; i < keep->uuids.n; i++) {
		char uuid[PAR_UUID_LEN];

		if (par_uuid_lower(keep->uuids.v[i], uuid) < 0)
			continue;
		for (size_t k = 0; k < l->n; k++) {
			if (hv_volume_is_disk_of(l->v[k].name, uuid))
				l->v[k].needed = true;
		}
	}
	return 0;
}

/* What is needed, or somebody else's, needs what it is made over; a file needs its mark. */
static void follow(struct look *l)
{
	static const char suffix[] = ".complete";
	size_t before = 0, after = 1;

	while (before != after) {
		before = after;
		after = 1;
		for (size_t i = 0; i < l->n; i++) {
			const struct item *it = &l->v[i];

			if ((it->needed || !it->ours) && it->backing)
				need(it->backing, l);
			after += it->needed;
		}
	}
	for (size_t i = 0; i < l->n; i++) {
		size_t len = strlen(l->v[i].name), tail = sizeof(suffix) - 1;

		for (size_t k = 0; len > tail && k < l->n; k++) {
			if (strcmp(l->v[i].name + len - tail, suffix) == 0 && l->v[k].needed &&
			    strlen(l->v[k].name) == len - tail &&
			    strncmp(l->v[i].name, l->v[k].name, len - tail) == 0)
				l->v[i].needed = true;
		}
	}
}

static int look(struct look *l, const struct hv_keep *keep, struct par_error **err)
{
	int r = hv_pool_open(l->h, l->conn, &l->pool, err);

	if (r < 0)
		return r;
	r = hv_pool_refresh(l->conn, l->pool, err);
	if (r < 0)
		return r;
	r = see_pool(l, l->pool, true, err);
	if (r < 0)
		return r;
	r = see_other_pools(l, err);
	if (r < 0)
		return r;
	r = see_domains(l, err);
	if (r < 0)
		return r;
	r = keep_images(l, keep, err);
	if (r < 0)
		return r;
	follow(l);
	return 0;
}

static int check_seen(const struct look *l, struct par_error **err)
{
	if (!l->blind_disk)
		return 0;
	return par_fail(
		err, PAR_E_BUSY, 0,
		"nothing is removed: the disk \"%s\" of the domain \"%s\" is in no storage pool, "
		"so that what it is made over is not known; define a pool for its folder",
		l->blind_disk, l->blind_domain ? l->blind_domain : "?");
}

static int remove_one(struct look *l, const struct item *it, struct par_error **err)
{
	auto_volume vol = virStorageVolLookupByName(l->pool, it->name);

	if (vol && virStorageVolDelete(vol, 0) == 0)
		return 0;
	if (hv_last_code_is(VIR_ERR_NO_STORAGE_VOL))
		return 0;
	return hv_fail(l->conn, err, "could not remove the volume \"%s\"", it->name);
}

static int take(struct look *l, bool remove, struct hv_unused *ret, struct par_error **err)
{
	ret->v = calloc(l->n + 1, sizeof(*ret->v));
	if (!ret->v)
		return par_oom(err);
	for (size_t i = 0; i < l->n; i++) {
		struct item *it = &l->v[i];
		int r = 0;

		if (!it->ours || it->needed)
			continue;
		if (remove)
			r = remove_one(l, it, err);
		if (r < 0)
			return r;
		ret->v[ret->n].name = take_ptr(it->name);
		ret->v[ret->n++].bytes = it->bytes;
	}
	return 0;
}

static int look_and_take(struct look *l, const struct hv_keep *keep, bool remove,
			 struct hv_unused *ret, struct par_error **err)
{
	int r = look(l, keep, err);

	if (r < 0)
		return r;
	if (remove)
		r = check_seen(l, err);
	if (r < 0)
		return r;
	return take(l, remove, ret, err);
}

int hv_libvirt_unused(struct hv *hv, const struct hv_keep *keep, bool remove, struct hv_unused *ret,
		      struct par_error **err)
{
	struct hv_libvirt *h = hv_libvirt_of(hv);
	struct look l = { .h = h };
	virConnectPtr conn;
	int r = hv_call_begin(h, &conn, err);

	if (r < 0)
		return r;
	l.conn = conn;
	/* No image is uploaded meanwhile. */
	pthread_mutex_lock(&h->upload);
	r = look_and_take(&l, keep, remove, ret, err);
	pthread_mutex_unlock(&h->upload);
	look_done(&l);
	hv_call_end(h, conn);
	return r;
}
