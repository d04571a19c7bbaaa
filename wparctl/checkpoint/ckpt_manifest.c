/* SPDX-License-Identifier: Apache-2.0 */
/* manifest.json: see ckpt_manifest.h. */
#include "wparctl/checkpoint/ckpt_manifest.h"

#include "lpard/common/hex.h"
#include "lpard/common/json.h"
#include "lpard/common/sha256.h"
#include "wparctl/checkpoint/rounds.h"
#include "wparctl/spec/spec.h"

#include <limits.h>
#include <net/if.h>
#include <string.h>

#define FILES_MOST  65536
#define MAPPED_MOST 65536
#define LINKS_MOST  64
#define SPEC_MOST   (1 << 20)
#define ID_MOST	    128 /* digits of a build-id */

void wpar_ckpt_forget_files(struct wpar_ckpt_manifest *m)
{
	for (size_t i = 0; i < m->n_files; i++) {
		free(m->files[i].name);
		free(m->files[i].sha256);
	}
	m->n_files = 0;
}

void wpar_ckpt_manifest_done(struct wpar_ckpt_manifest *m)
{
	wpar_ckpt_forget_files(m);
	for (size_t i = 0; i < m->n_mapped; i++) {
		free(m->mapped[i].path);
		free(m->mapped[i].build_id);
	}
	for (size_t i = 0; i < m->n_links; i++) {
		free(m->links[i].inner);
		free(m->links[i].outer);
	}
	free(m->files);
	free(m->mapped);
	free(m->links);
	free(m->product);
	free(m->name);
	free(m->specification);
	free(m->images);
	wpar_ckpt_groups_done(&m->groups);
	wpar_ability_done(&m->there);
	*m = (struct wpar_ckpt_manifest){ 0 };
}

/* Room for one more; a row that is half made is freed with the rest. */
static void *grow(void **rows, size_t *n, size_t size)
{
	void *more = reallocarray(*rows, *n + 1, size);

	if (!more)
		return NULL;
	*rows = more;
	return memset((char *)more + (*n)++ * size, 0, size);
}

int wpar_ckpt_add_file(struct wpar_ckpt_manifest *m, const char *name, uint64_t size,
		       const char *sha256)
{
	struct wpar_ckpt_file *f = grow((void **)&m->files, &m->n_files, sizeof(*f));

	if (!f)
		return -ENOMEM;
	f->name = strdup(name);
	f->sha256 = strdup(sha256);
	f->size = size;
	return f->name && f->sha256 ? 0 : -ENOMEM;
}

int wpar_ckpt_add_mapped(struct wpar_ckpt_manifest *m, const char *path, uint64_t size,
			 const char *build_id)
{
	struct wpar_ckpt_mapped *f = grow((void **)&m->mapped, &m->n_mapped, sizeof(*f));

	if (!f)
		return -ENOMEM;
	f->path = strdup(path);
	f->build_id = build_id ? strdup(build_id) : NULL;
	f->size = size;
	return f->path && (f->build_id || !build_id) ? 0 : -ENOMEM;
}

int wpar_ckpt_add_link(struct wpar_ckpt_manifest *m, const char *inner, const char *outer)
{
	struct wpar_ckpt_link *l = grow((void **)&m->links, &m->n_links, sizeof(*l));

	if (!l)
		return -ENOMEM;
	l->inner = strdup(inner);
	l->outer = strdup(outer);
	return l->inner && l->outer ? 0 : -ENOMEM;
}

const char *wpar_ckpt_program(const struct wpar_ckpt_manifest *m)
{
	for (size_t i = 0; i < m->n_mapped; i++) {
		if (strcmp(m->mapped[i].path, "/etc/init") == 0)
			return m->mapped[i].build_id;
	}
	return NULL;
}

static int put_number(struct json_object *o, const char *key, uint64_t v)
{
	return par_json_put(o, key, json_object_new_int64((int64_t)v));
}

static int put_flag(struct json_object *o, const char *key, bool v)
{
	return par_json_put(o, key, json_object_new_boolean(v));
}

