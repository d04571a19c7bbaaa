/* SPDX-License-Identifier: Apache-2.0 */
/* Plans to XML: see xml.h.  Only libxml2's writer makes text, so that nothing needs escaping. */
#include "lpard/hypervisor/libvirt/xml/xml.h"

#include <libxml/xmlwriter.h>
#include <string.h>

#define QEMU_URI "http://libvirt.org/schemas/domain/qemu/1.0"

/* A writer into memory.  The first failure is kept; later calls do nothing. */
struct out {
	xmlBufferPtr buffer;
	xmlTextWriterPtr w;
	const char *prefix; /* of elements in our namespace */
	bool failed;
	bool bad_text;
};

static bool xml_can_hold(const char *s)
{
	if (!xmlCheckUTF8(BAD_CAST s))
		return false;
	for (; *s; s++) {
		if ((unsigned char)*s < 0x20 && *s != '\t' && *s != '\n')
			return false;
	}
	return true;
}

static void out_init(struct out *o, bool indent)
{
	*o = (struct out){ .buffer = xmlBufferCreate() };
	o->w = o->buffer ? xmlNewTextWriterMemory(o->buffer, 0) : NULL;
	o->failed = !o->w;
	if (o->w && indent) {
		xmlTextWriterSetIndent(o->w, 1);
		xmlTextWriterSetIndentString(o->w, BAD_CAST "  ");
	}
}

static void check_written(struct out *o, int r)
{
	if (r < 0)
		o->failed = true;
}

static void start_element(struct out *o, const char *element)
{
	if (!o->failed)
		check_written(o, xmlTextWriterStartElement(o->w, BAD_CAST element));
}

static void end(struct out *o)
{
	if (!o->failed)
		check_written(o, xmlTextWriterEndElement(o->w));
}

static void attr(struct out *o, const char *name, const char *value)
{
	if (!xml_can_hold(value))
		o->bad_text = o->failed = true;
	if (!o->failed)
		check_written(o, xmlTextWriterWriteAttribute(o->w, BAD_CAST name, BAD_CAST value));
}

static void attr_u64(struct out *o, const char *name, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	attr(o, name, text);
}

static void text(struct out *o, const char *value)
{
	if (!xml_can_hold(value))
		o->bad_text = o->failed = true;
	if (!o->failed)
		check_written(o, xmlTextWriterWriteString(o->w, BAD_CAST value));
}

static void number(struct out *o, uint64_t value)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%llu", (unsigned long long)value);
	text(o, digits);
}

static void element(struct out *o, const char *name, const char *value)
{
	start_element(o, name);
	text(o, value);
	end(o);
}

static void element_u64(struct out *o, const char *name, uint64_t value)
{
	start_element(o, name);
	number(o, value);
	end(o);
}

/* <name a=b/> and <name a=b c=d/>; ends with NULL */
static void leaf(struct out *o, const char *name, const char *const *pairs)
{
	start_element(o, name);
	for (; *pairs; pairs += 2)
		attr(o, pairs[0], pairs[1]);
	end(o);
}

#define LEAF(o, name, ...) leaf(o, name, (const char *const[]){ __VA_ARGS__, NULL })

static int out_text(const struct out *o, char **ret, struct par_error **err)
{
	if (o->bad_text)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"a value has characters that cannot be stored");
	if (o->failed)
		return par_oom(err);
	*ret = strdup((const char *)xmlBufferContent(o->buffer));
	return *ret ? 0 : par_oom(err);
}

static int out_finish(struct out *o, char **ret, struct par_error **err)
{
	int r;

	if (o->w && !o->failed)
		check_written(o, xmlTextWriterEndDocument(o->w));
	if (o->w)
		xmlFreeTextWriter(o->w);
	r = out_text(o, ret, err);
	if (o->buffer)
		xmlBufferFree(o->buffer);
	return r;
}

static void start_ours(struct out *o, const char *name)
{
	if (!o->failed)
		check_written(o, xmlTextWriterStartElementNS(o->w, BAD_CAST o->prefix,
							     BAD_CAST name, NULL));
}

