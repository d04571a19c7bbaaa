/* SPDX-License-Identifier: Apache-2.0 */
/* What lssrc prints: rows, as AIX's table or as JSON. */
#pragma once

#include "lpard/common/str.h"

#include <stdint.h>

struct wpar_src_row {
	char name[32], group[32];
	uint32_t pid; /* 0: it does not run */
	char status[16];
};

struct wpar_src_rows {
	struct wpar_src_row *v;
	size_t n;
};

#define auto_src_rows par_cleanup(wpar_src_rows_done) struct wpar_src_rows

void wpar_src_rows_done(struct wpar_src_rows *l);

/* wpar_src_rows_add - NULL @group: it has none.  -ENOMEM, or 0; too long texts are cut */
int wpar_src_rows_add(struct wpar_src_rows *l, const char *name, const char *group, uint32_t pid,
		      const char *status);

/* wpar_src_rows_parse - a line of srcmstr's answer, name, group, pid and status with tabs between;
 * -EBADMSG, -ENOMEM or 0 */
int wpar_src_rows_parse(struct wpar_src_rows *l, const char *line);

/* wpar_src_rows_put - the same, written: srcmstr's side */
void wpar_src_rows_put(const struct wpar_src_row *row, struct par_buf *out);

/* wpar_src_table - AIX's table, header first */
void wpar_src_table(const struct wpar_src_rows *l, struct par_buf *out);
/* wpar_src_json - the same, printed as a JSON array; 0 or -ENOMEM */
int wpar_src_json(const struct wpar_src_rows *l, FILE *out);
