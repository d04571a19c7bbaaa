/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hv_contract.h - what the cases of the hypervisor port's contract share
 *
 * The cases are in hv_contract_*.c, by subject; hv_contract.c has their suite and its fixture.
 */
#pragma once

#include "firmware/image.h"
#include "harness.h"
#include "lpard/core/model/partition.h"
#include "lpard/hypervisor/hypervisor.h"

#define UUID_A "6C706172-0000-4000-8000-00000000000A"
#define UUID_B "6C706172-0000-4000-8000-00000000000B"

/* What the fixture has opened for each case. */
struct contract {
	struct hv *hv;
	struct fw_image image;
	bool has_image;
};
extern struct contract contract;

/* contract_uri - of the back end under test */
const char *contract_uri(void);
bool contract_is_test_driver(void);

/* contract_has_heard - has an event come, or does it within 10 s, whose text has @text in it? */
bool contract_has_heard(const char *text);
void contract_forget_events(void);

/* contract_make - an LPAR with its profile applied; @more: attributes, each after a comma */
struct lpar_partition *contract_make(const char *name, const char *uuid, const char *more);

/* contract_ok / _fails - @r as it must be; _fails frees *err */
void contract_ok(int r, struct par_error **err);
void contract_fails(int r, enum par_error_id id, struct par_error **err);

int contract_define(const struct lpar_partition *p, const struct fw_image *i,
		    struct par_error **err);
int contract_disk(const char *uuid, enum hv_disk_wish wish, struct par_error **err);

/* contract_assert_same - nothing that was stored is lost: compared as stored forms */
void contract_assert_same(const struct lpar_partition *a, const struct lpar_partition *b);

/* contract_add_X - the cases of hv_contract_X.c; for the test driver those that it can */
void contract_add_definitions(TCase *tc);
void contract_add_running(TCase *tc);
void contract_add_volumes(TCase *tc);
