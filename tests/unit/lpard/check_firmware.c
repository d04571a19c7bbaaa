/* SPDX-License-Identifier: Apache-2.0 */
/* firmware.c: boot path, processor, command line. */
#include "harness.h"
#include "firmware/firmware.h"
#include "firmware/image.h"

#include <string.h>

static char kernel[] = "vmlinux", root[] = "root.img", words[] = "root=LABEL=x quiet";
static struct fw_image image = {
	.files = { [FW_IMAGE_KERNEL] = { .name = kernel }, [FW_IMAGE_ROOT] = { .name = root } },
};

static struct fw_request request(void)
{
	return (struct fw_request){ .name = "lpar01", .image = &image };
}

START_TEST(kernel_given_boots_by_vof)
{
	struct fw_request rq = request();
	auto_fw_plan p = { 0 };

	ck_assert_int_eq(fw_plan_make(&rq, &p, NULL), 0);
	ck_assert_int_eq(p.path, FW_PATH_VOF);
	ck_assert(p.direct);
	ck_assert_uint_eq(p.qemu_args.n, 2);
	ck_assert_str_eq(p.qemu_args.v[0], "-machine");
	ck_assert_str_eq(p.qemu_args.v[1], "x-vof=on");
	ck_assert_str_eq(p.cmdline, "root=/dev/vda rw console=hvc0 movable_node lpard.name=lpar01");
	ck_assert_str_eq(p.cpu_mode, "custom");
	ck_assert_str_eq(p.cpu_model, "POWER9");
	ck_assert_str_eq(p.features[0].element, "cfpc");
}
END_TEST

START_TEST(disk_boots_by_slof)
{
	struct fw_request rq = request();
	auto_fw_plan p = { 0 };

	rq.image = NULL;
	ck_assert_int_eq(fw_plan_make(&rq, &p, NULL), 0);
	ck_assert_int_eq(p.path, FW_PATH_SLOF);
	ck_assert(!p.direct);
	ck_assert_ptr_null(p.cmdline);
	ck_assert_uint_eq(p.qemu_args.n, 0);
}
END_TEST

START_TEST(boot_modes)
{
	struct fw_request rq = request();
	auto_fw_plan sms = { 0 }, of = { 0 };

	rq.boot_mode = LPAR_BOOT_SMS;
	ck_assert_int_eq(fw_plan_make(&rq, &sms, NULL), 0);
	ck_assert_int_eq(sms.path, FW_PATH_SLOF);
	ck_assert(!sms.direct);
	ck_assert_str_eq(sms.qemu_args.v[1], "boot-command=boot-menu");
	rq.boot_mode = LPAR_BOOT_OF;
	ck_assert_int_eq(fw_plan_make(&rq, &of, NULL), 0);
	ck_assert_int_eq(of.path, FW_PATH_SLOF);
	ck_assert(!of.direct);
	ck_assert_str_eq(of.qemu_args.v[0], "-prom-env");
	ck_assert_str_eq(of.qemu_args.v[1], "auto-boot?=false");
}
END_TEST

START_TEST(processors)
{
	static const struct {
		enum fw_accel accel;
		const char *mode, *cpu_mode, *model;
	} rows[] = {
		{ FW_ACCEL_TCG, NULL, "custom", "POWER9" },
		{ FW_ACCEL_TCG, "", "custom", "POWER9" },
		{ FW_ACCEL_TCG, "POWER8", "custom", "POWER8" },
		{ FW_ACCEL_TCG, "POWER9_base", "custom", "POWER9" },
		{ FW_ACCEL_TCG, "POWER10", "custom", "POWER10" },
		{ FW_ACCEL_KVM, "default", "host-model", NULL },
		{ FW_ACCEL_KVM, "POWER8", "host-model", "power8" },
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(rows); i++) {
		struct fw_request rq = request();
		auto_fw_plan p = { 0 };

		rq.accel = rows[i].accel;
		rq.compat_mode = rows[i].mode;
		ck_assert_int_eq(fw_plan_make(&rq, &p, NULL), 0);
		ck_assert_str_eq(p.cpu_mode, rows[i].cpu_mode);
		ck_assert_pstr_eq(p.cpu_model, rows[i].model);
		ck_assert((p.features[0].element == NULL) == (rq.accel == FW_ACCEL_KVM));
	}
}
END_TEST

