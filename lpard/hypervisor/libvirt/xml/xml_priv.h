/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of XML in this folder share. */
#pragma once

#include "lpard/hypervisor/libvirt/xml/xml.h"

#include <libxml/tree.h>

void hv_xml_doc_cleanup(xmlDocPtr *doc);
void hv_xml_string_cleanup(xmlChar **s);
#define auto_doc	par_cleanup(hv_xml_doc_cleanup) xmlDocPtr
#define auto_xml_string par_cleanup(hv_xml_string_cleanup) xmlChar *

/* hv_xml_parse - a document without a DTD, and so without entities but XML's own five; NULL */
xmlDocPtr hv_xml_parse(const char *text, size_t len);
/* hv_xml_is_named - is the node an element of that name, in whatever namespace? */
bool hv_xml_is_named(const xmlNode *node, const char *name);
/* hv_xml_is_ours - the same in our namespace, or in none, as libvirt gives stored elements */
bool hv_xml_is_ours(const xmlNode *node, const char *name);
/* hv_xml_child - the first child element of that name, NULL */
xmlNode *hv_xml_child(xmlNode *node, const char *name);
/* hv_xml_is - does the element (NULL is none) have the attribute, with that value? */
bool hv_xml_is(xmlNode *node, const char *attribute, const char *value);
