/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A backup's files in their places: see fill.h.  The helper gets the base directory, and the
 * volumes of the WPAR as mounts that lie nowhere yet: it puts them to their places in a mount
 * namespace of its own.
 */
#include "wparctl/backup/fill.h"

#include "wparctl/archive/run.h"
#include "wparctl/backup/room.h"
#include "wparctl/backup/signature.h"
#include "wparctl/filesystem/native.h"
#include "wparctl/filesystem/shield.h"
#include "wparctl/filesystem/volume.h"
#include "wparctl/versioned/versioned.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

/* The file systems of a WPAR that are mounted to be filled. */
struct volumes {
	int fds[WPAR_ARCHIVE_TREES];
	char *words[WPAR_ARCHIVE_TREES + 1];
	size_t n;
};

static void volumes_done(struct volumes *v)
{
	for (size_t i = 0; i < v->n; i++) {
		free(v->words[i]);
		if (v->fds[i] >= 0)
			close(v->fds[i]);
	}
}

/* In the order of the specification: a directory before what lies in it. */
static int mount_volumes(const char *base, const struct wpar_spec *s, struct volumes *v,
			 struct par_error **err)
{
	for (size_t i = 0; i < s->n_mounts; i++) {
		const struct wpar_mount *m = &s->mounts[i];
		autofree char *image = NULL;

		if (!wpar_mount_is_volume(m))
			continue;
		if (v->n == WPAR_ARCHIVE_TREES)
			return par_fail(
				err, PAR_E_TOO_LARGE, 0,
				"%s has more than the %d file systems of jfs2, ext4 and xfs "
				"that can be restored; give it a specification with fewer",
				s->name, WPAR_ARCHIVE_TREES);
		image = wpar_volume_path(base, m);
		if (!image)
			return par_oom(err);
		v->fds[v->n] = wpar_volume_mount(image, wpar_vfs_of_kernel(m->vfs), "volume", err);
		if (v->fds[v->n] < 0)
			return v->fds[v->n];
		v->words[v->n] = par_strdup_printf("mount=%d:%s", WPAR_BACKUP_FD + (int)v->n,
						   m->directory + 1);
		if (!v->words[v->n++])
			return par_oom(err);
	}
	return 0;
}

static int sync_volumes(const struct volumes *v, struct par_error **err)
{
	for (size_t i = 0; i < v->n; i++) {
		autofd int fd = openat(v->fds[i], ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		if (fd < 0 || syncfs(fd) < 0)
			return par_fail(err, errno == ENOSPC ? PAR_E_NO_SPACE : PAR_E_SYSTEM, errno,
					"a file system cannot be written to the disk");
	}
	return 0;
}

/* @words: NULL, or what is told the mode besides the file systems of @v, which may be NULL */
static int read_backup(struct wpar_backup_fill *f, const char *mode, int top, char *const *words,
		       const struct volumes *v, struct par_error **err)
{
	autofd int checksums = f->allowed_signers ? memfd_create("checksums", MFD_CLOEXEC) : -1;
	auto_backup_head end = { 0 };
	const struct wpar_backup_reading rd = {
		.mode = mode,
		.folder = top,
		.words = v ? v->words : words,
		.fds = v ? v->fds : NULL,
		.n_fds = v ? v->n : 0,
		.progress = f->progress,
		.checksums = checksums,
		.head = f->head,
	};
	int r;

	if (f->allowed_signers && checksums < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not make a file");
	r = wpar_backup_read(f->source, &rd, &end, err);
	if (r < 0)
		return r;
	memcpy(f->digest, end.digest, sizeof(f->digest));
	if (!f->allowed_signers)
		return 0;
	return wpar_signature_check(f->allowed_signers, checksums, &end.signature, f->source->name,
				    &f->signer, err);
}

/* Which of them is full, when one is. */
static void name_disk(const struct wpar_spec *s, int top, const struct volumes *v,
		      struct par_error **err)
{
	unsigned int least = wpar_room_left(top);
	const char *name = NULL;

	if (!err || !*err || (*err)->id != PAR_E_NO_SPACE)
		return;
	for (size_t i = 0; i < v->n; i++) {
		const unsigned int left = wpar_room_left(v->fds[i]);

		if (left >= least)
			continue;
		least = left;
		name = strchr(v->words[i], ':') + 1;
	}
	if (name)
		par_error_wrap(err, "the file system /%s of '%s'", name, s->name);
	else
		par_error_wrap(err, "the disk of '%s'", s->directory);
}

static int fill(void *user, int top, const char *base, const struct wpar_spec *s,
		struct par_error **err)
{
	par_cleanup(volumes_done) struct volumes v = { 0 };
	struct wpar_backup_fill *f = user;
	int r = mount_volumes(base, s, &v, err);

	if (r < 0)
		return r;
	r = read_backup(f, "restore", top, NULL, &v, err);
	if (r < 0) {
		name_disk(s, top, &v, err);
		return r;
	}
	r = f->identify ? wpar_native_identify(top, s) : 0;
	return r < 0 ? r : sync_volumes(&v, err);
}

struct wpar_rootfs_source wpar_backup_filler(struct wpar_backup_fill *f)
{
	return (struct wpar_rootfs_source){ .fill = fill, .user = f };
}

int wpar_backup_verify(struct wpar_backup_fill *f, struct par_error **err)
{
	return read_backup(f, "check", -1, NULL, NULL, err);
}

int wpar_backup_own(struct wpar_backup_source *source, struct par_error **err)
{
	int fd = wpar_image_spool(err);

	return fd < 0 ? fd : wpar_backup_source_own(source, fd, err);
}

int wpar_backup_verify_first(struct wpar_backup_fill *f, struct par_error **err)
{
	int r;

	if (!f->allowed_signers)
		return 0;
	r = wpar_backup_own(f->source, err);
	if (r < 0)
		return r;
	r = wpar_backup_verify(f, err);
	if (r < 0)
		return r;
	f->allowed_signers = NULL;
	return 0;
}

int wpar_backup_files(struct wpar_backup_fill *f, int target, char *const *words,
		      struct par_error **err)
{
	return read_backup(f, "files", target, words, NULL, err);
}

bool wpar_backup_may_set_ids(int target)
{
	return wpar_shield_folder(target);
}
