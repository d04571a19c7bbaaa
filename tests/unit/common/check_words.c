/* SPDX-License-Identifier: Apache-2.0 */
/* words.h: the enum, the table and the texts that follow from one list. */
#include "lpard/common/words.h"

#include "harness.h"

START_TEST(tables)
{
	static const char *const table[] = { PAR_WORD_TABLE(LPAR_BOOT_MODE_WORDS) };

	ck_assert_str_eq(lpar_boot_mode_words[LPAR_BOOT_OF], "of");
	ck_assert_str_eq(table[LPAR_BOOT_OF], "of");
	ck_assert_ptr_null(lpar_boot_mode_words[LPAR_BOOT_DS + 1]);
	ck_assert_ptr_null(par_attr_op_words[PAR_ATTR_REMOVE + 1]);
	ck_assert_str_eq(par_attr_op_words[PAR_ATTR_ADD], "add");
	ck_assert_str_eq(lpar_keylock_words[LPAR_KEYLOCK_MANUAL], "manual");
	ck_assert_str_eq(lpar_power_words[LPAR_POWER_OSSHUTDOWN], "osshutdown");
}
END_TEST

START_TEST(texts)
{
	ck_assert_str_eq(PAR_WORDS_BARRED(LPAR_POWER_WORDS), "on|shutdown|osshutdown");
	ck_assert_str_eq(PAR_WORDS_SAID(LPAR_BOOT_MODE_WORDS), "norm, sms, of, dd or ds");
	ck_assert_str_eq(PAR_WORDS_SAID(LPAR_KEYLOCK_WORDS), "norm or manual");
	ck_assert_str_eq(PAR_WORDS_TYPE(PAR_ATTR_OP_WORDS), "(set, add, remove)");
}
END_TEST

START_TEST(found)
{
	ck_assert_int_eq(par_word_find(lpar_boot_mode_words, "norm"), LPAR_BOOT_NORM);
	ck_assert_int_eq(par_word_find(lpar_boot_mode_words, "ds"), LPAR_BOOT_DS);
	ck_assert_int_eq(par_word_find(lpar_boot_mode_words, "d"), -1);
	ck_assert_int_eq(par_word_find(lpar_boot_mode_words, "DS"), -1);
	ck_assert_int_eq(par_word_find(lpar_boot_mode_words, ""), -1);
	ck_assert_int_eq(par_word_find(lpar_boot_mode_words, NULL), -1);
}
END_TEST

static Suite *words_suite(void)
{
	Suite *s = suite_create("words");
	TCase *t = tcase_create("words");

	tcase_add_test(t, tables);
	tcase_add_test(t, texts);
	tcase_add_test(t, found);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(words_suite)
