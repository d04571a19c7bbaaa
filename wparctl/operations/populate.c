/* SPDX-License-Identifier: Apache-2.0 */
/* The backup of mkwpar -B: see populate.h.  What the WPAR is like comes from mkwpar's flags. */
#include "wparctl/operations/populate.h"

#include "wparctl/backup/fit.h"
#include "wparctl/backup/signature.h"
#include "wparctl/operations/say.h"

#include <string.h>

void wpar_populate_done(struct wpar_populate *p)
{
	free(p->fill.signer);
	free(p->signers);
	wpar_spec_done(&p->spec);
	wpar_image_data_done(&p->data);
	wpar_backup_head_done(&p->head);
	wpar_backup_source_close(&p->source);
	*p = WPAR_NO_POPULATE;
}

static int parse_texts(struct wpar_populate *p, struct par_error **err)
{
	const struct par_buf *data = &p->head.data, *spec = &p->head.spec;
	int r = wpar_image_data_parse(data->data ? data->data : "", data->len, &p->data, err);

	if (r < 0)
		return r;
	return wpar_spec_parse(spec->data ? spec->data : "", spec->len, &p->spec, err);
}

/* What it says of itself. */
static int parse_head(struct wpar_populate *p, struct par_error **err)
{
	const char *backup = p->source.name;
	int r = parse_texts(p, err);

	if (r < 0) {
		par_error_wrap(err, "-B: the backup %s cannot be used", backup);
		return r;
	}
	if (par_streq(p->data.wpar.type, "S"))
		return 0;
	return par_fail(
		err, PAR_E_INVALID_ARGUMENT, 0,
		"-B: the backup %s is of a versioned workload partition: with -C, too, it is "
		"the image of a new one",
		backup);
}

int wpar_populate_open(const char *backup, bool progress, struct wpar_populate *ret,
		       struct par_error **err)
{
	int r = wpar_allowed_signers(NULL, &ret->signers, err);

	if (r < 0)
		return r;
	r = wpar_backup_source_open(backup, &ret->source, err);
	if (r < 0)
		return r;
	ret->fill = (struct wpar_backup_fill){
		.source = &ret->source,
		.allowed_signers = ret->signers,
		.progress = progress,
		.identify = true,
	};
	r = wpar_backup_verify_first(&ret->fill, err);
	if (r < 0)
		return r;
	r = wpar_backup_read_head(&ret->source, &ret->head, err);
	if (r < 0)
		return r;
	ret->fill.head = &ret->head;
	return parse_head(ret, err);
}

static int take_private(const struct wpar_populate *p, struct wpar_spec *s, struct par_error **err)
{
	autofree char *why = NULL;

	if (s->private_usr && !p->spec.private_usr)
		return par_fail(
			err, PAR_E_INVALID_ARGUMENT, 0,
			"-l: the backup %s has no /usr and /opt of its own; without -l those "
			"of this system are used",
			p->source.name);
	s->private_usr = p->spec.private_usr;
	if (wpar_backup_fits(&p->data, s->private_usr, &why))
		return 0;
	return why ? par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
			      "-B: the backup %s does not fit this system: %s", p->source.name, why)
		   : par_oom(err);
}

static void take_sizes(const struct wpar_populate *p, struct wpar_spec *s)
{
	for (size_t i = 0; i < s->n_mounts; i++) {
		struct wpar_mount *m = &s->mounts[i];
		const struct wpar_mount *old = wpar_spec_mount(&p->spec, m->directory);

		if (!m->size_mib && wpar_mount_is_own(m) && old && wpar_mount_is_own(old))
			m->size_mib = old->size_mib;
	}
}

int wpar_populate_defaults(const struct wpar_populate *p, struct wpar_spec *s,
			   struct par_error **err)
{
	int r = p->fill.head ? take_private(p, s, err) : 0;

	if (r < 0)
		return r;
	r = wpar_spec_defaults(s, err);
	if (r == 0 && p->fill.head)
		take_sizes(p, s);
	return r;
}

void wpar_populate_say(const struct wpar_populate *p, FILE *out)
{
	if (p->fill.signer)
		wpar_say_line(out, "The backup is signed by %s.", p->fill.signer);
}
