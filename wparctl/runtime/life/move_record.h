/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What this LPAR remembers of a WPAR that moves away or comes: who may run it.  Written and on the
 * disk before the step that follows from it (docs/adr/0015-moves.md has the table).  The holder of
 * the WPAR's lock writes it.
 */
#pragma once

#include "lpard/common/error.h"
#include "lpard/common/words.h"

#include <stdbool.h>
#include <stdint.h>

struct wpar_move_record {
	char *id;   /* a UUID: which move */
	char *peer; /* the other LPAR, for people: "SYSTEM/LPAR" */
	enum par_move_phase phase;
	bool active;	   /* the WPAR ran when the move began */
	uint64_t since_ms; /* CLOCK_REALTIME of its beginning */
};

#define auto_move_record par_cleanup(wpar_move_record_done) struct wpar_move_record
void wpar_move_record_done(struct wpar_move_record *r);

/*
 * wpar_move_may_follow - may a record go from one phase to the other?  To itself it may: a command
 * that was cut off is given again.
 */
bool wpar_move_may_follow(enum par_move_phase from, enum par_move_phase to);

/* wpar_move_record_list - names of all WPARs with a record */
struct par_strv;
int wpar_move_record_list(struct par_strv *ret, struct par_error **err);

/* wpar_move_record_read - 1: it is in *ret; 0: there is none; PAR_E_CORRUPT */
int wpar_move_record_read(const char *name, struct wpar_move_record *ret, struct par_error **err);
/* wpar_move_record_write - it is on the disk when the function returns */
int wpar_move_record_write(const char *name, const struct wpar_move_record *r,
			   struct par_error **err);
/* wpar_move_record_remove - no error when there is none; gone from the disk, too */
int wpar_move_record_remove(const char *name, struct par_error **err);

/* wpar_move_is_under_way - is there a record by which this WPAR is not for others than the mover?
 */
bool wpar_move_is_under_way(const char *name);

/*
 * wpar_move_admits - may this command change the WPAR?
 * The mover's own commands have the move's id in WPAR_MOVE.
 * Errors: PAR_E_BUSY, which says where it moves, and what to do; PAR_E_CORRUPT.
 */
int wpar_move_admits(const char *name, struct par_error **err);

/* The text of a record and back; pure. PAR_E_CORRUPT */
struct par_buf;
int wpar_move_record_print(const struct wpar_move_record *r, struct par_buf *out);
int wpar_move_record_parse(const char *text, size_t len, struct wpar_move_record *ret,
			   struct par_error **err);
