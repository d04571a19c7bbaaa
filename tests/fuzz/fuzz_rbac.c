/* SPDX-License-Identifier: Apache-2.0 */
/* A database of roles, domains, objects or users: no crash, and what is accepted survives writing.
 */
#include "wparctl/rbac/decide.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct wpar_rbac_object object = { "web01", "ann" };
	auto_rbac first, second;
	auto_buf a = { 0 }, b = { 0 }, why = { 0 };
	size_t which;

	wpar_rbac_init(&first);
	wpar_rbac_init(&second);
	if (size == 0)
		return 0;
	which = data[0] % WPAR_RBAC_COUNT;
	if (wpar_rbac_parse((const char *)data + 1, size - 1, &first.tables[which], NULL) < 0)
		return 0;
	wpar_rbac_decide(&first, "ann", WPAR_RIGHT_START, &object, &why, NULL);
	if (wpar_rbac_write(&first.tables[which], &a) < 0 || !a.data || a.len > WPAR_RBAC_BYTES)
		return 0;
	if (wpar_rbac_parse(a.data, a.len, &second.tables[which], NULL) < 0 ||
	    wpar_rbac_write(&second.tables[which], &b) < 0 || a.len != b.len ||
	    memcmp(a.data, b.data, a.len) != 0)
		abort();
	return 0;
}
