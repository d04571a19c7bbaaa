/* SPDX-License-Identifier: Apache-2.0 */
/* XML to plain data: see xml.h. */
#include "lpard/hypervisor/libvirt/xml/xml_priv.h"

#include <libxml/parser.h>
#include <string.h>

#define PARTS_MAX 1024 /* profiles of one partition, more than an HMC keeps */
#define ATTRS_MAX 256  /* of one part */

void hv_xml_doc_cleanup(xmlDocPtr *doc)
{
	if (*doc)
		xmlFreeDoc(*doc);
}

void hv_xml_string_cleanup(xmlChar **s)
{
	if (*s)
		xmlFree(*s);
}

xmlDocPtr hv_xml_parse(const char *text, size_t len)
{
	xmlDocPtr doc;

	if (len > INT32_MAX)
		return NULL;
	doc = xmlReadMemory(text, (int)len, NULL, NULL,
			    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
				    XML_PARSE_NOCDATA);
	if (doc && (doc->intSubset || doc->extSubset)) {
		xmlFreeDoc(doc);
		return NULL;
	}
	return doc;
}

bool hv_xml_is_named(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0;
}

bool hv_xml_is_ours(const xmlNode *node, const char *name)
{
	return hv_xml_is_named(node, name) &&
	       (!node->ns || !node->ns->href ||
		strcmp((const char *)node->ns->href, HV_METADATA_URI) == 0);
}

static int read_attribute(xmlNode *node, struct par_attrs *attrs, struct par_error **err)
{
	auto_xml_string name = xmlGetNoNsProp(node, BAD_CAST "name");
	auto_xml_string value = xmlNodeGetContent(node);

	if (!name || !*name)
		return par_fail(err, PAR_E_CORRUPT, 0, "an attribute has no name");
	if (attrs->n >= ATTRS_MAX)
		return par_fail(err, PAR_E_CORRUPT, 0, "it has too many attributes");
	if (!value ||
	    par_attrs_add(attrs, (const char *)name, PAR_ATTR_SET, (const char *)value) < 0)
		return par_oom(err);
	return 0;
}

static int read_part(xmlNode *node, const char *element, struct hv_stored *s,
		     struct par_error **err)
{
	struct hv_stored_part *v;

	if (s->n >= PARTS_MAX)
		return par_fail(err, PAR_E_CORRUPT, 0, "it has too many profiles");
	v = reallocarray(s->v, s->n + 1, sizeof(*v));
	if (!v)
		return par_oom(err);
	s->v = v;
	v[s->n] = (struct hv_stored_part){ .element = element };
	s->n++;
	for (xmlNode *child = node->children; child; child = child->next) {
		if (hv_xml_is_ours(child, "attribute")) {
			int r = read_attribute(child, &s->v[s->n - 1].attrs, err);

			if (r < 0)
				return r;
		}
	}
	return 0;
}

static int read_root(xmlNode *root, unsigned int *ret_version, struct hv_stored *s,
		     struct par_error **err)
{
	static const char *const elements[] = { "partition", "profile", "current" };
	auto_xml_string version = xmlGetNoNsProp(root, BAD_CAST "version");
	uint64_t number = 0;

	if (!version || par_parse_u64((const char *)version, UINT32_MAX, &number) < 0)
		return par_fail(err, PAR_E_CORRUPT, 0, "it has no version");
	if (number == 0 || number > LPAR_STORED_VERSION)
		return par_fail(err, PAR_E_CORRUPT, 0, "its version %llu is newer than %d",
				(unsigned long long)number, LPAR_STORED_VERSION);
	*ret_version = (unsigned int)number;
	for (xmlNode *child = root->children; child; child = child->next) {
		for (size_t i = 0; i < PAR_ARRAY_SIZE(elements); i++) {
			int r;

			if (!hv_xml_is_ours(child, elements[i]))
				continue;
			r = read_part(child, elements[i], s, err);
			if (r < 0)
				return r;
		}
	}
	return 0;
}

int hv_xml_read_stored(const char *text, size_t len, unsigned int *ret_version,
		       struct hv_stored *ret, struct par_error **err)
{
	auto_doc doc = NULL;
	auto_stored s = { 0 };
	xmlNode *root;
	int r;

