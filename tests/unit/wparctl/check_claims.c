/* SPDX-License-Identifier: Apache-2.0 */
/* check_claims.c - what all WPARs have: the index of it, and that the specifications are the truth
 */
#include "harness.h"
#include "lpard/common/fs.h"
#include "wparctl/spec/claims.h"
#include "wparctl/spec/clash.h"

#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define MANY  40 /* more than are read without an index */
#define INDEX "/run/wpars/.claims"

static struct wpar_spec spec_of(const char *text)
{
	struct wpar_spec s = { 0 };
	auto_error err = NULL;

	ck_assert_msg(wpar_spec_parse(text, strlen(text), &s, &err) == 0, "%s", err->msg);
	ck_assert_int_eq(wpar_spec_defaults(&s, NULL), 0);
	return s;
}

static const char whole[] =
	"general:\n\tname = w1\n\thostname = h1\n\tkey = 7\n\tidbase = 1073741824\n"
	"network:\n\taddress = 10.0.0.1\nnetwork:\n\taddress6 = fd00::1\n";
static const struct wpar_claim_stamp stamp = { .inode = 5, .size = 100, .changed_ns = 1 };

START_TEST(a_claim_is_what_the_specification_says)
{
	auto_spec s = spec_of(whole), other = spec_of("general:\n\tname = w2\n");
	struct wpar_claim c;
	auto_buf b = { 0 };

	s.creating = true;
	ck_assert_int_eq(wpar_claim_encode(&s, &stamp, &b), 0);
	ck_assert_int_eq(wpar_claim_decode(b.data, b.len, &c), 0);
	ck_assert_uint_eq(c.length, b.len);
	ck_assert_str_eq(c.name, "w1");
	ck_assert_str_eq(c.directory, "/wpars/w1");
	ck_assert_str_eq(c.hostname, "h1");
	ck_assert_str_eq(c.uuid, s.uuid);
	ck_assert_uint_eq(c.n_addresses, 2);
	ck_assert_str_eq(c.addresses, "10.0.0.1");
	ck_assert_str_eq(c.addresses + sizeof("10.0.0.1"), "fd00::1");
	ck_assert(c.creating && !c.rootvg && !c.versioned);
	ck_assert(c.key == 7 && c.idbase == WPAR_ID_FIRST && c.type == WPAR_SYSTEM);
	ck_assert(wpar_claim_stamp_equal(&c.stamp, &stamp));
	ck_assert_int_eq(wpar_clash_with(&other, &c), WPAR_CLASH_NONE);
	ck_assert_int_eq(wpar_clash_with(&s, &c), WPAR_CLASH_NONE); /* itself */
}
END_TEST

static const struct {
	const char *text;
	enum wpar_clash clash;
} clashes[] = {
	{ "general:\n\tname = w2\n", WPAR_CLASH_NONE },
	{ "general:\n\tname = w2\n\tdirectory = /wpars/w1/x\n", WPAR_CLASH_DIRECTORY },
	{ "general:\n\tname = w2\n\thostname = H1\n", WPAR_CLASH_HOSTNAME },
	{ "general:\n\tname = w2\nnetwork:\n\taddress = 10.0.0.1\n", WPAR_CLASH_ADDRESS },
	{ "general:\n\tname = w2\nnetwork:\n\taddress = 10.0.0.2\nnetwork:\n\taddress6 = fd00::1\n",
	  WPAR_CLASH_ADDRESS },
	{ "general:\n\tname = w2\nnetwork:\n\taddress6 = fd00::2\n", WPAR_CLASH_NONE },
};

START_TEST(a_claim_clashes_as_its_specification_does)
{
	auto_spec s = spec_of(clashes[_i].text), first = spec_of(whole);
	struct wpar_claim c;
	auto_buf b = { 0 };

	ck_assert_int_eq(wpar_claim_encode(&first, &stamp, &b), 0);
	ck_assert_int_eq(wpar_claim_decode(b.data, b.len, &c), 0);
	ck_assert_int_eq(wpar_clash_with(&s, &c), clashes[_i].clash);
	ck_assert_int_eq(wpar_clash_find(&s, &first), clashes[_i].clash);
}
END_TEST

