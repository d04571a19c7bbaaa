/* SPDX-License-Identifier: Apache-2.0 */
/* What lshmc -n says of the machine that the commands run on. */
#pragma once

#include "lpard/common/error.h"
#include "lpard/common/str.h"

/* Lists have commas between their elements; a text that there is none of is empty. */
struct cli_network {
	char hostname[65];	    /* without its domain */
	struct par_buf domain;	    /* of the host's name, or else the resolver's */
	struct par_buf addresses;   /* IPv4, of the interfaces that are up but for loopback */
	struct par_buf masks;	    /* of the addresses, in their order */
	char gateway[16];	    /* of the default route */
	struct par_buf nameservers; /* of /etc/resolv.conf */
	struct par_buf suffixes;    /* where the resolver searches */
};

void cli_network_done(struct cli_network *n);
#define auto_network par_cleanup(cli_network_done) struct cli_network

/* cli_network_read - look; what cannot be read is empty.  Errors: PAR_E_NO_MEMORY. */
int cli_network_read(struct cli_network *ret, struct par_error **err);

/* cli_network_resolver - take what a resolv.conf says; @text is cut up */
void cli_network_resolver(char *text, struct cli_network *ret);
/* cli_network_routes - take the default route's gateway of the text of /proc/net/route */
void cli_network_routes(const char *text, struct cli_network *ret);
