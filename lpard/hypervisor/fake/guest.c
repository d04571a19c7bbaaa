/* SPDX-License-Identifier: Apache-2.0 */
/* A pretended guest: what the guest writes when, and what becomes of the guest. */
#include "lpard/common/event.h"
#include "lpard/hypervisor/fake/fake_priv.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#define CONSOLE_MAX 65536

static const char vof_text[] = "[    0.000000] Linux version 6.12.0-powerpc64le\r\n"
			       "lpard-init: initramfs started\r\n"
			       "lpard-init: root mounted\r\n"
			       "lpard-init: agent started\r\n"
			       "lpard-init: multi-user\r\n"
			       "lpard-init: console started\r\n\r\n";
static const char slof_text[] = "\r\n\r\nSLOF\033[0m\033[?25l ******************************\r\n"
				"\033[1mQEMU Starting\r\n"
				"Populating /vdevice methods\r\n"
				"  Welcome to Open Firmware\r\n";

struct fake_lpar *fake_find(struct fake *f, const char *uuid)
{
	for (size_t i = 0; i < f->n_lpars; i++) {
		if (strcasecmp(f->lpars[i].part->uuid, uuid) == 0)
			return &f->lpars[i];
	}
	return NULL;
}

void fake_wake(struct fake *f)
{
	uint64_t one = 1;

	(void)!write(f->wake_fd, &one, sizeof(one));
}

void fake_emit(struct fake *f, enum hv_event_type type, const struct fake_lpar *l,
	       const char *detail)
{
	struct fake_event *e;

	if (f->down && type != HV_EVENT_CONNECTION)
		return;
	e = calloc(1, sizeof(*e));
	if (!e)
		return;
	e->type = type;
	e->connection = f->down ? HV_CONNECTION_DOWN : HV_CONNECTION_UP;
	e->detail = detail;
	e->name = strdup(l ? l->part->name : "");
	if (l)
		par_uuid_lower(l->part->uuid, e->uuid);
	*f->events_tail = e;
	f->events_tail = &e->next;
	fake_wake(f);
}

struct fake_stream *fake_stream_find(struct fake *f, const char *uuid, bool channel)
{
	for (struct fake_stream *s = f->streams; s; s = s->next) {
		if (s->channel == channel && !s->closing && strcasecmp(s->uuid, uuid) == 0)
			return s;
	}
	return NULL;
}

void fake_stream_end(struct fake_stream *s)
{
	s->closing = true;
	if (s->agent > 0)
		kill(s->agent, SIGKILL);
}

/* Text of the guest: sent to whoever reads, or kept as a terminal would. */
static void console_put(struct fake *f, struct fake_lpar *l, const char *text)
{
	struct fake_stream *s = fake_stream_find(f, l->part->uuid, false);
	struct par_buf *b = s ? &s->out : &l->console;

	if (b->len + strlen(text) > CONSOLE_MAX)
		par_buf_clear(b);
	par_buf_puts(b, text);
	fake_wake(f);
}

static void say_login(struct fake *f, struct fake_lpar *l)
{
	auto_buf b = { 0 };

	switch (l->boot_mode) {
	case LPAR_BOOT_SMS:
		console_put(f, l, "Select boot device (or press '0' to abort):\r\n1)   disk\r\n");
		return;
	case LPAR_BOOT_OF:
		console_put(f, l, "Ready! \r\n0 > ");
		return;
	case LPAR_BOOT_NORM:
	case LPAR_BOOT_DD:
	case LPAR_BOOT_DS:
		break;
	}
	par_buf_printf(&b, "Debian GNU/Linux %s hvc0\r\n\r\n%s login: ", l->part->name,
		       l->part->name);
	if (!b.failed)
		console_put(f, l, b.data);
}

void fake_guest_restart(struct fake *f, struct fake_lpar *l)
{
	bool slof = l->boot_mode == LPAR_BOOT_SMS || l->boot_mode == LPAR_BOOT_OF;

	console_put(f, l, slof ? slof_text : vof_text);
	l->login_at_ms = f->boot_ms ? par_now_ms() + f->boot_ms : 0;
	if (!l->login_at_ms)
		say_login(f, l);
}

void fake_guest_start(struct fake *f, struct fake_lpar *l)
{
	l->live.state = HV_RUN_RUNNING;
	l->live.run_id = ++f->last_run_id;
	l->off_at_ms = 0;
	par_buf_clear(&l->console);
	fake_emit(f, HV_EVENT_STARTED, l, "booted");
	if (strstr(l->part->name, "crash")) {
		console_put(f, l, "Kernel panic - not syncing: on purpose\r\n");
		fake_guest_stop(f, l, "crashed");
		return;
	}
	fake_guest_restart(f, l);
}

