/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attributes by table: the rows of keys.def, values in and out.  What stands where in a file is the
 * business of parse.c and write.c, in which struct of a specification that of records.c.
 */
#include "wparctl/spec/keys.h"
#include "lpard/common/uuid.h"

#include <arpa/inet.h>
#include <string.h>

static bool is_plain_word(const char *s)
{
	return *s && par_printable(s) && !strchr(s, ' ');
}

/*
 * The rules of texts.  A message only says that a value is not valid; mkwpar(8) says which values
 * are.
 */
static bool is_wpar_name(const char *s)
{
	return wpar_name_check(s, NULL) == 0;
}

static bool is_text(const char *s)
{
	return *s && par_printable(s);
}

/* Absolute, no empty, "." or ".." part; a '/' at the end only for the root itself. */
static bool is_path(const char *s)
{
	if (s[0] != '/' || !par_printable(s))
		return false;
	if (s[1] == '\0')
		return true;
	while (*s == '/') {
		size_t len = strcspn(++s, "/");

		if (len == 0 || (len == 1 && s[0] == '.') ||
		    (len == 2 && s[0] == '.' && s[1] == '.'))
			return false;
		s += len;
	}
	return true;
}

static bool is_hostname(const char *s)
{
	return is_plain_word(s) && s[0] != '-' && s[0] != '.' && !strpbrk(s, "/\\\"'`;&|<>(){}=:,");
}

static bool is_address4(const char *s)
{
	unsigned char address[4];

	return inet_pton(AF_INET, s, address) == 1;
}

static bool is_address6(const char *s)
{
	unsigned char address[16];

	return inet_pton(AF_INET6, s, address) == 1;
}

static bool is_prefix(const char *s)
{
	uint64_t number;

	return par_parse_u64(s, 128, &number) == 0;
}

static bool is_hex64(const char *s)
{
	return strlen(s) == 64 && strspn(s, "0123456789abcdef") == 64;
}

static bool is_element(const char *s)
{
	return is_plain_word(s) && strlen(s) <= 64;
}

/* "12.34%" and what is behind it, as hundredths; *s moves behind @end. */
static bool take_percent(const char **s, const char *end, uint32_t *ret)
{
	const char *percent = strchr(*s, '%');
	char digits[8];
	uint64_t number;

	if (!percent || (size_t)(percent - *s) >= sizeof(digits) || !par_starts_with(percent, end))
		return false;
	memcpy(digits, *s, (size_t)(percent - *s));
	digits[percent - *s] = '\0';
	*s = percent + strlen(end);
	if (par_parse_x100(digits, 10000, &number) < 0)
		return false;
	*ret = (uint32_t)number;
	return true;
}

/* "10%-50%,100%": minimum, soft and hard maximum */
static int parse_limits(const struct par_field *f, const char *s, void *member, struct par_buf *why)
{
	uint32_t v[3];

	(void)f;
	(void)why;
	if (!take_percent(&s, "%-", &v[0]) || !take_percent(&s, "%,", &v[1]) ||
	    !take_percent(&s, "%", &v[2]) || *s)
		return -EINVAL;
	if (v[1] == 0 || v[0] > v[1] || v[1] > v[2])
		return -EINVAL;
	memcpy(member, v, sizeof(v));
	return 0;
}

static void put_percent(uint32_t value, struct par_buf *b)
{
	if (value % 100 == 0)
		par_buf_printf(b, "%u%%", value / 100);
	else
		par_buf_printf(b, "%u.%02u%%", value / 100, value % 100);
}

/* A soft or hard maximum of 0 is 100 %. */
static void print_limits(const struct par_field *f, const void *member, struct par_buf *b)
{
	const uint32_t *x100 = member;

	(void)f;
	put_percent(x100[0], b);
	par_buf_putc(b, '-');
	put_percent(x100[1] ? x100[1] : 10000, b);
	par_buf_putc(b, ',');
	put_percent(x100[2] ? x100[2] : 10000, b);
}

/* Two names share a text: IPv6 goes with address6 and prefixlen, IPv4 with the others. */
static bool has_dot(const char *text)
{
	return strchr(text, '.') != NULL;
}

static bool has_no_dot(const char *text)
{
	return !has_dot(text);
}

static const char *const no_yes[] = { "no", "yes" };
static const char *const yes_no[] = { "yes", "no" };
static const char *const type_words[] = { [WPAR_SYSTEM] = "S", [WPAR_APPLICATION] = "A" };

/* The kinds of keys.def: the struct and its member, the limit. */
#define MEMBER(type_, s, m, c_type) \
	.field.type = PAR_FIELD_##type_, .field.offset = PAR_OFFSET(struct s, m, c_type)
#define STRING(s, m, limit, rule) MEMBER(STR, s, m, char *), .field.max = limit, .field.valid = rule

