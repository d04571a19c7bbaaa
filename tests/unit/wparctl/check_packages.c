/* SPDX-License-Identifier: Apache-2.0 */
/* check_packages.c - dpkg's list of packages, as somebody inside a WPAR may have written it */
#include "harness.h"
#include "wparctl/backup/packages.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static void parse(const char *text, struct par_strv *ret)
{
	autofree char *copy = strdup(text);
	auto_error err = NULL;

	ck_assert_int_eq(wpar_packages_parse(copy, ret, &err), 0);
}

START_TEST(takes_what_is_installed)
{
	auto_strv l = { 0 };

	parse("Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.1-2\n"
	      "Description: a shell\n Package: not this\n\n"
	      "Package: gone\nStatus: deinstall ok config-files\nArchitecture: all\nVersion: 1\n\n\n"
	      "Package: half\nStatus: install ok half-installed\nArchitecture: all\nVersion: 1\n\n"
	      "Package: held\nStatus: hold ok installed\nVersion: 1:2~3\nArchitecture: all",
	      &l);
	ck_assert_uint_eq(l.n, 2);
	ck_assert_str_eq(l.v[0], "bash 5.1-2 amd64");
	ck_assert_str_eq(l.v[1], "held 1:2~3 all");
}
END_TEST

START_TEST(passes_over_what_is_none)
{
	static const char *const texts[] = {
		"",
		"\n\n\n",
		"Package",
		"Package: a\n",
		"Package: a b\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n",
		"Package: a\nStatus: install ok installed\nVersion:\nArchitecture: all\n",
		"Package: a\nStatus: installed\nVersion: 1\nArchitecture: all\n",
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(texts); i++) {
		auto_strv l = { 0 };

		parse(texts[i], &l);
		ck_assert_msg(l.n == 0, "%s", texts[i]);
	}
}
END_TEST

static void is_all_or_none(const char *name, size_t fit)
{
	for (size_t more = 0; more < 2; more++) {
		auto_buf text = { 0 };
		auto_strv l = { 0 };

		for (size_t i = 0; i < fit + more; i++)
			par_buf_printf(
				&text,
				"Package: %s\nStatus: ok installed\nVersion: 1\nArchitecture: b\n\n",
				name);
		ck_assert(!text.failed);
		parse(text.data, &l);
		ck_assert_uint_eq(l.n, more ? 0 : fit);
	}
}

/* image.data has 4 MiB in all, with what stands around each name there. */
START_TEST(too_many_are_none)
{
	char name[301];

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	is_all_or_none(name,
		       (WPAR_PACKAGES_MAX - 1) / (strlen(name) + strlen("\tPACKAGE = \" 1 b\"\n")));
	is_all_or_none("a", WPAR_PACKAGES_COUNT);
}
END_TEST

static void put_list(int at, const char *path, const char *name)
{
	autofd int fd = openat(at, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	ck_assert_int_ge(fd, 0);
	dprintf(fd, "Package: %s\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n",
		name);
}

/* A link is followed in the tree and not out of it; the innermost file system has the list. */
START_TEST(reads_the_list_of_the_tree)
{
	char root[] = "/tmp/check_packages.XXXXXX", command[64];
	struct wpar_writer_tree trees[2] = { { .directory = (char *)"/" },
					     { .directory = (char *)"/var/lib" } };
	const struct wpar_backup_trees one = { .v = trees, .n = 1 }, two = { .v = trees, .n = 2 };
	auto_strv a = { 0 }, b = { 0 }, c = { 0 };
	auto_error err = NULL;

	ck_assert_ptr_nonnull(mkdtemp(root));
	trees[0].fds[0] = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	ck_assert(mkdirat(trees[0].fds[0], "here", 0700) == 0 &&
		  mkdirat(trees[0].fds[0], "here/dpkg", 0700) == 0 &&
		  mkdirat(trees[0].fds[0], "var", 0700) == 0 &&
		  symlinkat("/here", trees[0].fds[0], "var/lib") == 0 &&
		  mkdirat(trees[0].fds[0], "volume", 0700) == 0 &&
		  mkdirat(trees[0].fds[0], "volume/dpkg", 0700) == 0);
	trees[1].fds[0] = openat(trees[0].fds[0], "volume", O_PATH | O_DIRECTORY | O_CLOEXEC);
	put_list(trees[0].fds[0], "here/dpkg/status", "root");
	put_list(trees[1].fds[0], "dpkg/status", "volume");
	ck_assert_int_eq(wpar_packages_read(&one, &a, &err), 0);
	ck_assert(a.n == 1 && strcmp(a.v[0], "root 1 all") == 0);
	ck_assert_int_eq(wpar_packages_read(&two, &b, &err), 0);
	ck_assert(b.n == 1 && strcmp(b.v[0], "volume 1 all") == 0);

	/* A pipe holds up nobody. */
	ck_assert(unlinkat(trees[0].fds[0], "here/dpkg/status", 0) == 0 &&
		  mkfifoat(trees[0].fds[0], "here/dpkg/status", 0600) == 0);
	ck_assert_int_eq(wpar_packages_read(&one, &c, &err), 0);
	ck_assert_uint_eq(c.n, 0);
	close(trees[0].fds[0]);
	close(trees[1].fds[0]);
	snprintf(command, sizeof(command), "rm -r %s", root);
	ck_assert_int_eq(system(command), 0);
}
END_TEST

static Suite *packages_suite(void)
{
	Suite *suite = suite_create("wparctl packages");
	TCase *tc = tcase_create("packages");
	TCase *files = tcase_create("files");

	tcase_add_test(tc, takes_what_is_installed);
	tcase_add_test(tc, passes_over_what_is_none);
	tcase_add_test(tc, too_many_are_none);
	tcase_set_tags(files, "no-valgrind"); /* openat2 */
	tcase_add_test(files, reads_the_list_of_the_tree);
	suite_add_tcase(suite, tc);
	suite_add_tcase(suite, files);
	return suite;
}

PAR_TEST_MAIN(packages_suite)
