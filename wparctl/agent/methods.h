/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What lpard may ask of the agent: the calls that an OPEN frame carries, read strictly, and the
 * facts the agent tells.  Pure but for reading /etc/os-release and /proc.
 */
#pragma once

#include "lpard/common/str.h"
#include "wparctl/agent/stream.h"

enum wpar_method {
	WPAR_METHOD_RUN,      /* org.lpard.agent.Run */
	WPAR_METHOD_INFO,     /* org.lpard.agent.Info */
	WPAR_METHOD_SHUTDOWN, /* org.lpard.agent.Shutdown */
};

struct wpar_call {
	enum wpar_method method;
	struct wpar_run run;
	bool restart, immediate; /* Shutdown */
};

void wpar_call_done(struct wpar_call *c);

/*
 * wpar_call_parse - an OPEN frame's payload
 * Run: argv (1..4096 strings), environment (NAME=value, at most 256), directory ("/"), tty, rows,
 * columns.  run.environment is complete then: PATH, HOME and so on, overridden by what was asked.
 * Errors: PAR_E_PROTOCOL (no call), PAR_E_NOT_SUPPORTED (no such method), PAR_E_INVALID_ARGUMENT.
 */
int wpar_call_parse(const void *data, size_t len, struct wpar_call *ret, struct par_error **err);

/*
 * wpar_info_put - the hello's JSON object: agent, os_id, os_name, os_version, kernel, machine,
 * page_size, boot_id, hostname
 * @root	"" or a folder to look in, for tests
 */
int wpar_info_put(const char *root, struct par_buf *b);
