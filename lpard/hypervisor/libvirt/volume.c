/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Volumes as they are now.  libvirt keeps a list of a pool's volumes, and others put files into the
 * folder and take them away (backups, snapshots, a removed kernel).  So a volume that the list does
 * not have, or that cannot be read, is looked for once more when libvirt has looked into the folder
 * anew.
 */
#include "lpard/hypervisor/libvirt/libvirt_priv.h"
#include "lpard/hypervisor/libvirt/xml/xml.h"

#include <string.h>
#include <unistd.h>

/* libvirt refuses to look while it makes a volume, which takes it a moment. */
#define REFRESH_TRIES	 100
#define REFRESH_PAUSE_MS 100

/* Returns 1, 0: not in the list, or an error. */
static int look(virConnectPtr conn, virStorageVolPtr found, const char *what, virStorageVolPtr *ret,
		char **ret_xml, struct par_error **err)
{
	auto_volume vol = found;
	autofree char *xml = NULL;

	if (!vol && hv_last_code_is(VIR_ERR_NO_STORAGE_VOL))
		return 0;
	xml = vol ? virStorageVolGetXMLDesc(vol, 0) : NULL;
	if (!xml && hv_last_code_is(VIR_ERR_NO_STORAGE_VOL))
		return 0;
	if (!xml)
		return hv_fail(conn, err, "could not look at the volume \"%s\"", what);
	if (ret)
		*ret = take_ptr(vol);
	if (ret_xml)
		*ret_xml = take_ptr(xml);
	return 1;
}

int hv_pool_refresh(virConnectPtr conn, virStoragePoolPtr pool, struct par_error **err)
{
	const char *name = virStoragePoolGetName(pool);
	int tries = REFRESH_TRIES;

	while (virStoragePoolRefresh(pool, 0) < 0) {
		const char *why = virGetLastErrorMessage();

		if (!strstr(why, "asynchronous jobs") || --tries == 0)
			return hv_fail(conn, err, "could not look into the storage pool \"%s\"",
				       name);
		usleep(REFRESH_PAUSE_MS * 1000);
	}
	return 0;
}

int hv_volume_find(virConnectPtr conn, virStoragePoolPtr pool, const char *name,
		   virStorageVolPtr *ret, char **ret_xml, struct par_error **err)
{
	auto_error first = NULL;
	int refreshed,
		r = look(conn, virStorageVolLookupByName(pool, name), name, ret, ret_xml, &first);

	if (r > 0)
		return r;
	refreshed = hv_pool_refresh(conn, pool, r < 0 ? NULL : err);
	if (refreshed < 0) {
		if (r == 0)
			return refreshed;
		par_error_move(err, &first);
		return r;
	}
	return look(conn, virStorageVolLookupByName(pool, name), name, ret, ret_xml, err);
}

/* Other pools than ours: whose list lacks a file is not looked through again. */
int hv_volume_find_path(virConnectPtr conn, virStoragePoolPtr pool, const char *path,
			virStorageVolPtr *ret, char **ret_xml, struct par_error **err)
{
	autofree char *pool_xml = virStoragePoolGetXMLDesc(pool, 0), *pool_path = NULL;
	const char *name;

	if (!pool_xml)
		return hv_fail(conn, err, "could not read the storage pool");
	if (hv_xml_text(pool_xml, "target/path", &pool_path, err) < 0)
		return -EBADMSG;
	name = pool_path ? hv_volume_name(pool_path, path) : NULL;
	if (name)
		return hv_volume_find(conn, pool, name, ret, ret_xml, err);
	return look(conn, virStorageVolLookupByPath(conn, path), path, ret, ret_xml, err);
}

const char *hv_volume_name(const char *pool_path, const char *path)
{
	size_t len = strlen(pool_path);
	const char *name;

	if (strncmp(path, pool_path, len) != 0 || path[len] != '/')
		return NULL;
	name = path + len + 1;
	return *name && !strchr(name, '/') ? name : NULL;
}

int hv_volume_backing(const char *xml, char **ret, struct par_error **err)
{
	return hv_xml_text(xml, "backingStore/path", ret, err);
}
