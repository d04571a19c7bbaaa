/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mode "write" of wparctl-archive: a line on stdin is something to do, and each is answered by
 * a line on stdout (wparctl/archive/writer.c has the other end).  Names and texts are in
 * hexadecimal.
 *
 * packing none|zstd|gzip|xz BLOCK | tree SHIFT RANGE NAME FD... | empty NAME | pattern REGEX |
 * owner user|group FROM TO |
 * later NAME | part NAME | attributes 0|1 | verbose 0|1: what is to be done, before "confine",
 * without an answer
 *
 * confine	-> "confined"		from here on there are the trees, and nothing else
 * count	-> "part I BYTES" for each "part", "counted N BYTES SIZES"
 * member NAME TEXT -> "member"		a plain file of .savewpar_dir
 * pass		-> "passed MEMBERS BYTES"  meanwhile "progress N", "name NAME", "left NAME WHY"
 * late		-> "late"		the trees of "later", whose mounts are in SAVE_LATE
 * mark		-> "marked"		what changes from here on is for the pass after the next
 * spool	-> "spooled"		what follows is copied to the disk, and no more
 * drain	-> "drained"		what was copied is digested, compressed and written
 * sums MS	-> "summed"		the member checksums; the same text is in SAVE_SUMS
 * end		-> "ended MEMBERS BYTES"
 *
 * After an error there is "error ERRNO WHY" and nothing more.
 */
#include "wparctl/archive/helper/save.h"

#include "lpard/common/fd_pass.h"
#include "lpard/common/hex.h"
#include "wparctl/archive/helper/prison.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define MAX_MEMORY (UINT64_C(2) << 30)

struct writing {
	struct save save;
	enum save_packing packing;
	size_t block;
	int fds[WPAR_ARCHIVE_TREES][WPAR_ARCHIVE_PASSES]; /* mounts of one tree */
};

/* In place; returns the bytes of it, and puts a NUL behind them. */
static size_t decode(char *text)
{
	size_t n = 0;

	for (int byte; (byte = par_hex_byte(text + 2 * n)) >= 0; n++)
		text[n] = (char)byte;
	text[n] = '\0';
	return n;
}

/* ---- What is to be done ---- */

static int take_packing(struct writing *w, char *args)
{
	static const char *const names[] = { "none", "zstd", "gzip", "xz" };
	char name[8];

	if (sscanf(args, "%7s %zu", name, &w->block) != 2)
		return -EINVAL;
	for (size_t i = 0; i < PAR_ARRAY_SIZE(names); i++) {
		if (strcmp(name, names[i]) == 0) {
			w->packing = (enum save_packing)i;
			return 0;
		}
	}
	return -EINVAL;
}

static int take_tree(struct writing *w, char *args)
{
	struct save_walk *k = &w->save.walk;
	char *word, *save = NULL;
	struct save_tree *t;
	int *fds;

	if (k->n_trees == WPAR_ARCHIVE_TREES)
		return -EINVAL;
	t = &k->trees[k->n_trees];
	fds = w->fds[k->n_trees];
	if (sscanf(args, "%" SCNu32 " %" SCNu32, &t->shift, &t->range) != 2)
		return -EINVAL;
	strtok_r(args, " ", &save);
	strtok_r(NULL, " ", &save);
	word = strtok_r(NULL, " ", &save);
	if (!word)
		return -EINVAL;
	decode(word);
	t->name = strdup(word);
	for (int i = 0; i < WPAR_ARCHIVE_PASSES; i++) {
		word = strtok_r(NULL, " ", &save);
		fds[i] = word ? atoi(word) : i ? fds[i - 1] : -1;
	}
	t->fd = fds[0];
	if (!t->name || t->fd < 0)
		return -EINVAL;
	k->n_trees++;
	return 0;
}

/* A tree whose mount comes by "late". */
static int take_later(struct writing *w, char *args)
{
	struct save_walk *k = &w->save.walk;

	decode(args);
	for (unsigned int i = 1; i < k->n_trees; i++) {
		if (strcmp(k->trees[i].name, args) == 0) {
			k->trees[i].later = true;
			return 0;
		}
	}
	return -EINVAL;
}

