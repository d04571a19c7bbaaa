/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The making of a WPAR of a backup: see restore.h.  As with mkwpar the specification is saved
 * first, marked `creating`; when all is there, and all of the backup was read and is what its
 * checksums say, the mark is taken off.
 */
#include "wparctl/operations/restore.h"

#include "lpard/common/fs.h"
#include "lpard/common/interrupt.h"
#include "wparctl/backup/signature.h"
#include "wparctl/filesystem/fstab.h"
#include "wparctl/filesystem/nfs_fill.h"
#include "wparctl/filesystem/origin.h"
#include "wparctl/filesystem/resolver.h"
#include "wparctl/operations/creation.h"
#include "wparctl/operations/definition.h"
#include "wparctl/operations/device_exports.h"
#include "wparctl/operations/image_services.h"
#include "wparctl/operations/image_volumes.h"
#include "wparctl/operations/new_addresses.h"
#include "wparctl/operations/operation.h"
#include "wparctl/operations/synchronize.h"
#include "wparctl/operations/user_again.h"
#include "wparctl/versioned/versioned.h"

#include <string.h>

/* What a restoration has in hand. */
struct restoration {
	struct wpar_restore rs;
	struct wpar_backup_source source;
	struct wpar_backup_head head;
	struct wpar_image_data data;
	struct wpar_backup_fill fill;
	bool other; /* it is called otherwise than it was */
};

static void restoration_done(struct restoration *x)
{
	free(x->fill.signer);
	wpar_image_data_done(&x->data);
	wpar_backup_head_done(&x->head);
	wpar_backup_source_close(&x->source);
}

static bool is_versioned(const struct restoration *x)
{
	return *x->data.wpar.type == 'L';
}

/* What was not given, and whether it all fits together: as for mkwpar. */
static int complete(const struct restoration *x, struct wpar_spec *s, struct par_error **err)
{
	int r;

	if (!s->directory)
		s->directory = wpar_default_directory(s->name);
	if (!s->directory)
		return par_oom(err);
	r = wpar_devices_export(x->rs.devexports, s, err);
	if (r < 0)
		return r;
	/* What a versioned one has besides follows from the image. */
	r = is_versioned(x) ? wpar_image_mounts_expect(s, err) : wpar_spec_defaults(s, err);
	return r < 0 ? r : wpar_definition_allowed(s, err);
}

/*
 * The backup into the image store; what is said of its system becomes part of @s.  The bytes that
 * become the image are those that were verified, by their digest, whoever may write the file.
 */
static int take_image(struct restoration *x, struct wpar_spec *s, struct par_error **err)
{
	struct wpar_image_checked checked = { 0 };
	const struct wpar_image_source from = {
		.path = x->source.name,
		.input = &x->source.fd,
		.data_file = x->rs.data_file,
		.progress = x->rs.progress,
		.checked = &checked,
	};
	autofd int hold = -1;
	int r = x->source.seeks ? 0 : wpar_backup_own(&x->source, err);

	if (r < 0)
		return r;
	/* One that must be signed was verified before anything was made. */
	r = *x->fill.digest ? 0 : wpar_backup_verify(&x->fill, err);
	if (r < 0)
		return r;
	memcpy(checked.digest, x->fill.digest, sizeof(checked.digest));
	s->version.image_digest = strdup(x->fill.digest);
	if (!s->version.image_digest)
		return par_oom(err);
	/* Killed from now on, the WPAR takes the image away with it when it is removed. */
	r = wpar_spec_save(s, err);
	if (r < 0)
		return r;
	r = wpar_image_take(&from, &s->version, &hold, err);
	wpar_image_checked_done(&checked);
	if (r < 0)
		return r;
	r = wpar_image_mounts_size(s, err);
	if (r < 0)
		return r;
	r = wpar_spec_defaults(s, err);
	if (r < 0)
		return r;
	r = wpar_definition_allowed(s, err);
	if (r < 0)
		return r;
	wpar_spec_number_projects(s, NULL);
	return wpar_spec_save(s, err);
}

static int synchronize(struct wpar_sync *sync, const struct wpar_spec *s, struct wpar_say *say,
		       struct par_error **err)
{
	int r = wpar_sync_init(sync, err);

	return r < 0 ? r : wpar_sync_wpar(sync, s, say, err);
}

static int sync_made(const struct restoration *x, const struct wpar_spec *s, struct wpar_say *say,
		     struct par_error **err)
{
	auto_sync sync = { .additional = x->rs.sync == 'a' || x->rs.sync == 'A',
			   .detached = s->private_usr,
			   .versioned = is_versioned(x),
			   .template = WPAR_TEMPLATE_NONE,
			   .top = -1 };
	auto_error why = NULL;
	int r;

