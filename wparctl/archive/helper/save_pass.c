/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The passes over a WPAR's files.  The first takes all.  Those behind it take what has changed
 * since the one before began: what has a younger ctime, another inode, or was not there.
 *
 * A store into memory that a program has mapped changes the ctime when the page was clean.  So
 * a pass that is followed by another begins with a mark, then everything is written to the disk
 * (syncfs, by who has started us), and what has a ctime behind the mark is taken again.
 */
#include "wparctl/archive/helper/save.h"

#include "lpard/common/now.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CLOCK_STEP_NS 20000000 /* a ctime may be that much older than the clock says */
#define SAY_EVERY_MS  100

/* Which file system a name is in: the innermost. */
static size_t part_of(const struct save *s, const char *name)
{
	size_t best = 0, best_len = 0;

	for (size_t i = 0; i < s->parts.n; i++) {
		const size_t n = strlen(s->parts.v[i]);

		if (n > best_len && strncmp(name, s->parts.v[i], n) == 0 &&
		    (name[n] == '/' || !name[n])) {
			best = i;
			best_len = n;
		}
	}
	return best;
}

/* Bytes of its contents on the disk; what was set aside behind its end is not counted. */
static uint64_t bytes_of(const struct stat *st)
{
	const uint64_t blocks = (uint64_t)st->st_blocks * 512, size = (uint64_t)st->st_size;

	return blocks < size ? blocks : size;
}

static int count_node(void *user, const struct save_node *n)
{
	struct save *s = user;
	const bool regular = S_ISREG(n->st->st_mode);
	bool failed = false;

	if (S_ISSOCK(n->st->st_mode))
		return 0;
	s->found++;
	/* A file that has several names is there once. */
	if (regular && n->st->st_nlink > 1 && save_links_find(&s->links, n, &failed))
		return 0;
	if (regular) {
		const uint64_t size = (uint64_t)n->st->st_size;

		s->found_bytes += bytes_of(n->st);
		s->found_sizes += size < WPAR_ARCHIVE_BYTES ? size : WPAR_ARCHIVE_BYTES + 1;
	}
	s->part_bytes[part_of(s, n->name)] +=
		regular ? bytes_of(n->st) : (uint64_t)n->st->st_blocks * 512;
	return failed ? save_fail(s, ENOMEM, "out of memory") : 0;
}

/* Who hears it may be slow: nobody stands still for that. */
static int say_name(struct save *s, const char *word, const char *name, const char *text)
{
	if (s->spool)
		return save_spool_say(s->spool, word, name, text);
	save_say_name(word, name, text);
	return 0;
}

static void left_out(void *user, const char *name, const char *why)
{
	say_name(user, "left", name, why); /* a spool that is full says it when it is drained */
}

static void count_left_out(void *user, const char *name, const char *why)
{
	(void)user;
	(void)name;
	(void)why; /* told by the passes */
}

static int fail_walk(struct save *s, int r)
{
	return s->why[0] ? r : save_fail(s, -r, "the files cannot be read: %s", strerror(-r));
}

int save_count(struct save *s)
{
	int r;

	s->walk.visit = count_node;
	s->walk.whole = true;
	s->walk.left_out = count_left_out;
	s->walk.user = s;
	r = save_walk(&s->walk);
	s->walk.whole = false;
	save_links_done(&s->links);
	return r < 0 ? fail_walk(s, r) : save_limits_count(s);
}

static void say_progress(struct save *s)
{
	static uint64_t last;
	const uint64_t now = par_now_ms();

	if (s->spool || now - last < SAY_EVERY_MS)
		return;
	last = now;
	save_say("progress %llu\n", (unsigned long long)s->done);
}

static int take_node(struct save *s, const struct save_node *n)
{
	uint64_t bytes;
	int r = save_member(s, n, &bytes);

	if (r < 0)
		return r;
	s->again++;
	s->again_bytes += bytes;
	if (!s->verbose)
		return 0;
	r = say_name(s, "name", n->name, NULL);
	return r < 0 ? save_fail(s, -r, "%s", strerror(-r)) : 0;
}

static int take_first(void *user, const struct save_node *n)
{
	struct save *s = user;
	int r = S_ISSOCK(n->st->st_mode) ? 0 : take_node(s, n);

	if (r < 0 || S_ISSOCK(n->st->st_mode))
		return r;
	r = save_names_put(&s->names[s->pass % 2], n);
	if (r < 0)
		return save_fail(s, -r, "the list of names cannot be written: %s", strerror(-r));
	s->done++;
	say_progress(s);
	return 0;
}

static bool has_changed(const struct save *s, const struct save_node *n)
{
	const struct save_names *old = &s->names[(s->pass + 1) % 2];

	return !old->has_next || strcmp(old->next.name, n->name) != 0 ||
	       old->next.inode != n->st->st_ino || old->next.tree != n->tree ||
	       (int64_t)n->st->st_ctim.tv_sec * 1000000000 + n->st->st_ctim.tv_nsec >= s->since_ns;
}

/*
 * The names of the pass before that are in front of @name (NULL: all) have vanished; with @itself
 * that one, too: a socket is there now, which no archive has.
 */
