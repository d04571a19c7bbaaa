/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wparctl move: what lpard asks of an LPAR when a WPAR moves: facts for its report, and the record
 * of who may run the WPAR (docs/adr/0015-moves.md).  The files go by savewpar and restwpar.
 */
#include "wparctl/commands/commands.h"

#include "lpard/common/fs.h"
#include "lpard/common/now.h"
#include "wparctl/move/gather.h"
#include "wparctl/move/token.h"
#include "wparctl/operations/operation.h"
#include "wparctl/runtime/life/move_record.h"

#include <fcntl.h>
#include <string.h>

struct move_args {
	const char *id, *peer, *asked;
};

static const struct par_opt opts[] = {
	OPT_STR(0, "for", "FILE", struct move_args, asked,
		"With facts: answer what the workload partition of these facts needs; -: standard "
		"input",
		.values = "@files"),
	OPT_STR(0, "id", "UUID", struct move_args, id, "Which move it is about"),
	OPT_STR(0, "peer", "SYSTEM/LPAR", struct move_args, peer,
		"With begin and expect: the other LPAR"),
	{ 0 },
};

static int read_asked(const char *path, struct par_move_facts *ret, struct par_error **err)
{
	auto_buf text = { 0 };
	char bytes[16384];
	autofd int fd =
		strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return par_fail(err, PAR_E_NOT_FOUND, errno, "%s cannot be read", path);
	while ((n = read(fd, bytes, sizeof(bytes))) > 0 && text.len <= PAR_MOVE_FACTS_MOST)
		par_buf_put(&text, bytes, (size_t)n);
	if (n < 0 || text.failed)
		return par_fail(err, PAR_E_SYSTEM, n < 0 ? errno : ENOMEM, "%s cannot be read",
				path);
	return par_move_facts_read(text.data ? text.data : "", text.len, ret, err);
}

static int gather(const struct move_args *a, const char *name, struct par_move_facts *f,
		  struct par_error **err)
{
	auto_move_facts asked = { 0 };
	int r = move_gather_lpar(f, err);

	if (r < 0)
		return r;
	if (name) {
		r = move_gather_wpar(name, f, err);
		if (r < 0)
			return r;
		return move_gather_own_tests(true, name, f, err);
	}
	if (!a->asked)
		return 0;
	r = read_asked(a->asked, &asked, err);
	if (r < 0)
		return r;
	r = move_gather_answers(&asked, f, err);
	if (r < 0)
		return r;
	r = wpar_name_check(asked.wpars.v->name ? asked.wpars.v->name : "", err);
	return r < 0 ? r : move_gather_own_tests(false, asked.wpars.v->name, f, err);
}

static int move_facts(const struct par_cmd_ctx *ctx, const struct move_args *a, const char *name,
		      struct par_error **err)
{
	auto_move_facts f = { 0 };
	auto_buf text = { 0 };
	int r;

	if (name && a->asked)
		return par_fail(err, PAR_E_USAGE, 0, "give NAME or --for, not both");
	r = gather(a, name, &f, err);
	if (r < 0)
		return r;
	/* The last of it: lpard compares it with its own when it hears it. */
	f.time_ms = par_wall_ms();
	if (par_move_facts_write(&f, &text) < 0 || text.failed)
		return par_oom(err);
	if (text.len > PAR_MOVE_FACTS_MOST)
		return par_fail(err, PAR_E_TOO_LARGE, 0, "the facts have more than %u bytes",
				PAR_MOVE_FACTS_MOST);
	fputs(text.data, ctx->out);
	return 0;
}

/* The lock of a WPAR, which may not be there yet. */
static int lock_name(const char *name, int *ret, struct par_error **err)
{
	int r = wpar_name_check(name, err);

	return r < 0 ? r : wpar_lock(name, ret, err);
}

/* The record must be of this move. */
static int read_own(const char *name, const char *id, struct wpar_move_record *ret,
		    struct par_error **err)
{
	int r = wpar_move_record_read(name, ret, err);

	if (r < 0)
		return r;
	if (r == 0)
		return par_fail(err, PAR_E_NOT_FOUND, 0, "no move of '%s' is known here", name);
	if (strcmp(ret->id, id) != 0)
		return par_fail(err, PAR_E_BUSY, 0, "another move of '%s' is under way here", name);
	return 0;
}

