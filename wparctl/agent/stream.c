/* SPDX-License-Identifier: Apache-2.0 */
/* One running command: see stream.h. */
#include "wparctl/agent/stream.h"

#include "lpard/common/process.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

/* A chunk in its frame just fits one write to the port. */
#define CHUNK	      (32768u - PAR_FRAME_COST)
#define KILL_AFTER_MS 2000
/* How long after its end a command's pty may still have something to say. */
#define PTY_GRACE_MS 500
#define CTRL_D	     0x04

/* One of the command's outputs. */
struct output {
	int fd; /* -1: closed */
	struct par_source *io;
	enum par_frame_type type;
	bool paused;
	size_t last; /* once the command has ended: bytes of this output still to be read */
};

struct wpar_stream {
	struct wpar_stream *next;
	struct par_event *loop;
	uint32_t id;
	const struct wpar_stream_ops *ops;
	void *user;
	bool tty, of_user;
	pid_t pid;
	bool exited, abandoned, ended;
	int status;
	struct par_source *child, *timer;
	struct output out[2]; /* a pty has only the first */
	uint64_t credit;      /* what may be sent, in bytes with PAR_FRAME_COST */
	int in_fd;	      /* -1: closed */
	struct par_source *in_io;
	struct par_buf in; /* not yet taken by the command */
	bool in_eof;
	uint64_t in_used; /* of the window that lpard has */
	char *not_run;	  /* what to say when there was no program to run */
};

static void stream_finish(struct wpar_stream *s);

static void close_output(struct output *o)
{
	par_source_free(&o->io);
	if (o->fd >= 0)
		close(o->fd);
	o->fd = -1;
}

static void close_input(struct wpar_stream *s)
{
	par_source_free(&s->in_io);
	if (s->in_fd >= 0)
		close(s->in_fd);
	s->in_fd = -1;
	par_buf_clear(&s->in);
}

/* After the command's end: is there nothing more of its own to read? */
static void stream_finish_if_done(struct wpar_stream *s)
{
	bool done = s->exited;

	for (int i = 0; i < 2; i++) {
		if (s->out[i].fd >= 0 && (s->tty || s->out[i].last > 0))
			done = false;
	}
	if (done)
		stream_finish(s);
}

static void pause_output(struct output *o, bool paused)
{
	o->paused = paused;
	if (o->io)
		par_source_events(o->io, paused ? 0 : (uint32_t)EPOLLIN);
}

static bool may_send(const struct wpar_stream *s)
{
	return s->credit > PAR_FRAME_COST && !s->ops->congested(s->user);
}

/* Nobody wants it any more; a command that ends on SIGHUP shall not die of SIGPIPE before. */
static void discard_output(struct output *o)
{
	char chunk[CHUNK];
	ssize_t n = read(o->fd, chunk, sizeof(chunk));

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		close_output(o);
}

static void stream_read_output(struct wpar_stream *s, struct output *o)
{
	char chunk[CHUNK];
	size_t size = sizeof(chunk);
	ssize_t n;

	if (s->abandoned) {
		discard_output(o);
		return;
	}

	if (!may_send(s)) {
		pause_output(o, true);
		return;
	}
	if (size > s->credit - PAR_FRAME_COST)
		size = (size_t)(s->credit - PAR_FRAME_COST);
	if (s->exited && !s->tty && size > o->last)
		size = o->last;
	n = read(o->fd, chunk, size);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) { /* a pty whose other end is closed says EIO */
		close_output(o);
		stream_finish_if_done(s);
		return;
	}
	s->credit -= (size_t)n + PAR_FRAME_COST;
	s->ops->send(s->id, o->type, chunk, (size_t)n, s->user);
	if (!s->exited)
		return;
	if (s->tty)
		par_source_timer(s->timer, PTY_GRACE_MS);
	else
		o->last -= (size_t)n;
	stream_finish_if_done(s);
}

static void on_output(struct par_source *src, int fd, uint32_t events, void *user)
{
	struct wpar_stream *s = user;

	(void)src;
	(void)events;
	for (int i = 0; i < 2; i++) {
		if (s->out[i].fd == fd) {
			stream_read_output(s, &s->out[i]);
			return;
		}
	}
}

/* Gives credit back for what the command has taken, not for each small piece. */
static void give_credit(struct wpar_stream *s)
{
	uint64_t back = s->in_used - s->in.len;
	uint8_t data[4];

	if (s->in_used <= s->in.len || back < PAR_FRAME_WINDOW / 4)
		return;
	s->in_used -= back;
	for (int i = 0; i < 4; i++)
		data[i] = (uint8_t)(back >> (24 - 8 * i));
	s->ops->send(s->id, PAR_FRAME_CREDIT, data, sizeof(data), s->user);
}