static int pass_over(struct save *s, const char *name, bool itself)
{
	struct save_names *old = &s->names[(s->pass + 1) % 2];
	int r = 0;

	while (r == 0 && old->has_next &&
	       (!name || save_walk_compare(old->next.name, name) < (itself ? 1 : 0))) {
		if (par_strv_add(&s->removed, old->next.name) < 0)
			return save_fail(s, ENOMEM, "out of memory");
		r = save_names_read(old);
	}
	return r < 0 ? save_fail(s, -r, "the list of names cannot be read") : 0;
}

static int take_changed(void *user, const struct save_node *n)
{
	struct save *s = user;
	struct save_names *old = &s->names[(s->pass + 1) % 2];
	const bool is_socket = S_ISSOCK(n->st->st_mode);
	int r = pass_over(s, n->name, is_socket);

	if (r < 0 || is_socket)
		return r;
	if (has_changed(s, n))
		r = take_node(s, n);
	if (r < 0)
		return r;
	r = save_names_put(&s->names[s->pass % 2], n);
	if (r < 0)
		return save_fail(s, -r, "the list of names cannot be written: %s", strerror(-r));
	if (old->has_next && strcmp(old->next.name, n->name) == 0 && save_names_read(old) < 0)
		return save_fail(s, EIO, "the list of names cannot be read");
	return 0;
}

static int fail_names(struct save *s, int r)
{
	return save_fail(s, -r, "the list of names cannot be written: %s", strerror(-r));
}

static int begin_names(struct save *s)
{
	const unsigned int now = s->pass % 2, before = (s->pass + 1) % 2;
	int r = save_names_rewind(&s->names[now], SAVE_NAMES + (int)now, true);

	if (r < 0)
		return fail_names(s, r);
	r = s->pass == 0 ? 0
			 : save_names_rewind(&s->names[before], SAVE_NAMES + (int)before, false);
	return r < 0 ? fail_names(s, r) : 0;
}

static int64_t clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec - CLOCK_STEP_NS;
}

void save_mark(struct save *s)
{
	s->mark_ns = clock_ns();
}

int save_pass(struct save *s)
{
	const int64_t begin_ns = s->mark_ns ? s->mark_ns : clock_ns();
	int r;

	s->again = s->again_bytes = 0;
	s->walk.visit = s->pass ? take_changed : take_first;
	s->walk.left_out = left_out;
	s->walk.user = s;
	r = begin_names(s);
	if (r < 0)
		return r;
	r = save_walk(&s->walk);
	save_links_done(&s->links);
	if (r < 0)
		return fail_walk(s, r);
	r = s->pass ? pass_over(s, NULL, false) : 0;
	if (r < 0)
		return r;
	s->since_ns = begin_ns;
	s->mark_ns = 0;
	s->pass++;
	return 0;
}

/* They are in no list of names: no pass comes behind them. */
static int take_late(void *user, const struct save_node *n)
{
	struct save *s = user;
	int r = S_ISSOCK(n->st->st_mode) ? 0 : take_node(s, n);

	if (r < 0 || S_ISSOCK(n->st->st_mode))
		return r;
	s->done++;
	say_progress(s);
	return 0;
}

/* A walk of another one comes to it. */
static bool is_in_other_tree(const struct save_walk *w, unsigned int i)
{
	for (unsigned int j = 0; j < w->n_trees; j++) {
		const size_t n = strlen(w->trees[j].name);

		if (j != i && w->trees[j].later &&
		    strncmp(w->trees[i].name, w->trees[j].name, n) == 0 &&
		    w->trees[i].name[n] == '/')
			return true;
	}
	return false;
}

int save_late(struct save *s)
{
	struct save_walk *w = &s->walk;
	int r = 0;

	w->visit = take_late;
	w->left_out = left_out;
	w->user = s;
	w->whole = true;
	for (unsigned int i = 0; r == 0 && i < w->n_trees; i++) {
		if (w->trees[i].later && !is_in_other_tree(w, i))
			r = save_walk_tree(w, i);
	}
	w->whole = false;
	save_links_done(&s->links);
	return r < 0 ? fail_walk(s, r) : 0;
}

static int by_walk(const void *a, const void *b)
{
	return save_walk_compare(*(char *const *)a, *(char *const *)b);
}

static bool is_below(const char *name, const char *folder)
{
	const size_t n = folder ? strlen(folder) : 0;

	return folder && strncmp(name, folder, n) == 0 && (name[n] == '/' || !name[n]);
}

int save_removed(struct save *s)
{
	struct save_names *last = &s->names[(s->pass + 1) % 2];
	const char *said = NULL;
	int r = s->removed.n ? save_names_rewind(last, SAVE_NAMES + (int)((s->pass + 1) % 2), false)
			     : 0;

	if (s->removed.n > 1)
		qsort(s->removed.v, s->removed.n, sizeof(*s->removed.v), by_walk);
	for (size_t i = 0; r == 0 && i < s->removed.n; i++) {
		const char *name = s->removed.v[i];
		int c = -1;

		while (r == 0 && last->has_next &&
		       (c = save_walk_compare(last->next.name, name)) < 0)
			r = save_names_read(last);
		/* It has come back, or goes with the folder that it was in. */
		if (r < 0 || (last->has_next && c == 0) || is_below(name, said))
			continue;
		r = save_limits_removed(s, name);
		if (r < 0)
			return r;
		r = save_sums_removed(&s->sums, name);
		said = name;
	}
	return r < 0 ? save_fail(s, -r, "the list of names cannot be read: %s", strerror(-r)) : 0;
}
