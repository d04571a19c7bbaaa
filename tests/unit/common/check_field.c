/* SPDX-License-Identifier: Apache-2.0 */
/* check_field.c - every type of field: what it reads, prints, refuses, copies and frees */
#include "harness.h"
#include "lpard/common/field.h"

#include <string.h>

enum colour { RED, BLUE = 2 };

struct thing {
	bool flag, yes;
	uint32_t small, percent, units_x100;
	uint64_t large, count, size, size_mib;
	enum colour colour;
	char *text, *path;
	const char *borrowed;
	char fixed[8];
	struct par_strv list, folders;
	unsigned char pair[2];
};

static const char *const yes_words[] = { "no", "yes" };
static const char *const colours[] = { [RED] = "red", [BLUE] = "blue" };

static int check_path(const struct par_field *f, const char *text, struct par_buf *why)
{
	(void)f;
	if (*text == '/')
		return 0;
	par_buf_puts(why, "It must be an absolute path");
	return -EINVAL;
}

static int parse_pair(const struct par_field *f, const char *text, void *member,
		      struct par_buf *why)
{
	unsigned char *pair = member;

	(void)f;
	if (strlen(text) != 2) {
		par_buf_puts(why, "It must be two letters");
		return -EINVAL;
	}
	memcpy(pair, text, 2);
	return 0;
}

static void print_pair(const struct par_field *f, const void *member, struct par_buf *b)
{
	(void)f;
	par_buf_put(b, member, 2);
}

#define AT(member, c_type) .offset = PAR_OFFSET(struct thing, member, c_type)
#define FIELD(type_, member, c_type, ...)                                                   \
	{                                                                                   \
		.name = #member, .type = PAR_FIELD_##type_, AT(member, c_type), __VA_ARGS__ \
	}

static const struct par_field fields[] = {
	FIELD(BOOL, flag, bool, .min = 0),
	FIELD(BOOL, yes, bool, PAR_WORDS(yes_words)),
	FIELD(U32, small, uint32_t, .min = 2, .max = 4096),
	FIELD(U32, percent, uint32_t, .min = 1, .max = 100, .suffix = '%'),
	FIELD(X100, units_x100, uint32_t, .max = 25600),
	FIELD(U64, large, uint64_t, .max = 0),
	FIELD(U64, count, uint64_t, .min = 1, .max = 10, .unset = "unlimited"),
	FIELD(SIZE, size, uint64_t, .unit = 1, .unset = "unlimited"),
	FIELD(SIZE, size_mib, uint64_t, .unit = 1 << 20, .max = 4096),
	{ .name = "colour",
	  .type = PAR_FIELD_WORD,
	  PAR_WORDS(colours),
	  .offset = PAR_OFFSET_ENUM(struct thing, colour) },
	FIELD(STR, text, char *, .max = 5, .unset = "none"),
	FIELD(STR, path, char *, .check = check_path),
	FIELD(BORROW, borrowed, const char *, .max = 9),
	{ .name = "fixed",
	  .type = PAR_FIELD_CHARS,
	  .offset = offsetof(struct thing, fixed),
	  .size = 8 },
	FIELD(LIST, list, struct par_strv, .max = 12, .unset = "none"),
	FIELD(LIST, folders, struct par_strv, .separators = " \t", .check = check_path),
	{ .name = "pair",
	  .type = PAR_FIELD_CUSTOM,
	  .offset = offsetof(struct thing, pair),
	  .size = 2,
	  .parse = parse_pair,
	  .print = print_pair },
};

static const struct par_field *find(const char *name)
{
	for (size_t i = 0; i < PAR_ARRAY_SIZE(fields); i++) {
		if (strcmp(fields[i].name, name) == 0)
			return &fields[i];
	}
	ck_abort_msg("no field %s", name);
}

static void done(struct thing *t)
{
	for (size_t i = 0; i < PAR_ARRAY_SIZE(fields); i++)
		par_field_free(&fields[i], t);
}

/* The text reads, and prints as @printed (NULL: the same); what was printed reads the same again.
 */
