/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wparctl-archive {unpack|digest|scan|list} - stdin: the archive; descriptor 3: an empty folder;
 * stdout: what wparctl reads (unpack.c).  Before it looks at a byte of the archive it locks itself
 * in: the folder is its root directory, it has no network, keeps only the capabilities that owners
 * and modes need, and limits of memory; no program can be started.
 */
#include "wparctl/archive/helper/extract.h"

#include "lpard/common/now.h"
#include "wparctl/archive/helper/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <locale.h>
#include <sched.h>
#include <stddef.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FOLDER	   3
#define MAX_MEMORY (UINT64_C(512) << 20)

static void say_progress(const struct extract *a)
{
	static time_t last;
	const time_t now = par_now_s();

	if (now == last)
		return;
	last = now;
	printf("progress %llu %llu %llu\n", (unsigned long long)(a->read_bytes >> 10),
	       (unsigned long long)(a->input_bytes >> 10), (unsigned long long)a->entries);
	fflush(stdout);
}

static int die(int errnum, const char *why)
{
	printf("error %d %s\n", errnum, why);
	fflush(stdout);
	return 1;
}

/* Starting a program, another process to look into, a way to change the prison: none of it. */
static int forbid_calls(void)
{
	static const int calls[] = { SYS_execve, SYS_execveat,	 SYS_ptrace,  SYS_mount,
				     SYS_chroot, SYS_socket,	 SYS_bpf,     SYS_init_module,
				     SYS_setns,	 SYS_pivot_root, SYS_mknodat, SYS_kill };
	struct sock_filter code[2 * (sizeof(calls) / sizeof(calls[0])) + 2];
	struct sock_fprog prog = { .filter = code };
	unsigned short n = 0;

	code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						 offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (calls[i] == SYS_mknodat) /* fifos */
			continue;
		code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
							 (unsigned int)calls[i], 0, 1);
		code[n++] =
			(struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
	}
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	prog.len = n;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) < 0)
		return -errno;
	return 0;
}

static int limit_capabilities(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };

	for (int c = 0; c <= 63; c++) {
		if (c != CAP_CHOWN && c != CAP_DAC_OVERRIDE && c != CAP_FOWNER && c != CAP_FSETID &&
		    c != CAP_SETFCAP && prctl(PR_CAPBSET_DROP, c, 0, 0, 0) < 0 && errno != EINVAL)
			return -errno;
	}
	data[0].permitted = 1u << CAP_CHOWN | 1u << CAP_DAC_OVERRIDE | 1u << CAP_FOWNER |
			    1u << CAP_FSETID | 1u << CAP_SETFCAP;
	data[0].effective = data[0].permitted;
	data[0].permitted = data[0].effective;
	return syscall(SYS_capset, &head, data) < 0 ? -errno : 0;
}

/* To look at one needs no folder and no rights at all, but the same prison. */
static int lock_in(bool unpack)
{
	struct rlimit memory = { MAX_MEMORY, MAX_MEMORY };
	struct rlimit files = { 64, 64 }, core = { 0, 0 };

	if (unpack && (fchdir(FOLDER) < 0 || chroot(".") < 0 || chdir("/") < 0))
		return -errno;
	unshare(CLONE_NEWNET | CLONE_NEWIPC); /* ignoring: there is no socket() anyway */
	if (setrlimit(RLIMIT_AS, &memory) < 0 || setrlimit(RLIMIT_NOFILE, &files) < 0 ||
	    setrlimit(RLIMIT_CORE, &core) < 0)
		return -errno;
	if (unpack && limit_capabilities() < 0)
		return -errno;
	return forbid_calls();
}

enum mode { DIGEST, UNPACK, SCAN, LIST, NONE };

static enum mode mode_of(int argc, char **argv)
{
	static const char *const names[] = { "digest", "unpack", "scan", "list" };
	int m = 0;

	while (argc == 2 && m < NONE && strcmp(argv[1], names[m]) != 0)
		m++;
	return argc == 2 ? (enum mode)m : NONE;
}

static int run_mode(struct extract *a, enum mode mode)
{
	if (mode == UNPACK)
		return wpar_extract_run(a);
	return mode == DIGEST ? wpar_extract_drain(a) : wpar_scan_run(a, mode == LIST);
}

int main(int argc, char **argv)
{
	static struct extract a = { .top = FOLDER, .root = -1, .parent = -1 };
	const enum mode mode = mode_of(argc, argv);
	const bool unpack = mode == UNPACK;
	char hex[65];
	struct stat st;
	int r;

	if (mode == NONE) {
		fprintf(stderr, "wparctl-archive: run by mkwpar and lsmksysb, not by hand\n");
		return 2;
	}
	umask(0);
	setlocale(LC_CTYPE, "C.UTF-8"); /* names in pax headers are UTF-8 */
	r = lock_in(unpack);
	if (r < 0)
		return die(-r, "could not confine the helper");
	if (fstat(0, &st) == 0)
		a.input_bytes = (uint64_t)st.st_size;
	a.progress = say_progress;
	par_sha256_init(&a.digest);
	if (unpack) {
		/* Its own root, so that no descriptor leads anywhere else. */
		a.top = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (a.top < 0 || close(FOLDER) < 0)
			return die(errno, "could not open the folder");
	}
	r = run_mode(&a, mode);
	if (r < 0)
		return die(-r, a.why[0] ? a.why : strerror(-r));
	par_sha256_finish(&a.digest, hex);
	printf("digest %s\n", hex);
	return fflush(stdout) == 0 ? 0 : 1;
}
