/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The LPARs' own disks.  Everything goes through libvirt, never by path.
 *
 * Nothing that stands in a disk's place is removed or replaced on the way to an activation. libvirt
 * cannot rename a volume; so it is the domain's definition that makes a volume an LPAR's disk, by
 * naming it, and one whose making was cut off keeps its name and is passed over.
 */
#include "lpard/hypervisor/libvirt/libvirt_priv.h"
#include "lpard/hypervisor/libvirt/xml/xml.h"

#include <string.h>

#define CHAIN_MAX 64 /* disks over disks; libvirt itself takes 200 */

/* A disk that is looked for, or made. */
struct search {
	struct hv_libvirt *h;
	virConnectPtr conn;
	virStoragePoolPtr pool;
	const char *pool_path;
	char uuid[PAR_UUID_LEN]; /* lower case */
	const struct fw_image *image;
	uint64_t size_mib;
	enum hv_disk_wish wish;
};

/* What is known of a disk must be so of each one under it. */
static int check_chain(const struct search *s, char *xml, struct par_error **err)
{
	autofree char *at = xml;

	for (int i = 0; i < CHAIN_MAX; i++) {
		autofree char *path = NULL;
		const char *name;
		int r = hv_volume_backing(at, &path, err);

		if (r < 0 || !path)
			return r;
		free(at);
		at = NULL;
		name = hv_volume_name(s->pool_path, path);
		if (name && hv_volume_is_image(name)) {
			pthread_mutex_lock(&s->h->upload);
			r = hv_image_check(s->conn, s->pool, name, NULL, err);
			pthread_mutex_unlock(&s->h->upload);
			if (r < 0)
				return r;
		}
		r = hv_volume_find_path(s->conn, s->pool, path, NULL, &at, err);
		if (r < 0)
			return r;
		if (r == 0 && name)
			return par_fail(
				err, PAR_E_NOT_FOUND, 0,
				"the disk \"%s\", over which the LPAR's is made, is not there",
				path);
		if (r == 0)
			return 0; /* in no pool: libvirt will say */
	}
	return par_fail(err, PAR_E_CORRUPT, 0, "the disk is made over more than %d others",
			CHAIN_MAX);
}

/*
 * The disk that the definition names, if it names one.
 * Returns 1 with its path, 2 when it names something that is not a file of ours to look at (a block
 * device, a file elsewhere), 0 when it names none.
 */
static int named_disk(const struct search *s, char **ret_path, struct par_error **err)
{
	auto_domain dom = virDomainLookupByUUIDString(s->conn, s->uuid);
	autofree char *xml = NULL;
	bool there = false;
	int r;

	if (!dom && hv_last_code_is(VIR_ERR_NO_DOMAIN))
		return 0;
	xml = dom ? virDomainGetXMLDesc(dom, VIR_DOMAIN_XML_INACTIVE) : NULL;
	if (!xml)
		return hv_fail(s->conn, err, "could not read the LPAR %s", s->uuid);
	r = hv_xml_disk(xml, "vda", &there, ret_path, err);
	if (r < 0 || !there)
		return r;
	return *ret_path && hv_volume_name(s->pool_path, *ret_path) ? 1 : 2;
}

static char *path_in_pool(const struct search *s, const char *name)
{
	return par_strdup_printf("%s/%s", s->pool_path, name);
}

/* Is what libvirt sees in a volume a disk, and not half of one? */
static int check_format(const struct search *s, const char *xml, bool *ret_whole,
			struct par_error **err)
{
	autofree char *format = NULL, *backing = NULL;
	int r = hv_xml_attribute(xml, "target/format", "type", &format, err);

	if (r < 0)
		return r;
	r = hv_volume_backing(xml, &backing, err);
	if (r < 0)
		return r;
	*ret_whole = par_streq(format, "qcow2") && (backing || s->wish != HV_DISK_AGAIN);
	return 0;
}

