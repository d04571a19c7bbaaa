/* SPDX-License-Identifier: Apache-2.0 */
/* check_spec_rules.c - which specifications a WPAR can be made of, and what two cannot both have */
#include "harness.h"
#include "wparctl/spec/clash.h"
#include "wparctl/spec/keys.h"

#include <string.h>

/* The specification that the text describes, with its defaults. */
static struct wpar_spec spec_of(const char *text)
{
	struct wpar_spec s;
	auto_error err = NULL;

	ck_assert_msg(wpar_spec_parse(text, strlen(text), &s, &err) == 0, "%s: %s", text,
		      err ? err->msg : "");
	if (!s.name)
		s.name = strdup("w1");
	ck_assert_msg(wpar_spec_defaults(&s, &err) == 0, "%s", err ? err->msg : "");
	return s;
}

/* Stanzas; what the rules say to them (NULL: nothing), and what is not done yet. */
static const struct {
	const char *text, *says, *later;
} rules[] = {
	{ "general:\n", NULL, NULL },
	{ "general:\n\ttype = A\n", NULL, NULL },
	{ "general:\n\tprivateusr = yes\n", NULL, NULL },
	{ "general:\n\tname = ed1%a10\n", "the name ed1%a10 cannot be the host name, too", NULL },
	{ "general:\n\tname = ed1%a10\n\thostname = ed1\n", NULL, NULL },
	{ "general:\n\tdirectory = /wpars/.volumes/w2\n", "has a part that begins with a dot",
	  NULL },
	{ "general:\n\tdirectory = /.wpars/w1\n", "has a part that begins with a dot", NULL },
	{ "general:\n\tdirectory = /wpars/w1.old\n", NULL, NULL },
	/* File systems. */
	{ "mount:\n\tdirectory = /data\n", NULL, NULL },
	{ "mount:\n\tdirectory = /data\n\tvfs = namefs\n\tdev = /srv\n\tmountopts = ro,nosuid\n",
	  NULL, NULL },
	{ "mount:\n\tdirectory = /home\n\tmountopts = noexec\n", NULL, NULL },
	{ "mount:\n\tdirectory = /data\n\tvfs = namefs\n", "vfs=namefs needs dev=", NULL },
	{ "mount:\n\tdirectory = /data\n\tdev = /srv\n", "dev= goes with vfs=namefs", NULL },
	{ "mount:\n\tdirectory = /vfs=nfs\n\thost = h\n\tdev = /x\n",
	  "a blank is missing before vfs=", NULL },
	{ "mount:\n\tdirectory = /datavfs=namefs\n", "a blank is missing before vfs=", NULL },
	{ "mount:\n\tdirectory = /logs\n\tvfs = namefs\n\tdev = /srv/logsmountopts=ro\n",
	  "a blank is missing before mountopts=", NULL },
	{ "mount:\n\tdirectory = /a=b\n", NULL, NULL },
	{ "mount:\n\tdirectory = /x\n\thost = h\n", "host= goes with vfs=nfs", NULL },
	{ "mount:\n\tdirectory = /data\n\tvfs = nfs\n\thost = h\n\tdev = /x\n", NULL, NULL },
	{ "mount:\n\tdirectory = /\n\tvfs = nfs\n\thost = h\n\tdev = /x\n", NULL, NULL },
	{ "mount:\n\tdirectory = /\n\tvfs = nfs\n\thost = h\n\tdev = /x\n\tmountopts = ro\n",
	  "root directory cannot be read-only", NULL },
	{ "mount:\n\tdirectory = /d\n\tvfs = nfs\n\tdev = /x\n", "vfs=nfs needs host=", NULL },
	{ "mount:\n\tdirectory = /d\n\tvfs = nfs\n\thost = h\n", "vfs=nfs needs host=", NULL },
	{ "mount:\n\tdirectory = /d\n\tvfs = nfs\n\thost = -h\n\tdev = /x\n",
	  "\"-h\" (host=) is not the name", NULL },
	{ "mount:\n\tdirectory = /d\n\tvfs = nfs\n\thost = h,port=1\n\tdev = /x\n",
	  "is not the name or address", NULL },
	{ "mount:\n\tdirectory = /d\n\tvfs = nfs\n\thost = fd00::1\n\tdev = /x\n\tmountopts = "
	  "ro,soft,vers=4.1,timeo=50,port=2049\n",
	  NULL, NULL },
	{ "mount:\n\tdirectory = /d\n\tvfs = nfs\n\thost = h\n\tdev = /x\n\tmountopts = vers=3\n",
	  "\"vers=3\" is not a valid value", NULL },
	{ "mount:\n\tdirectory = /d\n\tvfs = nfs\n\thost = h\n\tdev = /x\n\tmountopts = "
	  "addr=10.0.0.1\n",
	  "\"addr=10.0.0.1\" is not a valid value", NULL },
	{ "mount:\n\tdirectory = /d\n\tvfs = nfs\n\thost = h\n\tdev = /x\n\tmountopts = port=65536\n",
	  "\"port=65536\" is not a valid value", NULL },
	{ "mount:\n\tdirectory = /d\n\tmountopts = soft\n", "\"soft\" is not a valid value", NULL },
	{ "mount:\n\tdirectory = /usr\n\tvfs = nfs\n\thost = h\n\tdev = /x\n",
	  "/usr is this system's own", NULL },
	{ "mount:\n\tdirectory = /d\n\tvfs = nfs\n\thost = h\n\tdev = /x\n\tsize = 1G\n",
	  "an nfs has no size", NULL },
	{ "mount:\n\tdirectory = /data\n\tvfs = jfs\n",
	  "-M vfs=jfs: there is no such file system on Linux; vfs=jfs2 stands for", NULL },
	{ "mount:\n\tdirectory = /data\n\tvfs = jfs2\n", "vfs=jfs2 needs size=", NULL },
	{ "mount:\n\tdirectory = /data\n\tvfs = jfs2\n\tsize = 16M\n", NULL, NULL },
	{ "mount:\n\tdirectory = /data\n\tvfs = jfs2\n\tsize = 15M\n", "15 MB is too small", NULL },
	{ "mount:\n\tdirectory = /data\n\tvfs = xfs\n\tsize = 299\n", "299 MB is too small", NULL },
	{ "mount:\n\tdirectory = /data\n\tvfs = ext4\n\tsize = 1G\n\tdev = /x\n",
	  "dev= goes with vfs=namefs", NULL },
	{ "general:\n\ttype = A\nmount:\n\tdirectory = /data\n\tvfs = jfs2\n\tsize = 1G\n",
	  "no file systems are made", NULL },
	{ "mount:\n\tdirectory = /d\n\tvfs = namefs\n\tdev = /srv\n\tsize = 1G\n",
	  "a namefs has no size", NULL },
	{ "mount:\n\tdirectory = /data\n\tvfs = zfs\n", "\"zfs\" is not a type", NULL },
	{ "mount:\n\tdirectory = /data\n\tvfs = overlay\n", "\"overlay\" is not a type", NULL },
	{ "mount:\n\tdirectory = /data\n\tmountopts = bogus,rw\n", "\"bogus,rw\" is not a valid",
	  NULL },
	{ "mount:\n\tdirectory = /data\n\tmountopts = rw,ro\n", "\"rw,ro\" is not a valid", NULL },
	{ "mount:\n\tdirectory = /data\n\tmountopts = rw,\n", "\"rw,\" is not a valid", NULL },
	{ "mount:\n\tdirectory = /data\n\tsize = 64M\n", NULL, NULL },
	{ "mount:\n\tdirectory = /\n\tsize = 64M\n", NULL, NULL },
	{ "mount:\n\tdirectory = /proc\n\tsize = 64M\n", "/proc is made by the start", NULL },
	{ "mount:\n\tdirectory = /data\n\tvfs = namefs\n\tdev = /srv\n\tsize = 64M\n",
	  "a namefs has no size of its own", NULL },
	{ "mount:\n\tdirectory = /\n\tvfs = namefs\n\tdev = /srv\n", "the root directory is",
	  NULL },
	{ "mount:\n\tdirectory = /\n\tmountopts = ro\n", "the root directory is", NULL },
	{ "mount:\n\tdirectory = /proc\n\tmountopts = ro\n", "/proc is made by the start", NULL },
	{ "mount:\n\tdirectory = /data\n\tvfs = proc\n", "\"proc\" is not a type", NULL },
	{ "mount:\n\tdirectory = /proc/x\n", "/proc is made by the start", NULL },
	{ "mount:\n\tdirectory = /dev\n", "/dev is made by the start", NULL },
	{ "mount:\n\tdirectory = /device\n", NULL, NULL },
	{ "mount:\n\tdirectory = /run/x\n", "/run is made by the start", NULL },
	{ "mount:\n\tdirectory = /etc/init\n", "/etc/init is made by the start", NULL },
	{ "mount:\n\tdirectory = /etc/x\n", NULL, NULL },
	{ "mount:\n\tdirectory = /etc\n", "/etc is a part of the root", NULL },
	{ "mount:\n\tdirectory = /sbin\n", "/sbin is a symbolic link", NULL },
	{ "mount:\n\tdirectory = /usr\n\tvfs = directory\n", "-l gives it a copy", NULL },
	{ "general:\n\tprivateusr = yes\nmount:\n\tdirectory = /usr\n\tvfs = directory\n", NULL,
	  NULL },
	{ "mount:\n\tdirectory = /opt\n\tvfs = directory\n", NULL, NULL },
	{ "general:\n\ttype = A\nmount:\n\tdirectory = /srv\n", "no file systems are made", NULL },
	{ "general:\n\ttype = A\nmount:\n\tdirectory = /\n\tvfs = namefs\n\tdev = /srv\n",
	  "the root directory is", NULL },
	{ "general:\n\ttype = A\nmount:\n\tdirectory = /etc\n\tvfs = namefs\n\tdev = /srv\n", NULL,
	  NULL },
	/* Devices. */
	{ "device:\n\tdevname = /dev/fuse\n", NULL, NULL },
	{ "device:\n\tdevname = /dev/null\n\texport = no\n", NULL, NULL },
	{ "device:\n\tdevname = /dev/fuse\n\tvirtualname = /dev/null\n", "every workload partition",
	  NULL },
	{ "device:\n\tdevname = /dev/fuse\n\tvirtualname = /dev/pts/0\n",
	  "every workload partition", NULL },
	{ "device:\n\tdevname = /dev/fuse\n\tvirtualname = /dev/zero/x\n",
	  "every workload partition", NULL },
	{ "device:\n\tdevname = /srv/node\n", "must lie below /dev", NULL },
	{ "device:\n\tdevname = /srv/node\n\tvirtualname = /dev/node\n", NULL, NULL },
	{ "device:\n\tdevname = /dev/a\ndevice:\n\tdevname = /dev/b\n\tvirtualname = /dev/a\n",
	  "two devices would be /dev/a", NULL },
	{ "device:\n\tdevname = /dev/a/b\ndevice:\n\tdevname = /dev/b\n\tvirtualname = /dev/a\n",
	  "one would lie below the other", NULL },
	{ "device:\n\tdevname = /dev/a\ndevice:\n\tdevname = /dev/ab\n", NULL, NULL },
	{ "device:\n\tdevname = /dev/full\ndevice:\n\tdevname = /dev/full\n\texport = no\n",
	  "two devices would be /dev/full", NULL },
	{ "device:\n\tdevname = /dev/a\n\tdevtype = adapter\n", NULL, "-D devtype=adapter" },
	{ "device:\n\tdevid = 123\n", NULL, "-D devid=" },
	/* The rest. */
	{ "network:\n\taddress = 10.0.0.1\n\tnetmask = 255.0.0.0\n", NULL, NULL },
	{ "network:\n\taddress6 = fd00::1\n\tprefixlen = 64\n", NULL, NULL },
	{ "network:\n\taddress6 = fd00::1\n\tnetmask = 255.0.0.0\n", "netmask= goes with", NULL },
	{ "network:\n\taddress = 10.0.0.1\n\tprefixlen = 8\n", "netmask= goes with", NULL },
	{ "route:\n\trtdest = default\n\trtgateway = 10.0.0.1\n", NULL, NULL },
	{ "kext:\n\tkext = /x\n", NULL, "-X: a kernel module is" },
	{ "general:\n\trouting = yes\n", NULL, NULL },
	{ "general:\n\txwparipc = yes\n", NULL, "-x (xwparipc)" },
	{ "general:\n\tcheckpointable = yes\n", NULL, NULL },
	{ "general:\n\tcheckpointable = yes\n\tinit = /sbin/init\n", NULL, NULL },
	{ "general:\n\tcheckpointable = yes\ndevice:\n\tdevname = /dev/vdb\n", NULL,
	  "with device \"/dev/vdb\" there can be no checkpoint" },
	{ "general:\n\tcheckpointable = yes\ndevice:\n\tdevname = /dev/vdb\n\texport = no\n", NULL,
	  NULL },
	{ "general:\n\tarchitecture = pwr7\n", NULL, "-H (architecture)" },
	{ "general:\n\tvipwpar = yes\n", NULL, "\"vipwpar\": addresses are given" },
	{ "general:\n\tvg = rootvg\n", NULL, NULL },
	{ "resources:\n\tshares_memory = 5\n", NULL, "-R shares_memory=" },
	{ "resources:\n\ttotalLargePages = 9\n", NULL, NULL },
	{ "resources:\n\ttotalVirtMem = 1G\n\ttotalPTYs = 5\n\ttotalThreads = 5\n", NULL, NULL },
	{ "security:\n\tprivs = -PV_NET_PORT\n", NULL, NULL },
	{ "security:\n\tprivs = +PV_BOGUS\n", "\"PV_BOGUS\" is not a privilege", NULL },
	{ "security:\n\tprivs = -PV_DEV_QUERY\n", "cannot be taken away", NULL },
};

