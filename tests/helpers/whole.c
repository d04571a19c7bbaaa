/* SPDX-License-Identifier: Apache-2.0 */
/*
 * whole - a process that has one of everything, and looks after all of it
 *
 *	whole FOLDER	FOLDER/round says after each round which it was, and what is not as it was:
 *			"17 ok", "18 bad: fifo timerfd"; written by renaming, five times a second
 *	whole serve PORT		gives every byte back to whoever connects, IPv4 and IPv6
 *	whole ask ADDRESS PORT FOLDER	sends such a server numbers, and looks at what comes back;
 *			FOLDER/round as above
 *	whole queue	has a POSIX message queue open, and does nothing
 *
 * For checkpoints: what was lost on the way shows in the next round.  FOLDER lies in a file system
 * of a disk.  Each thing is a row of the table at the end: it is made once, and then checked.
 */
/* size: one program that is pushed into an LPAR; each thing is made and checked in a few lines */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define WORD "as it was"
#define LEN  sizeof(WORD)

static const char *folder;
static pid_t self;

static char *path_of(const char *name)
{
	static char path[4][4096];
	static unsigned int next;
	char *p = path[next++ % 4];

	snprintf(p, sizeof(path[0]), "%s/%s", folder, name);
	return p;
}

/* Bytes that wait in something: taken out, looked at and put back. */
static bool waits(int reading, int writing)
{
	char text[LEN] = "";

	return read(reading, text, LEN) == (ssize_t)LEN && memcmp(text, WORD, LEN) == 0 &&
	       write(writing, WORD, LEN) == (ssize_t)LEN;
}

static bool holds(int fd, nlink_t links)
{
	char text[LEN] = "";
	struct stat st;

	return pread(fd, text, LEN, 0) == (ssize_t)LEN && memcmp(text, WORD, LEN) == 0 &&
	       fstat(fd, &st) == 0 && st.st_nlink == links;
}

static int make_file(const char *path, int flags)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | flags, 0600);

	return fd >= 0 && write(fd, WORD, LEN) == (ssize_t)LEN ? fd : -1;
}

static int deleted, deleted_run, unnamed, memory_file;

static bool make_deleted(void)
{
	deleted = make_file(path_of("deleted"), 0);
	return deleted >= 0 && unlink(path_of("deleted")) == 0;
}

static bool check_deleted(void)
{
	return holds(deleted, 0);
}

static bool make_deleted_run(void)
{
	deleted_run = make_file("/run/whole.deleted", 0);
	return deleted_run >= 0 && unlink("/run/whole.deleted") == 0;
}

static bool check_deleted_run(void)
{
	return holds(deleted_run, 0);
}

static bool make_unnamed(void)
{
	unnamed = open(folder, O_RDWR | O_TMPFILE, 0600);
	return unnamed >= 0 && write(unnamed, WORD, LEN) == (ssize_t)LEN;
}

static bool check_unnamed(void)
{
	char text[LEN] = "";

	return pread(unnamed, text, LEN, 0) == (ssize_t)LEN && memcmp(text, WORD, LEN) == 0;
}

static bool make_memory_file(void)
{
	memory_file = memfd_create("whole", 0);
	return memory_file >= 0 && write(memory_file, WORD, LEN) == (ssize_t)LEN;
}

static bool check_memory_file(void)
{
	return holds(memory_file, 0);
}

static int fifo, pipes[2], pair[2];

static bool make_fifo(void)
{
	unlink(path_of("fifo"));
	if (mkfifo(path_of("fifo"), 0600) < 0)
		return false;
	fifo = open(path_of("fifo"), O_RDWR | O_NONBLOCK);
	return fifo >= 0 && write(fifo, WORD, LEN) == (ssize_t)LEN;
}

static bool check_fifo(void)
{
	return waits(fifo, fifo);
}

static bool make_pipe(void)
{
	return pipe2(pipes, O_NONBLOCK) == 0 && write(pipes[1], WORD, LEN) == (ssize_t)LEN;
}

static bool check_pipe(void)
{
	return waits(pipes[0], pipes[1]);
}

static bool make_pair(void)
{
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0 &&
	       write(pair[0], WORD, LEN) == (ssize_t)LEN;
}

static bool check_pair(void)
{
	return waits(pair[1], pair[0]);
}

static int watch;

