/* SPDX-License-Identifier: Apache-2.0 */
/* Rules for single values: what attributes.def names as CHECK, and names of objects. */
#include "lpard/common/uuid.h"
#include "lpard/core/model/adapters.h"
#include "lpard/core/model/attributes.h"
#include "lpard/core/model/partition.h"

#include <string.h>

enum {
	MAX_NAME = 31,
	MAX_DESCRIPTION = 1024,
};

static int refuse_text(struct par_buf *why, const char *text)
{
	par_buf_puts(why, text);
	return -EINVAL;
}

int lpar_check_object_name(const struct par_field *f, const char *v, struct par_buf *why)
{
	size_t len = strlen(v);

	(void)f;
	if (len == 0)
		return refuse_text(why, "It must not be empty");
	if (!par_printable(v))
		return refuse_text(why, "It must be printable ASCII");
	if (len > MAX_NAME)
		return refuse_text(why, "It must have at most 31 characters");
	if (strpbrk(v, "()<>*$&?|[]'\"/\\`,=;"))
		return refuse_text(
			why, "It must not have any of  ( ) < > * $ & ? | [ ] ' \" / \\ ` , = ;");
	if (v[0] == '-' || v[0] == ' ' || v[len - 1] == ' ')
		return refuse_text(
			why, "It must not begin with a dash or a blank, nor end with a blank");
	if (strspn(v, ".") == len)
		return refuse_text(why, "It must not be made of dots only");
	return 0;
}

bool lpar_is_printable(const char *v)
{
	return par_printable(v) && strlen(v) <= 255;
}

/* Text for people: any UTF-8 without control characters. */
int lpar_check_description(const struct par_field *f, const char *v, struct par_buf *why)
{
	(void)f;
	if (strlen(v) > MAX_DESCRIPTION)
		return refuse_text(why, "It must have at most 1024 characters");
	for (; *v; v++) {
		if ((unsigned char)*v < 0x20 || *v == 0x7f)
			return refuse_text(why, "It must not have control characters");
	}
	return 0;
}

bool lpar_is_upper_uuid(const char *v)
{
	char upper[PAR_UUID_LEN];

	return par_uuid_upper(v, upper) == 0 && strcmp(v, upper) == 0;
}

bool lpar_is_none_or_id(const char *v)
{
	uint64_t id;

	return strcmp(v, "none") == 0 || (par_parse_u64(v, 65535, &id) == 0 && id > 0);
}

bool lpar_is_id_list(const char *v)
{
	auto_strv ids = { 0 };
	uint64_t id;

	if (strcmp(v, "none") == 0)
		return true;
	if (par_attrs_split_list(v, &ids, NULL) < 0)
		return false;
	for (size_t i = 0; i < ids.n; i++) {
		if (par_parse_u64(ids.v[i], LPAR_ID_MAX, &id) < 0 || id == 0)
			return false;
	}
	return ids.n > 0;
}

int lpar_check_adapters(const struct par_field *f, const char *v, struct par_buf *why)
{
	auto_adapters all = { 0 };
	enum lpar_adapter_kind kind;
	auto_error err = NULL;
	int r;

	if (!lpar_adapter_kind_of(f->name, &kind))
		return 0;
	r = lpar_adapters_parse(kind, v, &all, &err);
	if (r == -ENOMEM)
		return r;
	return r < 0 ? refuse_text(why, err && err->msg ? err->msg : "") : 0;
}