/* Hardware capabilities are bits: people and programs compare them so. */
static int put_bits(struct json_object *o, const char *key, uint64_t v)
{
	char text[24];

	snprintf(text, sizeof(text), "%016llx", (unsigned long long)v);
	return par_json_put_string(o, key, text);
}

static int put_there(struct json_object *all, const struct wpar_ability *a)
{
	struct json_object *o = json_object_new_object();

	if (par_json_put(all, "lpar", o) < 0 || par_json_put_string(o, "host", a->host) < 0 ||
	    par_json_put_string(o, "machine", a->machine) < 0 ||
	    par_json_put_string(o, "kernel", a->kernel) < 0 ||
	    put_number(o, "page_size", a->page_size) < 0 || put_bits(o, "hwcap", a->hwcap) < 0 ||
	    put_bits(o, "hwcap2", a->hwcap2) < 0 || put_number(o, "criu", a->criu) < 0)
		return -ENOMEM;
	return put_flag(o, "time_namespaces", a->time_namespaces);
}

/* A new object at the end of @list, which owns it; NULL: no memory. */
static struct json_object *new_row(struct json_object *list)
{
	struct json_object *o = json_object_new_object();

	if (!o || json_object_array_add(list, o) < 0) {
		json_object_put(o);
		return NULL;
	}
	return o;
}

