/* SPDX-License-Identifier: Apache-2.0 */
/* check_ckpt_groups.c - control groups in a checkpoint's manifest: written and read back, and what
 * is refused of foreign ones */
#include "harness.h"
#include "wparctl/checkpoint/ckpt_groups.h"

#include <string.h>

static void groups_of(const char *text, struct wpar_ckpt_groups *ret, bool fits)
{
	auto_json o = NULL;
	auto_error err = NULL;
	int r;

	ck_assert_int_eq(par_json_parse(text, strlen(text), &o, NULL), 0);
	r = wpar_ckpt_groups_get(o, ret, &err);
	if (fits)
		ck_assert_msg(r == 0, "%s: %s", text, par_error_text(err));
	else
		ck_assert_msg(r < 0, "%s", text);
}

START_TEST(written_and_read_back)
{
	struct wpar_ckpt_groups g = { 0 }, back = { 0 };
	struct wpar_ckpt_group *one;
	auto_json o = json_object_new_object();
	const struct wpar_ckpt_group *found;

	ck_assert_int_eq(wpar_ckpt_groups_put(o, &g), 0);
	ck_assert_uint_eq((unsigned int)json_object_object_length(o), 0);
	ck_assert_ptr_nonnull(wpar_ckpt_groups_add(&g, "inside"));
	one = wpar_ckpt_groups_add(&g, "inside/user-1000.slice");
	ck_assert_ptr_nonnull(one);
	one->uid = 0;
	one->gid = 5;
	one->given_uid = 1000;
	one->given_gid = 1001;
	ck_assert_int_eq(par_strv_add(&one->settings, "memory.max=67108864"), 0);
	ck_assert_int_eq(par_strv_add(&one->settings, "user.invocation_id=61"), 0);
	ck_assert_int_eq(wpar_ckpt_group_add_process(one, 14), 0);
	ck_assert_int_eq(wpar_ckpt_group_add_process(one, 15), 0);
	ck_assert_int_eq(wpar_ckpt_groups_put(o, &g), 0);
	groups_of(json_object_to_json_string(o), &back, true);
	ck_assert_uint_eq(back.n, 2);
	ck_assert_str_eq(back.v[0].path, "inside");
	found = wpar_ckpt_groups_of(&back, 15);
	ck_assert_ptr_eq(found, &back.v[1]);
	ck_assert_ptr_null(wpar_ckpt_groups_of(&back, 16));
	ck_assert_str_eq(found->path, "inside/user-1000.slice");
	ck_assert_uint_eq(found->uid, 0);
	ck_assert_uint_eq(found->gid, 5);
	ck_assert_uint_eq(found->given_uid, 1000);
	ck_assert_uint_eq(found->given_gid, 1001);
	ck_assert_uint_eq(found->settings.n, 2);
	ck_assert_str_eq(found->settings.v[1], "user.invocation_id=61");
	wpar_ckpt_groups_done(&g);
	wpar_ckpt_groups_done(&back);
}
END_TEST

#define GROUP(path, settings, processes)                                           \
	"{\"groups\":[{\"path\":\"" path "\",\"uid\":0,\"gid\":0,\"given_uid\":0," \
	"\"given_gid\":0,\"settings\":[" settings "],\"processes\":[" processes "]}]}"

START_TEST(foreign_ones)
{
	static const struct {
		const char *text;
		bool fits;
	} cases[] = {
		{ "{}", true },
		{ GROUP("inside/a b", "\"cgroup.subtree_control=memory pids\"", "1,2"), true },
		{ GROUP("clogin", "", "7"), true },
		{ GROUP("inside/..", "", ""), false },
		{ GROUP("inside/../clogin", "", ""), false },
		{ GROUP("inside/", "", ""), false },
		{ GROUP("inside//a", "", ""), false },
		{ GROUP("inside/./a", "", ""), false },
		{ GROUP("insider", "", ""), false },
		{ GROUP("../other/inside", "", ""), false },
		{ GROUP("/inside", "", ""), false },
		{ GROUP("clogin/a", "", ""), false },
		{ GROUP("", "", ""), false },
		{ GROUP("inside/a", "\"cgroup.procs=1\"", ""), false },
		{ GROUP("inside/a", "\"cgroup.kill=1\"", ""), false },
		{ GROUP("inside/a", "\"memory.max\"", ""), false },
		{ GROUP("inside/a", "\"../memory.max=1\"", ""), false },
		{ GROUP("inside/a", "\"trusted.wpars.init=31\"", ""), false },
		{ GROUP("inside/a", "\"user.x=6\"", ""), false },
		{ GROUP("inside/a", "\"user.x=no\"", ""), false },
		{ GROUP("inside/a", "\"user.=\"", ""), false },
		{ GROUP("inside/a", "", "0"), false },
		{ GROUP("inside/a", "", "-1"), false },
		{ GROUP("inside/a", "", "4294967296"), false },
		{ GROUP("inside/a", "", "\"1\""), false },
		{ "{\"groups\":[7]}", false },
		{ "{\"groups\":{}}", false },
		{ "{\"groups\":[{\"path\":\"inside\"}]}", false },
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(cases); i++) {
		struct wpar_ckpt_groups g = { 0 };

		groups_of(cases[i].text, &g, cases[i].fits);
		wpar_ckpt_groups_done(&g);
	}
}
END_TEST

static Suite *ckpt_groups_suite(void)
{
	Suite *s = suite_create("ckpt_groups");
	TCase *t = tcase_create("ckpt_groups");

	tcase_add_test(t, written_and_read_back);
	tcase_add_test(t, foreign_ones);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(ckpt_groups_suite)
