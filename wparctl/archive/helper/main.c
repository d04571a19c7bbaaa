/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wparctl-archive MODE [WORD...] - stdin: the archive; descriptor 3: a folder; stdout: what wparctl
 * reads (run.c).  Modes: unpack (a system image into the empty folder; a word says how
 * many KiB are expected at most), digest, scan, list (a word says how many KiB are free); of
 * backups (docs/SAVEWPAR.md): head (what it is), check (is it whole?), restore (a WPAR's tree into
 * its empty base directory), files (some of them into any folder).  Before it looks at a byte of
 * the archive it locks itself in: the folder is its root directory, it has no network, keeps only
 * the capabilities that owners and modes need, and limits of memory; no program can be started.
 */
#include "wparctl/archive/helper/extract.h"

#include "lpard/common/now.h"
#include "wparctl/archive/helper/backup.h"
#include "wparctl/archive/helper/oci.h"
#include "wparctl/archive/helper/pack.h"
#include "wparctl/archive/helper/prison.h"
#include "wparctl/archive/helper/restore.h"
#include "wparctl/archive/helper/save.h"
#include "wparctl/archive/helper/scan.h"

#include <errno.h>
#include <inttypes.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <locale.h>
#include <malloc.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FOLDER	   3
#define OWN_FILES  64
#define MAX_MEMORY (UINT64_C(1) << 30) /* what agreed.h allows takes less */

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

static int die_reading(const struct extract *a, int errnum)
{
	if (a->refused)
		puts("refused");
	return die(errnum, a->why[0] ? a->why : strerror(errnum));
}

/* To look at one needs no folder and no rights at all, but the same prison. */
static int lock_in(const struct extract *a, bool unpack)
{
	/* Those of the file systems that are filled stay open. */
	const rlim_t most = OWN_FILES + a->n_volumes;
	struct rlimit memory = { MAX_MEMORY, MAX_MEMORY };
	struct rlimit files = { most, most }, core = { 0, 0 };
	int r;

	if (unpack && (fchdir(FOLDER) < 0 || chroot(".") < 0 || chdir("/") < 0))
		return -errno;
	unshare(CLONE_NEWNET | CLONE_NEWIPC); /* ignoring: there is no socket() anyway */
	if (setrlimit(RLIMIT_AS, &memory) < 0 || setrlimit(RLIMIT_NOFILE, &files) < 0 ||
	    setrlimit(RLIMIT_CORE, &core) < 0)
		return -errno;
	if (unpack) {
		r = wpar_prison_keep(PAR_BIT64(CAP_CHOWN) | PAR_BIT64(CAP_DAC_OVERRIDE) |
				     PAR_BIT64(CAP_FOWNER) | PAR_BIT64(CAP_FSETID) |
				     PAR_BIT64(CAP_SETFCAP));
		if (r < 0)
			return r;
	}
	return wpar_prison_forbid_calls();
}

enum mode { DIGEST, UNPACK, SCAN, LIST, HEAD, CHECK, RESTORE, FILES, NONE };

static enum mode mode_of(int argc, char **argv)
{
	static const char *const names[] = { "digest", "unpack", "scan",    "list",
					     "head",   "check",	 "restore", "files" };
	int m = 0;

	while (argc >= 2 && m < NONE && strcmp(argv[1], names[m]) != 0)
		m++;
	return argc == 2 || argc == 3 || m >= HEAD ? (enum mode)m : NONE;
}

/* Has it a folder that it fills? */
static bool mode_makes(enum mode mode)
{
	return mode == UNPACK || mode == RESTORE || mode == FILES;
}

static int run_mode(struct extract *a, enum mode mode)
{
	switch (mode) {
	case DIGEST:
		return a->is_layout ? oci_digest_folder(a) : wpar_extract_drain(a);
	case SCAN:
	case LIST:
		return wpar_scan_run(a, mode == LIST);
	case UNPACK:
	case HEAD:
	case CHECK:
	case RESTORE:
	case FILES:
	case NONE:
		break;
	}
	return mode == UNPACK ? wpar_extract_run(a) : wpar_backup_run(a, mode == HEAD);
}

/*
 * A layout that is a directory is read beside the folder that is filled: as a mount of its own,
 * from which no way leads up.
 */
static int open_layout(struct extract *a, bool unpack)
{
	a->is_layout = true;
	a->layout = unpack ? (int)syscall(SYS_open_tree, 0, "",
					  OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH)
			   : fcntl(0, F_DUPFD_CLOEXEC, 10);
	return a->layout < 0 || close(0) < 0 ? -errno : 0;
}

int main(int argc, char **argv)
{
	static struct extract a = { .top = -1, .root = -1, .parent = -1 };
	const enum mode mode = mode_of(argc, argv);
	const bool unpack = mode_makes(mode);
	char hex[65];
	struct stat st;
	int r;

	if (argc == 2 && strcmp(argv[1], "write") == 0)
		return save_main();
	if (mode == NONE) {
		fprintf(stderr, "wparctl-archive: run by the commands of WPARs, not by hand\n");
		return 2;
	}
	umask(0);
	mallopt(M_ARENA_MAX, 1);	/* one for each thread would take much of MAX_MEMORY */
	setlocale(LC_CTYPE, "C.UTF-8"); /* names in pax headers are UTF-8 */
	if (fstat(0, &st) < 0)
		return die(errno, "there is no archive");
	if (S_ISDIR(st.st_mode) && faccessat(0, "oci-layout", F_OK, 0) == 0) {
		r = open_layout(&a, unpack);
		if (r < 0)
			return die(-r, "could not open the image layout");
	} else if (S_ISDIR(st.st_mode)) {
		r = wpar_pack_start(&a, 0, geteuid() == 0);
		if (r < 0 || close(0) < 0)
			return die(EIO, a.why);
	} else {
		a.input_bytes = (uint64_t)st.st_size;
	}
	r = mode < HEAD ? 0 : wpar_restore_words(&a, argv + 2, mode == FILES);
	if (r < 0)
		return die(-r, a.why);
	r = unpack ? wpar_restore_mount(&a, FOLDER) : 0;
	if (r < 0)
		return die(-r, a.why);
	r = lock_in(&a, unpack);
	if (r < 0)
		return die(-r, "could not confine the helper");
	a.progress = say_progress;
	a.threads = mode != DIGEST && mode != HEAD; /* these read no more than they need */
	if (mode < HEAD && argc == 3)
		*(mode == UNPACK ? &a.declared_kib : &a.room_kib) = strtoull(argv[2], NULL, 10);
	a.undigested = mode == RESTORE || mode == FILES;
	par_sha256_init(&a.digest);
	if (unpack) {
		/* Its own root, so that no descriptor leads anywhere else. */
		a.top = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (a.top < 0 || close(FOLDER) < 0)
			return die(errno, "could not open the folder");
	}
	r = wpar_pack_finish(&a, run_mode(&a, mode));
	wpar_extract_done(&a);
	if (r < 0)
		return die_reading(&a, -r);
	par_sha256_finish(&a.digest, hex);
	if (a.n_passed)
		printf("left-out %" PRIu64 "\n", a.n_passed);
	printf("digest %s\n", a.undigested ? WPAR_ARCHIVE_NO_DIGEST : hex);
	return fflush(stdout) == 0 ? 0 : 1;
}