	if (!x->rs.sync || !strchr("aAfF", x->rs.sync))
		return 0;
	r = synchronize(&sync, s, say, &why);
	if (r >= 0)
		return 0;
	if (x->rs.sync == 'A' || x->rs.sync == 'F') {
		par_error_move(err, &why);
		return r;
	}
	wpar_say_line(say->out, "syncroot: Returns Status = FAILURE");
	fprintf(stderr, "restwpar: %s\n", par_error_text(why));
	return 0;
}

/* With the specification saved as being created: all that can fail and is undone. */
static int make(struct restoration *x, const struct par_buf *words, struct wpar_spec *s,
		struct wpar_say *say, struct wpar_nfs_fill **servers, struct par_error **err)
{
	struct wpar_rootfs_source from = wpar_backup_filler(&x->fill);
	struct wpar_report report = wpar_say_report(say);
	int r = is_versioned(x) ? take_image(x, s, err) : 0;

	if (r < 0)
		return r;
	wpar_say_line(say->out, "Mounting all workload partition file systems.");
	wpar_say_line(say->out, "Restoring the files of the backup %s.", x->rs.backup);
	r = wpar_rootfs_create(s, &from, &report, err);
	if (r < 0)
		return r;
	if (!is_versioned(x))
		r = wpar_origin_note_level(s->name, x->data.version.os_level, false);
	if (r < 0)
		return par_fail(err, r == -ENOSPC ? PAR_E_NO_SPACE : PAR_E_SYSTEM, r,
				"the level of %s cannot be noted", s->name);
	wpar_test_stop_at("restored");
	wpar_test_wait_at("restored");
	r = is_versioned(x) ? wpar_image_volumes_fill(s, err) : 0;
	if (r < 0)
		return r;
	r = is_versioned(x)  ? wpar_image_services(s, err)
	    : x->rs.resolver ? wpar_resolver_copy(s, err)
			     : 0;
	if (r < 0)
		return r;
	r = wpar_image_servers_fill(s, false, servers, err);
	if (r < 0)
		return r;
	r = x->rs.start ? wpar_pending_begin(s->name, words->data, words->len) : 0;
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "the start of '%s' cannot be noted", s->name);
	r = wpar_fstab_update(s->name, s, err);
	if (r < 0)
		return r;
	r = par_interrupt_check(err);
	if (r < 0)
		return r;
	wpar_creation_end(s);
	return wpar_spec_save(s, err);
}

/* From here on the name and the directory are this WPAR's. */
static int claim(const struct restoration *x, struct wpar_spec *s, struct par_error **err)
{
	const size_t n_addresses = s->n_addresses;
	autofree char *uuid = x->rs.keep_uuid && s->uuid ? strdup(s->uuid) : NULL;
	int r = wpar_user_again(s->name, NULL, err);

	if (r < 0)
		return r;
	r = wpar_creation_begin(s, "restwpar", err);
	if (r < 0)
		return r;
	r = wpar_definition_redo(s->name, err);
	if (r < 0)
		return r;
	r = wpar_definition_claim(s, WPAR_FILES_NEW, x->rs.resolve, err);
	if (r == 0 && n_addresses)
		wpar_network_say_left_out("restwpar", s, n_addresses);
	if (r == 0 && uuid && !par_streq(uuid, s->uuid))
		fprintf(stderr,
			"restwpar: workload partition %s gets a new UUID, because another one has "
			"%s.\n",
			s->name, uuid);
	return r;
}

static int make_and_sync(struct restoration *x, const struct par_buf *words, struct wpar_spec *s,
			 struct wpar_say *say, struct wpar_nfs_fill **servers,
			 struct par_error **err)
{
	int r = make(x, words, s, say, servers, err);

	return r < 0 ? r : sync_made(x, s, say, err);
}

static int make_claimed(struct restoration *x, const struct par_buf *words, struct wpar_spec *s,
			struct wpar_say *say, struct par_error **err)
{
	auto_nfs_fill servers = NULL;
	int r = make_and_sync(x, words, s, say, &servers, err);

	r = par_interrupt_explain(r, err);
	wpar_event_log(s->name, "restore", r < 0 && err ? *err : NULL);
	if (r < 0) {
		/* What cannot be removed from a server now is, when the command is repeated. */
		if (wpar_nfs_fill_undo(servers) == 0)
			wpar_definition_remove(s, false, NULL);
		return r;
	}
	wpar_nfs_fill_done(servers);
	wpar_test_stop_at("made");
	if (x->fill.signer)
		wpar_say_line(say->out, "The backup is signed by %s.", x->fill.signer);
	wpar_creation_say_made(s, x->rs.start, say->out);
	/* What a start leaves running is none of this command's. */
	par_interrupt_end();
	return x->rs.start ? wpar_operation_start(s, say, err) : 0;
}