static bool make_watch(void)
{
	watch = inotify_init1(IN_NONBLOCK);
	mkdir(path_of("watched"), 0755);
	return watch >= 0 && inotify_add_watch(watch, path_of("watched"), IN_CREATE) >= 0;
}

static bool check_watch(void)
{
	char events[4096];
	int fd = open(path_of("watched/x"), O_WRONLY | O_CREAT, 0600);

	close(fd);
	unlink(path_of("watched/x"));
	return read(watch, events, sizeof(events)) > 0;
}

static int poller, counter, timer;

static bool make_poller(void)
{
	struct epoll_event e = { .events = EPOLLIN };

	poller = epoll_create1(0);
	counter = eventfd(7, EFD_NONBLOCK);
	return poller >= 0 && counter >= 0 && epoll_ctl(poller, EPOLL_CTL_ADD, counter, &e) == 0;
}

static bool check_poller(void)
{
	struct epoll_event e;
	uint64_t n = 0, seven = 7;

	return epoll_wait(poller, &e, 1, 0) == 1 && read(counter, &n, sizeof(n)) == sizeof(n) &&
	       n == 7 && write(counter, &seven, sizeof(seven)) == sizeof(seven);
}

/* One that is read each time it has expired, as an event loop does. */
static bool make_timer(void)
{
	const struct itimerspec t = { { 0, 50000000 }, { 0, 50000000 } };

	timer = timerfd_create(CLOCK_MONOTONIC, 0);
	return timer >= 0 && timerfd_settime(timer, 0, &t, NULL) == 0;
}

static bool check_timer(void)
{
	struct pollfd p = { .fd = timer, .events = POLLIN };
	uint64_t n;

	return poll(&p, 1, 1000) == 1 && read(timer, &n, sizeof(n)) == sizeof(n);
}

static int signals;

static bool make_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signals = signalfd(-1, &set, SFD_NONBLOCK);
	return signals >= 0 && kill(self, SIGUSR1) == 0;
}

/* It waits all the time, over a checkpoint too. */
static bool check_signals(void)
{
	struct signalfd_siginfo s;

	return read(signals, &s, sizeof(s)) == sizeof(s) && s.ssi_signo == SIGUSR1 &&
	       kill(self, SIGUSR1) == 0;
}

static int locked;

static bool make_lock(void)
{
	struct flock part = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 10, .l_len = 5 };

	locked = make_file(path_of("locked"), 0);
	return locked >= 0 && flock(locked, LOCK_EX) == 0 && fcntl(locked, F_SETLK, &part) == 0;
}

static bool is_locked_for_others(void)
{
	struct flock part = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 12, .l_len = 1 };
	int fd = open(path_of("locked"), O_RDWR);

	return fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0 && fcntl(fd, F_SETLK, &part) < 0;
}

static bool check_lock(void)
{
	pid_t other = fork();
	int status;

	if (other == 0)
		_exit(!is_locked_for_others());
	return waitpid(other, &status, 0) == other && status == 0;
}

static int shared_id, semaphore_id, queue_id;
static char *shared;
static volatile unsigned int *counted; /* by a child, in memory that both share */

static bool make_ipc(void)
{
	const struct {
		long type;
		char text[LEN];
	} m = { 3, WORD };

	shared_id = shmget(0x77686f, 65536, IPC_CREAT | 0600);
	shared = shmat(shared_id, NULL, 0);
	semaphore_id = semget(0x77686f, 1, IPC_CREAT | 0600);
	queue_id = msgget(0x77686f, IPC_CREAT | 0600);
	if (shared == (void *)-1 || semctl(semaphore_id, 0, SETVAL, 5) < 0)
		return false;
	memcpy(shared, WORD, LEN);
	return msgsnd(queue_id, &m, LEN, 0) == 0;
}

static bool check_ipc(void)
{
	struct {
		long type;
		char text[LEN];
	} m = { 0 };

	return memcmp(shared, WORD, LEN) == 0 && shmget(0x77686f, 0, 0) == shared_id &&
	       semctl(semaphore_id, 0, GETVAL) == 5 &&
	       msgrcv(queue_id, &m, LEN, 3, IPC_NOWAIT) == (ssize_t)LEN &&
	       memcmp(m.text, WORD, LEN) == 0 && msgsnd(queue_id, &m, LEN, 0) == 0;
}

