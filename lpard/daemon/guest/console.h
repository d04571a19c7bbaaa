/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual terminal of an LPAR.  lpard holds the console from power-on until the agent's hello,
 * for the reference codes, and while somebody has the terminal open; else it lets it go.  When
 * another program (virsh) holds it the stages are unknown, and that is all.
 */
#pragma once

#include "firmware/stage.h"
#include "lpard/daemon/server/call.h"
#include "lpard/daemon/systems/lpar.h"

/* lpar_console_new - NULL when out of memory; lpar_console_free takes NULL inside */
struct lpar_console *lpar_console_new(struct lpar_lpar *e);
void lpar_console_free(struct lpar_console **c);

/* lpar_console_boot - the LPAR starts (over): a new series of stages */
void lpar_console_boot(struct lpar_console *c);
/* lpar_console_agent - the agent said hello: Linux is up, and the console may be let go before it
 * says so */
void lpar_console_agent(struct lpar_console *c);
/* lpar_console_sync - the LPAR's or the agent's state changed: attach or let go */
void lpar_console_sync(struct lpar_console *c);
/* lpar_console_stage - how far the boot is; FW_STAGE_NONE: not known */
enum fw_stage_id lpar_console_stage(const struct lpar_console *c);

/* lpar_console_open_terminal - give the terminal to the caller of @call, which is answered here:
 * PAR_E_ALREADY_OPEN when somebody has it */
void lpar_console_open_terminal(struct lpar_console *c, struct lpar_call *call);
/* lpar_console_close_terminal - end the session of whoever has it; false when nobody had */
bool lpar_console_close_terminal(struct lpar_console *c);