/* The stored form; with our namespace inside a domain; virDomainSetMetadata adds it itself. */
static void write_stored(struct out *o, const struct hv_stored *s)
{
	start_ours(o, "lpar");
	if (o->prefix)
		attr(o, "xmlns:lpard", HV_METADATA_URI);
	attr_u64(o, "version", LPAR_STORED_VERSION);
	for (size_t i = 0; i < s->n; i++) {
		start_ours(o, s->v[i].element);
		for (size_t k = 0; k < s->v[i].attrs.n; k++) {
			start_ours(o, "attribute");
			attr(o, "name", s->v[i].attrs.v[k].name);
			text(o, s->v[i].attrs.v[k].value);
			end(o);
		}
		end(o);
	}
	end(o);
}

int hv_xml_stored(const struct hv_stored *s, char **ret, struct par_error **err)
{
	struct out o;

	out_init(&o, false);
	write_stored(&o, s);
	return out_finish(&o, ret, err);
}

static void write_mib(struct out *o, const char *name, uint64_t mib)
{
	start_element(o, name);
	attr(o, "unit", "MiB");
	number(o, mib);
	end(o);
}

static void write_memory(struct out *o, const struct hv_domain_plan *p)
{
	uint64_t total = p->boot_mib;

	for (size_t i = 0; i < p->n_dimms; i++)
		total += p->dimms[i].size_mib;
	if (p->max_mib) {
		start_element(o, "maxMemory");
		attr_u64(o, "slots", HV_MEMORY_SLOTS);
		attr(o, "unit", "MiB");
		number(o, p->max_mib);
		end(o);
	}
	write_mib(o, "memory", total);
	write_mib(o, "currentMemory", total);
}

static void write_processors(struct out *o, const struct hv_domain_plan *p)
{
	start_element(o, "vcpu");
	attr(o, "placement", "static");
	attr_u64(o, "current", p->vcpus);
	number(o, p->vcpus_max);
	end(o);
	start_element(o, "cputune");
	element_u64(o, "shares", p->shares);
	if (p->quota_us) {
		element_u64(o, "global_period", HV_PERIOD_US);
		element_u64(o, "global_quota", p->quota_us);
	}
	end(o);
}

static void write_os(struct out *o, const struct hv_domain_plan *p)
{
	start_element(o, "os");
	start_element(o, "type");
	if (!p->test_driver) {
		attr(o, "arch", "ppc64le");
		attr(o, "machine", "pseries");
	}
	text(o, "hvm");
	end(o);
	if (p->kernel) {
		element(o, "kernel", p->kernel);
		if (p->initrd)
			element(o, "initrd", p->initrd);
		element(o, "cmdline", p->fw.cmdline);
	} else {
		LEAF(o, "boot", "dev", "hd");
	}
	end(o);
	if (p->fw.features[0].element) {
		start_element(o, "features");
		for (const struct fw_feature *f = p->fw.features; f->element; f++)
			LEAF(o, f->element, f->attribute, f->value);
		end(o);
	}
}

static void write_cpu(struct out *o, const struct hv_domain_plan *p)
{
	char cpus[16];

	snprintf(cpus, sizeof(cpus), p->vcpus_max > 1 ? "0-%u" : "%u", p->vcpus_max - 1);
	start_element(o, "cpu");
	attr(o, "mode", p->fw.cpu_mode);
	if (strcmp(p->fw.cpu_mode, "custom") == 0)
		attr(o, "match", "exact");
	if (p->fw.cpu_model) {
		start_element(o, "model");
		attr(o, "fallback", "forbid");
		text(o, p->fw.cpu_model);
		end(o);
	}
	start_element(o, "numa");
	start_element(o, "cell");
	attr(o, "id", "0");
	attr(o, "cpus", cpus);
	attr_u64(o, "memory", p->boot_mib);
	attr(o, "unit", "MiB");
	end(o);
	end(o);
	end(o);
}

static void write_disk(struct out *o, const struct hv_disk_plan *d)
{
	start_element(o, "disk");
	attr(o, "type", "file");
	attr(o, "device", "disk");
	LEAF(o, "driver", "name", "qemu", "type", d->format, "discard", "unmap");
	LEAF(o, "source", "file", d->path);
	LEAF(o, "target", "dev", d->target, "bus", "virtio");
	if (d->read_only)
		start_element(o, "readonly"), end(o);
	end(o);
}

static void write_nic(struct out *o, const struct hv_nic_plan *nic)
{
	start_element(o, "interface");
	attr(o, "type", "network");
	LEAF(o, "mac", "address", nic->mac);
	LEAF(o, "source", "network", nic->network);
	LEAF(o, "model", "type", "virtio");
	LEAF(o, "rom", "enabled", "no"); /* fails without the package ipxe-qemu */
	end(o);
}

