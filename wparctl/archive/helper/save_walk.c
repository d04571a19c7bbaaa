/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks trees of files that somebody else may be changing: each folder is opened in the one above
 * it, no link is followed, and what is not what it was a moment ago is passed over.
 */
#include "wparctl/archive/helper/save.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int save_walk_compare(const char *a, const char *b)
{
	for (;; a++, b++) {
		/* The end of a name is before a slash, and a slash before all else. */
		const int x = *a == '/' ? 1 : *a ? (unsigned char)*a + 1 : 0;
		const int y = *b == '/' ? 1 : *b ? (unsigned char)*b + 1 : 0;

		if (x != y || x == 0)
			return x - y;
	}
}

/*
 * A folder on the way to where the walk is.  One that a pattern leaves out has not been visited
 * yet: it is when something in it is, so that nothing comes without the folder that it is in.
 */
struct above {
	struct above *next; /* the folder that it is in */
	struct save_node node;
	size_t len; /* of its name */
	bool visited;
};

/* The walk of one call. */
struct walking {
	struct save_walk *w;
	char name[SAVE_NAME_MAX + 1]; /* of where it is */
	size_t len;
	unsigned int depth;
	struct above *above; /* the innermost; NULL: it is at the root */
};

/* -1: there is none */
static int tree_at(const struct save_walk *w, const char *name)
{
	for (unsigned int i = 0; i < w->n_trees; i++) {
		if (strcmp(w->trees[i].name, name) == 0)
			return (int)i;
	}
	return -1;
}

static bool is_left_out(const struct save_walk *w, const char *name)
{
	for (size_t i = 0; i < w->n_patterns; i++) {
		if (regexec(&w->patterns[i], name, 0, NULL, 0) == 0)
			return true;
	}
	return false;
}

