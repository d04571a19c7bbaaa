/* SPDX-License-Identifier: Apache-2.0 */
/* Attributes by table: the rows of keys.def, values in and out.  What stands where in a file is
 * parse.c's and write.c's business. */
#include "lpard/common/uuid.h"
#include "wparctl/spec/keys.h"

#include <arpa/inet.h>
#include <string.h>

#define MAX_RECORDS 1024

const struct wpar_key wpar_keys[] = {
#define K(stanza_, name_, kind_, struct_, field_, limit_) \
	{ .stanza = WPAR_STANZA_##stanza_,                \
	  .name = name_,                                  \
	  .kind = WPAR_KIND_##kind_,                      \
	  .offset = offsetof(struct struct_, field_),     \
	  .limit = limit_ },
#include "wparctl/spec/keys.def"
#undef K
};
const size_t wpar_n_keys = PAR_ARRAY_SIZE(wpar_keys);

static const char *const stanza_names[] = {
	[WPAR_STANZA_GENERAL] = "general",     [WPAR_STANZA_NETWORK] = "network",
	[WPAR_STANZA_ROUTE] = "route",	       [WPAR_STANZA_MOUNT] = "mount",
	[WPAR_STANZA_RESOURCES] = "resources", [WPAR_STANZA_SECURITY] = "security",
	[WPAR_STANZA_DEVICE] = "device",       [WPAR_STANZA_KEXT] = "kext",
	[WPAR_STANZA_VERSIONED] = "versioned",
};

const char *wpar_stanza_name(enum wpar_stanza stanza)
{
	return stanza_names[stanza];
}

int wpar_stanza_from_name(const char *name, size_t len)
{
	for (size_t i = 0; i < WPAR_STANZA_COUNT; i++) {
		if (strlen(stanza_names[i]) == len && memcmp(stanza_names[i], name, len) == 0)
			return (int)i;
	}
	return -1;
}

const struct wpar_key *wpar_key_find(enum wpar_stanza stanza, const char *name)
{
	for (size_t i = 0; i < wpar_n_keys; i++) {
		if (wpar_keys[i].stanza == stanza && strcmp(wpar_keys[i].name, name) == 0)
			return &wpar_keys[i];
	}
	return NULL;
}

static bool is_word(const char *s)
{
	return *s && par_printable(s) && !strchr(s, ' ');
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
	return is_word(s) && s[0] != '-' && s[0] != '.' && !strpbrk(s, "/\\\"'`;&|<>(){}=:,");
}

static bool is_hex(const char *s, size_t len)
{
	return strlen(s) == len && strspn(s, "0123456789abcdef") == len;
}

static bool is_text_of_kind(enum wpar_kind kind, const char *s, uint64_t limit)
{
	unsigned char address[16];
	uint64_t number;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wswitch-enum"
	switch (kind) {
	case WPAR_KIND_NAME:
		return wpar_name_check(s, NULL) == 0;
	case WPAR_KIND_HOSTNAME:
		return is_hostname(s);
	case WPAR_KIND_PATH:
		return is_path(s);
	case WPAR_KIND_WORD:
		return is_word(s);
	case WPAR_KIND_TEXT:
		return *s && par_printable(s);
	case WPAR_KIND_ADDRESS4:
		return inet_pton(AF_INET, s, address) == 1;
	case WPAR_KIND_ADDRESS6:
		return inet_pton(AF_INET6, s, address) == 1;
	case WPAR_KIND_PREFIX:
		return par_parse_u64(s, limit, &number) == 0;
	case WPAR_KIND_UUID:
		return par_uuid_valid(s);
	case WPAR_KIND_HEX64:
		return is_hex(s, 64);
	default:
		return false;
	}
#pragma GCC diagnostic pop
}

static int set_text(const struct wpar_key *key, char **field, const char *value,
		    struct par_error **err)
{
	size_t limit = key->kind == WPAR_KIND_PREFIX ? 3 : key->limit;
	char *copy;

	if (key->kind == WPAR_KIND_NAME) {
		int r = wpar_name_check(value, err);

		if (r < 0)
			return r;
	}
	if (strlen(value) > limit)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"the value of \"%s\" is longer than %zu bytes", key->name, limit);
	if (!is_text_of_kind(key->kind, value, key->limit))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"\"%s\" is not a valid value of \"%s\"", value, key->name);
	copy = strdup(value);
	if (!copy)
		return par_oom(err);
	free(*field);
	*field = copy;
	return 0;
}