static int put_files(struct json_object *all, const struct wpar_ckpt_manifest *m)
{
	struct json_object *list = json_object_new_array();

	if (par_json_put(all, "files", list) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < m->n_files; i++) {
		struct json_object *o = new_row(list);

		if (par_json_put_string(o, "name", m->files[i].name) < 0 ||
		    put_number(o, "size", m->files[i].size) < 0 ||
		    par_json_put_string(o, "sha256", m->files[i].sha256) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int put_mapped(struct json_object *all, const struct wpar_ckpt_manifest *m)
{
	struct json_object *list = json_object_new_array();

	if (par_json_put(all, "mapped", list) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < m->n_mapped; i++) {
		struct json_object *o = new_row(list);

		if (par_json_put_string(o, "path", m->mapped[i].path) < 0 ||
		    put_number(o, "size", m->mapped[i].size) < 0 ||
		    (m->mapped[i].build_id &&
		     par_json_put_string(o, "build_id", m->mapped[i].build_id) < 0))
			return -ENOMEM;
	}
	return 0;
}

static int put_links(struct json_object *all, const struct wpar_ckpt_manifest *m)
{
	struct json_object *list = json_object_new_array();

	if (par_json_put(all, "links", list) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < m->n_links; i++) {
		struct json_object *o = new_row(list);

		if (par_json_put_string(o, "inside", m->links[i].inner) < 0 ||
		    par_json_put_string(o, "outside", m->links[i].outer) < 0)
			return -ENOMEM;
	}
	return 0;
}

int wpar_ckpt_manifest_print(const struct wpar_ckpt_manifest *m, struct par_buf *out)
{
	auto_json o = json_object_new_object();
	const char *text;

	if (!o || put_number(o, "format", WPAR_CKPT_FORMAT) < 0 ||
	    par_json_put_string(o, "product", m->product) < 0 ||
	    par_json_put_string(o, "name", m->name) < 0 ||
	    par_json_put_string(o, "images", m->images) < 0 ||
	    put_number(o, "generation", m->generation) < 0 ||
	    put_number(o, "taken_ms", m->taken_ms) < 0 ||
	    put_number(o, "boottime_ms", m->boottime_ms) < 0 ||
	    put_number(o, "rounds", m->rounds) < 0 ||
	    put_number(o, "frozen_us", m->frozen_us) < 0 || put_flag(o, "ended", m->ended) < 0 ||
	    put_there(o, &m->there) < 0 || put_links(o, m) < 0 || put_mapped(o, m) < 0 ||
	    put_files(o, m) < 0 || wpar_ckpt_groups_put(o, &m->groups) < 0 ||
	    par_json_put_string(o, "specification", m->specification) < 0)
		return -ENOMEM;
	text = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY |
							 JSON_C_TO_STRING_NOSLASHESCAPE);
	if (!text)
		return -ENOMEM;
	par_buf_puts(out, text);
	return par_buf_putc(out, '\n');
}

/* A copy of a member of @o, with at most @max bytes. */
static int get_text(struct json_object *o, const char *key, size_t max, char **ret,
		    struct par_error **err)
{
	const char *text = NULL;
	int r = par_json_string(o, key, true, &text, err);

	if (r < 0)
		return r;
	if (strlen(text) > max)
		return par_fail(err, PAR_E_CORRUPT, 0, "'%s' is longer than %zu bytes", key, max);
	*ret = strdup(text);
	return *ret ? 0 : par_oom(err);
}

static int get_word(struct json_object *o, const char *key, size_t max, char **ret,
		    struct par_error **err)
{
	int r = get_text(o, key, max, ret, err);

	if (r == 0 && (!**ret || !par_printable(*ret)))
		return par_fail(err, PAR_E_CORRUPT, 0, "'%s' is not a word", key);
	return r;
}

/* The name of a file in a folder, and nothing that would lead out of it. */
static int get_plain(struct json_object *o, const char *key, char **ret, struct par_error **err)
{
	int r = get_word(o, key, NAME_MAX, ret, err);

	if (r == 0 && (strchr(*ret, '/') || (*ret)[0] == '.'))
		return par_fail(err, PAR_E_CORRUPT, 0, "'%s' is not the plain name of a file", key);
	return r;
}

static int get_hex(struct json_object *o, const char *key, size_t min, size_t max, char **ret,
		   struct par_error **err)
{
	int r = get_word(o, key, max, ret, err);

	if (r == 0 && (strlen(*ret) < min || strlen(*ret) % 2 || !par_hex_is(*ret, strlen(*ret))))
		return par_fail(err, PAR_E_CORRUPT, 0, "'%s' is not in hexadecimal", key);
	return r;
}

static int get_bits(struct json_object *o, const char *key, uint64_t *ret, struct par_error **err)
{
	autofree char *text = NULL;
	int r = get_hex(o, key, 16, 16, &text, err);

	if (r == 0)
		*ret = strtoull(text, NULL, 16);
	return r;
}

static int get_there(struct json_object *all, struct wpar_ability *a, struct par_error **err)
{
	static const char *const known[] = { "host",	  "machine",	     "kernel",
					     "page_size", "hwcap",	     "hwcap2",
					     "criu",	  "time_namespaces", NULL };
	struct json_object *o = NULL;
	uint64_t criu = 0;
	int r = par_json_object(all, "lpar", true, &o, err);

	if (r < 0)
		return r;
	r = par_json_only(o, known, err);
	if (r < 0)
		return r;
	r = get_word(o, "host", 255, &a->host, err);
	if (r < 0)
		return r;
	r = get_word(o, "machine", 64, &a->machine, err);
	if (r < 0)
		return r;
	r = get_word(o, "kernel", 64, &a->kernel, err);
	if (r < 0)
		return r;
	r = par_json_u64(o, "page_size", true, 1 << 24, &a->page_size, err);
	if (r < 0)
		return r;
	r = get_bits(o, "hwcap", &a->hwcap, err);
	if (r < 0)
		return r;
	r = get_bits(o, "hwcap2", &a->hwcap2, err);
	if (r < 0)
		return r;
	r = par_json_u64(o, "criu", true, 9999999, &criu, err);
	a->criu = (unsigned int)criu;
	return r < 0 ? r : par_json_bool(o, "time_namespaces", true, &a->time_namespaces, err);
}

/* One of a list's; par_json_array() has seen that there are not too many. */
static int get_row(struct json_object *list, size_t i, const char *const *known,
		   struct json_object **ret, struct par_error **err)
{
	*ret = json_object_array_get_idx(list, i);
	if (!json_object_is_type(*ret, json_type_object))
		return par_fail(err, PAR_E_CORRUPT, 0, "a list has something else in it");
	return par_json_only(*ret, known, err);
}

static bool is_plain(const char *name)
{
	return *name && *name != '.' && !strchr(name, '/');
}

/* "core-1.img", or of one of the rounds "pre.2/pages-1.img" */
static bool is_image(const char *name, uint64_t rounds)
{
	const char *slash = strchr(name, '/');
	autofree char *number = NULL;
	uint64_t v;

	if (!slash || !par_starts_with(name, WPAR_CKPT_ROUND))
		return is_plain(name);
	name += strlen(WPAR_CKPT_ROUND);
	number = strndup(name, (size_t)(slash - name));
	return number && *number != '0' && par_parse_u64(number, rounds, &v) == 0 && v > 0 &&
	       is_plain(slash + 1);
}

static int get_file(struct json_object *o, uint64_t rounds, struct wpar_ckpt_file *f,
		    struct par_error **err)
{
	const size_t digits = PAR_SHA256_TEXT - 1;
	int r = get_word(o, "name", NAME_MAX, &f->name, err);

	if (r < 0)
		return r;
	if (!is_image(f->name, rounds))
		return par_fail(err, PAR_E_CORRUPT, 0, "'name' is not the plain name of a file");

	r = par_json_u64(o, "size", true, INT64_MAX, &f->size, err);
	return r < 0 ? r : get_hex(o, "sha256", digits, digits, &f->sha256, err);
}

static int get_files(struct json_object *all, struct wpar_ckpt_manifest *m, struct par_error **err)
{
	static const char *const known[] = { "name", "size", "sha256", NULL };
	struct json_object *list = NULL, *o;
	int r = par_json_array(all, "files", true, FILES_MOST, &list, err);

	for (size_t i = 0, n = r < 0 ? 0 : json_object_array_length(list); i < n; i++) {
		struct wpar_ckpt_file *f;

		r = get_row(list, i, known, &o, err);
		if (r < 0)
			return r;
		f = grow((void **)&m->files, &m->n_files, sizeof(*f));
		if (!f)
			return par_oom(err);
		r = get_file(o, m->rounds, f, err);
		if (r < 0)
			return r;
	}
	return r;
}

static int get_one_mapped(struct json_object *o, struct wpar_ckpt_mapped *f, struct par_error **err)
{
	struct json_object *id = NULL;
	int r = get_word(o, "path", PATH_MAX, &f->path, err);

	if (r < 0)
		return r;
	if (f->path[0] != '/')
		return par_fail(err, PAR_E_CORRUPT, 0, "'path' is not absolute");
	r = par_json_u64(o, "size", true, INT64_MAX, &f->size, err);
	if (r < 0 || !json_object_object_get_ex(o, "build_id", &id))
		return r;
	return get_hex(o, "build_id", 2, ID_MOST, &f->build_id, err);
}

static int get_mapped(struct json_object *all, struct wpar_ckpt_manifest *m, struct par_error **err)
{
	static const char *const known[] = { "path", "size", "build_id", NULL };
	struct json_object *list = NULL, *o;
	int r = par_json_array(all, "mapped", true, MAPPED_MOST, &list, err);

	for (size_t i = 0, n = r < 0 ? 0 : json_object_array_length(list); i < n; i++) {
		struct wpar_ckpt_mapped *f;

		r = get_row(list, i, known, &o, err);
		if (r < 0)
			return r;
		f = grow((void **)&m->mapped, &m->n_mapped, sizeof(*f));
		if (!f)
			return par_oom(err);
		r = get_one_mapped(o, f, err);
		if (r < 0)
			return r;
	}
	return r;
}

static int get_links(struct json_object *all, struct wpar_ckpt_manifest *m, struct par_error **err)
{
	static const char *const known[] = { "inside", "outside", NULL };
	struct json_object *list = NULL, *o;
	int r = par_json_array(all, "links", true, LINKS_MOST, &list, err);

	for (size_t i = 0, n = r < 0 ? 0 : json_object_array_length(list); i < n; i++) {
		struct wpar_ckpt_link *l;

		r = get_row(list, i, known, &o, err);
		if (r < 0)
			return r;
		l = grow((void **)&m->links, &m->n_links, sizeof(*l));
		if (!l)
			return par_oom(err);
		r = get_word(o, "inside", IF_NAMESIZE - 1, &l->inner, err);
		if (r < 0)
			return r;
		r = get_word(o, "outside", IF_NAMESIZE - 1, &l->outer, err);
		if (r < 0)
			return r;
	}
	return r;
}

static int get_head(struct json_object *o, struct wpar_ckpt_manifest *m, struct par_error **err)
{
	int r = get_word(o, "product", 64, &m->product, err);

	if (r < 0)
		return r;
	r = get_word(o, "name", WPAR_NAME_MAX, &m->name, err);
	if (r < 0)
		return r;
	r = wpar_name_check(m->name, err);
	if (r < 0)
		return r;
	r = get_plain(o, "images", &m->images, err);
	if (r < 0)
		return r;
	r = par_json_u64(o, "generation", true, INT64_MAX, &m->generation, err);
	if (r < 0)
		return r;
	r = par_json_u64(o, "taken_ms", true, INT64_MAX, &m->taken_ms, err);
	if (r < 0)
		return r;
	r = par_json_u64(o, "boottime_ms", true, INT64_MAX, &m->boottime_ms, err);
	if (r < 0)
		return r;
	r = par_json_u64(o, "rounds", true, WPAR_ROUNDS_MOST, &m->rounds, err);
	if (r < 0)
		return r;
	r = par_json_u64(o, "frozen_us", true, INT64_MAX, &m->frozen_us, err);
	if (r < 0)
		return r;
	r = par_json_bool(o, "ended", true, &m->ended, err);
	if (r < 0)
		return r;
	return get_text(o, "specification", SPEC_MOST, &m->specification, err);
}

static int get_all(struct json_object *o, struct wpar_ckpt_manifest *m, struct par_error **err)
{
	static const char *const known[] = {
		"format",	 "product",	"name",	     "images", "generation", "taken_ms",
		"ended",	 "boottime_ms", "lpar",	     "links",  "files",	     "mapped",
		"specification", "rounds",	"frozen_us", "groups", NULL
	};
	uint64_t format = 0;
	int r = par_json_u64(o, "format", true, INT64_MAX, &format, err);

	if (r < 0)
		return r;
	if (format != WPAR_CKPT_FORMAT)
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
				"it has format %llu, and this wparctl knows %d",
				(unsigned long long)format, WPAR_CKPT_FORMAT);
	r = par_json_only(o, known, err);
	if (r < 0)
		return r;
	r = get_head(o, m, err);
	if (r < 0)
		return r;
	r = get_there(o, &m->there, err);
	if (r < 0)
		return r;
	r = get_links(o, m, err);
	if (r < 0)
		return r;
	r = get_mapped(o, m, err);
	if (r < 0)
		return r;
	r = wpar_ckpt_groups_get(o, &m->groups, err);
	return r < 0 ? r : get_files(o, m, err);
}

static int parse(const char *text, size_t len, struct wpar_ckpt_manifest *m, struct par_error **err)
{
	auto_json o = NULL;
	int r = par_json_parse(text, len, &o, err);

	if (r < 0)
		return r;
	if (!json_object_is_type(o, json_type_object))
		return par_fail(err, PAR_E_CORRUPT, 0, "it is no object");
	return get_all(o, m, err);
}

int wpar_ckpt_manifest_parse(const char *text, size_t len, struct wpar_ckpt_manifest *ret,
			     struct par_error **err)
{
	auto_ckpt_manifest m = { 0 };
	auto_error why = NULL;
	int r = parse(text, len, &m, &why);

	if (r < 0 && why && (why->id == PAR_E_NO_MEMORY || why->id == PAR_E_NOT_SUPPORTED)) {
		par_error_move(err, &why);
		return r;
	}
	if (r < 0)
		return par_fail(err, PAR_E_CORRUPT, 0, "%s", par_error_text(why));
	*ret = m;
	m = (struct wpar_ckpt_manifest){ 0 };
	return 0;
}
