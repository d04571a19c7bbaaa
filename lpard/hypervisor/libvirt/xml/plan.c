/* SPDX-License-Identifier: Apache-2.0 */
/* From a partition to the plan of its domain: see plan.h. */
#include "lpard/hypervisor/libvirt/xml/plan.h"

#include "lpard/core/model/adapters.h"

#include <ctype.h>
#include <string.h>

static const char *const volume_suffixes[FW_IMAGE_PARTS] = {
	[FW_IMAGE_KERNEL] = "vmlinux",
	[FW_IMAGE_INITRD] = "initrd.img",
	[FW_IMAGE_ROOT] = "root.img",
	[FW_IMAGE_MEDIA] = "media.img",
};

char *hv_image_volume(const struct fw_image *image, enum fw_image_part part)
{
	return par_strdup_printf("%.12s-%s", image->files[part].sha256, volume_suffixes[part]);
}

/* "-root.qcow2", "-root-2.qcow2" */
static bool is_disk_suffix(const char *suffix)
{
	size_t digits;

	if (!par_starts_with(suffix, "-root"))
		return false;
	suffix += strlen("-root");
	if (*suffix == '-') {
		digits = strspn(suffix + 1, "0123456789");
		if (digits == 0 || digits > 2)
			return false;
		suffix += 1 + digits;
	}
	return strcmp(suffix, ".qcow2") == 0;
}

static bool is_disk_volume(const char *name)
{
	char uuid[PAR_UUID_LEN], lower[PAR_UUID_LEN];

	snprintf(uuid, sizeof(uuid), "%s", name);
	return par_uuid_lower(uuid, lower) == 0 && strcmp(uuid, lower) == 0 &&
	       is_disk_suffix(name + PAR_UUID_LEN - 1);
}

bool hv_volume_is_disk_of(const char *name, const char *uuid)
{
	const char *rest = name + PAR_UUID_LEN - 1;

	if (!par_starts_with(name, uuid))
		return false;
	return is_disk_suffix(rest) || (par_starts_with(rest, "-root.") && !strchr(rest, '/'));
}

/* What comes after the name of an image's file; NULL when @name does not begin with one. */
static const char *after_image(const char *name)
{
	const char *rest;

	if (strspn(name, "0123456789abcdef") != 12 || name[12] != '-')
		return NULL;
	rest = name + 13;
	for (size_t i = 0; i < FW_IMAGE_PARTS; i++) {
		if (par_starts_with(rest, volume_suffixes[i]))
			return rest + strlen(volume_suffixes[i]);
	}
	return NULL;
}

bool hv_volume_is_image(const char *name)
{
	return par_streq(after_image(name), "");
}

bool hv_volume_is_ours(const char *name)
{
	return is_disk_volume(name) || hv_volume_is_image(name) ||
	       par_streq(after_image(name), ".complete");
}

char *hv_disk_volume(const char *uuid, unsigned int n)
{
	if (n > 1)
		return par_strdup_printf("%s-root-%u.qcow2", uuid, n);
	return par_strdup_printf("%s-root.qcow2", uuid);
}

void hv_plan_mac(const char *uuid, uint32_t slot, char ret[18])
{
	uint8_t mac[6];

	lpar_adapter_mac(uuid, slot, mac);
	snprintf(ret, 18, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4],
		 mac[5]);
}

/* Most of the memory in DIMMs of one size; the rest is cut into smaller powers of two. */
static int try_unit(uint64_t unit, uint64_t extra, struct hv_dimm_plan *dimms)
{
	int n = 0;

	for (; unit >= LPAR_LMB_MIB; unit /= 2) {
		for (; extra >= unit; extra -= unit) {
			if (n == HV_MEMORY_SLOTS)
				return -E2BIG;
			dimms[n++].size_mib = unit;
		}
	}
	return n;
}

int hv_plan_dimms(uint64_t boot_mib, uint64_t wanted_mib, uint64_t max_mib,
		  struct hv_dimm_plan dimms[HV_MEMORY_SLOTS])
{
	uint64_t extra = wanted_mib > boot_mib ? wanted_mib - boot_mib : 0;
	uint64_t room = max_mib > boot_mib ? max_mib - boot_mib : 0;

