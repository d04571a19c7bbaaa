/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hv_plan [--kvm [--without-all]] [--never-applied] [--boot norm|sms|of] [--image FOLDER]
 * ATTRIBUTES - an LPAR made with mksyscfg's ATTRIBUTES and activated with its profile, as the
 * domain XML planned for it
 */
#include "lpard/hypervisor/libvirt/xml/xml.h"

#include <string.h>

#define UUID "6C706172-0000-4000-8000-000000000001"

struct args {
	bool never_applied;
	const char *image;
	enum lpar_boot_mode boot_mode;
	const char *attributes;
	struct hv_plan_host host;
};

static bool read_boot_mode(const char *word, enum lpar_boot_mode *ret)
{
	int i = par_word_find(lpar_boot_mode_words, word);

	if (i >= 0)
		*ret = (enum lpar_boot_mode)i;
	return i >= 0;
}

static bool read_args(int argc, char **argv, struct args *a)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--kvm") == 0)
			a->host.accel = FW_ACCEL_KVM;
		else if (strcmp(argv[i], "--without-all") == 0)
			a->host.without = (1U << FW_OPTIONS) - 1;
		else if (strcmp(argv[i], "--never-applied") == 0)
			a->never_applied = true;
		else if (strcmp(argv[i], "--image") == 0 && i + 1 < argc)
			a->image = argv[++i];
		else if (strcmp(argv[i], "--boot") != 0)
			a->attributes = argv[i];
		else if (i + 1 == argc || !read_boot_mode(argv[++i], &a->boot_mode))
			return false;
	}
	return a->attributes != NULL;
}

static int plan(const struct args *a, char **ret, struct par_error **err)
{
	struct lpar_system sys = { .mem_mib = UINT64_C(1) << 24, .procs = 64 };
	struct lpar_set none = { 0 };
	struct lpar_usage usage = { 0 };
	auto_fw_image image = { 0 };
	auto_domain_plan p = { 0 };
	auto_attrs attrs = { 0 };
	auto_partition part = NULL;
	struct hv_definition d = { .boot_mode = a->boot_mode };
	int r = par_attrs_parse(a->attributes, &attrs, err);

	if (r < 0)
		return r;
	r = lpar_partition_create(&sys, &none, UUID, &attrs, &part, err);
	if (r < 0)
		return r;
	if (!a->never_applied)
		r = lpar_profile_apply(part, NULL, &sys, &usage, err);
	if (r < 0)
		return r;
	if (a->image) {
		r = fw_image_load(a->image, &image, err);
		if (r < 0)
			return r;
		d.image = &image;
	}
	d.part = part;
	r = hv_plan_domain(&d, &a->host, &p, err);
	return r < 0 ? r : hv_xml_domain(&p, ret, err);
}

int main(int argc, char **argv)
{
	struct args a = { .host = { .pool_path = "/pool", .network = "default" } };
	autofree char *xml = NULL;
	auto_error err = NULL;

	if (!read_args(argc, argv, &a)) {
		fprintf(stderr, "usage: hv_plan [OPTION...] ATTRIBUTES\n");
		return 2;
	}
	if (plan(&a, &xml, &err) < 0) {
		fprintf(stderr, "%s\n", par_error_text(err));
		return 1;
	}
	fputs(xml, stdout);
	return 0;
}