static void expect(int r, const struct par_error *err, const char *says, const char *text)
{
	if (!says) {
		ck_assert_msg(r == 0, "%s: %s", text, err ? err->msg : "");
		return;
	}
	ck_assert_msg(r < 0 && err, "%s is taken", text);
	ck_assert_msg(strstr(err->msg, says) != NULL, "%s: %s", text, err->msg);
	ck_assert(par_printable(err->msg));
}

START_TEST(what_a_wpar_can_be_made_of)
{
	auto_spec s = spec_of(rules[_i].text);
	auto_error later = NULL;
	auto_error err = NULL;
	int r = wpar_spec_check_rules(&s, &err);

	expect(r, err, rules[_i].says, rules[_i].text);
	r = wpar_spec_check_supported(&s, &later);
	expect(r, later, rules[_i].later, rules[_i].text);
	if (later)
		ck_assert_int_eq((int)later->id, PAR_E_NOT_SUPPORTED);
}
END_TEST

/* A flag that changes a default file system leaves the rest of it as it is. */
START_TEST(a_default_keeps_what_is_not_given)
{
	auto_spec s = spec_of("mount:\n\tdirectory = /usr\n\tmountopts = ro,nosuid\n");
	const struct wpar_mount *m = wpar_spec_mount(&s, "/usr");

	ck_assert_str_eq(m->vfs, "namefs");
	ck_assert_str_eq(m->device, "/usr");
	ck_assert_str_eq(m->options, "ro,nosuid");
}
END_TEST

