/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lpard: reads its configuration, opens its door, connects to its systems, and runs the loop until
 * a signal ends it.  lpard keeps nothing of its own: a new lpard finds all LPARs as they are.
 * The parts of the daemon are put together by life.c.
 */
#include "lpard/common/cmd.h"
#include "lpard/common/log.h"
#include "lpard/common/process.h"
#include "lpard/daemon/life.h"
#include "lpard/daemon/server/systemd.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define END_LIMIT_S 3
#define LOG_MAX	    (8u << 20) /* bytes of the log, and of the one before */

struct arguments {
	const char *config;
	const char *socket;
	bool foreground;
	bool background;
	bool check;
	bool version;
};

struct program {
	struct lpar_daemon_options options;
	struct lpar_daemon daemon;
	struct par_source *signals[4];
	bool background;
	int ready_fd;	    /* of the process that waits in the foreground; -1 */
	int terminal_fd;    /* stderr as it was, while starting in the background; -1 */
	char *log;	    /* the file that is stderr; NULL: none is */
	char *systemd_path; /* of the socket that systemd passed; NULL: none was */
};

static void on_signal(struct par_source *s, int signo, void *user)
{
	struct program *p = user;

	(void)s;
	if (signo == SIGHUP) {
		par_log_reopen();
		lpar_daemon_reload(&p->daemon, &p->options);
		return;
	}
	par_log(PAR_LOG_NOTICE, "ending, by signal %d; LPARs run on", signo);
	lpar_systemd_notify("STOPPING=1");
	p->daemon.stopping = true;
	par_event_stop(p->daemon.loop, 0);
}

/* Before there are threads, which would not have these signals blocked. */
static int watch_signals(struct program *p, struct par_error **err)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP };

	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(signals); i++) {
		int r = par_event_signal(p->daemon.loop, signals[i], on_signal, p, &p->signals[i],
					 err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* As many descriptors as we may have: each client is one, each running LPAR four. */
static void raise_limits(void)
{
	struct rlimit rl;

	if (getrlimit(RLIMIT_NOFILE, &rl) == 0 && rl.rlim_cur < rl.rlim_max) {
		rl.rlim_cur = rl.rlim_max < 65536 ? rl.rlim_max : 65536;
		(void)setrlimit(RLIMIT_NOFILE, &rl);
	}
}

/* In the background there is always a log: nobody sees stderr. */
static int open_log(struct program *p, struct par_error **err)
{
	const char *set = p->daemon.config->log;
	char *slash;
	int r;

	if (!set && !p->background)
		return 0;
	p->log = set ? strdup(set) : lpar_daemon_file(&p->daemon, &p->options, "lpard.log");
	if (!p->log)
		return par_oom(err);
	slash = strrchr(p->log, '/');
	if (!set && slash && slash != p->log) {
		*slash = '\0';
		(void)mkdir(p->log, 0755); /* opening the file says what is wrong */
		*slash = '/';
	}
	if (p->background)
		p->terminal_fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	r = par_log_to(p->log, LOG_MAX);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, -r, "could not open the log \"%s\"", p->log);
	return 0;
}

/* What went wrong at the start is told where lpard was started, and in the log. */
static void tell_failure(struct program *p, struct par_error **err)
{
	char *text;

	if (!p->log || p->terminal_fd < 0 || !*err)
		return;
	par_log(PAR_LOG_ERR, "lpard does not start: %s", par_error_text(*err));
	(void)dup2(p->terminal_fd, STDERR_FILENO);
	text = par_strdup_printf("%s; the log \"%s\" has more", par_error_text(*err), p->log);
	if (!text)
		return;
	free((*err)->msg);
	(*err)->msg = text;
}

/* The door is open: whoever waits for that is told. */
static void tell_ready(struct program *p)
{
	int null = -1;

	lpar_systemd_notify("READY=1");
	if (p->ready_fd < 0)
		return;
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null >= 0) {
		(void)dup2(null, STDIN_FILENO);
		(void)dup2(null, STDOUT_FILENO);
		close(null);
	}
	(void)!write(p->ready_fd, "", 1);
	close(p->ready_fd);
	p->ready_fd = -1;
	if (p->terminal_fd >= 0)
		close(p->terminal_fd);
	p->terminal_fd = -1;
}

static void give_up(int signo)
{
	(void)signo;
	_exit(0);
}

/*
 * A guest that does not read can hold a call of libvirt for half a minute, and an emulator that
 * hangs for ever.  Nothing of ours is lost when that is cut short: all that lasts is elsewhere.
 */
static void limit_end(void)
{
	signal(SIGALRM, give_up);
	alarm(END_LIMIT_S);
}

