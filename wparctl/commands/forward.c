/* SPDX-License-Identifier: Apache-2.0 */
/* The user's end of the agent's socket: see forward.h. */
#include "wparctl/commands/forward.h"

#include "lpard/common/json.h"
#include "lpard/common/process.h"
#include "lpard/common/text.h"
#include "lpard/common/tty.h"
#include "lpard/wire/frame.h"
#include "lpard/wire/command_session.h"
#include "lpard/wire/wire.h"
#include "wparctl/agent/users.h"
#include "wparctl/commands/user_commands.h"
#include "wparctl/operations/user_request.h"
#include "wparctl/runtime/inside/inside.h"
#include "wparctl/spec/spec.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define STREAM 1u
#define ANSWER_MS                                                                      \
	30000 /* the agent looks into its databases, and takes its time over a refusal \
	       */

/* Its tag is 0, as that of a stream between wparcmd and lpard, which the session expects. */
static const uint8_t nonce[PAR_FRAME_NONCE] = { 0, 0, 0, 0, 'w', 'p', 'a', 'r' };

struct forward {
	int fd;
	struct par_frame_reader reader;
};

/* The words of the command; false: it is none of those that are forwarded. */
static bool command_words(int argc, char **argv, struct par_strv *ret)
{
	const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
	const char *name = argc > 0 ? (slash ? slash + 1 : argv[0]) : "";
	int first = strcmp(name, "wparctl") == 0 ? 1 : 0;

	if (first == 1)
		name = argc > 1 ? argv[1] : "";
	if (!wpar_user_command_is(name) || par_strv_add(ret, name) < 0)
		return false;
	for (int i = first + 1; i < argc; i++) {
		if (par_strv_add(ret, argv[i]) < 0)
			return false;
	}
	return true;
}

static int closed(struct par_error **err)
{
	return par_fail(err, PAR_E_DISCONNECTED, 0,
			"the agent has closed the connection; it is being stopped, or too many "
			"commands run for you already");
}

