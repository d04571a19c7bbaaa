/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attributes by table: the rows of keys.def, values in and out.  What stands where in a file is the
 * business of parse.c and write.c, in which struct of a specification that of records.c.
 */
#include "wparctl/spec/keys.h"
#include "lpard/common/hex.h"
#include "lpard/common/uuid.h"

#include <arpa/inet.h>
#include <string.h>

static bool is_plain_word(const char *s)
{
	return *s && par_printable(s) && !strchr(s, ' ');
}

/* The rules of texts; what they want is said beside their kinds, below. */
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
	return *s && s[0] != '-' && s[0] != '.' &&
	       !s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_")];
}

/* As the kernel has it, and no part of a path. */
static bool is_interface(const char *s)
{
	return is_plain_word(s) && !strpbrk(s, "/:") && strcmp(s, ".") != 0 && strcmp(s, "..") != 0;
}

static bool is_address4(const char *s)
{
	unsigned char address[4];

	return inet_pton(AF_INET, s, address) == 1;
}

/* Ones, then zeros: 255.255.252.0 */
static bool is_mask4(const char *s)
{
	unsigned char b[4];
	uint32_t zeros;

	if (inet_pton(AF_INET, s, b) != 1)
		return false;
	zeros = ~((uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3]);
	return (zeros & (zeros + 1)) == 0;
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
	return par_hex_is(s, 64);
}

static bool is_element(const char *s)
{
	return is_plain_word(s) && strlen(s) <= 64;
}

bool wpar_is_word_of(const char *list, const char *s)
{
	size_t len = strlen(s);

	while (*list) {
		size_t n = strcspn(list, ", ");

		if (n == len && strncmp(list, s, n) == 0)
			return !par_streq(s, "or");
		list += n;
		list += strspn(list, ", ");
	}
	return false;
}

/* A kind of some words: its predicate, and the words as messages and manuals list them. */
#define WORDS_KIND(fn, list_)                     \
	static bool fn(const char *s)             \
	{                                         \
		return wpar_is_word_of(list_, s); \
	}

#define ARCHITECTURES "pwr4, ppc970, pwr5, pwr6 or pwr7"
#define ROUTE_TYPES   "net or host"
#define DEVICE_TYPES  "clone, pseudo, disk, adapter, cdrom or tape"
#define VOLUME_GROUPS "rootvg"
WORDS_KIND(is_architecture, ARCHITECTURES)
WORDS_KIND(is_route_type, ROUTE_TYPES)
WORDS_KIND(is_device_type, DEVICE_TYPES)
WORDS_KIND(is_volume_group, VOLUME_GROUPS)

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

static int parse_bound(const struct par_field *f, const char *s, void *member, struct par_buf *why)
{
	uint64_t number = WPAR_UNLIMITED;

	(void)why;
	if (strcmp(s, "unlimited") != 0 && (par_parse_u64(s, f->max, &number) < 0 || number == 0))
		return -EINVAL;
	*(uint64_t *)member = number;
	return 0;
}

static void print_bound(const struct par_field *f, const void *member, struct par_buf *b)
{
	const uint64_t *number = member;

	(void)f;
	if (*number == WPAR_UNLIMITED)
		par_buf_puts(b, "unlimited");
	else
		par_buf_put_u64(b, *number);
}

static int parse_room(const struct par_field *f, const char *s, void *member, struct par_buf *why)
{
	const struct par_field size = { .type = PAR_FIELD_SIZE, .unit = f->unit, .max = f->max };
	uint64_t number = WPAR_UNLIMITED;
	auto_buf unused = { 0 };

	(void)why;
	if (strcmp(s, "unlimited") != 0 &&
	    (par_field_parse(&size, &number, s, &unused) < 0 || number == 0))
		return -EINVAL;
	*(uint64_t *)member = number;
	return 0;
}

static void print_room(const struct par_field *f, const void *member, struct par_buf *b)
{
	const struct par_field size = { .type = PAR_FIELD_SIZE, .unit = f->unit, .max = f->max };

	if (*(const uint64_t *)member == WPAR_UNLIMITED)
		par_buf_puts(b, "unlimited");
	else
		par_field_print(&size, member, b);
}

