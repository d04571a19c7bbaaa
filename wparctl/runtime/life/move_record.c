/* SPDX-License-Identifier: Apache-2.0 */
/* The record of a move: see move_record.h. */
#include "wparctl/runtime/life/move_record.h"

#include "lpard/common/fs.h"
#include "lpard/common/words.h"
#include "wparctl/spec/spec.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>

#define MOVES_DIR   WPAR_STORE_DIR "/moves"
#define RECORD_MOST 4096

void wpar_move_record_done(struct wpar_move_record *r)
{
	free(r->id);
	free(r->peer);
	*r = (struct wpar_move_record){ 0 };
}

/* A line of "key=value" each, in this order: read at every start, and by no one else. */
int wpar_move_record_print(const struct wpar_move_record *r, struct par_buf *out)
{
	return par_buf_printf(out, "id=%s\nphase=%s\npeer=%s\nactive=%d\nsince_ms=%" PRIu64 "\n",
			      r->id, par_move_phase_words[r->phase], r->peer, r->active,
			      r->since_ms);
}

/* The value of the next line, which must have that key; NULL: it has not. */
static char *next_value(char **at, const char *key)
{
	const size_t len = strlen(key);
	char *line = *at, *end = line ? strchr(line, '\n') : NULL;

	if (!end || strncmp(line, key, len) != 0 || line[len] != '=')
		return NULL;
	*end = '\0';
	*at = end + 1;
	return line + len + 1;
}

static int parse_lines(char *text, struct wpar_move_record *r)
{
	const char *id = next_value(&text, "id");
	const char *phase = id ? next_value(&text, "phase") : NULL;
	const char *peer = phase ? next_value(&text, "peer") : NULL;
	const char *active = peer ? next_value(&text, "active") : NULL;
	const char *since = active ? next_value(&text, "since_ms") : NULL;
	const int n = par_word_find(par_move_phase_words, phase);

	if (!since || *text || n < 0 || !*id || !par_printable(id) || !par_printable(peer) ||
	    (strcmp(active, "0") != 0 && strcmp(active, "1") != 0) ||
	    par_parse_u64(since, UINT64_MAX, &r->since_ms) < 0)
		return -EINVAL;
	r->phase = (enum par_move_phase)n;
	r->active = *active == '1';
	r->id = strdup(id);
	r->peer = strdup(peer);
	return r->id && r->peer ? 0 : -ENOMEM;
}

int wpar_move_record_parse(const char *text, size_t len, struct wpar_move_record *ret,
			   struct par_error **err)
{
	autofree char *copy = strndup(text, len);
	auto_move_record record = { 0 };
	int r = copy ? parse_lines(copy, &record) : -ENOMEM;

	if (r == -ENOMEM)
		return par_oom(err);
	if (r < 0)
		return par_fail(err, PAR_E_CORRUPT, 0, "it has not the lines that it must have");
	*ret = record;
	record = (struct wpar_move_record){ 0 };
	return 0;
}

static char *path_of(const char *name)
{
	return wpar_path(MOVES_DIR "/%s", name);
}

int wpar_move_record_read(const char *name, struct wpar_move_record *ret, struct par_error **err)
{
	autofree char *path = path_of(name);
	auto_buf text = { 0 };
	auto_error why = NULL;
	int r;

	if (!path)
		return par_oom(err);
	r = par_fs_read_own(path, RECORD_MOST, &text);
	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "%s cannot be read", path);
	if (wpar_move_record_parse(text.data ? text.data : "", text.len, ret, &why) < 0)
		return par_fail(err, PAR_E_CORRUPT, 0,
				"%s, by which it is known who may run '%s', cannot be understood: "
				"%s; move it away only when nothing of it runs in another LPAR",
				path, name, par_error_text(why));
	return 1;
}

int wpar_move_record_write(const char *name, const struct wpar_move_record *record,
			   struct par_error **err)
{
	autofree char *folder = wpar_path(MOVES_DIR), *path = path_of(name);
	auto_buf text = { 0 };
	int r;

	if (!folder || !path || wpar_move_record_print(record, &text) < 0)
		return par_oom(err);
	r = par_fs_mkdirs(folder, 0700);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "%s cannot be made", folder);
	r = par_fs_replace(AT_FDCWD, path, text.data, text.len, 0600);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "%s cannot be written", path);
	par_fs_sync_folder_of(path);
	return 0;
}

int wpar_move_record_remove(const char *name, struct par_error **err)
{
	autofree char *path = path_of(name);

	if (!path)
		return par_oom(err);
	if (unlink(path) < 0) {
		if (errno == ENOENT)
			return 0;
		return par_fail(err, PAR_E_SYSTEM, errno, "%s cannot be removed", path);
	}
	par_fs_sync_folder_of(path);
	return 0;
}

bool wpar_move_may_follow(enum par_move_phase from, enum par_move_phase to)
{
	static const struct {
		enum par_move_phase from, to;
	} steps[] = {
		{ PAR_MOVE_BEGUN, PAR_MOVE_GIVEN },    { PAR_MOVE_GIVEN, PAR_MOVE_BEGUN },
		{ PAR_MOVE_EXPECTED, PAR_MOVE_READY }, { PAR_MOVE_READY, PAR_MOVE_TAKEN },
		{ PAR_MOVE_READY, PAR_MOVE_REFUSED },  { PAR_MOVE_TAKEN, PAR_MOVE_REFUSED },
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(steps); i++) {
		if (steps[i].from == from && steps[i].to == to)
			return true;
	}
	return from == to;
}

bool wpar_move_is_under_way(const char *name)
{
	auto_move_record record = { 0 };
	int r = wpar_move_record_read(name, &record, NULL);

	return r < 0 || (r > 0 && record.phase != PAR_MOVE_TAKEN);
}

int wpar_move_admits(const char *name, struct par_error **err)
{
	const char *mover = getenv("WPAR_MOVE");
	auto_move_record record = { 0 };
	int r = wpar_move_record_read(name, &record, err);

	if (r <= 0)
		return r;
	if (record.phase == PAR_MOVE_TAKEN || (mover && strcmp(mover, record.id) == 0))
		return 0;
	if (record.phase == PAR_MOVE_BEGUN || record.phase == PAR_MOVE_GIVEN)
		return par_fail(
			err, PAR_E_BUSY, 0,
			"workload partition '%s' is moving to '%s'; migrwpar -o s stops the "
			"move, and -o r repairs one that was cut off",
			name, record.peer);
	return par_fail(
		err, PAR_E_BUSY, 0,
		"workload partition '%s' is coming from '%s'; migrwpar -o s there stops the "
		"move, and -o r repairs one that was cut off",
		name, record.peer);
}

int wpar_move_record_list(struct par_strv *ret, struct par_error **err)
{
	autofree char *folder = wpar_path(MOVES_DIR);
	struct dirent *e;
	DIR *dir;
	int r = 0;

	if (!folder)
		return par_oom(err);
	dir = opendir(folder);
	if (!dir)
		return errno == ENOENT
			       ? 0
			       : par_fail(err, PAR_E_SYSTEM, errno, "%s cannot be read", folder);
	while (r == 0 && (e = readdir(dir))) {
		if (wpar_name_check(e->d_name, NULL) == 0)
			r = par_strv_add(ret, e->d_name);
	}
	closedir(dir);
	par_strv_sort(ret);
	return r < 0 ? par_oom(err) : 0;
}
