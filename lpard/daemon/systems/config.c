/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration file: see config.h. */
#include "lpard/daemon/systems/config.h"
#include "lpard/common/field.h"
#include "lpard/common/fs.h"

#include <stddef.h>
#include <string.h>

#define MAX_FILE    (1024 * 1024)
#define MAX_SYSTEMS 256

static const char *const level_words[] = {
	[PAR_LOG_ERR] = "error", [PAR_LOG_WARNING] = "warning", [PAR_LOG_NOTICE] = "notice",
	[PAR_LOG_INFO] = "info", [PAR_LOG_DEBUG] = "debug",
};
static const char *const accel_words[] = {
	[LPAR_CONFIG_ACCEL_AUTO] = "auto",
	[LPAR_CONFIG_ACCEL_TCG] = "tcg",
	[LPAR_CONFIG_ACCEL_KVM] = "kvm",
};

static bool is_path(const char *text)
{
	return text[0] == '/';
}

/* The name of a user group, of an image, or of an object of libvirt's. */
static bool is_plain_name(const char *text)
{
	return !strpbrk(text, " \t/\"'") && text[0] != '-';
}

/* A system's name is typed on command lines, and therefore kept plain. */
static bool is_system(const char *text)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-_.";
	size_t len = strlen(text);

	return len > 0 && len <= 63 && text[0] != '-' && strspn(text, allowed) == len;
}

struct setting {
	struct par_field field;
	const char *preset; /* NULL: not set unless the file sets it */
};

/* OF is the struct of the rows that follow. */
#define ROW(type_, member, c_type)                              \
	.field.name = #member, .field.type = PAR_FIELD_##type_, \
	.field.offset = PAR_OFFSET(OF, member, c_type)
#define TEXT(member, ...)                               \
	{                                               \
		ROW(STR, member, char *), ##__VA_ARGS__ \
	}
#define A_PATH		  .field.valid = is_path, .field.must_be = "an absolute path"
#define PATH(member, ...) TEXT(member, A_PATH, ##__VA_ARGS__)
#define NAME(member, ...)                                                                   \
	TEXT(member, .field.valid = is_plain_name,                                          \
	     .field.must_be = "a name without blanks, quotes, slashes and a dash in front", \
	     ##__VA_ARGS__)
#define LIST(member, ...)                                         \
	{                                                         \
		ROW(LIST, member, struct par_strv), ##__VA_ARGS__ \
	}
#define WORD(member, words_, ...)                                                           \
	{                                                                                   \
		.field.name = #member, .field.type = PAR_FIELD_WORD, .field.words = words_, \
		.field.offset = PAR_OFFSET_ENUM(OF, member),                                \
		.field.n_words = PAR_ARRAY_SIZE(words_), ##__VA_ARGS__                      \
	}
#define NUMBER(member, min_, max_, preset_)                                       \
	{                                                                         \
		ROW(U64, member, uint64_t), .field.min = min_, .field.max = max_, \
					    .preset = preset_                     \
	}

#define OF struct lpar_config
static const struct setting settings[] = {
	PATH(socket, .preset = LPAR_CONFIG_SOCKET),
	NAME(group, .preset = "lpard"),
	NAME(read_group),
	PATH(log),
	PATH(journal),
	WORD(log_level, level_words, .preset = "info"),
	LIST(images, .field.separators = " \t", A_PATH, .preset = "/var/lib/lpard/images"),
	NAME(default_image),
	PATH(media),
	NUMBER(disk_mib, 0, 16 * 1024 * 1024, NULL),
	NUMBER(max_clients, 1, 100000, "1024"),
	NUMBER(shutdown_wait_s, 1, 86400, "300"),
	/* These satisfy clients that read one digit and those that want a Service Pack number. */
	TEXT(hmc_version, .preset = "9"),
	TEXT(hmc_release, .preset = "2"),
	TEXT(hmc_service_pack, .preset = "951"),
	TEXT(hmc_build, .preset = "2008200352"),
	TEXT(hmc_base_version, .preset = "V9R2"),
	LIST(hmc_fixes),
};
#undef OF
#define OF struct lpar_config_system
static const struct setting system_settings[] = {
	TEXT(uri, .preset = "qemu:///system"),
	NAME(pool),
	PATH(pool_path),
	NAME(network),
	NAME(type_model),
	NAME(serial),
	TEXT(description),
	WORD(accel, accel_words),
};
static const struct setting system_name = {
	.field.name = "[system]",
	.field.type = PAR_FIELD_STR,
	.field.offset = PAR_OFFSET(OF, name, char *),
	.field.valid = is_system,
	.field.must_be = "at most 63 letters, digits, dashes, dots and underscores, and not begin "
			 "with a dash",
};
#undef OF

static void free_all(const struct setting *s, size_t n, void *object)
{
	for (size_t i = 0; i < n; i++)
		par_field_free(&s[i].field, object);
}

static int preset_all(const struct setting *s, size_t n, void *object)
{
	auto_buf why = { 0 };

	for (size_t i = 0; i < n; i++) {
		if (s[i].preset && par_field_parse(&s[i].field, object, s[i].preset, &why) < 0)
			return -ENOMEM;
	}
	return 0;
}

void lpar_config_done(struct lpar_config *c)
{
	free_all(settings, PAR_ARRAY_SIZE(settings), c);
	for (size_t i = 0; i < c->n_systems; i++) {
		free_all(&system_name, 1, &c->systems[i]);
		free_all(system_settings, PAR_ARRAY_SIZE(system_settings), &c->systems[i]);
	}
	free(c->systems);
	*c = (struct lpar_config){ 0 };
}

/* The place in a file that a message is about. */
struct place {
	const char *path;
	unsigned int line;
};

#define bad(at, err, fmt, ...)                                                          \
	par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "%s:%u: " fmt, (at)->path, (at)->line, \
		 ##__VA_ARGS__)

static int set_from_line(const struct setting *s, void *object, const char *value,
			 const struct place *at, struct par_error **err)
{
	auto_buf why = { 0 };
	int r;

	if (*value == '\0')
		return bad(at, err, "\"%s\" has no value", s->field.name);
	r = par_field_parse(&s->field, object, value, &why);
	if (r == -ENOMEM)
		return par_oom(err);
	if (r < 0)
		return bad(at, err, "\"%s\" cannot be \"%s\". %s", s->field.name, value, why.data);
	return 0;
}

static int add_system(struct lpar_config *c, const char *name, const struct place *at,
		      struct par_error **err)
{
	struct lpar_config_system *v;

	for (size_t i = 0; i < c->n_systems; i++) {
		if (strcmp(c->systems[i].name, name) == 0)
			return bad(at, err, "the system \"%s\" is there twice", name);
	}
	if (c->n_systems == MAX_SYSTEMS)
		return bad(at, err, "there are more than %d systems", MAX_SYSTEMS);
	v = reallocarray(c->systems, c->n_systems + 1, sizeof(*c->systems));
	if (!v)
		return par_oom(err);
	c->systems = v;
	v += c->n_systems++;
	*v = (struct lpar_config_system){ 0 };
	if (preset_all(system_settings, PAR_ARRAY_SIZE(system_settings), v) < 0)
		return par_oom(err);
	return set_from_line(&system_name, v, name, at, err);
}

/* `[system NAME]`: the section that follows */
static int start_section(struct lpar_config *c, char *line, const struct place *at,
			 struct par_error **err)
{
	size_t len = strlen(line);

	if (line[len - 1] != ']' || !par_starts_with(line, "[system") ||
	    (line[7] != ' ' && line[7] != '\t'))
		return bad(at, err, "a section is written [system NAME]");
	line[len - 1] = '\0';
	return add_system(c, par_trim(line + 7), at, err);
}

static int parse_line(struct lpar_config *c, char *line, const struct place *at,
		      struct par_error **err)
{
	const struct setting *s = c->n_systems ? system_settings : settings;
	size_t n = c->n_systems ? PAR_ARRAY_SIZE(system_settings) : PAR_ARRAY_SIZE(settings);
	void *object = c->n_systems ? (void *)&c->systems[c->n_systems - 1] : (void *)c;
	char *value, *name;

	line = par_trim(line);
	if (*line == '\0' || *line == '#')
		return 0;
	if (!par_printable(line) && !strchr(line, '\t'))
		return bad(at, err, "there is a character that is not printable ASCII");
	if (*line == '[')
		return start_section(c, line, at, err);
	value = strchr(line, '=');
	if (!value)
		return bad(at, err, "this is neither \"key = value\" nor \"[system NAME]\"");
	*value++ = '\0';
	name = par_trim(line);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(s[i].field.name, name) == 0)
			return set_from_line(&s[i], object, par_trim(value), at, err);
	}
	return bad(at, err, "\"%s\" is no setting %s", name,
		   c->n_systems ? "of a system" : "(settings of lpard stand before the systems)");
}

