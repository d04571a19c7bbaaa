/* SPDX-License-Identifier: Apache-2.0 */
/* check_spec.c - names, the stanza grammar, limits, saving and listing of specifications */
#include "harness.h"
#include "wparctl/spec/keys.h"

#include <string.h>
#include <sys/stat.h>

static int parse(const char *text, struct wpar_spec *s, struct par_error **err)
{
	return wpar_spec_parse(text, strlen(text), s, err);
}

START_TEST(names_good)
{
	static const char *const good[] = { "dev01",	   "a",
					    "9x",	   "applejack-541ba3",
					    "under_score", "abcdefghijklmnopqrstuvwxy" };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(good); i++)
		ck_assert_msg(wpar_name_check(good[i], NULL) == 0, "%s", good[i]);
}
END_TEST

START_TEST(names_bad)
{
	static const char *const bad[] = { "",	    "-x",     "0x",
					   "a/b",   "..",     "../x",
					   ".",	    "a b",    "a\tb",
					   "a:b",   "a\nb",   "caf\xc3\xa9",
					   "a\x7f", "a`b",    "a\\b",
					   "a|b",   "Global", "ALL",
					   "a=b",   "a,b",    "abcdefghijklmnopqrstuvwxyz" };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(bad); i++) {
		auto_error err = NULL;

		ck_assert_msg(wpar_name_check(bad[i], &err) < 0, "%s", bad[i]);
		ck_assert_ptr_nonnull(err);
		ck_assert_int_eq((int)err->id, PAR_E_INVALID_ARGUMENT);
		/* A name is shown as it is, but nothing that a terminal would obey. */
		for (const char *c = err->msg; *c; c++)
			ck_assert((unsigned char)*c >= 0x20 && *c != 0x7f);
	}
}
END_TEST

START_TEST(corpus_round_trip)
{
	autofree char *path =
		par_strdup_printf("%s/fuzz/corpus/spec/full", getenv("PAR_TEST_SOURCE"));
	auto_spec a = { 0 }, b = { 0 };
	auto_buf one = { 0 }, two = { 0 };
	auto_error err = NULL;

	ck_assert_msg(wpar_spec_read_file(path, &a, &err) == 0, "%s", err ? err->msg : "");
	ck_assert_str_eq(a.name, "dev01");
	ck_assert(a.autostart && !a.checkpointable);
	ck_assert_uint_eq(a.n_addresses, 2);
	ck_assert_str_eq(a.addresses[1].address, "fe80::1");
	ck_assert_str_eq(a.addresses[1].mask_prefix, "64");
	ck_assert_str_eq(a.mounts[0].device, "/srv/d \"x\" \\");
	ck_assert_uint_eq(a.mounts[0].size_mib, 64);
	ck_assert(a.resources.inactive);
	ck_assert_uint_eq(a.resources.cpu_min_x100, 1000);
	ck_assert_uint_eq(a.resources.cpu_soft_x100, 5000);
	ck_assert_uint_eq(a.resources.cpu_hard_x100, 10000);
	ck_assert_uint_eq(a.resources.total_virt_mem, UINT64_C(4) << 30);
	ck_assert_uint_eq(a.privs.n, 2);
	ck_assert(a.devices[0].no_export);
	ck_assert_int_eq(wpar_spec_write(&a, &one, NULL), 0);
	ck_assert_int_eq(wpar_spec_copy(&a, &b, NULL), 0);
	ck_assert_int_eq(wpar_spec_write(&b, &two, NULL), 0);
	ck_assert_str_eq(one.data, two.data);
}
END_TEST