/* "12.34" to 1234; at most two decimals.  Returns the text behind, or NULL. */
static const char *parse_x100(const char *s, uint32_t *ret)
{
	uint32_t value = 0;
	int digits = 0, decimals = 0;

	for (; *s >= '0' && *s <= '9' && digits < 3; s++, digits++)
		value = value * 10 + (uint32_t)(*s - '0');
	value *= 100;
	if (*s == '.') {
		for (s++; *s >= '0' && *s <= '9' && decimals < 2; s++, decimals++)
			value += (uint32_t)(*s - '0') * (decimals ? 1 : 10);
	}
	if (digits + decimals == 0 || value > 10000)
		return NULL;
	*ret = value;
	return s;
}

static bool parse_limits(const char *s, uint32_t v[3])
{
	s = parse_x100(s, &v[0]);
	if (!s || s[0] != '%' || s[1] != '-')
		return false;
	s = parse_x100(s + 2, &v[1]);
	if (!s || s[0] != '%' || s[1] != ',')
		return false;
	s = parse_x100(s + 2, &v[2]);
	return s && strcmp(s, "%") == 0 && v[1] > 0 && v[2] > 0 && v[0] <= v[1] && v[1] <= v[2];
}

/* @unit: what a number without a letter counts in. */
static bool parse_size(const char *s, uint64_t unit, uint64_t *ret)
{
	static const char letters[] = "KMGT";
	char digits[24];
	size_t len = strspn(s, "0123456789");
	uint64_t number;

	if (strcmp(s, "unlimited") == 0) {
		*ret = 0;
		return true;
	}
	if (len == 0 || len >= sizeof(digits))
		return false;
	memcpy(digits, s, len);
	digits[len] = '\0';
	if (par_parse_u64(digits, UINT64_MAX, &number) < 0)
		return false;
	s += len;
	if (*s) {
		char upper = (char)(*s & ~0x20);
		const char *l = strchr(letters, upper);

		if (!upper || !l || (s[1] && (strcmp(s + 1, "B") != 0 && strcmp(s + 1, "b") != 0)))
			return false;
		unit = UINT64_C(1024) << (10 * (l - letters));
	}
	return !__builtin_mul_overflow(number, unit, ret);
}

static bool parse_percent(const char *s, uint64_t *ret)
{
	char digits[4];
	size_t len = strspn(s, "0123456789");

	if (len == 0 || len > 3 || (s[len] && strcmp(s + len, "%") != 0))
		return false;
	memcpy(digits, s, len);
	digits[len] = '\0';
	return par_parse_u64(digits, 100, ret) == 0 && *ret > 0;
}

static bool set_list(struct par_strv *list, const char *value)
{
	auto_strv words = { 0 };

	if (*value && par_strv_split(&words, value, ',') < 0)
		return false;
	for (size_t i = 0; i < words.n; i++) {
		if (!is_word(words.v[i]) || strlen(words.v[i]) > 64)
			return false;
	}
	par_strv_done(list);
	*list = words;
	words = (struct par_strv){ 0 };
	return true;
}

static bool parse_bool(const char *value, bool *ret)
{
	*ret = strcmp(value, "yes") == 0;
	return *ret || strcmp(value, "no") == 0;
}

