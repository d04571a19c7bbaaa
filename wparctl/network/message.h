/* SPDX-License-Identifier: Apache-2.0 */
/* A step of a plan as requests to rtnetlink.  Internal to network/. */
#pragma once

#include "wparctl/network/netlink.h"
#include "wparctl/network/plan.h"

enum wpar_net_action {
	WPAR_NET_DO,
	WPAR_NET_UNDO, /* of a step that leaves nothing by itself: no request */
};

#define WPAR_NET_MESSAGES_MOST 2 /* of one step */

/*
 * wpar_net_messages - the requests of @s, a step of @p
 * @pid		a process in the WPAR's network namespace; only for WPAR_NET_LINK
 * Returns how many there are, to be freed by nlmsg_free(), or -ENOMEM.
 */
int wpar_net_messages(const struct wpar_net_plan *p, const struct wpar_net_step *s,
		      enum wpar_net_action action, pid_t pid,
		      struct nl_msg *ret[WPAR_NET_MESSAGES_MOST]);