/* An index of one claim and of one without a stamp, which is left out. */
static void make_index(struct par_buf *ret)
{
	const struct wpar_claim_stamp none = { 0 };
	auto_spec s = spec_of(whole);
	struct wpar_claim v[2];
	auto_buf a = { 0 }, b = { 0 };

	ck_assert_int_eq(wpar_claim_encode(&s, &stamp, &a), 0);
	ck_assert_int_eq(wpar_claim_encode(&s, &none, &b), 0);
	ck_assert_int_eq(wpar_claim_decode(a.data, a.len, &v[0]), 0);
	ck_assert_int_eq(wpar_claim_decode(b.data, b.len, &v[1]), 0);
	ck_assert_int_eq(wpar_claims_write(v, 2, ret), 0);
}

/* In memory of just that size, so that a byte read beyond it is seen. */
static int parse(const char *data, size_t len, size_t *ret_n)
{
	autofree char *copy = malloc(len ? len : 1);
	autofree struct wpar_claim *v = NULL;

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, data, len);
	return wpar_claims_parse(copy, len, &v, ret_n);
}

START_TEST(an_index_is_whole_or_none)
{
	auto_buf index = { 0 };
	size_t n;

	make_index(&index);
	ck_assert_int_eq(parse(index.data, index.len, &n), 0);
	ck_assert_uint_eq(n, 1);
	for (size_t len = 0; len < index.len; len++) {
		ck_assert_int_eq(parse(index.data, len, &n), -EINVAL);
		ck_assert_uint_eq(n, 0);
	}
	for (size_t bit = 0; bit < 8 * index.len; bit++) {
		index.data[bit / 8] ^= (char)(1u << bit % 8);
		ck_assert_msg(parse(index.data, index.len, &n) == -EINVAL, "bit %zu", bit);
		index.data[bit / 8] ^= (char)(1u << bit % 8);
	}
	par_buf_puts(&index, "12345678");
	ck_assert_int_eq(parse(index.data, index.len, &n), -EINVAL);
}
END_TEST

/* Whoever could write the index could give it a right sum, too. */
START_TEST(a_record_stays_within_its_length)
{
	auto_spec s = spec_of(whole);
	auto_buf b = { 0 };

	ck_assert_int_eq(wpar_claim_encode(&s, &stamp, &b), 0);
	for (size_t at = sizeof(stamp); at < b.len; at++) {
		for (unsigned int byte = 0; byte < 256; byte++) {
			autofree char *copy = malloc(b.len);
			autofree struct wpar_claim *v = NULL;
			struct wpar_claim c;
			auto_buf index = { 0 };
			size_t n;

			ck_assert_ptr_nonnull(copy);
			memcpy(copy, b.data, b.len);
			copy[at] = (char)byte;
			if (wpar_claim_decode(copy, b.len, &c) < 0)
				continue;
			ck_assert_uint_le(c.length, b.len);
			for (uint32_t i = 0; i < c.n_addresses; i++) {
				ck_assert(c.addresses < c.record + c.length);
				c.addresses += strlen(c.addresses) + 1;
			}
			c.length = b.len; /* a record that lies about its length, in an index */
			ck_assert_int_eq(wpar_claims_write(&c, 1, &index), 0);
			if (wpar_claims_parse(index.data, index.len, &v, &n) == 0)
				ck_assert_uint_ge(n, 1);
		}
	}
}
END_TEST

static char root[] = "/tmp/check_claims.XXXXXX";

static void write_spec(const char *name, const char *hostname)
{
	autofree char *text =
		par_strdup_printf("general:\n\tname = %s\n\thostname = %s\n", name, hostname);
	auto_spec s = spec_of(text);

	ck_assert_int_eq(wpar_spec_save(&s, NULL), 0);
}

static void set_up(void)
{
	autofree char *run = NULL;
	char name[16];

	snprintf(root, sizeof(root), "/tmp/check_claims.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(root));
	setenv("WPARS_ROOT", root, 1);
	run = wpar_path("/run/wpars");
	ck_assert_int_eq(par_fs_mkdirs(run, 0755), 0);
	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "w%d", i);
		write_spec(name, name);
	}
}