START_TEST(grammar_strict)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{ "name = x\n", "line 1: an attribute before" },
		{ "general:\n\tname = \"x\n", "line 2: the quotes" },
		{ "general:\n\tname = x\"\n", "line 2: the quotes" },
		{ "general:\n\tname = \"x\" y\n", "line 2: the quotes" },
		{ "general:\n\tnam = x\n", "no attribute \"nam\"" },
		{ "generals:\n", "no stanza \"generals\"" },
		{ "general:\ngeneral:\n", "a second stanza" },
		{ "general:\n\tname = x\n\tname = y\n", "given twice" },
		{ "general:\n\tformat = 2\n", "newer" },
		{ "general:\n\tname = ../x\n", "not valid" },
		{ "general:\n\tdirectory = a/b\n", "not a valid value" },
		{ "general:\n\tdirectory = /a/../b\n", "not a valid value" },
		{ "general:\n\tdirectory = /a//b\n", "not a valid value" },
		{ "general:\n\towner = ../x\n", "not a valid value" },
		{ "general:\n\towner = a/b\n", "not a valid value" },
		{ "general:\n\towner = -x\n", "not a valid value" },
		{ "general:\n\tname = ../x\n", "name ../x is not valid" },
		{ "general:\n\thostname = ../x\n", "not a valid value" },
		{ "general:\n\tapplication = ../x\n", "not a valid value" },
		{ "general:\n\tinit = /../x\n", "not a valid value" },
		{ "general:\n\tscript = x\n", "not a valid value" },
		{ "general:\n\tuuid = ../x\n", "not a valid value" },
		{ "general:\n\tvg = ../x\n", "not a valid value" },
		{ "network:\n\tinterface = ../x\n", "not a valid value" },
		{ "network:\n\tinterface = ..\n", "not a valid value" },
		{ "network:\n\tinterface = a:1\n", "not a valid value" },
		{ "route:\n\trtinterface = ../x\n", "not a valid value" },
		{ "mount:\n\tdirectory = ../x\n", "not a valid value" },
		{ "mount:\n\tdev = ../x\n", "not a valid value" },
		{ "device:\n\tdevname = ../x\n", "not a valid value" },
		{ "device:\n\tvirtualname = /dev/../x\n", "not a valid value" },
		{ "versioned:\n\timage_digest = ../x\n", "not a valid value" },
		{ "general:\n\tkey = -1\n", "not a valid value" },
		{ "general:\n\tkey = 4294967296\n", "not a valid value" },
		{ "general:\n\tauto = maybe\n", "not a valid value" },
		{ "network:\n\taddress = 1.2.3.256\n", "not a valid value" },
		{ "network:\n\tprefixlen = 129\n", "not a valid value" },
		{ "resources:\n\tCPU = 60%-50%,100%\n", "not a valid value" },
		{ "resources:\n\tCPU = 10%-50%,101%\n", "not a valid value" },
		{ "resources:\n\tshares_CPU = 65536\n", "not a valid value" },
		{ "resources:\n\ttotalVirtMem = 99999999999T\n", "not a valid value" },
		{ "mount:\n\tsize = 1X\n", "not a valid value" },
		{ "general\n", "neither a stanza" },
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(cases); i++) {
		auto_error err = NULL;
		auto_spec s = { 0 };

		ck_assert_msg(parse(cases[i].text, &s, &err) < 0, "%s", cases[i].text);
		ck_assert_msg(strstr(err->msg, cases[i].says) != NULL, "%s: %s", cases[i].text,
			      err->msg);
		ck_assert_ptr_null(s.name);
	}
}
END_TEST

START_TEST(defaults_and_check)
{
	static const char *const order[] = {
		"/", "/home", "/opt", "/proc", "/tmp", "/usr", "/var"
	};
	auto_spec s = { .name = strdup("dev01") };
	auto_error err = NULL;

	ck_assert_int_eq(wpar_spec_defaults(&s, &err), 0);
	ck_assert_int_eq(wpar_spec_check(&s, &err), 0);
	ck_assert_str_eq(s.directory, "/wpars/dev01");
	ck_assert_str_eq(s.hostname, "dev01");
	ck_assert_uint_eq(s.n_mounts, PAR_ARRAY_SIZE(order));
	for (size_t i = 0; i < PAR_ARRAY_SIZE(order); i++)
		ck_assert_str_eq(s.mounts[i].directory, order[i]);
	ck_assert_str_eq(wpar_spec_mount(&s, "/usr")->options, "ro");
	ck_assert_ptr_nonnull(wpar_record_add(&s, WPAR_STANZA_NETWORK));
	ck_assert_int_lt(wpar_spec_check(&s, &err), 0);
}
END_TEST

