/* SPDX-License-Identifier: Apache-2.0 */
/*
 * migwpar -V: does the image of a versioned WPAR still work on this system, and are the commands
 * that it has of it those of now?  The report is that of lsmksysb, over the image as it lies in the
 * store.
 */
#include "wparctl/operations/migrate.h"

#include "wparctl/operations/images.h"
#include "wparctl/operations/operation.h"
#include "wparctl/versioned/versioned.h"

#include <string.h>

static int look(const struct wpar_stored_image *image, struct wpar_image_fit *f,
		struct par_error **err)
{
	const struct wpar_image_data *data = image->data.version.os_name ? &image->data : NULL;
	autofree char *root = wpar_path(WPAR_STORE_DIR "/images/%s/root", image->digest);
	auto_scan scan = { 0 };
	int r = root ? wpar_scan(root, NULL, 0, NULL, NULL, &scan, err) : par_oom(err);

	if (r < 0)
		return r;
	wpar_here_get(&f->here);
	wpar_here_for(&f->here, wpar_fit_architecture(&scan, data));
	f->here.here.free_kib = UINT64_MAX; /* it is unpacked */
	return wpar_fit_plan(&scan, data, "its image.data cannot be read", &f->here.here, &f->rows,
			     err);
}

static int need_fit(struct wpar_migration *m, const struct wpar_stored_image *image,
		    struct par_error **err)
{
	int r;

	if (m->fit.image == image)
		return 0;
	wpar_fit_done(&m->fit.rows);
	wpar_here_done(&m->fit.here);
	m->fit = (struct wpar_image_fit){ 0 };
	r = look(image, &m->fit, err);
	if (r == 0)
		m->fit.image = image;
	return r;
}

/* Each aspect that is not fine; the first that stands against it is the error. */
static int judge(const struct wpar_fit_rows *rows, const struct wpar_spec *s, struct wpar_say *say,
		 struct par_error **err)
{
	const struct wpar_fit_row *no = NULL;

	for (size_t i = 0; i < rows->n; i++) {
		const struct wpar_fit_row *r = &rows->v[i];

		if (r->fit == WPAR_FIT_OK)
			continue;
		wpar_say_line(say->out, "%s %s: %s%s%s", wpar_fit_word(r->fit), r->aspect,
			      r->image ? r->image : "", r->text ? ". " : "",
			      r->text ? r->text : "");
		no = !no && r->fit == WPAR_FIT_NO ? r : no;
	}
	return no ? par_fail(err, PAR_E_NOT_SUPPORTED, 0,
			     "%s does not work on this system any more: %s: %s", s->name,
			     no->aspect,
			     no->text	 ? no->text
			     : no->image ? no->image
					 : "no")
		  : 0;
}

/* The layer is there for the next start, which else makes it; those of before go. */
static int renew_layers(const struct wpar_stored_image *image, const struct wpar_spec *s,
			struct wpar_say *say, struct par_error **err)
{
	auto_strv layers = { 0 };
	int there = wpar_version_layer_is_there(s, err), r;

	if (there < 0)
		return there;
	r = wpar_version_layers(s, &layers, err);
	if (r < 0)
		return r;
	wpar_say_line(say->out, there ? "The overlay is current."
				      : "The overlay was made anew; it has effect with the next "
					"start.");
	wpar_test_stop_at("layers");
	r = wpar_images_tidy(image, err);
	if (r > 0)
		wpar_say_line(say->out, "Overlays of before that were removed: %d.", r);
	return r < 0 ? r : 0;
}

static int check_whole(const struct wpar_spec *s, struct par_error **err)
{
	enum wpar_state st;
	int r = wpar_operation_state_locked(s, &st, err);

	return r == 0 && s->creating ? wpar_fail_state(s, st, "", err) : r;
}

int wpar_migrate_image(struct wpar_migration *m, const struct wpar_spec *s, struct wpar_say *say,
		       struct par_error **err)
{
	const struct wpar_stored_image *image;
	int r = check_whole(s, err);

	if (r < 0)
		return r;
	r = wpar_stored_image_find(&m->images, s->version.image_digest, &image, err);
	if (r < 0)
		return r;
	r = need_fit(m, image, err);
	if (r < 0)
		return r;
	r = judge(&m->fit.rows, s, say, err);
	return r < 0 ? r : renew_layers(image, s, say, err);
}
