/* SPDX-License-Identifier: Apache-2.0 */
/* check_mount_change.c - from one plan of mounts to another while processes run */
#include "harness.h"
#include "wparctl/filesystem/mount_change.h"
#include "wparctl/spec/keys.h"

#include <string.h>

static const struct wpar_mount_facts facts = {
	.prefix = "", .program = "/usr/sbin/wparctl", .df = "/usr/bin/df", .df_real = "/usr/bin/df"
};

/* A specification with the defaults and the given pairs of a flag. */
static void make(struct wpar_spec *s, enum wpar_stanza stanza, const char *const *pairs)
{
	s->name = strdup("dev01");
	s->idbase = 1342177280;
	s->idrange = 65536;
	for (; pairs && *pairs; pairs++) {
		auto_strv words = { 0 };

		ck_assert_int_eq(par_strv_split(&words, *pairs, ' '), 0);
		ck_assert_ptr_nonnull(
			wpar_record_add_pairs(s, stanza, words.v, words.n, "-M", NULL));
	}
	ck_assert_int_eq(wpar_spec_defaults(s, NULL), 0);
}

/* What the change prints, or the error's text behind "! ". */
static char *change(enum wpar_stanza stanza, const char *const *before, const char *const *after)
{
	auto_spec a = { 0 }, b = { 0 };
	auto_mount_plan old = { 0 }, new = { 0 };
	auto_mount_change c = { 0 };
	auto_error err = NULL;
	struct par_buf out = { 0 };

	make(&a, stanza, before);
	make(&b, stanza, after);
	ck_assert_int_eq(wpar_mount_plan_build(&a, &facts, &old, NULL), 0);
	ck_assert_int_eq(wpar_mount_plan_build(&b, &facts, &new, NULL), 0);
	if (wpar_mount_change_build(&old, &new, &c, &err) < 0) {
		ck_assert_int_eq(err->id, PAR_E_WRONG_STATE);
		ck_assert(wpar_mount_change_is_empty(&c));
		par_buf_printf(&out, "! %s", err->msg);
	} else {
		ck_assert_int_eq(wpar_mount_change_print(&c, &out), 0);
		ck_assert(wpar_mount_change_is_empty(&c) == (out.len == 0));
	}
	return out.data ? par_buf_steal(&out) : strdup("");
}

struct row {
	const char *before[4], *after[4];
	const char *is;
};

static void check_rows(enum wpar_stanza stanza, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char *is = change(stanza, rows[i].before, rows[i].after);

		ck_assert_str_eq(is, rows[i].is);
		free(is);
	}
}

START_TEST(only_a_namefs_comes_and_goes)
{
	static const struct row rows[] = {
		{ { NULL }, { NULL }, "" },
		{ { NULL },
		  { "directory=/data vfs=namefs dev=/srv/data mountopts=ro" },
		  "add /data from /srv/data ro\n" },
		{ { NULL },
		  { "directory=/data vfs=jfs2 size=16M" },
		  "add /data from /wpars/.volumes/dev01/data.jfs2\n" },
		/* A larger one is mounted as it was. */
		{ { "directory=/data vfs=jfs2 size=16M" },
		  { "directory=/data vfs=jfs2 size=32M" },
		  "" },
		/* Upper mounts come first, and the deepest goes first. */
		{ { NULL },
		  { "directory=/a/b vfs=namefs dev=/srv/b", "directory=/a vfs=namefs dev=/srv/a" },
		  "add /a from /srv/a\nadd /a/b from /srv/b\n" },
		{ { "directory=/a/b vfs=namefs dev=/srv/b", "directory=/a vfs=namefs dev=/srv/a" },
		  { NULL },
		  "drop /a/b\ndrop /a\n" },
		{ { "directory=/a vfs=namefs dev=/srv/a" },
		  { "directory=/b vfs=namefs dev=/srv/a" },
		  "add /b from /srv/a\ndrop /a\n" },
		{ { NULL },
		  { "directory=/data vfs=directory" },
		  "! -M directory=/data: only a namefs or an nfs can be added while the workload partition is "
		  "active; stop it first" },
		{ { "directory=/data vfs=directory" },
		  { NULL },
		  "! -M directory=/data: only a namefs or an nfs can be taken away while the workload "
		  "partition is active; stop it first" },
		{ { "directory=/data vfs=namefs dev=/srv/data mountopts=ro" },
		  { "directory=/data vfs=namefs dev=/srv/data" },
		  "! /data of an active workload partition cannot become another file system, device "
		  "or directory; stop the workload partition first" },
		{ { "directory=/a/b vfs=namefs dev=/srv/b" },
		  { "directory=/a/b vfs=namefs dev=/srv/b", "directory=/a vfs=namefs dev=/srv/a" },
		  "! -M directory=/a: it would hide /a/b, which is mounted below; stop the workload "
		  "partition first" },
		{ { "directory=/a/b vfs=namefs dev=/srv/b", "directory=/a vfs=namefs dev=/srv/a" },
		  { "directory=/a/b vfs=namefs dev=/srv/b" },
		  "! -M directory=/a: /a/b is mounted below it; stop the workload partition first" },
	};

	check_rows(WPAR_STANZA_MOUNT, rows, PAR_ARRAY_SIZE(rows));
}
END_TEST

START_TEST(devices_come_and_go)
{
	static const struct row rows[] = {
		{ { NULL },
		  { "devname=/dev/kvm virtualname=/dev/below/kvm" },
		  "add /dev/below\nadd /dev/below/kvm from /dev/kvm\n" },
		/* The folder stays. */
		{ { "devname=/dev/kvm virtualname=/dev/below/kvm" },
		  { NULL },
		  "drop /dev/below/kvm\n" },
		{ { NULL }, { "devname=/dev/full export=no" }, "drop /dev/full\n" },
		{ { "devname=/dev/full export=no" }, { NULL }, "add /dev/full from /dev/full\n" },
	};

	check_rows(WPAR_STANZA_DEVICE, rows, PAR_ARRAY_SIZE(rows));
}
END_TEST

START_TEST(terminals_are_resized)
{
	static const struct row rows[] = {
		{ { NULL },
		  { "totalPTYs=7" },
		  "resize /dev/pts newinstance,ptmxmode=0666,mode=0620,gid=5,max=7\n" },
		{ { "totalPTYs=7" },
		  { "totalPTYs=7 active=no" },
		  "resize /dev/pts newinstance,ptmxmode=0666,mode=0620,gid=5,max=1024\n" },
		{ { "totalPTYs=7" }, { "totalPTYs=7 totalProcesses=5" }, "" },
	};

	check_rows(WPAR_STANZA_RESOURCES, rows, PAR_ARRAY_SIZE(rows));
}
END_TEST

static Suite *mount_change_suite(void)
{
	Suite *s = suite_create("mount_change");
	TCase *c = tcase_create("mount_change");

	tcase_add_test(c, only_a_namefs_comes_and_goes);
	tcase_add_test(c, devices_come_and_go);
	tcase_add_test(c, terminals_are_resized);
	suite_add_tcase(s, c);
	return s;
}

PAR_TEST_MAIN(mount_change_suite)
