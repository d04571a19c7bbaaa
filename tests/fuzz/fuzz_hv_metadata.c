/* SPDX-License-Identifier: Apache-2.0 */
/* Metadata as anybody may write it with virsh: what loads can be stored, and loads again. */
#include "lpard/hypervisor/libvirt/xml/xml.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_stored in = { 0 }, out = { 0 }, again = { 0 };
	auto_partition part = NULL;
	auto_partition copy = NULL;
	autofree char *xml = NULL;
	unsigned int version = 0;

	if (hv_xml_read_stored((const char *)data, size, &version, &in, NULL) < 0)
		return 0;
	if (hv_stored_load(version, &in, &part, NULL) < 0)
		return 0;
	if (hv_stored_make(part, &out) < 0)
		__builtin_trap();
	if (hv_xml_stored(&out, &xml, NULL) < 0)
		return 0; /* a text that XML cannot hold */
	if (hv_xml_read_stored(xml, strlen(xml), &version, &again, NULL) < 0)
		__builtin_trap();
	if (hv_stored_load(version, &again, &copy, NULL) < 0)
		__builtin_trap();
	return 0;
}