static void tear_down(void)
{
	char command[128];

	/* Not by openat2, which valgrind does not know. */
	snprintf(command, sizeof(command), "rm -r %s", root);
	ck_assert_int_eq(system(command), 0);
}

static void load(unsigned int flags, struct wpar_claims *c)
{
	ck_assert_int_eq(wpar_claims_load(flags, c, NULL), 0);
	wpar_claims_sort(c);
}

/* Until no file is so new that it must be read again. */
static void load_settled(struct wpar_claims *c)
{
	const struct timespec moment = { .tv_nsec = 10 * 1000 * 1000 };

	for (;;) {
		load(WPAR_CLAIMS_SAVE | WPAR_CLAIMS_ANEW, c);
		load(0, c);
		if (c->n_records == 0)
			return;
		nanosleep(&moment, NULL);
	}
}

START_TEST(only_what_has_changed_is_read)
{
	auto_claims c = { 0 };

	load_settled(&c);
	ck_assert_uint_eq(c.n, MANY);
	write_spec("w3", "other");
	write_spec("new", "new");
	load(0, &c);
	ck_assert_uint_eq(c.n, MANY + 1);
	ck_assert_uint_eq(c.n_records, 2);
	ck_assert_str_eq(wpar_claims_find(&c, "w3")->hostname, "other");
	ck_assert_str_eq(wpar_claims_find(&c, "new")->hostname, "new");
}
END_TEST

/* As by nano(1), cp(1) or dd(1): neither the name nor the inode nor the size is another one. */
START_TEST(an_edit_in_its_place_is_seen)
{
	autofree char *path = wpar_path("/etc/wpars/w7.cf");
	auto_claims c = { 0 };
	auto_buf text = { 0 };
	struct timespec times[2];
	struct stat before, after;
	char *at;
	int fd;

	load_settled(&c);
	ck_assert_int_eq(stat(path, &before), 0);
	ck_assert_int_eq(par_fs_read(path, 4096, &text), 0);
	at = strstr(text.data, "hostname = \"w7\"");
	ck_assert_ptr_nonnull(at);
	at[strlen("hostname = \"")] = 'x';
	fd = open(path, O_WRONLY | O_CLOEXEC);
	ck_assert_int_eq(par_fs_write_all(fd, text.data, text.len), 0);
	times[0] = before.st_atim;
	times[1] = before.st_mtim;
	ck_assert_int_eq(futimens(fd, times), 0);
	close(fd);
	ck_assert_int_eq(stat(path, &after), 0);
	ck_assert(before.st_ino == after.st_ino && before.st_size == after.st_size);
	load(0, &c);
	ck_assert_uint_eq(c.n_records, 1);
	ck_assert_str_eq(wpar_claims_find(&c, "w7")->hostname, "x7");
}
END_TEST

/* Written twice within one tick of the kernel's clock, and read between. */
START_TEST(a_file_that_has_just_changed_is_read_again)
{
	/* Again, where this machine took a moment too long between the two. */
	for (int i = 0; i < 100; i++) {
		auto_claims c = { 0 };

		load_settled(&c);
		write_spec("w5", "first5");
		load(WPAR_CLAIMS_SAVE | WPAR_CLAIMS_ANEW, &c);
		if (wpar_claims_find(&c, "w5")->stamp.inode == 0)
			return;
	}
	ck_abort_msg("it is taken for one that will not change");
}
END_TEST

START_TEST(removed_and_renamed_ones_are_no_more)
{
	autofree char *w1 = wpar_path("/etc/wpars/w1.cf"), *w2 = wpar_path("/etc/wpars/w2.cf"),
		      *w9 = wpar_path("/etc/wpars/other.cf");
	auto_claims c = { 0 };

	load_settled(&c);
	ck_assert_int_eq(unlink(w1), 0);
	ck_assert_int_eq(rename(w2, w9), 0);
	load(0, &c);
	ck_assert_ptr_null(wpar_claims_find(&c, "w1"));
	ck_assert_ptr_null(wpar_claims_find(&c, "w2"));
	ck_assert_uint_eq(c.n, MANY - 2);
	/* It is not the specification of "other". */
	ck_assert_str_eq(c.unreadable_name, "other");
}
END_TEST