START_TEST(save_list_load_remove)
{
	char root[] = "/tmp/check_spec.XXXXXX";
	autofree char *junk = NULL, *folder = NULL;
	auto_strv names = { 0 };
	auto_spec s = { .name = strdup("b1") }, t = { 0 };
	auto_error err = NULL;
	FILE *f;

	ck_assert_ptr_nonnull(mkdtemp(root));
	setenv("WPARS_ROOT", root, 1);
	ck_assert_int_eq(wpar_spec_list(&names, &err), 0);
	ck_assert_uint_eq(names.n, 0);
	ck_assert_int_eq(wpar_spec_defaults(&s, &err), 0);
	ck_assert_msg(wpar_spec_save(&s, &err) == 0, "%s", err ? err->msg : "");
	ck_assert_int_lt(wpar_spec_load("b11", &t, &err), 0);
	ck_assert_str_eq(err->msg,
			 "0960-419 Could not find a workload partition called b11. Did you "
			 "mean b1?");
	par_error_free(&err);
	free(s.name);
	s.name = strdup("a1");
	ck_assert_int_eq(wpar_spec_save(&s, &err), 0);
	junk = wpar_path(WPAR_CONFIG_DIR "/..cf");
	f = fopen(junk, "w");
	ck_assert_ptr_nonnull(f);
	fclose(f);
	ck_assert_int_eq(wpar_spec_list(&names, &err), 0);
	ck_assert_uint_eq(names.n, 2);
	ck_assert_str_eq(names.v[0], "a1");
	ck_assert_int_eq(wpar_spec_load("b1", &t, &err), 0);
	ck_assert_str_eq(t.uuid, s.uuid);
	ck_assert_int_eq(wpar_spec_remove("b1", &err), 0);
	wpar_spec_done(&t);
	ck_assert_int_lt(wpar_spec_load("b1", &t, &err), 0);
	ck_assert_str_eq(err->msg, "0960-419 Could not find a workload partition called b1.");
	par_error_free(&err);
	ck_assert_int_lt(wpar_spec_load("caf\xc3\xa9\x1b[m", &t, &err), 0);
	ck_assert_str_eq(err->msg,
			 "0960-419 Could not find a workload partition called caf\xc3\xa9?[m.");
	par_error_free(&err);
	ck_assert_int_lt(wpar_spec_load("../b1", &t, &err), 0);
	ck_assert_int_eq((int)err->id, PAR_E_NOT_FOUND);
	ck_assert_int_eq(wpar_spec_remove("a1", &err), 0);
	unlink(junk);
	folder = wpar_path(WPAR_CONFIG_DIR);
	/* Nothing else may be left, above all no temporary file. */
	ck_assert_int_eq(rmdir(folder), 0);
	free(folder);
	folder = wpar_path("/etc");
	rmdir(folder);
	rmdir(root);
}
END_TEST

START_TEST(save_where_it_cannot)
{
	auto_spec s = { .name = strdup("full") };
	auto_error err = NULL;

	ck_assert_int_eq(wpar_spec_defaults(&s, &err), 0);
	ck_assert_int_lt(wpar_spec_write_file(&s, "/proc/nowhere/x.cf", &err), 0);
	ck_assert_ptr_nonnull(err);
}
END_TEST

