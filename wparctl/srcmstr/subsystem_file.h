/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file of subsystems: AIX's stanza grammar (lpard/common/stanza.h), a stanza a subsystem.
 *
 *	* a comment (or #)
 *	syslogd:
 *		path = "/usr/sbin/syslogd"
 *		grpname = "ras"
 */
#pragma once

#include "wparctl/srcmstr/subsystem.h"

#define WPAR_STANZAS_BYTES (256 * 1024)

/*
 * wpar_stanzas_parse - the whole text, strictly: PAR_E_CORRUPT with the line's number for what is
 * unknown, given twice or has a bad value; *ret is empty then
 */
int wpar_stanzas_parse(const char *text, size_t len, struct wpar_subsystems *ret,
		       struct par_error **err);

/* wpar_stanzas_write - the text that wpar_stanzas_parse() reads back the same; -ENOMEM, or 0 */
int wpar_stanzas_write(const struct wpar_subsystems *l, struct par_buf *out);
