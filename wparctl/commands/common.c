/* SPDX-License-Identifier: Apache-2.0 */
/* What the WPAR commands share: printing of steps, checks, start, stop and removal. */
#include "wparctl/commands/common.h"

#include "lpard/common/fs.h"
#include "wparctl/filesystem/rootfs.h"
#include "wparctl/versioned/versioned.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

static void say(enum wpar_note kind, const char *text, void *user)
{
	const struct cmd_say *s = user;

	if (kind == WPAR_NOTE_VERBOSE && !s->verbose)
		return;
	fprintf(s->out, "%s\n", text);
	fflush(s->out);
}

struct wpar_report cmd_report(struct cmd_say *s)
{
	return (struct wpar_report){ .say = say, .user = s };
}

void cmd_say_line(FILE *out, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(out, fmt, ap);
	va_end(ap);
	fputc('\n', out);
	fflush(out);
}

int cmd_need_root(struct par_error **err)
{
	if (geteuid() == 0)
		return 0;
	return par_fail(err, PAR_E_NOT_PERMITTED, 0, "Only the root user can run this command.");
}

int cmd_open(const char *name, int *ret_lock, struct wpar_spec *ret, struct par_error **err)
{
	autofd int lock = -1;
	int r = cmd_need_root(err);

	/* First without the lock: an unknown name must not leave a lock file. */
	if (r == 0)
		r = wpar_spec_load(name, ret, err);
	if (r < 0)
		return r;
	wpar_spec_done(ret);
	r = wpar_lock(name, &lock, err);
	if (r == 0)
		r = wpar_spec_load(name, ret, err);
	if (r < 0)
		return r;
	*ret_lock = take_fd(&lock);
	return 0;
}

int cmd_state(const struct wpar_spec *s, enum wpar_state *ret, struct par_error **err)
{
	int r = wpar_state_get(s, ret, err);

	if (r == 0 && s->creating && *ret == WPAR_STATE_DEFINED)
		*ret = WPAR_STATE_BROKEN;
	return r;
}

int cmd_state_locked(const struct wpar_spec *s, enum wpar_state *ret, struct par_error **err)
{
	int r = wpar_state_probe(s, ret, err);

	if (r == 0 && s->creating && *ret == WPAR_STATE_DEFINED)
		*ret = WPAR_STATE_BROKEN;
	return r;
}

int cmd_fail_state(const struct wpar_spec *s, enum wpar_state st, const char *needs,
		   struct par_error **err)
{
	if (s->creating)
		return par_fail(err, PAR_E_WRONG_STATE, 0,
				"The creation of workload partition %s was not completed; run "
				"mkwpar again, or remove it with rmwpar.",
				s->name);
	return par_fail(err, PAR_E_WRONG_STATE, 0, "Workload partition %s is in the %s state; %s.",
			s->name, wpar_state_word(st), needs);
}

int cmd_start(const struct wpar_spec *s, struct cmd_say *out, struct par_error **err)
{
	struct wpar_report report = cmd_report(out);

	cmd_say_line(out->out, "Starting workload partition %s.", s->name);
	return wpar_start(s, &report, err);
}

int cmd_stop(const struct wpar_spec *s, const struct wpar_stop_opts *opts, const char *command,
	     struct cmd_say *out, struct par_error **err)
{
	struct wpar_report report = cmd_report(out);

	cmd_say_line(out->out, "Stopping workload partition '%s'.", s->name);
	if (!opts->hard && !opts->force) {
		if (opts->timeout_s == UINT64_MAX)
			cmd_say_line(out->out,
				     "%s: 0960-261 Waiting for the workload partition to halt.",
				     command);
		else
			cmd_say_line(out->out,
				     "%s: 0960-261 Waiting up to %llu seconds for the workload "
				     "partition to halt.",
				     command, (unsigned long long)opts->timeout_s);
	}
	return wpar_stop(s, opts, &report, err);
}

