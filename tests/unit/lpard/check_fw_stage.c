/* SPDX-License-Identifier: Apache-2.0 */
/* stage.c: console text to reference codes. */
#include "harness.h"
#include "firmware/stage.h"
#include "lpard/common/str.h"

#include <string.h>

/* Feeds @text in pieces of @step bytes and writes the stages it went through. */
static void walk(const char *text, size_t step, enum fw_stage_id start, char *out, size_t size)
{
	struct fw_stage s = { 0 };
	size_t len = strlen(text), used = 0;

	fw_stage_reset(&s, start);
	for (size_t i = 0; i < len; i += step) {
		size_t n = len - i < step ? len - i : step, done = 0;

		while (done < n) {
			enum fw_stage_id before = s.now;

			done += fw_stage_feed(&s, text + i + done, n - done);
			if (s.now != before)
				used += (size_t)snprintf(out + used, size - used, "%d ", s.now);
		}
	}
	out[used] = '\0';
}

/* As QEMU's SLOF writes it. */
static const char slof[] =
	"\r\n\r\nSLOF\033[0m\033[?25l **********************************************************\r\n"
	"\033[1mQEMU Starting\r\n\033[0m Build Date = Dec 16 2025 06:10:19\r\n"
	" Press \"s\" to enter Open Firmware.\r\r\n"
	"\033[0m\033[?25hC0000\rC0100\rPopulating /vdevice methods\r\n"
	"Populating /vdevice/vty@71000000\r\nC05A0\rPopulating /pci@800000020000000\r\n"
	"C0600\rNo NVRAM common partition, re-initializing...\r\nC0890\rScanning USB \r\n"
	"  Welcome to Open Firmware\r\n";
static const char vof[] =
	"OF stdout device is: /vdevice/vty@71000000\r\n"
	"Preparing to boot Linux version 6.1.0-37-powerpc64le (debian-kernel@lists.debian.org)\r\n"
	"Booting Linux via __start() @ 0x0000000000400000 ...\r\n"
	"[    0.000000] Linux version 6.1.0-37-powerpc64le\r\n"
	"lpard-init: initramfs started\r\nlpard-init: root mounted\r\nlpard-init: agent started\r\n"
	"lpard-init: multi-user\r\nlpard-init: console started\r\n\r\n"
	"Debian GNU/Linux 13 lpar01 hvc0\r\n\r\nlpar01 login: ";

/* Whatever the pieces in which the bytes come, the stages are the same. */
static void expect(const char *text, enum fw_stage_id start, const enum fw_stage_id *stages)
{
	static const size_t steps[] = { 1, 2, 7, 100, 100000 };
	char wanted[256] = "", got[256];
	size_t used = 0;

	for (; *stages != FW_STAGE_NONE; stages++)
		used += (size_t)snprintf(wanted + used, sizeof(wanted) - used, "%d ", *stages);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(steps); i++) {
		walk(text, steps[i], start, got, sizeof(got));
		ck_assert_str_eq(got, wanted);
	}
}

START_TEST(vof_boot)
{
	expect(vof, FW_STAGE_POWER_ON,
	       (enum fw_stage_id[]){ FW_STAGE_KERNEL_LOAD, FW_STAGE_KERNEL, FW_STAGE_ROOT,
				     FW_STAGE_INIT, FW_STAGE_LOGIN, FW_STAGE_NONE });
}
END_TEST

START_TEST(prompt)
{
	auto_buf b = { 0 };

	par_buf_printf(&b, "%s\r\nReady! \r\n0 > \0337", slof);
	expect(b.data, FW_STAGE_POWER_ON,
	       (enum fw_stage_id[]){ FW_STAGE_FIRMWARE, FW_STAGE_PROBE, FW_STAGE_PROMPT,
				     FW_STAGE_NONE });
	ck_assert(fw_stage_info(FW_STAGE_PROMPT)->open_firmware);
}
END_TEST

START_TEST(menu)
{
	auto_buf b = { 0 };

	par_buf_printf(&b, "%sSelect boot device (or press '0' to abort):\r\r\n1)   disk : /pci",
		       slof);
	expect(b.data, FW_STAGE_POWER_ON,
	       (enum fw_stage_id[]){ FW_STAGE_FIRMWARE, FW_STAGE_PROBE, FW_STAGE_BOOT_MENU,
				     FW_STAGE_NONE });
}
END_TEST

