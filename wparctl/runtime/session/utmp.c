/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is logged in: see utmp.h.  Not by the libc's functions: they follow links, and wait for a
 * lock that any user of the WPAR can hold for ever.
 */
#include "wparctl/runtime/session/utmp.h"

#include "lpard/common/fs.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <utmpx.h>

#define UTMP	    "run/utmp"
#define HOST	    "Global" /* where AIX says that a clogin comes from */
#define MAX_RECORDS 4096
#define LOCK_TRIES  20

static int open_records(int rootfd, int flags)
{
	autofd int fd = par_fs_open_plain(rootfd, UTMP,
					  (uint64_t)(O_RDWR | O_NONBLOCK | O_NOCTTY | flags), 0644);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
	    st.st_size > (off_t)(MAX_RECORDS * sizeof(struct utmpx)))
		return -1;
	return take_fd(&fd);
}

/* For as long as the descriptor is open; who holds it for longer is not waited for. */
static void lock_records(int fd)
{
	const struct timespec moment = { .tv_nsec = 1000 * 1000 };
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	for (int i = 0; i < LOCK_TRIES && fcntl(fd, F_SETLK, &whole) < 0; i++)
		nanosleep(&moment, NULL);
}

static bool is_same_line(const struct utmpx *a, const struct utmpx *b)
{
	return a->ut_type >= INIT_PROCESS && a->ut_type <= DEAD_PROCESS &&
	       memcmp(a->ut_id, b->ut_id, sizeof(a->ut_id)) == 0;
}

/* In the place of the line's last record, or behind all. */
static void put_record(int fd, const struct utmpx *u)
{
	struct utmpx there;
	off_t at = 0;

	lock_records(fd);
	while (pread(fd, &there, sizeof(there), at) == (ssize_t)sizeof(there) &&
	       !is_same_line(&there, u))
		at += (off_t)sizeof(there);
	(void)!pwrite(fd, u, sizeof(*u), at);
}

static struct utmpx make_record(short type, int line)
{
	struct utmpx u = { .ut_type = type };
	struct timeval now;
	char text[16];
	size_t len;

	gettimeofday(&now, NULL);
	u.ut_tv.tv_sec = (__typeof__(u.ut_tv.tv_sec))now.tv_sec;
	u.ut_tv.tv_usec = (__typeof__(u.ut_tv.tv_usec))now.tv_usec;
	snprintf(text, sizeof(text), "pts/%d", line);
	len = strlen(text);
	memcpy(u.ut_line, text, len);
	/* As login(1) does it: the last letters of the line. */
	memcpy(u.ut_id, text + len - sizeof(u.ut_id), sizeof(u.ut_id));
	return u;
}

void wpar_utmp_login(int line, const char *user)
{
	autofd int rootfd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	autofd int fd = rootfd < 0 ? -1 : open_records(rootfd, O_CREAT);
	struct utmpx u = make_record(USER_PROCESS, line);

	if (fd < 0)
		return;
	u.ut_pid = getpid();
	strncpy(u.ut_user, user, sizeof(u.ut_user) - 1);
	memcpy(u.ut_host, HOST, strlen(HOST));
	put_record(fd, &u);
}

void wpar_utmp_logout(int rootfd, int line)
{
	autofd int fd = open_records(rootfd, 0);
	const struct utmpx u = make_record(DEAD_PROCESS, line);

	if (fd >= 0)
		put_record(fd, &u);
}
