/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a command asks srcmstr: one packet of NUL-terminated strings, "VERB", then "FIELD=VALUE" for
 * each field that is given.  Every user of the WPAR may send packets: nothing in one is trusted.
 */
#pragma once

#include "wparctl/srcmstr/subsystem.h"

#define WPAR_SRC_PACKET 8192 /* bytes of a request */

enum wpar_src_verb {
	WPAR_SRC_STATUS,
	WPAR_SRC_START,
	WPAR_SRC_STOP,
	WPAR_SRC_REFRESH,
};

enum wpar_src_how {
	WPAR_SRC_NORMAL, /* signorm, or SIGTERM */
	WPAR_SRC_FORCE,	 /* sigforce, or SIGKILL */
	WPAR_SRC_CANCEL, /* SIGTERM, and after its wait time SIGKILL */
};

struct wpar_src_request {
	enum wpar_src_verb verb;
	char *subsystem, *group; /* at most one of these, of pid and of all */
	uint32_t pid;
	bool all;
	enum wpar_src_how how;
	char *arguments, *environment; /* of a start: as startsrc -a and -e have them */
};

#define auto_src_request par_cleanup(wpar_src_request_done) struct wpar_src_request

void wpar_src_request_done(struct wpar_src_request *q);

/* wpar_src_request_write - -ENOMEM, -E2BIG, or 0 */
int wpar_src_request_write(const struct wpar_src_request *q, struct par_buf *out);

/*
 * wpar_src_request_parse - what wpar_src_request_write() has made, and nothing else
 * -EBADMSG for all that is not; *ret is to be ended in any case.
 */
int wpar_src_request_parse(const char *data, size_t len, struct wpar_src_request *ret);
