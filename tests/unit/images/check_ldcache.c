/* SPDX-License-Identifier: Apache-2.0 */
/* check_ldcache.c - the SONAME of a library, the order of a cache, its bytes */
#include <elf.h>
#include <string.h>

#include "images/tools/ldcache.h"
#include "harness.h"

#define ADDRESS 0x10000ULL /* where the file is loaded */

/* The smallest library that has a name. */
struct library {
	Elf64_Ehdr header;
	Elf64_Phdr load, dynamic;
	Elf64_Dyn tags[3];
	char strings[16];
};

static struct library sound(void)
{
	struct library l = {
		.header = {
			.e_ident = ELFMAG,
			.e_type = ET_DYN,
			.e_machine = EM_PPC64,
			.e_phoff = offsetof(struct library, load),
			.e_phnum = 2,
		},
		.load = {
			.p_type = PT_LOAD,
			.p_vaddr = ADDRESS,
			.p_filesz = sizeof(struct library),
		},
		.dynamic = {
			.p_type = PT_DYNAMIC,
			.p_offset = offsetof(struct library, tags),
			.p_filesz = sizeof(l.tags),
		},
		.tags = {
			{ .d_tag = DT_STRTAB,
			  .d_un.d_ptr = ADDRESS + offsetof(struct library, strings) },
			{ .d_tag = DT_SONAME, .d_un.d_val = 1 },
		},
		.strings = "\0libx.so.1",
	};

	l.header.e_ident[EI_CLASS] = ELFCLASS64;
	l.header.e_ident[EI_DATA] = ELFDATA2LSB;
	return l;
}

static const char *name_of(const struct library *l, size_t size)
{
	return ldcache_soname((const uint8_t *)l, size, EM_PPC64);
}

START_TEST(sound_library)
{
	struct library l = sound();

	ck_assert_str_eq(name_of(&l, sizeof(l)), "libx.so.1");
	l.tags[1].d_tag = DT_RPATH;
	ck_assert_str_eq(name_of(&l, sizeof(l)), "");
}
END_TEST

START_TEST(other_files_have_none)
{
	struct library l = sound();

	ck_assert_ptr_null(ldcache_soname((const uint8_t *)&l, sizeof(l), EM_X86_64));
	ck_assert_ptr_null(ldcache_soname((const uint8_t *)"", 0, EM_PPC64));
	ck_assert_ptr_null(ldcache_soname((const uint8_t *)"INPUT ( -lc )", 13, EM_PPC64));
	l.header.e_ident[EI_DATA] = ELFDATA2MSB;
	ck_assert_ptr_null(name_of(&l, sizeof(l)));
	l = sound();
	l.header.e_type = ET_EXEC;
	ck_assert_ptr_null(name_of(&l, sizeof(l)));
	l = sound();
	l.dynamic.p_type = PT_NOTE;
	ck_assert_ptr_null(name_of(&l, sizeof(l)));
}
END_TEST

/* Cut after each byte, in memory of just that size: valgrind and ASan see a read behind it. */
START_TEST(cut_library)
{
	struct library l = sound();
	size_t needed = offsetof(struct library, strings) + sizeof("\0libx.so.1");

	for (size_t size = 0; size <= needed; size++) {
		uint8_t *copy = malloc(size ? size : 1);
		const char *name;

		memcpy(copy, &l, size);
		name = ldcache_soname(copy, size, EM_PPC64);
		ck_assert_msg(!name == (size < needed), "%zu bytes", size);
		free(copy);
	}
}
END_TEST

START_TEST(places_out_of_the_file)
{
	static const uint64_t far[] = { sizeof(struct library), 1ULL << 40, UINT64_MAX - 8,
					UINT64_MAX };

	for (size_t i = 0; i < sizeof(far) / sizeof(far[0]); i++) {
		struct library l = sound();

		l.header.e_phoff = far[i];
		ck_assert_ptr_null(name_of(&l, sizeof(l)));
		l = sound();
		l.dynamic.p_offset = far[i];
		ck_assert_ptr_null(name_of(&l, sizeof(l)));
		l = sound();
		l.load.p_offset = far[i];
		ck_assert_ptr_null(name_of(&l, sizeof(l)));
		l = sound();
		l.tags[0].d_un.d_ptr = far[i];
		ck_assert_ptr_null(name_of(&l, sizeof(l)));
		l = sound();
		l.tags[1].d_un.d_val = far[i];
		ck_assert_ptr_null(name_of(&l, sizeof(l)));
		l = sound();
		l.tags[2].d_tag = DT_DEBUG;
		l.dynamic.p_filesz = far[i] < sizeof(l) ? sizeof(l) : far[i];
		ck_assert_ptr_null(name_of(&l, sizeof(l)));
	}
}
END_TEST

START_TEST(order_of_names)
{
	static const char *const rising[] = {
		"libBrokenLocale.so.1",
		"libacl.so.1",
		"libc.so.6",
		"libcap.so.2",
		"libcap2.so.1",
		"libz.so",
		"libz.so.1",
		"libz.so.2",
		"libz.so.10",
		"libz.so.010",
		"libz.so.20231231235959",
	};

	for (size_t i = 0; i + 1 < sizeof(rising) / sizeof(rising[0]); i++) {
		const char *a = rising[i], *b = rising[i + 1];
		int wanted = strcmp(b, "libz.so.010") == 0 ? 0 : -1;

		ck_assert_msg((ldcache_compare(a, b) < 0) == (wanted < 0), "%s and %s", a, b);
		ck_assert_msg((ldcache_compare(b, a) > 0) == (wanted < 0), "%s and %s", b, a);
	}
}
END_TEST

START_TEST(bytes_of_a_cache)
{
	char first[] = "/lib/libz.so.1", second[] = "/lib/libc.so.6";
	struct ldcache_lib libs[] = { { .path = first, .name = first + 5 },
				      { .path = second, .name = second + 5 } };
	size_t size = 0;
	uint8_t *bytes = ldcache_bytes(libs, 2, 0x0503, &size);
	uint32_t word;

	ck_assert_ptr_nonnull(bytes);
	ck_assert_uint_eq(size, 48 + 2 * 24 + sizeof(first) + sizeof(second));
	ck_assert_mem_eq(bytes, "glibc-ld.so.cache1.1", 20);
	memcpy(&word, bytes + 20, 4);
	ck_assert_uint_eq(word, 2);
	ck_assert_uint_eq(bytes[28], 2);
	memcpy(&word, bytes + 48 + 24, 4);
	ck_assert_uint_eq(word, 0x0503);
	memcpy(&word, bytes + 48 + 24 + 4, 4);
	ck_assert_str_eq((char *)bytes + word, "libc.so.6");
	memcpy(&word, bytes + 48 + 24 + 8, 4);
	ck_assert_str_eq((char *)bytes + word, second);
	free(bytes);
}
END_TEST

static Suite *ldcache_suite(void)
{
	Suite *suite = suite_create("ldcache");
	TCase *tc = tcase_create("soname");

	tcase_add_test(tc, sound_library);
	tcase_add_test(tc, other_files_have_none);
	tcase_add_test(tc, cut_library);
	tcase_add_test(tc, places_out_of_the_file);
	suite_add_tcase(suite, tc);
	tc = tcase_create("cache");
	tcase_add_test(tc, order_of_names);
	tcase_add_test(tc, bytes_of_a_cache);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(ldcache_suite)