/* All kinds that are no text.  Returns false when the value is bad. */
static bool set_plain(const struct wpar_key *key, void *field, const char *value)
{
	uint64_t number = 0;
	uint32_t limits[3];
	bool flag = false;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wswitch-enum"
	switch (key->kind) {
	case WPAR_KIND_TYPE:
		if (strcmp(value, "S") != 0 && strcmp(value, "A") != 0)
			return false;
		*(enum wpar_type *)field = *value == 'S' ? WPAR_SYSTEM : WPAR_APPLICATION;
		return true;
	case WPAR_KIND_BOOL:
	case WPAR_KIND_MARK:
	case WPAR_KIND_NOT:
		if (!parse_bool(value, &flag))
			return false;
		*(bool *)field = flag != (key->kind == WPAR_KIND_NOT);
		return true;
	case WPAR_KIND_LIMITS:
		if (!parse_limits(value, limits))
			return false;
		memcpy(field, limits, sizeof(limits));
		return true;
	case WPAR_KIND_LIST:
		return strlen(value) <= key->limit && set_list(field, value);
	case WPAR_KIND_PERCENT:
		if (!parse_percent(value, &number))
			return false;
		*(uint32_t *)field = (uint32_t)number;
		return true;
	case WPAR_KIND_SHARES:
	case WPAR_KIND_U32:
	case WPAR_KIND_COUNT:
		if (key->kind != WPAR_KIND_U32 && strcmp(value, "unlimited") == 0)
			number = 0;
		else if (par_parse_u64(value, key->limit, &number) < 0 ||
			 (number == 0 && key->kind != WPAR_KIND_U32))
			return false;
		if (key->kind == WPAR_KIND_COUNT)
			*(uint64_t *)field = number;
		else
			*(uint32_t *)field = (uint32_t)number;
		return true;
	case WPAR_KIND_BYTES:
	case WPAR_KIND_MIB:
		if (!parse_size(value, key->kind == WPAR_KIND_MIB ? 1 << 20 : 1, &number))
			return false;
		if (key->kind == WPAR_KIND_MIB)
			number = number / (1 << 20) + (number % (1 << 20) != 0);
		*(uint64_t *)field = number;
		return number <= key->limit;
	default:
		return false;
	}
#pragma GCC diagnostic pop
}

static bool is_text(enum wpar_kind kind)
{
	return kind == WPAR_KIND_NAME || kind == WPAR_KIND_HOSTNAME || kind == WPAR_KIND_PATH ||
	       kind == WPAR_KIND_WORD || kind == WPAR_KIND_TEXT || kind == WPAR_KIND_ADDRESS4 ||
	       kind == WPAR_KIND_ADDRESS6 || kind == WPAR_KIND_PREFIX || kind == WPAR_KIND_UUID ||
	       kind == WPAR_KIND_HEX64;
}

int wpar_key_set(const struct wpar_key *key, void *record, const char *value,
		 struct par_error **err)
{
	void *field = (char *)record + key->offset;

	if (!par_printable(value))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"the value of \"%s\" has characters that are not printable ASCII",
				key->name);
	if (is_text(key->kind))
		return set_text(key, field, value, err);
	if (!set_plain(key, field, value))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"\"%s\" is not a valid value of \"%s\"", value, key->name);
	return 0;
}

static void put_x100(uint32_t value, struct par_buf *b)
{
	if (value % 100 == 0)
		par_buf_printf(b, "%u%%", value / 100);
	else
		par_buf_printf(b, "%u.%02u%%", value / 100, value % 100);
}

void wpar_format_limits(const uint32_t x100[3], struct par_buf *b)
{
	put_x100(x100[0], b);
	par_buf_putc(b, '-');
	put_x100(x100[1] ? x100[1] : 10000, b);
	par_buf_putc(b, ',');
	put_x100(x100[2] ? x100[2] : 10000, b);
}

static bool put_list(const struct par_strv *list, struct par_buf *b)
{
	for (size_t i = 0; i < list->n; i++)
		par_buf_printf(b, "%s%s", i ? "," : "", list->v[i]);
	return list->n > 0;
}

/* Two names share a text field: IPv6 goes with address6 and prefixlen, IPv4 with the others. */
static bool fits(const struct wpar_key *key, const char *text)
{
	if (key->kind == WPAR_KIND_ADDRESS6)
		return strchr(text, ':') != NULL;
	if (key->kind == WPAR_KIND_PREFIX)
		return !strchr(text, '.');
	if (key->kind == WPAR_KIND_ADDRESS4)
		return strchr(text, '.') != NULL;
	return true;
}

static bool put_u64(uint64_t value, const char *suffix, struct par_buf *b)
{
	if (value)
		par_buf_printf(b, "%llu%s", (unsigned long long)value, suffix);
	return value != 0;
}

