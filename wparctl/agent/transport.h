/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The agent's port: bytes in and out, without blocking.  Hides that a virtio port with nobody at
 * the host's end reports a hang-up for ever, and that it may be taken away and come back.
 */
#pragma once

#include "lpard/common/event.h"
#include "lpard/common/str.h"

#define WPAR_AGENT_PORT_NAME "org.lpard.agent.0"

struct wpar_transport;

struct wpar_transport_ops {
	void (*opened)(void *user); /* a port is there; write what you like */
	void (*input)(const void *data, size_t len, void *user);
	void (*lost)(bool final, void *user); /* host's end closed; final: for good */
	void (*drained)(void *user);	      /* what waits fell below the low mark */
};

/*
 * wpar_transport_new - opens @fd (taken over), the port at @path, or the virtio port by its name;
 * tries again each second until there is one
 */
int wpar_transport_new(struct wpar_transport **ret, struct par_event *loop, int fd,
		       const char *path, const struct wpar_transport_ops *ops, void *user,
		       struct par_error **err);
void wpar_transport_free(struct wpar_transport **t);

/*
 * wpar_transport_out - where frames are appended, whole ones only; call _flush afterwards
 * A write to the port always ends with a frame (as far as the kernel takes all of it), so that a
 * killed agent leaves no cut frame behind.
 */
struct par_buf *wpar_transport_out(struct wpar_transport *t);
/* wpar_transport_pad - put the pad of frame.h before anything else; 0, -EBUSY when something waits
 * already, -ENOMEM */
int wpar_transport_pad(struct wpar_transport *t);
void wpar_transport_flush(struct wpar_transport *t);
/* wpar_transport_congested - do not make more data now; _drained is called */
bool wpar_transport_congested(const struct wpar_transport *t);

/* wpar_port_find - "/dev/vport1p1" by /sys/class/virtio-ports; @sysfs NULL: "/sys"; -ENOENT */
int wpar_port_find(const char *sysfs, char **ret);
