/* SPDX-License-Identifier: Apache-2.0 */
/* check_volumes.c - file systems with a size of their own: what their images are called, and how
 * they may change */
#include "harness.h"
#include "wparctl/spec/spec.h"

#include <string.h>

START_TEST(names_go_there_and_back)
{
	static const char *const rows[][3] = {
		{ "/data", "jfs2", "data.jfs2" },
		{ "/ora/data.1", "ext4", "ora%2fdata.1.ext4" },
		{ "/.hidden", "xfs", "%2ehidden.xfs" },
		{ "/a%2fb", "jfs2", "a%252fb.jfs2" },
		{ "/...", "jfs2", "%2e...jfs2" },
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(rows); i++) {
		struct wpar_mount m = { .directory = (char *)rows[i][0],
					.vfs = (char *)rows[i][1] };
		struct wpar_mount back = { 0 };
		autofree char *name = wpar_volume_name(&m);

		ck_assert_str_eq(name, rows[i][2]);
		ck_assert_int_eq(wpar_volume_parse(name, &back), 0);
		ck_assert_str_eq(back.directory, m.directory);
		ck_assert_str_eq(back.vfs, m.vfs);
		free(back.directory);
		free(back.vfs);
	}
}
END_TEST

/* What else lies in the folder: a killed command's, an administrator's. */
START_TEST(other_names_are_none)
{
	static const char *const names[] = {
		"",	   ".new",     ".jfs2",	     "data",	  "data.",    "data.img",
		"a%.jfs2", "a%2.jfs2", "a%2Fb.jfs2", "a%zz.jfs2", "data.jfs", "data.jfs2.bak",
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(names); i++) {
		struct wpar_mount m = { 0 };

		ck_assert_msg(wpar_volume_parse(names[i], &m) == -EINVAL, "%s", names[i]);
		ck_assert_ptr_null(m.directory);
	}
}
END_TEST

START_TEST(images_lie_beside_the_base_directory)
{
	struct wpar_mount m = { .directory = (char *)"/data", .vfs = (char *)"jfs2" };
	autofree char *path = wpar_volume_path("/wpars/dev01", &m);
	autofree char *other = wpar_volume_path("/srv/w/x", &m);

	ck_assert_str_eq(path, "/wpars/.volumes/dev01/data.jfs2");
	ck_assert_str_eq(other, "/srv/w/.volumes/x/data.jfs2");
}
END_TEST

static struct wpar_spec with(const char *vfs, uint64_t size_mib)
{
	struct wpar_spec s = { 0 };

	s.mounts = calloc(1, sizeof(*s.mounts));
	s.n_mounts = vfs ? 1 : 0;
	s.mounts[0].directory = strdup("/data");
	s.mounts[0].vfs = vfs && *vfs ? strdup(vfs) : NULL;
	s.mounts[0].size_mib = size_mib;
	return s;
}

START_TEST(what_they_may_become)
{
	static const struct {
		const char *before;
		uint64_t size_before;
		const char *after;
		uint64_t size_after;
		const char *says; /* NULL: allowed */
	} rows[] = {
		{ NULL, 0, "jfs2", 16, NULL },
		{ "jfs2", 16, "jfs2", 16, NULL },
		{ "jfs2", 16, "jfs2", 17, NULL },
		{ "jfs2", 17, "jfs2", 16, "cannot be made smaller" },
		{ "jfs2", 16, "xfs", 300, "vfs=jfs2 cannot become vfs=xfs" },
		{ "jfs2", 16, "namefs", 0, "vfs=jfs2 cannot become vfs=namefs" },
		{ "namefs", 0, "jfs2", 16, "vfs=namefs cannot become vfs=jfs2" },
		{ "", 0, "jfs2", 16, "vfs=directory cannot become vfs=jfs2" },
		{ "jfs2", 16, NULL, 0, "rmfs removes it" },
		{ "jfs2", 16, "directory", 0, "rmfs removes it" },
		{ "namefs", 0, "directory", 0, NULL },
		{ "namefs", 0, NULL, 0, NULL },
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(rows); i++) {
		auto_spec a = with(rows[i].before, rows[i].size_before);
		auto_spec b = with(rows[i].after, rows[i].size_after);
		auto_error err = NULL;
		int r = wpar_volumes_check_change(&a, &b, &err);

		ck_assert_msg((r < 0) == (rows[i].says != NULL), "%zu", i);
		if (rows[i].says)
			ck_assert_msg(strstr(err->msg, rows[i].says) != NULL, "%s", err->msg);
		a.n_mounts = b.n_mounts = 1;
	}
}
END_TEST

static Suite *volumes_suite(void)
{
	Suite *s = suite_create("volumes");
	TCase *c = tcase_create("volumes");

	tcase_add_test(c, names_go_there_and_back);
	tcase_add_test(c, other_names_are_none);
	tcase_add_test(c, images_lie_beside_the_base_directory);
	tcase_add_test(c, what_they_may_become);
	suite_add_tcase(s, c);
	return s;
}

PAR_TEST_MAIN(volumes_suite)
