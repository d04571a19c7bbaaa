/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loose - things that lead out of a workload partition, or that nobody there has in its hands
 *
 *	loose queue NAME	makes a POSIX message queue, puts a message into it, and ends
 *	loose unqueue NAME	removes it
 *	loose listen PATH	waits at a socket of AF_UNIX, takes one connection, and keeps it
 *	loose connect PATH	connects to that, and keeps the connection
 *	loose trace PID		traces the process, until this one is ended
 *	loose mount PATH	mounts a tmpfs there; loose umount PATH takes it away
 *	loose wait		does nothing, for ever
 *
 * Those that stay are found by their name.  Static, so that it runs anywhere.
 */
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

__attribute__((noreturn)) static int stay(void)
{
	for (;;)
		pause();
}

static int queue(const char *name)
{
	mqd_t q = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, NULL);

	return q < 0 || mq_send(q, "x", 1, 0) < 0;
}

static int open_socket(const char *path, struct sockaddr_un *ret)
{
	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	snprintf(ret->sun_path, sizeof(ret->sun_path), "%s", path);
	return socket(AF_UNIX, SOCK_STREAM, 0);
}

static int listen_at(const char *path)
{
	struct sockaddr_un to;
	int s = open_socket(path, &to);

	if (s < 0 || bind(s, (struct sockaddr *)&to, sizeof(to)) < 0 || listen(s, 1) < 0 ||
	    accept(s, NULL, NULL) < 0)
		return 1;
	return stay();
}

static int connect_to(const char *path)
{
	struct sockaddr_un to;
	int s = open_socket(path, &to);

	return s < 0 || connect(s, (struct sockaddr *)&to, sizeof(to)) < 0 ? 1 : stay();
}

static int trace(pid_t pid)
{
	return ptrace(PTRACE_SEIZE, pid, NULL, NULL) < 0 ? 1 : stay();
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "", *name = argc > 2 ? argv[2] : "";

	if (strcmp(what, "queue") == 0)
		return queue(name);
	if (strcmp(what, "unqueue") == 0)
		return mq_unlink(name) < 0;
	if (strcmp(what, "listen") == 0)
		return listen_at(name);
	if (strcmp(what, "connect") == 0)
		return connect_to(name);
	if (strcmp(what, "trace") == 0)
		return trace((pid_t)atoi(name));
	if (strcmp(what, "mount") == 0)
		return mount("none", name, "tmpfs", 0, NULL) < 0;
	if (strcmp(what, "umount") == 0)
		return umount2(name, MNT_DETACH) < 0;
	return strcmp(what, "wait") == 0 ? stay() : 2;
}
