/* SPDX-License-Identifier: Apache-2.0 */
/* What a versioned WPAR is as a native one: see native_plan.h. */
#include "wparctl/operations/native_plan.h"

#include <string.h>

static void forget_version(struct wpar_version *v)
{
	char **const texts[] = { &v->image_digest, &v->os_name,	       &v->os_id,
				 &v->os_level,	   &v->kernel_release, &v->kernel_version,
				 &v->architecture };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(texts); i++)
		free(take_ptr(*texts[i]));
}

/* Those of native WPARs have a size by default. */
static void lift_sizes(struct wpar_spec *s)
{
	for (size_t i = 0; i < s->n_mounts; i++) {
		struct wpar_mount *m = &s->mounts[i];

		if (wpar_mount_is_own(m) && m->size_mib == 0)
			m->size_mib = WPAR_UNLIMITED;
	}
}

/* The old system's init is not in the new one, or is another. */
static int drop_init(struct wpar_spec *s, struct par_strv *notes)
{
	autofree char *text = NULL;

	if (!s->init)
		return 0;
	text = par_strdup_printf("The first process %s was the old system's; it is that of the "
				 "global environment now.",
				 s->init);
	free(take_ptr(s->init));
	return text ? par_strv_add(notes, text) : -ENOMEM;
}

static int change(struct wpar_spec *s, const struct wpar_spec *old, struct par_strv *notes,
		  struct par_error **err)
{
	struct wpar_mount *root = wpar_spec_mount(s, "/");
	int r;

	forget_version(&s->version);
	s->private_usr = true;
	if (root && par_streq(root->vfs, "overlay"))
		free(take_ptr(root->vfs));
	if (drop_init(s, notes) < 0)
		return par_oom(err);
	r = wpar_spec_fill_mounts(s, err);
	if (r < 0)
		return r;
	lift_sizes(s);
	wpar_spec_number_projects(s, old);
	return wpar_spec_check_rules(s, err);
}

int wpar_native_spec(const struct wpar_spec *old, struct wpar_spec *ret, struct par_strv *notes,
		     struct par_error **err)
{
	auto_spec s = { 0 };
	int r;

	if (!old->version.image_digest)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"%s is no versioned workload partition", old->name);
	r = wpar_spec_copy(old, &s, err);
	if (r < 0)
		return r;
	r = change(&s, old, notes, err);
	if (r < 0)
		return r;
	*ret = s;
	s = (struct wpar_spec){ 0 };
	return 0;
}

/* Is it @path, or a folder that @path is in?  The length of what fits, or -1. */
static ssize_t fits(const char *folder, const char *path)
{
	const size_t n = strlen(folder);

	if (n == 0)
		return 0;
	return par_starts_with(path, folder) && (path[n] == '\0' || path[n] == '/') ? (ssize_t)n
										    : -1;
}

static const struct {
	const char *path;
	enum wpar_keeping what;
} rows[] = {
#define X(path, what) { path, WPAR_KEEP_##what },
#include "wparctl/operations/native_keep.def"
#undef X
};

bool wpar_native_splits(const char *path)
{
	for (size_t i = 0; i < PAR_ARRAY_SIZE(rows); i++) {
		if (strcmp(rows[i].path, path) != 0 && fits(path, rows[i].path) >= 0)
			return true;
	}
	return false;
}

int wpar_native_pattern(const char *directory, struct par_strv *patterns)
{
	const char *path = directory;
	auto_buf b = { 0 };

	par_buf_puts(&b, "^\\.");
	for (; *path; path++) {
		if (strchr(".[*^$\\", *path))
			par_buf_putc(&b, '\\');
		par_buf_putc(&b, *path);
	}
	par_buf_puts(&b, "\\(/\\|$\\)");
	return b.failed ? -ENOMEM : par_strv_add(patterns, b.data);
}

int wpar_native_choice(struct par_strv *changed, struct par_strv *left_out)
{
	for (size_t i = 0; i < PAR_ARRAY_SIZE(rows); i++) {
		autofree char *directory = par_strdup_printf("/%s", rows[i].path);

		if (!directory)
			return -ENOMEM;
		if (rows[i].what == WPAR_KEEP_CHANGED && par_strv_add(changed, directory) < 0)
			return -ENOMEM;
		if (rows[i].what == WPAR_KEEP_NOT && par_strv_add(left_out, directory) < 0)
			return -ENOMEM;
	}
	return 0;
}

enum wpar_keeping wpar_native_keeping(const char *path)
{
	enum wpar_keeping what = WPAR_KEEP_PART;
	ssize_t best = -1;

	for (size_t i = 0; i < PAR_ARRAY_SIZE(rows); i++) {
		const ssize_t n = fits(rows[i].path, path);

		if (n > best) {
			best = n;
			what = rows[i].what;
		}
	}
	/* What is in a folder of which some is kept, and is not named, is somebody's own. */
	return what == WPAR_KEEP_PART && path[best] ? WPAR_KEEP_HERE : what;
}