int cmd_remove(const struct wpar_spec *s, bool keep, bool force, struct par_error **err)
{
	auto_error why = NULL;
	int r = 0;

	/* The order lets a killed removal be run again: the specification goes last. */
	if (!keep && s->type == WPAR_SYSTEM)
		r = wpar_rootfs_remove(s, &why);
	if (r < 0 && !force) {
		par_error_move(err, &why);
		return r;
	}
	r = wpar_spec_remove(s->name, err);
	if (r == 0 && s->version.image_digest && !keep)
		r = wpar_image_release(s->version.image_digest, err);
	if (r == 0) {
		wpar_id_range_release(s);
		wpar_lock_forget(s->name);
	}
	return r;
}

/* Ids and keys are given out by one at a time. */
static int lock_registry(int *ret, struct par_error **err)
{
	autofree char *folder = wpar_path(WPAR_RUN_DIR);
	autofree char *path = wpar_path(WPAR_RUN_DIR "/.registry");
	autofd int fd = -1;
	int r;

	if (!folder || !path)
		return par_oom(err);
	r = par_fs_mkdirs(folder, 0755);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, -r, "could not create '%s'", folder);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not open '%s'", path);
	while (flock(fd, LOCK_EX) < 0) {
		if (errno != EINTR)
			return par_fail(err, PAR_E_SYSTEM, errno, "could not lock '%s'", path);
	}
	*ret = take_fd(&fd);
	return 0;
}

/* Another WPAR must not have the base directory or lie above or below it. */
static int check_directory(const struct wpar_spec *s, const char *other, struct par_error **err)
{
	auto_spec o = { 0 };
	size_t a, b;

	if (strcmp(other, s->name) == 0 || wpar_spec_load(other, &o, NULL) < 0 ||
	    o.type != WPAR_SYSTEM || !o.directory || s->type != WPAR_SYSTEM)
		return 0;
	a = strlen(s->directory);
	b = strlen(o.directory);
	if (strncmp(s->directory, o.directory, a < b ? a : b) == 0 &&
	    (a == b || (a < b ? o.directory[a] : s->directory[b]) == '/'))
		return par_fail(err, PAR_E_EXISTS, 0,
				"The base directory %s clashes with that of workload partition %s.",
				s->directory, other);
	return 0;
}

int cmd_claim(struct wpar_spec *s, struct par_error **err)
{
	autofd int registry = -1;
	auto_strv names = { 0 };
	int r = lock_registry(&registry, err);

	if (r == 0)
		r = wpar_spec_list(&names, err);
	if (r == 0 && par_strv_find(&names, s->name) >= 0)
		r = par_fail(err, PAR_E_EXISTS, 0, "A workload partition called %s already exists.",
			     s->name);
	for (size_t i = 0; i < names.n && r == 0; i++)
		r = check_directory(s, names.v[i], err);
	if (r == 0)
		r = wpar_id_range_pick(s, err);
	if (r < 0)
		return r;
	s->creating = s->type == WPAR_SYSTEM;
	return wpar_spec_save(s, err);
}

bool cmd_forget_orphan(const struct wpar_spec *s)
{
	const struct wpar_stop_opts stop = { .hard = true, .force = true, .timeout_s = 10 };
	autofree char *path = wpar_path(WPAR_RUN_DIR "/%s.cf", s->name);
	autofd int lock = -1, held = -1;
	enum wpar_state st;

	if (s->type != WPAR_APPLICATION || geteuid() != 0 || !path ||
	    wpar_lock(s->name, &lock, NULL) < 0)
		return false;
	/* Its wparexec locks it for as long as it lives. */
	held = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (held < 0 || flock(held, LOCK_EX | LOCK_NB) < 0 || wpar_state_probe(s, &st, NULL) < 0 ||
	    st != WPAR_STATE_DEFINED)
		return false;
	return wpar_stop(s, &stop, NULL, NULL) == 0 && cmd_remove(s, false, true, NULL) == 0;
}
