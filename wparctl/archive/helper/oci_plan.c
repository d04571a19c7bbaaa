/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON texts of an image layout: see oci_plan.h.  Every byte of them is foreign. */
#include "wparctl/archive/helper/oci_plan.h"

#include "lpard/common/hex.h"
#include "lpard/common/json.h"
#include "lpard/common/sha256.h"

#include <string.h>

#define MANIFESTS_MAX 256
#define NESTED_MAX    4 /* indexes in indexes */
#define STRINGS_MAX   4096

/* A file of the layout, as another one names it. */
struct descriptor {
	char digest[65];
	char name[OCI_NAME_MAX + 1];
	uint64_t size;
	bool index;
};

struct plan {
	const struct oci_texts *texts;
	const char *machine;
	struct oci_image *image;
};

void oci_image_done(struct oci_image *image)
{
	free(image->architecture);
	free(image->created);
	free(image->user);
	free(image->directory);
	par_strv_done(&image->environment);
	par_strv_done(&image->arguments);
	free(image->layers);
	*image = (struct oci_image){ 0 };
}

/* Go's names for what uname -m calls so. */
static const char *machine_of(const char *architecture)
{
	static const char *const same[][2] = {
		{ "amd64", "x86_64" },	      { "386", "i686" },      { "arm64", "aarch64" },
		{ "arm", "armv7l" },	      { "mipsle", "mipsel" }, { "mips64le", "mips64el" },
		{ "loong64", "loongarch64" },
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(same); i++) {
		if (strcmp(same[i][0], architecture) == 0)
			return same[i][1];
	}
	return architecture;
}

static int take_digest(const char *text, struct descriptor *d, struct par_error **err)
{
	if (!par_starts_with(text, "sha256:") || !par_hex_is(text + 7, 64))
		return par_fail(err, PAR_E_CORRUPT, 0,
				"it has a digest that is not one of SHA-256");
	memcpy(d->digest, text + 7, 65);
	snprintf(d->name, sizeof(d->name), "blobs/sha256/%s", d->digest);
	return 0;
}

static int take_descriptor(struct json_object *o, struct descriptor *d, struct par_error **err)
{
	const char *digest = NULL, *type = "";
	int r = par_json_string(o, "digest", true, &digest, err);

	if (r < 0)
		return r;
	r = par_json_u64(o, "size", true, INT64_MAX, &d->size, err);
	if (r < 0)
		return r;
	r = par_json_string(o, "mediaType", false, &type, err);
	if (r < 0)
		return r;
	d->index = strstr(type, "image.index") || strstr(type, "manifest.list");
	return take_digest(digest, d, err);
}

static int get_json(const struct plan *p, const char *name, const struct descriptor *d,
		    struct json_object **ret, struct par_error **err)
{
	auto_buf text = { 0 };
	char digest[65];
	struct par_sha256 sum;
	int r = p->texts->get(p->texts->user, name, OCI_TEXT_MAX, &text, err);

	if (r < 0)
		return r;
	if (d) {
		par_sha256_init(&sum);
		par_sha256_put(&sum, text.data ? text.data : "", text.len);
		par_sha256_finish(&sum, digest);
		if (text.len != d->size || strcmp(digest, d->digest) != 0)
			return par_fail(err, PAR_E_CORRUPT, 0,
					"its '%s' is not what its size and digest say", name);
	}
	r = par_json_parse(text.data ? text.data : "", text.len, ret, err);
	if (r < 0)
		par_error_wrap(err, "its '%s'", name);
	return r;
}

static int keep(char **place, const char *text, struct par_error **err)
{
	if (!text || !*text)
		return 0;
	*place = strdup(text);
	return *place ? 0 : par_oom(err);
}

/* Entrypoint, then Cmd; an empty one, or null, is as none. */
static int take_run(struct oci_image *image, struct json_object *config, struct par_error **err)
{
	const char *user = NULL, *directory = NULL;
	int r = par_json_strv(config, "Env", false, STRINGS_MAX, &image->environment, err);

	if (r < 0)
		return r;
	r = par_json_strv(config, "Entrypoint", false, STRINGS_MAX, &image->arguments, err);
	if (r < 0)
		return r;
	r = par_json_strv(config, "Cmd", false, STRINGS_MAX, &image->arguments, err);
	if (r < 0)
		return r;
	r = par_json_string(config, "User", false, &user, err);
	if (r < 0)
		return r;
	r = par_json_string(config, "WorkingDir", false, &directory, err);
	if (r < 0)
		return r;
	if (directory && *directory && *directory != '/')
		return par_fail(err, PAR_E_CORRUPT, 0, "its working directory is not absolute");
	r = keep(&image->user, user, err);
	return r < 0 ? r : keep(&image->directory, directory, err);
}