START_TEST(one_file_in_the_place_of_another_is_read)
{
	autofree char *w1 = wpar_path("/etc/wpars/w1.cf"), *x = wpar_path("/etc/x");
	auto_claims c = { 0 };

	load_settled(&c);
	ck_assert_int_eq(rename(w1, x), 0);
	ck_assert_int_eq(symlink("../x", w1), 0);
	load(WPAR_CLAIMS_SAVE | WPAR_CLAIMS_ANEW, &c);
	ck_assert_uint_eq(wpar_claims_find(&c, "w1")->stamp.inode,
			  0); /* what is behind a link may change */
	load(0, &c);
	ck_assert_uint_eq(c.n_records, 1);
}
END_TEST

static const struct {
	const char *data;
	size_t len;
	mode_t mode;
} garbage[] = {
	{ "", 0, 0644 },
	{ "x", 1, 0644 },
	{ "wparidx2\377\377\377\377\377\377\377\377\0\0\0\0\0\0\0\0", 24, 0644 },
	{ "wparidx2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 24, 0644 },
	{ NULL, 0, 0666 }, /* a good one, which others may write to */
};

START_TEST(without_a_good_index_all_is_read)
{
	autofree char *path = wpar_path(INDEX);
	auto_claims c = { 0 };

	load_settled(&c);
	if (garbage[_i].data)
		ck_assert_int_eq(par_fs_replace(AT_FDCWD, path, garbage[_i].data, garbage[_i].len,
						garbage[_i].mode),
				 0);
	else
		ck_assert_int_eq(chmod(path, garbage[_i].mode), 0);
	load(WPAR_CLAIMS_SAVE, &c);
	ck_assert_uint_eq(c.n, MANY);
	ck_assert_uint_eq(c.n_records, MANY);
	load(0, &c); /* and a good one is there again */
	ck_assert_uint_eq(c.n_records, 0);
}
END_TEST

START_TEST(an_index_that_is_no_file_harms_nobody)
{
	autofree char *path = wpar_path(INDEX);
	auto_claims c = { 0 };

	ck_assert_int_eq(mkfifo(path, 0600), 0);
	load(WPAR_CLAIMS_SAVE, &c);
	ck_assert_uint_eq(c.n, MANY);
	unlink(path);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	load(WPAR_CLAIMS_SAVE, &c);
	ck_assert_uint_eq(c.n, MANY);
}
END_TEST

START_TEST(few_need_no_index)
{
	autofree char *index = wpar_path(INDEX);
	char name[64];
	auto_claims c = { 0 };

	for (int i = 4; i < MANY; i++) {
		snprintf(name, sizeof(name), "w%d", i);
		ck_assert_int_eq(wpar_spec_remove(name, NULL), 0);
	}
	load(WPAR_CLAIMS_SAVE, &c);
	ck_assert_uint_eq(c.n, 4);
	ck_assert_int_ne(access(index, F_OK), 0);
}
END_TEST

static Suite *claims_suite(void)
{
	Suite *suite = suite_create("wparctl claims");
	TCase *pure = tcase_create("claims"), *disk = tcase_create("specifications");

	tcase_add_test(pure, a_claim_is_what_the_specification_says);
	tcase_add_loop_test(pure, a_claim_clashes_as_its_specification_does, 0,
			    PAR_ARRAY_SIZE(clashes));
	tcase_add_test(pure, an_index_is_whole_or_none);
	tcase_add_test(pure, a_record_stays_within_its_length);
	suite_add_tcase(suite, pure);
	tcase_add_checked_fixture(disk, set_up, tear_down);
	tcase_add_test(disk, only_what_has_changed_is_read);
	tcase_add_test(disk, an_edit_in_its_place_is_seen);
	tcase_add_test(disk, a_file_that_has_just_changed_is_read_again);
	tcase_add_test(disk, removed_and_renamed_ones_are_no_more);
	tcase_add_test(disk, one_file_in_the_place_of_another_is_read);
	tcase_add_loop_test(disk, without_a_good_index_all_is_read, 0, PAR_ARRAY_SIZE(garbage));
	tcase_add_test(disk, an_index_that_is_no_file_harms_nobody);
	tcase_add_test(disk, few_need_no_index);
	suite_add_tcase(suite, disk);
	return suite;
}

PAR_TEST_MAIN(claims_suite)
