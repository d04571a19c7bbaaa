/* SPDX-License-Identifier: Apache-2.0 */
/* systemd's two protocols: see systemd.h. */
#include "lpard/daemon/server/systemd.h"

#include "lpard/common/process.h"
#include "lpard/common/str.h"

#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#define FIRST_FD 3 /* sd_listen_fds(3) */

/* How many descriptors are for this process; the variables may be an ancestor's. */
static uint64_t passed_fds(void)
{
	const char *pid_text = getenv("LISTEN_PID"), *fds_text = getenv("LISTEN_FDS");
	uint64_t pid, fds;

	if (!pid_text || !fds_text || par_parse_u64(pid_text, INT32_MAX, &pid) < 0 ||
	    par_parse_u64(fds_text, INT32_MAX - FIRST_FD, &fds) < 0)
		return 0;
	return (pid_t)pid == getpid() ? fds : 0;
}

/* The path of a listening unix socket; NULL when @fd is something else, or is abstract. */
static char *listening_path(int fd)
{
	struct sockaddr_un sa = { 0 };
	socklen_t len = sizeof(sa), int_len = sizeof(int);
	int listening = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &int_len) < 0 || !listening)
		return NULL;
	if (getsockname(fd, (struct sockaddr *)&sa, &len) < 0 || sa.sun_family != AF_UNIX ||
	    len <= offsetof(struct sockaddr_un, sun_path) || sa.sun_path[0] != '/')
		return NULL;
	return strndup(sa.sun_path, sizeof(sa.sun_path));
}

int lpar_systemd_socket(int *ret_fd, char **ret_path, struct par_error **err)
{
	uint64_t n = passed_fds();
	autofree char *path = NULL;
	int flags;

	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	if (n == 0) {
		*ret_fd = 0;
		*ret_path = NULL;
		return 0;
	}
	if (n > 1)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"systemd passed %llu sockets, and lpard has one: see lpard.socket",
				(unsigned long long)n);
	path = listening_path(FIRST_FD);
	if (!path)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"what systemd passed is no listening unix socket with a path: "
				"lpard.socket needs ListenStream=/PATH");
	flags = fcntl(FIRST_FD, F_GETFD);
	if (flags < 0 || fcntl(FIRST_FD, F_SETFD, flags | FD_CLOEXEC) < 0 ||
	    par_set_nonblock(FIRST_FD) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not use systemd's socket");
	*ret_fd = FIRST_FD;
	*ret_path = take_ptr(path);
	return 0;
}

void lpar_systemd_notify(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	size_t len = path ? strlen(path) : 0;
	autofd int fd = -1;

	if (len == 0 || len >= sizeof(sa.sun_path) || !strchr("/@", path[0]))
		return;
	memcpy(sa.sun_path, path, len);
	if (sa.sun_path[0] == '@') /* an abstract name */
		sa.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	(void)!sendto(fd, state, strlen(state), MSG_NOSIGNAL | MSG_DONTWAIT, (struct sockaddr *)&sa,
		      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len));
}
