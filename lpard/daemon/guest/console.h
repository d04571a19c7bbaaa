/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual terminal of an LPAR.  lpard holds the console for the reference codes from power-on
 * until the agent's hello, or until the boot has ended or waits for somebody (a login, firmware's
 * prompt, a panic), or shows nothing new for two minutes; and while somebody has the terminal open.
 * Otherwise lpard lets the console go, so that other programs can have it.  While another program
 * (virsh) holds the console the stages of the boot are unknown; nothing else depends on it.
 */
#pragma once

#include "lpard/daemon/guest/place.h"
#include "lpard/daemon/server/call.h"

struct lpar_console;

/* lpar_console_new - of a guest that is off; NULL when out of memory.  @place outlives it */
struct lpar_console *lpar_console_new(const struct lpar_guest_place *place);
/* lpar_console_free - NULL inside is fine; whoever has or wants the terminal is told */
void lpar_console_free(struct lpar_console **c);

/* lpar_console_boot - the guest starts (over): a new series of stages */
void lpar_console_boot(struct lpar_console *c);
/* lpar_console_agent - the agent said hello: Linux is up, and the console may be let go even before
 * it shows that */
void lpar_console_agent(struct lpar_console *c);
/*
 * lpar_console_sync - what the guest is now: attach or let go
 * @run_id	of this run of the guest, hv_live's
 * @stages	the boot is worth following: no agent is there yet
 */
void lpar_console_sync(struct lpar_console *c, enum lpar_guest guest, int run_id, bool stages);
/* lpar_console_stage - how far the boot is; FW_STAGE_NONE: not known */
enum fw_stage_id lpar_console_stage(const struct lpar_console *c);

/* lpar_console_open_terminal - give the terminal to the caller of @call, which is answered here:
 * PAR_E_ALREADY_OPEN when somebody has it */
void lpar_console_open_terminal(struct lpar_console *c, struct lpar_call *call);
/* lpar_console_close_terminal - end the session of whoever has it; false when nobody had */
bool lpar_console_close_terminal(struct lpar_console *c);