/* A value of each kind: what is taken, what the file says then (NULL: nothing), what is refused. */
static const struct {
	enum wpar_stanza stanza;
	const char *key, *value, *written;
} values[] = {
	{ WPAR_STANZA_GENERAL, "directory", "/", "/" },
	{ WPAR_STANZA_GENERAL, "directory", "/a/b c", "/a/b c" },
	{ WPAR_STANZA_GENERAL, "type", "A", "A" },
	{ WPAR_STANZA_GENERAL, "auto", "no", "no" },
	{ WPAR_STANZA_GENERAL, "creating", "no", NULL },
	{ WPAR_STANZA_GENERAL, "creating", "yes", "yes" },
	{ WPAR_STANZA_GENERAL, "idbase", "0", NULL },
	{ WPAR_STANZA_GENERAL, "uuid", "6C706172-0000-4000-8000-00000000abcf",
	  "6C706172-0000-4000-8000-00000000abcf" },
	{ WPAR_STANZA_MOUNT, "size", "1025K", "2M" },
	{ WPAR_STANZA_MOUNT, "size", "unlimited", "unlimited" },
	{ WPAR_STANZA_RESOURCES, "active", "no", "no" },
	{ WPAR_STANZA_RESOURCES, "shares_CPU", "65535", "65535" },
	{ WPAR_STANZA_RESOURCES, "CPU", "5%-50.5%,100%", "5%-50.50%,100%" },
	{ WPAR_STANZA_RESOURCES, "CPU", "0%-0.01%,0.01%", "0%-0.01%,0.01%" },
	{ WPAR_STANZA_RESOURCES, "procVirtMem", "1Gb", "1073741824" },
	{ WPAR_STANZA_RESOURCES, "totalPTYs", "unlimited", "unlimited" },
	{ WPAR_STANZA_RESOURCES, "totalThreads", "77", "77" },
	{ WPAR_STANZA_RESOURCES, "totalLargePages", "unlimited", "unlimited" },
	{ WPAR_STANZA_RESOURCES, "totalLargePages", "12", "12" },
	{ WPAR_STANZA_RESOURCES, "pct_pinMem", "7", "7%" },
	{ WPAR_STANZA_SECURITY, "privs", "-PV_AU_WRITE,+PV_X", "-PV_AU_WRITE,+PV_X" },
};

START_TEST(values_are_written_as_they_were_read)
{
	const struct wpar_key *k = wpar_key_find(values[_i].stanza, values[_i].key);
	auto_spec s = { 0 };
	auto_error err = NULL;
	auto_buf b = { 0 };
	void *record = wpar_record_add(&s, values[_i].stanza);

	ck_assert_msg(wpar_key_set(k, record, values[_i].value, &err) == 0, "%s",
		      err ? err->msg : "");
	ck_assert_int_eq(wpar_key_format(k, record, &b), values[_i].written != NULL);
	ck_assert(par_streq(b.data, values[_i].written));
}
END_TEST

