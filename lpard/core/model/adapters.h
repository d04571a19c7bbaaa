/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Virtual adapters of a profile: elements of slash-separated fields, as on IBM's page of mksyscfg.
 * A profile keeps the text as it was entered; these functions check it, give a planner its parts,
 * and write an element as the HMC lists it: with its defaults, and the remote partition by id and
 * name, whichever was given.
 */
#pragma once

#include "lpard/common/error.h"
#include "lpard/common/str.h"

enum lpar_adapter_kind {
	LPAR_ADAPTER_ETH,  /* slot/ieee/pvid/[vlans]/[trunk]/required[/[vswitch]/[mac]/[macs]/[qos]]
			    */
	LPAR_ADAPTER_SCSI, /* slot/type/[remote-id]/[remote-name]/[remote-slot]/required */
	LPAR_ADAPTER_SERIAL, /* slot/type/hmc/[remote-id]/[remote-name]/[remote-slot]/required */
	LPAR_ADAPTER_FC, /* slot/type/remote-id/[remote-name]/remote-slot/[wwpn,wwpn]/required */
	LPAR_ADAPTER_IO, /* drc_index/pool|none/required */
};

/* One adapter; what its kind has not is 0, -1 or NULL.  Strings owned. */
struct lpar_adapter {
	uint32_t slot; /* the drc_index for LPAR_ADAPTER_IO */
	bool required;
	/* eth */
	bool ieee;
	uint32_t port_vlan_id;
	char *addl_vlan_ids;	    /* "4,5"; NULL: none */
	int32_t trunk_priority;	    /* 0: no trunk */
	char *vswitch;		    /* NULL: ETHERNET0 */
	char *mac_addr;		    /* 12 hex digits, upper case; NULL: made up at definition */
	char *allowed_os_mac_addrs; /* NULL: all */
	char *qos_priority;	    /* NULL: none */
	/* scsi, serial, fc */
	bool server;
	bool supports_hmc;	/* serial */
	int32_t remote_lpar_id; /* -1: any */
	char *remote_lpar_name;
	int32_t remote_slot; /* -1: any */
	char *wwpns;	     /* fc */
	char *pool;	     /* io; NULL: none */
};

struct lpar_partition;

struct lpar_adapters {
	struct lpar_adapter *v;
	size_t n;
};

#define auto_adapters par_cleanup(lpar_adapters_done) struct lpar_adapters

void lpar_adapters_done(struct lpar_adapters *a);

/*
 * lpar_adapters_parse - the elements of a list; NULL, "" and "none" are the empty list
 * Refuses slots used twice in the list and more than 1,024 elements.
 * Errors: PAR_E_INVALID_ARGUMENT, naming the element.
 */
int lpar_adapters_parse(enum lpar_adapter_kind kind, const char *list, struct lpar_adapters *ret,
			struct par_error **err);

struct lpar_set;

/* lpar_adapter_kind_of - the kind of the attribute's elements; false: it has no adapters */
bool lpar_adapter_kind_of(const char *attribute, enum lpar_adapter_kind *ret);

/*
 * lpar_adapter_remote - the partition at the other end; NULL: any, or it is gone
 * The id decides; the name does when there is no id.
 */
const struct lpar_partition *lpar_adapter_remote(const struct lpar_adapter *a,
						 const struct lpar_set *set);

/*
 * lpar_adapters_put - append a profile's list as it is listed; what does not parse stays as it is
 * @set		the system's partitions; NULL: none is known
 * Returns 0 or -ENOMEM.
 */
int lpar_adapters_put(enum lpar_adapter_kind kind, const char *list, const struct lpar_set *set,
		      struct par_buf *b);

/*
 * lpar_adapters_settle - in a profile's list, give a remote partition that has a name alone its id,
 * if @set has it: so the adapter stays with that partition when it is renamed
 * *list is replaced then.  Returns 0 or -ENOMEM.
 */
int lpar_adapters_settle(enum lpar_adapter_kind kind, char **list, const struct lpar_set *set);

/* lpar_adapter_same - do both texts mean one adapter?  The remote partition is not compared. */
bool lpar_adapter_same(enum lpar_adapter_kind kind, const char *a, const char *b);

/* lpar_adapter_mac - the address of an adapter that was given none: the same for a UUID and slot
 * each time; @uuid in any case */
void lpar_adapter_mac(const char *uuid, uint32_t slot, uint8_t ret[6]);