/* Folders that are not there, and on the way to the place of a tree. */
static int add_missing(const struct walking *k, struct par_strv *names)
{
	const struct save_walk *w = k->w;

	for (unsigned int i = 1; i < w->n_trees; i++) {
		const char *below = w->trees[i].name;
		size_t n;

		if (strncmp(below, k->name, k->len) != 0 || below[k->len] != '/')
			continue;
		below += k->len + 1;
		n = strcspn(below, "/");
		for (size_t j = 0; below && j < names->n; j++) {
			if (strncmp(names->v[j], below, n) == 0 && !names->v[j][n])
				below = NULL;
		}
		if (below && par_strv_add_len(names, below, n) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int add_names(DIR *dir, struct par_strv *ret)
{
	struct dirent *e;

	for (errno = 0; (e = readdir(dir)); errno = 0) {
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 &&
		    par_strv_add(ret, e->d_name) < 0)
			return -ENOMEM;
	}
	return -errno;
}

/* -1: there is no such folder, and nothing in it */
static int read_folder(int fd, struct par_strv *ret)
{
	int copy = fd < 0 ? -1 : openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	int r = fd < 0 ? 0 : -errno;

	if (dir) {
		r = add_names(dir, ret);
		closedir(dir);
	} else if (copy >= 0) {
		close(copy);
	}
	return r;
}

static int read_names(const struct walking *k, int fd, struct par_strv *ret)
{
	int r = read_folder(fd, ret);

	if (r < 0)
		return r;
	r = add_missing(k, ret);
	par_strv_sort(ret);
	return r;
}

/* The folders that it is in and that were not visited, the outermost first. */
static int visit_above(struct walking *k, struct above *a)
{
	int r;

	if (!a || a->visited)
		return 0; /* and so were those above it */
	r = visit_above(k, a->next);
	if (r != 0)
		return r;
	a->visited = true;
	{
		const char next = k->name[a->len];

		k->name[a->len] = '\0';
		r = k->w->visit(k->w->user, &a->node);
		k->name[a->len] = next;
	}
	return r;
}

/* @n is where the walk is. */
static int visit_node(struct walking *k, const struct save_node *n)
{
	int r = visit_above(k, k->above);

	return r != 0 ? r : k->w->visit(k->w->user, n);
}

static int walk_into(struct walking *k, int fd, unsigned int tree);

static const struct stat made_up = { .st_mode = S_IFDIR | 0755, .st_nlink = 2 };

/* A folder that is there (@fd), or is not (-1). */
static int walk_folder(struct walking *k, int parent, const char *base, int fd, unsigned int tree)
{
	struct save_walk *w = k->w;
	/* What is in it comes later, when nothing tells any more which folders it is in. */
	const bool alone = w->trees[tree].later && !w->whole;
	struct stat st = made_up;
	struct above here = { .next = k->above,
			      .node = { .name = k->name,
					.base = base,
					.parent = parent,
					.fd = fd,
					.tree = tree,
					.st = &st },
			      .len = k->len };
	int r;

	if (fd >= 0 && fstat(fd, &st) < 0)
		return -errno;
	here.visited = alone || !is_left_out(w, k->name);
	r = here.visited ? visit_node(k, &here.node) : 0;
	if (r != 0 || alone || par_strv_find(&w->empty, k->name) >= 0)
		return r;
	if (k->depth >= SAVE_DEPTH_MAX) {
		w->left_out(w->user, k->name, "folders are nested too deeply");
		return 0;
	}
	k->depth++;
	k->above = &here;
	r = walk_into(k, fd, tree);
	k->above = here.next;
	k->depth--;
	return r;
}

/* -ENOENT: it has vanished, or is something else by now */
static int walk_one(struct walking *k, int parent, const char *base, unsigned int tree)
{
	struct save_walk *w = k->w;
	const int other = tree_at(w, k->name);
	struct stat st;
	struct save_node n = {
		.name = k->name, .base = base, .parent = parent, .fd = -1, .tree = tree, .st = &st
	};
	int fd, r;

	if (other >= 0)
		return walk_folder(k, -1, base, w->trees[other].fd, (unsigned int)other);
	if (parent < 0)
		return walk_folder(k, -1, base, -1, tree);
	if (fstatat(parent, base, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		/* One on the way to a tree: it is not there. */
		return errno == ENOENT && par_strv_find(&w->empty, k->name) < 0 ? -ENOENT : -errno;
	}
	if (!S_ISDIR(st.st_mode))
		return is_left_out(w, k->name) ? 0 : visit_node(k, &n);
	fd = openat(parent, base, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOTDIR || errno == ELOOP ? -ENOENT : -errno;
	r = walk_folder(k, parent, base, fd, tree);
	close(fd);
	return r;
}

/* Is the place of a tree below it? */
static bool leads_to_tree(const struct walking *k)
{
	for (unsigned int i = 1; i < k->w->n_trees; i++) {
		if (strncmp(k->w->trees[i].name, k->name, k->len) == 0 &&
		    k->w->trees[i].name[k->len] == '/')
			return true;
	}
	return false;
}

static int walk_name(struct walking *k, int fd, const char *base, unsigned int tree)
{
	int r = walk_one(k, fd, base, tree);

	if (r != -ENOENT)
		return r;
	return leads_to_tree(k) ? walk_folder(k, -1, base, -1, tree) : 0;
}

static int walk_into(struct walking *k, int fd, unsigned int tree)
{
	const size_t len = k->len;
	auto_strv names = { 0 };
	int r = read_names(k, fd, &names);

	for (size_t i = 0; r == 0 && i < names.n; i++) {
		const size_t more = strlen(names.v[i]);

		/* What a WPAR has itself of the name of the backup's own folder. */
		if (k->depth == 1 && strcmp(names.v[i], WPAR_ARCHIVE_INFO) == 0)
			continue;
		if (len + 1 + more > SAVE_NAME_MAX) {
			k->w->left_out(k->w->user, k->name,
				       "the names in it are longer than 4095 bytes");
			break;
		}
		k->name[len] = '/';
		memcpy(k->name + len + 1, names.v[i], more + 1);
		k->len = len + 1 + more;
		r = walk_name(k, fd, names.v[i], tree);
		k->name[len] = '\0';
		k->len = len;
	}
	return r;
}

int save_walk_tree(struct save_walk *w, unsigned int i)
{
	struct walking *k = calloc(1, sizeof(*k));
	const char *name = w->trees[i].name;
	int r;

	if (!k)
		return -ENOMEM;
	k->w = w;
	k->len = strlen(name);
	memcpy(k->name, name, k->len + 1);
	for (; *name; name++)
		k->depth += *name == '/';
	r = walk_folder(k, -1, i == 0 ? "." : strrchr(k->name, '/') + 1, w->trees[i].fd, i);
	free(k);
	return r;
}

int save_walk(struct save_walk *w)
{
	return save_walk_tree(w, 0);
}
