/* SPDX-License-Identifier: Apache-2.0 */
/* What columns.c asks of values.c. */
#pragma once

#include "lpard/core/listings/listings.h"

/* lpar_value_put - append the text of a value that is more than a member; 0 or -ENOMEM */
int lpar_value_put(enum lpar_value value, const struct lpar_record *r, struct par_buf *b);

/* lpar_condition_holds - does an attribute with that condition apply to the record? */
bool lpar_condition_holds(enum lpar_condition condition, const struct lpar_record *r);