/* The WPAR that it is to be. */
static int plan(struct restoration *x, struct wpar_spec *s, struct par_error **err)
{
	int r;

	wpar_image_data_done(&x->data);
	x->data = (struct wpar_image_data){ 0 };
	r = wpar_restore_spec(&x->rs, &x->head, &x->data, s, &x->other, err);
	if (r < 0)
		return r;
	x->fill.identify = x->other;
	return complete(x, s, err);
}

/* 0: the name is @s's, and @ret_lock held; 1: it is made, and only its start is to come. */
static int lock_and_claim(const struct restoration *x, const struct par_buf *words,
			  struct wpar_spec *s, int *ret_lock, struct par_error **err)
{
	autofd int lock = -1;
	int r = wpar_lock(s->name, &lock, err);

	if (r < 0)
		return r;
	if (!x->rs.start || !wpar_creation_is_pending(s->name, words)) {
		r = claim(x, s, err);
		if (r < 0) {
			wpar_lock_forget(s->name);
			return r;
		}
	} else {
		r = 1;
	}
	*ret_lock = take_fd(&lock);
	return r;
}

/*
 * With -a a name that another command is at, or has taken, since it was chosen is none: then the
 * next one is chosen, and @s made anew.
 */
static int claim_some(struct restoration *x, const struct par_buf *words, struct wpar_spec *s,
		      int *ret_lock, struct par_error **err)
{
	for (;;) {
		autofree char *name = strdup(s->name);
		auto_error why = NULL;
		int r = name ? lock_and_claim(x, words, s, ret_lock, &why) : par_oom(&why);

		if (r >= 0)
			return r;
		if (!x->rs.resolve || !why || (why->id != PAR_E_EXISTS && why->id != PAR_E_BUSY)) {
			par_error_move(err, &why);
			return r;
		}
		wpar_spec_done(s);
		*s = (struct wpar_spec){ 0 };
		r = plan(x, s, err);
		if (r < 0)
			return r;
		/* It was not the name that clashed. */
		if (why->id == PAR_E_EXISTS && strcmp(name, s->name) == 0) {
			par_error_move(err, &why);
			return -EEXIST;
		}
	}
}

static int restore_locked(struct restoration *x, const struct par_buf *words, struct wpar_spec *s,
			  struct wpar_say *say, struct par_error **err)
{
	autofd int lock = -1;
	int r;

	par_interrupt_begin();
	r = claim_some(x, words, s, &lock, err);
	if (r < 0)
		return r;
	if (r > 0) {
		par_interrupt_end();
		return wpar_creation_go_on(s->name, say, err);
	}
	wpar_say_line(say->out, "restwpar: Creating file systems...");
	return make_claimed(x, words, s, say, err);
}

/* What is said on the command line, before anything is read. */
static int check_files(struct wpar_restore *rs, char **ret_signers, struct par_error **err)
{
	int r;

	if (rs->devexports && access(rs->devexports, F_OK) < 0)
		return par_fail(err, PAR_E_NOT_FOUND, 0, "-B %s: there is no such file",
				rs->devexports);
	r = wpar_allowed_signers(rs->allowed_signers, ret_signers, err);
	if (r < 0)
		return r;
	rs->allowed_signers = *ret_signers;
	return 0;
}

int wpar_restore_run(const struct wpar_restore *rs, const struct par_buf *words,
		     struct wpar_say *say, struct par_error **err)
{
	par_cleanup(restoration_done) struct restoration x = {
		.rs = *rs,
		.source = WPAR_BACKUP_SOURCE_NONE,
	};
	autofree char *signers = NULL;
	auto_spec s = { 0 };
	int r = check_files(&x.rs, &signers, err);

	if (r < 0)
		return r;
	r = wpar_backup_source_open(rs->backup, &x.source, err);
	if (r < 0)
		return r;
	x.rs.backup = x.source.name; /* for messages */
	x.fill = (struct wpar_backup_fill){ .source = &x.source,
					    .allowed_signers = x.rs.allowed_signers };
	r = wpar_backup_verify_first(&x.fill, err);
	if (r < 0)
		return r;
	r = wpar_backup_read_head(&x.source, &x.head, err);
	if (r < 0)
		return r;
	r = plan(&x, &s, err);
	if (r < 0)
		return r;
	x.fill.head = &x.head;
	x.fill.progress = rs->progress;
	return restore_locked(&x, words, &s, say, err);
}
