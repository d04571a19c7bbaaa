/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What cor_NAME does for processes inside: it mounts and unmounts file systems that the
 * specification lists (-M), puts messages of wparerr into the WPAR's buffer, and nothing else.
 */
#pragma once

#include "wparctl/spec/spec.h"

struct wpar_cor {
	int listener;		   /* -1: there is none */
	int busy;		   /* pidfd of the process that serves a request; -1: none does */
	pid_t server;		   /* that process, a child */
	int64_t since_ms, rest_ms; /* when it began; until then nobody else is served */
};

/* wpar_cor_prepare - the folder that the WPAR gets as its /run/wpars/cor; before it is planned */
void wpar_cor_prepare(const char *name);

/*
 * wpar_cor_begin - the socket that the WPAR finds there, for its root alone; made again when there
 * was one before.  Without it the WPAR runs all the same.
 */
struct wpar_cor wpar_cor_begin(const struct wpar_spec *s);

/*
 * wpar_cor_fd - what to wait for: one request at a time is served, by a process of its own; -1: not
 * now, since after each there is a rest as long as it took
 */
int wpar_cor_fd(const struct wpar_cor *c);
/* wpar_cor_timeout - for poll(2), in milliseconds: -1 when nothing waits */
int wpar_cor_timeout(const struct wpar_cor *c);

/* wpar_cor_event - that descriptor is ready; never waits for who is inside */
void wpar_cor_event(struct wpar_cor *c, const char *name);

/* wpar_cor_end - nobody is served any more; who was has no lock any more */
void wpar_cor_end(struct wpar_cor *c);