/* Makes the volume.  Returns 1, 0 when a file of that name is there after all, or an error. */
static int make_disk(const struct search *s, const char *name, struct par_error **err)
{
	autofree char *base = hv_image_volume(s->image, FW_IMAGE_ROOT), *backing = NULL,
		      *xml = NULL;
	uint64_t size = s->size_mib * 1024 * 1024;
	auto_volume vol = NULL;
	auto_error why = NULL;
	int r;

	if (size < s->image->files[FW_IMAGE_ROOT].size)
		size = s->image->files[FW_IMAGE_ROOT].size;
	backing = base ? path_in_pool(s, base) : NULL;
	if (!backing)
		return par_oom(err);
	r = hv_xml_volume(name, size, "qcow2", backing, &xml, err);
	if (r < 0)
		return r;
	vol = virStorageVolCreateXML(s->pool, xml, 0);
	if (vol)
		return 1;
	r = hv_fail(s->conn, &why, "could not make the disk \"%s\"", name);
	/* libvirt does not write over a file that it did not know of. */
	if (hv_volume_find(s->conn, s->pool, name, NULL, NULL, NULL) == 1)
		return 0;
	par_error_move(err, &why);
	return r;
}

/* The volume in the list as it is: a file that the list lacks is met when one is to be made. */
static int listed(const struct search *s, const char *name, char **ret_xml, struct par_error **err)
{
	auto_volume vol = virStorageVolLookupByName(s->pool, name);

	if (!vol && hv_last_code_is(VIR_ERR_NO_STORAGE_VOL))
		return 0;
	return hv_volume_find(s->conn, s->pool, name, NULL, ret_xml, err);
}

/*
 * One name that the disk may have.
 * Returns 1: that is it; 0: the name is taken by something that is not to be used.
 */
static int try_name(const struct search *s, const char *name, struct par_error **err)
{
	autofree char *xml = NULL;
	bool whole = false;
	int r, found = listed(s, name, &xml, err);

	if (found < 0)
		return found;
	if (!found) {
		r = make_disk(s, name, err);
		if (r != 0)
			return r;
		r = hv_volume_find(s->conn, s->pool, name, NULL, &xml, err);
		if (r == 0)
			return par_fail(err, PAR_E_BUSY, 0, "the disk \"%s\" comes and goes", name);
		if (r < 0)
			return r;
	}
	if (s->wish == HV_DISK_NEW)
		return 0;
	r = check_format(s, xml, &whole, err);
	if (r < 0)
		return r;
	if (whole) {
		r = check_chain(s, take_ptr(xml), err);
		return r < 0 ? r : 1;
	}
	if (s->wish == HV_DISK_AGAIN)
		return 0;
	return par_fail(
		err, PAR_E_CORRUPT, 0,
		"the volume \"%s\" stands in the place of the disk and is not a qcow2 disk; "
		"put the disk there or remove the volume",
		name);
}

static int use_or_make(const struct search *s, char **ret_path, struct par_error **err)
{
	for (unsigned int n = 1; n <= HV_DISK_NAMES; n++) {
		autofree char *name = hv_disk_volume(s->uuid, n);
		int r = name ? try_name(s, name, err) : par_oom(err);

		if (r < 0)
			return r;
		if (r == 0)
			continue;
		*ret_path = path_in_pool(s, name);
		return *ret_path ? 0 : par_oom(err);
	}
	return par_fail(err, PAR_E_EXISTS, 0, "all names for the disk of %s are taken", s->uuid);
}

static int missing(const char *path, struct par_error **err)
{
	return par_fail(err, PAR_E_NOT_FOUND, 0, "the disk \"%s\" of the LPAR is not there", path);
}

/* The disk that was made, or that the definition names, is there, or the activation fails. */
static int use_named(const struct search *s, char *path, char **ret_path, struct par_error **err)
{
	autofree char *named = path, *usual_name = hv_disk_volume(s->uuid, 1), *xml = NULL;
	autofree char *usual = usual_name ? path_in_pool(s, usual_name) : NULL;
	bool first = s->wish == HV_DISK_FIRST || s->wish == HV_DISK_AGAIN;
	int r;

	if (!usual)
		return par_oom(err);
	/* Applying a profile names a disk before one is made. */
	if (first && (!named || strcmp(named, usual) == 0))
		return use_or_make(s, ret_path, err);
	if (!named)
		named = take_ptr(usual);
	r = hv_volume_find_path(s->conn, s->pool, named, NULL, &xml, err);
	if (r < 0)
		return r;
	if (s->wish == HV_DISK_NEW)
		return r == 0 ? use_or_make(s, ret_path, err)
			      : par_fail(err, PAR_E_WRONG_STATE, 0,
					 "the disk \"%s\" of the LPAR is there", named);
	if (r == 0)
		return missing(named, err);
	r = check_chain(s, take_ptr(xml), err);
	if (r < 0)
		return r;
	*ret_path = take_ptr(named);
	return 0;
}