/* No other move of it, and a new record. */
static int begin_record(const struct move_args *a, const char *name, enum par_move_phase phase,
			bool active, struct par_error **err)
{
	const struct wpar_move_record record = { .id = (char *)a->id,
						 .peer = (char *)a->peer,
						 .phase = phase,
						 .active = active,
						 .since_ms = par_wall_ms() };
	auto_move_record old = { 0 };
	int r;

	if (!a->peer)
		return par_fail(err, PAR_E_USAGE, 0, "give --peer");
	r = wpar_move_record_read(name, &old, err);
	if (r < 0)
		return r;
	if (r > 0 && old.phase != PAR_MOVE_TAKEN)
		return par_fail(err, PAR_E_BUSY, 0,
				"a move of '%s' is under way already; migrwpar -o r repairs one "
				"that was cut off",
				name);
	return wpar_move_record_write(name, &record, err);
}

static int move_begin(const struct move_args *a, const char *name, struct par_error **err)
{
	auto_spec s = { 0 };
	autofd int lock = -1;
	enum wpar_state st;
	int r = wpar_operation_open(name, &lock, &s, err);

	if (r < 0)
		return r;
	r = wpar_operation_state_locked(&s, &st, err);
	if (r < 0)
		return r;
	if (s.creating || (st != WPAR_STATE_ACTIVE && st != WPAR_STATE_DEFINED))
		return wpar_fail_state(&s, st, "one that moves is Active or Defined", err);
	return begin_record(a, name, PAR_MOVE_BEGUN, st == WPAR_STATE_ACTIVE, err);
}

static int move_expect(const struct move_args *a, const char *name, struct par_error **err)
{
	autofd int lock = -1;
	int r = lock_name(name, &lock, err);

	if (r < 0)
		return r;
	if (wpar_spec_is_there(name))
		return par_fail(err, PAR_E_EXISTS, 0, "a workload partition '%s' is here already",
				name);
	return begin_record(a, name, PAR_MOVE_EXPECTED, false, err);
}

/* What a start would need is on the disk, not only in memory. */
static int have_on_disk(const char *name, struct par_error **err)
{
	autofd int fd = -1;
	auto_spec s = { 0 };
	autofree char *base = NULL;
	int r = wpar_spec_load(name, &s, err);

	if (r < 0)
		return r;
	if (s.creating)
		return par_fail(err, PAR_E_WRONG_STATE, 0, "'%s' is not whole yet", name);
	base = wpar_path("%s", s.directory);
	fd = base ? open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	if (fd < 0 || syncfs(fd) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "'%s' cannot be written to the disk",
				name);
	sync();
	return 0;
}

/* Nothing of it may run when it is said not to be this LPAR's. */
static int must_be_stopped(const char *name, struct par_error **err)
{
	auto_spec s = { 0 };
	enum wpar_state st;
	int r = wpar_spec_find(name, &s, err);

	if (r <= 0)
		return r;
	r = wpar_operation_state_locked(&s, &st, err);
	if (r < 0)
		return r;
	if (st != WPAR_STATE_DEFINED && st != WPAR_STATE_BROKEN && st != WPAR_STATE_PAUSED)
		return wpar_fail_state(&s, st, "it may still run here", err);
	return 0;
}

static int check_phase(const char *name, enum par_move_phase phase, struct par_error **err)
{
	switch (phase) {
	case PAR_MOVE_READY:
		return have_on_disk(name, err);
	case PAR_MOVE_GIVEN:
	case PAR_MOVE_REFUSED:
		return must_be_stopped(name, err);
	case PAR_MOVE_BEGUN:
	case PAR_MOVE_EXPECTED:
	case PAR_MOVE_TAKEN:
		break;
	}
	return 0;
}

static int move_set(const struct move_args *a, const char *name, enum par_move_phase phase,
		    struct par_error **err)
{
	auto_move_record record = { 0 };
	autofd int lock = -1;
	int r = lock_name(name, &lock, err);

	if (r < 0)
		return r;
	r = read_own(name, a->id, &record, err);
	if (r < 0)
		return r;
	if (!wpar_move_may_follow(record.phase, phase))
		return par_fail(err, PAR_E_WRONG_STATE, 0, "the move of '%s' is %s here, not %s",
				name, par_move_phase_words[record.phase],
				par_move_phase_words[phase]);
	if (record.phase == phase)
		return 0;
	r = check_phase(name, phase, err);
	if (r < 0)
		return r;
	record.phase = phase;
	return wpar_move_record_write(name, &record, err);
}

static int move_drop(const struct move_args *a, const char *name, struct par_error **err)
{
	auto_move_record record = { 0 };
	autofd int lock = -1;
	int r = lock_name(name, &lock, err);

	if (r < 0)
		return r;
	r = wpar_move_record_read(name, &record, err);
	if (r <= 0)
		return r;
	r = read_own(name, a->id, &record, err);
	if (r < 0)
		return r;
	r = wpar_move_record_remove(name, err);
	if (r == 0 && !wpar_spec_is_there(name))
		wpar_lock_forget(name);
	return r;
}

