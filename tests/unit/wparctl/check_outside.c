/* SPDX-License-Identifier: Apache-2.0 */
/* check_outside.c - which mounts below a base directory are root's own, and how they come inside */
#include "harness.h"
#include "wparctl/filesystem/mount_change.h"
#include "wparctl/filesystem/outside.h"
#include "wparctl/spec/keys.h"

#include <string.h>

static const struct wpar_mount_facts facts = { .prefix = "", .program = "/usr/sbin/wparctl" };

static const char own[] =
	"1 0 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n"
	"2 1 254:0 /wpars/dev01 /wpars/dev01 rw,nosuid,nodev - ext4 /dev/vda rw\n"
	"3 2 254:0 /wpars/dev01/home /wpars/dev01/home rw,nosuid,nodev - ext4 /dev/vda rw\n"
	"4 2 254:0 /usr /wpars/dev01/usr ro,nosuid,nodev - ext4 /dev/vda rw\n"
	"5 2 0:4 / /wpars/dev01/proc rw - proc proc rw\n";

/* The steps for what else is mounted, or the error's text behind "! ". */
static char *others(const char *before, const char *after)
{
	autofree char *a = par_strdup_printf("%s%s", own, before);
	autofree char *b = par_strdup_printf("%s%s", own, after);
	auto_mount_plan plan = { 0 }, old = { 0 }, new = { 0 };
	auto_mount_change c = { 0 };
	auto_spec s = { .name = strdup("dev01"), .idbase = 1073741824, .idrange = 65536 };
	struct wpar_mount *nfs = wpar_record_add(&s, WPAR_STANZA_MOUNT);
	auto_error err = NULL;
	struct par_buf out = { 0 };

	nfs->directory = strdup("/nfs");
	nfs->vfs = strdup("nfs");
	nfs->host = strdup("h");
	nfs->device = strdup("/x");
	ck_assert_int_eq(wpar_spec_defaults(&s, NULL), 0);
	ck_assert_int_eq(wpar_mount_plan_build(&s, &facts, &plan, NULL), 0);
	ck_assert_int_eq(wpar_outside_others(&plan, a, &old, NULL), 0);
	ck_assert_int_eq(wpar_outside_others(&plan, b, &new, NULL), 0);
	if (wpar_mount_change_build(&old, &new, &c, &err) < 0)
		par_buf_printf(&out, "! %s", err->msg);
	else
		wpar_mount_change_print(&c, &out);
	return out.data ? par_buf_steal(&out) : strdup("");
}

START_TEST(what_root_mounts_comes_and_goes)
{
	static const char data[] = "9 2 7:0 / /wpars/dev01/data rw,relatime - ext4 /dev/loop0 rw\n";
	static const struct {
		const char *before, *after, *is;
	} rows[] = {
		{ "", "", "" },
		{ "", data, "add /data from /wpars/dev01/data\n" },
		{ data, data, "" },
		{ data, "", "drop /data\n" },
		{ "", "9 2 7:0 / /wpars/dev01/data ro,nosuid - ext4 /dev/loop0 rw\n",
		  "add /data from /wpars/dev01/data ro\n" },
		/* The upper one first, twice the same once. */
		{ "",
		  "9 2 7:0 / /wpars/dev01/d/sub rw - ext4 /dev/loop0 rw\n"
		  "8 2 7:1 / /wpars/dev01/d rw - ext4 /dev/loop1 rw\n"
		  "7 8 7:2 / /wpars/dev01/d/sub rw - ext4 /dev/loop2 rw\n",
		  "add /d from /wpars/dev01/d\nadd /d/sub from /wpars/dev01/d/sub\n" },
		/* Another WPAR's, one of its own once more, one whose name is escaped. */
		{ "",
		  "9 1 7:0 / /wpars/dev011/data rw - ext4 /dev/loop0 rw\n"
		  "8 2 7:1 / /wpars/dev01/home rw - ext4 /dev/loop1 rw\n"
		  "7 2 7:2 / /wpars/dev01/a\\040b rw - ext4 /dev/loop2 rw\n"
		  "6 2 bad\n",
		  "" },
		/* One of its own that root may unmount, and one that he does not take away. */
		{ "9 2 0:9 / /wpars/dev01/nfs rw - nfs4 h:/x rw\n",
		  "8 2 0:9 / /wpars/dev01/other rw - nfs4 h:/x rw\n",
		  "add /other from /wpars/dev01/other\ndrop /nfs\n" },
		{ "4 2 254:0 /opt /wpars/dev01/opt ro - ext4 /dev/vda rw\n", "", "" },
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(rows); i++) {
		autofree char *is = others(rows[i].before, rows[i].after);

		ck_assert_str_eq(is, rows[i].is);
	}
}
END_TEST

static Suite *outside_suite(void)
{
	Suite *s = suite_create("outside");
	TCase *c = tcase_create("outside");

	tcase_add_test(c, what_root_mounts_comes_and_goes);
	suite_add_tcase(s, c);
	return s;
}

PAR_TEST_MAIN(outside_suite)