static bool make_anonymous(void)
{
	counted = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (counted == MAP_FAILED)
		return false;
	if (fork() == 0) {
		for (;;) {
			++*counted;
			usleep(20000);
		}
	}
	return true;
}

static bool check_anonymous(void)
{
	static unsigned int last;
	unsigned int now = *counted;

	for (int i = 0; now == last && i < 100; i++) {
		usleep(20000);
		now = *counted;
	}
	if (now <= last)
		return false;
	last = now;
	return true;
}

static pid_t stopped, orphan;

static char state_of(pid_t pid)
{
	char path[64], text[512] = "", *at;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0) {
		close(fd);
		return '-';
	}
	close(fd);
	at = strrchr(text, ')');
	return at ? at[2] : '-';
}

/* It stays stopped whatever happens to the others. */
static bool make_stopped(void)
{
	stopped = fork();
	if (stopped == 0) {
		for (;;)
			pause();
	}
	kill(stopped, SIGSTOP);
	return waitpid(stopped, NULL, WUNTRACED) == stopped;
}

static bool check_stopped(void)
{
	return state_of(stopped) == 'T';
}

/* A job whose session's leader has ended. */
static bool make_orphan(void)
{
	int fds[2];
	pid_t leader;

	if (pipe(fds) < 0)
		return false;
	leader = fork();
	if (leader == 0) {
		pid_t job;

		setsid();
		job = fork();
		if (job == 0) {
			setpgid(0, 0);
			for (;;)
				pause();
		}
		if (write(fds[1], &job, sizeof(job)) < 0)
			_exit(1);
		_exit(0);
	}
	waitpid(leader, NULL, 0);
	return read(fds[0], &orphan, sizeof(orphan)) == sizeof(orphan);
}

static bool check_orphan(void)
{
	static pid_t session;
	pid_t now = getsid(orphan);

	session = session ? session : now;
	return now > 0 && now == session && now != orphan && getpgid(orphan) == orphan;
}

static int terminal, other_end;

static bool make_terminal(void)
{
	struct termios t;

	terminal = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
	if (terminal < 0 || grantpt(terminal) < 0 || unlockpt(terminal) < 0)
		return false;
	other_end = open(ptsname(terminal), O_RDWR | O_NOCTTY | O_NONBLOCK);
	if (other_end < 0 || tcgetattr(other_end, &t) < 0)
		return false;
	cfmakeraw(&t);
	return tcsetattr(other_end, TCSANOW, &t) == 0;
}

static bool check_terminal(void)
{
	char text[LEN] = "";
	struct pollfd p = { .fd = other_end, .events = POLLIN };
	struct termios t;

	return tcgetattr(other_end, &t) == 0 && !(t.c_lflag & ICANON) &&
	       write(terminal, WORD, LEN) == (ssize_t)LEN && poll(&p, 1, 1000) == 1 &&
	       read(other_end, text, LEN) == (ssize_t)LEN && memcmp(text, WORD, LEN) == 0;
}

/* Two ends of a connection of this process with itself, and who listens. */
struct connection {
	int listener, near, far;
};

static struct connection ipv4, ipv6, half, local;

static bool make_connection(struct connection *c, int family, void *address, socklen_t len)
{
	c->listener = socket(family, SOCK_STREAM, 0);
	c->near = socket(family, SOCK_STREAM, 0);
	if (bind(c->listener, address, len) < 0 || listen(c->listener, 4) < 0 ||
	    getsockname(c->listener, address, &len) < 0 || connect(c->near, address, len) < 0)
		return false;
	c->far = accept(c->listener, NULL, NULL);
	return c->far >= 0 && write(c->near, WORD, LEN) == (ssize_t)LEN;
}

static bool make_ipv4(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	return make_connection(&ipv4, AF_INET, &a, sizeof(a));
}

static bool make_ipv6(void)
{
	struct sockaddr_in6 a = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };

	return make_connection(&ipv6, AF_INET6, &a, sizeof(a));
}

static bool make_half(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	return make_connection(&half, AF_INET, &a, sizeof(a)) && shutdown(half.far, SHUT_WR) == 0;
}

static bool make_local(void)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	snprintf(a.sun_path, sizeof(a.sun_path), "%s", path_of("socket"));
	unlink(a.sun_path);
	return make_connection(&local, AF_UNIX, &a, sizeof(a));
}