START_TEST(nothing_to_boot)
{
	auto_buf b = { 0 };

	par_buf_printf(
		&b,
		"%sTrying to load:  from: /pci@800000020000000/scsi@1 ...\r\n"
		"E3404: Not a bootable device!\r\n\r\nE3407: Load failed\r\n\r\nReady! \r\n0 > \0337",
		slof);
	expect(b.data, FW_STAGE_POWER_ON,
	       (enum fw_stage_id[]){ FW_STAGE_FIRMWARE, FW_STAGE_PROBE, FW_STAGE_BOOT_DEVICE,
				     FW_STAGE_NO_DEVICE, FW_STAGE_NONE });
}
END_TEST

/* A running system that prints a firmware's words does not come to look like a prompt. */
START_TEST(guest_cannot_pretend)
{
	expect("0 > \nTrying to load: x\nE3407: y\n[ 1.0] Linux version 7\n", FW_STAGE_LOGIN,
	       (enum fw_stage_id[]){ FW_STAGE_NONE });
}
END_TEST

START_TEST(ends)
{
	expect("[ 9.9] Kernel panic - not syncing: x\n", FW_STAGE_LOGIN,
	       (enum fw_stage_id[]){ FW_STAGE_PANIC, FW_STAGE_NONE });
	expect("[ 9.9] reboot: Power down\n", FW_STAGE_LOGIN,
	       (enum fw_stage_id[]){ FW_STAGE_POWER_OFF, FW_STAGE_NONE });
	expect("[ 9.9] reboot: Restarting system\nOF stdout device is: x\n", FW_STAGE_LOGIN,
	       (enum fw_stage_id[]){ FW_STAGE_POWER_ON, FW_STAGE_KERNEL_LOAD, FW_STAGE_NONE });
}
END_TEST

/* Only the beginning of a long line counts, and the next line is whole again. */
START_TEST(long_lines)
{
	struct fw_stage s = { .now = FW_STAGE_KERNEL };
	char text[4096];

	memset(text, 'x', sizeof(text));
	for (int i = 0; i < 100; i++)
		ck_assert_uint_eq(fw_stage_feed(&s, text, sizeof(text)), sizeof(text));
	ck_assert_int_eq(s.now, FW_STAGE_KERNEL);
	fw_stage_feed(&s, "login: ", 7);
	ck_assert_int_eq(s.now, FW_STAGE_KERNEL);
	fw_stage_feed(&s, "\nlogin: ", 8);
	ck_assert_int_eq(s.now, FW_STAGE_LOGIN);
}
END_TEST

START_TEST(rows_are_whole)
{
	for (int i = 0; i < FW_STAGE_COUNT; i++) {
		const struct fw_stage_info *info = fw_stage_info((enum fw_stage_id)i);

		ck_assert_int_eq(info->id, i);
		ck_assert_ptr_nonnull(info->meaning);
		ck_assert(i == FW_STAGE_NONE || *info->refcode);
	}
	ck_assert_int_eq(fw_stage_info((enum fw_stage_id)99)->id, FW_STAGE_NONE);
	/* op-test: text with "Linux" in it means booted */
	for (int i = FW_STAGE_KERNEL; i <= FW_STAGE_LOGIN; i++)
		ck_assert_ptr_nonnull(strstr(fw_stage_info((enum fw_stage_id)i)->refcode, "Linux"));
}
END_TEST

START_TEST(failures_have_eight_characters)
{
	ck_assert_str_eq(fw_failure_refcode(FW_FAILURE_RESOURCES), "B2001230");
	ck_assert_uint_eq(strlen(fw_failure_refcode(FW_FAILURE_NO_IMAGE)), 8);
	ck_assert_uint_eq(strlen(fw_failure_refcode(FW_FAILURE_HYPERVISOR)), 8);
}
END_TEST

static Suite *stage_suite(void)
{
	Suite *suite = suite_create("fw_stage");
	TCase *tc = tcase_create("stages");

	tcase_add_test(tc, vof_boot);
	tcase_add_test(tc, prompt);
	tcase_add_test(tc, menu);
	tcase_add_test(tc, nothing_to_boot);
	tcase_add_test(tc, guest_cannot_pretend);
	tcase_add_test(tc, ends);
	tcase_add_test(tc, long_lines);
	tcase_add_test(tc, rows_are_whole);
	tcase_add_test(tc, failures_have_eight_characters);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(stage_suite)
