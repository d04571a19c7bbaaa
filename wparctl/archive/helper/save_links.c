/* SPDX-License-Identifier: Apache-2.0 */
/* Which files with several names have come in a pass, and by which name first: see save.h. */
#include "wparctl/archive/helper/save.h"

#include <stdlib.h>
#include <string.h>

static size_t place_of(const struct save_links *l, uint64_t inode, uint32_t tree)
{
	size_t i = (size_t)((inode ^ (uint64_t)tree << 56) * UINT64_C(0x9e3779b97f4a7c15) >> 20);

	for (i &= l->cap - 1; l->v[i].name; i = (i + 1) & (l->cap - 1)) {
		if (l->v[i].inode == inode && l->v[i].tree == tree)
			break;
	}
	return i;
}

static bool grow(struct save_links *l)
{
	struct save_links more = { .cap = l->cap ? l->cap * 2 : 1024, .n = l->n };

	more.v = calloc(more.cap, sizeof(*more.v));
	if (!more.v)
		return false;
	for (size_t i = 0; i < l->cap; i++) {
		if (l->v[i].name)
			more.v[place_of(&more, l->v[i].inode, l->v[i].tree)] = l->v[i];
	}
	free(l->v);
	*l = more;
	return true;
}

const char *save_links_find(struct save_links *l, const struct save_node *n, bool *failed)
{
	struct save_link *at;

	*failed = false;
	if (2 * (l->n + 1) > l->cap && !grow(l)) {
		*failed = true;
		return NULL;
	}
	at = &l->v[place_of(l, n->st->st_ino, n->tree)];
	if (at->name)
		return at->name;
	at->name = strdup(n->name);
	*failed = !at->name;
	at->inode = n->st->st_ino;
	at->tree = n->tree;
	l->n += at->name != NULL;
	return NULL;
}

void save_links_done(struct save_links *l)
{
	for (size_t i = 0; i < l->cap; i++)
		free(l->v[i].name);
	free(l->v);
	*l = (struct save_links){ 0 };
}
