/* SPDX-License-Identifier: Apache-2.0 */
/* Whether two copies of a partition say the same. */
#pragma once

#include "lpard/core/model/partition.h"

#include <stdbool.h>

/* lpar_definition_same - name, attributes, profiles and current configuration; false also when
 * memory is short */
bool lpar_definition_same(const struct lpar_partition *a, const struct lpar_partition *b);
