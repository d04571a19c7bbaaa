/* SPDX-License-Identifier: Apache-2.0 */
/* Requests to srcmstr, which every user of a WPAR may send: no crash, and one reading of each. */
#include "wparctl/srcmstr/request.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_src_request q = { 0 }, again = { 0 };
	auto_buf packet = { 0 };

	if (wpar_src_request_parse((const char *)data, size, &q) < 0)
		return 0;
	if (wpar_src_request_write(&q, &packet) < 0 ||
	    wpar_src_request_parse(packet.data, packet.len, &again) < 0 || q.verb != again.verb ||
	    !par_streq(q.subsystem, again.subsystem) || !par_streq(q.group, again.group))
		abort();
	return 0;
}
