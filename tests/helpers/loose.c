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
 *	loose session		has a child of a session whose leader has ended; SIGUSR1 ends that
 *child loose sessions		has such a child every other moment loose group		has a child
 *in its group, and has left it loose head		ends its first thread, and not its second
 *	loose watch PATH	watches a file that is removed and that it has open
 *	loose events PATH	watches a file, and reads no events of it before SIGUSR1
 *	loose wait		does nothing, for ever
 *
 * Those that stay are found by their name.  Static, so that it runs anywhere.
 */
#include <fcntl.h>
#include <mqueue.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
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

/* A child's child, of a session that the child has made; the child has ended.  Its number. */
static pid_t adopt(void)
{
	pid_t child, adopted = -1;
	int way[2];

	if (pipe(way) < 0)
		return -1;
	child = fork();
	if (child == 0) {
		setsid();
		adopted = fork();
		if (adopted == 0) {
			close(way[0]);
			close(way[1]);
			stay();
		}
		_exit(write(way[1], &adopted, sizeof(adopted)) != sizeof(adopted));
	}
	waitpid(child, NULL, 0);
	if (read(way[0], &adopted, sizeof(adopted)) != sizeof(adopted))
		adopted = -1;
	close(way[0]);
	close(way[1]);
	return adopted;
}

static void wait_for_word(void)
{
	sigset_t word;
	int signo;

	sigemptyset(&word);
	sigaddset(&word, SIGUSR1);
	sigprocmask(SIG_BLOCK, &word, NULL);
	sigwait(&word, &signo);
}

/* Of a server that other processes end with. */
static int have_session(bool always)
{
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	for (;;) {
		pid_t adopted = adopt();

		if (adopted < 0)
			return 1;
		if (always)
			return stay();
		usleep(3000);
		kill(adopted, SIGKILL);
		waitpid(adopted, NULL, 0);
		usleep(40000);
	}
}

/* Not by the leader of a session, who cannot. */
static int leave_group(void)
{
	if (fork() != 0)
		return stay();
	if (setpgid(0, 0) < 0)
		return 1;
	if (fork() == 0)
		return stay();
	return setpgid(0, getsid(0)) < 0 ? 1 : stay();
}

static void *second(void *unused)
{
	(void)unused;
	stay();
}

static int end_head(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, second, NULL) != 0)
		return 1;
	pthread_exit(NULL);
}

static int watch(const char *path, bool removed)
{
	const int in = inotify_init1(IN_CLOEXEC);
	const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	char events[4096];

	if (in < 0 || fd < 0 || inotify_add_watch(in, path, IN_MODIFY) < 0)
		return 1;
	if (removed)
		return unlink(path) < 0 ? 1 : stay();
	if (write(fd, "x", 1) != 1)
		return 1;
	wait_for_word();
	return read(in, events, sizeof(events)) <= 0 ? 1 : stay();
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
	if (strcmp(what, "session") == 0 || strcmp(what, "sessions") == 0)
		return have_session(what[7] == '\0');
	if (strcmp(what, "group") == 0)
		return leave_group();
	if (strcmp(what, "head") == 0)
		return end_head();
	if (strcmp(what, "watch") == 0 || strcmp(what, "events") == 0)
		return watch(name, what[0] == 'w');
	if (strcmp(what, "mount") == 0)
		return mount("none", name, "tmpfs", 0, NULL) < 0;
	if (strcmp(what, "umount") == 0)
		return umount2(name, MNT_DETACH) < 0;
	return strcmp(what, "wait") == 0 ? stay() : 2;
}
