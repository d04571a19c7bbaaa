/* SPDX-License-Identifier: Apache-2.0 */
/* Rules for single values: what attributes.def names as .check, and names of objects. */
#include "lpard/common/uuid.h"
#include "lpard/core/attributes/attributes_priv.h"
#include "lpard/core/messages.h"
#include "lpard/core/model/adapters.h"

#include <string.h>

enum {
	MAX_NAME = 31,
	MAX_DESCRIPTION = 1024,
};

int lpar_name_check(const char *attribute, const char *name, struct par_error **err)
{
	size_t len = strlen(name);
	const char *why = NULL;

	if (len == 0)
		why = "It must not be empty";
	else if (!par_printable(name))
		return attr_fail_value(attribute, "", "It must be printable ASCII", err);
	else if (len > MAX_NAME)
		why = "It must have at most 31 characters";
	else if (strpbrk(name, "()<>*$&?|[]'\"/\\`,=;"))
		why = "It must not have any of  ( ) < > * $ & ? | [ ] ' \" / \\ ` , = ;";
	else if (name[0] == '-' || name[0] == ' ' || name[len - 1] == ' ')
		why = "It must not begin with a dash or a blank, nor end with a blank";
	else if (strspn(name, ".") == len)
		why = "It must not be made of dots only";
	return why ? attr_fail_value(attribute, name, why, err) : 0;
}

int check_object_name(const struct lpar_attribute *a, const char *v, struct par_error **err)
{
	return lpar_name_check(a->name, v, err);
}

int check_printable(const struct lpar_attribute *a, const char *v, struct par_error **err)
{
	if (!par_printable(v) || strlen(v) > 255)
		return attr_fail_value(a->name, "",
				       "It must be printable ASCII of at most 255 characters", err);
	return 0;
}

/* Text for people: any UTF-8 without control characters. */
int check_description(const struct lpar_attribute *a, const char *v, struct par_error **err)
{
	if (strlen(v) > MAX_DESCRIPTION)
		return attr_fail_value(a->name, "", "It must have at most 1024 characters", err);
	for (; *v; v++) {
		if ((unsigned char)*v < 0x20 || *v == 0x7f)
			return attr_fail_value(a->name, "", "It must not have control characters",
					       err);
	}
	return 0;
}

int check_uuid(const struct lpar_attribute *a, const char *v, struct par_error **err)
{
	char upper[PAR_UUID_LEN];

	if (par_uuid_upper(v, upper) < 0 || strcmp(v, upper) != 0)
		return attr_fail_value(a->name, v, "It is not an upper-case UUID", err);
	return 0;
}

int check_none_or_id(const struct lpar_attribute *a, const char *v, struct par_error **err)
{
	uint64_t id;

	if (strcmp(v, "none") != 0 && (par_parse_u64(v, 65535, &id) < 0 || id == 0))
		return attr_fail_value(a->name, v, "It must be none or a number of 1 to 65535",
				       err);
	return 0;
}

int check_id_list(const struct lpar_attribute *a, const char *v, struct par_error **err)
{
	auto_strv ids = { 0 };
	uint64_t id;
	int r;

	if (strcmp(v, "none") == 0)
		return 0;
	r = par_attrs_split_list(v, &ids, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < ids.n; i++) {
		if (par_parse_u64(ids.v[i], LPAR_ID_MAX, &id) < 0 || id == 0)
			return attr_fail_value(a->name, v, "It must be none or partition ids", err);
	}
	return ids.n ? 0 : attr_fail_value(a->name, v, "It must be none or partition ids", err);
}

int check_compat_mode(const struct lpar_attribute *a, const char *v, struct par_error **err)
{
	auto_buf why = { 0 };

	par_buf_puts(&why, "It must be one of");
	for (size_t i = 0; lpar_compat_modes[i]; i++) {
		if (strcmp(lpar_compat_modes[i], v) == 0)
			return 0;
		par_buf_printf(&why, "%s%s", i ? "," : " ", lpar_compat_modes[i]);
	}
	return attr_fail_value(a->name, v, why.data ? why.data : "", err);
}

int check_adapters(const struct lpar_attribute *a, const char *v, struct par_error **err)
{
	static const struct {
		const char *name;
		enum lpar_adapter_kind kind;
	} kinds[] = {
		{ "virtual_eth_adapters", LPAR_ADAPTER_ETH },
		{ "virtual_scsi_adapters", LPAR_ADAPTER_SCSI },
		{ "virtual_serial_adapters", LPAR_ADAPTER_SERIAL },
		{ "virtual_fc_adapters", LPAR_ADAPTER_FC },
		{ "io_slots", LPAR_ADAPTER_IO },
	};
	auto_adapters all = { 0 };
	auto_error why = NULL;
	int r;

	for (size_t i = 0; i < PAR_ARRAY_SIZE(kinds); i++) {
		if (strcmp(kinds[i].name, a->name) != 0)
			continue;
		r = lpar_adapters_parse(kinds[i].kind, v, &all, &why);
		if (r < 0 && why && why->id == PAR_E_INVALID_ARGUMENT)
			return attr_fail_value(a->name, v, why->msg, err);
		if (r < 0)
			par_error_move(err, &why);
		return r;
	}
	return 0;
}
