/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an LPAR says before a move, which lpard and other LPARs read: no crash, no text that could
 * reach a terminal as it is, and what is taken is written again the same.
 */
#include "lpard/common/text.h"
#include "lpard/wire/move_facts.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_be_clean(const char *text)
{
	if (text && (!par_text_is_utf8(text) || strchr(text, '\n') || strchr(text, '\033')))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_move_facts f = { 0 }, again = { 0 };
	auto_buf first = { 0 }, second = { 0 };

	if (par_move_facts_read((const char *)data, size, &f, NULL) < 0)
		return 0;
	must_be_clean(f.product);
	must_be_clean(f.host);
	for (size_t i = 0; i < f.wpars.n; i++) {
		must_be_clean(f.wpars.v[i].name);
		for (size_t k = 0; k < f.wpars.v[i].files.n; k++)
			must_be_clean(f.wpars.v[i].files.v[k].path);
	}
	if (par_move_facts_write(&f, &first) < 0 ||
	    par_move_facts_read(first.data, first.len, &again, NULL) < 0 ||
	    par_move_facts_write(&again, &second) < 0 || strcmp(first.data, second.data) != 0)
		abort();
	return 0;
}
