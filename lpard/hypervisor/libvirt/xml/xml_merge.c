/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A planned definition with what others have put into the one there is: see xml.h.  The tables
 * below say what is lpard's.  What no table names is somebody else's, and stays.
 */
#include "lpard/hypervisor/libvirt/xml/xml_priv.h"

#include <string.h>
#include <strings.h>

/* Elements of <domain> that are lpard's whole.  vcpus: what hot-plug leaves beside vcpu. */
static const char *const whole[] = {
	"name", "uuid",	 "maxMemory",	"memory",    "currentMemory",
	"vcpu", "vcpus", "on_poweroff", "on_reboot", "on_crash",
};

/* Elements of <domain> of whose children lpard's are these. */
#define CHILDREN_MAX 6
static const struct shared {
	const char *element;
	const char *ours[CHILDREN_MAX];
} shared[] = {
	{ "cputune", { "shares", "global_period", "global_quota" } },
	{ "os", { "type", "kernel", "initrd", "cmdline", "boot" } },
	{ "cpu", { "model", "numa" } },
	{ "features", { NULL } }, /* those of firmware.h */
	{ "metadata", { NULL } }, /* the one in our namespace */
};

struct merge {
	xmlDocPtr doc; /* the planned one, which becomes the result */
	xmlNode *planned;
	const struct hv_xml_before *before;
	bool failed; /* out of memory */
};

static xmlNode *copy(struct merge *m, xmlNode *node)
{
	xmlNode *made = xmlDocCopyNode(node, m->doc, 1);

	if (!made)
		m->failed = true;
	return made;
}

static void append(struct merge *m, xmlNode *parent, xmlNode *node)
{
	xmlNode *made = copy(m, node);

	if (made && !xmlAddChild(parent, made)) {
		xmlFreeNode(made);
		m->failed = true;
	}
}

static bool is_whole(const xmlNode *node)
{
	for (size_t i = 0; i < PAR_ARRAY_SIZE(whole); i++) {
		if (hv_xml_is_named(node, whole[i]))
			return true;
	}
	return false;
}

static bool is_our_feature(const xmlNode *node)
{
	struct fw_feature features[FW_OPTIONS + 1];

	fw_features((1U << FW_OPTIONS) - 1, features);
	for (size_t i = 0; features[i].element; i++) {
		if (hv_xml_is_named(node, features[i].element))
			return true;
	}
	return false;
}

static bool is_our_child(const struct shared *s, const xmlNode *node)
{
	for (size_t i = 0; i < CHILDREN_MAX && s->ours[i]; i++) {
		if (hv_xml_is_named(node, s->ours[i]))
			return true;
	}
	if (strcmp(s->element, "features") == 0)
		return is_our_feature(node);
	return strcmp(s->element, "metadata") == 0 && hv_xml_is_ours(node, "lpar");
}

static void merge_shared(struct merge *m, const struct shared *s, xmlNode *old)
{
	xmlNode *to = hv_xml_child(m->planned, s->element);

	for (xmlNode *n = old->children; n; n = n->next) {
		if (n->type != XML_ELEMENT_NODE || is_our_child(s, n))
			continue;
		if (!to)
			to = xmlNewChild(m->planned, NULL, BAD_CAST s->element, NULL);
		if (!to)
			m->failed = true;
		else
			append(m, to, n);
	}
}

static bool is_arg(xmlNode *node, const char *value)
{
	return node && hv_xml_is_named(node, "arg") && hv_xml_is(node, "value", value);
}

static xmlNode *next_element(xmlNode *node)
{
	while (node && node->type != XML_ELEMENT_NODE)
		node = node->next;
	return node;
}

/* Arguments for qemu: lpard's are pairs that firmware.h knows; others' follow them. */
static void merge_arguments(struct merge *m, xmlNode *old)
{
	xmlNode *to = hv_xml_child(m->planned, "commandline"), *n, *value;

	for (n = next_element(old->children); n; n = next_element(n->next)) {
		bool ours = false;

		value = next_element(n->next);
		for (const struct fw_argument *a = fw_arguments; a->option && value; a++)
			ours = ours || (is_arg(n, a->option) && is_arg(value, a->value));
		if (ours) {
			n = value;
			continue;
		}
		if (!to)
			to = xmlNewChild(
				m->planned,
				old->ns ? xmlSearchNsByHref(m->doc, m->planned, old->ns->href)
					: NULL,
				BAD_CAST "commandline", NULL);
		if (!to)
			m->failed = true;
		else
			append(m, to, n);
	}
}

/* Devices */