/* Without a section there is one system, which is called like the machine. */
static int add_default_system(struct lpar_config *c, const char *hostname, const struct place *at,
			      struct par_error **err)
{
	int r;

	if (c->n_systems > 0)
		return 0;
	r = add_system(c, hostname, at, err);
	if (r < 0)
		par_error_wrap(err, "the host's name cannot be a system's: write a [system NAME] "
				    "section");
	return r;
}

int lpar_config_parse(const char *text, const char *path, const char *hostname,
		      struct lpar_config *ret, struct par_error **err)
{
	struct place at = { .path = path };
	auto_config c = { 0 };
	autofree char *copy = strdup(text);
	char *next = copy;
	int r;

	if (!copy || preset_all(settings, PAR_ARRAY_SIZE(settings), &c) < 0)
		return par_oom(err);
	while (next) {
		char *line = strsep(&next, "\n");

		at.line++;
		r = parse_line(&c, line, &at, err);
		if (r < 0)
			return r;
	}
	r = add_default_system(&c, hostname, &at, err);
	if (r < 0)
		return r;
	*ret = c;
	c = (struct lpar_config){ 0 };
	return 0;
}

static int read_file(const char *path, struct par_buf *b, struct par_error **err)
{
	int r = par_fs_read(path, MAX_FILE, b);

	if (r == -ENOENT)
		return par_fail(err, PAR_E_NOT_FOUND, 0, "there is no configuration file \"%s\"",
				path);
	if (r == -EINVAL || r == -EFBIG || (r == 0 && memchr(b->data, '\0', b->len)))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "\"%s\" is no configuration file",
				path);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, -r, "could not read \"%s\"", path);
	return 0;
}

int lpar_config_load(const char *path, struct lpar_config *ret, struct par_error **err)
{
	const char *from = path ? path : LPAR_CONFIG_PATH;
	char hostname[65] = "";
	auto_buf text = { 0 };
	int r = read_file(from, &text, err);

	if (r == -ENOENT && !path)
		par_error_free(err);
	else if (r < 0)
		return r;
	if (gethostname(hostname, sizeof(hostname) - 1) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not get the host's name");
	hostname[strcspn(hostname, ".")] = '\0';
	return lpar_config_parse(text.data ? text.data : "", from, hostname, ret, err);
}