	for (uint64_t unit = LPAR_LMB_MIB; unit <= UINT64_C(1) << 40; unit *= 2) {
		struct hv_dimm_plan full[HV_MEMORY_SLOTS];
		int n;

		if (try_unit(unit, room, full) < 0)
			continue;
		n = try_unit(unit, extra, dimms);
		if (n >= 0)
			return n;
	}
	return -E2BIG;
}

/*
 * No LPAR can grow beyond the machine, whatever its profile says, and qemu makes an object for each
 * region that could be plugged: 9 TiB of them took it seven minutes.
 */
static int plan_memory(const struct lpar_current *c, uint64_t machine_mib, struct hv_domain_plan *p,
		       struct par_error **err)
{
	uint64_t machine = machine_mib / LPAR_LMB_MIB * LPAR_LMB_MIB;
	uint64_t max = c->profile.max_mem_mib;
	int n;

	if (machine && max > machine)
		max = machine;
	p->boot_mib = c->profile.min_mem_mib;
	if (p->boot_mib > c->mem_mib)
		p->boot_mib = c->mem_mib;
	if (max < c->mem_mib)
		max = c->mem_mib;
	n = hv_plan_dimms(p->boot_mib, c->mem_mib, max, p->dimms);
	if (n < 0)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"%llu MB of memory over a minimum of %llu MB do not fit into %d "
				"memory slots; raise min_mem",
				(unsigned long long)c->mem_mib, (unsigned long long)p->boot_mib,
				HV_MEMORY_SLOTS);
	p->n_dimms = (size_t)n;
	p->max_mib = max > p->boot_mib ? max : 0;
	return 0;
}

/*
 * Entitlement as libvirt can say it: shares weigh LPARs against each other when the machine is
 * full (1,024 a processor; uncapped ones scaled by their weight, 128 being neutral), and a quota
 * over the whole guest holds a capped one to its units.  Weight 0 means capped on the HMC too.
 */
static void plan_processors(const struct lpar_current *c, struct hv_domain_plan *p)
{
	const struct lpar_profile *f = &c->profile;
	uint64_t units = c->proc_units_x100;

	p->vcpus = c->procs ? c->procs : 1;
	p->vcpus_max = f->max_procs > p->vcpus ? f->max_procs : p->vcpus;
	if (f->proc_mode == LPAR_PROC_DEDICATED) {
		p->shares = UINT64_C(1024) * p->vcpus;
		return;
	}
	p->shares = units * 1024 / 100;
	if (f->sharing_mode == LPAR_SHARING_UNCAP && f->uncap_weight > 0)
		p->shares = p->shares * f->uncap_weight / 128;
	else
		p->quota_us = units * HV_PERIOD_US / 100;
	if (p->shares < 2)
		p->shares = 2;
	if (p->shares > 262144)
		p->shares = 262144;
}

/* @path is taken over, NULL when memory was short */
static int add_disk(struct hv_domain_plan *p, char *path, const char *format, bool read_only)
{
	static const char *const targets[HV_DISKS_MAX] = { "vda", "vdb" };
	struct hv_disk_plan *d = &p->disks[p->n_disks];

	if (!path)
		return -ENOMEM;
	d->path = path;
	d->format = format;
	d->target = targets[p->n_disks++];
	d->read_only = read_only;
	return 0;
}

static char *volume_path(const struct fw_image *image, enum fw_image_part part, const char *pool)
{
	autofree char *name = hv_image_volume(image, part);

	return name ? par_strdup_printf("%s/%s", pool, name) : NULL;
}

static char *disk_path(const struct hv_definition *d, const char *uuid, const char *pool)
{
	autofree char *name = NULL;

	if (d->disk)
		return strdup(d->disk);
	name = hv_disk_volume(uuid, 1);
	return name ? par_strdup_printf("%s/%s", pool, name) : NULL;
}

static int plan_image(const struct hv_definition *d, const struct hv_plan_host *host,
		      struct hv_domain_plan *p)
{
	const struct fw_image *image = d->image;
	int r = 0;