#define NAME(s, m, limit)     STRING(s, m, limit, is_wpar_name)
#define HOSTNAME(s, m, limit) STRING(s, m, limit, is_hostname)
#define PATH(s, m, limit)     STRING(s, m, limit, is_path)
#define WORD(s, m, limit)     STRING(s, m, limit, is_plain_word)
#define TEXT(s, m, limit)     STRING(s, m, limit, is_text)
#define UUID(s, m, limit)     STRING(s, m, limit, par_uuid_valid)
#define HEX64(s, m, limit)    STRING(s, m, limit, is_hex64)
#define ADDRESS4(s, m, limit) STRING(s, m, limit, is_address4), .fits = has_dot
#define ADDRESS6(s, m, limit) STRING(s, m, limit, is_address6), .fits = has_no_dot
#define PREFIX(s, m, limit)   STRING(s, m, 3, is_prefix), .fits = has_no_dot
#define LIST(s, m, limit) \
	MEMBER(LIST, s, m, struct par_strv), .field.max = limit, .field.valid = is_element
#define TYPE(s, m, limit)                                                           \
	.field.type = PAR_FIELD_WORD, .field.offset = PAR_OFFSET_ENUM(struct s, m), \
	.field.words = type_words, .field.n_words = PAR_ARRAY_SIZE(type_words), .always = true
#define MARK(s, m, limit)    MEMBER(BOOL, s, m, bool), .field.words = no_yes
#define BOOL(s, m, limit)    MARK(s, m, limit), .always = true
#define NOT(s, m, limit)     MEMBER(BOOL, s, m, bool), .field.words = yes_no, .always = true
#define U32(s, m, limit)     MEMBER(U32, s, m, uint32_t), .field.max = limit
#define SHARES(s, m, limit)  U32(s, m, limit), .field.min = 1, .field.unset = "unlimited"
#define PERCENT(s, m, limit) U32(s, m, limit), .field.min = 1, .field.suffix = '%'
#define COUNT(s, m, limit) \
	MEMBER(U64, s, m, uint64_t), .field.min = 1, .field.max = limit, .field.unset = "unlimited"
#define SIZE(s, m, limit, unit_)                                               \
	MEMBER(SIZE, s, m, uint64_t), .field.max = limit, .field.unit = unit_, \
				      .field.unset = "unlimited"
#define BYTES(s, m, limit) SIZE(s, m, limit, 1)
#define MIB(s, m, limit)   SIZE(s, m, limit, 1 << 20)
#define LIMITS(s, m, limit)                                                 \
	MEMBER(CUSTOM, s, m, uint32_t), .field.size = 3 * sizeof(uint32_t), \
					.field.parse = parse_limits, .field.print = print_limits

const struct wpar_key wpar_keys[] = {
#define K(stanza_, name_, kind_, struct_, member_, limit_) \
	{ .stanza = WPAR_STANZA_##stanza_, .field.name = name_, kind_(struct_, member_, limit_) },
#include "wparctl/spec/keys.def"
#undef K
};
const size_t wpar_n_keys = PAR_ARRAY_SIZE(wpar_keys);

const struct wpar_key *wpar_key_find(enum wpar_stanza stanza, const char *name)
{
	for (size_t i = 0; i < wpar_n_keys; i++) {
		if (wpar_keys[i].stanza == stanza && strcmp(wpar_keys[i].field.name, name) == 0)
			return &wpar_keys[i];
	}
	return NULL;
}

int wpar_key_set(const struct wpar_key *key, void *record, const char *value,
		 struct par_error **err)
{
	auto_buf why = { 0 };
	int r;

	if (!par_printable(value))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"the value of \"%s\" has characters that are not printable ASCII",
				key->field.name);
	r = key->field.valid == is_wpar_name ? wpar_name_check(value, err) : 0;
	if (r < 0)
		return r;
	r = par_field_parse(&key->field, record, value, &why);
	if (r == -ENOMEM)
		return par_oom(err);
	if (r < 0)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"\"%.80s\" is not a valid value of \"%s\"%s%s", value,
				key->field.name, why.len ? ". " : "", why.len ? why.data : "");
	return 0;
}

bool wpar_key_format(const struct wpar_key *key, const void *record, struct par_buf *b)
{
	const void *member = (const char *)record + key->field.offset;

	if (!key->always && !par_field_is_set(&key->field, record))
		return false;
	if (key->fits && !key->fits(*(char *const *)member))
		return false;
	par_field_print(&key->field, record, b);
	return true;
}

int wpar_record_set_pair(enum wpar_stanza stanza, void *record, const char *pair, const char *flag,
			 struct par_error **err)
{
	const char *eq = strchr(pair, '=');
	autofree char *name = eq ? strndup(pair, (size_t)(eq - pair)) : NULL;
	const struct wpar_key *key;

	if (!name)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "%s needs name=value, not \"%s\"",
				flag, pair);
	key = wpar_key_find(stanza, name);
	if (!key)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"\"%s\" is not an attribute of the %s flag", name, flag);
	return wpar_key_set(key, record, eq + 1, err);
}
