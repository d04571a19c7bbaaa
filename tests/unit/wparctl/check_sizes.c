/* SPDX-License-Identifier: Apache-2.0 */
/* check_sizes.c - which directories of a WPAR are counted, by which project, and how large each may
 * become */
#include "harness.h"
#include "wparctl/filesystem/sizes.h"
#include "wparctl/spec/keys.h"

#include <inttypes.h>
#include <string.h>

/* A specification with the defaults and the given pairs of -M, numbered beside @before. */
static void make(struct wpar_spec *s, const char *const *pairs, const struct wpar_spec *before)
{
	s->name = strdup("dev01");
	s->idbase = 1073807360;
	s->idrange = 65536;
	for (; pairs && *pairs; pairs++) {
		auto_strv words = { 0 };

		ck_assert_int_eq(par_strv_split(&words, *pairs, ' '), 0);
		ck_assert_ptr_nonnull(
			wpar_record_add_pairs(s, WPAR_STANZA_MOUNT, words.v, words.n, "-M", NULL));
	}
	ck_assert_int_eq(wpar_spec_defaults(s, NULL), 0);
	wpar_spec_number_projects(s, before);
}

/* "/home home 1073807362 64 given", a line each */
static char *plan(const struct wpar_spec *s)
{
	auto_sizes sizes = { 0 };
	struct par_buf b = { 0 };

	ck_assert_int_eq(wpar_sizes_plan(s, &sizes), 0);
	for (size_t i = 0; i < sizes.n; i++) {
		const struct wpar_size *z = &sizes.v[i];

		par_buf_printf(&b, "%s '%s%s%s' %u %" PRIu64 "%s\n", z->directory, z->paths[0],
			       z->paths[1] ? "' '" : "", z->paths[1] ? z->paths[1] : "", z->project,
			       z->mib, z->given ? " given" : "");
	}
	return b.data ? par_buf_steal(&b) : strdup("");
}

START_TEST(each_directory_is_a_project)
{
	static const char *const pairs[] = { "directory=/home size=64M",
					     "directory=/data vfs=directory",
					     "directory=/tmp size=unlimited",
					     "directory=/srv vfs=namefs dev=/srv", NULL };
	auto_spec s = { 0 };
	autofree char *is = NULL;

	make(&s, pairs, NULL);
	is = plan(&s);
	ck_assert_str_eq(is, "/ '' 1073807361 128\n"
			     "/data 'data' 1073807362 0\n"
			     "/home 'home' 1073807363 64 given\n"
			     "/tmp 'tmp' 1073807364 0\n"
			     "/var 'var' 1073807365 128\n");
}
END_TEST

START_TEST(private_parts_have_no_limit_by_default)
{
	auto_spec s = { .private_usr = true };
	autofree char *is = NULL;

	make(&s, NULL, NULL);
	is = plan(&s);
	ck_assert_str_eq(is, "/ '' 1073807361 128\n"
			     "/home 'home' 1073807362 128\n"
			     "/opt 'opt' 1073807363 0\n"
			     "/tmp 'tmp' 1073807364 128\n"
			     "/usr 'usr' 1073807365 0\n"
			     "/var 'var' 1073807366 128\n");
}
END_TEST

START_TEST(a_versioned_one_is_counted_by_its_layer)
{
	auto_spec s = { .version = { .image_digest = strdup("00") } };
	autofree char *is = NULL;

	make(&s, NULL, NULL);
	is = plan(&s);
	ck_assert_str_eq(is, "/ 'upper' 'work' 1073807361 0\n");
}
END_TEST

START_TEST(an_application_has_none)
{
	static const char *const pairs[] = { "directory=/srv vfs=namefs dev=/srv", NULL };
	auto_spec s = { .type = WPAR_APPLICATION };
	autofree char *is = NULL;

	make(&s, pairs, NULL);
	is = plan(&s);
	ck_assert_str_eq(is, "");
}
END_TEST

START_TEST(numbers_stay_with_their_directories)
{
	static const char *const more[] = { "directory=/data vfs=directory size=1G", NULL };
	static const char *const linked[] = { "directory=/home vfs=namefs dev=/srv", NULL };
	auto_spec before = { 0 }, after = { 0 }, without = { 0 }, old = { 0 };
	autofree char *is = NULL, *is_without = NULL, *is_old = NULL;

	make(&before, NULL, NULL);
	make(&after, more, &before);
	is = plan(&after);
	ck_assert_str_eq(is, "/ '' 1073807361 128\n"
			     "/data 'data' 1073807365 1024 given\n"
			     "/home 'home' 1073807362 128\n"
			     "/tmp 'tmp' 1073807363 128\n"
			     "/var 'var' 1073807364 128\n");
	make(&without, linked, &before);
	is_without = plan(&without);
	ck_assert_str_eq(is_without, "/ '' 1073807361 128\n"
				     "/tmp 'tmp' 1073807363 128\n"
				     "/var 'var' 1073807364 128\n");
	/* One that was made before there were projects is not counted. */
	make(&old, NULL, NULL);
	for (size_t i = 0; i < old.n_mounts; i++)
		old.mounts[i].project = 0;
	is_old = plan(&old);
	ck_assert_str_eq(is_old, "");
}
END_TEST

static Suite *sizes_suite(void)
{
	Suite *s = suite_create("sizes");
	TCase *c = tcase_create("sizes");

	tcase_add_test(c, each_directory_is_a_project);
	tcase_add_test(c, private_parts_have_no_limit_by_default);
	tcase_add_test(c, a_versioned_one_is_counted_by_its_layer);
	tcase_add_test(c, an_application_has_none);
	tcase_add_test(c, numbers_stay_with_their_directories);
	suite_add_tcase(s, c);
	return s;
}

PAR_TEST_MAIN(sizes_suite)