	if (len > HV_METADATA_MAX)
		return par_fail(err, PAR_E_CORRUPT, 0, "the metadata is too long");
	doc = hv_xml_parse(text, len);
	root = doc ? xmlDocGetRootElement(doc) : NULL;
	if (!root || !hv_xml_is_ours(root, "lpar"))
		return par_fail(err, PAR_E_CORRUPT, 0, "the metadata is not an LPAR's");
	r = read_root(root, ret_version, &s, err);
	if (r < 0)
		return r;
	*ret = s;
	s = (struct hv_stored){ 0 };
	return 0;
}

static xmlNode *find_child(xmlNode *node, const char *name, size_t len)
{
	for (xmlNode *child = node->children; child; child = child->next) {
		if (child->type == XML_ELEMENT_NODE && strlen((const char *)child->name) == len &&
		    strncmp((const char *)child->name, name, len) == 0)
			return child;
	}
	return NULL;
}

xmlNode *hv_xml_child(xmlNode *node, const char *name)
{
	return find_child(node, name, strlen(name));
}

bool hv_xml_is(xmlNode *node, const char *attribute, const char *value)
{
	auto_xml_string is = node ? xmlGetNoNsProp(node, BAD_CAST attribute) : NULL;

	return is && strcmp((const char *)is, value) == 0;
}

static bool put_feature(xmlNode *features, const struct fw_feature *f)
{
	xmlNode *node = hv_xml_child(features, f->element);

	if (!node)
		node = xmlNewChild(features, NULL, BAD_CAST f->element, NULL);
	return node && xmlSetProp(node, BAD_CAST f->attribute, BAD_CAST f->value);
}

int hv_xml_with_features(const char *domain, const struct fw_feature *features, char **ret,
			 struct par_error **err)
{
	auto_doc doc = hv_xml_parse(domain, strlen(domain));
	xmlNode *root = doc ? xmlDocGetRootElement(doc) : NULL, *parent;
	auto_xml_string text = NULL;
	bool good;
	int len;

	if (!root || !hv_xml_is_named(root, "domain"))
		return par_fail(err, PAR_E_CORRUPT, 0, "libvirt's answer is not a domain's XML");
	parent = hv_xml_child(root, "features");
	if (!parent)
		parent = xmlNewChild(root, NULL, BAD_CAST "features", NULL);
	good = parent != NULL;
	for (; good && features->element; features++)
		good = put_feature(parent, features);
	if (good)
		xmlDocDumpMemory(doc, &text, &len);
	*ret = text ? strdup((const char *)text) : NULL;
	return *ret ? 0 : par_oom(err);
}

static xmlNode *node_at(xmlNode *node, const char *path)
{
	while (node && *path) {
		size_t len = strcspn(path, "/");

		node = find_child(node, path, len);
		path += len + (path[len] == '/');
	}
	return node;
}

int hv_xml_text(const char *text, const char *path, char **ret_text, struct par_error **err)
{
	auto_doc doc = hv_xml_parse(text, strlen(text));
	auto_xml_string content = NULL;
	xmlNode *node = doc ? xmlDocGetRootElement(doc) : NULL;

	if (!node)
		return par_fail(err, PAR_E_CORRUPT, 0, "libvirt's answer is not XML");
	*ret_text = NULL;
	node = node_at(node, path);
	if (!node)
		return 0;
	content = xmlNodeGetContent(node);
	*ret_text = content ? strdup((const char *)content) : NULL;
	return *ret_text ? 0 : par_oom(err);
}

int hv_xml_attribute(const char *text, const char *path, const char *name, char **ret_text,
		     struct par_error **err)
{
	auto_doc doc = hv_xml_parse(text, strlen(text));
	auto_xml_string value = NULL;
	xmlNode *node = doc ? xmlDocGetRootElement(doc) : NULL;

	if (!node)
		return par_fail(err, PAR_E_CORRUPT, 0, "libvirt's answer is not XML");
	*ret_text = NULL;
	node = node_at(node, path);
	value = node ? xmlGetNoNsProp(node, BAD_CAST name) : NULL;
	if (!value)
		return 0;
	*ret_text = strdup((const char *)value);
	return *ret_text ? 0 : par_oom(err);
}