/* Each option of the machine is left only where KVM has refused it. */
START_TEST(options_without)
{
	struct fw_request rq = request();
	auto_fw_plan p = { 0 };

	rq.accel = FW_ACCEL_KVM;
	rq.without = FW_OPTION_SBBC | FW_OPTION_CCF_ASSIST;
	ck_assert_int_eq(fw_plan_make(&rq, &p, NULL), 0);
	ck_assert_str_eq(p.features[0].element, "sbbc");
	ck_assert_str_eq(p.features[0].value, "broken");
	ck_assert_str_eq(p.features[1].element, "ccf-assist");
	ck_assert_str_eq(p.features[1].attribute, "state");
	ck_assert_str_eq(p.features[1].value, "off");
	ck_assert_ptr_null(p.features[2].element);
}
END_TEST

START_TEST(options_refused)
{
	/* qemu 7.2 on an emulated POWER9, as libvirt hands it on. */
	ck_assert_uint_eq(
		fw_refused_option(
			"internal error: process exited while connecting to monitor: "
			"2026-11-22T05:46:49.044756Z qemu-system-ppc64le: -accel kvm: warning: "
			"Number of hotpluggable cpus requested (4) exceeds the recommended cpus "
			"supported by KVM (1)\n2026-11-22T05:46:50.989386Z qemu-system-ppc64le: "
			"Requested safe cache capability level not supported by KVM\n"
			"Try appending -machine cap-cfpc=broken\n"),
		FW_OPTION_CFPC);
	ck_assert_uint_eq(fw_refused_option("Try appending -machine cap-ccf-assist=off"),
			  FW_OPTION_CCF_ASSIST);
	/* What a guest cannot do without is left alone. */
	ck_assert_uint_eq(fw_refused_option("Try appending -machine cap-vsx=off"), 0);
	ck_assert_uint_eq(fw_refused_option("Try appending -machine cap-cfpc=workaround"), 0);
	ck_assert_uint_eq(fw_refused_option(""), 0);
}
END_TEST

START_TEST(unknown_processor)
{
	struct fw_request rq = request();
	auto_fw_plan p = { 0 };
	auto_error err = NULL;

	rq.compat_mode = "POWER9,x";
	ck_assert_int_lt(fw_plan_make(&rq, &p, &err), 0);
	ck_assert_int_eq(err->id, PAR_E_INVALID_ARGUMENT);
}
END_TEST

START_TEST(every_listed_mode_is_known)
{
	auto_strv modes = { 0 };

	ck_assert_int_eq(par_strv_split(&modes, fw_compat_modes(FW_ACCEL_TCG), ','), 0);
	for (size_t i = 0; i < modes.n; i++) {
		struct fw_request rq = request();
		auto_fw_plan p = { 0 };

		rq.compat_mode = modes.v[i];
		ck_assert_int_eq(fw_plan_make(&rq, &p, NULL), 0);
	}
}
END_TEST

/* A name is one word of the command line, whatever is in it. */
START_TEST(names_cannot_add_parameters)
{
	static const struct {
		const char *name, *expected;
	} rows[] = {
		{ "lpar-01.a_b:c+d", "lpard.name=lpar-01.a_b:c+d" },
		{ "a init=/bin/sh", "lpard.name=a%20init%3D%2Fbin%2Fsh" },
		{ "a\"b\tc\nd", "lpard.name=a%22b%09c%0Ad" },
		{ "100%", "lpard.name=100%25" },
		{ "\xc3\xa9", "lpard.name=%C3%A9" },
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(rows); i++) {
		struct fw_request rq = request();
		auto_fw_plan p = { 0 };
		const char *at;

		rq.name = rows[i].name;
		ck_assert_int_eq(fw_plan_make(&rq, &p, NULL), 0);
		at = strstr(p.cmdline, "lpard.name=");
		ck_assert_str_eq(at, rows[i].expected);
	}
}
END_TEST

START_TEST(command_line_parts)
{
	struct fw_image own = image;
	struct fw_request rq = request();
	auto_fw_plan p = { 0 };

	own.command_line = words;
	rq.image = &own;
	rq.has_eth = true;
	ck_assert_int_eq(fw_plan_make(&rq, &p, NULL), 0);
	ck_assert_str_eq(p.cmdline, "root=LABEL=x quiet ip=dhcp lpard.name=lpar01");
}
END_TEST

static Suite *firmware_suite(void)
{
	Suite *suite = suite_create("firmware");
	TCase *tc = tcase_create("plan");

	tcase_add_test(tc, kernel_given_boots_by_vof);
	tcase_add_test(tc, disk_boots_by_slof);
	tcase_add_test(tc, boot_modes);
	tcase_add_test(tc, processors);
	tcase_add_test(tc, options_without);
	tcase_add_test(tc, options_refused);
	tcase_add_test(tc, unknown_processor);
	tcase_add_test(tc, every_listed_mode_is_known);
	tcase_add_test(tc, names_cannot_add_parameters);
	tcase_add_test(tc, command_line_parts);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(firmware_suite)
