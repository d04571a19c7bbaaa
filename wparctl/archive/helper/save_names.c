/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names that a pass has come to, in the order of save_walk.c, in a file without a name: a
 * million of them are not kept in memory.
 */
#include "wparctl/archive/helper/save.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

struct record {
	uint64_t inode;
	uint32_t tree, len;
};

int save_names_rewind(struct save_names *n, int fd, bool write)
{
	int copy;

	if (n->file) {
		const int r = fclose(n->file);

		n->file = NULL;
		if (r != 0)
			return -errno;
	}
	n->has_next = false;
	copy = dup(fd);
	if (copy < 0)
		return -errno;
	if (lseek(copy, 0, SEEK_SET) < 0 || (write && ftruncate(copy, 0) < 0) ||
	    !(n->file = fdopen(copy, write ? "w" : "r"))) {
		const int r = -errno;

		close(copy);
		return r;
	}
	return write ? 0 : save_names_read(n);
}

int save_names_put(struct save_names *n, const struct save_node *node)
{
	const struct record rec = { .inode = node->st->st_ino,
				    .tree = node->tree,
				    .len = (uint32_t)strlen(node->name) };

	return fwrite(&rec, sizeof(rec), 1, n->file) == 1 &&
			       fwrite(node->name, rec.len, 1, n->file) == 1
		       ? 0
		       : -EIO;
}

int save_names_read(struct save_names *n)
{
	struct record rec;

	n->has_next = false;
	if (fread(&rec, sizeof(rec), 1, n->file) != 1)
		return ferror(n->file) ? -EIO : 0;
	if (rec.len > SAVE_NAME_MAX || fread(n->next.name, rec.len, 1, n->file) != 1)
		return -EIO;
	n->next.name[rec.len] = '\0';
	n->next.inode = rec.inode;
	n->next.tree = rec.tree;
	n->has_next = true;
	return 0;
}