bool wpar_key_format(const struct wpar_key *key, const void *record, struct par_buf *b)
{
	const void *field = (const char *)record + key->offset;
	const uint32_t *u32 = field;

	switch (key->kind) {
	case WPAR_KIND_NAME:
	case WPAR_KIND_HOSTNAME:
	case WPAR_KIND_PATH:
	case WPAR_KIND_WORD:
	case WPAR_KIND_TEXT:
	case WPAR_KIND_ADDRESS4:
	case WPAR_KIND_ADDRESS6:
	case WPAR_KIND_PREFIX:
	case WPAR_KIND_UUID:
	case WPAR_KIND_HEX64: {
		const char *text = *(char *const *)field;

		if (!text || !fits(key, text))
			return false;
		par_buf_puts(b, text);
		return true;
	}
	case WPAR_KIND_TYPE:
		par_buf_puts(b, *(const enum wpar_type *)field == WPAR_SYSTEM ? "S" : "A");
		return true;
	case WPAR_KIND_BOOL:
		par_buf_puts(b, *(const bool *)field ? "yes" : "no");
		return true;
	case WPAR_KIND_MARK:
		if (*(const bool *)field)
			par_buf_puts(b, "yes");
		return *(const bool *)field;
	case WPAR_KIND_NOT:
		par_buf_puts(b, *(const bool *)field ? "no" : "yes");
		return true;
	case WPAR_KIND_U32:
	case WPAR_KIND_SHARES:
		return put_u64(*u32, "", b);
	case WPAR_KIND_COUNT:
	case WPAR_KIND_BYTES:
		return put_u64(*(const uint64_t *)field, "", b);
	case WPAR_KIND_MIB:
		return put_u64(*(const uint64_t *)field, "M", b);
	case WPAR_KIND_PERCENT:
		return put_u64(*u32, "%", b);
	case WPAR_KIND_LIMITS:
		if (!u32[0] && !u32[1] && !u32[2])
			return false;
		wpar_format_limits(u32, b);
		return true;
	case WPAR_KIND_LIST:
		return put_list(field, b);
	}
	return false;
}

static void *grow(void *list, size_t *n, size_t size)
{
	char *v;

	if (*n >= MAX_RECORDS)
		return NULL;
	v = reallocarray(*(void **)list, *n + 1, size);
	if (!v)
		return NULL;
	*(void **)list = v;
	memset(v + *n * size, 0, size);
	return v + (*n)++ * size;
}

void *wpar_record_add(struct wpar_spec *s, enum wpar_stanza stanza)
{
	switch (stanza) {
	case WPAR_STANZA_NETWORK:
		return grow(&s->addresses, &s->n_addresses, sizeof(*s->addresses));
	case WPAR_STANZA_ROUTE:
		return grow(&s->routes, &s->n_routes, sizeof(*s->routes));
	case WPAR_STANZA_MOUNT:
		return grow(&s->mounts, &s->n_mounts, sizeof(*s->mounts));
	case WPAR_STANZA_DEVICE:
		return grow(&s->devices, &s->n_devices, sizeof(*s->devices));
	case WPAR_STANZA_KEXT:
		return grow(&s->kexts, &s->n_kexts, sizeof(*s->kexts));
	case WPAR_STANZA_GENERAL:
	case WPAR_STANZA_RESOURCES:
	case WPAR_STANZA_SECURITY:
	case WPAR_STANZA_VERSIONED:
	case WPAR_STANZA_COUNT:
		break;
	}
	return wpar_record_get(s, stanza, 0);
}

void *wpar_record_get(const struct wpar_spec *spec, enum wpar_stanza stanza, size_t i)
{
	struct wpar_spec *s = (struct wpar_spec *)spec;

	switch (stanza) {
	case WPAR_STANZA_GENERAL:
	case WPAR_STANZA_SECURITY:
		return i == 0 ? s : NULL;
	case WPAR_STANZA_RESOURCES:
		return i == 0 ? &s->resources : NULL;
	case WPAR_STANZA_VERSIONED:
		return i == 0 ? &s->version : NULL;
	case WPAR_STANZA_NETWORK:
		return i < s->n_addresses ? &s->addresses[i] : NULL;
	case WPAR_STANZA_ROUTE:
		return i < s->n_routes ? &s->routes[i] : NULL;
	case WPAR_STANZA_MOUNT:
		return i < s->n_mounts ? &s->mounts[i] : NULL;
	case WPAR_STANZA_DEVICE:
		return i < s->n_devices ? &s->devices[i] : NULL;
	case WPAR_STANZA_KEXT:
		return i < s->n_kexts ? &s->kexts[i] : NULL;
	case WPAR_STANZA_COUNT:
		break;
	}
	return NULL;
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