static int send_all(int fd, const struct par_buf *b, struct par_error **err)
{
	for (size_t at = 0; at < b->len;) {
		ssize_t n = send(fd, b->data + at, b->len - at, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return closed(err);
		at += (size_t)n;
	}
	return b->failed ? par_oom(err) : 0;
}

static int read_more(struct forward *f, struct par_error **err)
{
	char data[65536];
	struct pollfd p = { .fd = f->fd, .events = POLLIN };
	ssize_t n;

	if (poll(&p, 1, ANSWER_MS) == 0)
		return par_fail(err, PAR_E_TIMED_OUT, 0, "the agent does not answer");
	n = read(f->fd, data, sizeof(data));
	if (n < 0 && errno == EINTR)
		return 0;
	if (n <= 0)
		return closed(err);
	return par_frame_feed(&f->reader, data, (size_t)n) < 0 ? par_oom(err) : 0;
}

static int next_frame(struct forward *f, struct par_frame *ret, struct par_error **err)
{
	for (;;) {
		int r = par_frame_next(&f->reader, ret, err);

		if (r != 0)
			return r < 0 ? r : 0;
		r = read_more(f, err);
		if (r < 0)
			return r;
	}
}

/* The agent's first word has another nonce; what answers us has ours. */
static int say_hello(struct forward *f, struct par_error **err)
{
	auto_buf hello = { 0 };
	int r;

	par_frame_put_hello(&hello, nonce, "{}");
	r = send_all(f->fd, &hello, err);
	while (r == 0) {
		struct par_frame frame;
		struct par_hello answer;

		r = next_frame(f, &frame, err);
		if (r < 0)
			return r;
		if (frame.type != PAR_FRAME_HELLO)
			continue;
		r = par_frame_get_hello(&frame, &answer, err);
		if (r < 0 || memcmp(answer.nonce, nonce, sizeof(nonce)) == 0)
			break;
	}
	if (r == 0)
		par_frame_reader_sync(&f->reader, 0);
	return r;
}

/* What a command of the user's own gets: all that the agent takes as a variable. */
static int take_variables(struct par_strv *ret)
{
	for (char **p = environ; *p; p++) {
		size_t len = strspn(*p, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
					"0123456789_");

		if (len > 0 && (*p)[len] == '=' && ((*p)[0] < '0' || (*p)[0] > '9') &&
		    par_text_is_utf8(*p) && par_strv_add(ret, *p) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int take_environment(bool is_job, bool tty, struct par_strv *ret)
{
	const char *term = getenv("TERM");
	autofree char *setting = NULL;

	if (is_job)
		return take_variables(ret);
	if (!tty || !term)
		return 0;
	setting = par_strdup_printf("TERM=%s", term);
	return setting ? par_strv_add(ret, setting) : -ENOMEM;
}

static int put_call(const struct par_strv *argv, bool is_job, bool tty, struct par_buf *out,
		    struct par_error **err)
{
	auto_json parameters = json_object_new_object();
	struct par_wire_call call = { .method = (char[]){ "org.lpard.agent.Run" } };
	auto_strv environment = { 0 };
	auto_buf text = { 0 };
	struct winsize ws;

	if (take_environment(is_job, tty, &environment) < 0 ||
	    par_json_put_strv(parameters, "argv", argv->v, argv->n) < 0 ||
	    (environment.n > 0 &&
	     par_json_put_strv(parameters, "environment", environment.v, environment.n) < 0))
		return par_oom(err);
	if (tty) {
		par_tty_size(&ws);
		if (par_json_put(parameters, "tty", json_object_new_boolean(true)) < 0 ||
		    par_json_put(parameters, "rows", json_object_new_int(ws.ws_row)) < 0 ||
		    par_json_put(parameters, "columns", json_object_new_int(ws.ws_col)) < 0)
			return par_oom(err);
	}
	call.parameters = parameters;
	if (par_wire_encode_call(&call, &text, err) < 0)
		return -EINVAL;
	if (text.len - 1 > par_frame_limit(PAR_FRAME_OPEN))
		return par_fail(err, PAR_E_TOO_LARGE, 0,
				"the command line and the environment are too long");
	return par_frame_put(out, 0, STREAM, PAR_FRAME_OPEN, text.data, text.len - 1) < 0
		       ? par_oom(err)
		       : 0;
}

/* Starts the command, or has the reason why not. */
static int ask(struct forward *f, const struct par_strv *argv, bool is_job, bool tty,
	       struct par_error **err)
{
	auto_wire_reply reply = { 0 };
	auto_buf call = { 0 };
	struct par_frame frame;
	int r = put_call(argv, is_job, tty, &call, err);

	if (r < 0)
		return r;
	r = send_all(f->fd, &call, err);
	if (r < 0)
		return r;
	r = next_frame(f, &frame, err);
	if (r < 0)
		return r;
	if (frame.type == PAR_FRAME_REPLY)
		return 0;
	if (frame.type != PAR_FRAME_ERROR)
		return par_fail(err, PAR_E_PROTOCOL, 0, "the agent sent a frame of type %d",
				(int)frame.type);
	r = par_wire_decode_reply((const char *)frame.data, frame.len, &reply, err);
	if (r < 0)
		return r;
	r = par_wire_reply_error(&reply, err);
	return r < 0 ? r : par_fail(err, PAR_E_PROTOCOL, 0, "an error came without a name");
}

static int forward_run(struct forward *f, const struct par_strv *argv,
		       const struct wpar_user_request *q, struct par_error **err)
{
	bool interactive = q->interactive,
	     tty = interactive && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	struct par_session_opts opts = {
		.fd = f->fd, .tty = tty, .no_stdin = !interactive, .peer = "the agent"
	};
	int r = say_hello(f, err);

	if (r < 0)
		return r;
	r = ask(f, argv, q->is_job, tty, err);
	if (r < 0)
		return r;
	opts.first = f->reader.buf.data + f->reader.at;
	opts.first_len = f->reader.buf.len - f->reader.at;
	return par_session_run(&opts, err);
}

static int forward_command(const struct par_strv *argv, const struct wpar_user_request *q, int fd)
{
	struct forward f = { .fd = fd };
	auto_error err = NULL;
	int r;

	par_frame_reader_init(&f.reader, false);
	r = forward_run(&f, argv, q, &err);
	par_frame_reader_done(&f.reader);
	if (r >= 0)
		return r;
	fflush(stdout);
	fprintf(stderr, "%s: %s\n", argv->v[0], par_error_text(err));
	return par_error_exit_status(err);
}

/* Where the user is, and what files are made with, in front of the user's own words. */
static int add_place(struct par_strv *words)
{
	autofree char *cwd = getcwd(NULL, 0);
	auto_strv all = { 0 };
	char mask[16];
	mode_t m = umask(022);

	umask(m);
	snprintf(mask, sizeof(mask), "%03o", (unsigned int)m);
	if (par_strv_add(&all, words->v[0]) < 0 || par_strv_add(&all, "--umask") < 0 ||
	    par_strv_add(&all, mask) < 0)
		return -ENOMEM;
	if (cwd && cwd[0] == '/' &&
	    (par_strv_add(&all, "--directory") < 0 || par_strv_add(&all, cwd) < 0))
		return -ENOMEM;
	for (size_t i = 1; i < words->n; i++) {
		if (par_strv_add(&all, words->v[i]) < 0)
			return -ENOMEM;
	}
	par_strv_done(words);
	*words = all;
	all = (struct par_strv){ 0 };
	return 0;
}

int wpar_forward_main(int argc, char **argv)
{
	auto_user_request q = { 0 };
	auto_strv words = { 0 };
	autofree char *path = NULL;
	autofd int fd = -1;
	auto_error err = NULL;

	if (geteuid() == 0 || !command_words(argc, argv, &words) || wpar_is_inside())
		return -1;
	/* What is root's is refused by the agent, whose log has it then. */
	if (wpar_user_request_parse(wpar_user_commands, &words, "", &q, &err) != 0 &&
	    (!err || err->id != PAR_E_NOT_PERMITTED))
		return -1;
	par_process_begin(); /* the connection is to be none of the standard streams */
	path = wpar_path(WPAR_USERS_SOCKET);
	fd = path ? wpar_users_connect(path) : -1;
	if (fd < 0 || (q.is_job && add_place(&words) < 0))
		return -1;
	return forward_command(&words, &q, fd);
}
