/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the hypervisor does not announce: libvirt has no event for a saved memory that is removed
 * (virsh managedsave-remove), so LPARs that are Suspended are read anew every two seconds.
 */
#pragma once

#include "lpard/daemon/daemon.h"

/* lpar_unannounced_subscribe - from now on; lpar_unannounced_free() before the loop ends */
int lpar_unannounced_subscribe(struct lpar_daemon *d, struct par_error **err);
void lpar_unannounced_free(struct lpar_daemon *d);