static bool same_attribute(xmlNode *a, xmlNode *b, const char *name, const char *otherwise)
{
	auto_xml_string x = a ? xmlGetNoNsProp(a, BAD_CAST name) : NULL;
	auto_xml_string y = b ? xmlGetNoNsProp(b, BAD_CAST name) : NULL;

	return strcasecmp(x ? (const char *)x : otherwise, y ? (const char *)y : otherwise) == 0;
}

static bool same_in_child(xmlNode *a, xmlNode *b, const char *child, const char *name)
{
	return same_attribute(hv_xml_child(a, child), hv_xml_child(b, child), name, "");
}

static bool is_root_disk(xmlNode *disk)
{
	return hv_xml_is(hv_xml_child(disk, "target"), "dev", "vda");
}

/* Do two elements of one name stand for one and the same device of lpard's? */
static bool same_device(xmlNode *planned, xmlNode *old)
{
	if (hv_xml_is_named(old, "disk")) {
		if (is_root_disk(planned) || is_root_disk(old))
			return is_root_disk(planned) && is_root_disk(old);
		return same_in_child(planned, old, "source", "file");
	}
	if (hv_xml_is_named(old, "interface"))
		return same_in_child(planned, old, "mac", "address");
	if (hv_xml_is_named(old, "serial"))
		return same_in_child(planned, old, "target", "port");
	if (hv_xml_is_named(old, "console"))
		return same_in_child(planned, old, "target", "port") &&
		       same_in_child(planned, old, "target", "type");
	if (hv_xml_is_named(old, "channel"))
		return same_in_child(planned, old, "target", "name");
	if (hv_xml_is_named(old, "controller"))
		return same_attribute(planned, old, "type", "") &&
		       same_attribute(planned, old, "index", "0");
	if (hv_xml_is_named(old, "rng"))
		return same_in_child(planned, old, "backend", "model");
	if (hv_xml_is_named(old, "panic"))
		return same_attribute(planned, old, "model", "pseries");
	return hv_xml_is_named(old, "memballoon");
}

static xmlNode *find_same(xmlNode *devices, xmlNode *old)
{
	for (xmlNode *n = devices->children; n; n = n->next) {
		if (hv_xml_is_named(n, (const char *)old->name) && same_device(n, old))
			return n;
	}
	return NULL;
}

static bool is_old_nic(const struct merge *m, xmlNode *node)
{
	xmlNode *mac = hv_xml_child(node, "mac");
	auto_xml_string address = mac ? xmlGetNoNsProp(mac, BAD_CAST "address") : NULL;

	for (size_t i = 0; address && i < m->before->n_nics; i++) {
		if (strcasecmp((const char *)address, m->before->nics[i].mac) == 0)
			return true;
	}
	return false;
}

static bool is_media(const struct merge *m, xmlNode *node)
{
	xmlNode *source = hv_xml_child(node, "source");
	auto_xml_string file = source ? xmlGetNoNsProp(source, BAD_CAST "file") : NULL;
	size_t len = strlen(m->before->pool_path);
	const char *name;

	if (!file || strncmp((const char *)file, m->before->pool_path, len) != 0 ||
	    file[len] != '/')
		return false;
	name = (const char *)file + len + 1;
	return hv_volume_is_ours(name) && strstr(name, "-media.img");
}

/* A device that lpard gave the domain, and that is not planned any more or planned anew. */
static bool is_dropped(const struct merge *m, xmlNode *node)
{
	if (hv_xml_is_named(node, "memory"))
		return hv_xml_is(node, "model", "dimm");
	if (hv_xml_is_named(node, "interface"))
		return is_old_nic(m, node);
	return hv_xml_is_named(node, "disk") && is_media(m, node);
}

static void set(struct merge *m, xmlNode *node, const char *attribute, const char *value)
{
	if (node && !xmlSetProp(node, BAD_CAST attribute, BAD_CAST value))
		m->failed = true;
}

/* Another disk for vda: what was said of the chain under the old one is no longer so. */
static void name_disk(struct merge *m, xmlNode *disk)
{
	xmlNode *source = hv_xml_child(disk, "source"), *chain;

	if (!m->before->disk || hv_xml_is(source, "file", m->before->disk))
		return;
	set(m, disk, "type", "file");
	if (source) {
		xmlUnlinkNode(source);
		xmlFreeNode(source);
	}
	source = xmlNewChild(disk, NULL, BAD_CAST "source", NULL);
	if (!source)
		m->failed = true;
	set(m, source, "file", m->before->disk);
	set(m, hv_xml_child(disk, "driver"), "type", "qcow2");
	chain = hv_xml_child(disk, "backingStore");
	if (chain) {
		xmlUnlinkNode(chain);
		xmlFreeNode(chain);
	}
}