static const struct {
	enum wpar_stanza stanza;
	const char *key, *value, *message;
} wrong[] = {
	{ WPAR_STANZA_GENERAL, "directory", "/a/",
	  "\"/a/\" is not a valid value of \"directory\". It must be an absolute path without //, . "
	  "and .. in it" },
	{ WPAR_STANZA_GENERAL, "directory", "/a//b", NULL },
	{ WPAR_STANZA_GENERAL, "directory", "/a/..", NULL },
	{ WPAR_STANZA_GENERAL, "directory", "", NULL },
	{ WPAR_STANZA_GENERAL, "name", "a/b", NULL },
	{ WPAR_STANZA_GENERAL, "hostname", "-a", NULL },
	{ WPAR_STANZA_GENERAL, "owner", "123456789012345678901234567890123",
	  "\"123456789012345678901234567890123\" is not a valid value of \"owner\". It must be "
	  "letters, digits, dots, dashes and underscores, no dot or dash in front, and have at most "
	  "32 bytes" },
	{ WPAR_STANZA_GENERAL, "owner", "a b", NULL },
	{ WPAR_STANZA_GENERAL, "owner", "a\x01",
	  "the value of \"owner\" has characters that are not "
	  "printable ASCII" },
	{ WPAR_STANZA_GENERAL, "type", "s",
	  "\"s\" is not a valid value of \"type\". It must be S, L or A" },
	{ WPAR_STANZA_GENERAL, "auto", "1",
	  "\"1\" is not a valid value of \"auto\". It must be no or yes" },
	{ WPAR_STANZA_GENERAL, "idbase", "4294967296", NULL },
	{ WPAR_STANZA_GENERAL, "uuid", "6c706172", NULL },
	{ WPAR_STANZA_NETWORK, "address", "1.2.3",
	  "\"1.2.3\" is not a valid value of \"address\". It must be an IPv4 address such as "
	  "10.1.2.3" },
	{ WPAR_STANZA_NETWORK, "netmask", "255.0.255.0", NULL },
	{ WPAR_STANZA_NETWORK, "netmask", "0.255.255.255", NULL },
	{ WPAR_STANZA_GENERAL, "architecture", "bogus",
	  "\"bogus\" is not a valid value of \"architecture\". It must be pwr4, ppc970, pwr5, pwr6 "
	  "or pwr7" },
	{ WPAR_STANZA_GENERAL, "architecture", "or", NULL },
	{ WPAR_STANZA_GENERAL, "vg", "datavg", NULL },
	{ WPAR_STANZA_ROUTE, "rttype", "subnet", NULL },
	{ WPAR_STANZA_DEVICE, "devtype", "printer", NULL },
	{ WPAR_STANZA_NETWORK, "address6", "1.2.3.4", NULL },
	{ WPAR_STANZA_NETWORK, "prefixlen", "129", NULL },
	{ WPAR_STANZA_MOUNT, "dev", "srv", NULL },
	{ WPAR_STANZA_MOUNT, "size", "1099511627777",
	  "\"1099511627777\" is not a valid value of \"size\". It must be a size such as 64M, 2G or 1T "
	  "(without a letter in MB), or unlimited" },
	{ WPAR_STANZA_MOUNT, "size", "0", NULL },
	{ WPAR_STANZA_MOUNT, "size", "+64M", NULL },
	{ WPAR_STANZA_RESOURCES, "shares_CPU", "0",
	  "\"0\" is not a valid value of \"shares_CPU\". It must be a whole number of 1 to 65535, or "
	  "unlimited" },
	{ WPAR_STANZA_RESOURCES, "CPU", "5%-50%,49%", NULL },
	{ WPAR_STANZA_RESOURCES, "CPU", "0%-0%,0%", NULL },
	{ WPAR_STANZA_RESOURCES, "CPU", "5%-50%,100", NULL },
	{ WPAR_STANZA_RESOURCES, "CPU", "5%-50%,100%x", NULL },
	{ WPAR_STANZA_RESOURCES, "CPU", "5-50,100", NULL },
	{ WPAR_STANZA_RESOURCES, "CPU", "200%", NULL },
	{ WPAR_STANZA_RESOURCES, "procVirtMem", "1E", NULL },
	{ WPAR_STANZA_RESOURCES, "procVirtMem", "1152921504606846977", NULL },
	{ WPAR_STANZA_RESOURCES, "pct_pinMem", "101%", NULL },
	{ WPAR_STANZA_RESOURCES, "totalProcesses", "0",
	  "\"0\" is not a valid value of \"totalProcesses\". It must be a whole number of 1 to "
	  "2147483647, or unlimited" },
	{ WPAR_STANZA_RESOURCES, "totalPTYs", "1048577", NULL },
	{ WPAR_STANZA_RESOURCES, "totalPTYs", "Unlimited", NULL },
	{ WPAR_STANZA_SECURITY, "privs", "PV_A B", NULL },
	{ WPAR_STANZA_VERSIONED, "image_digest", "abc", NULL },
};

START_TEST(bad_values_are_refused)
{
	const struct wpar_key *k = wpar_key_find(wrong[_i].stanza, wrong[_i].key);
	auto_spec s = { 0 };
	auto_error err = NULL;
	void *record = wpar_record_add(&s, wrong[_i].stanza);

	ck_assert_int_lt(wpar_key_set(k, record, wrong[_i].value, &err), 0);
	ck_assert(par_printable(err->msg));
	if (wrong[_i].message)
		ck_assert_str_eq(err->msg, wrong[_i].message);
	ck_assert(!par_field_is_set(&k->field, record));
}
END_TEST

