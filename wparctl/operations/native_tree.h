/* SPDX-License-Identifier: Apache-2.0 */
/* The files of an old system into the root of the native WPAR that is being made of it. */
#pragma once

#include "lpard/common/error.h"
#include "lpard/common/str.h"

/* What is kept of the old system, in the WPAR. */
#define WPAR_NATIVE_ASIDE "/var/adm/migwpar"

/*
 * wpar_native_tree_join - all that is in the folder @old to its places in the root @fresh, or to
 * WPAR_NATIVE_ASIDE there (native_plan.h); both are ours alone
 * @notes	a sentence for each file that has another kind of file in its place, which stays
 * Files of @old take the places of others; folders that both have become one.  -errno.
 */
int wpar_native_tree_join(int old, int fresh, struct par_strv *notes);