static int find_disk(const struct search *s, char **ret_path, struct par_error **err)
{
	autofree char *named = NULL;
	int r = named_disk(s, &named, err);

	if (r < 0)
		return r;
	if (r != 2)
		return use_named(s, take_ptr(named), ret_path, err);
	/* Somebody has given the LPAR another disk, of which libvirt will say when it is missing.
	 */
	if (s->wish == HV_DISK_NEW)
		return par_fail(err, PAR_E_WRONG_STATE, 0,
				"the disk of the LPAR is not in lpard's storage pool");
	return 0;
}

static int disk_ensure(struct search *s, const char *uuid, char **ret_path, struct par_error **err)
{
	autofree char *pool_path = NULL;
	auto_pool pool = NULL;
	int r;

	*ret_path = NULL;
	if (!s->image->files[FW_IMAGE_ROOT].name)
		return 0;
	if (par_uuid_lower(uuid, s->uuid) < 0)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "\"%s\" is not a UUID", uuid);
	r = hv_pool_open(s->h, s->conn, &pool, err);
	if (r < 0)
		return r;
	r = hv_pool_path(s->h, s->conn, &pool_path, err);
	if (r < 0)
		return r;
	s->pool = pool;
	s->pool_path = pool_path;
	r = find_disk(s, ret_path, err);
	s->pool = NULL;
	s->pool_path = NULL;
	return r;
}

int hv_libvirt_disk_ensure(struct hv *hv, const char *uuid, const struct fw_image *image,
			   uint64_t size_mib, enum hv_disk_wish wish, char **ret_path,
			   struct par_error **err)
{
	struct hv_libvirt *h = hv_libvirt_of(hv);
	struct search s = { .h = h, .image = image, .size_mib = size_mib, .wish = wish };
	int r = hv_call_begin(h, &s.conn, err);

	if (r < 0)
		return r;
	r = disk_ensure(&s, uuid, ret_path, err);
	hv_call_end(h, s.conn);
	return r;
}

struct volumes {
	virStorageVolPtr *v;
	int n;
};

static void volumes_done(struct volumes *l)
{
	for (int i = 0; i < l->n; i++)
		virStorageVolFree(l->v[i]);
	free(l->v);
	*l = (struct volumes){ 0 };
}

static int list_volumes(const struct search *s, struct volumes *ret, struct par_error **err)
{
	ret->n = virStoragePoolListAllVolumes(s->pool, &ret->v, 0);
	if (ret->n >= 0)
		return 0;
	ret->n = 0;
	return hv_fail(s->conn, err, "could not list the volumes");
}

/* A layer that virsh has put over the disk is in libvirt's list when libvirt has looked again. */
static int see_layers(const struct search *s, struct par_error **err)
{
	autofree char *path = NULL;
	const char *name;
	int r = named_disk(s, &path, err);

	if (r < 0)
		return r;
	name = path ? hv_volume_name(s->pool_path, path) : NULL;
	if (!name || !hv_volume_is_disk_of(name, s->uuid))
		return 0;
	r = hv_volume_find(s->conn, s->pool, name, NULL, NULL, err);
	return r < 0 ? r : 0;
}

/* Does a volume that is not the LPAR's need one that is? */
static int check_unneeded(const struct search *s, const struct volumes *l, struct par_error **err)
{
	for (int i = 0; i < l->n; i++) {
		const char *name = virStorageVolGetName(l->v[i]), *base;
		autofree char *xml = NULL, *path = NULL;
		int r;

		if (hv_volume_is_disk_of(name, s->uuid) || hv_volume_is_ours(name))
			continue; /* lpard makes disks over images only */
		xml = virStorageVolGetXMLDesc(l->v[i], 0);
		if (!xml && hv_last_code_is(VIR_ERR_NO_STORAGE_VOL))
			continue; /* it has just gone */
		if (!xml)
			return hv_fail(s->conn, err, "could not look at the volume \"%s\"", name);
		r = hv_volume_backing(xml, &path, err);
		if (r < 0)
			return r;
		base = path ? hv_volume_name(s->pool_path, path) : NULL;
		if (base && hv_volume_is_disk_of(base, s->uuid))
			return par_fail(err, PAR_E_BUSY, 0,
					"the volume \"%s\" is made over the disk \"%s\"", name,
					base);
	}
	return 0;
}