static const struct {
	const char *name, *text, *printed;
} good[] = {
	{ "flag", "1", NULL },
	{ "flag", "0", NULL },
	{ "yes", "yes", NULL },
	{ "yes", "no", NULL },
	{ "small", "2", NULL },
	{ "small", "4096", NULL },
	{ "percent", "7", "7%" },
	{ "percent", "100%", NULL },
	{ "units_x100", "4", "4.0" },
	{ "units_x100", "0.05", NULL },
	{ "units_x100", ".5", "0.5" },
	{ "units_x100", "256.00", "256.0" },
	{ "large", "18446744073709551615", NULL },
	{ "count", "unlimited", NULL },
	{ "count", "10", NULL },
	{ "size", "0", "unlimited" },
	{ "size", "1000", NULL },
	{ "size", "2k", "2048" },
	{ "size", "1TB", "1099511627776" },
	{ "size_mib", "5", "5M" },
	{ "size_mib", "1K", "1M" },
	{ "size_mib", "4G", "4096M" },
	{ "colour", "red", NULL },
	{ "colour", "blue", NULL },
	{ "text", "", NULL },
	{ "text", "12345", NULL },
	{ "path", "/x", NULL },
	{ "borrowed", "as it is", NULL },
	{ "fixed", "1234567", NULL },
	{ "list", "a,b", NULL },
	{ "list", " a , b,,", "a,b" },
	{ "list", "", "none" },
	{ "folders", "/a\t /b", "/a /b" },
	{ "pair", "xy", NULL },
};

START_TEST(texts_are_read_and_printed)
{
	const struct par_field *f = find(good[_i].name);
	const char *text = good[_i].text;
	struct thing a = { 0 }, b = { 0 };
	auto_buf why = { 0 }, printed = { 0 }, again = { 0 };

	ck_assert_int_eq(par_field_parse(f, &a, text, &why), 0);
	ck_assert_uint_eq(why.len, 0);
	ck_assert_int_eq(par_field_print(f, &a, &printed), 0);
	ck_assert_str_eq(printed.data ? printed.data : "",
			 good[_i].printed ? good[_i].printed : text);
	/* An empty list is printed as a word that is no element. */
	if (f->type != PAR_FIELD_LIST || a.list.n || a.folders.n) {
		ck_assert_int_eq(par_field_parse(f, &b, printed.data ? printed.data : "", &why), 0);
		ck_assert_int_eq(par_field_print(f, &b, &again), 0);
		ck_assert_str_eq(printed.data ? printed.data : "", again.data ? again.data : "");
		ck_assert(par_field_equal(f, &a, &b));
	}
	done(&a);
	done(&b);
}
END_TEST

static const struct {
	const char *name, *text, *why;
} bad[] = {
	{ "flag", "2", "It must be 0 or 1" },
	{ "flag", "", "It must be 0 or 1" },
	{ "yes", "1", "It must be no or yes" },
	{ "small", "1", "It must be a whole number of 2 to 4096" },
	{ "small", "4097", "It must be a whole number of 2 to 4096" },
	{ "small", "-2", "It must be a whole number of 2 to 4096" },
	{ "small", " 2", "It must be a whole number of 2 to 4096" },
	{ "small", "99999999999999999999", "It must be a whole number of 2 to 4096" },
	{ "percent", "%", "It must be a whole number of 1 to 100, with or without % behind it" },
	{ "percent", "0%", "It must be a whole number of 1 to 100, with or without % behind it" },
	{ "percent", "1%%", "It must be a whole number of 1 to 100, with or without % behind it" },
	{ "percent", "00000000000000000000000000000001%",
	  "It must be a whole number of 1 to 100, with or without % behind it" },
	{ "units_x100", "0.005", "It must be a number of 0 to 256 with at most two decimals" },
	{ "units_x100", "1.", "It must be a number of 0 to 256 with at most two decimals" },
	{ "units_x100", "256.01", "It must be a number of 0 to 256 with at most two decimals" },
	{ "large", "18446744073709551616",
	  "It must be a whole number of 0 to 18446744073709551615" },
	{ "count", "0", "It must be a whole number of 1 to 10, or unlimited" },
	{ "count", "none", "It must be a whole number of 1 to 10, or unlimited" },
	{ "size", "1X",
	  "It must be a size such as 64M, 2G or 1T (without a letter in bytes), or unlimited" },
	{ "size", "K",
	  "It must be a size such as 64M, 2G or 1T (without a letter in bytes), or unlimited" },
	{ "size", "1 ",
	  "It must be a size such as 64M, 2G or 1T (without a letter in bytes), or unlimited" },
	{ "size", "16777217T",
	  "It must be a size such as 64M, 2G or 1T (without a letter in bytes), or unlimited" },
	{ "size_mib", "4097", "It must be a size such as 64M, 2G or 1T (without a letter in MB)" },
	{ "size_mib", "1MX", "It must be a size such as 64M, 2G or 1T (without a letter in MB)" },
	{ "colour", "green", "It must be red or blue" },
	{ "colour", "", "It must be red or blue" },
	{ "text", "123456", "It must have at most 5 bytes" },
	{ "path", "x", "It must be an absolute path" },
	{ "borrowed", "1234567890", "It must have at most 9 bytes" },
	{ "fixed", "12345678", "It must have at most 7 bytes" },
	{ "list", "1234567890123", "It must have at most 12 bytes" },
	{ "folders", "/a b", "It must be an absolute path" },
	{ "pair", "x", "It must be two letters" },
};