/* A device that is there already stays, with what others have set, in place of the planned one. */
static void keep_device(struct merge *m, xmlNode *planned, xmlNode *old)
{
	xmlNode *made = copy(m, old);
	xmlNode *network = hv_xml_child(planned, "source");
	auto_xml_string name = NULL;

	if (!made)
		return;
	xmlReplaceNode(planned, made);
	if (hv_xml_is_named(made, "interface") && hv_xml_is(made, "type", "network") && network) {
		name = xmlGetNoNsProp(network, BAD_CAST "network");
		set(m, hv_xml_child(made, "source"), "network", name ? (const char *)name : "");
	}
	if (hv_xml_is_named(made, "disk") && is_root_disk(made))
		name_disk(m, made);
	xmlFreeNode(planned);
}

static bool is_target_used(xmlNode *devices, const char *dev, const xmlNode *by_other_than)
{
	for (xmlNode *n = devices->children; n; n = n->next) {
		if (n != by_other_than && hv_xml_is_named(n, "disk") &&
		    hv_xml_is(hv_xml_child(n, "target"), "dev", dev))
			return true;
	}
	return false;
}

/* Somebody's disk may have the name that the media disk is planned for. */
static int place_media(struct merge *m, xmlNode *devices, struct par_error **err)
{
	for (xmlNode *n = devices->children; n; n = n->next) {
		xmlNode *target = hv_xml_is_named(n, "disk") ? hv_xml_child(n, "target") : NULL;
		auto_xml_string dev = target ? xmlGetNoNsProp(target, BAD_CAST "dev") : NULL;
		char name[] = "vdb";

		if (!dev || !is_media(m, n) || !is_target_used(devices, (const char *)dev, n))
			continue;
		while (name[2] <= 'z' && is_target_used(devices, name, n))
			name[2]++;
		if (name[2] > 'z')
			return par_fail(err, PAR_E_NO_RESOURCES, 0,
					"the domain has no name left for the media disk");
		set(m, target, "dev", name);
	}
	return 0;
}

static int merge_devices(struct merge *m, xmlNode *old, struct par_error **err)
{
	xmlNode *devices = hv_xml_child(m->planned, "devices"), *planned;

	if (!devices)
		return par_fail(err, PAR_E_CORRUPT, 0, "the planned domain has no devices");
	for (xmlNode *n = old->children; n; n = n->next) {
		if (n->type != XML_ELEMENT_NODE)
			continue;
		planned = find_same(devices, n);
		if (planned)
			keep_device(m, planned, n);
		else if (!is_dropped(m, n))
			append(m, devices, n);
	}
	return place_media(m, devices, err);
}

static int merge_element(struct merge *m, xmlNode *old, struct par_error **err)
{
	if (is_whole(old))
		return 0;
	if (hv_xml_is_named(old, "devices"))
		return merge_devices(m, old, err);
	if (hv_xml_is_named(old, "commandline")) {
		merge_arguments(m, old);
		return 0;
	}
	for (size_t i = 0; i < PAR_ARRAY_SIZE(shared); i++) {
		if (hv_xml_is_named(old, shared[i].element)) {
			merge_shared(m, &shared[i], old);
			return 0;
		}
	}
	append(m, m->planned, old);
	return 0;
}

int hv_xml_merge(const char *planned, const char *old, const struct hv_xml_before *before,
		 char **ret, struct par_error **err)
{
	auto_doc doc = hv_xml_parse(planned, strlen(planned));
	auto_doc old_doc = hv_xml_parse(old, strlen(old));
	struct merge m = { .doc = doc, .before = before };
	xmlNode *root = old_doc ? xmlDocGetRootElement(old_doc) : NULL;
	auto_xml_string text = NULL;
	int len, r = 0;

	m.planned = doc ? xmlDocGetRootElement(doc) : NULL;
	if (!m.planned || !root || !hv_xml_is_named(root, "domain"))
		return par_fail(err, PAR_E_CORRUPT, 0, "libvirt's answer is not a domain's XML");
	for (xmlNode *n = root->children; n && r == 0; n = n->next) {
		if (n->type == XML_ELEMENT_NODE)
			r = merge_element(&m, n, err);
	}
	if (r < 0)
		return r;
	if (!m.failed)
		xmlDocDumpMemory(doc, &text, &len);
	*ret = text ? strdup((const char *)text) : NULL;
	return *ret ? 0 : par_oom(err);
}
