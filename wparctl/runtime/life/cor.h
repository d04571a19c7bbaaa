/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What cor_NAME does for processes inside: it mounts and unmounts file systems that the
 * specification lists (-M), and nothing else.
 */
#pragma once

#include "wparctl/spec/spec.h"

struct wpar_cor {
	int listener; /* -1: there is none */
	int busy;     /* ends when the request that is being served has been; -1: none is */
};

/* wpar_cor_prepare - the folder that the WPAR gets as its /run/wpars/cor; before it is planned */
void wpar_cor_prepare(const char *name);

/*
 * wpar_cor_begin - the socket that the WPAR finds there, for its root alone; anew when there was
 * one before.  Without it the WPAR runs all the same.
 */
struct wpar_cor wpar_cor_begin(const struct wpar_spec *s);

/* wpar_cor_fd - what to wait for: one request at a time is served, by a process of its own */
int wpar_cor_fd(const struct wpar_cor *c);

/* wpar_cor_event - that descriptor is ready; never waits for who is inside */
void wpar_cor_event(struct wpar_cor *c, const char *name);
