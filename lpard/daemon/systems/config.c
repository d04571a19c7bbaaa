/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration file: see config.h. */
#include "lpard/daemon/systems/config.h"

#include <fcntl.h>
#include <stddef.h>
#include <string.h>

#define MAX_FILE    (1024 * 1024)
#define MAX_SYSTEMS 256

enum kind {
	KIND_TEXT,
	KIND_PATH,
	KIND_NAME,
	KIND_PATHS,
	KIND_TEXTS,
	KIND_U64,
	KIND_ACCEL,
	KIND_LEVEL
};

struct key {
	const char *name;
	enum kind kind;
	size_t offset;
	uint64_t min, max; /* KIND_U64 */
};

#define GLOBAL(name, kind, ...)                                                \
	{                                                                      \
#name, kind, offsetof(struct lpar_config, name), ##__VA_ARGS__ \
	}
#define SYSTEM(name, kind)                                             \
	{                                                              \
#name, kind, offsetof(struct lpar_config_system, name) \
	}

static const struct key global_keys[] = {
	GLOBAL(socket, KIND_PATH),
	GLOBAL(group, KIND_NAME),
	GLOBAL(read_group, KIND_NAME),
	GLOBAL(log, KIND_PATH),
	GLOBAL(log_level, KIND_LEVEL),
	GLOBAL(images, KIND_PATHS),
	GLOBAL(default_image, KIND_NAME),
	GLOBAL(media, KIND_PATH),
	GLOBAL(disk_mib, KIND_U64, 0, 16 * 1024 * 1024),
	GLOBAL(max_clients, KIND_U64, 1, 100000),
	GLOBAL(shutdown_wait_s, KIND_U64, 1, 86400),
	GLOBAL(hmc_version, KIND_TEXT),
	GLOBAL(hmc_release, KIND_TEXT),
	GLOBAL(hmc_service_pack, KIND_TEXT),
	GLOBAL(hmc_build, KIND_TEXT),
	GLOBAL(hmc_base_version, KIND_TEXT),
	GLOBAL(hmc_fixes, KIND_TEXTS),
};

static const struct key system_keys[] = {
	SYSTEM(uri, KIND_TEXT),		SYSTEM(pool, KIND_NAME),       SYSTEM(pool_path, KIND_PATH),
	SYSTEM(network, KIND_NAME),	SYSTEM(type_model, KIND_NAME), SYSTEM(serial, KIND_NAME),
	SYSTEM(description, KIND_TEXT), SYSTEM(accel, KIND_ACCEL),
};

static void system_done(struct lpar_config_system *s)
{
	free(s->name);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(system_keys); i++) {
		if (system_keys[i].kind != KIND_ACCEL)
			free(*(char **)(void *)((char *)s + system_keys[i].offset));
	}
	*s = (struct lpar_config_system){ 0 };
}

