/* SPDX-License-Identifier: Apache-2.0 */
/* Standard input, output and error of a command in a WPAR: see console.h. */
#include "wparctl/runtime/session/console.h"

#include "lpard/common/fs.h"
#include "lpard/common/relay.h"
#include "lpard/common/tty.h"

#include <linux/magic.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <termios.h>
#include <time.h>

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

static int open_pty(struct wpar_console *c, int rootfd, uid_t owner)
{
	struct termios now;
	unsigned int line;
	int zero = 0;

	c->master = rootfd >= 0 ? open_own_ptmx(rootfd) : -1;
	if (c->master >= 0 && ioctl(c->master, TIOCGPTN, &line) == 0)
		c->line = (int)line;
	/* Its users have taken all of them: one of the global side lets the administrator in. */
	if (c->master < 0)
		c->master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (c->master < 0 || ioctl(c->master, TIOCSPTLCK, &zero) < 0)
		return -errno;
	/* Not by its name: that could be another's by now. */
	c->inner.fd[0] = ioctl(c->master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (c->inner.fd[0] < 0)
		return -errno;
	if (fchown(c->inner.fd[0], owner, (gid_t)-1) < 0 || fchmod(c->inner.fd[0], 0620) < 0)
		return -errno;
	if (tcgetattr(STDIN_FILENO, &now) == 0)
		tcsetattr(c->inner.fd[0], TCSANOW, &now);
	par_tty_copy_size(STDIN_FILENO, c->inner.fd[0]);
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
	if (c->master >= 0)
		close(c->master);
	c->master = -1;
}

/* The command's side of stdin's terminal, or of a pipe for each output that is a terminal. */
static int open_sides(struct wpar_console *c, int rootfd, uid_t owner)
{
	c->inner.pty = isatty(STDIN_FILENO);
	if (c->inner.pty) {
		int r = open_pty(c, rootfd, owner);

		if (r < 0)
			return r;
	}
	for (int i = STDOUT_FILENO; i <= STDERR_FILENO; i++) {
		int pair[2];

		if (!isatty(i))
			continue;
		if (c->inner.pty) {
			c->inner.fd[i] = c->inner.fd[0];
			continue;
		}
		if (pipe2(pair, O_CLOEXEC) < 0)
			return -errno;
		c->pipes[i] = pair[0];
		c->inner.fd[i] = pair[1];
	}
	return 0;
}

int wpar_console_open(struct wpar_console *c, int rootfd, uid_t owner, struct par_error **err)
{
	int r;

	*c = (struct wpar_console){
		.master = -1, .line = -1, .inner = { .fd = { -1, -1, -1 } }, .pipes = { -1, -1, -1 }
	};
	r = open_sides(c, rootfd, owner);
	if (r == 0)
		return 0;
	wpar_console_done(c);
	return par_fail(err, PAR_E_SYSTEM, r, "a terminal cannot be made");
}

enum { WAY_IN, WAY_TTY, WAY_OUT, WAY_ERR, WAYS };
enum { ON_CHILD, ON_SIGNAL, EVENTS };

/* How long a command has after each signal that asks it to end, before it is ended. */
#define AFTER_TERM_MS 10000
#define AFTER_HUP_MS  2000
#define AFTER_KILL_MS 2000

struct relay {
	const struct wpar_console *console;
	void (*forward)(int signo, void *user);
	void *user;
	int sigfd;
	sigset_t ignored; /* by whoever started us */
	int asked;	  /* the last signal that asks the command to end; 0: none came */
	int64_t end_ms;	  /* when more is done about it */
	bool killed;
};

static int64_t relay_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void relay_kill(struct relay *r)
{
	r->forward(SIGKILL, r->user);
	r->killed = true;
	r->end_ms = relay_now_ms() + AFTER_KILL_MS;
}

/* SIGCONT: a stopped command would notice nothing of the rest. */
static void relay_ask(struct relay *r, int signo)
{
	int64_t end_ms = relay_now_ms() + (signo == SIGHUP ? AFTER_HUP_MS : AFTER_TERM_MS);
	bool deadly = signo == SIGTERM || signo == SIGHUP;

	/* Asked before, and again: no more patience. */
	if (r->asked && signo != SIGHUP) {
		r->asked = signo;
		relay_kill(r);
		return;
	}
	r->forward(signo, r->user);
	/* Login shells take no notice of SIGTERM: the end of their terminal is a hang-up. */
	if (signo == SIGTERM && r->console->inner.pty)
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
		if (r->console->inner.pty)
			par_tty_copy_size(STDIN_FILENO, r->console->master);
		return;
	}
	/* Ctrl-C at a terminal where we are in the background; what somebody sends us counts. */
	if (info.ssi_code == SI_KERNEL && sigismember(&r->ignored, (int)info.ssi_signo) == 1)
		return;
	relay_ask(r, (int)info.ssi_signo);
}

/* Milliseconds until something is to be done; -1: never. */
static int relay_patience(const struct relay *r)
{
	int64_t left;

	if (!r->asked && !r->killed)
		return -1;
	left = r->end_ms - relay_now_ms();
	return left < 0 ? 0 : (int)left;
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
		[WAY_IN] = PAR_WAY(c->inner.pty ? STDIN_FILENO : -1, c->master),
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
		/* The caller's terminal is gone: so is the command's. */
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
	if (c->inner.pty)
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
