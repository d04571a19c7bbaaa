/* SPDX-License-Identifier: Apache-2.0 */
/* The facts of this LPAR for a move (lpard/wire/move_facts.h). */
#pragma once

#include "lpard/wire/move_facts.h"
#include "wparctl/spec/spec.h"

/* move_gather_lpar - what the LPAR is and has, and what the WPARs in it have; all but time_ms */
int move_gather_lpar(struct par_move_facts *ret, struct par_error **err);

/*
 * move_gather_wpar - what a WPAR of this LPAR is, what it needs elsewhere, and what keeps it here
 * @f	gets the WPAR
 * Leaves a token in each of its file systems of servers (token.h).
 * Errors: PAR_E_NOT_FOUND (0960-419).
 */
int move_gather_wpar(const char *name, struct par_move_facts *f, struct par_error **err);

/*
 * move_gather_answers - what this LPAR has of what the WPAR of @asked needs
 * @asked	facts of another LPAR, which nobody trusts: with a WPAR
 * @f		gets files, networks, tokens, devices, kexts, program
 */
int move_gather_answers(const struct par_move_facts *asked, struct par_move_facts *f,
			struct par_error **err);

/*
 * move_gather_own_tests - run the programs of /etc/wpars/move.d: "PROGRAM source|target NAME"
 * The first line of each one's standard output is its value; it passes with the status 0.  A name
 * that ends in .optional is one whose failure is a warning.  Each has 10 seconds.
 */
int move_gather_own_tests(bool source, const char *wpar, struct par_move_facts *f,
			  struct par_error **err);

/* move_find_network - fill interface, mac and subnet of @a, of this LPAR; no error when there is
 * no network for it.  @facts: of wpar_net_facts_get() */
struct wpar_net_facts;
int move_find_network(const struct wpar_net_facts *facts, struct par_move_address *a);