/* A pointer without a row would neither be freed nor written. */
START_TEST(every_pointer_has_a_row)
{
	static const struct {
		enum wpar_stanza stanza;
		size_t size;
	} records[] = {
		{ WPAR_STANZA_NETWORK, sizeof(struct wpar_address) },
		{ WPAR_STANZA_ROUTE, sizeof(struct wpar_route) },
		{ WPAR_STANZA_MOUNT, sizeof(struct wpar_mount) },
		{ WPAR_STANZA_RESOURCES, sizeof(struct wpar_resources) },
		{ WPAR_STANZA_DEVICE, sizeof(struct wpar_device) },
		{ WPAR_STANZA_KEXT, sizeof(struct wpar_kext) },
		{ WPAR_STANZA_VERSIONED, sizeof(struct wpar_version) },
	};

	for (size_t r = 0; r < PAR_ARRAY_SIZE(records); r++) {
		autofree char *covered = calloc(1, records[r].size);

		for (size_t i = 0; i < wpar_n_keys; i++) {
			if (wpar_keys[i].stanza == records[r].stanza)
				memset(covered + wpar_keys[i].field.offset, 1,
				       par_field_size(&wpar_keys[i].field));
		}
		for (size_t at = 0; at < records[r].size; at += sizeof(void *))
			ck_assert_msg(memchr(covered + at, 1, sizeof(void *)) != NULL,
				      "%s: offset %zu", wpar_stanza_name(records[r].stanza), at);
	}
}
END_TEST

#define AN_IMAGE                                                                            \
	"versioned:\n\timage_digest = "                                                     \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n\tos_name = d\n" \
	"\tos_id = d\n\tos_level = 1\n\tarchitecture = x86_64\n"

/* L says what the stanza says; a specification of before has S beside it. */
START_TEST(the_type_of_a_versioned_one)
{
	static const char *const texts[] = { "general:\n\tname = w\n\ttype = S\n" AN_IMAGE,
					     AN_IMAGE "general:\n\tname = w\n\ttype = L\n",
					     "general:\n\tname = w\n" AN_IMAGE };
	static const char bad[] = "general:\n\tname = w\n\ttype = L\n";
	auto_error err = NULL;
	auto_spec none = { 0 }, pending = { 0 }, again = { 0 };
	auto_buf out = { 0 };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(texts); i++) {
		auto_spec s = { 0 };
		auto_buf text = { 0 };

		ck_assert_int_eq(wpar_spec_parse(texts[i], strlen(texts[i]), &s, &err), 0);
		ck_assert_int_eq((int)s.type, WPAR_SYSTEM);
		ck_assert(wpar_spec_is_versioned(&s) && !s.says_versioned);
		ck_assert_int_eq(wpar_spec_write(&s, &text, &err), 0);
		ck_assert_ptr_nonnull(strstr(text.data, "\ttype = \"L\"\n"));
	}
	/* Saved before its image is known, and read again after a kill. */
	pending.name = strdup("w");
	pending.image_pending = true;
	ck_assert_int_eq(wpar_spec_write(&pending, &out, &err), 0);
	ck_assert_int_eq(wpar_spec_parse(out.data, out.len, &again, &err), 0);
	ck_assert_int_lt(wpar_spec_parse(bad, strlen(bad), &none, &err), 0);
	ck_assert_ptr_nonnull(strstr(err->msg, "no stanza \"versioned\" names the image"));
}
END_TEST

static Suite *spec_suite(void)
{
	Suite *suite = suite_create("wparctl spec");
	TCase *tc = tcase_create("spec");

	tcase_add_test(tc, the_type_of_a_versioned_one);
	tcase_add_test(tc, names_good);
	tcase_add_test(tc, names_bad);
	tcase_add_test(tc, corpus_round_trip);
	tcase_add_test(tc, grammar_strict);
	tcase_add_test(tc, defaults_and_check);
	tcase_add_test(tc, save_list_load_remove);
	tcase_add_test(tc, save_where_it_cannot);
	tcase_add_loop_test(tc, values_are_written_as_they_were_read, 0, PAR_ARRAY_SIZE(values));
	tcase_add_loop_test(tc, bad_values_are_refused, 0, PAR_ARRAY_SIZE(wrong));
	tcase_add_test(tc, every_pointer_has_a_row);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(spec_suite)