static int take_system(struct oci_image *image, struct json_object *o, struct par_error **err)
{
	const char *architecture = NULL, *os = NULL, *created = NULL;
	int r = par_json_string(o, "architecture", true, &architecture, err);

	if (r < 0)
		return r;
	r = par_json_string(o, "os", true, &os, err);
	if (r < 0)
		return r;
	r = par_json_string(o, "created", false, &created, err);
	if (r < 0)
		return r;
	if (strcmp(os, "linux") != 0)
		return par_fail(err, PAR_E_CORRUPT, 0, "it is not of Linux");
	if (strlen(architecture) > 15 || !par_printable(architecture) || strchr(architecture, ' '))
		return par_fail(err, PAR_E_CORRUPT, 0, "its architecture has a bad name");
	r = keep(&image->created, created, err);
	if (r < 0)
		return r;
	r = keep(&image->architecture, machine_of(architecture), err);
	return r;
}

/* Returns the digests of the layers' unpacked tars, as many as there are layers. */
static int take_config(const struct plan *p, const char *name, const struct descriptor *d,
		       struct par_strv *ids, struct par_error **err)
{
	struct json_object *config = NULL, *rootfs = NULL;
	auto_json o = NULL;
	int r = get_json(p, name, d, &o, err);

	if (r < 0)
		return r;
	r = take_system(p->image, o, err);
	if (r < 0)
		return r;
	r = par_json_object(o, "config", false, &config, err);
	if (r < 0)
		return r;
	if (config) {
		r = take_run(p->image, config, err);
		if (r < 0)
			return r;
	}
	r = par_json_object(o, "rootfs", true, &rootfs, err);
	if (r < 0)
		return r;
	r = par_json_strv(rootfs, "diff_ids", true, OCI_LAYERS_MAX, ids, err);
	if (r < 0)
		return r;
	if (ids->n != p->image->n_layers)
		return par_fail(err, PAR_E_CORRUPT, 0,
				"it has %zu layers, and its configuration speaks of %zu",
				p->image->n_layers, ids->n);
	return 0;
}

static int make_layers(struct oci_image *image, size_t n, struct par_error **err)
{
	if (n == 0)
		return par_fail(err, PAR_E_CORRUPT, 0, "it has no layers");
	image->layers = calloc(n, sizeof(*image->layers));
	if (!image->layers)
		return par_oom(err);
	image->n_layers = n;
	return 0;
}

static int take_layer(struct json_object *o, struct oci_layer *ret, struct par_error **err)
{
	struct descriptor d = { 0 };
	const char *type = "";
	int r = take_descriptor(o, &d, err);

	if (r < 0)
		return r;
	r = par_json_string(o, "mediaType", false, &type, err);
	if (r < 0)
		return r;
	if (strstr(type, "foreign") || strstr(type, "nondistributable"))
		return par_fail(err, PAR_E_CORRUPT, 0,
				"a layer of it is not in it, but with another vendor");
	if (*type && !strstr(type, "tar"))
		return par_fail(err, PAR_E_CORRUPT, 0, "a layer of it is no archive");
	memcpy(ret->name, d.name, sizeof(ret->name));
	memcpy(ret->digest, d.digest, sizeof(ret->digest));
	ret->size = d.size;
	return 0;
}

static int take_manifest(const struct plan *p, const struct descriptor *from,
			 struct par_error **err)
{
	struct json_object *layers = NULL, *config = NULL;
	struct descriptor d = { 0 };
	auto_strv ids = { 0 };
	auto_json o = NULL;
	int r = get_json(p, from->name, from, &o, err);

	if (r < 0)
		return r;
	r = par_json_array(o, "layers", true, OCI_LAYERS_MAX, &layers, err);
	if (r < 0)
		return r;
	r = par_json_object(o, "config", true, &config, err);
	if (r < 0)
		return r;
	r = take_descriptor(config, &d, err);
	if (r < 0)
		return r;
	r = make_layers(p->image, json_object_array_length(layers), err);
	for (size_t i = 0; r == 0 && i < p->image->n_layers; i++)
		r = take_layer(json_object_array_get_idx(layers, i), &p->image->layers[i], err);
	return r < 0 ? r : take_config(p, d.name, &d, &ids, err);
}

/* Is it an image at all (an attestation is none), and is it for this machine? */
static int weigh(const struct plan *p, struct json_object *o, int *ret, struct par_error **err)
{
	struct json_object *platform = NULL;
	const char *architecture = "", *os = "linux";
	int r = par_json_object(o, "platform", false, &platform, err);

	*ret = 1;
	if (r < 0 || !platform)
		return r;
	r = par_json_string(platform, "architecture", false, &architecture, err);
	if (r < 0)
		return r;
	r = par_json_string(platform, "os", false, &os, err);
	if (r < 0)
		return r;
	*ret = strcmp(os, "linux") != 0				   ? 0
	       : strcmp(machine_of(architecture), p->machine) == 0 ? 2
								   : 1;
	return 0;
}

static int choose(const struct plan *p, struct json_object *manifests, struct descriptor *ret,
		  struct par_error **err)
{
	size_t same = 0;
	int best = 0;

