/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The agent of an LPAR: keeps its channel open while the LPAR runs, moves bytes between the port
 * and the channel's state machine, and tells those who wait when the agent is there.
 */
#pragma once

#include "lpard/agent/channel.h"
#include "lpard/common/waiters.h"
#include "lpard/daemon/guest/place.h"

struct lpar_agent_link;

/* lpar_agent_link_new - of a guest that is off; NULL when out of memory.  @place outlives it */
struct lpar_agent_link *lpar_agent_link_new(const struct lpar_guest_place *place);
/* lpar_agent_link_free - NULL inside is fine; those who wait are told (PAR_WAKE_END) */
void lpar_agent_link_free(struct lpar_agent_link **link);

/* lpar_agent_link_sync - what the guest is now: open the channel, keep the channel or let it go */
void lpar_agent_link_sync(struct lpar_agent_link *link, enum lpar_guest guest);
/* lpar_agent_link_boot - the guest started over: what its agent said before is void */
void lpar_agent_link_boot(struct lpar_agent_link *link);

/* lpar_agent_link_up - the agent said hello; NULL is not up */
bool lpar_agent_link_up(const struct lpar_agent_link *link);
/* lpar_agent_link_info - what the agent said of itself; NULL when the agent is not up */
const struct lpar_agent_info *lpar_agent_link_info(const struct lpar_agent_link *link);
/* lpar_agent_link_os_version - as lssyscfg shows it ("Linux/Debian 13 6.12.0"); NULL when the agent
 * is not up */
const char *lpar_agent_link_os_version(const struct lpar_agent_link *link);
/*
 * lpar_agent_link_why_closed - why the port of a running LPAR could not be opened the last time: a
 * sentence with libvirt's reason, until the next change; NULL: the port is open, or was not tried
 */
const char *lpar_agent_link_why_closed(const struct lpar_agent_link *link);
/* lpar_agent_link_channel - for calls and streams; NULL before the LPAR ran for the first time */
struct lpar_channel *lpar_agent_link_channel(struct lpar_agent_link *link);

/*
 * lpar_agent_link_when_up - call @fn once: when the agent is there, when @timeout_ms are over, or
 * when there is no sense in waiting any longer (the LPAR stopped or is being removed)
 *
 * The agent is there if lpar_agent_link_up() says so.  @fn returns false.  It is called at
 * once, from within, when the agent is there or there is no sense in waiting.
 * Returns a handle for lpar_agent_link_forget(), NULL when @fn was called.
 */
struct par_waiter *lpar_agent_link_when_up(struct lpar_agent_link *link, uint64_t timeout_ms,
					   par_waiter_fn fn, void *user);
/* lpar_agent_link_forget - end a wait without calling its function; *wait becomes NULL */
void lpar_agent_link_forget(struct lpar_agent_link *link, struct par_waiter **wait);