static int put_record(struct json_object *list, const char *name, struct par_error **err)
{
	struct json_object *o = json_object_new_object();
	auto_move_record record = { 0 };
	auto_error why = NULL;
	auto_spec s = { 0 };
	enum wpar_state st = WPAR_STATE_BROKEN;
	int r;

	if (!o || json_object_array_add(list, o) < 0) {
		json_object_put(o);
		return par_oom(err);
	}
	r = wpar_move_record_read(name, &record, &why);
	if (r > 0 && wpar_spec_load(name, &s, NULL) == 0)
		(void)wpar_state_probe(&s, &st, NULL);
	if (par_json_put_string(o, "wpar", name) < 0 ||
	    par_json_put_string(o, "id", record.id) < 0 ||
	    par_json_put_string(o, "phase", r > 0 ? par_move_phase_words[record.phase] : NULL) <
		    0 ||
	    par_json_put_string(o, "peer", record.peer) < 0 ||
	    par_json_put(o, "active", json_object_new_boolean(record.active)) < 0 ||
	    par_json_put(o, "since_ms", json_object_new_int64((int64_t)record.since_ms)) < 0 ||
	    par_json_put_string(o, "state", s.name ? wpar_state_word(st) : NULL) < 0 ||
	    par_json_put_string(o, "error", why ? par_error_text(why) : NULL) < 0)
		return par_oom(err);
	return 0;
}

static int move_ls(const struct par_cmd_ctx *ctx, struct par_error **err)
{
	auto_json list = json_object_new_array();
	auto_strv names = { 0 };
	int r = wpar_move_record_list(&names, err);

	if (r < 0)
		return r;
	if (!list)
		return par_oom(err);
	for (size_t i = 0; i < names.n && r == 0; i++)
		r = put_record(list, names.v[i], err);
	if (r < 0)
		return r;
	par_json_print(ctx->out, list);
	return 0;
}

/* The tokens that facts has left with servers. */
static int move_tidy(const char *name, struct par_error **err)
{
	auto_spec s = { 0 };
	int r = wpar_spec_find(name, &s, err);

	for (size_t i = 0; r > 0 && i < s.n_mounts; i++) {
		if (wpar_mount_is_nfs(&s.mounts[i]))
			move_token_remove(s.mounts[i].host, s.mounts[i].device);
	}
	return r < 0 ? r : 0;
}

static int run_named(const struct move_args *a, const char *what, const char *name,
		     struct par_error **err)
{
	const int phase = par_word_find(par_move_phase_words, what);

	if (strcmp(what, "tidy") == 0)
		return move_tidy(name, err);
	if (!a->id || !*a->id)
		return par_fail(err, PAR_E_USAGE, 0, "give --id");
	if (strcmp(what, "begin") == 0)
		return move_begin(a, name, err);
	if (strcmp(what, "expect") == 0)
		return move_expect(a, name, err);
	if (strcmp(what, "drop") == 0)
		return move_drop(a, name, err);
	if (phase < 0 || phase == PAR_MOVE_EXPECTED)
		return par_fail(err, PAR_E_USAGE, 0, "'%s' is nothing that wparctl move does",
				what);
	return move_set(a, name, (enum par_move_phase)phase, err);
}

static int move_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const char *what = ctx->argv[0], *name = ctx->argc > 1 ? ctx->argv[1] : NULL;
	const struct move_args *a = args;
	int r = wpar_need_root(err);

	if (r < 0)
		return r;
	if (strcmp(what, "facts") == 0)
		return move_facts(ctx, a, name, err);
	if (strcmp(what, "ls") == 0 && !name)
		return move_ls(ctx, err);
	if (!name)
		return par_fail(err, PAR_E_USAGE, 0, "give the NAME of a workload partition");
	return run_named(a, what, name, err);
}

const struct par_cmd wpar_cmd_move = {
	.name = "move",
	.shown = "wparctl move",
	.synopsis = "facts|ls|begin|expect|PHASE|drop|tidy [NAME]",
	.summary = "What lpard asks of an LPAR when a workload partition moves",
	.family = PAR_FAMILY_AIX,
	.min_args = 1,
	.max_args = 2,
	.opts = opts,
	.args_size = sizeof(struct move_args),
	.run = move_run,
	.operand_values = "facts|ls|begin|expect|drop|tidy",
};
