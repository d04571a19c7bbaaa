/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration data: what parses is written again and parses to the same; lists likewise. */
#include "lpard/common/attrs.h"
#include "lpard/common/table.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_list(const char *value)
{
	auto_strv list = { 0 }, again = { 0 };
	auto_buf b = { 0 };

	if (par_attrs_split_list(value, &list, NULL) < 0)
		return;
	for (size_t i = 0; i < list.n; i++) {
		if (i)
			par_buf_putc(&b, ',');
		par_attrs_put_element(&b, list.v[i]);
	}
	if (par_attrs_split_list(b.data ? b.data : "", &again, NULL) < 0)
		__builtin_trap();
	if (again.n != list.n)
		__builtin_trap();
	for (size_t i = 0; i < list.n; i++) {
		if (strcmp(list.v[i], again.v[i]) != 0)
			__builtin_trap();
	}
}

static void check_record(const char *text)
{
	auto_attrs a = { 0 }, again = { 0 };
	auto_buf b = { 0 };

	if (par_attrs_parse(text, &a, NULL) < 0)
		return;
	for (size_t i = 0; i < a.n; i++) {
		auto_buf name = { 0 };

		par_buf_printf(&name, "%s%s", a.v[i].name,
			       a.v[i].op == PAR_ATTR_ADD      ? "+"
			       : a.v[i].op == PAR_ATTR_REMOVE ? "-"
							      : "");
		if (i)
			par_buf_putc(&b, ',');
		par_attrs_put_pair(&b, name.data, a.v[i].value);
		check_list(a.v[i].value);
	}
	if (par_attrs_parse(b.data, &again, NULL) < 0 || again.n != a.n)
		__builtin_trap();
	for (size_t i = 0; i < a.n; i++) {
		if (strcmp(a.v[i].name, again.v[i].name) != 0 || a.v[i].op != again.v[i].op ||
		    strcmp(a.v[i].value, again.v[i].value) != 0)
			__builtin_trap();
	}
}

static void check_filter(const char *text)
{
	auto_attrs a = { 0 };

	if (par_attrs_parse_filter(text, &a, NULL) < 0)
		return;
	for (size_t i = 0; i < a.n; i++)
		check_list(a.v[i].value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autofree char *text = strndup((const char *)data, size);
	auto_strv names = { 0 };
	char delimiter;

	if (!text)
		return 0;
	check_record(text);
	check_list(text);
	check_filter(text);
	(void)par_table_fields(text, &names, &delimiter, NULL);
	return 0;
}