static int take_pattern(struct writing *w, char *args)
{
	struct save_walk *k = &w->save.walk;
	regex_t *more = reallocarray(k->patterns, k->n_patterns + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	k->patterns = more;
	decode(args);
	if (regcomp(&more[k->n_patterns], args, REG_NOSUB) != 0)
		return save_fail(&w->save, EINVAL, "the pattern '%s' of names is not one of grep",
				 args);
	k->n_patterns++;
	return 0;
}

static int take_empty(struct writing *w, char *args)
{
	decode(args);
	return par_strv_add(&w->save.walk.empty, args);
}

static int take_part(struct writing *w, char *args)
{
	decode(args);
	return w->save.parts.n == WPAR_ARCHIVE_TREES ? -EINVAL : par_strv_add(&w->save.parts, args);
}

static int take_owner(struct writing *w, char *args)
{
	struct save_owners *o = &w->save.owners;
	char kind[8];
	uint32_t from, to;

	if (sscanf(args, "%7s %" SCNu32 " %" SCNu32, kind, &from, &to) != 3)
		return -EINVAL;
	return save_ids_add(strcmp(kind, "user") == 0 ? &o->users : &o->groups, from, to);
}

static int take_attributes(struct writing *w, char *args)
{
	w->save.no_attributes = *args == '0';
	return 0;
}

static int take_verbose(struct writing *w, char *args)
{
	w->save.verbose = *args == '1';
	return 0;
}

/* ---- The prison ---- */

/* The root directory is that of the WPAR, read-only: there is nothing else to be found. */
static int confine(struct writing *w, char *args)
{
	const struct rlimit memory = { MAX_MEMORY, MAX_MEMORY }, core = { 0, 0 };
	const struct rlimit files = { 2 * SAVE_DEPTH_MAX + 1024, 2 * SAVE_DEPTH_MAX + 1024 };
	int r;

	(void)args;
	if (w->save.walk.n_trees == 0)
		return -EINVAL;
	if (fchdir(w->save.walk.trees[0].fd) < 0 || chroot(".") < 0 || chdir("/") < 0 ||
	    setrlimit(RLIMIT_AS, &memory) < 0 || setrlimit(RLIMIT_NOFILE, &files) < 0 ||
	    setrlimit(RLIMIT_CORE, &core) < 0)
		return -errno;
	r = wpar_prison_keep(PAR_BIT64(CAP_DAC_READ_SEARCH));
	if (r < 0)
		return r;
	r = wpar_prison_forbid_calls();
	if (r < 0)
		return r;
	save_say("confined\n");
	return 0;
}

/* ---- The archive ---- */

static int put_bytes(void *user, const void *data, size_t len)
{
	struct save *s = user;

	return s->spool ? save_spool_bytes(s->spool, data, len) : save_pack_put(s->pack, data, len);
}

/* The compressor's thread and the lists are made when the first byte is to be written. */
static int begin_archive(struct writing *w)
{
	struct save *s = &w->save;

	if (s->pack)
		return 0;
	s->pack = save_pack_new(SAVE_OUT, w->packing, w->block);
	s->tar.put = put_bytes;
	s->tar.user = s;
	return s->pack ? save_sums_begin(&s->sums) : save_fail(s, ENOMEM, "out of memory");
}

static int do_count(struct writing *w, char *args)
{
	int r = save_count(&w->save);

	(void)args;
	if (r < 0)
		return r;
	for (size_t i = 0; i < w->save.parts.n; i++)
		save_say("part %zu %" PRIu64 "\n", i, w->save.part_bytes[i]);
	save_say("counted %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", w->save.found,
		 w->save.found_bytes, w->save.found_sizes);
	return 0;
}

static int do_member(struct writing *w, char *args)
{
	char *text = strchr(args, ' ');
	int r = begin_archive(w);

	if (r < 0)
		return r;
	if (!text)
		return -EINVAL;
	*text++ = '\0';
	decode(args);
	r = save_member_text(&w->save, args, text, decode(text));
	if (r == 0)
		save_say("member\n");
	return r;
}

static int do_pass(struct writing *w, char *args)
{
	struct save *s = &w->save;
	const unsigned int most = WPAR_ARCHIVE_PASSES - 1, mount = s->pass < most ? s->pass : most;
	int r = begin_archive(w);

	(void)args;
	if (r < 0)
		return r;
	for (unsigned int i = 0; i < s->walk.n_trees; i++)
		s->walk.trees[i].fd = w->fds[i][mount];
	r = save_pass(s);
	if (r == 0)
		save_say("passed %" PRIu64 " %" PRIu64 "\n", s->again, s->again_bytes);
	return r;
}

static int do_late(struct writing *w, char *args)
{
	struct save *s = &w->save;
	int r = begin_archive(w);

	(void)args;
	for (unsigned int i = 0; r == 0 && i < s->walk.n_trees; i++) {
		if (!s->walk.trees[i].later)
			continue;
		s->walk.trees[i].fd = par_fd_receive(SAVE_LATE);
		if (s->walk.trees[i].fd < 0)
			return save_fail(s, EBADF, "a file system did not come");
	}
	if (r < 0)
		return r;
	r = save_late(s);
	if (r == 0)
		save_say("late\n");
	return r;
}

static int do_mark(struct writing *w, char *args)
{
	(void)args;
	save_mark(&w->save);
	save_say("marked\n");
	return 0;
}

static int do_spool(struct writing *w, char *args)
{
	struct save *s = &w->save;

	(void)args;
	if (s->spool)
		return -EINVAL;
	s->spool = save_spool_new(SAVE_SPOOL);
	if (!s->spool)
		return save_fail(s, ENOMEM, "out of memory");
	save_say("spooled\n");
	return 0;
}

static int do_drain(struct writing *w, char *args)
{
	struct save *s = &w->save;
	struct save_spool *spool = s->spool;
	int r;

	(void)args;
	if (!spool)
		return -EINVAL;
	s->spool = NULL;
	r = save_spool_drain(s, spool);
	save_spool_free(spool);
	if (r == 0)
		save_say("drained\n");
	return r;
}

static int do_sums(struct writing *w, char *args)
{
	struct save *s = &w->save;
	uint64_t frozen_ms = 0, size = 0;
	int r;

	if (sscanf(args, "%" SCNu64, &frozen_ms) != 1)
		return -EINVAL;
	r = save_removed(s);
	if (r < 0)
		return r;
	r = save_sums_end(&s->sums, frozen_ms, &size);
	if (r < 0)
		return save_fail(s, -r, "the list of checksums cannot be written: %s",
				 strerror(-r));
	r = save_member_sums(s, size);
	if (r == 0)
		save_say("summed\n");
	return r;
}

static int do_end(struct writing *w, char *args)
{
	struct save *s = &w->save;
	int r;

	(void)args;
	if (!s->pack)
		return -EINVAL;
	r = save_tar_end(&s->tar);
	if (r < 0)
		return save_fail(s, -r, "%s", strerror(-r));
	r = save_pack_end(s->pack);
	s->pack = NULL;
	if (r < 0)
		return save_fail(s, -r, "%s", strerror(-r));
	save_say("ended %" PRIu64 " %" PRIu64 "\n", s->sums.members, s->sums.bytes);
	return 0;
}

static int carry_out(struct writing *w, char *line)
{
	static const struct {
		const char *word;
		int (*run)(struct writing *w, char *args);
	} rows[] = {
		{ "packing", take_packing }, { "tree", take_tree },
		{ "empty", take_empty },     { "later", take_later },
		{ "pattern", take_pattern }, { "part", take_part },
		{ "owner", take_owner },     { "attributes", take_attributes },
		{ "verbose", take_verbose }, { "confine", confine },
		{ "count", do_count },	     { "member", do_member },
		{ "pass", do_pass },	     { "late", do_late },
		{ "mark", do_mark },	     { "spool", do_spool },
		{ "drain", do_drain },	     { "sums", do_sums },
		{ "end", do_end },
	};
	char *args = line + strcspn(line, " \n");

	line[strcspn(line, "\n")] = '\0';
	if (*args)
		*args++ = '\0';
	for (size_t i = 0; i < PAR_ARRAY_SIZE(rows); i++) {
		if (strcmp(line, rows[i].word) == 0)
			return rows[i].run(w, args);
	}
	return -EINVAL;
}

int save_main(void)
{
	static struct writing w;
	char *line = NULL;
	size_t size = 0;
	int r = 0;

	setlocale(LC_CTYPE, "C.UTF-8");
	while (r == 0 && getline(&line, &size, stdin) > 0)
		r = carry_out(&w, line);
	if (r < 0)
		save_say("error %d %s\n", -r, w.save.why[0] ? w.save.why : strerror(-r));
	return r < 0 ? 1 : 0;
}
