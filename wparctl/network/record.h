/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a plan leaves in the global environment, in /run/wpars/NAME/network: written before anything
 * is done, so that a killed command is repaired by the next one.  Internal to network/ but for the
 * writer.
 */
#pragma once

#include "wparctl/network/plan.h"

/* wpar_net_record_write - before wpar_net_apply_outer(); the folder is there */
int wpar_net_record_write(const struct wpar_net_plan *p, struct par_error **err);

/*
 * wpar_net_record_write_changing - the same, with the mark that the steps are about to change:
 * until wpar_net_record_write() nobody knows which of them are there
 */
int wpar_net_record_write_changing(const struct wpar_net_plan *p, struct par_error **err);

/* wpar_net_record_is_changing - was a change begun, and not ended? */
bool wpar_net_record_is_changing(const char *name);

/* wpar_net_record_read - the steps that have to be taken back; none when there is no record */
int wpar_net_record_read(const char *name, struct wpar_net_plan *ret, struct par_error **err);

/* wpar_net_record_print / _parse - its text, a line a step; a line that is none is left out */
int wpar_net_record_print(const struct wpar_net_plan *p, struct par_buf *out);
int wpar_net_record_parse(char *text, struct wpar_net_plan *ret);
