/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lpard: reads its configuration, opens its door, connects to its systems, and runs the loop until
 * it is told to end.  It keeps nothing of its own: started again it finds all LPARs as they are.
 */
#include "lpard/common/cmd.h"
#include "lpard/common/log.h"
#include "lpard/daemon/methods/dispatch.h"
#include "lpard/daemon/systems/managed_system.h"
#include "lpard/daemon/methods/waiting.h"
#include "lpard/daemon/server/systemd.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#define WORKERS	    8
#define END_LIMIT_S 3

struct options {
	const char *config;
	const char *socket;
	bool foreground;
	bool background;
	bool check;
	bool version;
};

struct program {
	const struct options *options;
	struct lpar_daemon daemon;
	struct par_source *signals[4];
	int ready_fd;  /* of the process that waits in the foreground; -1 */
	int listen_fd; /* systemd's, at listen_path; 0: none was passed */
	char *listen_path;
};

/* A socket that is there already wins over what options and configuration would make. */
static const char *socket_path(const struct program *p)
{
	if (p->listen_path)
		return p->listen_path;
	return p->options->socket ? p->options->socket : p->daemon.config->socket;
}

static struct lpar_server_config server_config(const struct program *p)
{
	const struct lpar_config *c = p->daemon.config;

	return (struct lpar_server_config){
		.path = socket_path(p),
		.listen_fd = p->listen_fd,
		.group = c->group,
		.read_group = c->read_group,
		.max_clients = c->max_clients,
	};
}

/* A new configuration; those before stay, because workers may still read them. */
static int load_config(struct program *p, struct par_error **err)
{
	struct lpar_daemon *d = &p->daemon;
	struct lpar_config *c = calloc(1, sizeof(*c));
	struct lpar_config **all =
		reallocarray(d->configs, d->n_configs + 1, sizeof(struct lpar_config *));
	int r;

	if (all)
		d->configs = all;
	if (!c || !all) {
		free(c);
		return par_oom(err);
	}
	r = lpar_config_load(p->options->config, c, err);
	if (r < 0) {
		free(c);
		return r;
	}
	d->configs[d->n_configs++] = c;
	d->config = c;
	par_log_set_level(c->log_level);
	return 0;
}

static int add_host(struct lpar_daemon *d, const struct lpar_config_system *s,
		    struct par_error **err)
{
	struct lpar_managed **hosts =
		reallocarray(d->hosts, d->n_hosts + 1, sizeof(struct lpar_managed *));
	int r;

	if (!hosts)
		return par_oom(err);
	d->hosts = hosts;
	r = lpar_managed_new(d, s, &hosts[d->n_hosts], err);
	if (r == 0)
		d->n_hosts++;
	return r;
}

static bool same_system(const struct lpar_config_system *a, const struct lpar_config_system *b)
{
	return par_streq(a->name, b->name) && par_streq(a->uri, b->uri) &&
	       par_streq(a->pool, b->pool) && par_streq(a->pool_path, b->pool_path) &&
	       par_streq(a->network, b->network) && par_streq(a->type_model, b->type_model) &&
	       par_streq(a->serial, b->serial) && par_streq(a->description, b->description) &&
	       a->accel == b->accel;
}

/* Bring the systems in line with the configuration: one whose settings changed connects anew. */
static void update_hosts(struct lpar_daemon *d)
{
	const struct lpar_config *c = d->config;

	for (size_t i = d->n_hosts; i-- > 0;) {
		bool keep = false;

		for (size_t k = 0; k < c->n_systems; k++)
			keep = keep || same_system(d->hosts[i]->config, &c->systems[k]);
		if (!keep)
			lpar_managed_remove(d->hosts[i]);
	}
	for (size_t k = 0; k < c->n_systems; k++) {
		auto_error err = NULL;
		bool there = false;

		for (size_t i = 0; i < d->n_hosts; i++)
			there = there || strcmp(d->hosts[i]->name, c->systems[k].name) == 0;
		if (!there && add_host(d, &c->systems[k], &err) < 0)
			par_log(PAR_LOG_ERR, "%s", err && err->msg ? err->msg : "out of memory");
	}
}

static void reload(struct program *p)
{
	struct lpar_server_config sc;
	auto_error err = NULL;

	if (load_config(p, &err) < 0) {
		par_log(PAR_LOG_ERR, "configuration not read again: %s",
			err && err->msg ? err->msg : "out of memory");
		return;
	}
	sc = server_config(p);
	lpar_server_limits(p->daemon.server, &sc);
	update_hosts(&p->daemon);
	par_log(PAR_LOG_NOTICE, "configuration read again: %zu systems", p->daemon.n_hosts);
}

static void on_signal(struct par_source *s, int signo, void *user)
{
	struct program *p = user;

	(void)s;
	if (signo == SIGHUP) {
		reload(p);
		return;
	}
	par_log(PAR_LOG_NOTICE, "ending, by signal %d; LPARs run on", signo);
	lpar_systemd_notify("STOPPING=1");
	p->daemon.stopping = true;
	par_event_stop(p->daemon.loop, 0);
}

static int watch_signals(struct program *p, struct par_error **err)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP };
	int r = 0;

	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(signals) && r >= 0; i++)
		r = par_event_signal(p->daemon.loop, signals[i], on_signal, p, &p->signals[i], err);
	return r;
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

