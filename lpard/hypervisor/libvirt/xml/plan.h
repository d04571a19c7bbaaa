/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the domain of an LPAR is to be: made by a pure planner from the partition, its current
 * configuration, the firmware's plan and the names of the image's volumes; written as XML by
 * xml_write.c.  Nothing here talks to libvirt.
 */
#pragma once

#include "firmware/firmware.h"
#include "firmware/image.h"
#include "lpard/core/model/partition.h"
#include "lpard/hypervisor/hypervisor.h"

#define HV_MEMORY_SLOTS 32
#define HV_DISKS_MAX	2
#define HV_AGENT_PORT	"org.lpard.agent.0"
#define HV_METADATA_URI "https://lpard.org/xmlns/lpar/1"

struct hv_disk_plan {
	char *path;
	const char *format; /* said, never probed: "qcow2", "raw" */
	const char *target; /* "vda" */
	bool read_only;
};

struct hv_nic_plan {
	char mac[18]; /* 52:54:00:… */
	char *network;
};

struct hv_dimm_plan {
	uint64_t size_mib;
};

/* One part of the stored form: the partition itself, a profile, the current configuration. */
struct hv_stored_part {
	const char *element; /* "partition", "profile", "current" */
	struct par_attrs attrs;
};

struct hv_stored {
	struct hv_stored_part *v;
	size_t n;
};

struct hv_domain_plan {
	char *name;
	char uuid[PAR_UUID_LEN]; /* lower case */
	enum fw_accel accel;
	bool test_driver;   /* for test:///, which has neither processors nor machines */
	bool never_applied; /* a shell that only keeps the LPAR's name and profiles */
	uint64_t boot_mib;
	struct hv_dimm_plan dimms[HV_MEMORY_SLOTS];
	size_t n_dimms;
	uint64_t max_mib; /* 0: nothing can be plugged */
	unsigned int vcpus, vcpus_max;
	uint64_t quota_us; /* per HV_PERIOD_US for the whole guest; 0: none */
	uint64_t shares;
	struct fw_plan fw;
	char *kernel, *initrd; /* paths; NULL unless fw.direct */
	struct hv_disk_plan disks[HV_DISKS_MAX];
	size_t n_disks;
	struct hv_nic_plan *nics;
	size_t n_nics;
	struct hv_stored stored;
};

#define HV_PERIOD_US 100000

#define auto_domain_plan par_cleanup(hv_domain_plan_done) struct hv_domain_plan
#define auto_stored	 par_cleanup(hv_stored_done) struct hv_stored

/* What the planner must know of the machine. */
struct hv_plan_host {
	enum fw_accel accel;
	bool test_driver;
	const char *pool_path;
	const char *network;
	unsigned int without; /* fw_request.without */
	uint64_t mem_mib;     /* the machine's memory; 0: unknown */
};

/*
 * hv_plan_domain - what the domain of this definition is
 * Errors: PAR_E_INVALID_ARGUMENT (more DIMMs than slots, an unknown compatibility mode, a text that
 * XML cannot hold), PAR_E_NO_MEMORY.
 */
int hv_plan_domain(const struct hv_definition *d, const struct hv_plan_host *host,
		   struct hv_domain_plan *ret, struct par_error **err);
void hv_domain_plan_done(struct hv_domain_plan *p);

/*
 * hv_plan_dimms - memory between boot memory and what is wanted, in DIMMs of 256 MiB; or larger by
 * the smallest power of two with which the maximum, too, fits into the slots
 * Returns how many, or -E2BIG.
 */
int hv_plan_dimms(uint64_t boot_mib, uint64_t wanted_mib, uint64_t max_mib,
		  struct hv_dimm_plan dimms[HV_MEMORY_SLOTS]);

/* hv_plan_mac - the address of an adapter without one: the same each time, different per LPAR */
void hv_plan_mac(const char *uuid, uint32_t slot, char ret[18]);

/*
 * hv_plan_nics - the network adapters of the partition's current configuration
 * @ret		added to the plan; hv_domain_plan_done()
 */
int hv_plan_nics(const struct lpar_partition *part, const char *network, struct hv_domain_plan *p,
		 struct par_error **err);

/* The stored form of a whole partition, and back. */
int hv_stored_make(const struct lpar_partition *part, struct hv_stored *ret);
void hv_stored_done(struct hv_stored *s);
/* hv_stored_load - PAR_E_CORRUPT; the name and UUID are the caller's to set */
int hv_stored_load(unsigned int version, const struct hv_stored *s, struct lpar_partition **ret,
		   struct par_error **err);

/*
 * Names of volumes in the pool; owned by the caller, NULL when out of memory.
 * @n	of an LPAR's disk: 1 as a rule; more when a name was taken by half a disk, or by one that
 *	another is made over
 */
char *hv_image_volume(const struct fw_image *image, enum fw_image_part part);
char *hv_disk_volume(const char *uuid, unsigned int n);
#define HV_DISK_NAMES 99

/*
 * hv_volume_is_disk_of - is this a disk of the LPAR @uuid (lower case), or a layer that a snapshot
 * has put over it ("UUID-root.NAME")?
 */
bool hv_volume_is_disk_of(const char *name, const char *uuid);

/* hv_volume_is_image - could hv_image_volume() have made this name? */
bool hv_volume_is_image(const char *name);

/* hv_volume_is_ours - could the two above, or the mark of a finished upload, have this name? */
bool hv_volume_is_ours(const char *name);
