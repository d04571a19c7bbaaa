/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests to the kernel's rtnetlink, many at a time: one send, one answer for each.  libnl makes
 * the messages and the socket.  Internal to network/.
 */
#pragma once

#include "lpard/common/error.h"

#include <netlink/msg.h>
#include <netlink/socket.h>

struct wpar_nl {
	struct nl_sock *socket;
	unsigned int seq;
	char why[160]; /* what the kernel said of the last request that failed; "" when nothing */
};

#define auto_nl par_cleanup(wpar_nl_close) struct wpar_nl

/* wpar_nl_open - in the network namespace of the caller, and in it for good; 0 or negative errno */
int wpar_nl_open(struct wpar_nl *nl);
void wpar_nl_close(struct wpar_nl *nl);

/* wpar_nl_message - one of @type with its fixed part; NULL: out of memory */
struct nl_msg *wpar_nl_message(int type, int flags, const void *fixed, size_t len);

/*
 * wpar_nl_batch - carry out @n requests, in their order
 * @ret_results	the result of each, 0 or a negative errno
 * One that fails does not keep the kernel from those after it.  Returns a negative errno when the
 * socket itself fails.
 */
int wpar_nl_batch(struct wpar_nl *nl, struct nl_msg *const *msgs, size_t n, int *ret_results);

/*
 * wpar_nl_ask - one request with answers: of each @each is called, until it returns non-zero
 * Returns 0, that value, or the kernel's negative errno.
 */
int wpar_nl_ask(struct wpar_nl *nl, struct nl_msg *msg, int (*each)(struct nlmsghdr *h, void *user),
		void *user);

/* wpar_nl_fail - the error of a kernel that answers @r, with its own words where it had some */
int wpar_nl_fail(const struct wpar_nl *nl, int r, struct par_error **err, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
