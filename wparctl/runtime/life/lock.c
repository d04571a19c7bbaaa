/* SPDX-License-Identifier: Apache-2.0 */
/* The lock of a WPAR: see lock.h.  It is a file, /run/wpars/NAME.lock, and the kernel's lock on it.
 */
#include "wparctl/runtime/life/lock.h"

#include "lpard/common/fs.h"
#include "wparctl/spec/spec.h"

#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define PAUSE_NS      (20 * 1000 * 1000)
#define MONITOR_WAITS 100
#define OTHER_WAITS   5 /* a monitor that has just taken the lock may not have said so yet */

static char *lock_path(const char *name)
{
	return wpar_path("/run/wpars/%s.lock", name);
}

/* The file, of @size bytes, says who holds the lock: "startwpar 4711".  Only for messages. */
static void write_holder(int fd, off_t size)
{
	char text[64];
	int n = snprintf(text, sizeof(text), "%.32s %d\n", program_invocation_short_name,
			 (int)getpid());

	/* To cut a file costs more than to write it. */
	if (pwrite(fd, text, (size_t)n, 0) != n || (size > n && ftruncate(fd, n) < 0))
		return; /* ignoring: the message says less then */
}

/* What write_holder() has written; false: nothing that can be shown. */
static bool read_holder(int fd, char command[33], int *pid)
{
	char text[64];
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	return sscanf(text, "%32s %d", command, pid) == 2 && par_printable(command);
}

static int fail_busy(int fd, const char *name, struct par_error **err)
{
	char command[33];
	int pid;

	if (!read_holder(fd, command, &pid))
		return par_fail(err, PAR_E_BUSY, 0,
				"another operation on workload partition '%s' is under way", name);
	return par_fail(err, PAR_E_BUSY, 0,
			"another operation on workload partition '%s' is under way: %s, process %d",
			name, command, pid);
}

/* How long to wait, in pauses: the monitor of a WPAR that has ended is about to clear away. */
static int waits_for(int fd)
{
	char command[33];
	int pid;

	if (read_holder(fd, command, &pid) && par_starts_with(command, "cor_"))
		return MONITOR_WAITS;
	return OTHER_WAITS;
}

/*
 * The file, which *fd_before may have open, locked and still there; -EAGAIN when it was removed
 * meanwhile, -EBUSY: held.
 */
static int lock_once(const char *path, const char *name, int *fd_before, int *ret_fd,
		     int *ret_waits, struct par_error **err)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	autofd int fd = *fd_before >= 0
				? take_fd(fd_before)
				: open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	struct stat mine, there;

	if (fd < 0 || fstat(fd, &mine) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "'%s' cannot be opened", path);
	if (fcntl(fd, F_OFD_SETLK, &whole) < 0) {
		*ret_waits = waits_for(fd);
		return fail_busy(fd, name, err);
	}
	/* The holder before may have removed the file. */
	if (stat(path, &there) < 0 || there.st_ino != mine.st_ino || there.st_dev != mine.st_dev)
		return -EAGAIN;
	write_holder(fd, mine.st_size);
	*ret_fd = take_fd(&fd);
	return 0;
}

/* @fd: the file, open already, or -1; it is the lock's or closed then */
static int lock_when_free(const char *name, int fd, int *ret_fd, struct par_error **err)
{
	const struct timespec moment = { .tv_nsec = PAUSE_NS };
	autofree char *path = lock_path(name);
	autofd int before = fd;
	int r;

	if (!path)
		return par_oom(err);
	for (int waits = 0;;) {
		auto_error why = NULL;
		int most = 0;

		r = lock_once(path, name, &before, ret_fd, &most, &why);
		if (r == 0)
			return 0;
		if (r == -EAGAIN && !why)
			continue;
		if (waits++ >= most) {
			par_error_move(err, &why);
			return r;
		}
		nanosleep(&moment, NULL);
	}
}

int wpar_lock(const char *name, int *ret_fd, struct par_error **err)
{
	autofree char *folder = wpar_path("/run/wpars");
	int r = folder ? par_fs_mkdirs(folder, 0755) : -ENOMEM;

	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "'%s' cannot be made",
				folder ? folder : WPAR_RUN_DIR);
	return lock_when_free(name, -1, ret_fd, err);
}

void wpar_lock_give_up(int fd)
{
	struct flock whole = { .l_type = F_UNLCK, .l_whence = SEEK_SET };

	fcntl(fd, F_OFD_SETLK, &whole);
}

int wpar_lock_again(const char *name, int fd, int *ret_fd, struct par_error **err)
{
	return lock_when_free(name, fd, ret_fd, err);
}

bool wpar_lock_busy(const char *name)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	autofree char *path = lock_path(name);
	autofd int fd = path ? open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW) : -1;

	if (fd < 0)
		return false;
	return fcntl(fd, F_OFD_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
}

bool wpar_lock_is_monitors(const char *name)
{
	autofree char *path = lock_path(name);
	autofd int fd = path ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
	char command[33];
	int pid;

	return fd >= 0 && read_holder(fd, command, &pid) && par_starts_with(command, "cor_");
}

void wpar_lock_forget(const char *name)
{
	autofree char *path = lock_path(name);

	if (path)
		unlink(path);
}
