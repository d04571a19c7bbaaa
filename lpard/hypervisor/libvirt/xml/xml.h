/* SPDX-License-Identifier: Apache-2.0 */
/* XML and plain data: written with libxml2's writer, read with its parser and tight limits. */
#pragma once

#include "lpard/hypervisor/libvirt/xml/plan.h"

/*
 * hv_xml_domain - a plan as libvirt's domain XML
 * @ret		caller frees
 * Errors: PAR_E_INVALID_ARGUMENT (a text that XML cannot hold), PAR_E_NO_MEMORY.
 */
int hv_xml_domain(const struct hv_domain_plan *p, char **ret, struct par_error **err);

/*
 * hv_xml_with_features - a domain's XML with these features in place of its own of the same names
 * @features	ends with element NULL
 * @ret		caller frees
 * Errors: PAR_E_CORRUPT (no domain's XML), PAR_E_NO_MEMORY.
 */
int hv_xml_with_features(const char *domain, const struct fw_feature *features, char **ret,
			 struct par_error **err);

/* What lpard knows of a domain that it defines anew; borrowed. */
struct hv_xml_before {
	const char *pool_path;
	const char *disk;		/* the path that vda is to name; NULL: the one it names */
	const struct hv_nic_plan *nics; /* those that lpard gave it before */
	size_t n_nics;
};

/*
 * hv_xml_merge - a definition that lpard plans, with what others have put into the one there is
 * @planned	of hv_xml_domain()
 * @old		the definition as libvirt keeps it, with its secrets
 * @ret		caller frees
 *
 * What is lpard's is taken from @planned: name, metadata, memory, processors, how it boots, and
 * which of its devices there are.  A device of lpard's that is there already stays as it is, with
 * whatever others have set (an I/O limit, a bandwidth).  Everything else of @old stays: the README
 * of this folder has the list.
 * Errors: PAR_E_CORRUPT (no domain's XML), PAR_E_NO_RESOURCES (no name for the media disk is
 * free), PAR_E_NO_MEMORY.
 */
int hv_xml_merge(const char *planned, const char *old, const struct hv_xml_before *before,
		 char **ret, struct par_error **err);

/* hv_xml_stored - the stored form as the element that virDomainSetMetadata takes (no prefix) */
int hv_xml_stored(const struct hv_stored *s, char **ret, struct par_error **err);

/* hv_xml_pool, hv_xml_volume - storage; @backing is NULL or the path of a raw base */
int hv_xml_pool(const char *name, const char *path, char **ret, struct par_error **err);
int hv_xml_volume(const char *name, uint64_t capacity, const char *format, const char *backing,
		  char **ret, struct par_error **err);

#define HV_METADATA_MAX (1024 * 1024)

/*
 * hv_xml_read_stored - the metadata element back
 * @ret_version	of the stored form
 * What anybody may have written with virsh is not trusted: no entities, no network, no more than
 * HV_METADATA_MAX bytes.  Unknown elements and attributes are passed over.
 * Errors: PAR_E_CORRUPT.
 */
int hv_xml_read_stored(const char *text, size_t len, unsigned int *ret_version,
		       struct hv_stored *ret, struct par_error **err);

/*
 * hv_xml_text - the text of the first element at a path of names ("target/path") below the root
 * of one of libvirt's own documents
 * @ret_text	NULL when there is none; caller frees
 */
int hv_xml_text(const char *text, const char *path, char **ret_text, struct par_error **err);

/* hv_xml_attribute - the same of the attribute @name of that element */
int hv_xml_attribute(const char *text, const char *path, const char *name, char **ret_text,
		     struct par_error **err);

/*
 * hv_xml_disk - the disk that a domain's XML has at a target ("vda")
 * @ret_file	the path of the file that it is; NULL when it is none (a block device); caller frees
 */
int hv_xml_disk(const char *domain, const char *target, bool *ret_there, char **ret_file,
		struct par_error **err);

/* hv_xml_each_value - call @fn with every attribute and text that libvirt's XML has */
int hv_xml_each_value(const char *text, void (*fn)(const char *value, void *user), void *user,
		      struct par_error **err);

/* hv_xml_each_disk - call @fn for each disk of a domain that is a file; @format may be NULL */
int hv_xml_each_disk(const char *domain,
		     void (*fn)(const char *file, const char *format, void *user), void *user,
		     struct par_error **err);

/*
 * hv_xml_port_is_open - has a program in the guest opened the virtio-serial port @name?
 * @domain	the XML of a running domain
 * False also while libvirt does not say, as it does when a domain is just being started.
 */
bool hv_xml_port_is_open(const char *domain, const char *name);
