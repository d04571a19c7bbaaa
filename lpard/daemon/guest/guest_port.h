/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One byte stream into a running guest: its console or its agent's channel.  Opening blocks, so a
 * worker does that and hands the descriptor over to the loop; a port that is freed meanwhile leaves
 * nothing behind.
 */
#pragma once

#include "lpard/daemon/guest/place.h"

struct lpar_guest_port;

enum lpar_guest_port_kind { LPAR_GUEST_PORT_CONSOLE, LPAR_GUEST_PORT_AGENT };

struct lpar_guest_port_ops {
	/* lpar_guest_port_open() has ended: 0, or what went wrong; @err, which says why, is valid
	 * during the call and NULL when memory was short */
	void (*opened)(int result, const struct par_error *err, void *user);
	/* what lpar_guest_port_watch() asked for, or the end (EPOLLHUP, EPOLLERR) */
	void (*ready)(uint32_t events, void *user);
};

/* lpar_guest_port_new - a closed port; NULL when out of memory.  @place and @ops stay the caller's
 */
struct lpar_guest_port *lpar_guest_port_new(enum lpar_guest_port_kind kind,
					    const struct lpar_guest_place *place,
					    const struct lpar_guest_port_ops *ops, void *user);
/* lpar_guest_port_free - close; nothing is called any more */
void lpar_guest_port_free(struct lpar_guest_port **port);

/* lpar_guest_port_open - open a closed port, once at a time; ->opened follows unless -ENOMEM */
int lpar_guest_port_open(struct lpar_guest_port *port);
bool lpar_guest_port_opening(const struct lpar_guest_port *port);
bool lpar_guest_port_is_open(const struct lpar_guest_port *port);
/* lpar_guest_port_close - end the stream, if it is open */
void lpar_guest_port_close(struct lpar_guest_port *port);

/* lpar_guest_port_read - bytes read; 0: none are there now; -EPIPE: the stream is at its end */
ssize_t lpar_guest_port_read(struct lpar_guest_port *port, void *data, size_t size);
/* lpar_guest_port_write - bytes taken; 0: none now (or the stream is at its end, see read) */
size_t lpar_guest_port_write(struct lpar_guest_port *port, const void *data, size_t len);
/* lpar_guest_port_watch - what to wait for: EPOLLIN, EPOLLOUT; 0: only the end */
void lpar_guest_port_watch(struct lpar_guest_port *port, uint32_t events);
