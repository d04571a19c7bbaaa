/* SPDX-License-Identifier: Apache-2.0 */
/* The storage pool.  Everything goes through libvirt, never by path. */
#include "lpard/hypervisor/libvirt/libvirt_priv.h"
#include "lpard/hypervisor/libvirt/xml/xml.h"

#include <string.h>

/* Without storage (test:///default has its own pools) the configured path is as good as any. */
int hv_pool_path(struct hv_libvirt *h, virConnectPtr conn, char **ret, struct par_error **err)
{
	virStoragePoolPtr pool;
	autofree char *xml = NULL, *path = NULL;

	pthread_mutex_lock(&h->lock);
	path = h->pool_target ? strdup(h->pool_target) : NULL;
	pthread_mutex_unlock(&h->lock);
	if (!path) {
		pool = virStoragePoolLookupByName(conn, h->pool);
		xml = pool ? virStoragePoolGetXMLDesc(pool, 0) : NULL;
		if (pool)
			virStoragePoolFree(pool);
		virResetLastError();
		if (xml && hv_xml_text(xml, "target/path", &path, err) < 0)
			return -EBADMSG;
		if (path) {
			pthread_mutex_lock(&h->lock);
			free(h->pool_target);
			h->pool_target = strdup(path);
			pthread_mutex_unlock(&h->lock);
		} else {
			path = strdup(h->pool_path);
		}
	}
	if (!path)
		return par_oom(err);
	*ret = take_ptr(path);
	return 0;
}

static virStoragePoolPtr make_pool(struct hv_libvirt *h, virConnectPtr conn, struct par_error **err)
{
	autofree char *xml = NULL;
	virStoragePoolPtr pool;

	if (hv_xml_pool(h->pool, h->pool_path, &xml, err) < 0)
		return NULL;
	pool = virStoragePoolDefineXML(conn, xml, 0);
	if (!pool)
		hv_fail(conn, err, "could not define the storage pool \"%s\"", h->pool);
	return pool;
}

int hv_pool_open(struct hv_libvirt *h, virConnectPtr conn, virStoragePoolPtr *ret,
		 struct par_error **err)
{
	auto_pool pool = virStoragePoolLookupByName(conn, h->pool);

	if (!pool)
		pool = make_pool(h, conn, err);
	if (!pool)
		return -EIO;
	if (virStoragePoolIsActive(pool) != 1) {
		/* Building a folder that exists is fine; another thread or program may have been
		 * faster. */
		if (virStoragePoolBuild(pool, 0) < 0)
			virResetLastError();
		if (virStoragePoolCreate(pool, 0) < 0) {
			int r = hv_fail(conn, err, "could not start the storage pool \"%s\"",
					h->pool);

			if (virStoragePoolIsActive(pool) != 1)
				return r;
			par_error_free(err);
		}
		if (virStoragePoolSetAutostart(pool, 1) < 0)
			virResetLastError();
	}
	*ret = take_ptr(pool);
	return 0;
}

int hv_pool_available(virConnectPtr conn, virStoragePoolPtr pool, uint64_t *ret,
		      struct par_error **err)
{
	virStoragePoolInfo info;
	int r = hv_pool_refresh(conn, pool, err);

	if (r < 0)
		return r;
	if (virStoragePoolGetInfo(pool, &info) < 0)
		return hv_fail(conn, err, "could not look at the storage pool");
	*ret = info.available;
	return 0;
}

int hv_pool_check_room(virConnectPtr conn, virStoragePoolPtr pool, const char *name, uint64_t bytes,
		       struct par_error **err)
{
	uint64_t available = 0;

	/* A pool that cannot be asked says so when it is used. */
	if (hv_pool_available(conn, pool, &available, NULL) < 0 ||
	    available >= bytes + HV_POOL_FULL)
		return 0;
	return par_fail(err, PAR_E_NO_SPACE, ENOSPC,
			"no space is left in the storage pool for \"%s\", which needs %llu MiB: "
			"%llu MiB are free",
			name, (unsigned long long)((bytes + HV_MIB - 1) / HV_MIB),
			(unsigned long long)(available / HV_MIB));
}

