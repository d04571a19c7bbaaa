/* SPDX-License-Identifier: Apache-2.0 */
/* Standard input, output and error of a command in a WPAR: see console.h. */
#include "wparctl/runtime/session/console.h"

#include "lpard/common/fs.h"
#include "lpard/common/now.h"
#include "lpard/common/relay.h"
#include "lpard/common/tty.h"
#include "wparctl/filesystem/mount_apply.h"
#include "wparctl/runtime/launch/sync.h"

#include <linux/magic.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>

/*
 * The maker of the WPAR's own terminals, so that they have a name inside.  What is below its root
 * is foreign: without following a link, and only if it is what we have mounted there, is it opened.
 */
static int open_own_ptmx(int rootfd)
{
	autofd int found = par_fs_open_plain(rootfd, "dev/pts/ptmx", O_PATH, 0);
	char path[64];
	struct statfs fs;
	int fd;

	if (found < 0)
		return found;
	if (fstatfs(found, &fs) < 0)
		return -errno;
	if (fs.f_type != DEVPTS_SUPER_MAGIC)
		return -ENODEV;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", found);
	fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* The other end of @master, unlocked, with the caller's settings; or a negative errno. */
static int open_peer(const struct wpar_console *c, int master)
{
	int zero = 0, fd;

	if (ioctl(master, TIOCSPTLCK, &zero) < 0)
		return -errno;
	/* Not by its name: that could be another's by now. */
	fd = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	tcsetattr(fd, TCSANOW, &c->settings);
	ioctl(fd, TIOCSWINSZ, &c->size);
	return fd;
}

static int open_pty(struct wpar_console *c, int rootfd, uid_t owner)
{
	unsigned int line;

	c->master = rootfd >= 0 ? open_own_ptmx(rootfd) : -1;
	if (c->master >= 0 && ioctl(c->master, TIOCGPTN, &line) == 0)
		c->line = (int)line;
	/* Its users have taken all of them: one of the global side lets the administrator in. */
	if (c->master < 0)
		c->master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (c->master < 0)
		return -errno;
	c->inner.fd[0] = open_peer(c, c->master);
	if (c->inner.fd[0] < 0)
		return c->inner.fd[0];
	if (fchown(c->inner.fd[0], owner, (gid_t)-1) < 0 || fchmod(c->inner.fd[0], 0620) < 0)
		return -errno;
	return 0;
}

static void close_inner(struct wpar_console *c)
{
	for (int i = 2; i >= 0; i--) {
		if (c->inner.fd[i] >= 0 && (i == 0 || c->inner.fd[i] != c->inner.fd[0]))
			close(c->inner.fd[i]);
	}
	for (int i = 0; i < 3; i++)
		c->inner.fd[i] = -1;
}

void wpar_console_done(struct wpar_console *c)
{
	close_inner(c);
	for (int i = 0; i < 3; i++) {
		if (c->pipes[i] >= 0)
			close(c->pipes[i]);
		c->pipes[i] = -1;
	}
	if (c->late >= 0)
		close(c->late);
	if (c->master >= 0)
		close(c->master);
	c->late = c->master = -1;
}

/* Each output that is a terminal: the one of standard input, or a pipe. */
static int open_outputs(struct wpar_console *c)
{
	for (int i = STDOUT_FILENO; i <= STDERR_FILENO; i++) {
		int pair[2];

		if (!isatty(i))
			continue;
		if (c->terminal) {
			c->outputs[i] = true;
			continue;
		}
		if (pipe2(pair, O_CLOEXEC) < 0)
			return -errno;
		c->pipes[i] = pair[0];
		c->inner.fd[i] = pair[1];
	}
	return 0;
}

static void console_begin(struct wpar_console *c)
{
	*c = (struct wpar_console){ .master = -1,
				    .line = -1,
				    .late = -1,
				    .inner = { .fd = { -1, -1, -1 } },
				    .pipes = { -1, -1, -1 } };
	c->terminal = tcgetattr(STDIN_FILENO, &c->settings) == 0;
	if (c->terminal && ioctl(STDIN_FILENO, TIOCGWINSZ, &c->size) < 0)
		c->size = (struct winsize){ 0 };
}

static int console_fail(struct wpar_console *c, int r, struct par_error **err)
{
	wpar_console_done(c);
	return par_fail(err, PAR_E_SYSTEM, r, "a terminal cannot be made");
}

int wpar_console_open(struct wpar_console *c, int rootfd, uid_t owner, struct par_error **err)
{
	int r;

	console_begin(c);
	r = open_outputs(c);
	if (r == 0 && c->terminal) {
		c->inner.pty = true;
		r = open_pty(c, rootfd, owner);
	}
	if (r < 0)
		return console_fail(c, r, err);
	for (int i = STDOUT_FILENO; i <= STDERR_FILENO; i++) {
		if (c->outputs[i])
			c->inner.fd[i] = c->inner.fd[0];
	}
	return 0;
}

int wpar_console_open_late(struct wpar_console *c, struct par_error **err)
{
	int pair[2], r;

	console_begin(c);
	r = open_outputs(c);
	if (r == 0 && c->terminal) {
		if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
			return console_fail(c, -errno, err);
		c->late = pair[0];
		c->inner.fd[0] = pair[1];
	}
	return r < 0 ? console_fail(c, r, err) : 0;
}

int wpar_console_make_terminal(const struct wpar_console *c, uid_t owner)
{
	autofd int master = open("/dev/pts/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	autofd int fd = -1;
	int r;

	if (master < 0)
		return -errno;
	fd = open_peer(c, master);
	if (fd < 0)
		return fd;
	r = wpar_sync_send_mounts(STDIN_FILENO, &master, 1);
	if (r < 0)
		return r;
	if (fchmod(fd, 0620) < 0 || ioctl(fd, TIOCSCTTY, 0) < 0 ||
	    (owner != 0 && fchown(fd, owner, (gid_t)-1) < 0))
		return -errno;
	for (int i = 0; i < 3; i++) {
		if ((i == 0 || c->outputs[i]) && dup2(fd, i) < 0)
			return -errno;
	}
	return 0;
}

int wpar_console_take_terminal(struct wpar_console *c, struct par_error **err)
{
	int fds[WPAR_MOUNTS_MAX];
	size_t n = 0;
	int r;

	/* The other end is the command's alone: should it be gone, the wait is over. */
	close_inner(c);
	r = wpar_sync_receive_mounts(c->late, fds, &n, err);
	if (r < 0)
		return r;
	if (n != 1 || !isatty(fds[0])) {
		for (size_t i = 0; i < n; i++)
			close(fds[i]);
		return par_fail(err, PAR_E_SYSTEM, ENOTTY, "a terminal cannot be made");
	}
	c->master = fds[0];
	return 0;
}

enum { WAY_IN, WAY_TTY, WAY_OUT, WAY_ERR, WAYS };
enum { ON_CHILD, ON_SIGNAL, EVENTS };

/* How long a command has after each signal that asks it to end, before it is ended. */
#define AFTER_TERM_MS 10000
#define AFTER_HUP_MS  2000
#define AFTER_KILL_MS 2000

struct relay {
	struct wpar_console *console;
	void (*forward)(int signo, void *user);
	void *user;
	int sigfd;
	sigset_t ignored; /* by whoever started us */
	int asked;	  /* the last signal that asks the command to end; 0: none came */
	uint64_t end_ms;  /* when more is done about it */
	bool killed;
};

static void relay_kill(struct relay *r)
{
	r->forward(SIGKILL, r->user);
	r->killed = true;
	r->end_ms = par_now_ms() + AFTER_KILL_MS;
}

/* SIGCONT: a stopped command would notice nothing of the rest. */
static void relay_ask(struct relay *r, int signo)
{
	uint64_t end_ms = par_now_ms() + (signo == SIGHUP ? AFTER_HUP_MS : AFTER_TERM_MS);
	bool deadly = signo == SIGTERM || signo == SIGHUP;

	/* Asked before, and again: no more patience. */
	if (r->asked && signo != SIGHUP) {
		r->asked = signo;
		relay_kill(r);
		return;
	}
	r->forward(signo, r->user);
	/* Login shells take no notice of SIGTERM: the end of their terminal is a hang-up. */
	if (signo == SIGTERM && r->console->terminal)
		r->forward(SIGHUP, r->user);
	r->forward(SIGCONT, r->user);
	if (!deadly)
		return;
	if (!r->asked || end_ms < r->end_ms)
		r->end_ms = end_ms;
	r->asked = signo;
}

static void relay_signal(struct relay *r)
{
	struct signalfd_siginfo info;

	if (read(r->sigfd, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return;
	if (info.ssi_signo == SIGWINCH) {
		if (r->console->terminal)
			par_tty_copy_size(STDIN_FILENO, r->console->master);
		return;
	}
	if (info.ssi_code == SI_QUEUE && info.ssi_uid == 0)
		r->console->word = info.ssi_int;
	/* Ctrl-C at a terminal where we are in the background; what somebody sends us counts. */
	if (info.ssi_code == SI_KERNEL && sigismember(&r->ignored, (int)info.ssi_signo) == 1)
		return;
	relay_ask(r, (int)info.ssi_signo);
}

/* Milliseconds until something is to be done; -1: never. */
static int relay_patience(const struct relay *r)
{
	return !r->asked && !r->killed ? -1 : par_left_ms(r->end_ms);
}

static void drain_outputs(struct par_way *ways)
{
	for (int i = WAY_TTY; i < WAYS; i++)
		par_way_drain(&ways[i]);
}

/* Returns 0 when the command has ended, or the signal after which it would not. */
static int relay_loop(struct relay *r, int pidfd)
{
	const struct wpar_console *c = r->console;
	struct par_way ways[WAYS] = {
		[WAY_IN] = PAR_WAY(c->terminal ? STDIN_FILENO : -1, c->master),
		[WAY_TTY] = PAR_WAY(c->master, STDOUT_FILENO),
		[WAY_OUT] = PAR_WAY(c->pipes[1], STDOUT_FILENO),
		[WAY_ERR] = PAR_WAY(c->pipes[2], STDERR_FILENO),
	};
	struct pollfd events[EVENTS] = {
		[ON_CHILD] = { .fd = pidfd, .events = POLLIN },
		[ON_SIGNAL] = { .fd = r->sigfd, .events = POLLIN },
	};

	while (par_relay(ways, WAYS, events, EVENTS, relay_patience(r)) >= 0) {
		if (events[ON_CHILD].revents)
			break;
		if (events[ON_SIGNAL].revents)
			relay_signal(r);
		/* The caller's terminal is gone, so the command's goes too. */
		if (ways[WAY_IN].from >= 0 && par_way_ended(&ways[WAY_IN])) {
			ways[WAY_IN].from = -1;
			relay_ask(r, SIGHUP);
		}
		if (relay_patience(r) != 0)
			continue;
		if (r->killed)
			return r->asked;
		relay_kill(r);
	}
	drain_outputs(ways);
	return 0;
}

/* The signals that are the command's; a SIGHUP that nohup(1) has us ignore is not. */
static void open_signals(struct relay *r, sigset_t *ret_before)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH };
	sigset_t set;

	sigemptyset(&set);
	sigemptyset(&r->ignored);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(signals); i++) {
		struct sigaction now;
		bool ignored = sigaction(signals[i], NULL, &now) == 0 && now.sa_handler == SIG_IGN;

		if (ignored)
			sigaddset(&r->ignored, signals[i]);
		if (!ignored || signals[i] != SIGHUP)
			sigaddset(&set, signals[i]);
	}
	sigprocmask(SIG_BLOCK, &set, ret_before);
	r->sigfd = signalfd(-1, &set, SFD_CLOEXEC);
}

int wpar_console_relay(struct wpar_console *c, int pidfd, void (*forward)(int signo, void *user),
		       void *user)
{
	struct relay r = { .console = c, .forward = forward, .user = user };
	sigset_t before;
	int left;

	close_inner(c);
	open_signals(&r, &before);
	if (c->terminal)
		par_tty_raw(STDIN_FILENO); /* ignoring: the terminal may be gone already */
	left = relay_loop(&r, pidfd);
	par_tty_restore();
	if (r.sigfd >= 0)
		close(r.sigfd);
	sigprocmask(SIG_SETMASK, &before, NULL);
	/* A hang-up for whatever still has the terminal. */
	wpar_console_done(c);
	return left;
}
