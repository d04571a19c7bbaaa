/* SPDX-License-Identifier: Apache-2.0 */
/* What a device event of the kernel says.  Pure. */
#pragma once

#include <stddef.h>

/* Strings inside the event; NULL: the event does not say. */
struct init_event {
	const char *action;    /* "add", "remove", ... */
	const char *path;      /* of the device, below /sys */
	const char *subsystem; /* "net", "virtio-ports", ... */
	const char *interface; /* of a network device: its name */
	const char *modalias;  /* what modprobe knows its driver by */
};

/*
 * init_event_parse - read an event
 * @text	"ACTION@PATH", then KEY=VALUE, each ended by a NUL
 * @len	of it; there is a NUL at text[len]
 *
 * Of a key that comes twice the first counts.
 */
void init_event_parse(const char *text, size_t len, struct init_event *ret_event);