	for (size_t i = 0; i < json_object_array_length(manifests); i++) {
		struct json_object *o = json_object_array_get_idx(manifests, i);
		struct descriptor d = { 0 };
		int weight, r = take_descriptor(o, &d, err);

		if (r < 0)
			return r;
		r = weigh(p, o, &weight, err);
		if (r < 0)
			return r;
		if (weight > best) {
			*ret = d;
			best = weight;
			same = 0;
		} else if (weight == best && best == 2 && strcmp(d.digest, ret->digest) != 0) {
			same++;
		}
	}
	if (!best)
		return par_fail(err, PAR_E_CORRUPT, 0, "it has no image of Linux");
	if (same)
		return par_fail(err, PAR_E_CORRUPT, 0,
				"it has several images for this machine: make an archive of one");
	return 0;
}

static int take_index(const struct plan *p, struct json_object *index, int depth,
		      struct par_error **err)
{
	struct json_object *manifests = NULL;
	struct descriptor d = { 0 };
	auto_json inner = NULL;
	int r = par_json_array(index, "manifests", true, MANIFESTS_MAX, &manifests, err);

	if (r < 0)
		return r;
	r = choose(p, manifests, &d, err);
	if (r < 0)
		return r;
	if (!d.index)
		return take_manifest(p, &d, err);
	if (depth == NESTED_MAX)
		return par_fail(err, PAR_E_CORRUPT, 0, "its index is nested too deep");
	r = get_json(p, d.name, &d, &inner, err);
	return r < 0 ? r : take_index(p, inner, depth + 1, err);
}

/* A name of docker save: what follows from a digest has that digest. */
static int take_docker_layers(const struct plan *p, const struct par_strv *names,
			      const struct par_strv *ids, struct par_error **err)
{
	for (size_t i = 0; i < names->n; i++) {
		struct oci_layer *l = &p->image->layers[i];

		if (!par_starts_with(ids->v[i], "sha256:") || !par_hex_is(ids->v[i] + 7, 64))
			return par_fail(err, PAR_E_CORRUPT, 0,
					"it has a digest that is not one of SHA-256");
		snprintf(l->name, sizeof(l->name), "%s", names->v[i]);
		memcpy(l->digest, ids->v[i] + 7, 65);
		l->size = UINT64_MAX;
	}
	return 0;
}

static int check_docker_names(const char *config, const struct par_strv *names,
			      struct par_error **err)
{
	if (strlen(config) > OCI_NAME_MAX)
		return par_fail(err, PAR_E_CORRUPT, 0, "a name in its manifest is too long");
	for (size_t i = 0; i < names->n; i++) {
		if (strlen(names->v[i]) > OCI_NAME_MAX)
			return par_fail(err, PAR_E_CORRUPT, 0,
					"a name in its manifest is too long");
	}
	return 0;
}

static int take_docker(const struct plan *p, struct json_object *list, struct par_error **err)
{
	auto_strv names = { 0 }, ids = { 0 };
	struct json_object *o;
	const char *config = NULL;
	int r;

	if (!json_object_is_type(list, json_type_array))
		return par_fail(err, PAR_E_CORRUPT, 0, "its manifest is no list");
	if (json_object_array_length(list) != 1)
		return par_fail(err, PAR_E_CORRUPT, 0, "it has %zu images: make an archive of one",
				json_object_array_length(list));
	o = json_object_array_get_idx(list, 0);
	r = par_json_string(o, "Config", true, &config, err);
	if (r < 0)
		return r;
	r = par_json_strv(o, "Layers", true, OCI_LAYERS_MAX, &names, err);
	if (r < 0)
		return r;
	r = check_docker_names(config, &names, err);
	if (r < 0)
		return r;
	r = make_layers(p->image, names.n, err);
	if (r < 0)
		return r;
	r = take_config(p, config, NULL, &ids, err);
	return r < 0 ? r : take_docker_layers(p, &names, &ids, err);
}

static int take_layout(const struct plan *p, struct par_error **err)
{
	auto_json index = NULL;
	auto_json list = NULL;
	auto_error none = NULL;
	int r = get_json(p, "index.json", NULL, &index, &none);

	if (r == 0)
		return take_index(p, index, 0, err);
	if (!none || none->id != PAR_E_NOT_FOUND) {
		par_error_move(err, &none);
		return r;
	}
	p->image->format = "docker";
	r = get_json(p, "manifest.json", NULL, &list, err);
	return r < 0 ? r : take_docker(p, list, err);
}

int oci_plan(const struct oci_texts *texts, const char *machine, struct oci_image *ret,
	     struct par_error **err)
{
	const struct plan p = { texts, machine, ret };
	int r;

	*ret = (struct oci_image){ .format = "oci" };
	r = take_layout(&p, err);
	if (r < 0)
		oci_image_done(ret);
	return r;
}
