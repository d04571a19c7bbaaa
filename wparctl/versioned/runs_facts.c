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
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#define REGISTRATIONS "/proc/sys/fs/binfmt_misc"

/* Does a child end well? */
static bool try_in_child(int (*what)(const void *arg), const void *arg)
{
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(what(arg) == 0 ? 0 : 1);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* _exit(0), by the system calls of the smaller machines. */
static const struct {
	const char *name;
	unsigned char code[12];
} exits[] = {
	/* mov $1, %eax; xor %ebx, %ebx; int $0x80 */
	{ "i686", { 0xb8, 1, 0, 0, 0, 0x31, 0xdb, 0xcd, 0x80 } },
	/* li r0, 1; li r3, 0; sc */
	{ "ppc", { 0x38, 0, 0, 1, 0x38, 0x60, 0, 0, 0x44, 0, 0, 2 } },
	/* mov r0, #0; mov r7, #1; svc 0 */
	{ "armv7l", { 0, 0, 0xa0, 0xe3, 1, 0x70, 0xa0, 0xe3, 0, 0, 0, 0xef } },
};

static uint16_t put16(bool big, uint16_t n)
{
	const uint16_t one = 1;
	const bool here_big = *(const unsigned char *)&one == 0;

	return big == here_big ? n : (uint16_t)(n << 8 | n >> 8);
}

static uint32_t put32(bool big, uint32_t n)
{
	return (uint32_t)put16(big, (uint16_t)(put16(big, 1) == 1 ? n : n >> 16)) |
	       (uint32_t)put16(big, (uint16_t)(put16(big, 1) == 1 ? n >> 16 : n)) << 16;
}

/* Runs a program of 100 bytes that does nothing but end well. */
static int run_small(const void *arg)
{
	const struct wpar_machine_row *row = arg;
	const uint32_t at = 0x100000, start = sizeof(Elf32_Ehdr) + sizeof(Elf32_Phdr);
	struct {
		Elf32_Ehdr head;
		Elf32_Phdr load;
		unsigned char code[12];
	} p = { 0 };
	uint8_t head[WPAR_ELF_HEAD], mask[WPAR_ELF_HEAD];
	char *const none[] = { NULL }, *const argv[] = { (char *)"small", NULL };
	int fd = memfd_create("small", 0);

	wpar_machine_head(row, head, mask);
	memcpy(&p, head, sizeof(head));
	p.head.e_version = put32(row->big, EV_CURRENT);
	p.head.e_entry = put32(row->big, at + start);
	p.head.e_phoff = put32(row->big, sizeof(Elf32_Ehdr));
	p.head.e_ehsize = put16(row->big, sizeof(Elf32_Ehdr));
	p.head.e_phentsize = put16(row->big, sizeof(Elf32_Phdr));
	p.head.e_phnum = put16(row->big, 1);
	p.load = (Elf32_Phdr){ .p_type = put32(row->big, PT_LOAD),
			       .p_vaddr = put32(row->big, at),
			       .p_filesz = put32(row->big, sizeof(p)),
			       .p_memsz = put32(row->big, sizeof(p)),
			       .p_flags = put32(row->big, PF_R | PF_X),
			       .p_align = put32(row->big, 65536) };
	for (size_t i = 0; i < PAR_ARRAY_SIZE(exits); i++) {
		if (strcmp(exits[i].name, row->name) == 0)
			memcpy(p.code, exits[i].code, sizeof(p.code));
	}
	if (fd < 0 || write(fd, &p, sizeof(p)) != (ssize_t)sizeof(p))
		return -errno;
	/* By its descriptor: an interpreter that binfmt_misc has for it would find no path. */
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	syscall(SYS_execveat, fd, "", argv, none, AT_EMPTY_PATH);
	return -errno;
}

/* A user namespace may have registrations of its own since Linux 6.7. */
static int mount_own(const void *arg)
{
	int fs;

	(void)arg;
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

void wpar_run_facts_get(struct wpar_run_facts *ret)
{
	struct utsname u = { 0 };

	*ret = (struct wpar_run_facts){ 0 };
	uname(&u);
	snprintf(ret->machine, sizeof(ret->machine), "%s", u.machine);
	ret->own = try_in_child(mount_own, NULL);
	read_registrations(ret);
	for (size_t i = 0; i < WPAR_MACHINES; i++) {
		const struct wpar_machine_row *row = &wpar_machine_rows[i];

		find_interpreter(row, &ret->v[i]);
		if (strcmp(row->part_of, wpar_machine_name(u.machine)) == 0)
			ret->small = try_in_child(run_small, row);
	}
}

bool wpar_machine_is_here(const char *machine)
{
	struct utsname u = { 0 };

	return uname(&u) == 0 &&
	       strcmp(wpar_machine_name(machine), wpar_machine_name(u.machine)) == 0;
}
