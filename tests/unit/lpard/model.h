/* SPDX-License-Identifier: Apache-2.0 */
/* A system and partitions for the tests of lpard/core. */
#pragma once

#include "lpard/core/listings/listings.h"

#include "harness.h"

#include <string.h>

#define TEST_UUID "0b3c7a5e-1111-4222-8333-abcdef012345"

/* 16 GiB, of which 1 GiB is the host's; 4 processors. */
static inline struct lpar_system test_system(void)
{
	return (struct lpar_system){ .name = (char *)"sys1",
				     .type_model = (char *)"9009-42A",
				     .serial = (char *)"10ABCDE",
				     .mem_mib = 16384,
				     .firmware_mem_mib = 1024,
				     .procs = 4 };
}

#define TEST_SHARED                                                                     \
	"lpar_env=aixlinux,min_mem=512,desired_mem=1024,max_mem=4096,proc_mode=shared," \
	"sharing_mode=uncap,uncap_weight=128,min_procs=1,desired_procs=1,max_procs=4,"  \
	"min_proc_units=0.1,desired_proc_units=0.5,max_proc_units=4.0"

/* test_create - from configuration data; NULL and *err when it is refused */
static inline struct lpar_partition *test_create(const char *data, const struct lpar_set *others,
						 struct par_error **err)
{
	static const struct lpar_set nobody;
	struct lpar_system sys = test_system();
	struct lpar_partition *p = NULL;
	auto_attrs a = { 0 };

	if (par_attrs_parse(data, &a, err) < 0 ||
	    lpar_partition_create(&sys, others ? others : &nobody, TEST_UUID, &a, &p, err) < 0)
		return NULL;
	return p;
}

/* test_value - the text of an attribute; "(none)" when it does not apply. */
static inline const char *test_value(enum lpar_listing l, const char *name,
				     const struct lpar_record *r)
{
	static struct par_buf b;
	struct lpar_fields f = { 0 };
	int status;

	par_buf_clear(&b);
	ck_assert_int_eq(lpar_fields_select(l, &name, 1, &f, NULL), 0);
	status = lpar_field_put(f.v[0], r, &b);
	lpar_fields_done(&f);
	ck_assert_int_ge(status, 0);
	if (status == 0)
		return "(none)";
	return b.data ? b.data : "";
}

/* test_line - all default attributes, "name=value" separated by blanks */
static inline char *test_line(enum lpar_listing l, const struct lpar_record *r)
{
	struct par_buf line = { 0 };
	struct lpar_fields f = { 0 };

	ck_assert_int_eq(lpar_fields_select(l, NULL, 0, &f, NULL), 0);
	for (size_t i = 0; i < f.n; i++) {
		auto_buf b = { 0 };

		if (lpar_field_put(f.v[i], r, &b) == 1)
			par_buf_printf(&line, "%s%s=%s", line.len ? " " : "",
				       lpar_attribute_name(f.v[i]), b.data ? b.data : "");
	}
	lpar_fields_done(&f);
	return par_buf_steal(&line);
}