/* Does any LPAR exist?  Then the pool may be in use. */
static int check_unused(struct hv *hv, struct par_error **err)
{
	auto_hv_records all = { 0 };
	int r = hv_libvirt_list(hv, &all, err);

	if (r < 0)
		return r;
	if (all.n > 0 || all.damaged > 0)
		return par_fail(err, PAR_E_BUSY, 0, "LPARs that are still there: %zu",
				all.n + all.damaged);
	return 0;
}

static int remove_each(virConnectPtr conn, virStorageVolPtr *vols, int n, struct par_error **err)
{
	for (int i = 0; i < n; i++) {
		const char *name = virStorageVolGetName(vols[i]);

		if (hv_volume_is_ours(name) && virStorageVolDelete(vols[i], 0) < 0)
			return hv_fail(conn, err, "could not remove the volume \"%s\"", name);
	}
	return 0;
}

/* Removes our volumes and counts other people's, after libvirt has looked at the folder anew. */
static int remove_volumes(virConnectPtr conn, virStoragePoolPtr pool, size_t *ret_foreign,
			  struct par_error **err)
{
	virStorageVolPtr *vols = NULL;
	int n, r;

	if (virStoragePoolRefresh(pool, 0) < 0)
		return hv_fail(conn, err, "could not look into the storage pool");
	n = virStoragePoolListAllVolumes(pool, &vols, 0);
	if (n < 0)
		return hv_fail(conn, err, "could not list the volumes");
	*ret_foreign = 0;
	for (int i = 0; i < n; i++)
		*ret_foreign += !hv_volume_is_ours(virStorageVolGetName(vols[i]));
	r = remove_each(conn, vols, n, err);
	for (int i = 0; i < n; i++)
		virStorageVolFree(vols[i]);
	free(vols);
	return r;
}

static int pool_remove(struct hv_libvirt *h, virConnectPtr conn, struct par_error **err)
{
	auto_pool pool = virStoragePoolLookupByName(conn, h->pool);
	size_t foreign = 0;
	int r;

	if (!pool && hv_last_code_is(VIR_ERR_NO_STORAGE_POOL))
		return 0;
	if (!pool)
		return hv_fail(conn, err, "could not find the storage pool \"%s\"", h->pool);
	if (virStoragePoolIsActive(pool) != 1 && virStoragePoolCreate(pool, 0) < 0)
		virResetLastError(); /* its folder is gone: then only the definition is left */
	if (virStoragePoolIsActive(pool) == 1) {
		r = remove_volumes(conn, pool, &foreign, err);
		if (r < 0 || foreign > 0)
			return r;
		if (virStoragePoolDestroy(pool) < 0)
			return hv_fail(conn, err, "could not stop the storage pool \"%s\"",
				       h->pool);
		if (virStoragePoolDelete(pool, 0) < 0)
			virResetLastError(); /* somebody else's files are in the folder */
	}
	if (virStoragePoolUndefine(pool) < 0)
		return hv_fail(conn, err, "could not remove the storage pool \"%s\"", h->pool);
	pthread_mutex_lock(&h->lock);
	free(h->pool_target);
	h->pool_target = NULL;
	pthread_mutex_unlock(&h->lock);
	return 0;
}

int hv_libvirt_pool_remove(struct hv *hv, struct par_error **err)
{
	struct hv_libvirt *h = hv_libvirt_of(hv);
	virConnectPtr conn;
	int r = check_unused(hv, err);

	if (r < 0)
		return r;
	r = hv_call_begin(h, &conn, err);
	if (r < 0)
		return r;
	r = pool_remove(h, conn, err);
	hv_call_end(h, conn);
	return r;
}