static void program_done(struct program *p)
{
	limit_end();
	lpar_daemon_close(&p->daemon);
	lpar_daemon_free(&p->daemon);
	free(p->systemd_path);
	free(p->log);
}

static int start_serving(struct program *p, struct par_error **err)
{
	struct lpar_daemon *d = &p->daemon;
	int r;

	raise_limits();
	r = open_log(p, err);
	if (r < 0)
		return r;
	r = par_event_new(&d->loop, err);
	if (r < 0)
		return r;
	r = watch_signals(p, err);
	if (r < 0)
		return r;
	return lpar_daemon_start(d, &p->options, err);
}

static int serve(struct program *p, struct par_error **err)
{
	int r = start_serving(p, err);

	if (r < 0) {
		tell_failure(p, err);
		return r;
	}
	par_log(PAR_LOG_NOTICE, "lpard " PAR_VERSION " serves \"%s\", systems: %zu",
		lpar_daemon_socket(&p->daemon, &p->options), p->daemon.config->n_systems);
	tell_ready(p);
	r = par_event_run(p->daemon.loop);
	return r < 0 ? par_fail(err, PAR_E_SYSTEM, -r, "the event loop failed") : r;
}

/* Returns in the child (0), or in the parent with the exit status + 1. */
static int go_to_background(struct program *p, struct par_error **err)
{
	int fds[2];
	char c;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not make a pipe");
	pid = fork();
	if (pid < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not fork");
	if (pid == 0) {
		close(fds[0]);
		p->ready_fd = fds[1];
		setsid();
		return 0;
	}
	close(fds[1]);
	/* The pipe ended without a byte: the child failed, and has said why. */
	return read(fds[0], &c, 1) == 1 ? 1 : 2;
}

/* A socket of systemd's wins over the socket that arguments or configuration would make. */
static int take_systemd_socket(struct program *p, struct par_error **err)
{
	int r = lpar_systemd_socket(&p->options.listen_fd, &p->systemd_path, err);

	if (r == 0 && p->systemd_path)
		p->options.socket = p->systemd_path;
	return r;
}

/* The exit status, or an error. */
static int run_program(struct program *p, const struct arguments *a, FILE *out,
		       struct par_error **err)
{
	int r = lpar_daemon_configure(&p->daemon, &p->options, err);

	if (r < 0)
		return r;
	r = take_systemd_socket(p, err);
	if (r < 0)
		return r;
	if (a->check) {
		fprintf(out, "systems: %zu\n", p->daemon.config->n_systems);
		return 0;
	}
	p->background = a->background;
	if (a->background) {
		r = go_to_background(p, err);
		if (r != 0)
			return r < 0 ? r : r - 1;
	}
	return serve(p, err);
}

static int lpard_main(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct arguments *a = args;
	struct program p = { .options = { .config = a->config, .socket = a->socket },
			     .ready_fd = -1,
			     .terminal_fd = -1 };
	int r;

	if (a->version) {
		fprintf(ctx->out, "lpard " PAR_VERSION "\n");
		return 0;
	}
	r = run_program(&p, a, ctx->out, err);
	program_done(&p);
	return r;
}

static const struct par_opt opts[] = {
	OPT_STR('c', "config", "FILE", struct arguments, config,
		"Read FILE instead of " LPAR_CONFIG_PATH, .values = "@files"),
	OPT_STR('s', "socket", "PATH", struct arguments, socket,
		"Serve at PATH, whatever the configuration says"),
	OPT_FLAG(0, "foreground", struct arguments, foreground,
		 "Stay in the foreground (the usual)"),
	OPT_FLAG(0, "background", struct arguments, background,
		 "Return when the socket is served, and go on in the background"),
	OPT_FLAG(0, "check-config", struct arguments, check,
		 "Only read the configuration and say what is wrong with it"),
	OPT_FLAG(0, "version", struct arguments, version, "Show the version"),
	{ 0 }
};

static const struct par_cmd cmd_lpard = {
	.name = "lpard",
	.summary = "Carve LPARs out of this machine and serve the HMC's commands",
	.family = PAR_FAMILY_OWN,
	.opts = opts,
	.args_size = sizeof(struct arguments),
	.run = lpard_main,
};

int main(int argc, char **argv)
{
	static const struct par_cmd *const only[] = { &cmd_lpard, NULL };

	par_process_begin();
	/* As of the programs with many commands: what the installation puts in its place. */
	if (argc == 3 && strcmp(argv[1], "--completion") == 0 && strcmp(argv[2], "bash") == 0) {
		par_cmd_print_completion_bash("lpard", only, stdout);
		return 0;
	}
	return par_cmd_run(&cmd_lpard, argc, argv);
}
