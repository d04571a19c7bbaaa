/* SPDX-License-Identifier: Apache-2.0 */
/* config.c: the configuration file. */
#include "harness.h"
#include "lpard/daemon/systems/config.h"

#include <string.h>

static int parse(const char *text, struct lpar_config *c, struct par_error **err)
{
	return lpar_config_parse(text, "x.conf", "frame1", c, err);
}

START_TEST(defaults)
{
	auto_config c = { 0 };

	ck_assert_int_eq(parse("", &c, NULL), 0);
	ck_assert_str_eq(c.socket, "/run/lpard/lpard.sock");
	ck_assert_str_eq(c.group, "lpard");
	ck_assert_ptr_null(c.read_group);
	ck_assert_uint_eq(c.n_systems, 1);
	ck_assert_str_eq(c.systems[0].name, "frame1");
	ck_assert_str_eq(c.systems[0].uri, "qemu:///system");
	ck_assert_uint_eq(c.images.n, 1);
}
END_TEST

START_TEST(everything)
{
	auto_config c = { 0 };

	ck_assert_int_eq(parse("# comment\n"
			       "  socket = /tmp/s\n"
			       "images=/a /b\n"
			       "default_image = trixie\n"
			       "media=/c.img\n"
			       "log_level = debug\n"
			       "disk_mib = 2048\n"
			       "hmc_fixes = MF1 - one, MF2 - two\n"
			       "\n"
			       "[system p9]\n"
			       "uri = qemu+tls://h/system?a=b\n"
			       "accel = tcg\n"
			       "\t[system  p10]\n"
			       "uri=fake:///\n"
			       "serial=ABCDEF0\n",
			       &c, NULL),
			 0);
	ck_assert_str_eq(c.socket, "/tmp/s");
	ck_assert_uint_eq(c.images.n, 2);
	ck_assert_str_eq(c.images.v[1], "/b");
	ck_assert_int_eq(c.log_level, PAR_LOG_DEBUG);
	ck_assert_uint_eq(c.disk_mib, 2048);
	ck_assert_uint_eq(c.hmc_fixes.n, 2);
	ck_assert_str_eq(c.hmc_fixes.v[1], "MF2 - two");
	ck_assert_uint_eq(c.n_systems, 2);
	ck_assert_str_eq(c.systems[0].uri, "qemu+tls://h/system?a=b");
	ck_assert_int_eq(c.systems[0].accel, LPAR_CONFIG_ACCEL_TCG);
	ck_assert_str_eq(c.systems[1].name, "p10");
	ck_assert_str_eq(c.systems[1].serial, "ABCDEF0");
}
END_TEST

START_TEST(refusals)
{
	static const struct {
		const char *text;
		const char *message; /* begins so */
	} bad[] = {
		{ "colour = red\n", "x.conf:1: \"colour\" is no setting" },
		{ "\nsocket\n", "x.conf:2: this is neither" },
		{ "socket = relative\n",
		  "x.conf:1: \"socket\" cannot be \"relative\". It must be an "
		  "absolute path" },
		{ "socket =\n", "x.conf:1: \"socket\" has no value" },
		{ "images = /a b\n",
		  "x.conf:1: \"images\" cannot be \"/a b\". It must be an absolute path" },
		{ "disk_mib = -1\n",
		  "x.conf:1: \"disk_mib\" cannot be \"-1\". It must be a whole number "
		  "of 0 to 16777216" },
		{ "max_clients = 0\n",
		  "x.conf:1: \"max_clients\" cannot be \"0\". It must be a whole "
		  "number of 1 to 100000" },
		{ "log_level = loud\n",
		  "x.conf:1: \"log_level\" cannot be \"loud\". It must be error, "
		  "warning, notice, info or debug" },
		{ "group = a b\n", "x.conf:1: \"group\" cannot be \"a b\". It must be a name" },
		{ "[system]\n", "x.conf:1: a section is written" },
		{ "[systemx]\n", "x.conf:1: a section is written" },
		{ "[system a/b]\n",
		  "x.conf:1: \"[system]\" cannot be \"a/b\". It must be at most 63" },
		{ "[system -a]\n",
		  "x.conf:1: \"[system]\" cannot be \"-a\". It must be at most 63" },
		{ "[system a]\n[system a]\n", "x.conf:2: the system \"a\" is there twice" },
		{ "[system a]\nsocket = /s\n", "x.conf:2: \"socket\" is no setting of a system" },
		{ "group = \x01y\n", "x.conf:1: there is a character" },
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(bad); i++) {
		auto_config c = { 0 };
		auto_error err = NULL;

		ck_assert_msg(parse(bad[i].text, &c, &err) < 0, "accepted: %s", bad[i].text);
		ck_assert_msg(par_starts_with(err->msg, bad[i].message), "%s", err->msg);
		ck_assert_ptr_null(c.socket);
	}
}
END_TEST

START_TEST(files)
{
	auto_config c = { 0 };
	auto_error err = NULL;

	ck_assert_int_lt(lpar_config_load("/nonexistent/lpard.conf", &c, &err), 0);
	ck_assert_int_eq(err->id, PAR_E_NOT_FOUND);
	ck_assert_int_lt(lpar_config_load("/dev/zero", &c, &err), 0);
	ck_assert_int_lt(lpar_config_load("/", &c, &err), 0);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("config");
	TCase *t = tcase_create("config");

	tcase_add_test(t, defaults);
	tcase_add_test(t, everything);
	tcase_add_test(t, refusals);
	tcase_add_test(t, files);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(suite)