	if (!image)
		return 0;
	if (p->fw.direct) {
		p->kernel = volume_path(image, FW_IMAGE_KERNEL, host->pool_path);
		if (!p->kernel)
			return -ENOMEM;
	}
	if (p->fw.direct && image->files[FW_IMAGE_INITRD].name) {
		p->initrd = volume_path(image, FW_IMAGE_INITRD, host->pool_path);
		if (!p->initrd)
			return -ENOMEM;
	}
	if (image->files[FW_IMAGE_ROOT].name)
		r = add_disk(p, disk_path(d, p->uuid, host->pool_path), "qcow2", false);
	if (r < 0)
		return r;
	if (image->files[FW_IMAGE_MEDIA].name)
		r = add_disk(p, volume_path(image, FW_IMAGE_MEDIA, host->pool_path), "raw", true);
	return r;
}

static void put_mac(const struct lpar_adapter *a, const char *uuid, char ret[18])
{
	const char *m = a->mac_addr;

	if (!m || strlen(m) != 12) {
		hv_plan_mac(uuid, a->slot, ret);
		return;
	}
	for (int i = 0; i < 6; i++)
		snprintf(ret + 3 * i, (size_t)(18 - 3 * i), "%c%c%s",
			 tolower((unsigned char)m[2 * i]), tolower((unsigned char)m[2 * i + 1]),
			 i < 5 ? ":" : "");
}

int hv_plan_nics(const struct lpar_partition *part, const char *network, struct hv_domain_plan *p,
		 struct par_error **err)
{
	auto_adapters eth = { 0 };
	int r;

	if (!part->current)
		return 0;
	r = lpar_adapters_parse(LPAR_ADAPTER_ETH, part->current->profile.virtual_eth_adapters, &eth,
				err);
	if (r < 0)
		return r;
	if (eth.n == 0)
		return 0;
	p->nics = calloc(eth.n, sizeof(*p->nics));
	if (!p->nics)
		return par_oom(err);
	for (size_t i = 0; i < eth.n; i++) {
		struct hv_nic_plan *nic = &p->nics[p->n_nics++];

		put_mac(&eth.v[i], p->uuid, nic->mac);
		nic->network = strdup(network);
		if (!nic->network)
			return par_oom(err);
	}
	return 0;
}

/* Everything that needs a current configuration. */
static int plan_resources(const struct hv_definition *d, const struct hv_plan_host *host,
			  struct hv_domain_plan *p, struct par_error **err)
{
	const struct lpar_current *c = d->part->current;
	struct fw_request rq = {
		.accel = host->accel,
		.boot_mode = d->boot_mode,
		.compat_mode = c ? c->profile.proc_compat_mode : NULL,
		.name = d->part->name,
		.id = d->part->id,
		.image = c ? d->image : NULL,
		.without = host->without,
	};
	int r;

	if (c) {
		r = hv_plan_nics(d->part, host->network, p, err);
		if (r < 0)
			return r;
		r = plan_memory(c, host->mem_mib, p, err);
		if (r < 0)
			return r;
		plan_processors(c, p);
	} else {
		p->never_applied = true;
		p->boot_mib = LPAR_LMB_MIB;
		p->vcpus = p->vcpus_max = 1;
		p->shares = 2;
	}
	rq.has_eth = p->n_nics > 0;
	r = fw_plan_make(&rq, &p->fw, err);
	if (r < 0)
		return r;
	if (c && plan_image(d, host, p) < 0)
		return par_oom(err);
	return 0;
}

int hv_plan_domain(const struct hv_definition *d, const struct hv_plan_host *host,
		   struct hv_domain_plan *ret, struct par_error **err)
{
	auto_domain_plan p = { .accel = host->accel, .test_driver = host->test_driver };
	int r;

	if (par_uuid_lower(d->part->uuid, p.uuid) < 0)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "\"%s\" is not a UUID",
				d->part->uuid);
	p.name = strdup(d->part->name);
	if (!p.name || hv_stored_make(d->part, &p.stored) < 0)
		return par_oom(err);
	r = plan_resources(d, host, &p, err);
	if (r < 0)
		return r;
	*ret = p;
	p = (struct hv_domain_plan){ 0 };
	return 0;
}

void hv_domain_plan_done(struct hv_domain_plan *p)
{
	free(p->name);
	fw_plan_done(&p->fw);
	free(p->kernel);
	free(p->initrd);
	for (size_t i = 0; i < p->n_disks; i++)
		free(p->disks[i].path);
	for (size_t i = 0; i < p->n_nics; i++)
		free(p->nics[i].network);
	free(p->nics);
	hv_stored_done(&p->stored);
	*p = (struct hv_domain_plan){ 0 };
}