static void stream_write_input(struct wpar_stream *s)
{
	while (s->in_fd >= 0 && s->in.len > 0) {
		ssize_t n = write(s->in_fd, s->in.data, s->in.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			break;
		if (n < 0) /* the command reads no more: swallow what comes */
			close_input(s);
		else
			par_buf_drop(&s->in, (size_t)n);
	}
	if (s->in_fd < 0)
		par_buf_clear(&s->in);
	give_credit(s);
	if (s->in_fd < 0)
		return;
	if (s->in.len == 0 && s->in_eof) {
		close_input(s);
		return;
	}
	if (s->in_io)
		par_source_events(s->in_io, s->in.len > 0 ? (uint32_t)EPOLLOUT : 0);
}

static void on_input_room(struct par_source *src, int fd, uint32_t events, void *user)
{
	(void)src;
	(void)fd;
	(void)events;
	stream_write_input(user);
}

static void stream_finish(struct wpar_stream *s)
{
	if (s->ended)
		return;
	s->ended = true;
	if (!s->abandoned)
		s->ops->send_exit(s->id, s->status, s->user);
	s->ops->ended(s, s->user);
	wpar_stream_free(&s);
}

static void on_exit_of_child(struct par_source *src, pid_t pid, int status, void *user)
{
	struct wpar_stream *s = user;

	(void)src;
	(void)pid;
	s->exited = true;
	s->status = status;
	if (s->abandoned)
		return; /* the timer ends the stream, after the other processes of its session */
	close_input(s);
	if (s->tty) {
		par_source_timer(s->timer, PTY_GRACE_MS);
	} else {
		for (int i = 0; i < 2; i++) {
			int left = 0;

			if (s->out[i].fd >= 0 && ioctl(s->out[i].fd, FIONREAD, &left) == 0)
				s->out[i].last = (size_t)left;
		}
	}
	stream_finish_if_done(s);
}

static void stream_on_timer(struct par_source *src, void *user)
{
	struct wpar_stream *s = user;

	if (s->abandoned) {
		par_kill_session(s->pid, SIGKILL);
		if (s->exited)
			stream_finish(s);
		else
			par_source_timer(src, 100);
		return;
	}
	/* The stream waits for credit: the pty has not been silent. */
	if (s->out[0].fd >= 0 && s->out[0].paused) {
		par_source_timer(src, PTY_GRACE_MS);
		return;
	}
	close_output(&s->out[0]);
	stream_finish_if_done(s);
}

static int stream_watch(struct wpar_stream *s, struct par_error **err)
{
	int r = par_event_timer(s->loop, UINT64_MAX, stream_on_timer, s, &s->timer, err);

	if (r < 0)
		return r;
	for (int i = 0; i < 2; i++) {
		struct output *o = &s->out[i];

		if (o->fd < 0)
			continue;
		par_set_nonblock(o->fd);
		r = par_event_io(s->loop, o->fd, EPOLLIN, on_output, s, &o->io, err);
		if (r < 0)
			return r;
	}
	par_set_nonblock(s->in_fd);
	r = par_event_io(s->loop, s->in_fd, 0, on_input_room, s, &s->in_io, err);
	if (r < 0)
		return r;
	return par_event_child(s->loop, s->pid, on_exit_of_child, s, &s->child, err);
}

/* What a shell says when there is no program to run; wpar_stream_begin() sends the text. */
static void set_not_run(struct wpar_stream *s, const char *name, int errnum)
{
	char *text = par_strdup_printf("wparcmd: %.1000s: %s\n", name,
				       errnum == ENOENT ? "command not found" : strerror(errnum));

	free(s->not_run);
	s->not_run = text;
	s->exited = true;
	s->status = W_EXITCODE(errnum == ENOENT ? 127 : 126, 0);
}

static const char *path_of(const struct wpar_run *run)
{
	const char *path = "";

	for (size_t i = 0; i < run->environment.n; i++) {
		if (par_starts_with(run->environment.v[i], "PATH="))
			path = run->environment.v[i] + strlen("PATH=");
	}
	return path;
}

/* The child's ends of its pipes; the stream's are non-blocking and stay here. */
static int stream_open_pipes(struct wpar_stream *s, int ends[3], struct par_error **err)
{
	for (int i = 0; i < 3; i++) {
		int p[2] = { -1, -1 };
		int r = par_pipe(p, err);

		if (r < 0)
			return r;
		ends[i] = i == 0 ? p[0] : p[1];
		if (i == 0)
			s->in_fd = p[1];
		else
			s->out[i - 1].fd = p[0];
	}
	return 0;
}

/* The stream's ends of a pty or of pipes; the command's go into @spawn, *ret_tty is owned. */
static int stream_open_ends(struct wpar_stream *s, const struct wpar_run *run,
			    struct par_spawn *spawn, char **ret_tty, struct par_error **err)
{
	int r;

	if (!s->tty)
		return stream_open_pipes(s, spawn->fds, err);
	r = par_pty_open(run->rows, run->columns, &s->out[0].fd, ret_tty, err);
	if (r < 0)
		return r;
	s->in_fd = fcntl(s->out[0].fd, F_DUPFD_CLOEXEC, 3);
	spawn->tty = *ret_tty;
	return 0;
}

/* 0 also when there was no program to run: then set_not_run() was called. */
static int stream_start(struct wpar_stream *s, const struct wpar_run *run, struct par_error **err)
{
	autofree char *program = NULL, *tty = NULL;
	struct par_spawn spawn = { .argv = run->argv.v,
				   .envp = run->environment.v,
				   .cwd = run->directory,
				   .fds = { -1, -1, -1 },
				   .parent_death_signal = SIGHUP };
	int r = 0;

	if (run->pretend)
		r = -ENOENT;
	else if (!run->program)
		r = par_find_program(run->argv.v[0], path_of(run), &program);
	if (r < 0) {
		set_not_run(s, run->argv.v[0], -r);
		return 0;
	}
	spawn.path = run->program ? run->program : program;
	r = stream_open_ends(s, run, &spawn, &tty, err);
	if (r == 0) {
		int failed = par_spawn(&spawn, &s->pid, NULL);

		if (failed < 0)
			set_not_run(s, run->argv.v[0], -failed);
	}
	for (int i = 0; i < 3; i++) {
		if (spawn.fds[i] >= 0)
			close(spawn.fds[i]);
	}
	return r;
}

static int stream_begin(struct wpar_stream *s, const struct wpar_run *run, struct par_error **err)
{
	int r = stream_start(s, run, err);

	if (r < 0 || s->exited)
		return r;
	r = stream_watch(s, err);
	if (r < 0)
		par_kill_session(s->pid, SIGKILL);
	return r;
}

int wpar_stream_new(struct wpar_stream **ret, struct par_event *loop, uint32_t id,
		    const struct wpar_run *run, const struct wpar_stream_ops *ops, void *user,
		    struct par_error **err)
{
	struct wpar_stream *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return par_oom(err);
	*s = (struct wpar_stream){
		.loop = loop,
		.id = id,
		.ops = ops,
		.user = user,
		.tty = run->tty,
		.of_user = run->of_user,
		.credit = PAR_FRAME_WINDOW,
		.in_fd = -1,
		.out = { { .fd = -1, .type = PAR_FRAME_STDOUT },
			 { .fd = -1, .type = PAR_FRAME_STDERR } },
	};
	r = stream_begin(s, run, err);
	if (r < 0) {
		wpar_stream_free(&s);
		return r;
	}
	*ret = s;
	return 0;
}

void wpar_stream_begin(struct wpar_stream *s)
{
	if (!s->not_run)
		return;
	s->ops->send(s->id, PAR_FRAME_STDERR, s->not_run, strlen(s->not_run), s->user);
	stream_finish(s);
}

void wpar_stream_free(struct wpar_stream **stream)
{
	struct wpar_stream *s = *stream;

	if (!s)
		return;
	close_input(s);
	for (int i = 0; i < 2; i++)
		close_output(&s->out[i]);
	par_source_free(&s->child);
	par_source_free(&s->timer);
	par_buf_done(&s->in);
	free(s->not_run);
	free(s);
	*stream = NULL;
}

uint32_t wpar_stream_id(const struct wpar_stream *s)
{
	return s->id;
}

static int stream_take_stdin(struct wpar_stream *s, const struct par_frame *f,
			     struct par_error **err)
{
	if (s->in_eof)
		return par_fail(err, PAR_E_PROTOCOL, 0, "stdin goes on after its end");
	s->in_used += f->len + PAR_FRAME_COST;
	if (s->in_used > PAR_FRAME_WINDOW)
		return par_fail(err, PAR_E_PROTOCOL, 0, "stdin has more than its credit");
	if (s->in_fd >= 0 && par_buf_put(&s->in, f->data, f->len) < 0)
		return par_oom(err);
	stream_write_input(s);
	return 0;
}

static void stream_take_eof(struct wpar_stream *s)
{
	if (s->in_eof)
		return;
	s->in_eof = true;
	/* A terminal has no end of input; its line discipline makes one from this byte. */
	if (s->tty && s->in_fd >= 0) {
		const char end = CTRL_D;

		par_buf_put(&s->in, &end, 1);
	}
	stream_write_input(s);
}

/*
 * An ordinary user may end root's command, or tell it what a program can be told, as
 * lpard/wire/command_session.c does.  One that a user could stop would go on when the user likes,
 * with the locks that it has, and with rights that are gone by then.
 */
static bool may_signal(const struct wpar_stream *s, int signo)
{
	static const int of_users[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2 };

	for (size_t i = 0; s->of_user && i < PAR_ARRAY_SIZE(of_users); i++) {
		if (of_users[i] == signo)
			return true;
	}
	return !s->of_user;
}

static void stream_take_signal(struct wpar_stream *s, int signo)
{
	pid_t foreground;

	if (s->exited || !may_signal(s, signo))
		return;
	foreground = s->tty && s->out[0].fd >= 0 ? tcgetpgrp(s->out[0].fd) : -1;
	kill(-s->pid, signo);
	if (foreground > 1 && foreground != s->pid)
		kill(-foreground, signo);
}

int wpar_stream_frame(struct wpar_stream *s, const struct par_frame *f, struct par_error **err)
{
	uint16_t rows, columns;
	uint32_t credit;
	int signo, r;

	if (f->type == PAR_FRAME_STDIN)
		return stream_take_stdin(s, f, err);
	if (f->type == PAR_FRAME_EOF) {
		stream_take_eof(s);
		return 0;
	}
	if (f->type == PAR_FRAME_CREDIT) {
		r = par_frame_get_credit(f, &credit, err);
		if (r < 0)
			return r;
		s->credit += credit;
		if (s->credit > PAR_FRAME_WINDOW)
			return par_fail(err, PAR_E_PROTOCOL, 0, "more credit than the window");
		wpar_stream_go_on(s);
		return 0;
	}
	if (f->type == PAR_FRAME_WINCH) {
		r = par_frame_get_winch(f, &rows, &columns, err);
		if (r < 0)
			return r;
		if (s->tty && s->out[0].fd >= 0)
			par_pty_resize(s->out[0].fd, rows, columns);
		return 0;
	}
	if (f->type == PAR_FRAME_SIGNAL) {
		r = par_frame_get_signal(f, &signo, err);
		if (r < 0)
			return r;
		stream_take_signal(s, signo);
		return 0;
	}
	return par_fail(err, PAR_E_PROTOCOL, 0, "a frame of type %d is not for the agent",
			(int)f->type);
}

void wpar_stream_go_on(struct wpar_stream *s)
{
	if (!may_send(s))
		return;
	for (int i = 0; i < 2; i++) {
		if (s->out[i].fd >= 0 && s->out[i].paused)
			pause_output(&s->out[i], false);
	}
}

void wpar_stream_abandon(struct wpar_stream *s)
{
	if (s->abandoned)
		return;
	s->abandoned = true;
	if (s->exited) { /* what the command left running is not ours any more */
		stream_finish(s);
		return;
	}
	close_input(s);
	for (int i = 0; i < 2; i++) {
		if (s->tty) /* a terminal hangs up */
			close_output(&s->out[i]);
		else
			pause_output(&s->out[i], false);
	}
	par_kill_session(s->pid, SIGHUP);
	par_kill_session(s->pid, SIGCONT);
	par_source_timer(s->timer, KILL_AFTER_MS);
}

void wpar_stream_kill(struct wpar_stream *s)
{
	par_kill_session(s->pid, SIGKILL);
}

struct wpar_stream *wpar_stream_next(const struct wpar_stream *s)
{
	return s->next;
}

void wpar_stream_link(struct wpar_stream **list, struct wpar_stream *s)
{
	s->next = *list;
	*list = s;
}

void wpar_stream_unlink(struct wpar_stream **list, struct wpar_stream *s)
{
	while (*list && *list != s)
		list = &(*list)->next;
	if (*list)
		*list = s->next;
	s->next = NULL;
}