void lpar_config_done(struct lpar_config *c)
{
	for (size_t i = 0; i < PAR_ARRAY_SIZE(global_keys); i++) {
		void *at = (char *)c + global_keys[i].offset;

		switch (global_keys[i].kind) {
		case KIND_TEXT:
		case KIND_PATH:
		case KIND_NAME:
			free(*(char **)at);
			break;
		case KIND_PATHS:
		case KIND_TEXTS:
			par_strv_done(at);
			break;
		case KIND_U64:
		case KIND_ACCEL:
		case KIND_LEVEL:
			break;
		}
	}
	for (size_t i = 0; i < c->n_systems; i++)
		system_done(&c->systems[i]);
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

static int set_list(const struct key *k, struct par_strv *l, char *value, const struct place *at,
		    struct par_error **err)
{
	char *word, *rest = NULL;
	const char *separators = k->kind == KIND_PATHS ? " \t" : ",";

	par_strv_done(l);
	for (word = strtok_r(value, separators, &rest); word;
	     word = strtok_r(NULL, separators, &rest)) {
		word = par_trim(word);
		if (k->kind == KIND_PATHS && word[0] != '/')
			return bad(at, err, "\"%s\" must be absolute paths", k->name);
		if (*word && par_strv_add(l, word) < 0)
			return par_oom(err);
	}
	return 0;
}

static int set_word(const struct key *k, int *ret, const char *value, const struct place *at,
		    struct par_error **err)
{
	static const struct {
		enum kind kind;
		const char *word;
		int value;
	} words[] = {
		{ KIND_ACCEL, "auto", LPAR_CONFIG_ACCEL_AUTO },
		{ KIND_ACCEL, "tcg", LPAR_CONFIG_ACCEL_TCG },
		{ KIND_ACCEL, "kvm", LPAR_CONFIG_ACCEL_KVM },
		{ KIND_LEVEL, "error", PAR_LOG_ERR },
		{ KIND_LEVEL, "warning", PAR_LOG_WARNING },
		{ KIND_LEVEL, "notice", PAR_LOG_NOTICE },
		{ KIND_LEVEL, "info", PAR_LOG_INFO },
		{ KIND_LEVEL, "debug", PAR_LOG_DEBUG },
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(words); i++) {
		if (words[i].kind == k->kind && strcmp(words[i].word, value) == 0) {
			*ret = words[i].value;
			return 0;
		}
	}
	return bad(at, err, "\"%s\" cannot be \"%s\"", k->name, value);
}

static int set_text(const struct key *k, char **ret, const char *value, const struct place *at,
		    struct par_error **err)
{
	if (k->kind == KIND_PATH && value[0] != '/')
		return bad(at, err, "\"%s\" must be an absolute path", k->name);
	if (k->kind == KIND_NAME && (strpbrk(value, " \t/\"'") || value[0] == '-'))
		return bad(at, err, "\"%s\" is no valid name for \"%s\"", value, k->name);
	free(*ret);
	*ret = strdup(value);
	return *ret ? 0 : par_oom(err);
}

static int set(const struct key *k, void *base, char *value, const struct place *at,
	       struct par_error **err)
{
	void *field = (char *)base + k->offset;
	uint64_t n;

	if (*value == '\0')
		return bad(at, err, "\"%s\" has no value", k->name);
	switch (k->kind) {
	case KIND_TEXT:
	case KIND_PATH:
	case KIND_NAME:
		return set_text(k, field, value, at, err);
	case KIND_PATHS:
	case KIND_TEXTS:
		return set_list(k, field, value, at, err);
	case KIND_ACCEL:
	case KIND_LEVEL:
		return set_word(k, field, value, at, err);
	case KIND_U64:
		if (par_parse_u64(value, k->max, &n) < 0 || n < k->min)
			return bad(at, err, "\"%s\" must be %llu to %llu", k->name,
				   (unsigned long long)k->min, (unsigned long long)k->max);
		*(uint64_t *)field = n;
		return 0;
	}
	return 0;
}

static struct lpar_config_system *add_system(struct lpar_config *c)
{
	struct lpar_config_system *v =
		reallocarray(c->systems, c->n_systems + 1, sizeof(*c->systems));

	if (!v)
		return NULL;
	c->systems = v;
	v[c->n_systems] = (struct lpar_config_system){ 0 };
	return &v[c->n_systems++];
}

/* A system's name is typed on command lines: keep it plain. */
static bool system_name_valid(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-_.";
	size_t len = strlen(name);

	return len > 0 && len <= 63 && name[0] != '-' && strspn(name, allowed) == len;
}

/* `[system NAME]`: the section that follows */
static int start_section(struct lpar_config *c, char *line, const struct place *at,
			 struct par_error **err)
{
	struct lpar_config_system *s;
	size_t len = strlen(line);
	char *name;

	if (line[len - 1] != ']' || !par_starts_with(line, "[system") ||
	    (line[7] != ' ' && line[7] != '\t'))
		return bad(at, err, "a section is written [system NAME]");
	line[len - 1] = '\0';
	name = par_trim(line + 7);
	if (!system_name_valid(name))
		return bad(at, err, "\"%s\" is no valid name of a system", name);
	for (size_t i = 0; i < c->n_systems; i++) {
		if (strcmp(c->systems[i].name, name) == 0)
			return bad(at, err, "the system \"%s\" is there twice", name);
	}
	if (c->n_systems == MAX_SYSTEMS)
		return bad(at, err, "there are more than %d systems", MAX_SYSTEMS);
	s = add_system(c);
	if (!s || !(s->name = strdup(name)) || !(s->uri = strdup("qemu:///system")))
		return par_oom(err);
	return 0;
}

static int parse_line(struct lpar_config *c, char *line, const struct place *at,
		      struct par_error **err)
{
	const struct key *keys = c->n_systems ? system_keys : global_keys;
	size_t n = c->n_systems ? PAR_ARRAY_SIZE(system_keys) : PAR_ARRAY_SIZE(global_keys);
	void *base = c->n_systems ? (void *)&c->systems[c->n_systems - 1] : (void *)c;
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
		if (strcmp(keys[i].name, name) == 0)
			return set(&keys[i], base, par_trim(value), at, err);
	}
	return bad(at, err, "\"%s\" is no setting %s", name,
		   c->n_systems ? "of a system" : "(settings of lpard stand before the systems)");
}

