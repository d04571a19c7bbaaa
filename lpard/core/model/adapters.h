/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Virtual adapters of a profile: elements of slash-separated fields, as on IBM's page of mksyscfg.
 * A profile keeps the text as it was entered, because lssyscfg prints it back as such; these
 * functions check the text and give a planner its parts.
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