void fake_guest_resume(struct fake *f, struct fake_lpar *l)
{
	l->live.state = HV_RUN_RUNNING;
	l->live.run_id = ++f->last_run_id;
	fake_emit(f, HV_EVENT_STARTED, l, "restored");
}

static enum hv_run_state state_after(const char *detail)
{
	if (strcmp(detail, "crashed") == 0)
		return HV_RUN_CRASHED;
	return strcmp(detail, "saved") == 0 ? HV_RUN_SUSPENDED : HV_RUN_OFF;
}

void fake_guest_stop(struct fake *f, struct fake_lpar *l, const char *detail)
{
	for (struct fake_stream *s = f->streams; s; s = s->next) {
		if (strcasecmp(s->uuid, l->part->uuid) == 0)
			fake_stream_end(s);
	}
	l->live.state = state_after(detail);
	l->live.run_id = -1;
	l->off_at_ms = l->login_at_ms = 0;
	fake_emit(f, HV_EVENT_STOPPED, l, detail);
}

/* The agent's own end of a channel: a process that has it as descriptor 3. */
static int run_agent(struct fake *f, struct fake_stream *s, int fd, struct par_error **err)
{
	pid_t pid = fork();

	if (pid < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not start an agent");
	if (pid == 0) {
		if (dup2(fd, 3) < 0 || (fd == 3 && fcntl(3, F_SETFD, 0) < 0))
			_exit(126);
		execl(f->agent, f->agent, "agent", "--fd", "3", (char *)NULL);
		_exit(127);
	}
	s->agent = pid;
	s->fd = -1;
	close(fd);
	return 0;
}

int fake_stream_open(struct fake *f, struct fake_lpar *l, bool channel, int *ret_fd,
		     struct par_error **err)
{
	struct fake_stream *s = calloc(1, sizeof(*s));
	int pair[2], flags = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;

	if (!s || socketpair(AF_UNIX, flags, 0, pair) < 0) {
		int saved = errno;

		free(s);
		return par_fail(err, PAR_E_SYSTEM, saved, "could not make a socket");
	}
	memcpy(s->uuid, l->part->uuid, sizeof(s->uuid));
	s->channel = channel;
	s->fd = pair[0];
	if (channel && f->agent && run_agent(f, s, pair[0], err) < 0) {
		close(pair[0]);
		close(pair[1]);
		free(s);
		return -EIO;
	}
	if (!channel) {
		s->out = l->console;
		l->console = (struct par_buf){ 0 };
	}
	s->next = f->streams;
	f->streams = s;
	fake_wake(f);
	*ret_fd = pair[1];
	return 0;
}

/* What a line at the console does. */
static void obey(struct fake *f, struct fake_lpar *l, const char *line)
{
	if (strcmp(line, "poweroff") == 0) {
		console_put(f, l, "[   10.0] reboot: Power down\r\n");
		fake_guest_stop(f, l, "shutdown");
	} else if (strcmp(line, "panic") == 0) {
		console_put(f, l, "[   10.0] Kernel panic - not syncing: on purpose\r\n");
		fake_guest_stop(f, l, "crashed");
	} else if (strcmp(line, "reboot") == 0) {
		console_put(f, l, "[   10.0] reboot: Restarting system\r\n");
		fake_emit(f, HV_EVENT_REBOOTED, l, "");
		fake_guest_restart(f, l);
	}
}

void fake_guest_input(struct fake *f, struct fake_stream *s, const char *data, size_t n)
{
	struct fake_lpar *l = fake_find(f, s->uuid);

	par_buf_put(&s->out, data, n); /* a terminal's echo, or a channel that sends back */
	if (s->channel || !l)
		return;
	for (size_t i = 0; i < n; i++) {
		if (data[i] != '\r' && data[i] != '\n') {
			if (s->line.len < 1024)
				par_buf_putc(&s->line, data[i]);
			continue;
		}
		obey(f, l, s->line.data ? s->line.data : "");
		par_buf_clear(&s->line);
	}
}

/* What is due; returns the milliseconds to the next thing, or -1. */
int fake_guests_tick(struct fake *f)
{
	uint64_t now = par_now_ms(), next = UINT64_MAX;

	for (size_t i = 0; i < f->n_lpars; i++) {
		struct fake_lpar *l = &f->lpars[i];

		if (l->off_at_ms && l->off_at_ms <= now)
			fake_guest_stop(f, l, "shutdown");
		if (l->login_at_ms && l->login_at_ms <= now) {
			l->login_at_ms = 0;
			say_login(f, l);
		}
		if (l->off_at_ms && l->off_at_ms < next)
			next = l->off_at_ms;
		if (l->login_at_ms && l->login_at_ms < next)
			next = l->login_at_ms;
	}
	return next == UINT64_MAX ? -1 : (int)(next - now);
}