static bool waits_readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 5000) == 1;
}

/* What was sent before is there; one more connects. */
static bool check_connection(const struct connection *c)
{
	struct sockaddr_storage a;
	socklen_t len = sizeof(a);
	int more, taken;
	bool ok;

	if (!waits_readable(c->far) || !waits(c->far, c->near) ||
	    getsockname(c->listener, (struct sockaddr *)&a, &len) < 0)
		return false;
	more = socket(a.ss_family, SOCK_STREAM, 0);
	ok = connect(more, (struct sockaddr *)&a, len) == 0;
	taken = ok ? accept(c->listener, NULL, NULL) : -1;
	close(more);
	close(taken);
	return taken >= 0;
}

static bool check_ipv4(void)
{
	return check_connection(&ipv4);
}

static bool check_ipv6(void)
{
	return check_connection(&ipv6);
}

static bool check_half(void)
{
	char byte;

	return waits_readable(half.near) && read(half.near, &byte, 1) == 0 &&
	       waits_readable(half.far) && waits(half.far, half.near);
}

static bool check_local(void)
{
	return check_connection(&local);
}

static struct timespec last_monotonic, last_boot;

static bool forward(clockid_t id, struct timespec *last)
{
	struct timespec now;
	bool ok = clock_gettime(id, &now) == 0 &&
		  (now.tv_sec > last->tv_sec ||
		   (now.tv_sec == last->tv_sec && now.tv_nsec >= last->tv_nsec));

	*last = now;
	return ok;
}

static bool make_clocks(void)
{
	return forward(CLOCK_MONOTONIC, &last_monotonic) && forward(CLOCK_BOOTTIME, &last_boot);
}

static bool check_clocks(void)
{
	return make_clocks();
}

static volatile sig_atomic_t alarms;

static void on_alarm(int signo)
{
	(void)signo;
	alarms++;
}

static bool make_alarm(void)
{
	const struct itimerval t = { { 0, 100000 }, { 0, 100000 } };
	struct sigaction a = { .sa_handler = on_alarm, .sa_flags = SA_RESTART };

	return sigaction(SIGALRM, &a, NULL) == 0 && setitimer(ITIMER_REAL, &t, NULL) == 0;
}

static bool check_alarm(void)
{
	static int last = -1;

	for (int i = 0; alarms == last && i < 100; i++)
		usleep(50000);
	if (alarms == last)
		return false;
	last = alarms;
	return true;
}

static bool make_settings(void)
{
	const struct rlimit files = { 200, 300 };

	umask(027);
	return chdir(folder) == 0 && setrlimit(RLIMIT_NOFILE, &files) == 0 && nice(3) == 3 &&
	       setenv("WHOLE", WORD, 1) == 0;
}

static bool check_settings(void)
{
	struct rlimit files = { 0 };
	char cwd[4096] = "";
	mode_t mask = umask(027);

	return mask == 027 && getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur == 200 &&
	       files.rlim_max == 300 && getpriority(PRIO_PROCESS, 0) == 3 &&
	       getcwd(cwd, sizeof(cwd)) && strcmp(cwd, folder) == 0 && getpid() == self;
}

static const struct {
	const char *name;
	bool (*make)(void), (*check)(void);
} things[] = {
	{ "settings", make_settings, check_settings },
	{ "deleted-file", make_deleted, check_deleted },
	{ "deleted-in-run", make_deleted_run, check_deleted_run },
	{ "file-without-a-name", make_unnamed, check_unnamed },
	{ "memfd", make_memory_file, check_memory_file },
	{ "fifo", make_fifo, check_fifo },
	{ "pipe", make_pipe, check_pipe },
	{ "socketpair", make_pair, check_pair },
	{ "inotify", make_watch, check_watch },
	{ "epoll-and-eventfd", make_poller, check_poller },
	{ "timerfd", make_timer, check_timer },
	{ "signalfd", make_signals, check_signals },
	{ "locks", make_lock, check_lock },
	{ "system-v-ipc", make_ipc, check_ipc },
	{ "shared-memory", make_anonymous, check_anonymous },
	{ "stopped-child", make_stopped, check_stopped },
	{ "orphaned-job", make_orphan, check_orphan },
	{ "terminal", make_terminal, check_terminal },
	{ "tcp-ipv4", make_ipv4, check_ipv4 },
	{ "tcp-ipv6", make_ipv6, check_ipv6 },
	{ "tcp-half-closed", make_half, check_half },
	{ "unix-socket", make_local, check_local },
	{ "clocks", make_clocks, check_clocks },
	{ "alarm", make_alarm, check_alarm },
};

