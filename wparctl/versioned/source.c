/* SPDX-License-Identifier: Apache-2.0 */
/* Whether an image is taken: see source.h. */
#include "wparctl/versioned/source.h"

#include "lpard/common/fs.h"
#include "wparctl/versioned/derive.h"
#include "wparctl/versioned/here.h"

#include <string.h>

static int describe_by_file(const char *path, struct wpar_image_data *ret, struct par_error **err)
{
	auto_buf text = { 0 };
	int r = par_fs_read(path, WPAR_IMAGE_DATA_MAX, &text);

	if (r < 0)
		return par_fail(err, PAR_E_NOT_FOUND, r, "'%s' cannot be read", path);
	r = wpar_image_data_parse(text.data ? text.data : "", text.len, ret, err);
	if (r < 0)
		par_error_wrap(err, "'%s'", path);
	return r;
}

/* What layers say is to run, when it can be written down: a line for each, of a bounded length. */
static int take_command(const struct wpar_scan_config *from, struct wpar_image_command *ret,
			struct par_error **err)
{
	const struct wpar_image_command whole = { .user = from->user,
						  .directory = from->directory,
						  .environment = from->environment,
						  .arguments = from->arguments };
	auto_buf text = { 0 };

	if (!from->arguments.n || ret->arguments.n)
		return 0;
	if (wpar_image_command_write(&whole, "", &text) < 0)
		return par_oom(err);
	if (text.len > WPAR_IMAGE_COMMAND_MAX)
		return par_fail(err, PAR_E_TOO_LARGE, 0,
				"its command and environment are too long");
	wpar_image_command_done(ret);
	return wpar_image_command_parse(text.data, text.len, ret, err);
}

static int describe_image(const struct wpar_image_source *src, const struct wpar_scan *scan,
			  struct wpar_image_data *ret, struct par_error **err)
{
	if (scan->data.len > 0 && !src->own_data_ignored)
		return wpar_image_data_parse(scan->data.data, scan->data.len, ret, err);
	return wpar_image_derive(scan, ret, err);
}

int wpar_image_describe(const struct wpar_image_source *src, const struct wpar_scan *scan,
			struct wpar_image_data *ret, struct par_error **err)
{
	const bool aix = scan && par_starts_with(scan->format, "aix-");
	int r;

	if (!scan || (src->data_file && !aix))
		r = describe_by_file(src->data_file, ret, err);
	else
		r = describe_image(src, scan, ret, err);
	if (r < 0 || !scan)
		return r;
	r = take_command(&scan->config, &ret->command, err);
	if (r < 0) {
		par_error_wrap(err, "its command");
		wpar_image_data_done(ret);
	}
	return r;
}

static int judge(const struct wpar_image_source *src, const struct wpar_fit_rows *rows,
		 struct par_error **err)
{
	for (size_t i = 0; i < rows->n; i++) {
		const struct wpar_fit_row *r = &rows->v[i];

		if (r->fit == WPAR_FIT_NO)
			return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
					"The image %s cannot be used here: %s: %s%s%s. %s",
					src->path, r->aspect, r->image ? r->image : "",
					r->here ? ", here " : "", r->here ? r->here : "",
					r->text ? r->text : "");
	}
	for (size_t i = 0; i < rows->n && src->note; i++) {
		if (rows->v[i].fit == WPAR_FIT_NOTE && !rows->v[i].later)
			src->note(src->user, &rows->v[i]);
	}
	return 0;
}

void wpar_image_checked_done(struct wpar_image_checked *c)
{
	wpar_scan_done(&c->scan);
	wpar_image_data_done(&c->data);
	*c = (struct wpar_image_checked){ 0 };
}

int wpar_image_admit(const struct wpar_image_source *src, struct wpar_image_checked *ret,
		     struct par_error **err)
{
	auto_here facts = { 0 };
	auto_fit rows = { 0 };
	int r;

	wpar_here_get(&facts);
	r = wpar_scan(src->path, src->input, facts.here.free_kib, NULL, NULL, &ret->scan, err);
	if (r < 0)
		return r;
	r = wpar_image_describe(src, &ret->scan, &ret->data, err);
	if (r < 0) {
		par_error_wrap(err, "The image %s cannot be used", src->path);
		return r;
	}
	wpar_here_for(&facts, wpar_fit_architecture(&ret->scan, &ret->data));
	r = wpar_fit_plan(&ret->scan, &ret->data, NULL, &facts.here, &rows, err);
	if (r < 0)
		return r;
	r = judge(src, &rows, err);
	if (r < 0)
		return r;
	memcpy(ret->digest, ret->scan.digest, sizeof(ret->digest));
	ret->admitted = true;
	return 0;
}