struct user {
	const struct search *search;
	bool found;
};

static void find_volume(const char *value, void *opaque)
{
	const char *slash = strrchr(value, '/');
	struct user *u = opaque;

	if (hv_volume_is_disk_of(slash ? slash + 1 : value, u->search->uuid))
		u->found = true;
}

/* Does another domain, an LPAR or not, have one of the disks? */
static int check_no_user(const struct search *s, virDomainPtr dom, struct par_error **err)
{
	const char *name = virDomainGetName(dom);
	struct user u = { .search = s };
	char uuid[VIR_UUID_STRING_BUFLEN] = "";
	autofree char *xml = NULL;
	int r;

	if (virDomainGetUUIDString(dom, uuid) == 0 && strcmp(uuid, s->uuid) == 0)
		return 0;
	xml = virDomainGetXMLDesc(dom, VIR_DOMAIN_XML_INACTIVE);
	if (!xml && hv_last_code_is(VIR_ERR_NO_DOMAIN))
		return 0;
	if (!xml)
		return hv_fail(s->conn, err, "could not read the domain \"%s\"", name);
	r = hv_xml_each_value(xml, find_volume, &u, err);
	if (r < 0 || !u.found)
		return r;
	return par_fail(err, PAR_E_BUSY, 0, "the domain \"%s\" has the disk of the LPAR, too",
			name);
}

static int check_no_users(const struct search *s, struct par_error **err)
{
	virDomainPtr *doms = NULL;
	int n = virConnectListAllDomains(s->conn, &doms, 0), r = 0;

	if (n < 0)
		return hv_fail(s->conn, err, "could not list the domains");
	for (int i = 0; i < n && r >= 0; i++)
		r = check_no_user(s, doms[i], err);
	for (int i = 0; i < n; i++)
		virDomainFree(doms[i]);
	free(doms);
	return r;
}

static int remove_volumes(const struct search *s, const struct volumes *l, struct par_error **err)
{
	for (int i = 0; i < l->n; i++) {
		const char *name = virStorageVolGetName(l->v[i]);

		if (hv_volume_is_disk_of(name, s->uuid) && virStorageVolDelete(l->v[i], 0) < 0 &&
		    !hv_last_code_is(VIR_ERR_NO_STORAGE_VOL))
			return hv_fail(s->conn, err, "could not remove the disk \"%s\"", name);
	}
	return 0;
}

/* All that it finds out comes before the first volume is removed. */
static int remove_layers(struct search *s, struct par_error **err)
{
	struct volumes all par_cleanup(volumes_done) = { 0 };
	int r = see_layers(s, err);

	if (r < 0)
		return r;
	r = list_volumes(s, &all, err);
	if (r < 0)
		return r;
	r = check_unneeded(s, &all, err);
	if (r < 0)
		return r;
	r = check_no_users(s, err);
	if (r < 0)
		return r;
	return remove_volumes(s, &all, err);
}

static int disk_remove(struct search *s, const char *uuid, struct par_error **err)
{
	autofree char *pool_path = NULL;
	auto_pool pool = NULL;
	int r;

	if (par_uuid_lower(uuid, s->uuid) < 0)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "\"%s\" is not a UUID", uuid);
	if (s->h->test_driver)
		return 0; /* there are no disks */
	r = hv_pool_open(s->h, s->conn, &pool, err);
	if (r < 0)
		return r;
	r = hv_pool_path(s->h, s->conn, &pool_path, err);
	if (r < 0)
		return r;
	s->pool = pool;
	s->pool_path = pool_path;
	r = remove_layers(s, err);
	s->pool = NULL;
	s->pool_path = NULL;
	return r;
}

int hv_libvirt_disk_remove(struct hv *hv, const char *uuid, struct par_error **err)
{
	struct hv_libvirt *h = hv_libvirt_of(hv);
	struct search s = { .h = h };
	int r = hv_call_begin(h, &s.conn, err);

	if (r < 0)
		return r;
	r = disk_remove(&s, uuid, err);
	hv_call_end(h, s.conn);
	return r;
}
