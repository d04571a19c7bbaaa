/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The agent of an LPAR: keeps its channel open while the LPAR runs, moves bytes between it and the
 * channel's state machine, and tells who waits when the agent is there.
 */
#pragma once

#include "lpard/agent/channel.h"
#include "lpard/daemon/systems/lpar.h"

/* lpar_agent_link_new - NULL when out of memory; lpar_agent_link_free takes NULL inside */
struct lpar_agent_link *lpar_agent_link_new(struct lpar_lpar *e);
void lpar_agent_link_free(struct lpar_agent_link **link);

/* lpar_agent_link_sync - the LPAR's state changed: open the channel or let it go */
void lpar_agent_link_sync(struct lpar_agent_link *link);
/* lpar_agent_link_boot - the guest started over: what it said before is void */
void lpar_agent_link_boot(struct lpar_agent_link *link);

/* lpar_agent_link_up - the agent said hello; NULL is not up */
bool lpar_agent_link_up(const struct lpar_agent_link *link);
/* lpar_agent_link_info - what it said of itself; NULL when it is not up */
const struct lpar_agent_info *lpar_agent_link_info(const struct lpar_agent_link *link);
/* lpar_agent_link_os_version - as lssyscfg shows it ("Linux/Debian 13 6.12.0"); NULL when it is not
 * up */
const char *lpar_agent_link_os_version(const struct lpar_agent_link *link);
/*
 * lpar_agent_link_why_closed - why the port of a running LPAR could not be opened the last time: a
 * sentence with libvirt's reason, until the next change; NULL when it is open, or was not tried
 */
const char *lpar_agent_link_why_closed(const struct lpar_agent_link *link);
/* lpar_agent_link_channel - for calls and streams; NULL before the LPAR ran for the first time */
struct lpar_channel *lpar_agent_link_channel(struct lpar_agent_link *link);

/*
 * lpar_agent_link_when_up - call @fn when the agent is there, or when that took too long
 * @up	false: @timeout_ms are over, the LPAR stopped, or it is being removed
 * Calls it at once (from within) if the agent is there, or there is no sense in waiting.
 * Returns a handle for lpar_agent_link_forget(), NULL when @fn was called.
 */
struct lpar_agent_link_wait;
typedef void (*lpar_agent_link_fn)(bool up, void *user);
struct lpar_agent_link_wait *lpar_agent_link_when_up(struct lpar_agent_link *link,
						     uint64_t timeout_ms, lpar_agent_link_fn fn,
						     void *user);
/* lpar_agent_link_forget - do not call it any more */
void lpar_agent_link_forget(struct lpar_agent_link *link, struct lpar_agent_link_wait *wait);