static int set_default(char **field, const char *value)
{
	*field = strdup(value);
	return *field ? 0 : -ENOMEM;
}

static int set_defaults(struct lpar_config *c)
{
	int r = 0;

	c->log_level = PAR_LOG_INFO;
	c->max_clients = 1024;
	c->shutdown_wait_s = 300;
	r = r ? r : set_default(&c->socket, "/run/lpard/lpard.sock");
	r = r ? r : set_default(&c->group, "lpard");
	/* Satisfies clients that read one digit and those that want a Service Pack number. */
	r = r ? r : set_default(&c->hmc_version, "9");
	r = r ? r : set_default(&c->hmc_release, "2");
	r = r ? r : set_default(&c->hmc_service_pack, "951");
	r = r ? r : set_default(&c->hmc_build, "2008200352");
	r = r ? r : set_default(&c->hmc_base_version, "V9R2");
	r = r ? r : par_strv_add(&c->images, "/var/lib/lpard/images");
	return r;
}

static int finish(struct lpar_config *c, const char *hostname, const struct place *at,
		  struct par_error **err)
{
	struct lpar_config_system *s;

	if (c->n_systems > 0)
		return 0;
	s = add_system(c);
	if (!system_name_valid(hostname))
		return bad(at, err,
			   "the host's name \"%s\" is no valid name of a system: write a "
			   "[system NAME] section",
			   hostname);
	if (!s || !(s->name = strdup(hostname)) || !(s->uri = strdup("qemu:///system")))
		return par_oom(err);
	return 0;
}

int lpar_config_parse(const char *text, const char *path, const char *hostname,
		      struct lpar_config *ret, struct par_error **err)
{
	struct place at = { .path = path };
	auto_config c = { 0 };
	autofree char *copy = strdup(text);
	char *next = copy;
	int r;

	if (!copy || set_defaults(&c) < 0)
		return par_oom(err);
	while (next) {
		char *line = strsep(&next, "\n");

		at.line++;
		r = parse_line(&c, line, &at, err);
		if (r < 0)
			return r;
	}
	r = finish(&c, hostname, &at, err);
	if (r < 0)
		return r;
	*ret = c;
	c = (struct lpar_config){ 0 };
	return 0;
}

static int read_file(const char *path, struct par_buf *b, struct par_error **err)
{
	autofd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	char data[4096];

	if (fd < 0)
		return errno == ENOENT
			       ? par_fail(err, PAR_E_NOT_FOUND, 0,
					  "there is no configuration file \"%s\"", path)
			       : par_fail(err, PAR_E_SYSTEM, errno, "could not open \"%s\"", path);
	for (;;) {
		ssize_t n = read(fd, data, sizeof(data));

		if (n < 0)
			return par_fail(err, PAR_E_SYSTEM, errno, "could not read \"%s\"", path);
		if (n == 0)
			break;
		if (memchr(data, '\0', (size_t)n) || b->len > MAX_FILE)
			return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
					"\"%s\" is no configuration file", path);
		if (par_buf_put(b, data, (size_t)n) < 0)
			return par_oom(err);
	}
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
