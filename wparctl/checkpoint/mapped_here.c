/* SPDX-License-Identifier: Apache-2.0 */
/* Mapped files of this LPAR: see mapped_here.h. */
#include "wparctl/checkpoint/mapped_here.h"

#include "lpard/common/fs.h"
#include "wparctl/runtime/launch/build_id.h"

#include <string.h>

void wpar_mapped_here_free(struct wpar_mapped_here *v, size_t n)
{
	for (size_t i = 0; v && i < n; i++)
		free(v[i].build_id);
	free(v);
}

/* What is mounted the nearest above @path: a later one covers an earlier one. */
static const struct wpar_mount_op *mount_of(const struct wpar_mount_plan *plan, const char *path)
{
	const struct wpar_mount_op *best = NULL;

	for (size_t i = 0; i < plan->n_ops; i++) {
		const struct wpar_mount_op *op = &plan->ops[i];

		if (op->kind == WPAR_OP_FOLDER || op->kind == WPAR_OP_LINK ||
		    op->kind == WPAR_OP_FIFO || op->kind == WPAR_OP_SEAL ||
		    !wpar_path_is_within(path, op->target))
			continue;
		if (!best || strlen(op->target) >= strlen(best->target))
			best = op;
	}
	return best;
}

static bool is_plain_bind(const struct wpar_mount_op *op)
{
	return (op->kind == WPAR_OP_ROOT || op->kind == WPAR_OP_BIND) && op->source &&
	       !(op->flags & (WPAR_OP_NFS | WPAR_OP_VOLUME | WPAR_OP_DEVICE));
}

/* The regular file at @rest below the folder, or what @source is itself; a negative errno. */
static int open_below(const char *source, const char *rest)
{
	autofd int top = open(source, O_PATH | O_CLOEXEC);
	autofd int found = -1;
	char path[48];
	struct stat st;

	if (top < 0)
		return -errno;
	rest += strspn(rest, "/");
	found = *rest ? par_fs_open_plain(top, rest, O_PATH, 0) : take_fd(&top);
	if (found < 0)
		return found;
	if (fstat(found, &st) < 0 || !S_ISREG(st.st_mode))
		return -ENOENT;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", found);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static int look_at(const struct wpar_ckpt_mapped *f, const struct wpar_mount_plan *plan,
		   struct wpar_mapped_here *ret)
{
	const struct wpar_mount_op *op = mount_of(plan, f->path);
	autofree char *source = NULL;
	char id[WPAR_BUILD_ID_SIZE];
	autofd int fd = -1;
	struct stat st;

	if (!op || !is_plain_bind(op))
		return 0;
	source = op->flags & WPAR_OP_PRIVATE
			 ? par_strdup_printf("%s/%s", plan->directory, op->source)
			 : strdup(op->source);
	if (!source)
		return -ENOMEM;
	ret->known = true;
	fd = open_below(source, f->path + (op->target[1] ? strlen(op->target) : 0));
	if (fd < 0 || fstat(fd, &st) < 0)
		return 0;
	ret->there = true;
	ret->size = (uint64_t)st.st_size;
	if (!wpar_build_id_read(fd, id))
		return 0;
	ret->build_id = strdup(id);
	return ret->build_id ? 0 : -ENOMEM;
}

int wpar_mapped_here_get(const struct wpar_ckpt_manifest *m, const struct wpar_mount_plan *plan,
			 struct wpar_mapped_here **ret)
{
	struct wpar_mapped_here *v = calloc(m->n_mapped + 1, sizeof(*v));

	for (size_t i = 0; v && i < m->n_mapped; i++) {
		if (look_at(&m->mapped[i], plan, &v[i]) < 0) {
			wpar_mapped_here_free(v, m->n_mapped);
			return -ENOMEM;
		}
	}
	*ret = v;
	return v ? 0 : -ENOMEM;
}
