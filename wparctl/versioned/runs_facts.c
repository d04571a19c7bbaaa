/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What there is here that runs programs of other machines: the kernel itself, which is tried, the
 * registrations of binfmt_misc, and interpreters (qemu-user) that need no libraries.
 */
#include "wparctl/versioned/runs.h"

#include "lpard/common/fs.h"

#include <dirent.h>
#include <elf.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#define REGISTRATIONS "/proc/sys/fs/binfmt_misc"

/* Does a child end well? */
static bool try_in_child(int (*what)(void))
{
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(what() == 0 ? 0 : 1);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* A user namespace may have registrations of its own since Linux 6.7. */
static int mount_own(void)
{
	int fs;

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return -errno;
	fs = (int)syscall(SYS_fsopen, "binfmt_misc", FSOPEN_CLOEXEC);
	if (fs < 0 || syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -errno;
	return 0;
}

/* What the kernel needs to start @path: 0: nothing else; -ENOEXEC: libraries, or another kernel */
static int look_at_program(const char *path)
{
	autofd int fd = open(path, O_RDONLY | O_CLOEXEC), self = -1;
	Elf64_Ehdr head = { 0 }, own = { 0 };

	self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	if (fd < 0 || faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) < 0)
		return -ENOENT;
	if (self < 0 || pread(fd, &head, sizeof(head), 0) != (ssize_t)sizeof(head) ||
	    pread(self, &own, sizeof(own), 0) != (ssize_t)sizeof(own) ||
	    memcmp(head.e_ident, own.e_ident, EI_OSABI) != 0 || head.e_machine != own.e_machine)
		return -ENOENT;
	for (uint16_t i = 0; i < head.e_phnum; i++) {
		Elf64_Phdr p;

		if (pread(fd, &p, sizeof(p), (off_t)(head.e_phoff + (uint64_t)i * sizeof(p))) !=
		    (ssize_t)sizeof(p))
			return -ENOENT;
		if (p.p_type == PT_INTERP)
			return -ENOEXEC;
	}
	return 0;
}

/* Takes @path, NULL included. */
static void consider(struct wpar_interpreter *v, char *path)
{
	int r = path && !v->path ? look_at_program(path) : -ENOENT;

	if (r == 0) {
		v->path = path;
	} else if (r == -ENOEXEC && !v->dynamic) {
		v->dynamic = path;
	} else {
		free(path);
	}
}

/* The one that the administrator has registered, or where distributions have them. */
static void find_interpreter(const struct wpar_machine_row *row, struct wpar_interpreter *v)
{
	static const char *const places[] = { "/usr/bin/qemu-%s-static", "/usr/bin/qemu-%s",
					      "/usr/local/bin/qemu-%s-static",
					      "/usr/local/bin/qemu-%s" };

	if (v->registered_path)
		consider(v, strdup(v->registered_path));
	for (size_t i = 0; i < PAR_ARRAY_SIZE(places); i++) {
		const char *mark = strchr(places[i], '%');

		consider(v, par_strdup_printf("%.*s%s%s", (int)(mark - places[i]), places[i],
					      row->qemu, mark + 2));
	}
}

static void read_registrations(struct wpar_run_facts *f)
{
	auto_buf status = { 0 };
	struct dirent **list = NULL;
	int n;

	if (par_fs_read(REGISTRATIONS "/status", 64, &status) < 0 || !status.data)
		return;
	f->misc = par_starts_with(status.data, "enabled");
	n = scandir(REGISTRATIONS, &list, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		const char *name = list[i]->d_name;
		autofree char *path = par_strdup_printf(REGISTRATIONS "/%s", name);
		auto_buf text = { 0 };

		if (path && name[0] != '.' && strcmp(name, "status") != 0 &&
		    strcmp(name, "register") != 0 && par_fs_read(path, 4096, &text) == 0 &&
		    text.data)
			wpar_run_facts_registration(f, name, text.data);
		free(list[i]);
	}
	free(list);
}

/* The one that would be used. */
static int try_interpreter(const struct wpar_machine_row *row, const struct wpar_run_facts *f,
			   const struct wpar_interpreter *v)
{
	const char *path = f->own ? v->path : v->registered_path;

	return path && access(path, X_OK) == 0 ? wpar_run_try(row, path) : 0;
}

void wpar_run_facts_get(const char *machine, struct wpar_run_facts *ret)
{
	struct utsname u = { 0 };

	*ret = (struct wpar_run_facts){ 0 };
	uname(&u);
	snprintf(ret->machine, sizeof(ret->machine), "%s", u.machine);
	ret->own = try_in_child(mount_own);
	read_registrations(ret);
	for (size_t i = 0; i < WPAR_MACHINES; i++) {
		const struct wpar_machine_row *row = &wpar_machine_rows[i];

		find_interpreter(row, &ret->v[i]);
		if (strcmp(row->part_of, wpar_machine_name(u.machine)) == 0)
			ret->small = wpar_run_try(row, NULL) > 0;
		if (machine && strcmp(row->name, wpar_machine_name(machine)) == 0)
			ret->v[i].tried = try_interpreter(row, ret, &ret->v[i]);
	}
}

bool wpar_machine_is_here(const char *machine)
{
	struct utsname u = { 0 };

	return uname(&u) == 0 &&
	       strcmp(wpar_machine_name(machine), wpar_machine_name(u.machine)) == 0;
}