#define UUID_A "541ba314-c7ca-4f67-bc6e-a10d5eaa8541"

START_TEST(what_two_cannot_both_have)
{
	static const struct {
		const char *a, *b;
		enum wpar_clash clash;
	} cases[] = {
		{ "general:\n", "general:\n\tname = w2\n", WPAR_CLASH_NONE },
		{ "general:\n\tname = w2\n", "general:\n\tname = w2\n", WPAR_CLASH_NONE },
		{ "general:\n\tdirectory = /wpars/w2\n", "general:\n\tname = w2\n",
		  WPAR_CLASH_DIRECTORY },
		{ "general:\n\tdirectory = /wpars/w2/x\n", "general:\n\tname = w2\n",
		  WPAR_CLASH_DIRECTORY },
		{ "general:\n\tdirectory = /wpars\n", "general:\n\tname = w2\n",
		  WPAR_CLASH_DIRECTORY },
		{ "general:\n\tdirectory = /wpars/w22\n", "general:\n\tname = w2\n",
		  WPAR_CLASH_NONE },
		{ "general:\n\tname = a1\n\ttype = A\n", "general:\n\tname = w2\n",
		  WPAR_CLASH_NONE },
		{ "general:\n\thostname = w2\n", "general:\n\tname = w2\n", WPAR_CLASH_HOSTNAME },
		{ "general:\n\thostname = W2\n", "general:\n\tname = w2\n", WPAR_CLASH_HOSTNAME },
		{ "general:\n\tuuid = " UUID_A "\n", "general:\n\tname = w2\n\tuuid = " UUID_A "\n",
		  WPAR_CLASH_UUID },
		{ "network:\n\taddress = 10.0.0.1\n",
		  "general:\n\tname = w2\nnetwork:\n\taddress = 10.0.0.1\n", WPAR_CLASH_ADDRESS },
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(cases); i++) {
		auto_spec a = spec_of(cases[i].a), b = spec_of(cases[i].b);
		enum wpar_clash clash = wpar_clash_find(&a, &b);
		auto_error err = NULL;

		ck_assert_msg(clash == cases[i].clash, "%zu: %d", i, (int)clash);
		if (clash == WPAR_CLASH_NONE)
			continue;
		ck_assert_int_lt(wpar_clash_fail(clash, &a, &b, &err), 0);
		ck_assert_int_eq((int)err->id, PAR_E_EXISTS);
		ck_assert_ptr_nonnull(strstr(err->msg, "w2"));
	}
}
END_TEST

