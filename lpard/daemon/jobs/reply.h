/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one reply to a call that jobs answer.  Several jobs of one call (chsysstate --all) share the
 * reply, which is sent when the last job has dropped it.  Jobs answer in no other way.  When the
 * caller has left nothing is sent; the jobs go on.
 */
#pragma once

#include "lpard/daemon/server/call.h"

struct lpar_reply;

/*
 * lpar_reply_new - the reply to *call, which is taken over (*call becomes NULL)
 * The caller of this function holds the reply, too.  NULL when out of memory, which the call is
 * answered with then.
 */
struct lpar_reply *lpar_reply_new(struct lpar_call **call);
/* lpar_reply_alone - of what lpard does by itself: nobody waits for it; NULL when out of memory */
struct lpar_reply *lpar_reply_alone(void);
/* lpar_reply_hold - for a job; returns @reply */
struct lpar_reply *lpar_reply_hold(struct lpar_reply *reply);
/* lpar_reply_drop - let go of the reply, which the last holder sends; *reply becomes NULL */
void lpar_reply_drop(struct lpar_reply **reply);

/* lpar_reply_peer - the caller, also one who has left */
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
