/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tells neighbours where an address is now: a gratuitous ARP request, an unsolicited neighbour
 * advertisement.  The frames are made by pure functions.  Internal to network/.
 */
#pragma once

#include "wparctl/network/ip.h"

#define WPAR_NET_FRAME_MOST 96

/* wpar_net_frame - the frame from @mac for @ip into @buf (WPAR_NET_FRAME_MOST); its length */
size_t wpar_net_frame(const unsigned char mac[6], const struct wpar_ip *ip, unsigned char *buf);

/* wpar_net_announce_one - send it out of the interface @index; a negative errno, or 0 */
int wpar_net_announce_one(int index, const unsigned char mac[6], const struct wpar_ip *ip);