static void write_console(struct out *o)
{
	start_element(o, "serial");
	attr(o, "type", "pty");
	start_element(o, "target");
	attr(o, "type", "spapr-vio-serial");
	attr(o, "port", "0");
	LEAF(o, "model", "name", "spapr-vty");
	end(o);
	end(o);
	start_element(o, "console");
	attr(o, "type", "pty");
	LEAF(o, "target", "type", "serial", "port", "0");
	end(o);
	start_element(o, "channel");
	attr(o, "type", "unix");
	LEAF(o, "target", "type", "virtio", "name", HV_AGENT_PORT);
	end(o);
}

static void write_devices(struct out *o, const struct hv_domain_plan *p)
{
	start_element(o, "devices");
	for (size_t i = 0; i < p->n_disks; i++)
		write_disk(o, &p->disks[i]);
	LEAF(o, "controller", "type", "usb", "model", "none");
	for (size_t i = 0; i < p->n_nics; i++)
		write_nic(o, &p->nics[i]);
	write_console(o);
	LEAF(o, "memballoon", "model", "none");
	start_element(o, "rng");
	attr(o, "model", "virtio");
	/* qemu's own getrandom(2): no device node that its mount namespace may lack. */
	LEAF(o, "backend", "model", "builtin");
	end(o);
	for (size_t i = 0; i < p->n_dimms; i++) {
		start_element(o, "memory");
		attr(o, "model", "dimm");
		start_element(o, "target");
		write_mib(o, "size", p->dimms[i].size_mib);
		element(o, "node", "0");
		end(o);
		end(o);
	}
	LEAF(o, "panic", "model", "pseries");
	end(o);
}

static void write_qemu_args(struct out *o, const struct hv_domain_plan *p)
{
	if (p->fw.qemu_args.n == 0)
		return;
	start_element(o, "qemu:commandline");
	for (size_t i = 0; i < p->fw.qemu_args.n; i++)
		LEAF(o, "qemu:arg", "value", p->fw.qemu_args.v[i]);
	end(o);
}

static const char *domain_type(const struct hv_domain_plan *p)
{
	if (p->test_driver)
		return "test";
	return p->accel == FW_ACCEL_KVM ? "kvm" : "qemu";
}

int hv_xml_domain(const struct hv_domain_plan *p, char **ret, struct par_error **err)
{
	struct out o;

	out_init(&o, true);
	o.prefix = "lpard";
	start_element(&o, "domain");
	attr(&o, "type", domain_type(p));
	attr(&o, "xmlns:qemu", QEMU_URI);
	element(&o, "name", p->name);
	element(&o, "uuid", p->uuid);
	start_element(&o, "metadata");
	write_stored(&o, &p->stored);
	end(&o);
	write_memory(&o, p);
	write_processors(&o, p);
	write_os(&o, p);
	write_cpu(&o, p);
	element(&o, "on_poweroff", "destroy");
	element(&o, "on_reboot", "restart");
	element(&o, "on_crash", "destroy");
	write_devices(&o, p);
	write_qemu_args(&o, p);
	end(&o);
	return out_finish(&o, ret, err);
}

int hv_xml_pool(const char *name, const char *path, char **ret, struct par_error **err)
{
	struct out o;

	out_init(&o, true);
	start_element(&o, "pool");
	attr(&o, "type", "dir");
	element(&o, "name", name);
	start_element(&o, "target");
	element(&o, "path", path);
	start_element(&o, "permissions");
	element(&o, "mode", "0711");
	end(&o);
	end(&o);
	end(&o);
	return out_finish(&o, ret, err);
}

int hv_xml_volume(const char *name, uint64_t capacity, const char *format, const char *backing,
		  char **ret, struct par_error **err)
{
	struct out o;

	out_init(&o, true);
	start_element(&o, "volume");
	element(&o, "name", name);
	element_u64(&o, "capacity", capacity);
	element(&o, "allocation", "0");
	start_element(&o, "target");
	LEAF(&o, "format", "type", format);
	end(&o);
	if (backing) {
		start_element(&o, "backingStore");
		element(&o, "path", backing);
		LEAF(&o, "format", "type", "raw");
		end(&o);
	}
	end(&o);
	return out_finish(&o, ret, err);
}