START_TEST(clashes_are_avoided)
{
	auto_spec s = spec_of("general:\n\thostname = taken\n"), other = spec_of("general:\n");
	auto_error err = NULL;

	ck_assert_int_eq(wpar_clash_avoid(WPAR_CLASH_DIRECTORY, &s, 1, &other, &err), 0);
	ck_assert_str_eq(s.directory, "/wpars/w1_1");
	ck_assert_int_eq(wpar_clash_avoid(WPAR_CLASH_HOSTNAME, &s, 2, &other, &err), 0);
	ck_assert_str_eq(s.hostname, "w1");
	ck_assert_int_eq(wpar_clash_avoid(WPAR_CLASH_HOSTNAME, &s, 3, &other, &err), 0);
	ck_assert_str_eq(s.hostname, "w1-3");
	ck_assert_int_eq(wpar_clash_avoid(WPAR_CLASH_HOSTNAME, &s, 4, &other, &err), 0);
	ck_assert_str_eq(s.hostname, "w1-4");
	ck_assert_int_eq(wpar_clash_avoid(WPAR_CLASH_UUID, &s, 5, &other, &err), 0);
	ck_assert_str_ne(s.uuid, other.uuid);
}
END_TEST

START_TEST(addresses_that_clash_are_left_out)
{
	auto_spec s =
		spec_of("general:\nnetwork:\n\taddress = 10.0.0.1\nnetwork:\n\taddress = 10.0.0.2\n"
			"network:\n\taddress6 = fd00::1\n");
	auto_spec other =
		spec_of("general:\n\tname = w2\nnetwork:\n\taddress6 = fd00::1\nnetwork:\n"
			"\taddress = 10.0.0.1\n");
	auto_error err = NULL;

	ck_assert_uint_eq(s.n_addresses, 3);
	ck_assert_int_eq(wpar_clash_avoid(WPAR_CLASH_ADDRESS, &s, 1, &other, &err), 0);
	ck_assert_uint_eq(s.n_addresses, 1);
	ck_assert_str_eq(s.addresses[0].address, "10.0.0.2");
	ck_assert_int_eq(wpar_clash_find(&s, &other), WPAR_CLASH_NONE);
}
END_TEST

