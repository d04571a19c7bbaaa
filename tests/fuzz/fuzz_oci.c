/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The texts of an image layout: parts of the input, each ended by a NUL, are what index.json,
 * manifest.json and each other file in turn say.  A digest "sha256:#" is made to fit what follows.
 * No crash, and a plan that is accepted has layers with digests and names that stay in the layout.
 */
#include "wparctl/archive/helper/oci_plan.h"

#include "lpard/common/sha256.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PARTS 8

struct input {
	char *parts[PARTS];
	size_t n, next;
};

/* "sha256:#" and "size":0 of the text are those of the part after it: most checks lie behind that.
 */
static char *fitting(const char *text, const char *behind)
{
	const char *at = strstr(text, "sha256:#");
	struct par_sha256 sum;
	char digest[65], *ret = NULL;

	if (!at)
		return strdup(text);
	par_sha256_init(&sum);
	par_sha256_put(&sum, behind, strlen(behind));
	par_sha256_finish(&sum, digest);
	if (asprintf(&ret, "%.*ssha256:%s\",\"size\":%zu,\"x\":\"%s", (int)(at - text), text,
		     digest, strlen(behind), at + 8) < 0)
		abort();
	return ret;
}

static int get(void *user, const char *name, size_t max, struct par_buf *ret,
	       struct par_error **err)
{
	struct input *in = user;

	if (strcmp(name, "index.json") == 0 && (in->n == 0 || !*in->parts[0]))
		return par_fail(err, PAR_E_NOT_FOUND, 0, "none");
	if (strcmp(name, "manifest.json") == 0)
		in->next = 1;
	if (in->next >= in->n)
		return par_fail(err, PAR_E_NOT_FOUND, 0, "none");
	if (strlen(in->parts[in->next]) > max)
		abort();
	return par_buf_puts(ret, in->parts[in->next++]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { 0 };
	const struct oci_texts texts = { get, &in };
	auto_oci_image image = { 0 };
	auto_error err = NULL;

	for (size_t at = 0; at < size && in.n < PARTS; in.n++) {
		const size_t len = strnlen((const char *)data + at, size - at);

		in.parts[in.n] = strndup((const char *)data + at, len);
		at += len + 1;
	}
	for (size_t i = in.n; i-- > 1;) {
		char *text = fitting(in.parts[i - 1], in.parts[i]);

		free(in.parts[i - 1]);
		in.parts[i - 1] = text;
	}
	if (oci_plan(&texts, "ppc64le", &image, &err) == 0) {
		if (image.n_layers == 0 || !image.architecture)
			abort();
		for (size_t i = 0; i < image.n_layers; i++) {
			if (strlen(image.layers[i].digest) != 64 ||
			    strlen(image.layers[i].name) > OCI_NAME_MAX)
				abort();
		}
	} else if (!err || image.layers) {
		abort();
	}
	for (size_t i = 0; i < in.n; i++)
		free(in.parts[i]);
	return 0;
}