/* The next element of that name at or after @node. */
static xmlNode *next_named(xmlNode *node, const char *name)
{
	while (node && !hv_xml_is_named(node, name))
		node = node->next;
	return node;
}

static int copy_file(xmlNode *disk, char **ret_file, struct par_error **err)
{
	xmlNode *source = hv_xml_child(disk, "source");
	auto_xml_string file = NULL;

	if (!hv_xml_is(disk, "type", "file") || !source)
		return 0;
	file = xmlGetNoNsProp(source, BAD_CAST "file");
	*ret_file = file ? strdup((const char *)file) : NULL;
	return file && !*ret_file ? par_oom(err) : 0;
}

int hv_xml_disk(const char *domain, const char *target, bool *ret_there, char **ret_file,
		struct par_error **err)
{
	auto_doc doc = hv_xml_parse(domain, strlen(domain));
	xmlNode *devices = doc ? xmlDocGetRootElement(doc) : NULL, *n;

	*ret_there = false;
	*ret_file = NULL;
	if (!devices)
		return par_fail(err, PAR_E_CORRUPT, 0, "libvirt's answer is not XML");
	devices = hv_xml_child(devices, "devices");
	for (n = next_named(devices ? devices->children : NULL, "disk"); n;
	     n = next_named(n->next, "disk")) {
		if (!hv_xml_is(hv_xml_child(n, "target"), "dev", target))
			continue;
		*ret_there = true;
		return copy_file(n, ret_file, err);
	}
	return 0;
}

static void each_value(xmlNode *node, void (*fn)(const char *value, void *user), void *user)
{
	for (; node; node = node->next) {
		for (xmlAttr *a = node->type == XML_ELEMENT_NODE ? node->properties : NULL; a;
		     a = a->next) {
			auto_xml_string value = xmlNodeListGetString(node->doc, a->children, 1);

			if (value)
				fn((const char *)value, user);
		}
		if (node->type == XML_TEXT_NODE && node->content)
			fn((const char *)node->content, user);
		if (node->type == XML_ELEMENT_NODE)
			each_value(node->children, fn, user);
	}
}

int hv_xml_each_value(const char *text, void (*fn)(const char *value, void *user), void *user,
		      struct par_error **err)
{
	auto_doc doc = hv_xml_parse(text, strlen(text));

	if (!doc)
		return par_fail(err, PAR_E_CORRUPT, 0, "libvirt's answer is not XML");
	each_value(xmlDocGetRootElement(doc), fn, user);
	return 0;
}

int hv_xml_each_disk(const char *domain,
		     void (*fn)(const char *file, const char *format, void *user), void *user,
		     struct par_error **err)
{
	auto_doc doc = hv_xml_parse(domain, strlen(domain));
	xmlNode *devices = doc ? xmlDocGetRootElement(doc) : NULL, *n;

	if (!devices)
		return par_fail(err, PAR_E_CORRUPT, 0, "libvirt's answer is not XML");
	devices = hv_xml_child(devices, "devices");
	for (n = next_named(devices ? devices->children : NULL, "disk"); n;
	     n = next_named(n->next, "disk")) {
		xmlNode *driver = hv_xml_child(n, "driver");
		auto_xml_string format = driver ? xmlGetNoNsProp(driver, BAD_CAST "type") : NULL;
		autofree char *file = NULL;
		int r = copy_file(n, &file, err);

		if (r < 0)
			return r;
		if (file)
			fn(file, (const char *)format, user);
	}
	return 0;
}

static bool is_open_port(xmlNode *channel, const char *name)
{
	xmlNode *target = hv_xml_child(channel, "target");

	return hv_xml_is(target, "name", name) && hv_xml_is(target, "state", "connected");
}

bool hv_xml_port_is_open(const char *domain, const char *name)
{
	auto_doc doc = hv_xml_parse(domain, strlen(domain));
	xmlNode *devices = doc ? xmlDocGetRootElement(doc) : NULL;

	if (devices)
		devices = hv_xml_child(devices, "devices");
	for (xmlNode *n = devices ? devices->children : NULL; n; n = n->next) {
		if (hv_xml_is_named(n, "channel") && is_open_port(n, name))
			return true;
	}
	return false;
}