#define N_THINGS (sizeof(things) / sizeof(things[0]))

static void say_round(unsigned int n, const char *bad)
{
	FILE *f = fopen(path_of("round.new"), "w");

	if (!f)
		exit(1);
	fprintf(f, *bad ? "%u bad:%s\n" : "%u ok\n", n, bad);
	fclose(f);
	if (rename(path_of("round.new"), path_of("round")) < 0)
		exit(1);
}

/* One child for each connection. */
static int serve(const char *port)
{
	struct sockaddr_in6 a = { .sin6_family = AF_INET6,
				  .sin6_port = htons((uint16_t)atoi(port)),
				  .sin6_addr = IN6ADDR_ANY_INIT };
	int s = socket(AF_INET6, SOCK_STREAM, 0), yes = 1;

	signal(SIGCHLD, SIG_IGN);
	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(s, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(s, 16) < 0)
		return 1;
	for (;;) {
		int c = accept(s, NULL, NULL);
		char text[512];
		ssize_t n;

		if (c < 0 || fork() != 0) {
			close(c);
			continue;
		}
		while ((n = read(c, text, sizeof(text))) > 0) {
			if (write(c, text, (size_t)n) != n)
				_exit(1);
		}
		_exit(0);
	}
}

static int connect_to(const char *address, const char *port)
{
	struct sockaddr_in four = { .sin_family = AF_INET,
				    .sin_port = htons((uint16_t)atoi(port)) };
	struct sockaddr_in6 six = { .sin6_family = AF_INET6,
				    .sin6_port = htons((uint16_t)atoi(port)) };
	int s;

	if (inet_pton(AF_INET, address, &four.sin_addr) == 1) {
		s = socket(AF_INET, SOCK_STREAM, 0);
		return connect(s, (struct sockaddr *)&four, sizeof(four)) == 0 ? s : -1;
	}
	if (inet_pton(AF_INET6, address, &six.sin6_addr) != 1)
		return -1;
	s = socket(AF_INET6, SOCK_STREAM, 0);
	return connect(s, (struct sockaddr *)&six, sizeof(six)) == 0 ? s : -1;
}

/* What comes back must be what was sent, in its order, whatever happened to the other side. */
static int ask(const char *address, const char *port)
{
	int s = connect_to(address, port);

	if (s < 0) {
		say_round(0, " connect");
		return 1;
	}
	for (unsigned int n = 1;; n++) {
		unsigned int back = 0;

		if (write(s, &n, sizeof(n)) != sizeof(n) ||
		    recv(s, &back, sizeof(back), MSG_WAITALL) != sizeof(back) || back != n) {
			say_round(n, back ? " another number" : " connection");
			return 1;
		}
		say_round(n, "");
		usleep(50000);
	}
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "serve") == 0)
		return serve(argv[2]);
	if (argc == 2 && strcmp(argv[1], "queue") == 0) {
		if (mq_open("/whole", O_RDWR | O_CREAT, 0600, NULL) < 0)
			return 1;
		for (;;)
			pause();
	}
	if (argc == 5 && strcmp(argv[1], "ask") == 0) {
		folder = argv[4];
		signal(SIGPIPE, SIG_IGN);
		return ask(argv[2], argv[3]);
	}
	if (argc != 2 || argv[1][0] != '/') {
		fputs("whole FOLDER (absolute)\n", stderr);
		return 2;
	}
	folder = argv[1];
	self = getpid();
	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < N_THINGS; i++) {
		if (!things[i].make()) {
			fprintf(stderr, "whole: %s cannot be made: %s\n", things[i].name,
				strerror(errno));
			return 1;
		}
	}
	for (unsigned int n = 1;; n++) {
		char bad[1024] = "";
		size_t len = 0;

		for (size_t i = 0; i < N_THINGS; i++) {
			if (things[i].check() || len >= sizeof(bad))
				continue;
			len += (size_t)snprintf(bad + len, sizeof(bad) - len, " %s",
						things[i].name);
		}
		say_round(n, bad);
		usleep(200000);
	}
}
