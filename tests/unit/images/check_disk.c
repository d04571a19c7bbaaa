/* SPDX-License-Identifier: Apache-2.0 */
/* check_disk.c - the label of a disk, and small files, as the init of an LPAR reads them */
#include <errno.h>
#include <string.h>

#include "images/init/init.h"
#include "harness.h"

#define SUPER 1024

static char path[40];

/* A file of @size bytes with @super at the place of a super block. */
static void disk_is(const unsigned char super[136], size_t size)
{
	unsigned char bytes[2048] = { 0 };
	int fd;

	memcpy(bytes + SUPER, super, 136);
	snprintf(path, sizeof(path), "/tmp/check_disk.XXXXXX");
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, bytes, size), (ssize_t)size);
	close(fd);
}

static void set_label(unsigned char super[136], const char *label)
{
	for (size_t i = 0; label[i]; i++)
		super[120 + i] = (unsigned char)label[i];
}

static void label_of(const unsigned char super[136], size_t size, char *ret)
{
	disk_is(super, size);
	memset(ret, 'x', INIT_LABEL_LEN + 1);
	init_disk_label(path, ret);
	unlink(path);
}

START_TEST(labels)
{
	unsigned char super[136] = { [56] = 0x53, [57] = 0xef };
	char label[INIT_LABEL_LEN + 1];

	label_of(super, 2048, label);
	ck_assert_str_eq(label, "");
	set_label(super, "lpar-root");
	label_of(super, 2048, label);
	ck_assert_str_eq(label, INIT_ROOT_LABEL);
	/* The label fills its place without a NUL. */
	set_label(super, "sixteen-letters!");
	label_of(super, 2048, label);
	ck_assert_str_eq(label, "sixteen-letters!");
}
END_TEST

START_TEST(no_label)
{
	unsigned char super[136] = { [56] = 0x53, [57] = 0xee, [120] = 'x' };
	char label[INIT_LABEL_LEN + 1] = "x";

	label_of(super, 2048, label);
	ck_assert_str_eq(label, "");
	super[57] = 0xef;
	label_of(super, SUPER + 135, label);
	ck_assert_str_eq(label, "");
	strcpy(label, "x");
	init_disk_label("/nowhere", label);
	ck_assert_str_eq(label, "");
}
END_TEST

START_TEST(small_files)
{
	unsigned char super[136] = { 0 };
	char text[8];

	disk_is(super, 0);
	ck_assert_int_eq(init_read(path, text, sizeof(text)), 0);
	ck_assert_int_eq(init_write(path, "one\n\n"), 0);
	ck_assert_int_eq(init_read(path, text, sizeof(text)), 3);
	ck_assert_str_eq(text, "one");
	ck_assert_int_eq(init_write(path, "longer than it"), 0);
	ck_assert_int_eq(init_read(path, text, sizeof(text)), 7);
	ck_assert_str_eq(text, "longer ");
	unlink(path);
	ck_assert_int_eq(init_read(path, text, sizeof(text)), -ENOENT);
	ck_assert_str_eq(text, "");
	ck_assert_int_eq(init_write(path, "x"), -ENOENT);
}
END_TEST

static Suite *disk_suite(void)
{
	Suite *suite = suite_create("init disk");
	TCase *tc = tcase_create("read");

	tcase_add_test(tc, labels);
	tcase_add_test(tc, no_label);
	tcase_add_test(tc, small_files);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(disk_suite)
