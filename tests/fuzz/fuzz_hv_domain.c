/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Definitions of domains and volumes as libvirt gives them, with whatever others have put in: no
 * crash, and what lpard makes of one is a domain again, with lpard's own name.
 */
#include "lpard/hypervisor/libvirt/xml/xml.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char planned[] =
	"<domain type='qemu'><name>ours</name><uuid>u</uuid>"
	"<metadata><lpard:lpar xmlns:lpard='https://lpard.org/xmlns/lpar/1' version='1'/></metadata>"
	"<memory unit='MiB'>1024</memory><vcpu current='2'>4</vcpu>"
	"<os><type machine='pseries'>hvm</type></os><devices>"
	"<disk type='file' device='disk'><source file='/pool/root.qcow2'/>"
	"<target dev='vda' bus='virtio'/></disk>"
	"<disk type='file' device='disk'><source file='/pool/0123456789ab-media.img'/>"
	"<target dev='vdb' bus='virtio'/></disk>"
	"<interface type='network'><mac address='52:54:00:00:00:01'/></interface>"
	"<channel type='unix'><target type='virtio' name='org.lpard.agent.0'/></channel>"
	"</devices></domain>";

static void count(const char *value, void *user)
{
	*(size_t *)user += strlen(value);
}

static void count_disk(const char *file, const char *format, void *user)
{
	*(size_t *)user += strlen(file) + (format ? strlen(format) : 0);
}

static void look(const char *text)
{
	static const char *const paths[] = { "name", "target/path", "backingStore/path",
					     "devices/disk/source" };
	bool there;
	size_t n = 0;

	for (size_t i = 0; i < PAR_ARRAY_SIZE(paths); i++) {
		autofree char *value = NULL, *attribute = NULL;

		hv_xml_text(text, paths[i], &value, NULL);
		hv_xml_attribute(text, paths[i], "file", &attribute, NULL);
	}
	for (int i = 0; i < 2; i++) {
		autofree char *file = NULL;

		hv_xml_disk(text, i ? "vda" : "vdb", &there, &file, NULL);
	}
	hv_xml_each_value(text, count, &n, NULL);
	hv_xml_each_disk(text, count_disk, &n, NULL);
	hv_xml_port_is_open(text, "org.lpard.agent.0");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct hv_xml_before before = { .pool_path = "/pool" };
	const struct fw_feature features[] = { { "cfpc", "value", "broken" }, { 0 } };
	autofree char *text = strndup((const char *)data, size);
	autofree char *merged = NULL, *name = NULL, *with = NULL;

	if (!text)
		return 0;
	look(text);
	hv_xml_with_features(text, features, &with, NULL);
	if (hv_xml_merge(planned, text, &before, &merged, NULL) < 0)
		return 0;
	if (hv_xml_text(merged, "name", &name, NULL) < 0 || !name || strcmp(name, "ours") != 0)
		abort();
	look(merged);
	return 0;
}