static int open_log(const struct lpar_config *c, struct par_error **err)
{
	autofd int fd = -1;

	if (!c->log)
		return 0;
	fd = open(c->log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
	if (fd < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not open \"%s\"", c->log);
	return dup2(fd, STDERR_FILENO) < 0
		       ? par_fail(err, PAR_E_SYSTEM, errno, "could not use \"%s\"", c->log)
		       : 0;
}

static void ready(struct program *p)
{
	int null = -1;

	lpar_systemd_notify("READY=1");
	if (p->ready_fd < 0)
		return;
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null >= 0) {
		(void)dup2(null, STDIN_FILENO);
		(void)dup2(null, STDOUT_FILENO);
		if (!p->daemon.config->log)
			(void)dup2(null, STDERR_FILENO);
		close(null);
	}
	(void)!write(p->ready_fd, "", 1);
	close(p->ready_fd);
	p->ready_fd = -1;
}

static void give_up(int signo)
{
	(void)signo;
	_exit(0);
}

/*
 * A guest that does not read can hold a call of libvirt for half a minute.  Nothing of ours is lost
 * when it is cut short: all that lasts is elsewhere, and the door is closed by then.
 */
static void limit_end(void)
{
	signal(SIGALRM, give_up);
	alarm(END_LIMIT_S);
}

static void daemon_done(struct program *p)
{
	struct lpar_daemon *d = &p->daemon;

	d->stopping = true;
	/* No new work; what is under way ends, for it is told that we stop. */
	par_workers_free(&d->workers);
	/* What it has to report is heard: descriptors come with it, and answers go out. */
	for (int i = 0; d->loop && i < 4; i++)
		(void)par_event_run_once(d->loop, 0);
	lpar_waiting_free(&d->waiting);
	lpar_server_free(&d->server);
	limit_end();
	for (size_t i = 0; i < d->n_hosts; i++)
		lpar_managed_free(&d->hosts[i]);
	free(d->hosts);
	par_event_free(&d->loop);
	for (size_t i = 0; i < d->n_configs; i++) {
		lpar_config_done(d->configs[i]);
		free(d->configs[i]);
	}
	free(d->configs);
	free(p->listen_path);
}

static int start(struct program *p, struct par_error **err)
{
	struct lpar_daemon *d = &p->daemon;
	struct lpar_server_config sc = server_config(p);
	int r = par_event_new(&d->loop, err);

	r = r < 0 ? r : watch_signals(p, err);
	r = r < 0 ? r : par_workers_new(d->loop, WORKERS, &d->workers, err);
	r = r < 0 ? r : lpar_waiting_new(d->loop, lpar_dispatch, d, &d->waiting, err);
	/* The lock comes with the door: before it no other system is touched. */
	r = r < 0 ? r : lpar_server_new(d->loop, &sc, lpar_dispatch, d, &d->server, err);
	for (size_t i = 0; r >= 0 && i < d->config->n_systems; i++)
		r = add_host(d, &d->config->systems[i], err);
	return r;
}

static int serve(struct program *p, struct par_error **err)
{
	int r;

	raise_limits();
	r = open_log(p->daemon.config, err);
	r = r < 0 ? r : start(p, err);
	if (r >= 0) {
		par_log(PAR_LOG_NOTICE, "lpard " PAR_VERSION " serves \"%s\", %zu systems",
			server_config(p).path, p->daemon.n_hosts);
		ready(p);
		r = par_event_run(p->daemon.loop);
		if (r < 0)
			r = par_fail(err, PAR_E_SYSTEM, -r, "the event loop failed");
	}
	daemon_done(p);
	return r;
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
	/* The end without a byte: it failed, and has said why. */
	return read(fds[0], &c, 1) == 1 ? 1 : 2;
}

static int run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct options *o = args;
	struct program p = { .options = o, .ready_fd = -1 };
	int r;

	if (o->version) {
		fprintf(ctx->out, "lpard " PAR_VERSION "\n");
		return 0;
	}
	r = load_config(&p, err);
	if (r == 0)
		r = lpar_systemd_socket(&p.listen_fd, &p.listen_path, err);
	if (r < 0) {
		daemon_done(&p);
		return r;
	}
	if (o->check) {
		fprintf(ctx->out, "%zu systems\n", p.daemon.config->n_systems);
		daemon_done(&p);
		return 0;
	}
	if (o->background) {
		r = go_to_background(&p, err);
		if (r != 0) {
			daemon_done(&p);
			return r < 0 ? r : r - 1;
		}
	}
	return serve(&p, err);
}

static const struct par_opt opts[] = {
	OPT_STR('c', "config", "FILE", struct options, config,
		"Read FILE instead of " LPAR_CONFIG_PATH, .values = "@files"),
	OPT_STR('s', "socket", "PATH", struct options, socket,
		"Serve at PATH, whatever the configuration says"),
	OPT_FLAG(0, "foreground", struct options, foreground, "Stay in the foreground (the usual)"),
	OPT_FLAG(0, "background", struct options, background,
		 "Return when the socket is served, and go on in the background"),
	OPT_FLAG(0, "check-config", struct options, check,
		 "Only read the configuration and say what is wrong with it"),
	OPT_FLAG(0, "version", struct options, version, "Show the version"),
	{ 0 }
};

static const struct par_cmd cmd_lpard = {
	.name = "lpard",
	.summary = "Carve LPARs out of this machine and serve the HMC's commands",
	.family = PAR_FAMILY_OWN,
	.opts = opts,
	.args_size = sizeof(struct options),
	.run = run,
};

int main(int argc, char **argv)
{
	static const struct par_cmd *const only[] = { &cmd_lpard, NULL };

	/* As of the programs with many commands: what the installation puts in its place. */
	if (argc == 3 && strcmp(argv[1], "--completion") == 0 && strcmp(argv[2], "bash") == 0) {
		par_cmd_print_completion_bash("lpard", only, stdout);
		return 0;
	}
	return par_cmd_run(&cmd_lpard, argc, argv);
}