/* @member lies in a specification: whether that is a versioned one stands elsewhere in it. */
static int parse_type(const struct par_field *f, const char *s, void *member, struct par_buf *why)
{
	struct wpar_spec *spec = (void *)((char *)member - offsetof(struct wpar_spec, type));

	(void)f;
	(void)why;
	if (strcmp(s, "S") != 0 && strcmp(s, "L") != 0 && strcmp(s, "A") != 0)
		return -EINVAL;
	spec->says_versioned = *s == 'L';
	*(enum wpar_type *)member = *s == 'A' ? WPAR_APPLICATION : WPAR_SYSTEM;
	return 0;
}

/* While it is being made its image may not be known: until then nothing else says L, either. */
static void print_type(const struct par_field *f, const void *member, struct par_buf *b)
{
	const struct wpar_spec *spec =
		(const void *)((const char *)member - offsetof(struct wpar_spec, type));

	(void)f;
	par_buf_putc(b, spec->type == WPAR_APPLICATION ? 'A'
			: spec->version.image_digest   ? 'L'
						       : 'S');
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
/* The kinds of keys.def: the struct and its member, the limit. */
#define MEMBER(type_, s, m, c_type) \
	.field.type = PAR_FIELD_##type_, .field.offset = PAR_OFFSET(struct s, m, c_type)
#define STRING(s, m, limit, rule, what) \
	MEMBER(STR, s, m, char *), .field.max = limit, .field.valid = rule, .field.must_be = what

#define AN_ADDRESS4  "an IPv4 address such as 10.1.2.3"
#define A_MASK4	     "a network mask of IPv4 such as 255.255.252.0: ones, then zeros"
#define AN_ADDRESS6  "an IPv6 address such as fd00::1"
#define A_PATH	     "an absolute path without //, . and .. in it"
#define A_WORD	     "printable ASCII without blanks"
#define A_NAME	     "a name of at most 25 bytes (see DESCRIPTION)"
#define AN_INTERFACE "the name of a network interface"
#define A_HOSTNAME   "letters, digits, dots, dashes and underscores, no dot or dash in front"

#define NAME(s, m, limit)	  STRING(s, m, limit, is_wpar_name, A_NAME)
#define HOSTNAME(s, m, limit)	  STRING(s, m, limit, is_hostname, A_HOSTNAME)
#define USER(s, m, limit)	  STRING(s, m, limit, is_hostname, A_HOSTNAME)
#define INTERFACE(s, m, limit)	  STRING(s, m, limit, is_interface, AN_INTERFACE)
#define PATH(s, m, limit)	  STRING(s, m, limit, is_path, A_PATH)
#define WORD(s, m, limit)	  STRING(s, m, limit, is_plain_word, A_WORD)
#define TEXT(s, m, limit)	  STRING(s, m, limit, is_text, "printable ASCII")
#define UUID(s, m, limit)	  STRING(s, m, limit, par_uuid_valid, "a UUID")
#define HEX64(s, m, limit)	  STRING(s, m, limit, is_hex64, "64 hexadecimal digits")
#define ARCHITECTURE(s, m, limit) STRING(s, m, limit, is_architecture, ARCHITECTURES)
#define ROUTE_TYPE(s, m, limit)	  STRING(s, m, limit, is_route_type, ROUTE_TYPES)
#define DEVICE_TYPE(s, m, limit)  STRING(s, m, limit, is_device_type, DEVICE_TYPES)
#define VOLUME_GROUP(s, m, limit) STRING(s, m, limit, is_volume_group, VOLUME_GROUPS)
#define VFS(s, m, limit)	  STRING(s, m, limit, is_plain_word, WPAR_MOUNT_TYPES)
#define OPTIONS(s, m, limit)	  STRING(s, m, limit, is_plain_word, WPAR_MOUNT_OPTIONS_TEXT)
#define ADDRESS4(s, m, limit)	  STRING(s, m, limit, is_address4, AN_ADDRESS4), .fits = has_dot
#define MASK4(s, m, limit)	  STRING(s, m, limit, is_mask4, A_MASK4), .fits = has_dot
#define ADDRESS6(s, m, limit)	  STRING(s, m, limit, is_address6, AN_ADDRESS6), .fits = has_no_dot
#define PREFIX(s, m, limit) \
	STRING(s, m, 3, is_prefix, "a whole number of 0 to 128"), .fits = has_no_dot
#define LIST(s, m, limit)                                      \
	MEMBER(LIST, s, m, struct par_strv),                   \
		.field.max = limit, .field.valid = is_element, \
		.field.must_be = "names of privileges with commas between"
#define TYPE(s, m, limit)                                                             \
	.field.type = PAR_FIELD_CUSTOM, .field.offset = PAR_OFFSET_ENUM(struct s, m), \
	.field.size = sizeof(enum wpar_type), .field.parse = parse_type,              \
	.field.print = print_type, .field.must_be = "S, L or A", .always = true
#define MARK(s, m, limit)    MEMBER(BOOL, s, m, bool), .field.words = no_yes
#define BOOL(s, m, limit)    MARK(s, m, limit), .always = true
#define NOT(s, m, limit)     MEMBER(BOOL, s, m, bool), .field.words = yes_no, .always = true
#define U32(s, m, limit)     MEMBER(U32, s, m, uint32_t), .field.max = limit
#define SHARES(s, m, limit)  U32(s, m, limit), .field.min = 1, .field.unset = "unlimited"
#define PERCENT(s, m, limit) U32(s, m, limit), .field.min = 1, .field.suffix = '%'
#define COUNT(s, m, limit) \
	MEMBER(U64, s, m, uint64_t), .field.min = 1, .field.max = limit, .field.unset = "unlimited"
#define BOUND(s, m, limit)                                                                      \
	MEMBER(CUSTOM, s, m, uint64_t),                                                         \
		.field.size = sizeof(uint64_t), .field.max = limit, .field.parse = parse_bound, \
		.field.print = print_bound,                                                     \
		.field.must_be = "a whole number of 1 to " WPAR_TEXT_OF(limit) ", or unlimited"
#define SIZE(s, m, limit, unit_)                                               \
	MEMBER(SIZE, s, m, uint64_t), .field.max = limit, .field.unit = unit_, \
				      .field.unset = "unlimited"
#define BYTES(s, m, limit) SIZE(s, m, limit, 1)
#define ROOM(s, m, limit)                                                                  \
	MEMBER(CUSTOM, s, m, uint64_t),                                                    \
		.field.size = sizeof(uint64_t), .field.max = limit, .field.unit = 1 << 20, \
		.field.parse = parse_room, .field.print = print_room,                      \
		.field.must_be =                                                           \
			"a size such as 64M, 2G or 1T (without a letter in MB), or unlimited"
#define LIMITS(s, m, limit)                                                                       \
	MEMBER(CUSTOM, s, m, uint32_t), .field.size = 3 * sizeof(uint32_t),                       \
					.field.parse = parse_limits, .field.print = print_limits, \
					.field.must_be = A_RANGE
#define A_RANGE                                                                          \
	"MIN%-SOFT%,HARD%, three percentages with at most two decimals, none below the " \
	"one before, the last two above 0"

const struct wpar_key wpar_keys[] = {
#define ROW(stanza_, name_, kind_, struct_, member_, limit_, preset_, help_)           \
	.stanza = WPAR_STANZA_##stanza_, .field.name = name_, .field.preset = preset_, \
	.field.help = help_, kind_(struct_, member_, limit_)
#define K(...) { ROW(__VA_ARGS__) },
#define REFUSED(stanza_, name_, kind_, struct_, member_, limit_, preset_, help_, why_) \
	{ ROW(stanza_, name_, kind_, struct_, member_, limit_, preset_, help_), .refused = why_ },
#define ABSENT(stanza_, name_, why_) \
	{ .stanza = WPAR_STANZA_##stanza_, .field.name = name_, .refused = why_ },
#include "wparctl/spec/keys.def"
#undef ROW
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

bool wpar_key_is_known(const struct wpar_key *key)
{
	return key->field.type != PAR_FIELD_NONE && key->field.help;
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