/* Names and values that are near; every row that people see has a text for them. */
START_TEST(wrong_names_are_told_what_there_is)
{
	auto_error absent = NULL;
	auto_error err = NULL;
	struct wpar_address a = { 0 };
	struct wpar_mount m = { 0 };

	ck_assert_int_lt(
		wpar_record_set_pair(WPAR_STANZA_NETWORK, &a, "adress=10.0.0.1", "-N", &err), 0);
	ck_assert_str_eq(err->msg,
			 "\"adress\" is not an attribute of the -N flag; did you mean \"address\"? "
			 "Its attributes are interface, address, netmask, broadcast, address6, "
			 "prefixlen");
	ck_assert_int_lt(wpar_record_set_pair(WPAR_STANZA_MOUNT, &m, "vg=rootvg", "-M", &absent),
			 0);
	ck_assert_str_eq(absent->msg, "-M vg=: there is one volume group, rootvg");
	for (size_t i = 0; i < wpar_n_keys; i++) {
		auto_buf b = { 0 };

		if (!wpar_key_is_known(&wpar_keys[i]))
			continue;
		par_field_describe(&wpar_keys[i].field, &b);
		ck_assert_msg(b.len > 0, "%s", wpar_keys[i].field.name);
	}
}
END_TEST

/* As many as a start hands over: /, /home and the others are among them. */
START_TEST(file_systems_and_devices_are_counted)
{
	auto_buf text = { 0 };
	int i = 0;

	for (bool more = false;; more = true) {
		auto_error err = NULL;
		struct wpar_spec s;

		while (i < WPAR_SPEC_MOUNTS_MAX - 8 + more)
			par_buf_printf(&text, "mount:\n\tdirectory = /m%d\n", i++);
		if (!more)
			par_buf_puts(&text, "device:\n\tdevname = /dev/fuse\n");
		s = spec_of(text.data);
		ck_assert_uint_eq(s.n_mounts + s.n_devices, WPAR_SPEC_MOUNTS_MAX + more);
		ck_assert_int_eq(wpar_spec_check_rules(&s, &err), more ? -err->errnum : 0);
		if (more)
			ck_assert_ptr_nonnull(strstr(err->msg, "and can have 220 at most"));
		wpar_spec_done(&s);
		if (more)
			break;
	}
}
END_TEST

static Suite *rules_suite(void)
{
	Suite *suite = suite_create("wparctl spec rules");
	TCase *tc = tcase_create("rules");

	tcase_add_loop_test(tc, what_a_wpar_can_be_made_of, 0, PAR_ARRAY_SIZE(rules));
	tcase_add_test(tc, file_systems_and_devices_are_counted);
	tcase_add_test(tc, a_default_keeps_what_is_not_given);
	tcase_add_test(tc, what_two_cannot_both_have);
	tcase_add_test(tc, clashes_are_avoided);
	tcase_add_test(tc, addresses_that_clash_are_left_out);
	tcase_add_test(tc, wrong_names_are_told_what_there_is);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(rules_suite)