START_TEST(bad_texts_change_nothing_and_say_what_it_must_be)
{
	const struct par_field *f = find(bad[_i].name);
	struct thing a = { .small = 7,
			   .percent = 7,
			   .units_x100 = 7,
			   .large = 7,
			   .count = 7,
			   .size = 7,
			   .size_mib = 7,
			   .colour = BLUE,
			   .text = strdup("old"),
			   .path = strdup("/old"),
			   .borrowed = "old",
			   .fixed = "old" };
	struct thing before = { 0 };
	auto_buf why = { 0 };

	ck_assert_int_eq(par_strv_add(&a.list, "old"), 0);
	ck_assert_int_eq(par_field_copy(f, &a, &before), 0);
	ck_assert_int_eq(par_field_parse(f, &a, bad[_i].text, &why), -EINVAL);
	ck_assert_str_eq(why.data, bad[_i].why);
	ck_assert(par_field_equal(f, &a, &before));
	done(&a);
	done(&before);
}
END_TEST

START_TEST(what_is_set_and_what_is_not)
{
	struct thing t = { 0 };
	auto_buf why = { 0 };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(fields); i++)
		ck_assert_msg(!par_field_is_set(&fields[i], &t), "%s", fields[i].name);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(good); i++)
		par_field_parse(find(good[i].name), &t, good[i].text, &why);
	ck_assert(par_field_is_set(find("text"), &t));
	ck_assert(par_field_is_set(find("folders"), &t));
	ck_assert(par_field_is_set(find("colour"), &t));
	ck_assert(par_field_is_set(find("pair"), &t));
	ck_assert(!par_field_is_set(find("list"), &t)); /* the last one given was empty */
	done(&t);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(fields); i++)
		ck_assert_msg(!par_field_is_set(&fields[i], &t), "%s", fields[i].name);
}
END_TEST

START_TEST(copies_are_equal_and_own_what_they_hold)
{
	struct thing a = { 0 }, b = { 0 };
	auto_buf why = { 0 };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(good); i++) {
		if (good[i].text[0])
			par_field_parse(find(good[i].name), &a, good[i].text, &why);
	}
	for (size_t i = 0; i < PAR_ARRAY_SIZE(fields); i++) {
		ck_assert_int_eq(par_field_copy(&fields[i], &a, &b), 0);
		ck_assert_msg(par_field_equal(&fields[i], &a, &b), "%s", fields[i].name);
	}
	ck_assert_ptr_ne(a.text, b.text);
	ck_assert_ptr_ne(a.list.v, b.list.v);
	b.list.v[0][0] = '?';
	b.path[1] = '?';
	b.pair[0] = '?';
	ck_assert(!par_field_equal(find("list"), &a, &b));
	ck_assert(!par_field_equal(find("path"), &a, &b));
	ck_assert(!par_field_equal(find("pair"), &a, &b));
	done(&a);
	ck_assert_str_eq(b.text, "12345");
	ck_assert(!par_field_equal(find("text"), &a, &b));
	done(&b);
}
END_TEST

START_TEST(a_row_without_a_member_takes_nothing)
{
	const struct par_field none = { .name = "none" };
	struct thing t = { 0 };
	auto_buf b = { 0 };

	ck_assert_int_eq(par_field_parse(&none, &t, "x", &b), -EINVAL);
	ck_assert_int_eq(par_field_print(&none, &t, &b), 0);
	ck_assert_uint_eq(b.len, 0);
	ck_assert_uint_eq(par_field_size(&none), 0);
	par_field_free(&none, &t);
}
END_TEST

static Suite *field_suite(void)
{
	Suite *s = suite_create("field");
	TCase *t = tcase_create("field");

	tcase_add_loop_test(t, texts_are_read_and_printed, 0, PAR_ARRAY_SIZE(good));
	tcase_add_loop_test(t, bad_texts_change_nothing_and_say_what_it_must_be, 0,
			    PAR_ARRAY_SIZE(bad));
	tcase_add_test(t, what_is_set_and_what_is_not);
	tcase_add_test(t, copies_are_equal_and_own_what_they_hold);
	tcase_add_test(t, a_row_without_a_member_takes_nothing);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(field_suite)
