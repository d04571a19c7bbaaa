/* SPDX-License-Identifier: Apache-2.0 */
/* A WPAR's own registrations of binfmt_misc: see interpreter.h. */
#include "wparctl/versioned/interpreter.h"

#include "lpard/common/fs.h"

#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PLACE "/proc/sys/fs/binfmt_misc"

static void put_escaped(struct par_buf *out, const uint8_t *bytes)
{
	for (size_t i = 0; i < WPAR_ELF_HEAD; i++)
		par_buf_printf(out, "\\x%02x", bytes[i]);
}

char *wpar_interpreter_text(const struct wpar_machine_row *row, const char *path)
{
	uint8_t magic[WPAR_ELF_HEAD], mask[WPAR_ELF_HEAD];
	auto_buf out = { 0 };

	wpar_machine_head(row, magic, mask);
	par_buf_printf(&out, ":qemu-%s:M::", row->qemu);
	put_escaped(&out, magic);
	par_buf_putc(&out, ':');
	put_escaped(&out, mask);
	par_buf_printf(&out, ":%s:PF", path);
	return out.failed ? NULL : strdup(out.data);
}

static void interpreters_add(struct wpar_interpreters *i, const struct wpar_runs *runs)
{
	const size_t n = i->n;

	/* One whose path is longer, or has the colon that separates, cannot be registered. */
	if (runs->how != WPAR_RUN_OWN || strchr(runs->interpreter, ':') ||
	    strlen(runs->interpreter) >= sizeof(i->v[n].path))
		return;
	i->v[n].row = runs->row;
	snprintf(i->v[n].path, sizeof(i->v[n].path), "%s", runs->interpreter);
	i->n = n + 1;
}

/* Not having the smaller one is no reason not to start. */
static int add_smaller(struct wpar_interpreters *i, const struct wpar_machine_row *row,
		       const struct wpar_run_facts *facts, struct par_error **err)
{
	for (size_t k = 0; k < WPAR_MACHINES; k++) {
		auto_runs runs = { 0 };
		int r;

		if (strcmp(wpar_machine_rows[k].part_of, row->name) != 0)
			continue;
		r = wpar_runs_plan(wpar_machine_rows[k].name, facts, &runs, err);
		if (r < 0)
			return r;
		interpreters_add(i, &runs);
		break;
	}
	return 0;
}

int wpar_interpreters_find(const char *machine, struct wpar_interpreters *ret,
			   struct par_error **err)
{
	struct wpar_interpreters found = WPAR_NO_INTERPRETERS;
	auto_run_facts facts = { 0 };
	auto_runs runs = { 0 };
	int r;

	*ret = found;
	if (!machine || wpar_machine_is_here(machine))
		return 0;
	wpar_run_facts_get(machine, &facts);
	r = wpar_runs_plan(machine, &facts, &runs, err);
	if (r < 0)
		return r;
	if (runs.how == WPAR_RUN_NOT)
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
				"Programs for %s do not run on this system (%s): %s.",
				wpar_machine_name(machine), facts.machine, runs.why);
	interpreters_add(&found, &runs);
	if (found.n == 0)
		return 0;
	r = add_smaller(&found, runs.row, &facts, err);
	if (r < 0)
		return r;
	found.root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (found.root < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "'/' cannot be opened");
	*ret = found;
	return 0;
}

void wpar_interpreters_done(struct wpar_interpreters *i)
{
	if (i->n > 0 && i->root >= 0)
		close(i->root);
	*i = WPAR_NO_INTERPRETERS;
}

/*
 * The kernel opens the interpreter by its path while it is registered, and shows that path; so for
 * that moment the root directory of this process is the global one.
 */
static int register_from(int global, int inside, int file, const char *text)
{
	int r = 0;

	if (fchdir(global) < 0 || chroot(".") < 0)
		return -errno;
	if (write(file, text, strlen(text)) != (ssize_t)strlen(text))
		r = errno ? -errno : -EIO;
	if (fchdir(inside) < 0 || chroot(".") < 0 || chdir("/") < 0)
		return -errno;
	return r;
}

static int register_all(const struct wpar_interpreters *i, int fs)
{
	autofd int file = openat(fs, "register", O_WRONLY | O_CLOEXEC);
	autofd int inside = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (file < 0 || inside < 0)
		return -errno;
	for (size_t k = 0; k < i->n; k++) {
		autofree char *text = wpar_interpreter_text(i->v[k].row, i->v[k].path);
		int r = text ? register_from(i->root, inside, file, text) : -ENOMEM;

		if (r < 0)
			return r;
	}
	return 0;
}

/* Who is root inside may read what there is, and register nothing. */
static int show(int fs)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY };
	autofd int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC), place = -1;

	if (root < 0 || syscall(SYS_mount_setattr, fs, "", AT_EMPTY_PATH, &attr, sizeof(attr)) < 0)
		return -errno;
	place = par_fs_open_plain(root, PLACE, O_PATH | O_DIRECTORY, 0);
	if (place < 0)
		return place;
	return syscall(SYS_move_mount, fs, "", place, "",
		       MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0
		       ? -errno
		       : 0;
}

static int mount_registrations(void)
{
	autofd int fs = (int)syscall(SYS_fsopen, "binfmt_misc", FSOPEN_CLOEXEC);
	int fd;

	if (fs < 0 || syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING, "source", "Global", 0) < 0 ||
	    syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -errno;
	fd = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC,
			  MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
	return fd < 0 ? -errno : fd;
}

int wpar_interpreters_mount(const struct wpar_interpreters *i, struct par_error **err)
{
	autofd int fs = -1;
	int r;

	if (i->n == 0)
		return 0;
	fs = mount_registrations();
	if (fs < 0)
		return par_fail(err, PAR_E_SYSTEM, fs,
				"binfmt_misc cannot be mounted for the WPAR");
	r = register_all(i, fs);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r,
				"the interpreter '%s' cannot be registered for the WPAR",
				i->v[0].path);
	r = show(fs);
	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r, "'" PLACE "' cannot be mounted") : 0;
}
