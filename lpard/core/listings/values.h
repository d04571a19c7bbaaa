/* SPDX-License-Identifier: Apache-2.0 */
/* What columns.c asks of values.c. */
#pragma once

#include "lpard/core/listings/listings.h"

/* lpar_value_put - append the text of a value that is more than a member; 0 or -ENOMEM */
int lpar_value_put(enum lpar_value value, const struct lpar_record *r, struct par_buf *b);

/* lpar_condition_holds - does an attribute with that condition apply to the record? */
bool lpar_condition_holds(enum lpar_condition condition, const struct lpar_record *r);

/* hardware_values.c: values of lshwres, and lists of adapters; each appends, 0 or -ENOMEM */
int lpar_get_adapter_kind(const struct lpar_record *r, struct par_buf *b);
int lpar_get_drc_name(const struct lpar_record *r, struct par_buf *b);
int lpar_get_eth_adapters(const struct lpar_record *r, struct par_buf *b);
int lpar_get_fc_adapters(const struct lpar_record *r, struct par_buf *b);
int lpar_get_is_trunk(const struct lpar_record *r, struct par_buf *b);
int lpar_get_mac(const struct lpar_record *r, struct par_buf *b);
int lpar_get_next_slot(const struct lpar_record *r, struct par_buf *b);
int lpar_get_pool_ids(const struct lpar_record *r, struct par_buf *b);
int lpar_get_pool_names(const struct lpar_record *r, struct par_buf *b);
int lpar_get_remote_id(const struct lpar_record *r, struct par_buf *b);
int lpar_get_remote_name(const struct lpar_record *r, struct par_buf *b);
int lpar_get_remote_slot(const struct lpar_record *r, struct par_buf *b);
int lpar_get_scsi_adapters(const struct lpar_record *r, struct par_buf *b);
int lpar_get_serial_adapters(const struct lpar_record *r, struct par_buf *b);
int lpar_get_vlan_ids(const struct lpar_record *r, struct par_buf *b);
int lpar_get_vnetwork(const struct lpar_record *r, struct par_buf *b);
int lpar_get_trunk_priority(const struct lpar_record *r, struct par_buf *b);
