/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files by which a system is known: its host keys, its machine id, its seeds.  By their names they
 * are left out of a copy (system_plan.c); here is where they lie when links lead to them.
 */
#pragma once

#include "lpard/common/str.h"

/*
 * wpar_system_identity - their names without links, of the system whose root directory is @root
 * -ENOMEM
 */
int wpar_system_identity(int root, struct par_strv *ret);
