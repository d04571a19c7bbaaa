/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one reply to a call that jobs answer: several jobs of one call (chsysstate --all) share it,
 * and it goes out when the last of them has let go.  Every job answers so and in no other way.
 * A caller who has gone is answered by nobody; the jobs go on.
 */
#pragma once

#include "lpard/daemon/server/call.h"

struct lpar_reply;

/*
 * lpar_reply_new - the reply to *call, which is taken over (*call becomes NULL)
 * The caller holds it once.  NULL when out of memory: the call is answered so.
 */
struct lpar_reply *lpar_reply_new(struct lpar_call **call);
/* lpar_reply_hold - for a job; returns @reply */
struct lpar_reply *lpar_reply_hold(struct lpar_reply *reply);
/* lpar_reply_drop - done with it: the last one sends it; *reply becomes NULL */
void lpar_reply_drop(struct lpar_reply **reply);

/* lpar_reply_peer - who called; also when the caller has gone */
const struct lpar_peer *lpar_reply_peer(const struct lpar_reply *reply);

/*
 * lpar_reply_error - the call failed, at least in part
 * @err		borrowed; NULL: out of memory.  Of several the first gives the kind, and all texts
 *		are sent, a line each.
 */
void lpar_reply_error(struct lpar_reply *reply, const struct par_error *err);

/* lpar_reply_progress - how far the work is, in percent; told when one job alone answers the call
 */
void lpar_reply_progress(struct lpar_reply *reply, const char *lpar, const char *stage,
			 unsigned int percent);
