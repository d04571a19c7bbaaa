/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a WPAR can move to an LPAR: every test with the value here and there, all of them and not
 * the first that fails.  Pure.
 */
#pragma once

#include "lpard/common/words.h"
#include "lpard/wire/move_facts.h"

/* A virtual Ethernet adapter of an LPAR, as lpard knows it. */
struct lpar_move_port {
	char mac[13];  /* as the facts have it */
	char *network; /* "ETHERNET0, VLAN 1" */
};

/* One of the two LPARs. */
struct lpar_move_side {
	const char *lpar;
	const struct par_move_facts *facts;
	int64_t ahead_ms; /* its clock before ours */
	const struct lpar_move_port *ports;
	size_t n_ports;
};

enum lpar_move_verdict {
	LPAR_MOVE_OK,
	LPAR_MOVE_WARNING, /* an optional test fails */
	LPAR_MOVE_FAILED,
};

struct lpar_move_row {
	const char *test; /* a word: "page-size"; of the table, or owned by `name` */
	char *name;	  /* of a test that the facts name; else NULL */
	char *source, *target;
	bool required;
	enum lpar_move_verdict verdict;
	char *remedy; /* what to do when it fails; a sentence */
};

struct lpar_move_fit {
	struct lpar_move_row *v;
	size_t n;
	bool failed; /* memory ran out */
};

#define auto_move_fit par_cleanup(lpar_move_fit_done) struct lpar_move_fit
void lpar_move_fit_done(struct lpar_move_fit *f);

/* lpar_move_fit - all tests; @source->facts has the WPAR */
void lpar_move_fit(enum lpar_move_kind kind, const struct lpar_move_side *source,
		   const struct lpar_move_side *target, struct lpar_move_fit *ret);

/* lpar_move_fit_count - how many rows have that verdict */
size_t lpar_move_fit_count(const struct lpar_move_fit *f, enum lpar_move_verdict verdict);

/* lpar_move_verdict_word - "ok", "warning", "failed" */
const char *lpar_move_verdict_word(enum lpar_move_verdict v);

/*
 * lpar_move_fit_check - PAR_E_NOT_SUPPORTED when a required test fails: how many, and the first
 * with what to do
 */
int lpar_move_fit_check(const struct lpar_move_fit *f, const char *wpar, const char *target,
			struct par_error **err);

/* lpar_move_fit_json - the rows as an array; NULL: no memory */
struct json_object *lpar_move_fit_json(const struct lpar_move_fit *f);
